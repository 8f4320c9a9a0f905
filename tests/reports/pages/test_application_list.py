"""The table of applications: what it shows, searches, filters, sorts, pages, and what it costs."""

from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from qa_portal.organisations.enums import District, Ownership, SizeClass
from reviews.operations import refresh_standings
from submissions.enums import HighEndCategory, Industry, Level
from tests.factories import ApplicationFactory, CampaignFactory, ReviewFactory
from tests.qa_portal.home.html import faults
from tests.reports.pages.support import FRAME, ShownPage, shown

pytestmark = pytest.mark.django_db
LIST = "/years/2020/applications/"


def numbers(client: Client, query: str = "") -> list[str]:
    """The numbers of the rows that the list shows, in its order."""
    page = shown(client.get(LIST + query))
    return [row[0] for row in page.rows()]


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_for_one_row_and_three(english: Client, rows: int, django_assert_num_queries: Any) -> None:
    made = ApplicationFactory.create_batch(rows, first_prize=True)
    for one in made:
        ReviewFactory.create(application=one)
    refresh_standings(made[0].campaign)
    english.get(LIST)
    with django_assert_num_queries(FRAME + 4):  # campaign, count, rows, units of the filter
        page = shown(english.get(LIST))
    assert page.column(0) == [one.number for one in made]


def test_row_shows_what_stands_in_the_database(english: Client) -> None:
    one = ApplicationFactory.create(title="制动盘疲劳寿命质量攻关", new_sales=Decimal("1278900.5"), not_selected=True)
    ReviewFactory.create(application=one)
    refresh_standings(one.campaign)
    other = ApplicationFactory.create(self_filed=True)
    rows = shown(english.get(LIST)).rows()
    assert rows == [
        [one.number, "制动盘疲劳寿命质量攻关", one.applicant_name, "闵行区市场监督管理局", "Minhang", "New materials",
         "1,278,900.5", "1", "Not selected"],
        [other.number, other.title, other.applicant_name, "Self-filed", "Minhang", "New materials",
         "0", "—", "Not decided yet"],
    ]  # fmt: skip


def test_row_links_to_the_application(english: Client) -> None:
    one = ApplicationFactory.create()
    page = shown(english.get(LIST))
    assert page.address(str(one.number)) == f"/years/applications/{one.number}/"


# ------------------------------------------------------------------ search and filters
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("疲劳", True),
        ("动盘", True),
        ("0007", True),
        ("示例船厂", True),
        ("闵行区", True),
        ("疲劳 船厂", True),
        ("疲劳 不存在", False),
        ("劳疲", False),
        ("%", False),
        ("_", False),
        ("'", False),
    ],
)
def test_search_finds_chinese_substrings(english: Client, text: str, found: bool) -> None:
    ApplicationFactory.create(number="2020-0007", title="制动盘疲劳寿命", applicant_name="上海示例船厂")
    ApplicationFactory.create(number="2020-0008", by_group=True)
    assert numbers(english, f"?q={text.replace('%', '%25')}") == (["2020-0007"] if found else [])


FILTERS = [
    ({"channel": "self"}, {"self_filed": True}),
    ({"district": District.PUDONG}, {"district": District.PUDONG}),
    ({"industry": Industry.BIOLOGY}, {"industry": Industry.BIOLOGY}),
    ({"category": HighEndCategory.MEDICAL}, {"high_end_category": HighEndCategory.MEDICAL}),
    ({"ownership": Ownership.STATE}, {"ownership": Ownership.STATE}),
    ({"size": SizeClass.LARGE}, {"size_class": SizeClass.LARGE}),
    ({"specialised": "1"}, {"specialised": True}),
    ({"bottleneck": "1"}, {"bottleneck": True}),
    ({"level": Level.DOM_LEADING}, {"level": Level.DOM_LEADING}),
    ({"result": "SECOND_PRIZE"}, {"second_prize": True}),
    ({"figure": "applications.by_channel.自行申报.share"}, {"self_filed": True}),
]


@pytest.mark.parametrize(("query", "traits"), FILTERS, ids=lambda given: ",".join(given))
def test_each_filter_keeps_what_it_names(english: Client, query: dict[str, str], traits: dict[str, Any]) -> None:
    match = ApplicationFactory.create(**traits)
    ApplicationFactory.create()
    response = english.get(LIST, query)
    assert shown(response).column(0) == [match.number]
    assert [chip["name"] for chip in response.context["chips"]] == list(query)


@pytest.mark.parametrize(
    ("query", "traits"),
    [
        ("?category=NONE", {"high_end_category": HighEndCategory.MEDICAL}),
        ("?level=NONE", {"level": Level.DOM_LEADING}),
        ("?result=UNDECIDED", {"first_prize": True}),
        ("?specialised=0", {"specialised": True}),
        ("?bottleneck=0", {"bottleneck": True}),
    ],
)
def test_filters_for_what_is_missing(english: Client, query: str, traits: dict[str, Any]) -> None:
    ApplicationFactory.create(**traits)
    plain = ApplicationFactory.create()
    assert numbers(english, query) == [plain.number]


def test_filter_by_unit_offers_the_units_of_the_year_only(english: Client) -> None:
    mine = ApplicationFactory.create(by_group=True)
    ApplicationFactory.create()
    elsewhere = ApplicationFactory.create(campaign__year=2019, by_association=True)
    page = english.get(LIST, {"unit": str(mine.recommending_unit_id)})
    assert shown(page).column(0) == [mine.number]
    assert page.context["chips"][0]["text"] == mine.recommending_unit
    assert str(elsewhere.recommending_unit) not in page.content.decode()


