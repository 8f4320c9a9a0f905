"""Accounts of the demonstration, changing between them, and their absence everywhere else."""

import subprocess
import sys
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from qa_portal.accounts.enums import Role
from qa_portal.accounts.models import User
from qa_portal.accounts.operations import create_demonstration_accounts
from qa_portal.audit.models import AuditEvent
from qa_portal.organisations.models import Membership
from qa_portal.organisations.operations import create_demonstration_memberships
from qa_portal.organisations.rules import kinds_for_role, normalise_uscc
from tests.qa_portal.accounts.conftest import is_signed_in, sign_in

PRODUCTION = {
    "PORTAL_PROFILE": "production",
    "SECRET_KEY": "Zk3v9QpX7mTr2WbYc8LdNs5HfGj4RaEu6",
    "AUDIT_KEY": "Ab4t8YnK2sVx9RmQw7EzPd3JhLc6GuTf5",
    "ALLOWED_HOSTS": "portal.example.cn",
    "PORTAL_URL": "https://portal.example.cn",
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


@pytest.fixture
def accounts(db: None) -> list[User]:
    made = create_demonstration_accounts()
    create_demonstration_memberships()
    return made


# ------------------------------------------------------------------ accounts
def test_every_role_has_one_account(accounts: list[User]) -> None:
    assert sorted(role for user in accounts for role in user.roles) == sorted(Role.values)
    assert ("staff@demo.example", "gongguan-2020", "staff") in settings.DEMONSTRATION_ACCOUNTS


@pytest.mark.parametrize(("email", "password", "role"), settings.DEMONSTRATION_ACCOUNTS)
def test_each_signs_in_by_password_alone(
    client: Client, accounts: list[User], email: str, password: str, role: str
) -> None:
    sign_in(client, email, password)
    assert client.get("/", follow=True).status_code == 200
    assert User.objects.get(email=email).roles == {role}


def test_each_belongs_where_its_role_belongs(accounts: list[User]) -> None:
    for user in accounts:
        [membership] = user.memberships.current()
        [role] = user.roles
        assert membership.organisation.kind in kinds_for_role(Role(role))
        assert membership.is_owner == (role in ("applicant", "recommender"))
    enterprise = Membership.objects.get(user__email="applicant@demo.example").organisation
    assert normalise_uscc(enterprise.uscc or "") == enterprise.uscc
    unit = Membership.objects.get(user__email="recommender@demo.example").organisation
    assert (unit.name, unit.district) == ("闵行区市场监督管理局", "310112")


def test_loading_twice_changes_nothing(accounts: list[User]) -> None:
    user = User.objects.get(email="staff@demo.example")
    user.set_password("changed-by-a-visitor")
    user.save()
    assert (create_demonstration_accounts(), create_demonstration_memberships()) == ([], [])
    user.refresh_from_db()
    assert user.check_password("changed-by-a-visitor")


@pytest.mark.django_db
def test_command_prints_role_address_and_password(monkeypatch: Any, tmp_path: Any) -> None:
    from reports.management.commands import load_demonstration

    monkeypatch.setattr(load_demonstration, "FOLDER", tmp_path)
    printed = StringIO()
    call_command("load_demonstration", stdout=printed)
    lines = [f"{role}: {email} / {password}" for email, password, role in settings.DEMONSTRATION_ACCOUNTS]
    assert [line for line in printed.getvalue().splitlines() if "@" in line] == lines


# ------------------------------------------------------------------ changing between them
def test_switching_signs_in_as_the_other_account(client: Client, accounts: list[User]) -> None:
    sign_in(client, "staff@demo.example", "gongguan-2020")
    old = client.session.session_key
    response = client.post("/accounts/switch/", {"email": "expert@demo.example"})
    assert response.headers["Location"] == "/"
    assert client.session.session_key != old
    assert client.get("/accounts/").context["user"].email == "expert@demo.example"
    before, after = (User.objects.get(email=f"{name}@demo.example").pk for name in ("staff", "expert"))
    event = AuditEvent.objects.get(action="session.switched")
    assert (event.actor_id, event.object_id, event.after) == (before, str(after), {"person": after})


@pytest.mark.parametrize("email", ["real@example.com", "", "unknown@demo.example"])
def test_switching_reaches_no_other_person(client: Client, accounts: list[User], make_person: Any, email: str) -> None:
    make_person(Role.STAFF, "real@example.com")
    sign_in(client, "staff@demo.example", "gongguan-2020")
    assert client.post("/accounts/switch/", {"email": email}).status_code == 404
    assert client.get("/accounts/").context["user"].email == "staff@demo.example"


def test_switching_needs_a_sign_in_and_a_post(client: Client, accounts: list[User]) -> None:
    response = client.post("/accounts/switch/", {"email": "staff@demo.example"})
    assert response.headers["Location"].startswith("/accounts/login/")
    sign_in(client, "staff@demo.example", "gongguan-2020")
    assert client.get("/accounts/switch/?email=expert@demo.example").status_code == 405


def test_switching_is_gone_outside_the_demonstration(client: Client, accounts: list[User], settings: Any) -> None:
    sign_in(client, "staff@demo.example", "gongguan-2020")
    assert "/accounts/switch/" in client.get("/accounts/").content.decode()
    settings.IS_DEMONSTRATION = False
    assert client.post("/accounts/switch/", {"email": "expert@demo.example"}).status_code == 404
    assert "/accounts/switch/" not in client.get("/accounts/").content.decode()


def test_switching_does_not_pass_by_the_second_factor(client: Client, accounts: list[User], settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    sign_in(client, "applicant@demo.example", "gongguan-2020")
    client.post("/accounts/switch/", {"email": "staff@demo.example"})
    assert client.get("/jobs/").headers["Location"] == "/accounts/2fa/?next=%2Fjobs%2F"


# ------------------------------------------------------------------ production
ASK = """
from django.conf import settings
from django.urls import NoReverseMatch, reverse
try:
    print("switch", reverse("accounts:switch"))
except NoReverseMatch:
    print("switch none")
print("accounts", settings.DEMONSTRATION_ACCOUNTS)
print("second factor", settings.SECOND_FACTOR_REQUIRED, "age", settings.PASSWORD_MAX_AGE_DAYS)
"""


def run(env: dict[str, str], *command: str) -> Any:
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        env=env, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.process
def test_production_has_no_account_with_a_known_password_and_no_switcher(process_env: dict[str, str]) -> None:
    done = run(process_env | PRODUCTION, "shell", "--no-imports", "-c", ASK)
    assert done.stdout.splitlines() == ["switch none", "accounts []", "second factor True age 90"], done.stderr


@pytest.mark.process
def test_production_refuses_to_start_without_the_second_factor(process_env: dict[str, str]) -> None:
    done = run(process_env | PRODUCTION | {"SECOND_FACTOR_REQUIRED": "0"}, "check")
    assert done.returncode == 1
    assert "accounts.E001" in done.stderr


@pytest.mark.django_db
def test_migrated_database_holds_nobody() -> None:
    assert not User.objects.exists()
    assert not is_signed_in(Client())
