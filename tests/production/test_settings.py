"""The production profile starts with safe settings, and with no others."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.production.conftest import REQUIRED, Run

pytestmark = pytest.mark.process
CODE = re.compile(r"\((core|jobs|audit|security)\.([EW]\d+)\)")


def codes(done: "subprocess.CompletedProcess[str]") -> list[str]:
    return [f"{app}.{number}" for app, number in CODE.findall(done.stderr)]


def test_check_deploy_has_nothing_to_say(run: Run) -> None:
    done = run("manage.py", "check", "--deploy", "--fail-level", "INFO")
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        "System check identified no issues (0 silenced).\n",
        "",
    )


@pytest.mark.parametrize("name", sorted(REQUIRED))
def test_a_missing_variable_is_one_line_that_names_it(run: Run, name: str) -> None:
    done = run("manage.py", "check", **{name: None})
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        f"Error: {name} is not set; the production profile has no default for it.\n",
    )


def test_an_empty_variable_is_a_missing_one(run: Run) -> None:
    done = run("manage.py", "check", SECRET_KEY=" ")
    assert done.stderr == "Error: SECRET_KEY is not set; the production profile has no default for it.\n"


def test_an_unknown_profile_is_refused(run: Run) -> None:
    done = run("manage.py", "check", PORTAL_PROFILE="prod")
    assert done.stderr == "Error: PORTAL_PROFILE is 'prod'; it must be demonstration or production.\n"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"SECRET_KEY": "demonstration-only-key-never-use-it-for-real-data"}, "core.E001"),
        ({"SECRET_KEY": "x9" * 40}, "core.E001"),
        ({"SECRET_KEY": "a3f1c5d7e9b2"}, "core.E001"),
        ({"AUDIT_KEY": "audit:demonstration-only-key-never-use-it-for-real-data"}, "core.E002"),
        ({"AUDIT_KEY": "short"}, "core.E002"),
        ({"AUDIT_KEY": REQUIRED["SECRET_KEY"]}, "core.E003"),
        ({"DATABASE_URL": "sqlite:////tmp/portal.sqlite3"}, "core.E004"),
        ({"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}, "core.E006"),
        ({"EMAIL_URL": "filemail:///tmp/mails"}, "core.E006"),
        ({"DEBUG": "1"}, "core.E007"),
        ({"ALLOWED_HOSTS": "*,portal.example.com"}, "core.E008"),
        ({"PORTAL_URL": "http://portal.example.com"}, "core.E009"),
        ({"PORTAL_URL": "https://other.example.com"}, "core.E010"),
        ({"S3_BUCKET": "b", "S3_ACCESS_KEY": "k", "S3_SECRET_KEY": "s", "S3_LOCATION": "./"}, "core.E012"),
        ({"CELERY_BROKER_URL": "memory://localhost/"}, "jobs.E002"),
    ],
)
def test_unsafe_settings_are_refused(run: Run, changes: dict[str, str], code: str) -> None:
    done = run("manage.py", "check", **changes)
    assert (done.returncode, codes(done)) == (1, [code])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"CACHES": {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}},
            ["core.E005", "jobs.E003"],
        ),
        ({"DEMONSTRATION_ACCOUNTS": [("staff@demo.example", "gongguan-2020", "staff")]}, ["core.E011"]),
    ],
)
def test_what_only_a_changed_settings_file_can_do_is_refused_too(
    run: Run, tmp_path: Path, changes: dict[str, object], expected: list[str]
) -> None:
    lines = ["from qa_portal.settings import *", *(f"{name} = {value!r}" for name, value in changes.items())]
    (tmp_path / "changed.py").write_text("\n".join(lines), encoding="utf-8")
    done = run("manage.py", "check", PYTHONPATH=str(tmp_path), DJANGO_SETTINGS_MODULE="changed")
    assert (done.returncode, sorted(codes(done))) == (1, expected)


# ------------------------------------------------------------------ programs that do not run Django's checks
WEAK = "Error: (core.E001) SECRET_KEY is the demonstration's, or too simple. Make one with: openssl rand -base64 48"
MISSING = "Error: SECRET_KEY is not set; the production profile has no default for it."


@pytest.mark.parametrize(
    "program",
    [
        ("-m", "gunicorn", "qa_portal.wsgi"),
        ("-m", "celery", "--app=qa_portal", "worker", "--pool=solo"),
        ("-m", "celery", "--app=qa_portal", "beat", "--schedule={tmp_path}/beat"),
    ],
)
@pytest.mark.parametrize(("key", "line"), [("short", WEAK), (None, MISSING)])
def test_servers_and_workers_refuse_in_one_line(
    run: Run, tmp_path: Path, program: tuple[str, ...], key: str | None, line: str
) -> None:
    done = run(*(part.format(tmp_path=tmp_path) for part in program), SECRET_KEY=key)
    assert done.returncode == 1
    assert [text for text in done.stderr.splitlines() if text.startswith("Error")] == [line]
    assert "Traceback" not in done.stderr


def test_another_wsgi_server_is_refused_too(run: Run) -> None:
    done = run("-c", "import qa_portal.wsgi", DEBUG="1")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "django.core.exceptions.ImproperlyConfigured: (core.E007) DEBUG shows settings and data to everybody. "
        "Remove DEBUG from the environment."
    )


def test_gunicorn_never_serves_a_broker_in_memory(run: Run) -> None:
    """Its processes have no worker inside, so jobs would wait for ever: also in the demonstration."""
    none = dict.fromkeys(REQUIRED)
    done = run("-m", "gunicorn", "qa_portal.wsgi", **{**none, "PORTAL_PROFILE": None})
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "Error: CELERY_BROKER_URL is in memory, where only `manage.py serve` has a worker; set REDIS_URL."
    )


@pytest.mark.parametrize("profile", ["demonstration", "production"])
def test_an_embedded_broker_with_several_processes_is_refused(run: Run, profile: str) -> None:
    done = run(
        "manage.py", "serve", PORTAL_PROFILE=profile, CELERY_BROKER_URL="memory://localhost/", WEB_CONCURRENCY="2"
    )
    assert done.returncode == 1
    assert "jobs.E001" in codes(done)


# ------------------------------------------------------------------ what the profile sets
def test_cookies_transport_and_proxy(run: Run) -> None:
    names = (
        "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE", "CSRF_COOKIE_SECURE",
        "SECURE_SSL_REDIRECT", "SECURE_PROXY_SSL_HEADER", "SECURE_HSTS_SECONDS", "ALLAUTH_TRUSTED_PROXY_COUNT",
        "EMAIL_BACKEND", "DEMONSTRATION_ACCOUNTS", "X_FRAME_OPTIONS",
    )  # fmt: skip
    done = run("-c", f"import qa_portal.settings as s; print([getattr(s, name) for name in {names}])")
    assert done.stdout == (
        "[True, True, 'Lax', True, True, ('HTTP_X_FORWARDED_PROTO', 'https'), 31536000, 1, "
        "'django.core.mail.backends.smtp.EmailBackend', [], 'DENY']\n"
    )


def test_mail_goes_to_the_server_of_email_url(run: Run) -> None:
    done = run(
        "-c", "import qa_portal.settings as s; print(s.EMAIL_HOST, s.EMAIL_PORT, s.EMAIL_USE_TLS, s.EMAIL_HOST_USER)",
        EMAIL_URL="smtp+tls://portal:secret@mail.example.com:587",
    )  # fmt: skip
    assert done.stdout == "mail.example.com 587 True portal\n"
