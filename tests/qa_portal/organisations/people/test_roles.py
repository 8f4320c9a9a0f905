"""Roles: asked for by one, decided by another; a role that ends logs the person out."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from qa_portal.accounts.enums import GrantState, Role
from qa_portal.accounts.models import RoleGrant, User
from qa_portal.accounts.operations import decide_grant, end_grant, request_role, set_active
from qa_portal.core.errors import Refusal
from qa_portal.organisations.membership import give_role
from qa_portal.organisations.queries import bureau
from tests.plugins.parallel import at_once
from tests.qa_portal.organisations.people.conftest import actions, is_signed_in, person, signed_in


@pytest.fixture
def newcomer(db: None) -> User:
    return person("newcomer", None, bureau())


@pytest.fixture
def waiting(newcomer: User, system_admin: User) -> RoleGrant:
    return request_role(newcomer, Role.STAFF, by=system_admin)


def state_of(grant: RoleGrant) -> str:
    return str(RoleGrant.objects.get(pk=grant.pk).state)


# ------------------------------------------------------------------ asking and deciding
def test_a_role_is_asked_for_and_approved(system_admin: User, security_admin: User, newcomer: User) -> None:
    browser = signed_in(newcomer)
    response = signed_in(system_admin).post(
        f"/organisations/people/{newcomer.pk}/role/", {"role": "leader", "reason": "appointed"}
    )
    assert (response.status_code, response["Location"]) == (302, f"/organisations/people/{newcomer.pk}/")
    grant = newcomer.role_grants.get()
    assert (grant.state, grant.reason) == (GrantState.PENDING, "appointed")
    assert is_signed_in(browser) is True
    response = signed_in(security_admin).post(f"/organisations/grants/{grant.pk}/decide/", {"approve": "1"})
    assert response.status_code == 302
    assert (state_of(grant), is_signed_in(browser)) == (GrantState.ACTIVE, False)
    assert actions() == ["role.requested", "role.approved"]


def test_a_refused_role_is_over(waiting: RoleGrant, security_admin: User) -> None:
    signed_in(security_admin).post(f"/organisations/grants/{waiting.pk}/decide/", {"approve": "0"})
    assert state_of(waiting) == GrantState.REFUSED
    with pytest.raises(Refusal) as refused:
        decide_grant(waiting, approve=True, by=security_admin)
    assert (refused.value.code, state_of(waiting)) == ("decided", GrantState.REFUSED)


def test_nobody_decides_what_they_asked_for(waiting: RoleGrant, system_admin: User) -> None:
    response = signed_in(system_admin).post(f"/organisations/grants/{waiting.pk}/decide/", {"approve": "1"})
    assert (response.status_code, state_of(waiting)) == (409, GrantState.PENDING)
    page = signed_in(system_admin).get("/organisations/people/").content.decode()
    assert "Another security administrator decides" in page
    assert "/decide/" not in page


def test_not_even_with_a_role_that_decides(waiting: RoleGrant, system_admin: User) -> None:
    """Who asked as system administrator and has become security administrator since, still may not."""
    RoleGrant.objects.filter(user=system_admin).update(state=GrantState.ENDED)
    RoleGrant.objects.create(user=system_admin, role=Role.SECURITY_ADMIN)
    judge = User.objects.get(pk=system_admin.pk)
    with pytest.raises(Refusal) as refused:
        decide_grant(waiting, approve=True, by=judge)
    assert (refused.value.code, state_of(waiting)) == ("forbidden", GrantState.PENDING)
    response = signed_in(judge).post(f"/organisations/grants/{waiting.pk}/decide/", {"approve": "1"})
    assert (response.status_code, state_of(waiting)) == (409, GrantState.PENDING)


def test_nobody_decides_the_own_grant(waiting: RoleGrant, newcomer: User) -> None:
    """Not by a role that was in force before; the database holds one open role each, so it is made up."""
    newcomer.__dict__["roles"] = frozenset({Role.SECURITY_ADMIN})
    with pytest.raises(Refusal) as refused:
        decide_grant(waiting, approve=True, by=newcomer)
    assert (refused.value.code, state_of(waiting)) == ("forbidden", GrantState.PENDING)


@pytest.mark.parametrize("who", ["newcomer", "system_admin"])
def test_the_database_itself_refuses(request: Any, waiting: RoleGrant, who: str) -> None:
    by = request.getfixturevalue(who)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.filter(pk=waiting.pk).update(
            state=GrantState.ACTIVE, decided_by=by, decided_at=timezone.now()
        )
    assert state_of(waiting) == GrantState.PENDING


def test_nobody_gives_themselves_a_role(system_admin: User) -> None:
    RoleGrant.objects.filter(user=system_admin).update(state=GrantState.ACTIVE)
    with pytest.raises(Refusal) as refused:
        request_role(system_admin, Role.AUDITOR, by=system_admin)
    assert refused.value.code == "forbidden"


def test_a_second_role_is_refused(waiting: RoleGrant, newcomer: User, system_admin: User) -> None:
    with pytest.raises(Refusal) as refused:
        request_role(newcomer, Role.AUDITOR, by=system_admin)
    assert (refused.value.code, newcomer.role_grants.count()) == ("second_role", 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(user=newcomer, role=Role.AUDITOR)


def test_a_role_fits_where_the_person_belongs(system_admin: User, newcomer: User) -> None:
    with pytest.raises(Refusal) as refused:
        give_role(newcomer, Role.APPLICANT, by=system_admin)
    assert (refused.value.code, newcomer.role_grants.count()) == ("role", 0)
    response = signed_in(system_admin).post(
        f"/organisations/people/{newcomer.pk}/role/", {"role": "applicant", "reason": "x"}
    )
    assert (response.status_code, newcomer.role_grants.count()) == (422, 0)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_decide_at_once() -> None:
    admin, judges = person("admin", Role.SYSTEM_ADMIN), [person(name, Role.SECURITY_ADMIN) for name in "ab"]
    grant = request_role(person("newcomer"), Role.STAFF, by=admin)
    results = at_once(2, lambda n: decide_grant(grant, approve=n == 0, by=judges[n]))
    assert sorted(type(one).__name__ for one in results) == ["Refusal", "RoleGrant"]
    assert actions() == ["role.requested", actions()[-1]]


# ------------------------------------------------------------------ ending
def test_the_end_of_a_role_is_the_end_of_the_sign_in(system_admin: User, staff: User) -> None:
    browser, grant = signed_in(staff), staff.role_grants.get()
    response = signed_in(system_admin).post(f"/organisations/grants/{grant.pk}/end/", {"reason": "moved"})
    assert response.status_code == 302
    assert (state_of(grant), is_signed_in(browser)) == (GrantState.ENDED, False)
    browser = signed_in(User.objects.get(pk=staff.pk))
    assert (is_signed_in(browser), browser.get("/organisations/units/").status_code) == (True, 403)


@pytest.mark.parametrize("who", ["security_admin", "staff", "owner"])
def test_who_may_not_end_a_role(db: None, request: Any, who: str) -> None:
    leader = person("chief", Role.LEADER, bureau())
    grant = leader.role_grants.get()
    with pytest.raises(Refusal) as refused:
        end_grant(grant, by=request.getfixturevalue(who), reason="x")
    assert (refused.value.code, state_of(grant)) == ("forbidden", GrantState.ACTIVE)


def test_a_security_administrator_sees_no_button_that_would_be_refused(security_admin: User, staff: User) -> None:
    page = signed_in(security_admin).get(f"/organisations/people/{staff.pk}/").content.decode()
    assert ("/end/" in page, "/role/" in page, "/active/" in page) == (False, False, True)


# ------------------------------------------------------------------ deactivation
def test_a_deactivated_person_is_out_at_once(security_admin: User, staff: User) -> None:
    browser, address = signed_in(staff), f"/organisations/people/{staff.pk}/active/"
    assert signed_in(security_admin).post(address, {"active": "0", "reason": "left"}).status_code == 302
    assert is_signed_in(browser) is False
    assert is_signed_in(signed_in(staff)) is False
    assert signed_in(security_admin).post(address, {"active": "1", "reason": "back"}).status_code == 302
    assert is_signed_in(signed_in(User.objects.get(pk=staff.pk))) is True
    assert actions() == ["person.deactivated", "person.reactivated"]


def test_nobody_deactivates_themselves(security_admin: User) -> None:
    with pytest.raises(Refusal):
        set_active(security_admin, active=False, by=security_admin, reason="x")
    assert User.objects.get(pk=security_admin.pk).is_active is True
    page = signed_in(security_admin).get(f"/organisations/people/{security_admin.pk}/").content.decode()
    assert "/active/" not in page


def test_deactivation_needs_a_reason(security_admin: User, staff: User) -> None:
    response = signed_in(security_admin).post(f"/organisations/people/{staff.pk}/active/", {"active": "0"})
    assert (response.status_code, User.objects.get(pk=staff.pk).is_active) == (409, True)
