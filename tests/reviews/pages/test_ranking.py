"""The ranking on screen and as a file: scores, dropped totals, ties, search without new numbers."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from qa_portal.campaigns.models import Campaign
from reviews.operations import refresh_standings
from submissions.models import Application
from tests.factories import ApplicationFactory, CampaignFactory, ReviewFactory
from tests.qa_portal.home.html import faults
from tests.reports.pages.support import FRAME, ShownPage, content_of, shown

pytestmark = pytest.mark.django_db
PAGE = "/years/2020/ranking/"


def scored(*quality: str | int, innovation: str | int = 20, **fields: Any) -> Application:
    """An application with one review for each number of points of the first criterion."""
    one = ApplicationFactory.create(**fields)
    for points in quality:
        ReviewFactory.create(application=one, points=(points, innovation, 16, 12, 8))
    refresh_standings(one.campaign)
    return one


@pytest.mark.parametrize("rows", [1, 3])
def test_page_costs_the_same_for_one_row_and_three(english: Client, rows: int, django_assert_num_queries: Any) -> None:
    made = [scored(30 - place, 29 - place, first_prize=True) for place in range(rows)]
    english.get(PAGE)
    # campaign, criteria, scale of the bars, count, rows, totals, ranks ahead
    with django_assert_num_queries(FRAME + 7):
        page = shown(english.get(PAGE))
    assert page.column(1) == [one.number for one in made]


def test_row_shows_rank_score_totals_spread_and_result(english: Client) -> None:
    one = scored(30, 20, 25, 24, 22, first_prize=True)
    response = english.get(PAGE)
    [row] = shown(response).rows()
    assert row == [
        "1", one.number, f"{one.title} {one.applicant_name}", "79.67",
        "86 dropped 76 dropped 81 80 78", "", "10", "First prize",
    ]  # fmt: skip
    text = response.content.decode()
    assert text.count("<s>") == 2
    assert text.count('class="range-dot is-dropped"') == 2
    assert text.count('class="range-dot"') == 3
    assert faults(response) == []


def test_bars_share_the_scale_of_the_year(english: Client) -> None:
    scored(30, 30)
    scored(20, 25)
    rows = english.get(PAGE).context["rows"]
    assert (rows[0].bar.low, rows[0].bar.high) == (Decimal("154.0"), Decimal("154.0"))
    assert (rows[1].bar.low, rows[1].bar.score, rows[1].bar.high) == (Decimal("6.0"), Decimal("43.0"), Decimal("80.0"))


def test_four_reviews_drop_nothing(english: Client) -> None:
    scored(30, 20, 25, 24)
    assert "<s>" not in english.get(PAGE).content.decode()


def test_applications_without_reviews_stand_last_without_rank(english: Client) -> None:
    bare = ApplicationFactory.create(number="2020-0001")
    ranked = scored(25, number="2020-0002")
    rows = shown(english.get(PAGE)).rows()
    assert [row[1] for row in rows] == [ranked.number, bare.number]
    assert rows[1][0] == rows[1][3] == rows[1][4] == rows[1][5] == rows[1][6] == "—"
    assert rows[1][7] == "Not decided yet"


# ------------------------------------------------------------------ ties
def test_tie_names_the_deciding_criterion(english: Client) -> None:
    scored(25, innovation=20)
    scored(20, innovation=25)
    scored(20, innovation=25)
    rows = [row[2] for row in shown(english.get(PAGE)).rows()]
    assert "equal score" not in rows[0]
    assert rows[1].endswith("equal score; lower mean of 产品质量")
    assert rows[2].endswith("equal score and means; larger application number")


def test_tie_is_named_across_pages_and_in_a_search(english: Client) -> None:
    for _place in range(51):
        one = ApplicationFactory.create()
        ReviewFactory.create(application=one)
    refresh_standings(one.campaign)
    [last] = shown(english.get(PAGE + "?page=2")).rows()
    assert last[0] == "51"
    assert last[2].endswith("equal score and means; larger application number")
    [found] = shown(english.get(f"{PAGE}?q={one.number}")).rows()
    assert found == last


# ------------------------------------------------------------------ search
def test_search_never_renumbers(english: Client) -> None:
    scored(30, title="甲")
    scored(20, title="乙项目")
    response = english.get(PAGE + "?q=乙项")
    page = shown(response)
    assert [(row[0], row[2][:3]) for row in page.rows()] == [("2", "乙项目")]
    assert "1 application found; ranks are those of the whole year" in page.words
    assert "Excel (2)" in page.words
    assert page.fields["q"] == "乙项"


def test_nothing_found_is_not_nothing_there(english: Client) -> None:
    CampaignFactory.create()
    empty = shown(english.get(PAGE))
    assert "This year has no applications" in empty.words
    assert empty.addresses("ranking.csv") == []
    scored(20)
    page = shown(english.get(PAGE + "?q=没有这个"))
    assert "No application matches" in page.words
    assert page.address("Show the whole ranking") == PAGE


def test_fragment_for_htmx_and_whole_page_for_history(english: Client) -> None:
    scored(20)
    part = english.get(PAGE, headers={"HX-Request": "true", "HX-Target": "results"})
    assert "<html" not in part.content.decode()
    assert len(ShownPage(part).rows()) == 1
    again = english.get(PAGE, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in again.content.decode()


# ------------------------------------------------------------------ the whole year, and the files
def test_page_and_files_equal_the_reference_ranking(
    english: Client, reference_years: Campaign, expected_dir: Path
) -> None:
    text = (expected_dir / "2020" / "expected_ranking.json").read_text(encoding="utf-8")
    expected = [(str(one["rank"]), one["number"], one["score"]) for one in json.loads(text)]
    on_screen = [
        (row[0], row[1], row[3]) for number in (1, 2, 3) for row in shown(english.get(f"{PAGE}?page={number}")).rows()
    ]
    assert on_screen == expected

    streamed = english.get("/years/2020/ranking.csv")
    lines = list(csv.reader(io.StringIO(content_of(streamed).decode("utf-8-sig"))))
    assert lines[0] == ["名次", "申报编号", "项目名称", "申报单位", "官方得分", "评审数", "评审结果"]
    assert [(row[0], row[1], row[4]) for row in lines[1:]] == expected

    book = english.get("/years/2020/ranking.xlsx")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content_of(book))).get_sheet_by_index(0)
    assert [(f"{row[0]:.0f}", row[1]) for row in sheet.to_python()[1:]] == [one[:2] for one in expected]


def test_text_that_could_be_a_formula_is_text(english: Client) -> None:
    scored(20, title="=1+1")
    streamed = content_of(english.get("/years/2020/ranking.csv")).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(streamed)))[1][2] == "'=1+1"


@pytest.mark.parametrize("ending", ["pdf", "json", ""])
def test_unknown_form_is_no_file(english: Client, ending: str) -> None:
    CampaignFactory.create()
    assert english.get(f"/years/2020/ranking.{ending}").status_code == 404
