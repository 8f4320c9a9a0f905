"""Exact numbers: one rounding at the edge, no float on the way.

Rule of rounding: half up, away from zero (contracts of the figures, section 3).
"""

from decimal import Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction
from typing import Any

# Shifting the point rounds to the precision of the thread, 28 digits; in this context it never does.
_EXACT = Context(prec=10_000, traps=[Inexact, InvalidOperation])


def shifted(value: Decimal, places: int) -> Decimal:
    """`value` × 10**places, exactly."""
    return _EXACT.scaleb(value, places)


def half_up(value: Fraction, places: int) -> Decimal:
    """Round an exact value once, halves away from zero; `places` digits after the point."""
    units = (int(abs(value) * 10**places * 2) + 1) // 2
    return shifted(Decimal(units if value >= 0 else -units), -places)


def plain(value: Decimal) -> str:
    """Write a decimal without exponent and without trailing zeros: 22.50 → "22.5", -0.0 → "0"."""
    if value == 0:
        return "0"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def whole_number(text: Any) -> int | None:
    """A whole number from 0 on, as a request may send it; None for anything else.

    Only the digits 0 to 9 count (`str.isdigit` takes “²” as well), and no more than a database keeps.
    """
    digits = str(text).strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else None


def share(part: int, base: int) -> Fraction | None:
    """`part` of `base` as an exact fraction; None for a share of nothing."""
    return Fraction(part, base) if base else None


def percent(value: Fraction | None, places: int) -> str | None:
    """A share as printed: 83/145 with one place → "57.2%"; None stays None."""
    return None if value is None else f"{plain(half_up(value * 100, places))}%"


def points(now: Fraction | None, before: Fraction | None) -> int | None:
    """Difference of two unrounded shares in whole percentage points; None where either is missing."""
    if now is None or before is None:
        return None
    return int(half_up((now - before) * 100, 0))


def to_yi(amount: Decimal) -> str:
    """万元 → 亿元 (or 万美元 → 亿美元) as printed: divided by 10,000, at most two decimals."""
    return plain(half_up(Fraction(amount) / 10_000, 2))
