"""Scoring and ranking against naive sums of fractions."""

import random
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.rules import Contender, kept_of, official_score, ranked, struck_out, trimmed

HALVES = st.integers(0, 200).map(lambda half: Decimal(half) / 2)
TOTALS = st.lists(HALVES, max_size=12)
TRIM_FROM = st.sampled_from((0, 3, 4, 5, 6))


def decimals(*totals: str | int) -> list[Decimal]:
    return [Decimal(total) for total in totals]


@pytest.mark.parametrize(
    ("totals", "score"),
    [
        (decimals(), None),
        (decimals(80), Fraction(80)),
        (decimals(80, 90), Fraction(85)),
        # four: plain mean; five: one highest and one lowest dropped, of equals only one
        (decimals(10, 80, 80, 100), Fraction(270, 4)),
        (decimals(10, 80, 80, 81, 100), Fraction(241, 3)),
        (decimals(100, 100, 50, 10, 10), Fraction(160, 3)),
        (decimals(70, 70, 70, 70, 70), Fraction(70)),
        (decimals("97.5", "96.5", 98, 1, 100), Fraction(292, 3)),
    ],
)
def test_the_official_score(totals: list[Decimal], score: Fraction | None) -> None:
    assert official_score(totals, trim_from=5) == score


@given(TOTALS, TRIM_FROM, st.randoms(use_true_random=False))
def test_the_order_of_reviews_does_not_matter(totals: list[Decimal], trim_from: int, chance: random.Random) -> None:
    shuffled = chance.sample(totals, len(totals))
    assert official_score(shuffled, trim_from=trim_from) == official_score(totals, trim_from=trim_from)


@given(TOTALS, TRIM_FROM)
def test_trimming_drops_one_highest_and_one_lowest(totals: list[Decimal], trim_from: int) -> None:
    kept = trimmed(totals, trim_from=trim_from)
    if trim_from == 0 or len(totals) < trim_from:
        assert kept == sorted(totals)
    else:
        assert sorted([*kept, min(totals), max(totals)]) == sorted(totals)


@given(TOTALS.filter(bool), TRIM_FROM)
def test_what_a_grouped_query_gives_is_enough(totals: list[Decimal], trim_from: int) -> None:
    kept = trimmed(totals, trim_from=trim_from)
    found = kept_of(sum(totals, Decimal()), len(totals), max(totals), min(totals), trim_from=trim_from)
    assert found == (sum(kept, Decimal()), len(kept))
    assert Fraction(found[0]) / found[1] == official_score(totals, trim_from=trim_from)


@given(TOTALS, TRIM_FROM)
def test_struck_out_are_those_that_do_not_count(totals: list[Decimal], trim_from: int) -> None:
    places = struck_out(totals, trim_from=trim_from)
    left = [total for place, total in enumerate(totals) if place not in places]
    assert sorted(left) == trimmed(totals, trim_from=trim_from)
    assert len(places) == (2 if trim_from and len(totals) >= trim_from else 0)


# ------------------------------------------------------------------ ranking
class Case(NamedTuple):
    """An application as its reviews see it: for each the total, the first and the second criterion."""

    number: str
    reviews: Sequence[tuple[int, int, int]]


@st.composite
def years(draw: st.DrawFn) -> list[Case]:
    """Few values, so that every kind of tie occurs."""
    review = st.tuples(st.integers(6, 9), st.integers(1, 2), st.integers(1, 2))
    numbers = draw(st.lists(st.integers(0, 9999), unique=True, max_size=12))
    return [Case(f"2020-{number:04d}", draw(st.lists(review, max_size=8))) for number in numbers]


def contender(key: int, case: Case, trim_from: int) -> Contender:
    totals = [Decimal(total) for total, _first, _second in case.reviews]
    kept = trimmed(totals, trim_from=trim_from)
    return Contender(
        key,
        case.number,
        int(sum(kept, Decimal())),
        len(kept),
        sum(first for _total, first, _second in case.reviews),
        sum(second for _total, _first, second in case.reviews),
        len(case.reviews),
    )


def naive_order(cases: list[Case], trim_from: int) -> list[str]:
    """Contracts, section 4, with a fraction for every mean."""

    def mean(values: Sequence[int]) -> Fraction:
        return Fraction(sum(values), len(values))

    def key(case: Case) -> tuple[Fraction, Fraction, Fraction, str]:
        totals = sorted(total for total, _first, _second in case.reviews)
        kept = totals[1:-1] if trim_from and len(totals) >= trim_from else totals
        firsts = [first for _total, first, _second in case.reviews]
        seconds = [second for _total, _first, second in case.reviews]
        return -mean(kept), -mean(firsts), -mean(seconds), case.number

    return [case.number for case in sorted((case for case in cases if case.reviews), key=key)]


@given(years(), TRIM_FROM, st.randoms(use_true_random=False))
def test_the_ranking_is_that_of_fractions(cases: list[Case], trim_from: int, chance: random.Random) -> None:
    contenders = [contender(key, case, trim_from) for key, case in enumerate(cases)]
    expected = naive_order(cases, trim_from)
    assert [one.number for one in ranked(contenders)] == expected
    assert [one.number for one in ranked(chance.sample(contenders, len(contenders)))] == expected


def entry(
    number: str, *, kept: tuple[int, int] = (240, 3), first: int = 10, second: int = 10, count: int = 5
) -> Contender:
    return Contender(0, number, *kept, first, second, count)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        # the score decides, unrounded: 80.001 before 80.000 where both show 80.00
        (entry("2020-0009", kept=(80_001, 1_000)), entry("2020-0001", kept=(80_000, 1_000))),
        (entry("2020-0009", kept=(241, 3)), entry("2020-0001", first=99, second=99)),
        # then the first criterion, then the second, as means: 10 of 4 before 12 of 5
        (entry("2020-0009", first=11), entry("2020-0001", second=99)),
        (entry("2020-0009", first=10, count=4), entry("2020-0001", first=12, count=5)),
        (entry("2020-0009", second=11), entry("2020-0001")),
        # then the smaller number
        (entry("2020-0001"), entry("2020-0002")),
        (entry("2020-0099"), entry("2020-0100")),
    ],
)
def test_each_tie_is_decided_in_turn(better: Contender, worse: Contender) -> None:
    assert ranked([worse, better]) == [better, worse]
    assert ranked([better, worse]) == [better, worse]


def test_nothing_to_rank() -> None:
    assert ranked([]) == []
    assert ranked([entry("2020-0001", kept=(0, 0), count=0)]) == []
