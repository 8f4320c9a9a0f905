"""Handing over, leaving, ending a membership; each refusal leaves everything as it was."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from qa_portal.accounts.enums import GrantState, Role
from qa_portal.accounts.models import RoleGrant, User
from qa_portal.core.errors import Refusal
from qa_portal.organisations import membership
from qa_portal.organisations.models import Membership, Organisation
from qa_portal.organisations.queries import bureau
from tests.factories import EmployerFactory, EnterpriseFactory
from tests.qa_portal.organisations.people.conftest import actions, is_signed_in, person, signed_in, visitor


def owners(organisation: Organisation) -> list[str]:
    found = Membership.objects.current().filter(organisation=organisation, is_owner=True)
    return list(found.values_list("user__name", flat=True))


def place_of(user: User) -> Membership:
    return Membership.objects.get(user=user)


# ------------------------------------------------------------------ ownership
def test_the_owner_hands_over(owner: User, colleague: User, enterprise: Organisation) -> None:
    response = signed_in(owner).post(f"/organisations/{enterprise.pk}/hand-over/", {"to": colleague.pk})
    assert (response.status_code, response["Location"]) == (302, "/organisations/mine/")
    assert owners(enterprise) == ["colleague"]
    assert Membership.objects.current().filter(organisation=enterprise).count() == 2
    assert actions() == ["membership.handed_over"]


def test_an_administrator_hands_over_when_the_owner_cannot(
    system_admin: User, owner: User, colleague: User, enterprise: Organisation
) -> None:
    owner.is_active = False
    owner.save()
    membership.hand_over(enterprise, to=colleague, by=system_admin)
    assert owners(enterprise) == ["colleague"]


@pytest.mark.parametrize("who", ["colleague", "staff", "security_admin", "stranger"])
def test_nobody_else_hands_over(request: Any, owner: User, colleague: User, enterprise: Organisation, who: str) -> None:
    if who == "stranger":
        by = person("stranger", Role.APPLICANT, EnterpriseFactory(), is_owner=True)
    else:
        by = request.getfixturevalue(who)
    with pytest.raises(Refusal) as refused:
        membership.hand_over(enterprise, to=colleague, by=by)
    assert (refused.value.code, owners(enterprise)) == ("forbidden", ["owner"])


def test_ownership_goes_only_to_an_active_colleague(owner: User, colleague: User, enterprise: Organisation) -> None:
    stranger = person("stranger", Role.APPLICANT, EnterpriseFactory())
    colleague.is_active = False
    colleague.save()
    for to in (stranger, owner, colleague):
        with pytest.raises(Refusal) as refused:
            membership.hand_over(enterprise, to=to, by=owner)
        assert refused.value.code == "member"
        response = signed_in(owner).post(f"/organisations/{enterprise.pk}/hand-over/", {"to": to.pk})
        assert response.status_code == 409
    assert (owners(enterprise), actions()) == (["owner"], [])


def test_the_database_allows_one_owner_and_one_place(owner: User, enterprise: Organisation) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=person("second"), organisation=enterprise, is_owner=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=owner, organisation=EnterpriseFactory())


# ------------------------------------------------------------------ leaving
def test_leaving_ends_the_role_and_the_sign_in(owner: User, colleague: User) -> None:
    browser = signed_in(colleague)
    response = browser.post(f"/organisations/members/{place_of(colleague).pk}/end/", {"reason": "retired"})
    assert (response.status_code, response["Location"]) == (302, "/")
    assert is_signed_in(browser) is False
    assert place_of(colleague).ended_at is not None
    assert colleague.role_grants.get().state == GrantState.ENDED
    assert actions() == ["membership.ended", "role.ended"]


def test_the_owner_ends_a_membership_of_a_colleague(owner: User, colleague: User) -> None:
    theirs = signed_in(colleague)
    response = signed_in(owner).post(f"/organisations/members/{place_of(colleague).pk}/end/", {"reason": "left"})
    assert (response.status_code, response["Location"]) == (302, "/organisations/mine/")
    assert is_signed_in(theirs) is False


def test_an_owner_with_colleagues_hands_over_first(owner: User, colleague: User, enterprise: Organisation) -> None:
    with pytest.raises(Refusal) as refused:
        membership.leave(place_of(owner), by=owner, reason="retired")
    assert (refused.value.code, owners(enterprise)) == ("owner", ["owner"])
    membership.hand_over(enterprise, to=colleague, by=owner)
    membership.leave(place_of(owner), by=owner, reason="retired")
    assert Membership.objects.current().filter(organisation=enterprise).count() == 1


def test_the_last_owner_may_leave(owner: User, enterprise: Organisation) -> None:
    membership.leave(place_of(owner), by=owner, reason="closed")
    assert Membership.objects.current().filter(organisation=enterprise).count() == 0


@pytest.mark.parametrize(("reason", "code"), [("", "reason"), ("  ", "reason")])
def test_a_reason_is_due(owner: User, reason: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        membership.leave(place_of(owner), by=owner, reason=reason)
    assert (refused.value.code, place_of(owner).ended_at) == (code, None)


def test_a_membership_ends_once(owner: User) -> None:
    membership.leave(place_of(owner), by=owner, reason="closed")
    with pytest.raises(Refusal):
        membership.leave(place_of(owner), by=owner, reason="closed")
    assert actions() == ["membership.ended", "role.ended"]


def test_leaving_keeps_a_role_that_has_nothing_to_do_with_the_organisation(enterprise: Organisation) -> None:
    odd = person("odd", Role.STAFF, enterprise)
    membership.leave(place_of(odd), by=odd, reason="left")
    assert odd.role_grants.get().state == GrantState.ACTIVE


def test_after_leaving_one_joins_another(owner: User) -> None:
    membership.leave(place_of(owner), by=owner, reason="new work")
    membership.join(owner, EmployerFactory(), by=None)
    assert Membership.objects.filter(user=owner).count() == 2


# ------------------------------------------------------------------ foreign
def test_foreign_and_unknown_answer_the_same(owner: User, enterprise: Organisation) -> None:
    other = EnterpriseFactory()
    stranger = person("stranger", Role.APPLICANT, other, is_owner=True)
    browser = signed_in(owner)
    for address in (
        f"/organisations/{other.pk}/invite/",
        f"/organisations/{other.pk}/hand-over/",
        f"/organisations/members/{place_of(stranger).pk}/end/",
    ):
        unknown = address.replace(str(other.pk), "999999").replace(f"members/{place_of(stranger).pk}", "members/999999")
        assert [browser.post(one, {"reason": "x"}).status_code for one in (address, unknown)] == [404, 404]
    assert browser.get(f"/organisations/{other.pk}/").status_code == 403
    assert place_of(stranger).ended_at is None


def test_experts_of_one_employer_do_not_see_each_other(staff: User) -> None:
    employer = EmployerFactory()
    expert, other = (person(name, Role.EXPERT, employer) for name in ("expert", "secret-colleague"))
    browser = signed_in(expert)
    page = browser.get("/organisations/mine/").content.decode()
    assert ("expert@example.com" in page, "secret-colleague" in page) == (True, False)
    assert browser.post(f"/organisations/members/{place_of(other).pk}/end/", {"reason": "x"}).status_code == 404
    page = signed_in(staff).get(f"/organisations/{employer.pk}/").content.decode()
    assert "secret-colleague" in page


def test_colleagues_of_the_bureau_do_not_end_each_other(staff: User) -> None:
    leader = person("chief", Role.LEADER, bureau())
    with pytest.raises(Refusal) as refused:
        membership.leave(place_of(leader), by=staff, reason="x")
    assert refused.value.code == "forbidden"
    assert RoleGrant.objects.get(user=leader).state == GrantState.ACTIVE


def test_who_belongs_nowhere_is_told_so(db: None) -> None:
    page = signed_in(person("alone")).get("/organisations/mine/").content.decode()
    assert "You belong to no organisation yet" in page
    assert visitor().get("/organisations/mine/").status_code == 302
