"""The statistics page: every number opens exactly its rows; changes in words; charts beside their tables."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from qa_portal.campaigns.models import Campaign
from reports.templatetags.reports import in_words
from tests.factories import ApplicationFactory, CampaignFactory
from tests.qa_portal.home.html import faults
from tests.reports.pages.support import FRAME, ShownPage, shown

pytestmark = pytest.mark.django_db
PAGE = "/years/2020/statistics/"
COUNT = re.compile(r"^(\d+) applications?$")


def found_at(client: Client, address: str) -> int:
    """How many applications the list behind an address says it holds."""
    [text] = [text for text in shown(client.get(address)).classes["results-count"] if COUNT.match(text)]
    return int(COUNT.match(text)[1])  # type: ignore[index]


def rows_by_name(page: ShownPage) -> dict[str, list[str]]:
    return {row[0]: row[1:] for table in page.tables for row in table}


def test_every_number_opens_exactly_its_rows(english: Client, reference_years: Campaign) -> None:
    """All links of the statistics of 2020, numerators and denominators alike."""
    page = shown(english.get(PAGE))
    links = {(text, url) for text, url in page.links if "?figure=" in url}
    counts = {(int(text), url) for text, url in links if text.isdigit()}
    amounts = {url for text, url in links if not text.isdigit()}
    assert len(counts) > 45
    assert [(count, url) for count, url in sorted(counts) if found_at(english, url) != count] == []
    assert [found_at(english, url) for url in sorted(amounts)] == [145] * 4


@pytest.mark.parametrize("address", ["/years/2020/", "/years/2020/circular/"])
def test_links_of_overview_and_circular_open_rows(english: Client, reference_years: Campaign, address: str) -> None:
    page = shown(english.get(address))
    links = {(text, url) for text, url in page.links if "?figure=" in url}
    assert len(links) >= 10
    for text, url in links:
        found = found_at(english, url)
        assert found > 0, url
        # a share, a change or an amount is not the number of its rows
        if url.endswith((".count", ".total")) and text.isdigit():
            assert found == int(text), url


def test_figures_stand_with_base_share_and_change(english: Client, reference_years: Campaign) -> None:
    page = shown(english.get(PAGE))
    rows = rows_by_name(page)
    assert rows["International advanced level"] == ["83", "145", "57.2%"]
    assert rows["Winners: private enterprises"] == [
        "10", "40", "25%", "up 6 percentage points before: 13 / 69 = 18.8%"
    ]  # fmt: skip
    assert rows["New sales"] == ["127.89", "100 million CNY", "1,278,900"]
    assert rows["All applications"][:1] == ["145"]
    assert rows["Winners: SMEs"] == ["2", "40", "5%"]


def test_charts_stand_beside_the_tables_of_their_values(english: Client, reference_years: Campaign) -> None:
    response = english.get(PAGE)
    text = response.content.decode()
    assert text.count('<div class="chart"') == 2
    assert text.count('<svg role="img" aria-label="条形图：') == 2
    assert faults(response) == []


def test_page_costs_the_same_for_one_row_and_three(english: Client, django_assert_num_queries: Any) -> None:
    for rows in (1, 2):
        ApplicationFactory.create_batch(rows, first_prize=True)
        english.get(PAGE)
        with django_assert_num_queries(FRAME + 7):  # campaign, six grouped counts
            page = shown(english.get(PAGE))
    assert rows_by_name(page)["All applications"] == ["3", "", ""]


def test_first_year_has_nothing_to_compare_with(english: Client) -> None:
    ApplicationFactory.create(first_prize=True)
    page = shown(english.get(PAGE))
    assert "no year before to compare with" in page.words
    assert rows_by_name(page)["Winners: private enterprises"] == ["1", "1", "100%", "—"]


def test_year_without_applications_stands(english: Client) -> None:
    CampaignFactory.create()
    response = english.get(PAGE)
    assert (response.status_code, faults(response)) == (200, [])
    assert "<svg role" not in response.content.decode()
    assert "Nothing to count." in shown(response).words


def test_json_is_the_document_of_the_command(english: Client, reference_years: Campaign, expected_dir: Path) -> None:
    response = english.get(shown(english.get(PAGE)).address("The same as JSON"))
    expected = json.loads((expected_dir / "2020" / "expected.json").read_text(encoding="utf-8"))
    assert {key: response.json()[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("points", "english_words", "chinese"),
    [
        (6, "up 6 percentage points", "上升6个百分点"),
        (1, "up 1 percentage point", "上升1个百分点"),
        (-12, "down 12 percentage points", "下降12个百分点"),
        (-1, "down 1 percentage point", "下降1个百分点"),
        (0, "unchanged", "持平"),
        (None, "—", "—"),
    ],
)
def test_changes_are_said_in_words(points: int | None, english_words: str, chinese: str) -> None:
    with translation.override("en"):
        assert in_words(points) == english_words
    with translation.override("zh-hans"):
        assert in_words(points) == chinese
