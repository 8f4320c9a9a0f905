"""Reading the ranking."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import F, Max, Min

from qa_portal.campaigns.models import Campaign
from qa_portal.core.numbers import half_up
from reviews.enums import Result
from reviews.models import Review, Standing
from reviews.rules import may_read_reviews
from submissions.models import Application, ApplicationQuerySet

SCORE_PLACES = 2


def in_rank_order(applications: ApplicationQuerySet) -> ApplicationQuerySet:
    """By rank; applications without a review last, in the order of numbers."""
    return applications.order_by(F("standing__rank").asc(nulls_last=True), "number")


def score_text(kept_sum: Decimal | None, kept_count: int | None) -> str | None:
    """官方得分 as shown, to 0.01 half up; None without a review."""
    if kept_sum is None or not kept_count:
        return None
    return f"{half_up(Fraction(kept_sum) / kept_count, SCORE_PLACES):.{SCORE_PLACES}f}"


def ranking_as_json(campaign: Campaign) -> list[dict[str, Any]]:
    """Exactly the document of contracts, section 4: one query, in rank order."""
    terms = {result.value: result.term for result in Result}
    rows = in_rank_order(Application.objects.counted().filter(campaign=campaign)).values_list(
        "standing__rank", "number", "standing__kept_sum", "standing__kept_count", "decision__result"
    )
    return [
        {
            "rank": rank,
            "number": number,
            "score": score_text(kept_sum, kept_count),
            "result": terms.get(result),
        }
        for rank, number, kept_sum, kept_count, result in rows
    ]


def ranking_for(user: Any, campaign: Campaign) -> ApplicationQuerySet:
    """The applications of a year in rank order with standing and decision, for those who may read reviews."""
    applications = Application.objects.visible_to(user).counted().filter(campaign=campaign)
    if not may_read_reviews(user):
        return applications.none()
    return in_rank_order(applications.select_related("standing", "decision"))


def totals_of(applications: Iterable[Application]) -> dict[int, list[Decimal]]:
    """Totals of the reviews by application, in the order of the experts' codes: one query."""
    found: dict[int, list[Decimal]] = defaultdict(list)
    rows = (
        Review.objects.in_the_open()
        .filter(application__in=list(applications))
        .order_by("application_id", "expert__code")
    )
    for application, total in rows.values_list("application_id", "total"):
        found[application].append(total)
    return found


def range_of_totals(campaign: Campaign) -> tuple[Decimal, Decimal] | None:
    """The lowest and the highest total of a year; None without a review."""
    found = Standing.objects.filter(application__campaign=campaign).aggregate(low=Min("lowest"), high=Max("highest"))
    return None if found["low"] is None else (found["low"], found["high"])


def standings_before(campaign: Campaign, standings: Iterable[Standing]) -> dict[int, Standing]:
    """The standings one rank ahead of each of these, by rank: one query."""
    ranks = {standing.rank - 1 for standing in standings}
    found = Standing.objects.filter(application__campaign=campaign, rank__in=ranks)
    return {standing.rank: standing for standing in found}
