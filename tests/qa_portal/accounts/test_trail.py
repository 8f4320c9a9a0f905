"""Signing in and looking after one's account leave entries in the audit trail, without secrets."""

from typing import Any

import pytest
from django.test import Client

from qa_portal.accounts.models import User
from qa_portal.audit.models import AuditEvent
from tests.qa_portal.accounts.conftest import PASSWORD, sign_in

pytestmark = pytest.mark.django_db


def trail() -> list[tuple[str, str, int | None, Any]]:
    """Action, number of the object, number of the person, and what is noted; without the grants of the fixtures."""
    events = AuditEvent.objects.exclude(action__startswith="role.").order_by("sequence")
    return [(event.action, event.object_id, event.actor_id, event.after) for event in events]


def test_signing_in_and_out(client: Client, applicant: User) -> None:
    sign_in(client, applicant.email, REMOTE_ADDR="192.0.2.1", headers={"user-agent": "Firefox"})
    client.post("/accounts/logout/")
    number = applicant.pk
    assert trail() == [
        ("session.signed_in", str(number), number, {"second_factor": False}),
        ("session.signed_out", str(number), number, None),
    ]
    event = AuditEvent.objects.get(action="session.signed_in")
    assert (event.ip, event.user_agent) == ("192.0.2.1", "Firefox")


def test_failures_name_the_account_or_nobody_and_mask_the_address(client: Client, applicant: User) -> None:
    sign_in(client, applicant.email, "wrong-password")
    sign_in(client, "stranger@example.com", "wrong-password")
    assert trail() == [
        ("session.failed", str(applicant.pk), None, {"email": "a***@example.com"}),
        ("session.failed", "0", None, {"email": "s***@example.com"}),
    ]


def test_lock_is_noted_once_however_many_tries_follow(client: Client, applicant: User) -> None:
    for _ in range(9):
        sign_in(client, applicant.email, "wrong-password")
    assert [action for action, *_ in trail()] == ["session.failed"] * 5 + ["session.locked"]


def test_password_change_and_reset(client: Client, applicant: User, mailoutbox: list[Any]) -> None:
    sign_in(client, applicant.email)
    new = {"oldpassword": PASSWORD, "password1": "four-loud-rivers-8", "password2": "four-loud-rivers-8"}
    client.post("/accounts/password/change/", new)
    other = Client()
    other.post("/accounts/password/reset/", {"email": applicant.email})
    link = next(word for mail in mailoutbox for word in mail.body.split() if "/password/reset/key/" in word)
    page = other.get(link, follow=True)
    other.post(page.redirect_chain[-1][0], {"password1": "five-warm-lakes-9", "password2": "five-warm-lakes-9"})
    assert [action for action, *_ in trail()] == ["session.signed_in", "password.changed", "password.reset"]
    stored = str(list(AuditEvent.objects.values()))
    assert [secret for secret in (PASSWORD, "four-loud", "five-warm", applicant.password) if secret in stored] == []


def test_sign_up_and_confirmation(client: Client, mailoutbox: list[Any]) -> None:
    fields = {"name": "Li", "email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/accounts/signup/", fields)
    client.post(next(word for word in mailoutbox[0].body.split() if "/confirm-email/" in word))
    number = User.objects.get().pk
    noted = {"email": "n***@example.com"}
    assert trail() == [
        ("person.signed_up", str(number), number, noted),
        ("email.confirmed", str(number), number, noted),
    ]
