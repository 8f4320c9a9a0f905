"""The technical administration: one way in, for system administrators, to look and not to change."""

from typing import Any

import pytest
from django.test import Client

from qa_portal.accounts.admin import site
from qa_portal.accounts.enums import Role
from qa_portal.accounts.models import RoleGrant, User
from tests.qa_portal.accounts.conftest import PASSWORD, is_signed_in, sign_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/accounts/user/"])
def test_admin_signs_in_through_the_portal(client: Client, path: str) -> None:
    assert client.get(path).headers["Location"] == f"/accounts/login/?next={path}"


def test_password_sent_to_the_admin_is_not_even_looked_at(client: Client, make_person: Any) -> None:
    admin = make_person(Role.SYSTEM_ADMIN)
    for _ in range(6):
        response = client.post("/admin/login/", {"username": admin.email, "password": PASSWORD})
        assert response.headers["Location"] == "/accounts/login/?next=/admin/login/"
    assert not is_signed_in(client)


def test_lock_of_the_sign_in_locks_the_admin_too(client: Client, make_person: Any) -> None:
    admin = make_person(Role.SYSTEM_ADMIN)
    for _ in range(5):
        sign_in(client, admin.email, "wrong-password", fields={"next": "/admin/"})
    sign_in(client, admin.email, fields={"next": "/admin/"})
    assert not is_signed_in(client)


@pytest.mark.parametrize("role", Role)
def test_only_system_administrators_enter(client: Client, make_person: Any, role: Role) -> None:
    sign_in(client, make_person(role).email)
    expected = 200 if role == Role.SYSTEM_ADMIN else 403
    assert client.get("/admin/").status_code == expected


def test_flags_of_django_open_nothing(client: Client) -> None:
    superuser = User.objects.create_superuser("root@example.com", PASSWORD)
    client.force_login(superuser)
    assert client.get("/admin/").status_code == 403


def test_second_factor_stands_before_the_admin(client: Client, make_person: Any, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    sign_in(client, make_person(Role.SYSTEM_ADMIN).email)
    assert client.get("/admin/").headers["Location"] == "/accounts/2fa/?next=%2Fadmin%2F"


def test_admin_knows_people_and_grants_only() -> None:
    assert set(site._registry) == {User, RoleGrant}


@pytest.mark.parametrize("path", ["add/", "{pk}/delete/", "{pk}/password/"])
def test_pages_that_change_do_not_exist(client: Client, make_person: Any, path: str) -> None:
    admin = make_person(Role.SYSTEM_ADMIN)
    sign_in(client, admin.email)
    assert client.get(f"/admin/accounts/user/{path.format(pk=admin.pk)}").status_code == 404


def test_nothing_is_changed_in_the_admin(client: Client, make_person: Any) -> None:
    admin, other = make_person(Role.SYSTEM_ADMIN), make_person(Role.STAFF)
    sign_in(client, admin.email)
    page = client.get(f"/admin/accounts/user/{other.pk}/change/")
    assert (page.status_code, other.password in page.content.decode()) == (200, False)
    response = client.post(f"/admin/accounts/user/{other.pk}/change/", {"email": "taken@example.com", "is_active": ""})
    assert response.status_code == 403
    other.refresh_from_db()
    assert (other.email, other.is_active) == ("staff@example.com", True)
    listed = client.post("/admin/accounts/user/", {"action": "delete_selected", "_selected_action": [other.pk]})
    assert listed.status_code == 403 or User.objects.filter(pk=other.pk).exists()
    assert User.objects.filter(pk=other.pk).exists()


def test_admin_obeys_the_content_policy_of_the_portal(client: Client, make_person: Any) -> None:
    sign_in(client, make_person(Role.SYSTEM_ADMIN).email)
    policy = client.get("/admin/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_admin_wears_the_look_of_the_portal(client: Client, make_person: Any) -> None:
    """Its own template, without the dark mode and its script; signing out is the portal's."""
    sign_in(client, make_person(Role.SYSTEM_ADMIN).email)
    for path in ("/admin/", "/admin/accounts/user/", "/admin/accounts/rolegrant/"):
        text = client.get(path).content.decode()
        assert "css/admin.css" in text
        assert ("theme.js" in text, "dark_mode.css" in text, "<style" in text, "style=" in text) == (False,) * 4
        assert 'action="/accounts/logout/"' in text
