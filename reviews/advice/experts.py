"""Experts whose scores ask for a talk. A flag opens a conversation; it never removes a score."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from reviews.advice.spread import median, root

OUTLYING = Fraction(7, 2)  # |z| above 3.5
FACTOR = Fraction(6745, 10_000)
FEW = 3  # an expert with fewer compared scores is not judged
NARROW, SOON, SAME_FROM = Decimal(2), timedelta(minutes=10), 5


@dataclass(frozen=True, slots=True)
class Mark:
    """One total: application and expert by an opaque key, points, and when it was written, where that is known."""

    application: str
    expert: str
    total: Decimal
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outlier:
    """How an expert departs from the others: mean and SD of (own total − mean of the others), and robust z of each."""

    expert: str
    mean: Fraction
    deviation: Decimal
    z_of_mean: Fraction | None
    z_of_deviation: Fraction | None

    @property
    def is_flagged(self) -> bool:
        return any(abs(z) > OUTLYING for z in (self.z_of_mean, self.z_of_deviation) if z is not None)


def departures(marks: Iterable[Mark]) -> dict[str, list[Fraction]]:
    """For each expert, own total minus the mean of the others, over the applications with another expert."""
    by_application: dict[str, list[Mark]] = defaultdict(list)
    for mark in marks:
        by_application[mark.application].append(mark)
    found: dict[str, list[Fraction]] = defaultdict(list)
    for group in by_application.values():
        total = sum((Fraction(one.total) for one in group), Fraction())
        if len(group) > 1:
            for one in group:
                own = Fraction(one.total)
                found[one.expert].append(own - (total - own) / (len(group) - 1))
    return found


def robust_z(values: Sequence[Fraction]) -> list[Fraction | None]:
    """0.6745 (x − median) / MAD for each value; None for all where the MAD is 0."""
    if not values:
        return []
    middle = median(values)
    mad = median([abs(one - middle) for one in values])
    return [FACTOR * (one - middle) / mad if mad else None for one in values]


def outliers(marks: Iterable[Mark]) -> list[Outlier]:
    """Every expert with enough compared scores, by key; `is_flagged` tells those that depart."""
    judged = {expert: found for expert, found in sorted(departures(marks).items()) if len(found) >= FEW}
    means = [sum(found, Fraction()) / len(found) for found in judged.values()]
    deviations = [
        root(sum(((one - mean) ** 2 for one in found), Fraction()) / (len(found) - 1))
        for found, mean in zip(judged.values(), means, strict=True)
    ]
    scores = zip(robust_z(means), robust_z([Fraction(one) for one in deviations]), strict=True)
    return [
        Outlier(expert, mean, deviation, of_mean, of_deviation)
        for expert, mean, deviation, (of_mean, of_deviation) in zip(judged, means, deviations, scores, strict=True)
    ]


def pace_flags(marks: Iterable[Mark]) -> Mapping[str, tuple[str, ...]]:
    """What looks like scoring without reading, by expert: `same` totals again and again, a `narrow` range, all `fast`.

    Only experts with five scores or more. Sheets that were locked together share one moment, which says
    nothing of the pace: `fast` needs five different moments.
    """
    by_expert: dict[str, list[Mark]] = defaultdict(list)
    for mark in marks:
        by_expert[mark.expert].append(mark)
    flags: dict[str, tuple[str, ...]] = {}
    for expert, group in sorted(by_expert.items()):
        if len(group) < SAME_FROM:
            continue
        totals = [one.total for one in group]
        moments = {one.at for one in group if one.at is not None}
        most = max(Counter(totals).values())
        checks = (
            ("same", most >= SAME_FROM and 2 * most > len(totals)),
            ("narrow", max(totals) - min(totals) < NARROW),
            ("fast", len(moments) >= SAME_FROM and max(moments) - min(moments) <= SOON),
        )
        if found := tuple(name for name, is_so in checks if is_so):
            flags[expert] = found
    return flags
