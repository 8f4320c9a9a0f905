"""Navigation, year, role and the landing page."""

from typing import Any

import pytest
from django.test import Client

from qa_portal.accounts.enums import Role
from tests.qa_portal.home.html import PageReader

pytestmark = pytest.mark.django_db


def links(client: Client, path: str) -> list[tuple[str, str]]:
    """Address and aria-current of each link of the main navigation."""
    nav = client.get(path).context["portal"].nav
    return [(entry.url, entry.current) for entry in nav]


def test_staff_see_every_section_of_the_year(sections: None, staff_client: Client, years: list[int]) -> None:
    assert links(staff_client, "/2020/applications/") == [
        ("/2020/", ""),
        ("/2020/applications/", "page"),
        ("/2020/ranking/", ""),
        ("/2020/statistics/", ""),
        ("/2020/circular/", ""),
    ]


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_nobody_has_more_than_six_entries(years: list[int], client_of: Any, role: str) -> None:
    assert len(client_of(role).get("/").context["portal"].nav) <= 6


def test_import_belongs_to_the_overview(sections: None, staff_client: Client, years: list[int]) -> None:
    assert [url for url, current in links(staff_client, "/import/") if current] == ["/2021/"]


def test_page_below_a_section_marks_the_section(sections: None, staff_client: Client, years: list[int]) -> None:
    assert ("/2020/applications/", "true") in links(staff_client, "/applications/2020-0001/")


def test_leader_is_not_shown_what_only_staff_may_open(sections: None, leader_client: Client, years: list[int]) -> None:
    assert [url for url, _ in links(leader_client, "/2020/")][-1:] == ["/2020/circular/"]


def test_expert_sees_no_year_and_costs_no_query_for_years(
    sections: None, expert_client: Client, years: list[int], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(4):  # session, person, roles, unread notices
        response = expert_client.get("/components/")
    assert [entry.url for entry in response.context["portal"].nav] == ["/"]  # the addresses of reviewing are not here
    assert response.context["portal"].years == []


def test_section_without_a_view_is_left_out(staff_client: Client, years: list[int], settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.qa_portal.home.bare_urls"
    assert links(staff_client, "/components/") == []


def test_no_year_leaves_import(sections: None, staff_client: Client) -> None:
    assert links(staff_client, "/") == [("/import/", "")]


@pytest.mark.parametrize(
    ("path", "shown", "others"),
    [
        ("/2020/statistics/", 2020, ["/2021/statistics/", "/2020/statistics/", "/2019/statistics/"]),
        ("/applications/2020-0001/", 2020, [f"/{year}/applications/" for year in (2021, 2020, 2019)]),
        ("/import/", 2021, ["/2021/", "/2020/", "/2019/"]),
        ("/1999/statistics/", 2021, [f"/{year}/statistics/" for year in (2021, 2020, 2019)]),
    ],
)
def test_year_is_shown_and_switched_on_the_same_page(
    sections: None, staff_client: Client, years: list[int], path: str, shown: int, others: list[str]
) -> None:
    frame = staff_client.get(path).context["portal"]
    assert (frame.year, [entry.url for entry in frame.years]) == (shown, others)
    assert [entry.year for entry in frame.years] == years


def test_frame_costs_five_queries(
    sections: None, staff_client: Client, years: list[int], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(5):  # session, person, roles, unread notices, years
        response = staff_client.get("/2020/applications/")
    assert response.context["portal"].role_label


def test_signing_out_is_a_button(staff_client: Client) -> None:
    page = PageReader(staff_client.get("/components/").content.decode())
    assert page.all("form", action="/accounts/logout/", method="post")
    assert staff_client.post("/accounts/logout/").headers["Location"] == "/accounts/login/"
    assert "_auth_user_id" not in staff_client.session


def test_home_sends_strangers_to_sign_in(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/accounts/login/?next=/"


def test_administrators_go_to_people_and_units(sections: None, client_of: Any) -> None:
    assert links(client_of("security_admin"), "/") == [
        ("/", "page"),
        ("/organisations/people/", ""),
        ("/organisations/units/", ""),
    ]


def test_units_and_enterprises_go_to_their_organisation(sections: None, client_of: Any) -> None:
    for role in ("applicant", "recommender"):
        assert links(client_of(role), "/organisations/mine/") == [("/", ""), ("/organisations/mine/", "page")]


@pytest.mark.parametrize("path", ["/", "/components/", "/accounts/login/", "/no-such-page/", "/help/", "/search/"])
def test_help_stands_at_the_same_place_on_every_page(client_of: Any, path: str) -> None:
    client = Client() if path == "/accounts/login/" else client_of("expert")
    page = PageReader(client.get(path).content.decode())
    tools = [attributes for tag, attributes in page.elements if attributes.get("class") == "tool"]
    assert (tools[0]["href"], len(page.all("a", href="/help/", class_="tool"))) == ("/help/", 1)
