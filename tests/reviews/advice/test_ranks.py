"""Rank bands and calibrated ranks: the same for the same scores, and right where the answer is known."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from reviews.advice.experts import Mark
from reviews.advice.ranks import calibrated_ranks, in_units, rank_bands, seed_of

TOTALS = st.lists(st.lists(st.integers(0, 10_000), min_size=1, max_size=8), min_size=1, max_size=8)


def test_applications_that_cannot_change_places_have_a_band_of_one() -> None:
    bands = rank_bands([[9000] * 5, [8000] * 5, [7000] * 5], [1, 2], trim_from=5, seed=1, samples=50)
    assert [(one.low, one.high, one.top) for one in bands] == [
        (1, 1, (1000, 1000)), (2, 2, (0, 1000)), (3, 3, (0, 0)),
    ]  # fmt: skip


def test_equal_scores_keep_the_official_order() -> None:
    bands = rank_bands([[8000] * 3] * 4, [], trim_from=5, seed=7, samples=20)
    assert [(one.low, one.high) for one in bands] == [(1, 1), (2, 2), (3, 3), (4, 4)]


def test_two_that_overlap_share_the_first_places_evenly() -> None:
    """Mirror images: each is first in about half of the samples."""
    totals = [[7000, 8000, 9000, 7500, 8500], [7001, 8001, 8999, 7499, 8499]]
    bands = rank_bands(totals, [1], trim_from=5, seed=3, samples=2000)
    assert [(one.low, one.high) for one in bands] == [(1, 2), (1, 2)]
    assert sum(one.top[0] for one in bands) == 1000
    assert 400 < bands[0].top[0] < 600


def test_the_same_digest_gives_the_same_bands() -> None:
    totals = [[7000 + 13 * n * m % 2900 for m in range(5)] for n in range(40)]
    first = rank_bands(totals, [5], trim_from=5, seed=seed_of("a"))
    assert first == rank_bands(totals, [5], trim_from=5, seed=seed_of("a"))
    assert first != rank_bands(totals, [5], trim_from=5, seed=seed_of("b"))


@given(TOTALS, st.integers(0, 2**63))
def test_a_band_lies_among_the_ranks_and_lines_add_up(totals: list[list[int]], seed: int) -> None:
    count = len(totals)
    bands = rank_bands(totals, [1, count], trim_from=5, seed=seed, samples=20)
    assert all(1 <= one.low <= one.high <= count and one.top[1] == 1000 for one in bands)
    assert sum(one.top[0] for one in bands) == 1000


def test_a_strict_expert_costs_no_place_in_the_calibrated_rank() -> None:
    """Five applications show that S gives 20 points less than L; A had L alone, B had S alone."""
    shared = [f"C{n}" for n in range(5)]
    marks = [Mark(key, expert, Decimal(points)) for key in shared for expert, points in (("L", 90), ("S", 70))]
    marks += [Mark("A", "L", Decimal(84)), Mark("B", "S", Decimal(70))]
    official = ["A", *shared, "B"]  # by plain means: 84, then 80, then 70
    assert calibrated_ranks(marks, official) == {key: rank for rank, key in enumerate([*shared, "B", "A"], start=1)}


def test_nothing_is_calibrated_without_a_review() -> None:
    assert calibrated_ranks([], ["A"]) == {}
    assert calibrated_ranks([Mark("A", "E", Decimal(80))], ["A", "B"]) == {"A": 1}


def test_points_become_whole_numbers() -> None:
    assert in_units([Decimal("78.5"), Decimal("0.25")], 2) == [7850, 25]
