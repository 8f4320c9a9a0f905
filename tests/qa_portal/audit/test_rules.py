"""What is kept of a change, and in which form."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.utils.functional import lazystr
from hypothesis import given
from hypothesis import strategies as st

from qa_portal.audit.rules import as_data, canonical, mask_personal, seal, storable
from qa_portal.jobs.enums import JobState


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("li.ming@example.com", "l***@example.com"),
        ("联系人：li_ming+x@mail.example.com，请回复", "联系人：l***@mail.example.com，请回复"),
        ("手机13812345678。", "手机138****5678。"),
        ("13812345678,13987654321", "138****5678,139****4321"),
        ("电话 021-64220000", "电话 021-****0000"),
        ("0512-6422000", "0512-****2000"),
        ("身份证 310104198001011234", "身份证 310104**********34"),
        ("31010419800101123X", "310104**********3X"),
        ("tel.+86 138 1234 5678.", "tel.+86 138****5678."),
        ("(021)64220000", "(021)****0000"),
        ("Nothing here", "Nothing here"),
    ],
)
def test_personal_data_is_masked(text: str, masked: str) -> None:
    assert mask_personal(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "91310000132211111X",  # unified social credit code
        "2020-0145",
        "13812345678.50",
        "0.13812345678",
        "213812345678",
        "7c211433f02071597741e6ff5a8ea34789abbf43",
        "2a0f4b1e-13aa-4c1d-9f00-138123456780",
    ],
)
def test_what_is_no_personal_data_stays(text: str) -> None:
    assert mask_personal(text) == text


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (None, None),
        (True, True),
        (0, 0),
        (Decimal("12.50"), "12.50"),
        (Decimal("1E+3"), "1000"),
        (date(2020, 12, 4), "2020-12-04"),
        (datetime(2020, 12, 4, 8, tzinfo=timezone(timedelta(hours=8))), "2020-12-04T00:00:00+00:00"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (JobState.QUEUED, "queued"),
        (lazystr("late"), "late"),
        ({"b": (1, 2), 3: {"c"}}, {"b": [1, 2], "3": ["c"]}),
        ({"mail": ["li@example.com"]}, {"mail": ["l***@example.com"]}),
        ("a\0b\ud800", "a␀b\ufffd"),
    ],
)
def test_values_become_plain_json(value: Any, kept: Any) -> None:
    assert as_data(value) == kept


@pytest.mark.parametrize("value", [1.5, float("nan"), object(), {"x": 0.1}, b"bytes"])
def test_what_cannot_be_kept_exactly_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="cannot be kept"):
        as_data(value)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet=st.characters()) | st.decimals(allow_nan=False)
    | st.datetimes(timezones=st.just(UTC)),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(alphabet=st.characters()), inner),
    max_leaves=10,
)  # fmt: skip


@given(values)
def test_kept_data_survives_json_and_a_second_time(value: Any) -> None:
    kept = as_data(value)
    assert json.loads(json.dumps(kept)) == kept
    assert as_data(kept) == kept
    assert "\\u0000" not in json.dumps(kept)


def test_the_order_of_fields_does_not_matter_but_their_content_does() -> None:
    assert canonical([("b", 1), ("a", "通报")]) == canonical([("a", "通报"), ("b", 1)])
    assert canonical([("a", "通报")]) == '{"a":"通报"}'.encode()


def test_a_seal_needs_its_key() -> None:
    assert seal(b"key", b"content") != seal(b"other", b"content")
    assert len(seal(b"key", b"content")) == 64


@pytest.mark.parametrize(("text", "limit", "kept"), [("abc", 2, "ab"), ("abc", None, "abc"), ("\0", 1, "␀")])
def test_texts_are_cut_to_their_column(text: str, limit: int | None, kept: str) -> None:
    assert storable(text, limit) == kept
