"""How long a sign-in lasts, where one is signed in, and ending it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from qa_portal.accounts.models import User
from qa_portal.audit.queries import events_for
from tests.qa_portal.accounts.conftest import PASSWORD, code_now, give_app, is_signed_in, sign_in

pytestmark = pytest.mark.django_db
START = datetime(2020, 9, 21, 8, tzinfo=UTC)


def actions(user: User) -> list[str]:
    return [event.action for event in events_for(user)]


# ------------------------------------------------------------------ how long
@pytest.mark.parametrize(("seconds", "lasts"), [(-1, True), (0, False), (1, False)])
def test_idle_sign_in_ends_after_half_an_hour(client: Client, applicant: User, seconds: int, lasts: bool) -> None:
    with time_machine.travel(START, tick=False) as clock:
        sign_in(client, applicant.email)
        clock.shift(timedelta(minutes=30, seconds=seconds))
        assert is_signed_in(client) is lasts
        clock.shift(timedelta(seconds=1))
        assert is_signed_in(client) is lasts


@pytest.mark.parametrize(("seconds", "lasts"), [(-1, True), (0, False), (1, False)])
def test_busy_sign_in_ends_after_twelve_hours(client: Client, applicant: User, seconds: int, lasts: bool) -> None:
    with time_machine.travel(START, tick=False) as clock:
        sign_in(client, applicant.email)
        for _ in range(35):
            clock.shift(timedelta(minutes=20))
            assert is_signed_in(client)
        clock.move_to(START + timedelta(hours=12, seconds=seconds))
        assert is_signed_in(client) is lasts


def test_expired_sign_in_is_gone_from_the_server_and_says_so(client: Client, applicant: User) -> None:
    with time_machine.travel(START, tick=False) as clock:
        sign_in(client, applicant.email)
        key = client.session.session_key
        clock.shift(timedelta(minutes=31))
        response = client.get("/accounts/sessions/", follow=True)
    assert response.redirect_chain == [("/accounts/login/?next=/accounts/sessions/", 302)]
    assert [str(message) for message in response.context["messages"]] != []
    assert not Session.objects.filter(session_key=key).exists()
    assert not UserSession.objects.filter(session_key=key).exists()
    assert actions(applicant)[-1] == "session.expired"


def test_fragment_of_an_expired_page_sends_the_window_to_sign_in(client: Client, applicant: User) -> None:
    with time_machine.travel(START, tick=False) as clock:
        sign_in(client, applicant.email)
        clock.shift(timedelta(minutes=31))
        response = client.get("/accounts/sessions/", headers={"hx-request": "true"})
    assert (response.status_code, response.headers["HX-Redirect"]) == (
        204,
        "/accounts/login/?next=/accounts/sessions/",
    )


def test_activity_is_written_at_most_once_a_minute(client: Client, applicant: User) -> None:
    with time_machine.travel(START, tick=False) as clock:
        sign_in(client, applicant.email)
        written = UserSession.objects.get().last_seen_at
        clock.shift(timedelta(seconds=59))
        client.get("/accounts/inactive/")
        assert UserSession.objects.get().last_seen_at == written
        clock.shift(timedelta(seconds=1))
        client.get("/accounts/inactive/")
        assert UserSession.objects.get().last_seen_at == START + timedelta(seconds=60)


def test_cookie_ends_with_the_browser_and_is_out_of_reach_of_scripts(client: Client, applicant: User) -> None:
    cookie = sign_in(client, applicant.email).cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", "")


# ------------------------------------------------------------------ where
def test_own_sign_ins_are_listed_and_one_is_ended(client: Client, applicant: User, expert: User) -> None:
    phone = Client(HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/120.0 Safari/537.36 Edg/120.0")
    sign_in(phone, applicant.email)
    sign_in(Client(), expert.email)
    sign_in(client, applicant.email)
    page = client.get("/accounts/sessions/")
    assert page.context["session_count"] == 2
    assert "Edge" in page.content.decode()
    other = UserSession.objects.get(user=applicant, user_agent__contains="Edg")
    response = client.post(f"/accounts/sessions/{other.pk}/end/")
    assert response.headers["Location"] == "/accounts/sessions/"
    assert not is_signed_in(phone)
    assert is_signed_in(client)
    assert actions(applicant)[-1] == "session.ended"


def test_sign_in_of_somebody_else_does_not_exist(client: Client, applicant: User, expert: User) -> None:
    other = Client()
    sign_in(other, expert.email)
    sign_in(client, applicant.email)
    foreign = UserSession.objects.get(user=expert)
    assert client.post(f"/accounts/sessions/{foreign.pk}/end/").status_code == 404
    assert is_signed_in(other)


def test_all_others_are_ended_at_once(client: Client, applicant: User) -> None:
    others = [Client(), Client()]
    for other in others:
        sign_in(other, applicant.email)
    sign_in(client, applicant.email)
    client.post("/accounts/sessions/")
    assert [is_signed_in(other) for other in others] == [False, False]
    assert is_signed_in(client)


def test_password_change_ends_all_others(client: Client, applicant: User) -> None:
    other = Client()
    sign_in(other, applicant.email)
    sign_in(client, applicant.email)
    new = {"oldpassword": PASSWORD, "password1": "four-loud-rivers-8", "password2": "four-loud-rivers-8"}
    assert client.post("/accounts/password/change/", new).headers["Location"] == "/accounts/"
    assert is_signed_in(client)
    assert not is_signed_in(other)


@pytest.mark.django_db(transaction=True)
def test_new_factor_ends_all_others(client: Client, applicant: User) -> None:
    other = Client()
    sign_in(other, applicant.email)
    sign_in(client, applicant.email)
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    client.post("/accounts/2fa/totp/activate/", {"code": code_now(secret)})
    assert is_signed_in(client)
    assert not is_signed_in(other)


def test_removed_factor_ends_all_others(client: Client, applicant: User) -> None:
    give_app(applicant)
    other = Client()
    for number, browser in enumerate((other, client)):
        sign_in(browser, applicant.email)
        browser.post("/accounts/2fa/authenticate/", {"code": code_now(steps=number)})
    assert (is_signed_in(other), is_signed_in(client)) == (True, True)
    client.post("/accounts/2fa/totp/deactivate/")
    assert is_signed_in(client)
    assert not is_signed_in(other)
