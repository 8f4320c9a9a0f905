"""Standings and ranking in the database: equal to the naive computation for any year."""

import random
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from qa_portal.campaigns.models import Campaign
from reviews.models import Review, Score, Standing
from reviews.operations import refresh_standings
from reviews.queries import ranking_as_json, ranking_for, score_text, totals_of
from reviews.rules import official_score
from submissions.models import Application
from tests.factories import ApplicationFactory, CampaignFactory, ExpertFactory, ReviewFactory

MAXIMA = (30, 25, 20, 15, 10)
# near the top and in few steps, so that scores tie and the criteria decide
POINTS = st.tuples(*(st.sampled_from((Decimal(top), top - Decimal("0.5"), Decimal(top - 1))) for top in MAXIMA))
REVIEWS = st.lists(st.lists(POINTS, max_size=8), min_size=1, max_size=7)


def two_places(value: Fraction) -> str:
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        return str(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))


def naive_ranking(year: Iterable[tuple[str, list[tuple[Decimal, ...]]]], trim_from: int) -> list[dict[str, Any]]:
    """Contracts, section 4, from the points of every review."""
    scored, others = [], []
    for number, reviews in year:
        if not reviews:
            others.append(number)
            continue
        totals = sorted(Fraction(sum(points)) for points in reviews)
        kept = totals[1:-1] if trim_from and len(totals) >= trim_from else totals
        means = [sum(Fraction(points[place]) for points in reviews) / len(reviews) for place in (0, 1)]
        scored.append((-sum(kept, Fraction()) / len(kept), -means[0], -means[1], number))
    rows = [
        {"rank": rank, "number": number, "score": two_places(-score), "result": None}
        for rank, (score, _first, _second, number) in enumerate(sorted(scored), start=1)
    ]
    return rows + [{"rank": None, "number": number, "score": None, "result": None} for number in sorted(others)]


class AgainstANaiveRanking(TestCase):
    @settings(max_examples=15)
    @given(REVIEWS, st.sampled_from((0, 3, 5)), st.randoms(use_true_random=False))
    def test_any_year(self, year: list[list[tuple[Decimal, ...]]], trim_from: int, chance: random.Random) -> None:
        campaign = CampaignFactory.create(trim_from=trim_from)
        experts = ExpertFactory.create_batch(8)
        numbered = [(f"2020-{place:04d}", reviews) for place, reviews in enumerate(year, start=1)]
        applications = {number: ApplicationFactory.create(number=number) for number, _reviews in numbered}
        written = [
            (applications[number], expert, points)
            for number, reviews in numbered
            for expert, points in zip(experts, reviews, strict=False)
        ]
        # reviews arrive in any order
        for application, expert, points in chance.sample(written, len(written)):
            ReviewFactory.create(application=application, expert=expert, points=points)
        scored = refresh_standings(campaign)
        assert scored == sum(1 for reviews in year if reviews)
        assert ranking_as_json(campaign) == naive_ranking(numbered, trim_from)
        self.check_standings(trim_from)
        before = standings()
        refresh_standings(campaign)
        assert standings() == before

    def check_standings(self, trim_from: int) -> None:
        """The kept sums give the official score, and the extremes and means those of the reviews."""
        for standing in Standing.objects.select_related("application"):
            reviews = list(standing.application.reviews.all())
            totals = [review.total for review in reviews]
            assert standing.score == official_score(totals, trim_from=trim_from)
            assert (standing.highest, standing.lowest) == (max(totals), min(totals))
            assert standing.spread == max(totals) - min(totals)
            assert standing.review_count == len(totals)
            scores = Score.objects.filter(review__in=reviews)
            means = []
            for place in (1, 2):
                points = scores.filter(criterion__position=place).values_list("points", flat=True)
                means.append(Fraction(sum(points)) / len(reviews))
            assert standing.tie_means == tuple(means)


def standings() -> list[dict[str, Any]]:
    fields = ("application", "rank", "kept_sum", "kept_count", "first_sum")
    return [dict(row) for row in Standing.objects.order_by("rank").values(*fields)]


pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kept_sum", "count", "text"),
    [
        ("292.5", 3, "97.50"), ("286.5", 3, "95.50"), ("285.5", 3, "95.17"), ("100", 1, "100.00"), ("0", 1, "0.00"),
        # exactly between two hundredths: up
        ("0.01", 2, "0.01"), ("0.03", 2, "0.02"), ("200.01", 2, "100.01"), ("0.5", 3, "0.17"), ("80", 3, "26.67"),
    ],
)  # fmt: skip
def test_the_score_as_shown(kept_sum: str, count: int, text: str) -> None:
    assert score_text(Decimal(kept_sum), count) == text


def test_no_score() -> None:
    assert score_text(None, None) is None
    assert score_text(Decimal(0), 0) is None


def test_other_years_are_left_alone() -> None:
    for year in (2019, 2020):
        refresh_standings(ReviewFactory.create(application__campaign__year=year).application.campaign)
    before = standings()
    refresh_standings(Campaign.objects.get(year=2020))
    assert [(one["rank"], one["kept_sum"]) for one in standings()] == [(1, Decimal(80)), (1, Decimal(80))]
    assert len(before) == 2


def test_a_removed_review_is_forgotten() -> None:
    review = ReviewFactory.create()
    campaign = review.application.campaign
    assert refresh_standings(campaign) == 1
    review.delete()
    assert refresh_standings(campaign) == 0
    assert ranking_as_json(campaign) == [
        {"rank": None, "number": review.application.number, "score": None, "result": None}
    ]


def test_results_by_their_terms() -> None:
    ApplicationFactory.create(number="2020-0001", first_prize=True)
    ApplicationFactory.create(number="2020-0002", not_selected=True)
    ApplicationFactory.create(number="2020-0003")
    found = ranking_as_json(Campaign.objects.get(year=2020))
    assert [(one["number"], one["result"]) for one in found] == [
        ("2020-0001", "一等奖"), ("2020-0002", "未入选"), ("2020-0003", None),
    ]  # fmt: skip


def test_totals_in_the_order_of_codes() -> None:
    application = ApplicationFactory.create()
    for code, points in (("E2", (30, 20, 20, 10, 0)), ("E1", (10, 10, 10, 10, 10))):
        ReviewFactory.create(application=application, expert__code=code, points=points)
    assert totals_of([application]) == {application.pk: [Decimal(50), Decimal(80)]}


@pytest.mark.parametrize("size", [1, 3])
def test_the_queries_do_not_grow(size: int, django_assert_num_queries: Any, staff_user: Any) -> None:
    applications = [review.application for review in ReviewFactory.create_batch(size)]
    campaign = applications[0].campaign
    # one of them asks whether the decision is frozen
    with django_assert_num_queries(6):
        refresh_standings(campaign)
    with django_assert_num_queries(1):
        assert len(ranking_as_json(campaign)) == size
    with django_assert_num_queries(1):
        assert len(totals_of(applications)) == size
    ranking = list(ranking_for(staff_user, campaign))
    with django_assert_num_queries(0):
        assert [one.standing.rank for one in ranking] == list(range(1, size + 1))


def test_only_the_bureau_reads_the_ranking(staff_user: Any, django_user_model: Any) -> None:
    campaign = ReviewFactory.create().application.campaign
    stranger = django_user_model.objects.create_user("stranger@example.com")
    assert ranking_for(staff_user, campaign).count() == 1
    assert ranking_for(stranger, campaign).count() == 0
    assert Application.objects.count() == Review.objects.count() == 1
