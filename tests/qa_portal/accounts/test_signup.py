"""Creating an account and changing its address; a known address looks like an unknown one."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from qa_portal.accounts.models import User
from tests.qa_portal.accounts.conftest import PASSWORD, is_signed_in, sign_in

pytestmark = pytest.mark.django_db
NEW = "new@example.com"
TOKEN = re.compile(r'(csrfmiddlewaretoken" value=|"X-CSRFToken": )"[^"]+"|[0-9a-f]{32}')


def sign_up(client: Client, email: str, **extra: Any) -> Any:
    fields = {"name": "李明", "email": email, "password1": PASSWORD, "password2": PASSWORD}
    return client.post("/accounts/signup/", fields, **extra)


def told(response: Any, client: Client, email: str) -> tuple[Any, ...]:
    """What a stranger can tell: status, address of the next page, cookies, and that page."""
    following = client.get(response.headers["Location"]) if response.status_code == 302 else response
    text = TOKEN.sub("", following.content.decode()).replace(email, "ADDRESS")
    return response.status_code, response.headers.get("Location"), sorted(response.cookies), following.status_code, text


def link_in(mail: Any, part: str) -> str:
    return next(word for word in mail.body.split() if part in word)


# ------------------------------------------------------------------ a new account
def test_new_account_has_no_role_and_waits_for_its_confirmation(client: Client, mailoutbox: list[Any]) -> None:
    assert sign_up(client, NEW).headers["Location"] == "/accounts/confirm-email/"
    user = User.objects.get(email=NEW)
    assert (user.name, sorted(user.roles), user.is_staff) == ("李明", [], False)
    sign_in(client, NEW)
    assert not is_signed_in(client)
    link = link_in(mailoutbox[0], "/accounts/confirm-email/")
    assert client.get(link).status_code == 200
    assert EmailAddress.objects.get().verified is False
    client.post(link)
    assert EmailAddress.objects.get().verified is True
    sign_in(client, NEW)
    assert is_signed_in(client)


def test_home_says_what_to_do_without_a_role(client: Client, make_person: Any) -> None:
    sign_in(client, make_person(None).email)
    text = client.get("/", headers={"accept-language": "en"}).content.decode()
    assert "Your account has no role yet." in text


def test_mail_names_the_configured_address(client: Client, settings: Any, mailoutbox: list[Any]) -> None:
    settings.PORTAL_URL = "https://portal.example.cn"
    sign_up(client, NEW)
    assert link_in(mailoutbox[0], "/accounts/confirm-email/").startswith("https://portal.example.cn/accounts/")
    assert "testserver" not in mailoutbox[0].body


def test_nobody_signs_up_where_it_is_closed(client: Client, settings: Any) -> None:
    settings.SIGNUP_IS_OPEN = False
    assert sign_up(client, NEW).status_code == 200
    assert not User.objects.exists()


@pytest.mark.parametrize("field", ["is_staff", "is_superuser", "is_active", "role_epoch", "role", "password_set_at"])
def test_further_fields_of_a_person_are_not_taken(client: Client, field: str) -> None:
    fields = {"name": "Li", "email": NEW, "password1": PASSWORD, "password2": PASSWORD, field: "1"}
    client.post("/accounts/signup/", fields)
    user = User.objects.get(email=NEW)
    assert (user.is_staff, user.is_superuser, user.is_active, user.role_epoch) == (False, False, True, 0)


# ------------------------------------------------------------------ no enumeration
def test_sign_up_does_not_tell_known_addresses(applicant: User, mailoutbox: list[Any]) -> None:
    known, unknown = Client(), Client()
    answers = [told(sign_up(known, applicant.email), known, applicant.email), told(sign_up(unknown, NEW), unknown, NEW)]
    assert answers[0] == answers[1]
    assert [mail.to for mail in mailoutbox] == [[applicant.email], [NEW]]
    assert not EmailAddress.objects.filter(email=applicant.email, verified=False).exists()


def test_sign_up_twice_looks_the_same(mailoutbox: list[Any]) -> None:
    first, second = Client(), Client()
    assert told(sign_up(first, NEW), first, NEW) == told(sign_up(second, NEW), second, NEW)
    assert User.objects.count() == 1


def test_reset_does_not_tell_known_addresses(applicant: User, mailoutbox: list[Any]) -> None:
    answers = []
    for email in (applicant.email, NEW):
        client = Client()
        answers.append(told(client.post("/accounts/password/reset/", {"email": email}), client, email))
    assert answers[0] == answers[1]
    assert [mail.to for mail in mailoutbox] == [[applicant.email], [NEW]]


def test_sign_in_does_not_tell_known_addresses(applicant: User) -> None:
    answers = []
    for email in (applicant.email, NEW):
        client = Client()
        answers.append(told(sign_in(client, email, "wrong-password"), client, email))
    assert answers[0] == answers[1]


def test_unconfirmed_and_closed_accounts_are_told_only_with_the_password(make_person: Any) -> None:
    user = make_person(None)
    User.objects.filter(pk=user.pk).update(is_active=False)
    client, other = Client(), Client()
    wrong = told(sign_in(client, user.email, "wrong-password"), client, user.email)
    assert wrong == told(sign_in(other, NEW, "wrong-password"), other, NEW)


# ------------------------------------------------------------------ another address
def test_new_address_counts_once_it_is_confirmed(client: Client, applicant: User, mailoutbox: list[Any]) -> None:
    sign_in(client, applicant.email)
    client.post("/accounts/email/", {"email": NEW, "action_add": ""})
    applicant.refresh_from_db()
    assert applicant.email == "applicant@example.com"
    link = next(link_in(mail, "/confirm-email/") for mail in mailoutbox if mail.to == [NEW])
    client.post(link)
    applicant.refresh_from_db()
    assert applicant.email == NEW
    assert [(one.email, one.verified) for one in EmailAddress.objects.filter(user=applicant)] == [(NEW, True)]


def test_address_of_another_account_is_not_told_and_not_taken(client: Client, applicant: User, expert: User) -> None:
    sign_in(client, applicant.email)
    taken = client.post("/accounts/email/", {"email": expert.email, "action_add": ""})
    assert (taken.status_code, taken.headers["Location"]) == (302, "/accounts/email/")
    assert EmailAddress.objects.get(email=expert.email, verified=True).user == expert
