"""The pages: what they show, what they cost, and that they hold in a real browser."""

import os
import re
from typing import Any

import pytest

from qa_portal.accounts.enums import GrantState, Role
from qa_portal.accounts.models import RoleGrant, User
from qa_portal.organisations import membership
from qa_portal.organisations.enums import OrganisationKind
from qa_portal.organisations.models import Organisation
from tests.browser_fixtures import axe_violations, overflow_at, sign_in
from tests.factories import EnterpriseFactory, RecommendingUnitFactory
from tests.qa_portal.organisations.people.conftest import person, signed_in


def names_in(response: Any) -> list[str]:
    """The heading of each row of the main table."""
    part = response.content.decode().rpartition("<tbody")[2]
    return [re.sub(r"<.*?>", "", name).split()[0] for name in re.findall(r'<th scope="row">(.*?)</th>', part)]


@pytest.mark.parametrize("rows", [1, 3])
def test_people_query_count(
    system_admin: User, security_admin: User, rows: int, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        newcomer = person(f"a{number}", None, EnterpriseFactory())
        RoleGrant.objects.create(
            user=newcomer, role=Role.APPLICANT, state=GrantState.PENDING, requested_by=system_admin
        )
    browser = signed_in(security_admin)
    # session, person, roles, count, page, waiting grants, the bureau, unread notices
    with django_assert_num_queries(8):
        response = browser.get("/organisations/people/")
    assert names_in(response) == [*(f"a{number}" for number in range(rows)), "security", "system"]


@pytest.mark.parametrize("rows", [1, 3])
def test_person_query_count(security_admin: User, staff: User, rows: int, django_assert_num_queries: Any) -> None:
    for _number in range(rows - 1):
        RoleGrant.objects.create(user=staff, role=Role.EXPERT, state=GrantState.ENDED, decided_by=security_admin)
    browser = signed_in(security_admin)
    # session, person, roles, the one asked for, grants, unread notices
    with django_assert_num_queries(6):
        response = browser.get(f"/organisations/people/{staff.pk}/")
    assert len(names_in(response)) == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_units_query_count(staff: User, rows: int, django_assert_num_queries: Any) -> None:
    for number in range(rows):
        person(f"r{number}", Role.RECOMMENDER, RecommendingUnitFactory(name=f"单位{number}"))
    browser = signed_in(staff)
    # session, person, roles, count, page, years, unread notices
    with django_assert_num_queries(7):
        response = browser.get("/organisations/units/")
    assert names_in(response) == [f"单位{number}" for number in range(rows)]


@pytest.mark.parametrize("rows", [1, 3])
def test_own_organisation_query_count(
    owner: User, enterprise: Organisation, rows: int, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        person(f"m{number}", Role.APPLICANT, enterprise)
        membership.invite(f"i{number}@example.com", role=Role.APPLICANT, organisation=enterprise, by=owner)
    browser = signed_in(owner)
    # session, person, roles, organisation, members, invitations, owner (to invite, to manage), heirs, notices
    with django_assert_num_queries(10):
        response = browser.get("/organisations/mine/")
    page = response.content.decode()
    assert re.findall(r"[mi]\d@example", page) == [f"{kind}{n}@example" for kind in "mi" for n in range(rows)]


# ------------------------------------------------------------------ what they show
def test_people_are_found_by_name_address_organisation_and_role(security_admin: User, owner: User, staff: User) -> None:
    browser = signed_in(security_admin)

    def found(**query: str) -> list[str]:
        return names_in(browser.get("/organisations/people/", query))

    assert found(text="示例有限") == ["owner"]
    assert found(text="CLERK") == ["clerk"]
    assert found(text="example.com", role="applicant") == ["owner"]
    assert found(text="nobody at all") == []
    assert found(role="no such role") == []
    assert found() == ["clerk", "owner", "security"]


def test_organisations_are_found_by_kind_and_words(staff: User, unit: Organisation, enterprise: Organisation) -> None:
    browser = signed_in(staff)

    def found(**query: str) -> list[str]:
        return names_in(browser.get("/organisations/units/", query))

    assert found() == [unit.name]
    assert found(text="闵行") == [unit.name]
    assert found(kind="enterprise") == [enterprise.name]
    assert found(kind="enterprise", text=str(enterprise.uscc)) == [enterprise.name]
    assert found(kind="enterprise", text="闵行") == []
    assert found(kind="bureau") == ["上海市市场监督管理局"]
    assert found(kind="district_bureau") == []


def test_who_may_not_invite_sees_no_form(owner: User, colleague: User, staff: User, enterprise: Organisation) -> None:
    membership.invite("new@example.com", role=Role.APPLICANT, organisation=enterprise, by=owner)
    address = f"/organisations/{enterprise.pk}/"
    pages = {
        "owner": signed_in(owner).get("/organisations/mine/"),
        "colleague": signed_in(colleague).get("/organisations/mine/"),
        "staff": signed_in(staff).get(address),
    }
    marks = ("/invite/", "/hand-over/", "/withdraw/", "/members/")
    shown = {who: [mark for mark in marks if mark in page.content.decode()] for who, page in pages.items()}
    assert shown == {"owner": list(marks), "colleague": ["/members/"], "staff": []}


def test_a_wrong_address_brings_the_form_back(owner: User, enterprise: Organisation) -> None:
    response = signed_in(owner).post(
        f"/organisations/{enterprise.pk}/invite/", {"name": "新人", "email": "nonsense", "role": "applicant"}
    )
    page = response.content.decode()
    assert (response.status_code, 'value="nonsense"' in page, "<title>Error: " in page) == (422, True, True)


def test_names_are_data(system_admin: User, staff: User) -> None:
    evil = Organisation.objects.create(kind=OrganisationKind.GROUP, name="<script>alert(1)</script>")
    person("<b>x", Role.RECOMMENDER, evil)
    for address in (
        "/organisations/people/",
        "/organisations/units/",
        f"/organisations/{evil.pk}/",
    ):
        page = signed_in(system_admin).get(address).content.decode()
        assert ("<script>alert" in page, "&lt;script&gt;alert(1)" in page) == (False, True)


# ------------------------------------------------------------------ in the browser
@pytest.fixture
def full_house(transactional_db: None) -> dict[str, tuple[User | None, str]]:
    """Every page with something on it: who opens what."""
    enterprise, unit = EnterpriseFactory(name="上海示例精密机械制造有限公司"), RecommendingUnitFactory()
    admin, judge = person("system", Role.SYSTEM_ADMIN), person("security", Role.SECURITY_ADMIN)
    owner = person("owner", Role.APPLICANT, enterprise, is_owner=True)
    person("colleague", Role.APPLICANT, enterprise)
    person("recommender", Role.RECOMMENDER, unit, is_owner=True)
    newcomer = person("newcomer")
    RoleGrant.objects.create(user=newcomer, role=Role.STAFF, state=GrantState.PENDING, requested_by=admin)
    _row, key = membership.invite("new@example.com", role=Role.APPLICANT, organisation=enterprise, by=owner)
    link = f"/organisations/invitations/{key}/"
    return {
        "people": (judge, "/organisations/people/"),
        "nobody": (judge, "/organisations/people/?text=zzz"),
        "person": (admin, f"/organisations/people/{newcomer.pk}/"),
        "person with a role": (admin, f"/organisations/people/{owner.pk}/"),
        "units": (admin, "/organisations/units/"),
        "organisation": (admin, f"/organisations/{enterprise.pk}/"),
        "mine": (owner, "/organisations/mine/"),
        "none": (newcomer, "/organisations/mine/"),
        "invitation": (None, link),
        "other": (newcomer, link),
        "over": (None, "/organisations/invitations/x/"),
    }


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_pages_are_accessible_and_fit(
    live_server: Any, page: Any, full_house: dict[str, tuple[User | None, str]]
) -> None:
    faults: dict[str, Any] = {}
    for name, (user, address) in full_house.items():
        page.context.clear_cookies()
        if user is not None:
            sign_in(page, live_server.url, user)
        page.goto(live_server.url + address)
        if found := [*axe_violations(page), *overflow_at(page)]:
            faults[name] = found
        shoot(page, name)
    assert faults == {}


def shoot(page: Any, name: str) -> None:
    """Pictures for whoever asks for them with SHOTS=folder."""
    if folder := os.environ.get("SHOTS"):
        for width in (360, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_an_invitation_from_mail_to_member_by_keyboard(live_server: Any, page: Any) -> None:
    enterprise = EnterpriseFactory()
    owner = person("owner", Role.APPLICANT, enterprise, is_owner=True)
    _row, key = membership.invite(
        "new@example.com", role=Role.APPLICANT, organisation=enterprise, by=owner, name="新人"
    )
    page.goto(f"{live_server.url}/organisations/invitations/{key}/")
    page.locator("#id_name").focus()
    page.keyboard.type("Newcomer")
    page.keyboard.press("Tab")
    page.keyboard.type("a-long-enough-password")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_server.url}/")
    page.goto(f"{live_server.url}/organisations/mine/")
    assert "new@example.com" in page.content()
