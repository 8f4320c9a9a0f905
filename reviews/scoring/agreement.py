"""Krippendorff's alpha for interval data: agreement where not everybody scores everything. Pure and exact."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Agreement:
    """`alpha`: 1 is full agreement, 0 what chance gives. `cases` and `values` are what it rests on."""

    alpha: Fraction
    cases: int
    values: int


def alpha(units: Iterable[Sequence[Fraction]]) -> Agreement | None:
    """Alpha = 1 − observed / expected squared difference over units with two values at least.

    None where no two values differ or fewer than two units can be compared: then nothing can be said.
    """
    pairable = [list(unit) for unit in units if len(unit) >= 2]
    everything = [value for unit in pairable for value in unit]
    count = len(everything)
    if len(pairable) < 2:
        return None
    expected = _squares(everything) / (count - 1)
    if not expected:
        return None
    observed = sum((_squares(unit) / (len(unit) - 1) for unit in pairable), Fraction(0))
    return Agreement(1 - observed / expected, len(pairable), count)


def _squares(values: Sequence[Fraction]) -> Fraction:
    """Σ over ordered pairs of (a − b)², = 2(nΣa² − (Σa)²)."""
    return 2 * (len(values) * sum((one * one for one in values), Fraction(0)) - sum(values, Fraction(0)) ** 2)
