"""The page of one application: facts, outcome, reviews with the totals that do not count."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from reviews.operations import refresh_standings
from submissions.enums import Level
from tests.factories import ApplicationFactory, ReviewFactory
from tests.qa_portal.home.html import faults
from tests.reports.pages.support import FRAME, shown

pytestmark = pytest.mark.django_db


def page_of(application: Any) -> str:
    return f"/years/applications/{application.number}/"


@pytest.mark.parametrize("reviews", [1, 3])
def test_page_costs_the_same_for_one_review_and_three(
    english: Client, reviews: int, django_assert_num_queries: Any
) -> None:
    one = ApplicationFactory.create(first_prize=True)
    made = ReviewFactory.create_batch(reviews, application=one)
    refresh_standings(one.campaign)
    english.get(page_of(one))
    with django_assert_num_queries(FRAME + 4):  # application with all that hangs on it, criteria, reviews, scores
        page = shown(english.get(page_of(one)))
    assert page.column(0) == [f"{one.expert.code} {one.expert.name}" for one in made]


def test_reviews_show_points_totals_and_what_is_dropped(english: Client) -> None:
    one = ApplicationFactory.create()
    for quality in (20, 30, 25, 22, 24):
        ReviewFactory.create(
            application=one, points=(quality, "20.5", 16, 12, 8), level=Level.DOM_LEADING, comment="好\n<b>"
        )
    refresh_standings(one.campaign)
    response = english.get(page_of(one))
    page = shown(response)
    assert page.column(1) == ["20", "30", "25", "22", "24"]
    assert page.column(2) == ["20.5"] * 5
    assert page.column(6) == ["76.5 dropped", "86.5 dropped", "81.5", "78.5", "80.5"]
    assert page.column(7) == ["Domestically leading"] * 5
    assert "好<br>&lt;b&gt;" in response.content.decode()
    assert response.content.decode().count("<s>") == 2
    assert "mean of the 3 totals that are not struck out" in page.words
    assert "80.17" in page.words  # (81.5 + 78.5 + 80.5) / 3
    assert faults(response) == []


def test_below_the_limit_nothing_is_dropped(english: Client) -> None:
    one = ApplicationFactory.create()
    ReviewFactory.create_batch(4, application=one)
    refresh_standings(one.campaign)
    response = english.get(page_of(one))
    assert "<s>" not in response.content.decode()
    assert "mean of all totals" in shown(response).words


def test_facts_in_words_and_amounts_in_their_unit(english: Client) -> None:
    one = ApplicationFactory.create(
        new_profit=Decimal("-1234.50"), forex=Decimal("0.000001"), specialised=True, not_selected=True
    )
    words = shown(english.get(page_of(one))).words
    for text in ("-1,234.5 10,000 CNY", "0.000001 10,000 USD", str(one.applicant.uscc), "District bureau", "Small"):
        assert text in words
    assert "Not selected because: 创新性不足" in words
    assert "Specialised enterprise Yes" in words
    assert "High-end category —" in words


def test_undecided_without_reviews(english: Client) -> None:
    one = ApplicationFactory.create(self_filed=True)
    response = english.get(page_of(one))
    assert (shown(response).tables, faults(response)) == ([], [])
    for text in ("Not decided yet", "No review yet", "Official score —", "Rank —", "Recommending unit —"):
        assert text in shown(response).words


def test_rank_leads_to_the_place_in_the_ranking(english: Client) -> None:
    one = ApplicationFactory.create()
    ReviewFactory.create(application=one)
    refresh_standings(one.campaign)
    [address] = shown(english.get(page_of(one))).addresses("/ranking/?q=")
    assert shown(english.get(address)).column(1) == [one.number]


def test_unknown_number_is_not_found(english: Client) -> None:
    assert english.get("/years/applications/2020-9999/").status_code == 404
