"""The second factor: who must have one, how it is set up, and codes that work once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client

from qa_portal.accounts.enums import SECOND_FACTOR_ROLES, Role
from qa_portal.accounts.models import User
from qa_portal.audit.queries import events_for
from tests.qa_portal.accounts.conftest import PASSWORD, SECRET, code_now, give_app, is_signed_in, sign_in

pytestmark = pytest.mark.django_db
START = datetime(2020, 9, 21, 8, tzinfo=UTC)
AUTHENTICATE = "/accounts/2fa/authenticate/"
FREE_ROLES = [role for role in Role if role not in SECOND_FACTOR_ROLES]


@pytest.fixture
def required(settings: Any) -> None:
    """As in production."""
    settings.SECOND_FACTOR_REQUIRED = True


def recovery_codes(client: Client) -> list[str]:
    return list(client.get("/accounts/2fa/recovery-codes/").context["unused_codes"])


def set_up_app(client: Client, **steps: int) -> str:
    """Set an app up as a person does; returns its secret."""
    secret: str = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    response = client.post("/accounts/2fa/totp/activate/", {"code": code_now(secret, **steps)})
    assert response.headers["Location"] == "/accounts/2fa/recovery-codes/"
    return secret


# ------------------------------------------------------------------ who must have one
def test_bureau_experts_and_administrators_need_one() -> None:
    assert sorted(FREE_ROLES) == ["applicant", "recommender"]


@pytest.mark.parametrize("role", SECOND_FACTOR_ROLES)
@pytest.mark.parametrize("path", ["/", "/jobs/", "/organisations/mine/"])
def test_role_without_a_factor_is_sent_to_enrolment(
    client: Client, make_person: Any, required: None, role: Role, path: str
) -> None:
    sign_in(client, make_person(role).email)
    response = client.get(path)
    assert (response.status_code, response.headers["Location"].partition("?")[0]) == (302, "/accounts/2fa/")
    assert client.post("/jobs/").headers["Location"] == "/accounts/2fa/?next=%2F"


@pytest.mark.parametrize("role", FREE_ROLES)
def test_role_that_needs_none_goes_on(client: Client, make_person: Any, required: None, role: Role) -> None:
    sign_in(client, make_person(role).email)
    assert client.get("/jobs/").status_code == 200


def test_what_is_not_allowed_stays_forbidden_before_enrolment(client: Client, expert: User, required: None) -> None:
    sign_in(client, expert.email)
    assert client.get("/organisations/people/").status_code == 403


def test_fragment_sends_the_window_to_enrolment(client: Client, expert: User, required: None) -> None:
    sign_in(client, expert.email)
    response = client.get("/jobs/", headers={"hx-request": "true"})
    assert (response.status_code, response.headers["HX-Redirect"]) == (204, "/accounts/2fa/")


@pytest.mark.parametrize(
    "path",
    ["/accounts/", "/accounts/password/change/", "/accounts/2fa/", "/accounts/2fa/webauthn/", "/accounts/sessions/"],
)
def test_own_account_stays_open_before_enrolment(client: Client, expert: User, required: None, path: str) -> None:
    sign_in(client, expert.email)
    assert client.get(path).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_enrolment_opens_the_portal_without_asking_the_password_again(
    client: Client, expert: User, required: None
) -> None:
    sign_in(client, expert.email)
    set_up_app(client)
    assert len(recovery_codes(client)) == 10
    assert client.get("/jobs/").status_code == 200


def test_factor_of_another_session_must_be_shown_in_this_one(client: Client, expert: User, required: None) -> None:
    """A session that was opened past the second step asks for it before any business page."""
    give_app(expert)
    client.force_login(expert)
    assert client.get("/jobs/").headers["Location"] == "/accounts/2fa/reauthenticate/?next=%2Fjobs%2F"
    response = client.post("/accounts/2fa/reauthenticate/", {"code": code_now(), "next": "/jobs/"})
    assert response.headers["Location"] == "/jobs/"
    assert client.get("/jobs/").status_code == 200


def test_removing_the_last_factor_closes_the_portal_again(client: Client, expert: User, required: None) -> None:
    sign_in(client, expert.email)
    set_up_app(client)
    client.post("/accounts/2fa/totp/deactivate/")
    assert list(Authenticator.objects.filter(user=expert)) == []
    assert client.get("/jobs/").headers["Location"] == "/accounts/2fa/?next=%2Fjobs%2F"


def test_factor_of_one_person_counts_for_no_other(
    client: Client, expert: User, make_person: Any, required: None
) -> None:
    give_app(expert)
    sign_in(client, expert.email)
    client.post(AUTHENTICATE, {"code": code_now()})
    client.force_login(make_person(Role.STAFF))
    assert client.get("/jobs/").headers["Location"] == "/accounts/2fa/?next=%2Fjobs%2F"


def test_switched_off_is_said_on_every_page(client: Client, settings: Any) -> None:
    text = "The second factor is switched off here."
    off = client.get("/accounts/login/", headers={"accept-language": "en"}).content.decode()
    settings.SECOND_FACTOR_REQUIRED = True
    on = client.get("/accounts/login/", headers={"accept-language": "en"}).content.decode()
    assert (text in off, text in on) == (True, False)


# ------------------------------------------------------------------ the second step
def test_password_alone_opens_nothing(client: Client, expert: User) -> None:
    give_app(expert)
    assert sign_in(client, expert.email).headers["Location"] == AUTHENTICATE
    assert not is_signed_in(client)
    assert client.post(AUTHENTICATE, {"code": "000000"}).status_code == 200
    assert not is_signed_in(client)
    client.post(AUTHENTICATE, {"code": code_now()})
    assert is_signed_in(client)


def test_second_step_can_be_given_up(client: Client, expert: User) -> None:
    give_app(expert)
    sign_in(client, expert.email)
    client.post("/accounts/logout/")
    assert client.get(AUTHENTICATE).headers["Location"] == "/accounts/login/"


def test_second_step_without_the_first_leads_to_sign_in(client: Client, expert: User) -> None:
    give_app(expert)
    assert client.post(AUTHENTICATE, {"code": code_now()}).headers["Location"] == "/accounts/login/"
    assert not is_signed_in(client)


@pytest.mark.parametrize("seconds", [0, 29, 31, 59])
def test_totp_replay_is_refused(expert: User, seconds: int) -> None:
    give_app(expert)
    with time_machine.travel(START, tick=False) as clock:
        code, owner, thief = code_now(steps=1), Client(), Client()
        sign_in(owner, expert.email)
        owner.post(AUTHENTICATE, {"code": code})
        assert is_signed_in(owner)
        clock.shift(timedelta(seconds=seconds))
        sign_in(thief, expert.email)
        thief.post(AUTHENTICATE, {"code": code})
        assert not is_signed_in(thief)
        thief.post(AUTHENTICATE, {"code": code_now(steps=-1)})
        assert is_signed_in(thief)


def test_code_of_the_enrolment_signs_nobody_in(client: Client, expert: User) -> None:
    with time_machine.travel(START, tick=False):
        sign_in(client, expert.email)
        secret = set_up_app(client)
        thief = Client()
        sign_in(thief, expert.email)
        thief.post(AUTHENTICATE, {"code": code_now(secret)})
        assert not is_signed_in(thief)


@pytest.mark.parametrize(("steps", "opens"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_clock_may_be_off_by_half_a_minute(client: Client, expert: User, steps: int, opens: bool) -> None:
    give_app(expert)
    with time_machine.travel(START, tick=False):
        sign_in(client, expert.email)
        client.post(AUTHENTICATE, {"code": code_now(steps=steps)})
        assert is_signed_in(client) is opens


def test_sixth_code_is_refused_even_if_right(client: Client, expert: User) -> None:
    give_app(expert)
    sign_in(client, expert.email)
    for _ in range(5):
        client.post(AUTHENTICATE, {"code": "000000"})
    client.post(AUTHENTICATE, {"code": code_now()})
    assert not is_signed_in(client)


def test_recovery_code_works_once(client: Client, expert: User) -> None:
    sign_in(client, expert.email)
    set_up_app(client)
    code = recovery_codes(client)[0]
    for opens in (True, False):
        browser = Client()
        sign_in(browser, expert.email)
        browser.post(AUTHENTICATE, {"code": code})
        assert is_signed_in(browser) is opens


def test_new_recovery_codes_make_the_old_ones_worthless(client: Client, expert: User) -> None:
    sign_in(client, expert.email)
    set_up_app(client)
    old = recovery_codes(client)
    client.post("/accounts/2fa/recovery-codes/generate/")
    assert set(recovery_codes(client)).isdisjoint(old)
    browser = Client()
    sign_in(browser, expert.email)
    browser.post(AUTHENTICATE, {"code": old[0]})
    assert not is_signed_in(browser)


# ------------------------------------------------------------------ secrets and changes
def test_secrets_lie_encrypted_in_the_database(client: Client, expert: User) -> None:
    sign_in(client, expert.email)
    secret = set_up_app(client)
    codes = recovery_codes(client)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert [code for code in codes if code in stored] == []


def test_secret_outlives_a_change_of_the_key(client: Client, settings: Any, expert: User) -> None:
    give_app(expert)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-of-fifty-characters-for-this-test-alone"
    sign_in(client, expert.email)
    client.post(AUTHENTICATE, {"code": code_now(SECRET)})
    assert is_signed_in(client)


def test_change_of_factors_asks_again_after_five_minutes(client: Client, expert: User) -> None:
    give_app(expert)
    with time_machine.travel(START, tick=False) as clock:
        sign_in(client, expert.email)
        client.post(AUTHENTICATE, {"code": code_now()})
        clock.shift(timedelta(minutes=5))
        response = client.post("/accounts/2fa/totp/deactivate/")
        assert response.headers["Location"].startswith("/accounts/2fa/reauthenticate/")
        assert Authenticator.objects.filter(user=expert).count() == 1


def test_password_alone_does_not_confirm_who_has_a_factor(client: Client, expert: User) -> None:
    give_app(expert)
    client.force_login(expert)
    response = client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert response.headers["Location"] == "/accounts/2fa/reauthenticate/"
    assert client.get("/accounts/2fa/totp/deactivate/").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_changes_are_told_by_mail(client: Client, expert: User, mailoutbox: list[Any]) -> None:
    sign_in(client, expert.email)
    set_up_app(client)
    assert [mail.to for mail in mailoutbox] == [[expert.email]]


@pytest.mark.django_db(transaction=True)
def test_changes_and_failures_are_in_the_trail(client: Client, expert: User) -> None:
    sign_in(client, expert.email)
    set_up_app(client)
    client.post("/accounts/2fa/totp/deactivate/")
    give_app(expert)
    browser = Client()
    sign_in(browser, expert.email)
    browser.post(AUTHENTICATE, {"code": "000000"})
    recorded = [(event.action, event.after) for event in events_for(expert) if event.action.startswith("factor.")]
    assert sorted(recorded, key=str) == sorted(
        [
            ("factor.added", {"kind": "totp"}),
            ("factor.added", {"kind": "recovery_codes"}),
            ("factor.removed", {"kind": "totp"}),
            ("factor.removed", {"kind": "recovery_codes"}),
            ("factor.failed", {"kind": "totp"}),
        ],
        key=str,
    )
    assert SECRET not in str(recorded)
