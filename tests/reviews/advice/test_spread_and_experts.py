"""Spread of an application, the error at a line, experts who depart, and the pace of scoring."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.advice.experts import Mark, outliers, pace_flags, robust_z
from reviews.advice.spread import is_within_error, median, root, spread, standard_error, variance

POINTS = st.lists(st.integers(0, 200).map(lambda one: Decimal(one) / 2), min_size=1, max_size=9)
NOON = datetime(2020, 7, 1, 4, tzinfo=UTC)


def decimals(*values: str | int) -> list[Decimal]:
    return [Decimal(one) for one in values]


def test_spread_of_known_totals() -> None:
    """2, 4, 4, 4, 5, 5, 7, 9: mean 5, sum of squares 32, variance 32/7."""
    found = spread(decimals(2, 4, 4, 4, 5, 5, 7, 9))
    assert found is not None
    assert (found.count, found.range, found.deviation, found.median, found.mean, found.is_wide) == (
        8, Decimal(7), Decimal("2.138089"), Fraction(9, 2), Fraction(5), False)  # fmt: skip
    assert variance(decimals(2, 4, 4, 4, 5, 5, 7, 9)) == Fraction(32, 7)


@pytest.mark.parametrize(
    ("totals", "is_wide"),
    [((60, 80), True), ((60, 80, 70, 70, 70, 70), False), ((60, "80.5", 70, 70, 70, 70, 70), True), ((70,), False)],
)
def test_wide_is_a_range_above_20_or_a_deviation_above_10(totals: Sequence[str | int], is_wide: bool) -> None:
    found = spread(decimals(*totals))
    assert found is not None
    assert found.is_wide is is_wide


def test_nothing_has_no_spread() -> None:
    assert (spread([]), standard_error(decimals(70)), variance([])) == (None, None, None)
    with pytest.raises(ValueError):
        median([])


@given(POINTS)
def test_middle_values_lie_between_the_ends_and_order_is_irrelevant(totals: list[Decimal]) -> None:
    found = spread(totals)
    assert found is not None
    assert min(totals) <= found.median <= max(totals)
    assert min(totals) <= found.mean <= max(totals)
    assert found == spread(totals[::-1])


@given(st.integers(0, 10**9), st.integers(1, 10**6))
def test_the_root_is_the_largest_that_fits(numerator: int, denominator: int) -> None:
    value = Fraction(numerator, denominator)
    found = Fraction(root(value))
    assert found**2 <= value < (found + Fraction(1, 10**6)) ** 2


def test_a_gap_smaller_than_the_error_is_within_error() -> None:
    """Deviations 2 of four reviews: error 1. A gap of 1/2 is within it, a gap of 2 is not."""
    above = decimals(79, 81, 79, 81)  # mean 80, variance 4/3, error 0.577350
    assert standard_error(above) == Decimal("0.577350")
    assert is_within_error(above, [one - Decimal("0.5") for one in above], trim_from=5) is True
    assert is_within_error(above, [one - 2 for one in above], trim_from=5) is False
    assert is_within_error(above, decimals(70), trim_from=5) is None


# ------------------------------------------------------------------ experts
def panel(scores: dict[str, Sequence[int]]) -> list[Mark]:
    """Each expert's totals of applications 0, 1, 2, …"""
    return [Mark(str(n), expert, Decimal(total)) for expert, row in scores.items() for n, total in enumerate(row)]


def test_robust_z_of_known_values() -> None:
    """1, 2, 3, 4, 100: median 3, MAD 1."""
    found = robust_z([Fraction(one) for one in (1, 2, 3, 4, 100)])
    assert found == [Fraction(6745 * one, 10_000) for one in (-2, -1, 0, 1, 97)]
    assert robust_z([Fraction(1), Fraction(1)]) == [None, None]


def test_the_expert_who_departs_is_flagged_and_nobody_else() -> None:
    base = [70, 75, 80, 85]
    scores: dict[str, Sequence[int]] = {
        "A": [one + 1 for one in base], "B": base, "C": [one - 1 for one in base], "D": [one + 2 for one in base],
        "E": [70, 74, 81, 85], "F": [40, 100, 40, 100],
    }  # fmt: skip
    found = {one.expert: one.is_flagged for one in outliers(panel(scores))}
    assert found["F"] is True
    assert [expert for expert, is_flagged in found.items() if is_flagged] == ["F"]


def test_an_expert_with_two_scores_is_not_judged() -> None:
    marks = panel({"A": [70, 75, 80], "B": [71, 76, 81]}) + panel({"C": [90, 10]})
    assert [one.expert for one in outliers(marks)] == ["A", "B"]


def test_pace_flags() -> None:
    def at(minutes: Sequence[float], totals: Sequence[int], expert: str) -> list[Mark]:
        return [
            Mark(str(n), expert, Decimal(total), NOON + timedelta(minutes=minute))
            for n, (minute, total) in enumerate(zip(minutes, totals, strict=True))
        ]

    marks = [
        *at([0, 60, 120, 180, 240], [80, 80, 80, 80, 80], "same"),
        *at([0, 2, 4, 6, 10], [60, 70, 80, 90, 95], "fast"),
        *at([0, 2, 4, 6, 11], [60, 70, 80, 90, 95], "calm"),
        *at([0, 0, 0, 0, 0], [60, 70, 80, 90, 95], "locked together"),
        *at([0, 1, 2, 3], [80, 80, 80, 80], "few"),
    ]
    assert pace_flags(marks) == {"same": ("same", "narrow"), "fast": ("fast",)}
