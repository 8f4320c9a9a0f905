"""Lines, bands and majorities."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.deciding.rules import Lines, Majorities, critical_ranks, is_reached, lines_of_quota
from reviews.enums import Result, ShareRule

HALF = Decimal("0.50")


def scores(*values: str) -> list[Fraction]:
    return [Fraction(one) for one in values]


def test_lines_give_grades_by_rank() -> None:
    lines = Lines(1, 3, 3)
    assert [lines.grade_of(rank) for rank in (1, 2, 3, 4, None)] == [
        Result.FIRST_PRIZE, Result.SECOND_PRIZE, Result.SECOND_PRIZE, Result.NOT_SELECTED, Result.NOT_SELECTED,
    ]  # fmt: skip
    assert lines.places == {Result.FIRST_PRIZE: 1, Result.SECOND_PRIZE: 2, Result.THIRD_PRIZE: 0}
    assert (Lines(2, 1, 3).is_in_order, lines.is_in_order) == (False, True)


def test_lines_of_a_quota() -> None:
    assert lines_of_quota(6, 12, 22) == Lines(6, 18, 40)
    assert lines_of_quota(None, 2, None) == Lines(0, 2, 2)


def test_critical_is_what_the_band_would_carry_across() -> None:
    ordered = scores("90", "89.6", "89.5", "89.1", "89", "80")
    # the line is behind rank 3: 89.5 | 89.1; 89.6 - 89.1 = 0.5 counts, 90 - 89.1 does not
    assert critical_ranks(ordered, [3], HALF) == {2, 3, 4, 5}
    assert critical_ranks(ordered, [5], HALF) == frozenset()
    assert critical_ranks(ordered, [0, 6, 7], HALF) == frozenset()


def test_a_tie_across_a_line_is_critical_even_without_a_band() -> None:
    assert critical_ranks(scores("90", "85", "85", "80"), [2], Decimal(0)) == {2, 3}


@given(st.lists(st.fractions(0, 100), min_size=1, max_size=12), st.lists(st.integers(0, 13), max_size=3))
def test_critical_ranks_are_those_that_the_definition_names(values: list[Fraction], lines: list[int]) -> None:
    ordered, expected = sorted(values, reverse=True), set()
    for line in lines:
        if 0 < line < len(ordered):
            for rank, score in enumerate(ordered, start=1):
                other = ordered[line] if rank <= line else ordered[line - 1]
                if abs(score - other) <= HALF:
                    expected.add(rank)
    assert critical_ranks(ordered, lines, HALF) == expected


@pytest.mark.parametrize(
    ("rule", "part", "whole", "expected"),
    [
        (ShareRule.TWO_THIRDS, 2, 3, True), (ShareRule.TWO_THIRDS, 5, 8, False), (ShareRule.TWO_THIRDS, 6, 9, True),
        (ShareRule.MORE_THAN_HALF, 1, 2, False), (ShareRule.MORE_THAN_HALF, 4, 7, True),
        (ShareRule.THREE_QUARTERS, 3, 4, True), (ShareRule.THREE_QUARTERS, 7, 10, False),
        (ShareRule.MORE_THAN_HALF, 0, 0, False), (ShareRule.TWO_THIRDS, 0, 0, False),
    ],
)  # fmt: skip
def test_shares_are_exact(rule: str, part: int, whole: int, expected: bool) -> None:
    assert is_reached(rule, part, whole) is expected


def test_a_first_prize_needs_two_thirds_and_others_more_than_half() -> None:
    needed = Majorities()
    assert [needed.carries(Result.FIRST_PRIZE, votes, 9) for votes in (5, 6)] == [False, True]
    assert [needed.carries(Result.THIRD_PRIZE, votes, 8) for votes in (4, 5)] == [False, True]
    assert [needed.has_quorum(present, 9) for present in (5, 6)] == [False, True]
