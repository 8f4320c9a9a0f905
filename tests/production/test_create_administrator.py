"""The first administrators: no password on the command line, one link, one of each role."""

import io
import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.test import Client

from qa_portal.accounts.models import RoleGrant, User
from qa_portal.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "a-long-password-of-their-own"


def create(*arguments: str) -> list[str]:
    said = io.StringIO()
    call_command("create_administrator", *arguments, stdout=said)
    return said.getvalue().splitlines()


def test_the_link_sets_the_password_once(client: Client, settings: Any) -> None:
    settings.PORTAL_URL = "https://portal.example.com/"
    said = create("Admin@Example.com", "--role", "security_admin", "--name", "郑安宁")
    assert said[:2] == [
        "security_admin: admin@example.com", "Choose a password within 72 hours; the link works once:",
    ]  # fmt: skip
    link = urlsplit(said[2])
    assert (link.scheme, link.netloc) == ("https", "portal.example.com")
    person = User.objects.get(email="admin@example.com")
    assert (person.name, person.has_usable_password(), person.is_superuser, person.is_staff) == (
        "郑安宁", False, False, False,
    )  # fmt: skip
    assert EmailAddress.objects.get(user=person).verified is True
    form = client.get(link.path, follow=True)
    assert form.status_code == 200
    path = form.redirect_chain[-1][0]
    client.post(path, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    person.refresh_from_db()
    assert person.check_password(NEW_PASSWORD) is True
    again = Client().get(link.path, follow=True)
    assert not re.search(r'name="password1"', again.content.decode())


def test_what_is_recorded(settings: Any) -> None:
    create("admin@example.com", "--role", "auditor")
    grant = RoleGrant.objects.get()
    assert (grant.role, grant.state, grant.requested_by, grant.reason) == ("auditor", "active", None, "installation")
    assert list(AuditEvent.objects.values_list("action", "actor_label")) == [("role.granted", "system")]


def test_a_second_one_of_a_role_needs_a_reason() -> None:
    create("one@example.com", "--role", "system_admin")
    with pytest.raises(CommandError, match=r"^There is an active system_admin already"):
        create("two@example.com", "--role", "system_admin")
    assert User.objects.count() == 1
    create("two@example.com", "--role", "system_admin", "--reason", "the first one has left")
    assert RoleGrant.objects.get(user__email="two@example.com").reason == "the first one has left"
    create("three@example.com", "--role", "auditor")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("no-address", "--role", "auditor"), "no-address is not an e-mail address."),
        (("staff@example.com", "--role", "auditor"), "staff@example.com has an account already."),
    ],
)
def test_refusals(staff_user: Any, arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(CommandError) as refused:
        create(*arguments)
    assert str(refused.value) == message


def test_no_other_role() -> None:
    with pytest.raises(CommandError, match="invalid choice: 'staff'"):
        create("new@example.com", "--role", "staff")
