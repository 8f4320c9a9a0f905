"""Two at once, on both databases: one winner, and the loser is told why."""

import pytest

from qa_portal.accounts.enums import Role
from qa_portal.core.errors import Refusal
from qa_portal.organisations import membership
from qa_portal.organisations.models import Membership
from tests.factories import EnterpriseFactory
from tests.plugins.parallel import at_once
from tests.qa_portal.organisations.people.conftest import PASSWORD, person

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_owners_at_once() -> None:
    enterprise, people = EnterpriseFactory(), [person("a"), person("b")]
    results = at_once(2, lambda n: membership.join(people[n], enterprise, by=None, is_owner=True))
    assert sorted(type(one).__name__ for one in results) == ["Membership", "Refusal"]
    assert Membership.objects.current().filter(organisation=enterprise, is_owner=True).count() == 1
    assert Membership.objects.count() == 1


def test_two_first_people_accept_at_once() -> None:
    admin, enterprise = person("admin", Role.SYSTEM_ADMIN), EnterpriseFactory()
    keys = [
        membership.invite(f"{name}@example.com", role=Role.APPLICANT, organisation=enterprise, by=admin)[1]
        for name in "ab"
    ]
    results = at_once(2, lambda n: membership.accept(keys[n], name="x", password=PASSWORD))
    assert [type(one).__name__ for one in results] == ["Membership", "Membership"]
    owners = Membership.objects.filter(organisation=enterprise).values_list("is_owner", flat=True)
    assert sorted(owners) == [False, True]


def test_one_link_opened_twice_at_once() -> None:
    admin, enterprise = person("admin", Role.SYSTEM_ADMIN), EnterpriseFactory()
    _invitation, key = membership.invite("a@example.com", role=Role.APPLICANT, organisation=enterprise, by=admin)
    results = at_once(3, lambda n: membership.accept(key, name="x", password=PASSWORD))
    assert sorted(type(one).__name__ for one in results) == ["Membership", "Refusal", "Refusal"]
    assert Membership.objects.count() == 1


def test_one_person_accepts_two_invitations_at_once() -> None:
    admin, places = person("admin", Role.SYSTEM_ADMIN), [EnterpriseFactory(), EnterpriseFactory()]
    keys = [membership.invite("a@example.com", role=Role.APPLICANT, organisation=one, by=admin)[1] for one in places]
    results = at_once(2, lambda n: membership.accept(keys[n], name="x", password=PASSWORD))
    assert sorted(type(one).__name__ for one in results) == ["Membership", "Refusal"]
    assert Membership.objects.count() == 1


def test_two_invitations_of_one_address_at_once() -> None:
    admin, enterprise = person("admin", Role.SYSTEM_ADMIN), EnterpriseFactory()
    results = at_once(
        2,
        lambda n: membership.invite("a@example.com", role=Role.APPLICANT, organisation=enterprise, by=admin),
    )
    assert sorted(type(one).__name__ for one in results) == ["Refusal", "tuple"]


def test_handing_over_to_two_at_once() -> None:
    enterprise = EnterpriseFactory()
    owner = person("owner", Role.APPLICANT, enterprise, is_owner=True)
    heirs = [person(name, Role.APPLICANT, enterprise) for name in "ab"]
    results = at_once(2, lambda n: membership.hand_over(enterprise, to=heirs[n], by=owner))
    assert sorted(type(one).__name__ for one in results) == ["Membership", "Refusal"]
    assert Membership.objects.filter(is_owner=True).count() == 1
    assert all(isinstance(one, Membership | Refusal) for one in results)


def test_the_owner_leaves_while_handing_over() -> None:
    enterprise = EnterpriseFactory()
    owner = person("owner", Role.APPLICANT, enterprise, is_owner=True)
    heir = person("heir", Role.APPLICANT, enterprise)
    place = Membership.objects.get(user=owner)
    works = [
        lambda: membership.hand_over(enterprise, to=heir, by=owner),
        lambda: membership.leave(place, by=owner, reason="left"),
    ]
    at_once(2, lambda n: works[n]())
    # whoever came first: the heir owns the enterprise
    assert list(Membership.objects.filter(is_owner=True, ended_at=None).values_list("user__name", flat=True)) == [
        "heir"
    ]
