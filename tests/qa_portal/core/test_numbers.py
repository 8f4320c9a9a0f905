"""Exact numbers against the decimal module's own rounding, on fractions that no float holds."""

from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_portal.core.numbers import half_up, percent, plain, points, share, to_yi, whole_number

PLACES = st.integers(0, 8)
# halves and their neighbours, where rounding is decided
DECIMALS = st.decimals(-(10**12), 10**12, allow_nan=False, places=9)
FRACTIONS = st.fractions(-(10**12), 10**12, max_denominator=10**9)
COUNTS = st.integers(0, 10**6)


def rounded(value: Decimal, places: int) -> Decimal:
    with localcontext(Context(prec=60)):
        return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


@given(DECIMALS, PLACES)
def test_half_up_is_round_half_up(value: Decimal, places: int) -> None:
    assert half_up(Fraction(value), places) == rounded(value, places)


@given(st.integers(-(10**9), 10**9), PLACES)
def test_exact_halves_go_away_from_zero(half: int, places: int) -> None:
    value = Fraction(2 * half + 1, 2 * 10**places)
    assert half_up(value, places) == rounded(Decimal(2 * half + 1) / Decimal(2 * 10**places), places)


@given(FRACTIONS, PLACES)
def test_the_rounded_value_is_nearest(value: Fraction, places: int) -> None:
    result = half_up(value, places)
    distance = abs(Fraction(result) - value)
    assert distance <= Fraction(1, 2 * 10**places)
    if distance == Fraction(1, 2 * 10**places):
        assert abs(result) > abs(value)
    assert -result.as_tuple().exponent == places  # type: ignore[operator]


@given(st.integers(-(10**60), 10**60), PLACES)
def test_no_size_loses_digits(units: int, places: int) -> None:
    assert Fraction(half_up(Fraction(units, 10**places), places)) == Fraction(units, 10**places)


@given(FRACTIONS, PLACES)
def test_rounding_is_symmetric(value: Fraction, places: int) -> None:
    assert half_up(-value, places) == -half_up(value, places)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("22.50", "22.5"), ("0.0", "0"), ("-0.0", "0"), ("100", "100"), ("1E+3", "1000"), ("0.10", "0.1"),
        ("-3.140", "-3.14"), ("1E-6", "0.000001"), ("1200", "1200"),
    ],
)  # fmt: skip
def test_plain(value: str, text: str) -> None:
    assert plain(Decimal(value)) == text


@given(DECIMALS)
def test_plain_keeps_the_value_and_no_exponent(value: Decimal) -> None:
    text = plain(value)
    assert Decimal(text) == value
    assert "E" not in text
    assert text == "0" or not ("." in text and text.endswith(("0", ".")))


@given(COUNTS, COUNTS)
def test_a_share_is_exact_and_of_nothing_none(part: int, base: int) -> None:
    assert share(part, base) == (Fraction(part, base) if base else None)


@given(COUNTS, st.integers(1, 10**6), st.integers(0, 2))
def test_percent(part: int, base: int, places: int) -> None:
    with localcontext(Context(prec=60)):
        exact = Decimal(100 * part * 10**20 // base).scaleb(-20)
    # 20 more digits decide every case but an exact half, which has no further digits
    expected = f"{rounded(exact, places).normalize():f}%"
    assert percent(Fraction(part, base), places) == expected.replace("-0%", "0%")


@pytest.mark.parametrize(
    ("part", "base", "places", "text"),
    [
        (83, 145, 1, "57.2%"), (9, 40, 1, "22.5%"), (9, 40, 0, "23%"), (34, 40, 1, "85%"), (0, 40, 1, "0%"),
        (1, 2000, 1, "0.1%"), (1, 2001, 1, "0%"), (40, 40, 0, "100%"), (999, 1000, 0, "100%"), (1, 3, 1, "33.3%"),
    ],
)  # fmt: skip
def test_percent_as_printed(part: int, base: int, places: int, text: str) -> None:
    assert percent(share(part, base), places) == text


def test_percent_of_nothing() -> None:
    assert percent(share(0, 0), 1) is None


@pytest.mark.parametrize(
    ("now", "before", "change"),
    [
        ((34, 40), (40, 50), 5),
        # 22.5 % - 15.0 % = 7.5: up; 15.0 % - 22.5 % = -7.5: down, away from zero
        ((9, 40), (6, 40), 8),
        ((6, 40), (9, 40), -8),
        # the printed shares differ by 0, the unrounded ones by a half
        ((1, 200), (0, 200), 1),
        ((499, 100_000), (0, 1), 0),
        ((0, 1), (0, 1), 0),
    ],
)
def test_points(now: tuple[int, int], before: tuple[int, int], change: int) -> None:
    assert points(share(*now), share(*before)) == change


def test_points_without_a_year_to_compare_with() -> None:
    assert points(share(1, 2), None) is None
    assert points(None, share(1, 2)) is None


@given(COUNTS, st.integers(1, 10**6), COUNTS, st.integers(1, 10**6))
def test_points_are_antisymmetric(a: int, b: int, c: int, d: int) -> None:
    now, before = Fraction(a, b), Fraction(c, d)
    there, back = points(now, before), points(before, now)
    assert there is not None
    assert there == -back  # type: ignore[operator]
    assert there == int(rounded(Decimal(int(half_up((now - before) * 10**25, 0))).scaleb(-23), 0))


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("1278900", "127.89"), ("0", "0"), ("50", "0.01"), ("49.999999", "0"), ("-50", "-0.01"), ("10000", "1"),
        ("15000", "1.5"), ("-0.000001", "0"), ("99999999999.999999", "10000000"),
    ],
)  # fmt: skip
def test_to_yi(amount: str, text: str) -> None:
    assert to_yi(Decimal(amount)) == text


@given(st.decimals(-(10**13), 10**13, allow_nan=False, places=6))
def test_to_yi_is_round_half_up(amount: Decimal) -> None:
    with localcontext(Context(prec=60)):
        expected = rounded(amount / 10_000, 2)
    assert Decimal(to_yi(amount)) == expected


@pytest.mark.parametrize(("text", "number"), [("0", 0), (" 42 ", 42), ("9" * 18, 10**18 - 1)])
def test_a_whole_number_of_a_request_is_read(text: str, number: int) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize("text", ["", "x", "-1", "+1", "1.0", "1e3", "²", "٣", "１", "9" * 19, None])
def test_anything_else_is_no_number(text: str | None) -> None:
    assert whole_number(text) is None
