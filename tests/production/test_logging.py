"""Logs: one JSON line per event, a request id, numbers for people, no secrets, no forged lines."""

import io
import json
import logging
import logging.config
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from hypothesis import given
from hypothesis import strategies as st

from qa_portal.core.logging import is_secret_name, logging_config, scrubbed
from qa_portal.core.policy import anyone, requires
from qa_portal.urls import urlpatterns as portal_urls

SENTINEL = "S3NTINEL-value"
log = logging.getLogger("portal.test")
Lines = Callable[[], list[str]]


@pytest.fixture(params=[True, False], ids=["json", "text"])
def lines(request: pytest.FixtureRequest) -> Iterator[Lines]:
    """What the portal's logging writes meanwhile, in each of its two forms."""
    yield from written(is_json=request.param)


@pytest.fixture
def json_lines() -> Iterator[Lines]:
    yield from written(is_json=True)


def written(*, is_json: bool) -> Iterator[Lines]:
    config = logging_config(is_json=is_json, level="DEBUG")
    formatter = config["formatters"]["portal"]
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter["()"](**{key: formatter[key] for key in ("foreign_pre_chain", "processors")}))
    loggers = [logging.getLogger(name) for name in ("portal.test", "portal.request", "django.request")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel("DEBUG")
    yield lambda: stream.getvalue().splitlines()
    for logger, level in zip(loggers, levels, strict=True):
        logger.removeHandler(handler)
        logger.setLevel(level)


# ------------------------------------------------------------------ views of these tests
@requires(anyone)
def tell(request: HttpRequest, key: str = "") -> HttpResponse:
    log.info("said %s", key)
    return HttpResponse(b"")


@requires(anyone)
def fail(request: HttpRequest, key: str = "") -> HttpResponse:
    raise RuntimeError(f"no {key} and password={SENTINEL}")


@requires(anyone)
def tell_person(request: HttpRequest) -> HttpResponse:
    log.info("%s is here", request.user.pk)
    return HttpResponse(b"")


urlpatterns = [
    *portal_urls,
    path("tell/", tell, name="tell"),
    path("person/", tell_person, name="person"),
    path("link/<str:key>/", tell, name="link"),
    path("fail/<str:key>/", fail, name="fail"),
]


# ------------------------------------------------------------------ forged lines
ODD = "Li\nroot logged in\r\n\x1b[2J\x1b]0;x\x07\u2028\u202e\x85\x9bname"


def test_log_injection(lines: Lines) -> None:
    """A name with line ends, terminal commands and turned writing stays inside its one line."""
    log.warning("sign-in of %s", ODD)
    structlog.get_logger("portal.test").warning("sign-in", name=ODD)
    written = lines()
    assert len(written) == 2
    assert [line for line in written if not line.isprintable()] == []


def test_log_injection_keeps_what_was_said(json_lines: Lines) -> None:
    log.warning("sign-in of %s", ODD)
    assert [json.loads(line)["event"] for line in json_lines()] == [f"sign-in of {ODD}"]


@given(st.text())
def test_every_text_is_one_line_of_json(text: str) -> None:
    entries = written(is_json=True)
    lines = next(entries)
    log.info("%s", text)
    [line] = lines()
    assert set(json.loads(line)) == {"event", "level", "logger", "time"}
    assert line.isascii()
    assert line.isprintable()
    next(entries, None)


# ------------------------------------------------------------------ secrets
@pytest.mark.parametrize(
    "name",
    ["password", "new_password1", "csrfToken", "X-Api-Key", "SECRET_KEY", "Cookie", "Authorization", "otp",
     "totpSecret", "AUDIT_KEY", "session_cookies", "credentials"],
)  # fmt: skip
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name) is True


