"""The pages of the pool: who sees them, what staff do there, and what they cost."""

from typing import Any

import pytest
from django.test import Client

from qa_portal.accounts.enums import Role
from reviews.models import Assignment, Conflict, Expert
from submissions.enums import Industry
from tests.factories import ApplicationFactory, CampaignFactory, ExpertFactory
from tests.submissions.test_workflow import person

pytestmark = pytest.mark.django_db


def browser(role: Role) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person(role.value, role))
    return client


@pytest.fixture
def staff() -> Client:
    return browser(Role.STAFF)


def test_a_page_of_the_pool_costs_the_same_for_any_number(staff: Client, django_assert_num_queries: Any) -> None:
    CampaignFactory()
    ExpertFactory.create_batch(2)
    staff.get("/years/2020/experts/")
    for _more in range(2):
        with django_assert_num_queries(EXPERTS_QUERIES):
            staff.get("/years/2020/experts/")
        ExpertFactory.create_batch(3)


def test_a_page_of_conflicts_costs_the_same_for_any_number(staff: Client, django_assert_num_queries: Any) -> None:
    application = ApplicationFactory()
    for size in (1, 3):
        for expert in ExpertFactory.create_batch(size):
            Conflict.objects.create(application=application, expert=expert, code="C7", source="staff", reason="x")
        staff.get("/years/2020/conflicts/")
        with django_assert_num_queries(CONFLICTS_QUERIES):
            staff.get("/years/2020/conflicts/")


EXPERTS_QUERIES = 10
CONFLICTS_QUERIES = 8


def test_search_and_filters(staff: Client) -> None:
    ExpertFactory(code="E1", name="王丽")
    confirmed = ExpertFactory(code="E2", name="李强")
    data = {f"level_{Industry.NEW_IT}": "3", "is_available": "on"}
    assert staff.post(f"/years/2020/experts/of/{confirmed.code}/confirm/", data).status_code == 302

    def codes(query: str) -> list[str]:
        return [one.code for one in staff.get(f"/years/2020/experts/{query}").context["page"]]

    assert codes("") == ["E1", "E2"]
    assert (codes("?text=李"), codes("?state=confirmed"), codes("?state=unconfirmed")) == (["E2"], ["E2"], ["E1"])
    assert (codes("?industry=NEW_IT"), codes("?industry=BIOLOGY"), codes("?state=nonsense")) == (["E2"], [], [])


def test_staff_confirm_fields_with_levels(staff: Client) -> None:
    expert = ExpertFactory(code="E1", fields="新材料、生物")
    address = "/years/2020/experts/of/E1/"
    form = staff.get(address).context["form"]
    assert (form["level_NEW_MATERIALS"].value(), form["level_NEW_IT"].value()) == (2, "")
    answer = staff.post(f"{address}confirm/", {"is_available": "on", "credentials": "typed"})
    assert (answer.status_code, "typed" in answer.content.decode()) == (422, True)
    data = {"level_BIOLOGY": "3", "minimum_load": "9", "maximum_load": "3", "is_available": "on"}
    assert staff.post(f"{address}confirm/", data).status_code == 422
    assert staff.post(f"{address}confirm/", data | {"maximum_load": "12"}).status_code == 302
    expert.refresh_from_db()
    assert list(expert.levels.values_list("industry", "level")) == [("BIOLOGY", 3)]
    assert (expert.minimum_load, expert.maximum_load, expert.confirmed_at is not None) == (9, 12, True)


def test_who_is_not_available_says_why(staff: Client) -> None:
    ExpertFactory(code="E1")
    address = "/years/2020/experts/of/E1/confirm/"
    assert staff.post(address, {"level_BIOLOGY": "1"}).status_code == 422
    assert staff.post(address, {"level_BIOLOGY": "1", "unavailable_reason": "出国"}).status_code == 302
    assert Expert.objects.get().is_available is False


def test_an_expert_without_employer_is_not_confirmed(staff: Client) -> None:
    ExpertFactory(code="E1", employer=None)
    answer = staff.post("/years/2020/experts/of/E1/confirm/", {"level_BIOLOGY": "1", "is_available": "on"})
    assert (answer.status_code, Expert.objects.get().confirmed_at) == (422, None)


def test_staff_write_a_conflict_down_and_the_assignment_ends(staff: Client) -> None:
    application, expert = ApplicationFactory(number="2020-0007"), ExpertFactory(code="E1")
    Assignment.objects.create(application=application, expert=expert, source="drawn")
    data = {"number": "2020-0007", "expert": "E1", "code": "C7", "reason": "合著论文"}
    assert staff.post("/years/2020/conflicts/", data | {"number": "2020-9999"}).status_code == 422
    assert staff.post("/years/2020/conflicts/", data | {"expert": "E9"}).status_code == 422
    assert Conflict.objects.count() == 0
    assert staff.post("/years/2020/conflicts/", data).status_code == 302
    assert (Conflict.objects.get().reason, Assignment.objects.active().count()) == ("合著论文", 0)
    assert "合著论文" in staff.get("/years/2020/conflicts/").content.decode()


def test_the_inspector_reads_and_changes_nothing() -> None:
    ExpertFactory(code="E1")
    inspector = browser(Role.INSPECTOR)
    for address in (
        "/years/2020/experts/",
        "/years/2020/experts/of/E1/",
        "/years/2020/conflicts/",
        "/organisations/ties/",
    ):
        answer = inspector.get(address)
        assert (address, answer.status_code, 'method="post"' in answer.content.decode().split("<main", 1)[1]) == (
            address,
            200,
            False,
        )
    data = {"number": "2020-0007", "expert": "E1", "code": "C7", "reason": "x"}
    assert inspector.post("/years/2020/conflicts/", data).status_code == 422
    assert inspector.post("/years/2020/conflicts/recompute/").status_code == 403
    assert Conflict.objects.count() == 0


@pytest.mark.parametrize("role", [Role.COMMITTEE, Role.EXPERT, Role.APPLICANT, Role.RECOMMENDER, Role.AUDITOR])
def test_nobody_else_learns_who_the_experts_are(role: Role) -> None:
    ExpertFactory(code="E1")
    client = browser(role)
    for address in ("/years/2020/experts/", "/years/2020/experts/of/E1/", "/years/2020/conflicts/"):
        assert client.get(address).status_code == 403
