"""Rows of the cut-line screen and of the proposal."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qa_portal.campaigns.models import Campaign
from reviews.deciding.queries import Figure, Ranked, composition
from reviews.deciding.rules import Lines, critical_ranks
from reviews.enums import GRADES, Result
from reviews.models import OutcomeSettings
from reviews.tables import RankingRow, ranking_rows
from submissions.models import Application

TRAIT_LABELS: dict[str, Any] = {
    "sme": gettext_lazy("Small and medium enterprises"),
    "private": gettext_lazy("Private enterprises"),
    "specialised": gettext_lazy("Specialised enterprises"),
    "bottleneck": gettext_lazy("Bottleneck technology"),
    "digital": gettext_lazy("Digital technologies"),
}
OBSTACLES: dict[str, Any] = {
    "empty": gettext_lazy("The proposal holds no application."),
    "state": gettext_lazy("Not scored any more:"),
    "reason": gettext_lazy("Not selected without a reason:"),
    "quorum": gettext_lazy("The meeting had no quorum."),
    "votes": gettext_lazy("No vote of the committee carries:"),
}
SHOWN_NUMBERS = 20


@dataclass(frozen=True, slots=True)
class LineRow:
    """A row of the ranked list: what the lines give it, whether it is near one, and the line behind it."""

    row: RankingRow
    grade: Result
    is_critical: bool
    line: str  # label of the line that ends here; "" elsewhere
    is_referred: bool  # only the number decides across a line: a matter of the committee


@dataclass(frozen=True, slots=True)
class Preview:
    """What lines would give: places, composition against last year, critical ranks."""

    lines: Lines
    places: list[tuple[Any, int]]
    winners: int
    traits: list[Figure]
    industries: list[Figure]
    districts: list[Figure]
    critical: frozenset[int]


def preview(
    applications: Sequence[Ranked], before: Sequence[Ranked], lines: Lines, settings: OutcomeSettings
) -> Preview:
    """The effect of lines on a ranked list; no query."""
    scores = [one.score for one in applications if one.score is not None]
    winners = [one for one in applications if one.rank is not None and one.rank <= lines.third_to]
    counts = [sum(lines.grade_of(one.rank) == grade for one in winners) for grade in GRADES]
    return Preview(
        lines,
        [(grade.label, count) for grade, count in zip(GRADES, counts, strict=True)],
        len(winners),
        *composition(applications, winners, before, TRAIT_LABELS),
        critical_ranks(scores, lines.ranks, settings.band),
    )


def line_rows(campaign: Campaign, applications: Sequence[Application], shown: Preview, scale: Any) -> list[LineRow]:
    """Rows of one page, in rank order."""
    ends: dict[int, list[str]] = {}
    for grade, last in zip(GRADES, shown.lines.ranks, strict=True):
        if shown.lines.places[grade]:
            ends.setdefault(last, []).append(str(grade.label))
    by_number = _("equal score and means; larger application number")
    return [
        LineRow(
            row,
            shown.lines.grade_of(row.rank),
            row.rank in shown.critical,
            _(", ").join(ends.get(row.rank or 0, [])),
            row.tie == by_number and (row.rank or 0) - 1 in ends,
        )
        for row in ranking_rows(campaign, applications, scale)
    ]


def obstacle_lines(found: Sequence[tuple[str, Sequence[str]]]) -> list[str]:
    """What is missing, in words, with the first numbers."""
    lines = []
    for code, numbers in found:
        text = "、".join(numbers[:SHOWN_NUMBERS])
        if left := len(numbers) - SHOWN_NUMBERS if len(numbers) > SHOWN_NUMBERS else 0:
            text = _("%(numbers)s and %(count)s more") % {"numbers": text, "count": left}
        lines.append(f"{OBSTACLES[code]} {text}".strip())
    return lines
