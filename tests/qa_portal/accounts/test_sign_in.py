"""Signing in: sessions that nobody prepared, locks, addresses that lead elsewhere, hosts that lie."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from qa_portal.accounts.enums import Role
from qa_portal.accounts.models import User
from qa_portal.accounts.operations import end_grant, request_role, set_active
from tests.qa_portal.accounts.conftest import PASSWORD, is_signed_in, sign_in

pytestmark = pytest.mark.django_db
START = datetime(2020, 9, 21, 8, tzinfo=UTC)
TOO_MANY = "too_many_login_attempts"
WRONG = "email_password_mismatch"


def error_codes(response: Any) -> list[str]:
    """Codes of the errors of the form on a page."""
    return [error.code for error in response.context["form"].errors.as_data().get("__all__", [])]


# ------------------------------------------------------------------ sessions
def test_session_fixation_gains_nothing(client: Client, applicant: User) -> None:
    client.get("/accounts/login/")
    session = client.session
    session["planted"] = "1"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = planted = session.session_key
    sign_in(client, applicant.email)
    assert client.session.session_key != planted
    assert is_signed_in(client)
    attacker = Client()
    attacker.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert not is_signed_in(attacker)


def test_role_change_ends_sign_in(client: Client, expert: User) -> None:
    sign_in(client, expert.email)
    assert is_signed_in(client)
    end_grant(expert.role_grants.get(), by=None, reason="left the pool")
    assert client.get("/accounts/").headers["Location"] == "/accounts/login/?next=/accounts/"


def test_new_role_ends_sign_in(client: Client, make_person: Any) -> None:
    user = make_person(None)
    sign_in(client, user.email)
    request_role(user, Role.APPLICANT, by=None)
    assert not is_signed_in(client)


def test_deactivation_ends_sign_in_and_closes_the_door(client: Client, applicant: User, make_person: Any) -> None:
    sign_in(client, applicant.email)
    set_active(applicant, active=False, by=make_person(Role.SYSTEM_ADMIN), reason="left")
    assert not is_signed_in(client)
    assert sign_in(client, applicant.email).headers["Location"] == "/accounts/inactive/"
    assert not is_signed_in(client)


def test_signing_out_destroys_the_session(client: Client, applicant: User) -> None:
    sign_in(client, applicant.email)
    old = client.session.session_key
    client.post("/accounts/logout/")
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = old
    assert not is_signed_in(thief)


def test_signing_out_needs_a_click(client: Client, applicant: User) -> None:
    sign_in(client, applicant.email)
    assert client.get("/accounts/logout/").status_code == 200
    assert is_signed_in(client)


# ------------------------------------------------------------------ locks
def test_sixth_try_is_refused_even_with_the_right_password(client: Client, applicant: User) -> None:
    with time_machine.travel(START, tick=False):
        for _ in range(5):
            assert error_codes(sign_in(client, applicant.email, "wrong-password")) == [WRONG]
        assert error_codes(sign_in(client, applicant.email)) == [TOO_MANY]
        assert not is_signed_in(client)


def test_four_failures_lock_nothing(client: Client, applicant: User) -> None:
    for _ in range(4):
        sign_in(client, applicant.email, "wrong-password")
    assert sign_in(client, applicant.email).headers["Location"] == "/"


@pytest.mark.parametrize(("seconds", "is_open"), [(-1, False), (0, True), (1, True)])
def test_lock_ends_after_its_time(client: Client, applicant: User, seconds: int, is_open: bool) -> None:
    with time_machine.travel(START, tick=False) as clock:
        for _ in range(5):
            sign_in(client, applicant.email, "wrong-password")
        clock.shift(timedelta(minutes=settings.LOGIN_LOCK_MINUTES, seconds=seconds))
        sign_in(client, applicant.email)
        assert is_signed_in(client) is is_open


@pytest.mark.parametrize("spelling", ["APPLICANT@example.com", " applicant@example.com "])
def test_lock_counts_however_the_address_is_spelt(client: Client, applicant: User, spelling: str) -> None:
    for _ in range(5):
        sign_in(client, spelling, "wrong-password")
    assert error_codes(sign_in(client, applicant.email)) == [TOO_MANY]


def test_lock_holds_from_every_address_and_host_name(client: Client, applicant: User) -> None:
    hosts = ("localhost", "127.0.0.1")
    for number in range(5):
        sign_in(client, applicant.email, "wrong", REMOTE_ADDR=f"192.0.2.{number}", HTTP_HOST=hosts[number % 2])
    elsewhere = sign_in(Client(), applicant.email, REMOTE_ADDR="198.51.100.7")
    assert error_codes(elsewhere) == [TOO_MANY]


def test_forwarded_address_of_the_client_counts_for_nothing(client: Client, settings: Any, applicant: User) -> None:
    """Without a proxy of our own the header is whatever the client writes."""
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/5m/ip"}
    for number in range(3):
        sign_in(client, f"person{number}@example.com", "wrong", headers={"x-forwarded-for": f"192.0.2.{number}"})
    locked = sign_in(client, applicant.email, headers={"x-forwarded-for": "192.0.2.9"})
    assert error_codes(locked) == [TOO_MANY]


def test_address_that_tries_many_accounts_is_locked(client: Client, applicant: User) -> None:
    for number in range(settings.LOGIN_FAILURES_PER_ADDRESS):
        sign_in(client, f"person{number}@example.com", "wrong-password", REMOTE_ADDR="192.0.2.1")
    assert error_codes(sign_in(client, applicant.email, REMOTE_ADDR="192.0.2.1")) == [TOO_MANY]
    assert sign_in(client, applicant.email, REMOTE_ADDR="192.0.2.2").headers["Location"] == "/"


def test_unknown_address_is_locked_just_the_same(client: Client, applicant: User) -> None:
    answers = {}
    for email in (applicant.email, "unknown@example.com"):
        answers[email] = [error_codes(sign_in(client, email, "wrong-password")) for _ in range(6)]
    assert answers[applicant.email] == answers["unknown@example.com"] == [[WRONG]] * 5 + [[TOO_MANY]]


def test_locked_out_victim_keeps_working_and_returns_by_mail(
    client: Client, applicant: User, mailoutbox: list[Any]
) -> None:
    victim = Client()
    sign_in(victim, applicant.email)
    for _ in range(6):
        sign_in(client, applicant.email, "wrong-password", REMOTE_ADDR="192.0.2.1")
    assert is_signed_in(victim)
    fresh = Client()
    fresh.post("/accounts/password/reset/", {"email": applicant.email})
    link = next(word for word in mailoutbox[0].body.split() if "/password/reset/key/" in word)
    page = fresh.get(link, follow=True)
    fresh.post(page.redirect_chain[-1][0], {"password1": "four-loud-rivers-8", "password2": "four-loud-rivers-8"})
    sign_in(fresh, applicant.email, "four-loud-rivers-8")
    assert is_signed_in(fresh)


def test_many_requests_get_the_page_of_their_own(client: Client, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip"}
    statuses = [sign_in(client, "unknown@example.com", "wrong").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


# ------------------------------------------------------------------ addresses
@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "/\\elsewhere.example/",
        "javascript:alert(1)",
        "https:elsewhere.example",
        "http://testserver@elsewhere.example/",
    ],
)
@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/logout/"])
def test_external_next_is_ignored(client: Client, applicant: User, path: str, target: str) -> None:
    if path == "/accounts/login/":
        response = sign_in(client, applicant.email, fields={"next": target})
        assert response.headers["Location"] == "/"
    else:
        sign_in(client, applicant.email)
        assert client.post(path, {"next": target}).headers["Location"] == "/accounts/login/"


def test_own_next_is_followed(client: Client, applicant: User) -> None:
    response = sign_in(client, applicant.email, fields={"next": "/accounts/sessions/"})
    assert response.headers["Location"] == "/accounts/sessions/"


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/reset/", "/"])
def test_unknown_host_is_refused(client: Client, path: str) -> None:
    assert client.get(path, HTTP_HOST="evil.example").status_code == 400
    assert client.post(path, {"email": "a@example.com"}, HTTP_HOST="evil.example").status_code == 400


def test_host_header_does_not_reach_the_mail(
    client: Client, settings: Any, applicant: User, mailoutbox: list[Any]
) -> None:
    settings.PORTAL_URL = "https://portal.example.cn"
    settings.ALLOWED_HOSTS = ["*"]
    response = client.post("/accounts/password/reset/", {"email": applicant.email}, HTTP_HOST="evil.example")
    assert response.status_code == 302
    [mail] = mailoutbox
    assert "https://portal.example.cn/accounts/password/reset/key/" in mail.body
    assert "evil" not in mail.body + mail.subject
    assert "testserver" not in mail.body + mail.subject


def test_password_is_never_in_the_page(client: Client, applicant: User) -> None:
    response = sign_in(client, applicant.email, f"{PASSWORD}-typo")
    assert f"{PASSWORD}-typo" not in response.content.decode()
