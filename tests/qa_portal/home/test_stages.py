"""The row of links between the pages of the review: what one may open, in the order of the work."""

import pytest
from django.test import Client

from qa_portal.accounts.enums import Role
from tests.factories import CampaignFactory, ExpertFactory
from tests.submissions.test_workflow import person

pytestmark = pytest.mark.django_db


def links(role: Role, address: str) -> list[str]:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person(role.value, role))
    entries = client.get(address).context["portal"].stages
    return [str(one.label) + ("*" if one.current else "") for one in entries]


def test_staff_go_from_the_experts_to_the_letters() -> None:
    CampaignFactory()
    found = links(Role.STAFF, "/years/2020/draw/")
    assert found[:3] == ["Experts", "Conflicts of interest", "Draw*"]
    assert found.index("Ranking") < found.index("Lines") < found.index("Decision")


def test_a_page_below_marks_its_section() -> None:
    expert = ExpertFactory()
    assert links(Role.LEADER, f"/years/2020/experts/of/{expert.code}/")[0] == "Experts*"


def test_others_see_what_they_may_open() -> None:
    CampaignFactory()
    assert set(links(Role.INSPECTOR, "/years/2020/draw/")) >= {"Experts", "Conflicts of interest", "Draw*"}
    assert [one for one in links(Role.COMMITTEE, "/years/2020/lines/") if one in ("Experts", "Draw")] == []


def test_other_pages_have_no_such_row() -> None:
    CampaignFactory()
    assert (links(Role.STAFF, "/"), links(Role.AUDITOR, "/audit/")) == ([], [])
