"""Search finds what a person may see, and nothing else."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from qa_portal.accounts.models import User
from qa_portal.core.search import search_group
from tests.factories import ApplicationFactory, EnterpriseFactory
from tests.qa_portal.home.html import PageReader, faults

pytestmark = pytest.mark.django_db
ClientOf = Callable[[str], Client]
SEES_NOTHING = ["applicant", "recommender", "expert", "committee", "inspector", "auditor"]


def found(response: Any) -> dict[str, list[str]]:
    """Titles of the hits of each group."""
    return {part.group.name: [hit.title for hit in part.hits] for part in response.context["found"]}


@pytest.fixture
def brake(db: None) -> Any:
    applicant = EnterpriseFactory(name="上海申制动有限公司")
    return ApplicationFactory(number="2020-0007", title="高速列车制动盘疲劳寿命质量攻关", applicant=applicant)


@pytest.mark.parametrize("text", ["制动盘", "2020-0007 ", "列车　疲劳", "疲劳 申制动"])
def test_part_of_a_chinese_name_is_enough(staff_client: Client, brake: Any, text: str) -> None:
    response = staff_client.get("/search/", {"q": text}, follow=True)
    if response.redirect_chain:
        assert response.redirect_chain == [("/years/applications/2020-0007/", 302)]
    else:
        assert found(response)["applications"] == ["2020-0007 高速列车制动盘疲劳寿命质量攻关"]
        assert faults(response) == []


@pytest.mark.parametrize("text", ["2020-0007", "  2020-0007", "２０２０－０００７"])
def test_exact_number_leads_to_its_application(staff_client: Client, brake: Any, text: str) -> None:
    assert staff_client.get("/search/", {"q": text}).headers["Location"] == "/years/applications/2020-0007/"


@pytest.mark.parametrize("text", ["2020-0008", "2020-00071", "-0007"])
def test_other_numbers_are_searched(staff_client: Client, brake: Any, text: str) -> None:
    response = staff_client.get("/search/", {"q": text})
    assert (response.status_code, found(response).get("applications", [])) == (
        200,
        ["2020-0007 高速列车制动盘疲劳寿命质量攻关"] if text == "-0007" else [],
    )


def test_bureau_finds_organisations_and_no_people(staff_client: Client, brake: Any) -> None:
    User.objects.create_user("person@example.com", name="申制动人")
    assert found(staff_client.get("/search/", {"q": "申制动"})) == {
        "applications": ["2020-0007 高速列车制动盘疲劳寿命质量攻关"],
        "organisations": ["上海申制动有限公司"],
    }


@pytest.mark.parametrize("role", ["system_admin", "security_admin"])
def test_administrators_find_people_and_no_applications(client_of: ClientOf, brake: Any, role: str) -> None:
    person = User.objects.create_user("person@example.com", name="申制动人")
    client = client_of(role)
    assert found(client.get("/search/", {"q": "申制动"})) == {
        "organisations": ["上海申制动有限公司"],
        "people": ["申制动人"],
    }
    assert client.get("/search/", {"q": "2020-0007"}).status_code == 200
    assert f"/organisations/people/{person.pk}/" in client.get("/search/", {"q": "person@"}).content.decode()


@pytest.mark.parametrize("role", SEES_NOTHING)
def test_others_find_nothing_and_see_no_box(client_of: ClientOf, brake: Any, role: str) -> None:
    client = client_of(role)
    for text in ("制动盘", "2020-0007", "申制动"):
        response = client.get("/search/", {"q": text})
        assert (response.status_code, found(response), faults(response)) == (200, {}, [])
        assert "高速列车" not in response.content.decode()
    assert 'id="masthead-search"' not in client.get("/").content.decode()
    assert 'id="search-text"' in response.content.decode()


def test_box_stands_on_pages_of_those_who_search(staff_client: Client) -> None:
    assert 'id="masthead-search"' in staff_client.get("/").content.decode()


@pytest.mark.parametrize("text", ["", "   ", None])
def test_nothing_typed_asks_nothing(staff_client: Client, text: str | None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(5):  # the frame alone
        response = staff_client.get("/search/", {} if text is None else {"q": text})
    assert (response.status_code, faults(response), found(response)) == (200, [], {})


@pytest.mark.parametrize("text", ["长" * 101, "a\x00b"])
def test_impossible_text_is_told_and_asks_nothing(
    staff_client: Client, text: str, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(5):
        response = staff_client.get("/search/", {"q": text})
    assert (response.status_code, faults(response), found(response)) == (422, [], {})
    assert 'role="alert"' in response.content.decode()


def test_longest_text_is_searched(staff_client: Client) -> None:
    assert staff_client.get("/search/", {"q": "长" * 100}).status_code == 200


def test_wildcards_are_plain_characters(staff_client: Client, brake: Any) -> None:
    for text in ("%", "_", "'; --", "\\"):
        assert found(staff_client.get("/search/", {"q": text})) == {}


@pytest.mark.parametrize("rows", [1, 3, 12])
def test_five_of_a_kind_are_shown_at_a_known_cost(
    staff_client: Client, rows: int, django_assert_num_queries: Any
) -> None:
    made = [ApplicationFactory(title=f"轴承{n}") for n in range(rows)]
    with django_assert_num_queries(7):  # the frame, applications, organisations
        response = staff_client.get("/search/", {"q": "轴承"})
    numbers = sorted(one.number for one in made)
    assert [title.split()[0] for title in found(response)["applications"]] == numbers[:5]
    assert ("kind=applications" in response.content.decode()) == (rows > 5)


def test_all_of_a_kind_are_paged(staff_client: Client) -> None:
    made = sorted(ApplicationFactory(title=f"轴承{n}").number for n in range(23))
    response = staff_client.get("/search/", {"q": "轴承", "kind": "applications", "page": "2"})
    assert [title.split()[0] for title in found(response)["applications"]] == made[20:]
    assert faults(response) == []
    links = PageReader(response.content.decode()).all("a", rel="prev")
    assert links == [{"href": "/search/?q=%E8%BD%B4%E6%89%BF&kind=applications&page=1", "rel": "prev"}]


def test_unknown_kind_searches_everything(staff_client: Client, brake: Any) -> None:
    assert "applications" in found(staff_client.get("/search/", {"q": "制动", "kind": "people"}))


def test_group_is_registered_once() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        search_group("people", title="x", may=lambda user: True, hit=lambda row: row)(
            lambda user, text: User.objects.none()
        )


def test_strangers_sign_in_first(client: Client) -> None:
    assert client.get("/search/?q=x").headers["Location"] == "/accounts/login/?next=/search/%3Fq%3Dx"
