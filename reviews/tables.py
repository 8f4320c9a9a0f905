"""Rows of the ranking page."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from qa_portal.campaigns.models import Campaign
from reviews.models import Standing
from reviews.queries import score_text, standings_before, totals_of
from reviews.rules import struck_out
from submissions.models import Application

BAR_WIDTH, BAR_MARGIN = 160, 6  # pixels of the drawing of a row's totals


@dataclass(frozen=True, slots=True)
class Total:
    """Total of one review, and whether it is struck out."""

    points: Decimal
    is_struck_out: bool


@dataclass(frozen=True, slots=True)
class RangeBar:
    """Where the marks of a row's drawing stand: pixels from the left, on the scale of the year."""

    low: Decimal
    high: Decimal
    score: Decimal
    dots: list[tuple[Decimal, bool]]  # place, and whether the total is struck out


@dataclass(frozen=True, slots=True)
class RankingRow:
    """One application in the ranking; rank and score are None without a review."""

    application: Application
    rank: int | None
    score: str | None
    totals: list[Total]
    spread: Decimal | None
    bar: RangeBar | None
    tie: str  # which rule decided against the row one rank ahead with the same score


def ranking_rows(
    campaign: Campaign, applications: Sequence[Application], scale: tuple[Decimal, Decimal] | None
) -> list[RankingRow]:
    """Rows of one page in rank order: one query for all totals, one for the ranks ahead.

    `scale` are the lowest and highest total of the year, for the bars.
    """
    totals = totals_of(applications)
    standings = {one.pk: standing for one in applications if (standing := getattr(one, "standing", None))}
    ahead = standings_before(campaign, standings.values())
    rows: list[RankingRow] = []
    for application in applications:
        standing = standings.get(application.pk)
        points = totals.get(application.pk, [])
        struck = struck_out(points, trim_from=campaign.trim_from)
        shown = [Total(one, place in struck) for place, one in enumerate(points)]
        rows.append(
            RankingRow(
                application=application,
                rank=standing.rank if standing else None,
                score=score_text(standing.kept_sum, standing.kept_count) if standing else None,
                totals=shown,
                spread=standing.spread if standing else None,
                bar=_bar(standing, shown, scale) if standing and scale else None,
                tie=_tie(campaign, ahead.get(standing.rank - 1), standing) if standing else "",
            )
        )
    return rows


def _bar(standing: Standing, totals: list[Total], scale: tuple[Decimal, Decimal]) -> RangeBar:
    low, high = scale
    width = high - low or Decimal(1)

    def place(points: Decimal) -> Decimal:
        return (BAR_MARGIN + (points - low) / width * (BAR_WIDTH - 2 * BAR_MARGIN)).quantize(Decimal("0.1"))

    return RangeBar(
        low=place(standing.lowest),
        high=place(standing.highest),
        score=place(standing.kept_sum / standing.kept_count),
        dots=[(place(one.points), one.is_struck_out) for one in totals],
    )


def _tie(campaign: Campaign, before: Standing | None, standing: Standing) -> str:
    """The rule that put a row behind the one ahead although their scores are equal; "" otherwise."""
    if before is None or before.score != standing.score:
        return ""
    names = [criterion.name for criterion in list(campaign.criteria.all())[:2]]
    for name, mine, other in zip(names, standing.tie_means, before.tie_means, strict=False):
        if mine != other:
            return _("equal score; lower mean of %(criterion)s") % {"criterion": name}
    return _("equal score and means; larger application number")
