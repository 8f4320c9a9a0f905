"""Kendall's W, ICC and Krippendorff's alpha: values of the text books, and what no data may change."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_portal.core.numbers import half_up
from reviews.advice.agreement import icc, kendall_chi_square, kendall_w, krippendorff_alpha, mean_ranks

# Shrout and Fleiss 1979: six targets, four judges
SHROUT = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
# Krippendorff 2011: four observers, twelve units, incomplete
UNITS = ["111", "2232", "3333", "3333", "2222", "1234", "4444", "1121", "2222", "555", "11", "3"]
POINTS = st.integers(0, 200).map(lambda one: Decimal(one) / 2)


def table(rows: Sequence[Sequence[int]]) -> list[list[Decimal]]:
    return [[Decimal(one) for one in row] for row in rows]


@st.composite
def tables(draw: st.DrawFn) -> list[list[Decimal]]:
    width = draw(st.integers(2, 6))
    return draw(st.lists(st.lists(POINTS, min_size=width, max_size=width), min_size=2, max_size=8))


def test_equal_values_share_the_mean_of_their_ranks() -> None:
    assert mean_ranks([Decimal(one) for one in (7, 5, 7, 9)]) == [Fraction(5, 2), 1, Fraction(5, 2), 4]


def test_w_is_one_for_full_agreement_and_nought_for_none() -> None:
    assert kendall_w(table([[1, 10], [2, 20], [3, 30]])) == 1
    assert kendall_w(table([[1, 3], [2, 2], [3, 1]])) == 0


def test_w_corrects_for_ties() -> None:
    """Three experts, four applications; the first gives 2 and 3 the same: T = 6, rank sums 3, 15/2, 15/2, 12."""
    rows = table([[1, 1, 1], [2, 2, 3], [2, 3, 2], [4, 4, 4]])
    sums = [Fraction(3), Fraction(15, 2), Fraction(15, 2), Fraction(12)]
    s = sum((one - Fraction(15, 2)) ** 2 for one in sums)
    assert kendall_w(rows) == 12 * s / (9 * 60 - 3 * 6)
    assert kendall_chi_square(Fraction(1, 2), rows) == Fraction(9, 2)


def test_icc_of_shrout_and_fleiss() -> None:
    found = icc(table(SHROUT))
    assert found is not None
    assert [str(half_up(one, 2)) for one in found] == ["0.29", "0.62"]


def test_alpha_of_krippendorff() -> None:
    alpha = krippendorff_alpha([[Decimal(one) for one in unit] for unit in UNITS])
    assert alpha is not None
    assert str(half_up(alpha, 3)) == "0.849"


@pytest.mark.parametrize("rows", [[], [[5]], [[5, 5]], [[5], [6]], [[5, 5], [5, 5]]])
def test_where_nothing_can_be_compared_nothing_is_said(rows: list[list[int]]) -> None:
    assert (kendall_w(table(rows)), icc(table(rows))) == (None, None)
    assert krippendorff_alpha(table([row for row in rows if len(row) < 2 or len(set(row)) == 1])) is None


def test_a_table_with_gaps_is_refused() -> None:
    with pytest.raises(ValueError, match="every expert"):
        kendall_w(table([[1, 2], [1]]))


@given(tables())
def test_w_stays_between_nought_and_one_whatever_the_order(rows: list[list[Decimal]]) -> None:
    w = kendall_w(rows)
    assert w is None or 0 <= w <= 1
    assert w == kendall_w(rows[::-1]) == kendall_w([row[::-1] for row in rows])


@given(tables(), st.integers(1, 5), st.integers(-20, 20))
def test_scale_and_shift_change_no_agreement(rows: list[list[Decimal]], a: int, b: int) -> None:
    moved = [[a * one + b for one in row] for row in rows]
    assert (kendall_w(moved), icc(moved), krippendorff_alpha(moved)) == (
        kendall_w(rows), icc(rows), krippendorff_alpha(rows))  # fmt: skip


@given(tables())
def test_no_agreement_is_above_one(rows: list[list[Decimal]]) -> None:
    alpha = krippendorff_alpha(rows)
    assert alpha is None or alpha <= 1