@pytest.mark.parametrize("name", ["keyboard", "monkey", "tokens_of_thanks", "author", "hotpot", "year", "state"])
def test_names_of_no_secrets(name: str) -> None:
    assert is_secret_name(name) is False


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("postgres://portal:S3NTINEL-value@db/x", "postgres://[redacted]@db/x"),
        ("redis://:S3NTINEL-value@redis:6379/0", "redis://[redacted]@redis:6379/0"),
        ("GET /x?token=S3NTINEL-value&page=2", "GET /x?token=[redacted]&page=2"),
        ("Authorization: Bearer S3NTINEL-value", "Authorization: [redacted]"),
        ("Cookie: sessionid=S3NTINEL-value; csrftoken=S3NTINEL-value", "Cookie: [redacted]"),
        ("{'password': 'S3NTINEL-value', 'year': 2020}", "{'password': [redacted], 'year': 2020}"),
        ("AUDIT_KEY=S3NTINEL-value", "AUDIT_KEY=[redacted]"),
        ("sent Bearer S3NTINEL-value", "sent Bearer [redacted]"),
        ("/accounts/password/reset/key/1-S3NTINEL-value/", "/accounts/password/reset/key/[redacted]/"),
        ("/accounts/confirm-email/S3NTINEL-value/", "/accounts/confirm-email/[redacted]/"),
        ("mail to li.wei@example.com failed", "mail to [redacted] failed"),
        ("year 2020: 250 applications", "year 2020: 250 applications"),
    ],
)
def test_scrubbed(text: str, expected: str) -> None:
    assert scrubbed(text) == expected


def test_no_secret_reaches_the_log(lines: Lines) -> None:
    """By key, however deep; in a message; in its arguments; in a traceback."""
    logger = structlog.get_logger("portal.test")
    logger.info(
        "x", password=SENTINEL, form={"otp": SENTINEL, "rows": [{"Set-Cookie": SENTINEL}]}, headers=(SENTINEL[:0],)
    )
    log.info("Authorization: Bearer %s", SENTINEL)
    log.info("%(token)s", {"token": f"token={SENTINEL}"})
    try:
        raise ValueError(f"connection to postgres://portal:{SENTINEL}@db failed")
    except ValueError:
        log.exception("broken")
        logger.error("broken", exc_info=sys.exc_info())
    text = "\n".join(lines())
    assert text.count("[redacted]") >= 5
    assert SENTINEL not in text


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("address", ["link", "fail"])
def test_the_key_of_a_link_reaches_no_log(lines: Lines, address: str) -> None:
    """Password reset and invitation links keep their key in the path; Django logs paths."""
    client = Client(raise_request_exception=False)
    client.get(f"/{address}/{SENTINEL}/")
    client.get(f"/{address}/{SENTINEL}/", {"token": SENTINEL})
    text = "\n".join(lines())
    assert f"/{address}/[redacted]/" in text
    assert SENTINEL not in text


# ------------------------------------------------------------------ requests
def events(lines: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines]


@pytest.mark.urls(__name__)
def test_every_line_of_a_request_carries_its_id(json_lines: Lines) -> None:
    given = "0123456789abcdef0123456789abcdef"
    response = Client().get("/tell/", headers={"X-Request-ID": given})
    Client().get("/nothing/", headers={"X-Request-ID": given})
    assert response["X-Request-ID"] == given
    found = events(json_lines())
    assert [(one["event"], one["request_id"]) for one in found] == [
        ("said ", given),
        ("request", given),
        ("request", given),
        ("Not Found: /nothing/", given),
    ]
    assert {key: found[1][key] for key in ("method", "path", "view", "status")} == {
        "method": "GET", "path": "/tell/", "view": "tell", "status": 200}  # fmt: skip


@pytest.mark.urls(__name__)
def test_a_foreign_request_id_is_not_taken_over(json_lines: Lines) -> None:
    Client().get("/tell/", headers={"X-Request-ID": 'x" forged'})
    assert {len(one["request_id"]) for one in events(json_lines())} == {32}


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_person_is_a_number(json_lines: Lines, staff_client: Client, staff_user: Any) -> None:
    staff_client.get("/person/")
    text = "\n".join(json_lines())
    assert [one["user_id"] for one in events(json_lines())] == [staff_user.pk, staff_user.pk]
    assert staff_user.email not in text
    assert staff_user.name not in text


def test_the_end_of_a_request_is_the_end_of_its_id(json_lines: Lines) -> None:
    Client().get("/healthz")
    log.info("later")
    assert [one.get("request_id") for one in events(json_lines()) if one["event"] == "later"] == [None]


def test_probes_are_not_told_as_news(json_lines: Lines) -> None:
    Client().get("/healthz")
    assert [(one["event"], one["level"]) for one in events(json_lines())] == [("request", "debug")]


def test_the_configuration_is_accepted() -> None:
    """`dictConfig` takes both forms; handlers of the test run are put back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        for is_json in (True, False):
            logging.config.dictConfig(logging_config(is_json=is_json, level="INFO"))
    finally:
        root.handlers[:], root.level = handlers, level
