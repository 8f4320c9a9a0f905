"""How far the experts of one application lie apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import isqrt

from reviews.rules import official_score

# Above these an application should get a third opinion or a discussion of its experts (scoring rules, section 2)
WIDE_RANGE, WIDE_DEVIATION = Decimal(20), Decimal(10)
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Spread:
    """Range, standard deviation (n − 1), median and plain mean of the totals of one application, in points."""

    count: int
    range: Decimal
    deviation: Decimal | None  # to six places; None for a single review
    median: Fraction
    mean: Fraction

    @property
    def is_wide(self) -> bool:
        """The experts disagree so much that the application should be discussed."""
        return self.range > WIDE_RANGE or (self.deviation is not None and self.deviation > WIDE_DEVIATION)


def root(value: Fraction, digits: int = _DIGITS) -> Decimal:
    """The square root of a value from 0 on, rounded down to `digits` places: whole numbers only, so exact."""
    scale = 10**digits
    return Decimal(isqrt(value.numerator * scale * scale // value.denominator)).scaleb(-digits)


def variance(values: Sequence[Decimal]) -> Fraction | None:
    """Sample variance (n − 1), exact; None for fewer than two values."""
    count = len(values)
    if count < 2:
        return None
    numbers = [Fraction(one) for one in values]
    total = sum(numbers, Fraction())
    return (sum((one * one for one in numbers), Fraction()) - total * total / count) / (count - 1)


def median(values: Sequence[Decimal] | Sequence[Fraction]) -> Fraction:
    """The middle value, or the mean of the two middle ones. Raises ValueError without a value."""
    ordered = sorted(Fraction(one) for one in values)
    if not ordered:
        raise ValueError("the median of nothing")
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def spread(totals: Sequence[Decimal]) -> Spread | None:
    """The spread of an application; None without a review."""
    if not totals:
        return None
    dispersion = variance(totals)
    return Spread(
        count=len(totals),
        range=max(totals) - min(totals),
        deviation=None if dispersion is None else root(dispersion),
        median=median(totals),
        mean=Fraction(sum(totals, Decimal())) / len(totals),
    )


def standard_error(totals: Sequence[Decimal]) -> Decimal | None:
    """SD / √n in points; None for fewer than two reviews."""
    dispersion = variance(totals)
    return None if dispersion is None else root(dispersion / len(totals))


def is_within_error(above: Sequence[Decimal], below: Sequence[Decimal], *, trim_from: int) -> bool | None:
    """The gap between the last above a line and the first below it is smaller than the larger standard error.

    None where either has fewer than two reviews: nothing can be said.
    """
    errors = [standard_error(above), standard_error(below)]
    upper, lower = official_score(above, trim_from=trim_from), official_score(below, trim_from=trim_from)
    if upper is None or lower is None or errors[0] is None or errors[1] is None:
        return None
    return upper - lower < Fraction(max(errors[0], errors[1]))
