"""A score sheet as values: what was typed, what is lacking, what it adds up to. No database.

Values are texts by the name of their field, as a browser posts them: `points-<key of the criterion>`,
`level`, `comment`, … An empty field is “not scored”, never 0.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qa_portal.campaigns.models import Criterion
from reviews.enums import Flag
from submissions.enums import Level
from submissions.form.dossier import as_decimal

MIN_COMMENT = 50  # signs
MAX_TEXT = 2_000
TEXTS = ("comment", "strengths", "gaps")
FLAGS = ("bottleneck", "digital")
CHOICES: dict[str, tuple[str, ...]] = {
    "level": tuple(Level.values),
    "bottleneck": tuple(Flag.values),
    "digital": tuple(Flag.values),
}
PLAIN = ("level", *TEXTS, *FLAGS)
# 优 良 中 差: from which share of the maximum, in percent
BANDS: tuple[tuple[int, Any], ...] = (
    (90, gettext_lazy("excellent")),
    (75, gettext_lazy("good")),
    (60, gettext_lazy("fair")),
    (0, gettext_lazy("weak")),
)


@dataclass(frozen=True, slots=True)
class Gap:
    """What keeps a sheet from being locked; `field` is the name of its input."""

    field: str
    text: str


def field_of(criterion: Criterion) -> str:
    """Name of the input of a criterion."""
    return f"points-{criterion.pk}"


def empty_values(criteria: Iterable[Criterion]) -> dict[str, str]:
    """The values of a sheet in which nothing was typed."""
    return dict.fromkeys([*(field_of(one) for one in criteria), *PLAIN], "")


def cleaned(name: str, text: Any) -> str:
    """One value in its kept shape: choices that there are, texts without what no database keeps."""
    plain = str(text or "").replace("\0", "").replace("\r\n", "\n").encode(errors="ignore").decode()
    if name in CHOICES:
        return plain if plain in CHOICES[name] else ""
    return plain[:MAX_TEXT] if name in TEXTS else plain.strip()[:20]


def points_of(text: str) -> Decimal | None:
    """Typed points; None for nothing and for what is no number."""
    return as_decimal(text) if text.strip() else None


def problem_of(criterion: Criterion, text: str) -> str:
    """What is wrong with what was typed for a criterion; "" while it is empty or right."""
    if not text.strip():
        return ""
    points = points_of(text)
    problem = _("is no number") if points is None else criterion.problem_with(points)
    return _("%(criterion)s: “%(value)s” %(problem)s.") % {
        "criterion": criterion.name, "value": text, "problem": problem,
    } if problem else ""  # fmt: skip


def gaps_of(values: Mapping[str, str], criteria: Sequence[Criterion]) -> list[Gap]:
    """Everything that keeps the sheet from being locked, in the order of the page; [] when it is complete."""
    gaps = []
    for one in criteria:
        text = values.get(field_of(one), "")
        if problem := problem_of(one, text):
            gaps.append(Gap(field_of(one), problem))
        elif not text.strip():
            gaps.append(Gap(field_of(one), _("%(criterion)s: not scored") % {"criterion": one.name}))
    if not values.get("level"):
        gaps.append(Gap("level", _("Vote on the level.")))
    missing = MIN_COMMENT - len("".join(values.get("comment", "").split()))
    if missing > 0:
        gaps.append(Gap("comment", _("Comment: %(count)s signs are missing.") % {"count": missing}))
    return gaps


def is_begun(values: Mapping[str, str]) -> bool:
    """Something was typed or chosen."""
    return any(text.strip() for text in values.values())


def total_of(values: Mapping[str, str], criteria: Iterable[Criterion]) -> Decimal:
    """Sum of the points that are possible; what is empty or wrong adds nothing."""
    typed = [(one, points_of(values.get(field_of(one), ""))) for one in criteria]
    return sum((points for one, points in typed if points is not None and not one.problem_with(points)), Decimal(0))


def unscored(values: Mapping[str, str], criteria: Iterable[Criterion]) -> int:
    """Criteria without possible points."""
    return sum(
        not values.get(field_of(one), "").strip() or bool(problem_of(one, values[field_of(one)])) for one in criteria
    )


def bands_of(criterion: Criterion) -> list[tuple[Any, Decimal, Decimal]]:
    """Name, lowest and highest points of each band, highest band first; every step lies in exactly one."""
    bands, top = [], criterion.maximum
    for percent, name in BANDS:
        least = criterion.maximum * percent / 100
        steps = -(-least // criterion.step)  # the first step that reaches the share
        low = min(steps * criterion.step, criterion.maximum)
        if low <= top:
            bands.append((name, low, top))
            top = low - criterion.step
    return bands
