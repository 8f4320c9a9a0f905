"""Waiting times, placeholders and the steps of reminders."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_portal.outbox.rules import delay_after, filled, is_given_up, nearest_step, one_line, unknown_placeholders

DEADLINE = datetime(2021, 5, 31, 9, tzinfo=UTC)
STEPS = tuple(timedelta(hours=hours) for hours in (168, 72, 24))
SECOND = timedelta(seconds=1)


def test_tries_are_spread_over_thirty_hours_and_end() -> None:
    minutes = [delay_after(tries).total_seconds() / 60 for tries in range(1, 8)]
    assert minutes == [1, 4, 16, 64, 256, 720, 720]
    assert [is_given_up(tries, 0) for tries in (1, 7, 8)] == [False, False, True]
    assert [is_given_up(1, unknown) for unknown in (1, 2, 3)] == [False, False, True]


@pytest.mark.parametrize(
    ("before", "hours"),
    [
        (timedelta(hours=168) + SECOND, None),
        (timedelta(hours=168), 168),
        (timedelta(hours=72) + SECOND, 168),
        (timedelta(hours=72), 72),
        (timedelta(hours=24) + SECOND, 72),
        (timedelta(hours=24), 24),
        (SECOND, 24),
        (timedelta(0), None),
        (-SECOND, None),
    ],
)
def test_the_nearest_step_counts_to_the_second(before: timedelta, hours: int | None) -> None:
    found = nearest_step(DEADLINE, STEPS, DEADLINE - before)
    assert found == (None if hours is None else timedelta(hours=hours))


@pytest.mark.parametrize(("since", "expected"), [(73, timedelta(hours=72)), (72, None), (71, None), (25, None)])
def test_moments_before_the_deadline_was_set_do_not_count(since: int, expected: timedelta | None) -> None:
    set_at = DEADLINE - timedelta(hours=since)
    assert nearest_step(DEADLINE, STEPS, DEADLINE - timedelta(hours=24) - SECOND, set_at) == expected


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("{number} {link}", []),
        ("{nummer} and {nummer}", ["{nummer}"]),
        ("{number.__class__} {0} {}", ["{number.__class__}", "{0}", "{}"]),
        ("a { b", ["{"]),
        ("{{number}}", ["{", "}"]),
    ],
)
def test_unknown_placeholders_are_named(text: str, unknown: list[str]) -> None:
    assert unknown_placeholders(text, {"number", "link"}) == unknown


@given(st.text())
def test_values_are_never_read_as_texts(value: str) -> None:
    assert filled("<{a}|{b}>", {"a": value, "b": "{a}"}) == f"<{value}|{{a}}>"


@given(st.text())
def test_a_subject_is_one_line_whatever_is_in_it(text: str) -> None:
    line = one_line(text)
    assert all(one.isprintable() for one in line)
    assert len(line.splitlines()) <= 1


def test_a_line_break_does_not_begin_a_header() -> None:
    assert one_line("Case 1\r\nBcc: all@example.com\n") == "Case 1 Bcc: all@example.com"
