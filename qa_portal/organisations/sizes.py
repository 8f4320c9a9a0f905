"""企业规模: the size class of an enterprise by 工信部联企业〔2011〕300号 (domain lists, section 7)."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from qa_portal.organisations.enums import SizeClass

# Sector → lower bounds (inclusive) of 大型, 中型, 小型: X employees, Y revenue, Z assets (万元); "" unused.
# Each class needs all its bounds, or the enterprise drops by one.
Bound = dict[str, Decimal]


def _bounds(text: str) -> tuple[Bound, Bound, Bound]:
    parts = []
    for part in text.split("/"):
        parts.append({item[0]: Decimal(item[1:]) for item in part.split()})
    large, medium, small = parts
    return large, medium, small


SECTORS: dict[int, tuple[Bound, Bound, Bound]] = {
    1: _bounds("Y20000/Y500/Y50"),
    2: _bounds("X1000 Y40000/X300 Y2000/X20 Y300"),
    3: _bounds("Y80000 Z80000/Y6000 Z5000/Y300 Z300"),
    4: _bounds("X200 Y40000/X20 Y5000/X5 Y1000"),
    5: _bounds("X300 Y20000/X50 Y500/X10 Y100"),
    6: _bounds("X1000 Y30000/X300 Y3000/X20 Y200"),
    7: _bounds("X200 Y30000/X100 Y1000/X20 Y100"),
    8: _bounds("X1000 Y30000/X300 Y2000/X20 Y100"),
    9: _bounds("X300 Y10000/X100 Y2000/X10 Y100"),
    10: _bounds("X300 Y10000/X100 Y2000/X10 Y100"),
    11: _bounds("X2000 Y100000/X100 Y1000/X10 Y100"),
    12: _bounds("X300 Y10000/X100 Y1000/X10 Y50"),
    13: _bounds("Y200000 Z10000/Y1000 Z5000/Y100 Z2000"),
    14: _bounds("X1000 Y5000/X300 Y1000/X100 Y500"),
    15: _bounds("X300 Z120000/X100 Z8000/X10 Z100"),
    16: _bounds("X300/X100/X10"),
}


def size_class(sector: int, employees: int | None, revenue: Decimal | None, assets: Decimal | None) -> SizeClass | None:
    """The class from employees (人), revenue and assets (万元); None where a needed figure is missing.

    Raises KeyError for a sector outside 1 to 16.
    """
    have = {"X": employees, "Y": revenue, "Z": assets}
    classes = (SizeClass.LARGE, SizeClass.MEDIUM, SizeClass.SMALL)
    bounds = SECTORS[sector]
    if any(have[name] is None for name in bounds[0]):
        return None
    for one, needed in zip(classes, bounds, strict=True):
        if all(Decimal(have[name] or 0) >= bound for name, bound in needed.items()):
            return one
    return SizeClass.MICRO


# Divisions of GB/T 4754-2017 (first two digits) that have a row of their own in the standard of sizes;
# software stands in 64 and 65, railways (53) and most services are not listed elsewhere.
DIVISIONS: dict[range, frozenset[int]] = {
    range(1, 6): frozenset({1}),
    range(6, 47): frozenset({2}),
    range(47, 51): frozenset({3}),
    range(51, 52): frozenset({4}),
    range(52, 53): frozenset({5}),
    range(53, 59): frozenset({6, 16}),
    range(59, 60): frozenset({7}),
    range(60, 61): frozenset({8}),
    range(61, 62): frozenset({9}),
    range(62, 63): frozenset({10}),
    range(63, 64): frozenset({11}),
    range(64, 65): frozenset({11, 12}),
    range(65, 66): frozenset({12}),
    range(70, 71): frozenset({13, 14, 16}),
    range(71, 73): frozenset({15}),
}


def size_sectors_of(sector: str) -> frozenset[int]:
    """The rows of the standard in which a class of GB/T 4754 (four digits) may stand; row 16 takes the rest."""
    division = int(sector[:2])
    return next((rows for divisions, rows in DIVISIONS.items() if division in divisions), frozenset({16}))


def bounds_of(sector: int) -> list[tuple[SizeClass, str]]:
    """The rule of a sector in words: each class with the bounds that it needs, all of them.

    Raises KeyError for a sector outside 1 to 16.
    """
    classes = (SizeClass.LARGE, SizeClass.MEDIUM, SizeClass.SMALL)
    rows = [(one, _in_words(needed)) for one, needed in zip(classes, SECTORS[sector], strict=True)]
    return [*rows, (SizeClass.MICRO, _("all others"))]


def _in_words(needed: Bound) -> str:
    names: dict[str, Any] = {
        "X": _("employees ≥ %(bound)s"),
        "Y": _("revenue ≥ %(bound)s (10,000 CNY)"),
        "Z": _("assets ≥ %(bound)s (10,000 CNY)"),
    }
    return _(" and ").join(names[name] % {"bound": f"{bound:,}"} for name, bound in needed.items())