def test_chips_remove_one_filter_each_and_all(english: Client) -> None:
    ApplicationFactory.create(specialised=True)
    page = shown(english.get(LIST + "?q=攻关&specialised=1&sort=-sales&page=1"))
    chips = {text: parse_qs(urlsplit(url).query) for text, url in page.links if "×" in text or text.startswith("S")}
    assert chips["Search 攻关"] == {"specialised": ["1"], "sort": ["-sales"]}
    assert chips["Specialised enterprise Yes"] == {"q": ["攻关"], "sort": ["-sales"]}
    assert page.address("Clear all") == LIST + "?sort=-sales"


@pytest.mark.parametrize("query", ["?figure=no.such", "?unit=999999", "?industry=NO_SUCH"])
def test_unknown_value_is_told_and_shows_no_rows(english: Client, query: str) -> None:
    ApplicationFactory.create()
    response = english.get(LIST + query)
    assert (shown(response).tables, faults(response)) == ([], [])
    assert "Show all applications of the year" in response.content.decode()


def test_empty_parameters_are_not_passed_on(english: Client) -> None:
    ApplicationFactory.create_batch(51)
    page = shown(english.get(LIST + "?q=&channel=&district=&sort="))
    assert LIST + "?page=2" in [url for _text, url in page.links]


def test_nothing_found_is_not_nothing_there(english: Client) -> None:
    CampaignFactory.create()
    assert "This year has no applications" in shown(english.get(LIST)).words
    ApplicationFactory.create()
    page = shown(english.get(LIST + "?q=没有这个"))
    assert "No application matches" in page.words
    assert page.address("Clear all filters") == LIST


# ------------------------------------------------------------------ order and pages
@pytest.mark.parametrize(
    ("order", "place"), [("number", 0), ("title", 1), ("applicant", 2), ("unit", 3), ("sales", 6), ("rank", 7)]
)
def test_each_order_both_ways(english: Client, order: str, place: int) -> None:
    for number, traits in (("2", {}), ("3", {"by_group": True}), ("1", {"by_association": True})):
        one = ApplicationFactory.create(
            number=f"2020-000{number}", title=f"t{number}", applicant_name=f"a{number}",
            new_sales=Decimal(number), **traits,
        )  # fmt: skip
        ReviewFactory.create(application=one, points=(30 - int(number), 20, 16, 12, 8))
    refresh_standings(one.campaign)
    up = shown(english.get(LIST + f"?sort={order}"))
    down = shown(english.get(LIST + f"?sort=-{order}"))
    assert up.column(place) == list(reversed(down.column(place)))
    assert len(set(up.column(place))) == 3
    if order not in ("unit",):
        assert up.column(place) == sorted(up.column(place))


def test_order_by_district_and_missing_ranks_last(english: Client) -> None:
    ApplicationFactory.create(number="2020-0001")
    ranked = ApplicationFactory.create(number="2020-0002", district=District.HUANGPU)
    ReviewFactory.create(application=ranked)
    refresh_standings(ranked.campaign)
    for query in ("?sort=rank", "?sort=-rank", "?sort=district"):
        assert numbers(english, query) == ["2020-0002", "2020-0001"], query
    assert numbers(english, "?sort=no-such") == ["2020-0001", "2020-0002"]


def test_sorted_column_is_marked_and_links_to_the_other_way(english: Client) -> None:
    ApplicationFactory.create()
    response = english.get(LIST + "?sort=sales&q=攻关")
    assert response.content.decode().count('aria-sort="ascending"') == 1
    link = parse_qs(urlsplit(shown(response).address("New sales (10,000 CNY)")).query)
    assert link == {"sort": ["-sales"], "q": ["攻关"]}
    assert shown(response).fields["sort"] == "sales"  # the form keeps the order


def test_fifty_rows_a_page_and_the_rest_on_the_next(english: Client) -> None:
    made = [str(one.number) for one in ApplicationFactory.create_batch(51)]
    assert numbers(english) == sorted(made)[:50]
    assert numbers(english, "?page=2") == sorted(made)[50:]
    assert numbers(english, "?page=99") == sorted(made)[50:]
    assert "51 applications" in shown(english.get(LIST)).words


# ------------------------------------------------------------------ htmx
def test_fragment_for_htmx_and_whole_page_for_history(english: Client) -> None:
    ApplicationFactory.create()
    part = english.get(LIST + "?q=攻关&channel=", headers={"HX-Request": "true", "HX-Target": "results"})
    assert "<html" not in part.content.decode()
    assert part.headers["HX-Push-Url"] == LIST + "?q=%E6%94%BB%E5%85%B3"
    assert len(ShownPage(part).rows()) == 1
    again = english.get(LIST, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in again.content.decode()
    assert "HX-Push-Url" not in again.headers


def test_signed_out_fragment_sends_the_window_to_sign_in(client: Client) -> None:
    CampaignFactory.create()
    response = client.get(LIST, headers={"HX-Request": "true", "HX-Target": "results"})
    assert (response.status_code, response.headers["HX-Redirect"].split("?")[0]) == (204, "/accounts/login/")
