"""A sheet as values: gaps, slips, bands, totals."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_portal.campaigns.models import Criterion
from reviews.scoring.agreement import alpha
from reviews.scoring.sheets import bands_of, cleaned, gaps_of, problem_of, total_of, unscored

CRITERIA = [
    Criterion(pk=place, position=place, name=f"K{place}", maximum=Decimal(top), step=Decimal("0.5"))
    for place, top in enumerate((30, 25, 20, 15, 10), start=1)
]
FULL = {f"points-{one.pk}": str(one.maximum) for one in CRITERIA} | {"level": "DOM_LEADING", "comment": "好" * 50}


@pytest.mark.parametrize(
    ("text", "is_wrong"),
    [("", False), ("0", False), ("29.5", False), ("30", False), ("３０", False), ("30.5", True), ("29.7", True),
     ("-1", True), ("ten", True), ("1e1", True), ("NaN", True), ("0.25", True)],
)  # fmt: skip
def test_only_steps_within_the_maximum_are_points(text: str, is_wrong: bool) -> None:
    assert bool(problem_of(CRITERIA[0], text)) is is_wrong


def test_a_complete_sheet_has_no_gap_and_an_empty_one_names_all() -> None:
    assert gaps_of(FULL, CRITERIA) == []
    assert total_of(FULL, CRITERIA) == 100
    assert [gap.field for gap in gaps_of({}, CRITERIA)] == [*(f"points-{n}" for n in range(1, 6)), "level", "comment"]
    assert [gap.field for gap in gaps_of(FULL | {"points-2": "", "comment": "好" * 49 + "  "}, CRITERIA)] == [
        "points-2", "comment",
    ]  # fmt: skip


def test_nothing_is_not_zero_and_a_slip_adds_nothing() -> None:
    assert (unscored({"points-1": "0"}, CRITERIA), total_of({"points-1": "0"}, CRITERIA)) == (4, 0)
    assert (unscored({"points-1": "31"}, CRITERIA), total_of({"points-1": "31"}, CRITERIA)) == (5, 0)


@given(st.integers(1, 400), st.sampled_from(["0.5", "1", "0.25", "2"]))
def test_every_step_lies_in_exactly_one_band(halves: int, step: str) -> None:
    width = Decimal(step)
    criterion = Criterion(name="K", maximum=width * halves, step=width)
    points = [width * n for n in range(halves + 1)]
    found = [[name for name, low, high in bands_of(criterion) if low <= one <= high] for one in points]
    assert [len(names) for names in found] == [1] * len(points)


def test_bands_of_the_first_criterion() -> None:
    half = Decimal("0.5")
    assert [(low, high) for _name, low, high in bands_of(CRITERIA[0])] == [
        (27, 30), (22 + half, 26 + half), (18, 22), (0, 17 + half),
    ]  # fmt: skip


def test_unknown_choices_and_control_characters_do_not_stay() -> None:
    assert (cleaned("level", "BEST"), cleaned("level", "DOM_LEADING")) == ("", "DOM_LEADING")
    assert cleaned("comment", "a\0b\r\nc\ud800") == "ab\nc"
    assert len(cleaned("comment", "好" * 5000)) == 2000


def test_agreement_of_a_known_table() -> None:
    """Units (80, 82), (60, 62), (90, 90): observed (8/1 + 8/1 + 0) and expected by hand."""
    found = alpha([[80, 82], [60, 62], [90, 90], [70]])  # type: ignore[list-item]
    assert found is not None
    everything = [80, 82, 60, 62, 90, 90]
    expected = sum((a - b) ** 2 for a in everything for b in everything) / 5
    assert (float(found.alpha), found.cases, found.values) == (pytest.approx(1 - 16 / expected), 3, 6)
    assert alpha([[80, 80], [80, 80]]) is None  # type: ignore[list-item]
