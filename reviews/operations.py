"""Writing what follows from reviews."""

from collections import defaultdict
from decimal import Decimal

from django.db.models import Count, Max, Min, Sum
from django.utils.translation import gettext as _

from qa_portal.campaigns.models import Campaign
from qa_portal.core.errors import Refusal
from reviews.models import POINT_PLACES, DecisionRound, Review, Score, Standing
from reviews.rules import Contender, kept_of, ranked
from submissions.enums import State

BATCH = 5_000


def _units(points: Decimal) -> int:
    """Points (Decimal) as a whole number of the smallest point."""
    return int(points.scaleb(POINT_PLACES))


def _points(units: int) -> Decimal:
    """The reverse of `_units`."""
    return Decimal(units).scaleb(-POINT_PLACES)


def refresh_standings(campaign: Campaign) -> int:
    """Rewrite the standings of a year from its reviews; returns how many applications have a rank.

    The only writer of Standing; reviews that are void, superseded or recused do not count, nor any of an
    application that is still being scored. Two grouped
    queries and one pass over the applications, whatever the number of reviews. The caller holds the
    transaction that changed the reviews. Raises Refusal once the decision is frozen: nothing of it changes.
    """
    if DecisionRound.objects.current().filter(campaign=campaign, frozen_at__isnull=False).exists():
        raise Refusal(_("The decision is frozen and does not change any more."), code="frozen")
    tie_breakers = list(campaign.criteria.order_by("position").values_list("pk", flat=True)[:2])
    sums: dict[int, dict[int, int]] = defaultdict(dict)
    rows = (
        Score.objects.filter(
            review__application__campaign=campaign, review__ended_at__isnull=True, criterion__in=tie_breakers
        )
        .exclude(review__application__state=State.IN_REVIEW)
        .order_by()
        .values_list("review__application_id", "criterion_id")
        .annotate(points_sum=Sum("points"))
    )
    for application, criterion, points in rows.iterator(chunk_size=BATCH):
        sums[application][criterion] = _units(points)

    contenders: list[Contender] = []
    extremes: dict[int, tuple[Decimal, Decimal]] = {}
    totals = (
        Review.objects.in_the_open()
        .filter(application__campaign=campaign)
        .order_by()
        .values_list("application_id", "application__number")
        .annotate(n=Count("pk"), s=Sum("total"), highest=Max("total"), lowest=Min("total"))
    )
    for application, number, count, total, highest, lowest in totals.iterator(chunk_size=BATCH):
        kept_sum, kept_count = kept_of(total, count, highest, lowest, trim_from=campaign.trim_from)
        first, second = (sums[application].get(key, 0) for key in [*tie_breakers, 0, 0][:2])
        contenders.append(Contender(application, number, _units(kept_sum), kept_count, first, second, count))
        extremes[application] = (highest, lowest)

    standings = Standing.objects.filter(application__campaign=campaign)
    standings._raw_delete(standings.db)
    Standing.objects.bulk_create(
        (
            Standing(
                application_id=one.key,
                review_count=one.review_count,
                kept_sum=_points(one.kept_sum),
                kept_count=one.kept_count,
                highest=extremes[one.key][0],
                lowest=extremes[one.key][1],
                first_sum=_points(one.first_sum),
                second_sum=_points(one.second_sum),
                rank=rank,
            )
            for rank, one in enumerate(ranked(contenders), start=1)
        ),
        batch_size=BATCH,
    )
    return len(contenders)
