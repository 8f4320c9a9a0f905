"""An enterprise comes into the portal: who may, what is refused, what is kept."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from qa_portal.accounts.enums import Role
from qa_portal.accounts.models import RoleGrant, User
from qa_portal.audit.models import AuditEvent
from qa_portal.core.errors import Refusal
from qa_portal.organisations.enums import District, OrganisationKind, SizeClass
from qa_portal.organisations.membership import digest_of
from qa_portal.organisations.models import EnterpriseProfile, Invitation, Membership, Organisation
from qa_portal.organisations.registration import register_enterprise, save_profile
from qa_portal.organisations.sizes import bounds_of
from tests.factories import EnterpriseFactory, RecommendingUnitFactory, uscc

pytestmark = pytest.mark.django_db
URL = "/organisations/register/"
PROFILE = "/organisations/mine/profile/"


def newcomer(name: str = "newcomer") -> User:
    return User.objects.create_user(f"{name}@example.com", "a-long-password", name=name)


def client_of(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def given(**changes: Any) -> dict[str, Any]:
    return {"uscc": uscc(500_077), "name": "上海新来有限公司", "district": District.MINHANG} | changes


def test_registration_makes_owner_and_applicant_and_leaves_a_trace() -> None:
    person = newcomer()
    membership = register_enterprise(person, **given())
    organisation = membership.organisation
    assert (organisation.name, organisation.uscc, organisation.kind) == (
        "上海新来有限公司", uscc(500_077), OrganisationKind.ENTERPRISE)  # fmt: skip
    assert (membership.user, membership.is_owner) == (person, True)
    assert list(RoleGrant.objects.filter(user=person).values_list("role", flat=True)) == [Role.APPLICANT]
    assert EnterpriseProfile.objects.filter(organisation=organisation).count() == 1
    actions = list(AuditEvent.objects.order_by("sequence").values_list("action", flat=True))
    assert actions == ["membership.joined", "role.granted", "organisation.registered"]


@pytest.mark.parametrize(
    "typed", ["９" + uscc(500_077)[1:], uscc(500_077).lower(), f" {uscc(500_077)[:8]} {uscc(500_077)[8:]} "]
)
def test_code_is_kept_in_one_form(typed: str) -> None:
    client = client_of(newcomer())
    assert client.post(URL, given(uscc=typed)).status_code == 302
    assert list(Organisation.objects.values_list("uscc", flat=True)) == [uscc(500_077)]


def test_wrong_check_character_is_an_error_of_the_field() -> None:
    response = client_of(newcomer()).post(URL, given(uscc="91310115000000001X"))
    assert (response.status_code, Organisation.objects.count()) == (422, 0)
    assert "The check character is wrong" in response.content.decode()


def test_imported_enterprise_without_people_is_claimed_and_keeps_its_name() -> None:
    imported = EnterpriseFactory(uscc=uscc(500_077), name="上海旧名有限公司", district="")
    membership = register_enterprise(newcomer(), **given())
    imported.refresh_from_db()
    assert (membership.organisation_id, imported.name, imported.district) == (
        imported.pk, "上海旧名有限公司", District.MINHANG)  # fmt: skip
    assert AuditEvent.objects.filter(action="organisation.claimed").count() == 1


def refused_page(client: Client) -> str:
    response = client.post(URL, given())
    assert response.status_code == 422
    return response.content.decode()


def test_taken_code_is_refused_with_the_same_words_and_no_name() -> None:
    owner, late = newcomer("owner"), newcomer("late")
    register_enterprise(owner, **given(name="上海保密有限公司"))
    page = refused_page(client_of(late))
    assert ("This code cannot be registered again." in page, "上海保密" in page, "owner@" in page) == (
        True,
        False,
        False,
    )
    assert Membership.objects.filter(user=late).count() == 0
    assert RoleGrant.objects.filter(user=late).count() == 0


def test_invited_owner_comes_first() -> None:
    imported = EnterpriseFactory(uscc=uscc(500_077))
    Invitation.objects.create(
        email="boss@example.com", role=Role.APPLICANT, organisation=imported, is_owner=True, key_digest=digest_of("k")
    )
    assert "This code cannot be registered again." in refused_page(client_of(newcomer()))
    assert Membership.objects.count() == 0


def test_code_of_a_unit_is_taken() -> None:
    RecommendingUnitFactory(uscc=uscc(500_077))
    assert "This code cannot be registered again." in refused_page(client_of(newcomer()))


def test_who_left_may_not_be_replaced_by_a_stranger_while_a_colleague_is_there() -> None:
    owner = newcomer("owner")
    membership = register_enterprise(owner, **given())
    Membership.objects.create(user=newcomer("colleague"), organisation=membership.organisation)
    membership.is_owner, membership.ended_at = False, membership.joined_at
    membership.save()
    with pytest.raises(Refusal) as refused:
        register_enterprise(newcomer("late"), **given())
    assert refused.value.code == "taken"


def test_person_with_a_role_registers_nothing(staff_user: User) -> None:
    assert client_of(staff_user).post(URL, given()).status_code == 403
    with pytest.raises(Refusal) as refused:
        register_enterprise(staff_user, **given())
    assert (refused.value.code, Organisation.objects.count()) == ("second_role", 0)


def test_second_enterprise_is_refused() -> None:
    person = newcomer()
    register_enterprise(person, **given())
    with pytest.raises(Refusal):
        register_enterprise(User.objects.get(pk=person.pk), **given(uscc=uscc(500_078)))
    assert Organisation.objects.count() == 1


def test_registered_person_stays_signed_in() -> None:
    client = client_of(newcomer())
    response = client.post(URL, given(), follow=True)
    assert (response.status_code, response.redirect_chain) == (200, [(PROFILE, 302)])


# ------------------------------------------------------------------ profile
FIGURES = {
    "district": District.MINHANG, "ownership": "PRIVATE", "registration_type": "100", "size_sector": "2",
    "employees": "299", "revenue": "99999", "assets": "", "specialised": "on",
    "specialised_certificate": "SH-1", "specialised_until": "2099-12-31",
}  # fmt: skip


def test_profile_gives_the_size_class() -> None:
    person = newcomer()
    register_enterprise(person, **given())
    client = client_of(person)
    assert client.post(PROFILE, FIGURES).status_code == 302
    profile = EnterpriseProfile.objects.get()
    assert (profile.size_class, profile.employees, profile.revenue, profile.specialised_until) == (
        "small", 299, Decimal("99999.00"), date(2099, 12, 31))  # fmt: skip
    assert AuditEvent.objects.filter(action="organisation.profile_saved").count() == 1
    assert "Small" in client.get(PROFILE).content.decode()


def test_profile_keeps_the_sector_and_the_two_titles() -> None:
    person = newcomer()
    register_enterprise(person, **given())
    answer = client_of(person).post(PROFILE, FIGURES | {"sector": " 3512 ", "tech_giant": "on", "high_tech": "on"})
    profile = EnterpriseProfile.objects.get()
    assert (answer.status_code, profile.sector, profile.tech_giant, profile.high_tech) == (302, "3512", True, True)


@pytest.mark.parametrize(
    ("sector", "size_sector", "status"),
    [
        ("0100", "1", 302), ("9799", "16", 302), ("4620", "2", 302), ("6531", "12", 302), ("6490", "11", 302),
        ("0012", "2", 422), ("9801", "16", 422), ("351", "2", 422), ("35123", "2", 422), ("３５１２", "2", 422),
        ("5111", "2", 422), ("3512", "16", 422),
    ],
)  # fmt: skip
def test_sector_is_a_class_that_fits_the_row_of_the_size_standard(sector: str, size_sector: str, status: int) -> None:
    person = newcomer()
    register_enterprise(person, **given())
    answer = client_of(person).post(PROFILE, FIGURES | {"sector": sector, "size_sector": size_sector})
    assert (answer.status_code, EnterpriseProfile.objects.get().sector) == (status, sector if status == 302 else "")


def test_specialised_needs_its_certificate() -> None:
    person = newcomer()
    register_enterprise(person, **given())
    response = client_of(person).post(PROFILE, FIGURES | {"specialised_certificate": "", "specialised_until": ""})
    assert (response.status_code, EnterpriseProfile.objects.get().specialised) == (422, False)
    assert response.content.decode().count("Needed for a specialised enterprise.") == 4  # summary and field, twice


def test_posting_every_column_changes_nothing_beyond_the_profile() -> None:
    person = newcomer()
    membership = register_enterprise(person, **given())
    other = EnterpriseFactory()
    data = FIGURES | {
        "id": "999", "organisation": other.pk, "organisation_id": other.pk, "name": "X", "uscc": uscc(500_009),
        "kind": "bureau", "is_owner": "0", "user": "1",
    }  # fmt: skip
    before = Organisation.objects.filter(pk=membership.organisation_id).values("id", "name", "uscc", "kind").get()
    client_of(person).post(PROFILE, data)
    assert (
        Organisation.objects.filter(pk=membership.organisation_id).values("id", "name", "uscc", "kind").get() == before
    )
    assert list(EnterpriseProfile.objects.values_list("organisation", flat=True)) == [membership.organisation_id]


def test_profile_of_another_enterprise_is_refused() -> None:
    person = newcomer()
    register_enterprise(person, **given())
    foreign = EnterpriseProfile.objects.create(organisation=EnterpriseFactory())
    with pytest.raises(Refusal) as refused:
        save_profile(foreign, {"employees": 5}, by=person)
    foreign.refresh_from_db()
    assert (refused.value.code, foreign.employees) == ("forbidden", None)


def test_rule_of_a_sector_in_words() -> None:
    with override("en"):
        assert bounds_of(2)[0] == (SizeClass.LARGE, "employees ≥ 1,000 and revenue ≥ 40,000 (10,000 CNY)")
    assert [size.value for size, _words in bounds_of(16)] == ["large", "medium", "small", "micro"]


def test_home_says_what_to_do_first() -> None:
    person = newcomer()
    client = client_of(person)
    assert reverse("organisations:register") in client.get("/").content.decode()
    client.post(URL, given())
    page = client.get("/").content.decode()
    assert (reverse("organisations:register") in page, PROFILE in page) == (False, True)
