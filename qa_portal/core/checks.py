"""Settings with which the portal must not serve real data: it refuses to start.

`manage.py` runs all checks before a command; `refuse_unsafe` does so for gunicorn and Celery, which do not.
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Tags, register, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

KEY_LENGTH = 32
DEMONSTRATION_DOMAIN = "@demo.example"
OWN_CACHES = ("locmem", "dummy", "filebased")
LEAKING_MAIL = ("console", "filebased", "locmem", "dummy")


@register(Tags.security)
def check_production(**_kwargs: Any) -> list[CheckMessage]:
    """What the production profile refuses; the demonstration may have all of it."""
    if settings.IS_DEMONSTRATION:
        return []
    return [*_secrets(), *_servers(), *_transport(), *_leftovers()]


def _secrets() -> Iterable[CheckMessage]:
    for number, name in ((1, "SECRET_KEY"), (2, "AUDIT_KEY")):
        value = getattr(settings, name)
        if not value:
            continue  # said where it is needed
        if settings.DEMONSTRATION_KEY in value or len(value) < KEY_LENGTH or len(set(value)) < 8:
            yield _error(number, f"{name} is the demonstration's, or too simple.", _HOW_TO_MAKE_A_KEY)
    if settings.AUDIT_KEY == settings.SECRET_KEY:
        yield _error(3, "AUDIT_KEY and SECRET_KEY are the same.", _HOW_TO_MAKE_A_KEY)


def _servers() -> Iterable[CheckMessage]:
    if settings.DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
        yield _error(4, "Production needs PostgreSQL.", "Set DATABASE_URL to postgres://user:password@host/name.")
    if str(settings.CACHES["default"]["BACKEND"]).split(".")[-2] in OWN_CACHES:
        yield _error(5, "Production needs a cache that all processes share.", "Set REDIS_URL.")
    if settings.EMAIL_BACKEND.split(".")[-2] in LEAKING_MAIL:
        yield _error(6, "This EMAIL_BACKEND writes sign-in links to logs or files.", "Leave EMAIL_BACKEND to SMTP.")


def _transport() -> Iterable[CheckMessage]:
    if settings.DEBUG:
        yield _error(7, "DEBUG shows settings and data to everybody.", "Remove DEBUG from the environment.")
    if "*" in settings.ALLOWED_HOSTS:
        yield _error(8, "ALLOWED_HOSTS accepts every name.", "List the host names of the portal.")
    address = urlsplit(settings.PORTAL_URL)
    if address.scheme != "https" or not address.hostname:
        yield _error(9, "PORTAL_URL is not an https address.", "Set it as in https://portal.example.cn.")
    elif address.hostname not in settings.ALLOWED_HOSTS:
        yield _error(10, "The host of PORTAL_URL is not in ALLOWED_HOSTS.", "Name it in both.")


def _leftovers() -> Iterable[CheckMessage]:
    if settings.DEMONSTRATION_ACCOUNTS:
        yield _error(11, "DEMONSTRATION_ACCOUNTS have published passwords.", "Keep the list empty.")
    storage: dict[str, Any] = settings.STORAGES["default"]
    if "s3" in storage["BACKEND"].lower() and not storage["OPTIONS"].get("location", "").strip("/."):
        yield _error(12, "S3_LOCATION is empty: names could leave their folder.", "Set it, as in S3_LOCATION=portal.")


@register(Tags.database)
def check_demonstration_people(databases: Iterable[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """A database that once ran the demonstration still has its people, and their passwords are published."""
    people = get_user_model()
    if settings.IS_DEMONSTRATION or not databases:
        return []
    found: list[CheckMessage] = []
    for alias in databases:
        if people._meta.db_table not in connections[alias].introspection.table_names():
            continue
        active = people.objects.using(alias).filter(is_active=True, email__endswith=DEMONSTRATION_DOMAIN)
        if active.exists():
            found.append(_error(13, f"Demonstration people may sign in (…{DEMONSTRATION_DOMAIN}).", _NEW_DATABASE))
    return found


_HOW_TO_MAKE_A_KEY = "Make one with: openssl rand -base64 48"
_NEW_DATABASE = "Begin with an empty database, or deactivate these accounts."


def _error(number: int, text: str, hint: str) -> Error:
    return Error(text, hint=hint, id=f"core.E{number:03}")


def refuse_unsafe(*, databases: list[str] | None = None) -> None:
    """Raise ImproperlyConfigured, in one line, with every error that any check finds."""
    errors = [found for found in run_checks(databases=databases) if found.is_serious()]
    if errors:
        raise ImproperlyConfigured(" ".join(f"({one.id}) {one.msg} {one.hint or ''}".strip() for one in errors))
