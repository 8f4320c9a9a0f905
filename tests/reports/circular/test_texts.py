"""The drafter's texts: marked numbers, placeholders, refusals, defaults."""

from __future__ import annotations

import pytest

from reports.circular import (
    DEFAULT_TEXTS,
    TEXT_BLOCKS,
    BoundFigure,
    CircularSettings,
    Quoted,
    TextError,
    build_circular,
)
from reports.circular.demo import demo_years, load_demo
from reports.circular.markup import clean, lookup, loose_digits, parse, parse_heading

from .support import statistics


def test_parse_marks_quoted_numbers_and_binds_placeholders():
    assert parse("提交专利[[151]]件，共{results.total}项", statistics(), "x") == (
        "提交专利",
        Quoted("151"),
        "件，共",
        BoundFigure("results.total", "40"),
        "项",
    )
    assert parse("{applications.by_channel.区市场监管局.share}", statistics(), "x") == (
        BoundFigure("applications.by_channel.区市场监管局.share", "51%"),
    )


@pytest.mark.parametrize(
    "text",
    [
        "《中国制造2025》",
        "（沪委〔2018〕2号）",
        "C919大部件",
        "PET-CT2",
        "见图1",
        "附件2",
        "5G检测",
        "2021年3月",
        "9月21日",
    ],
)
def test_digits_that_are_no_figures_may_stand(text):
    assert parse(text, {}, "x") == (text,)
    assert loose_digits(text) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "共40项",
            "Text “levels_text”: the number 40 is neither a figure nor quoted; write [[40]] if it is quoted, "
            "or a placeholder such as {results.total}.",
        ),
        (
            "提高３０个",
            "Text “levels_text”: the number ３０ is neither a figure nor quoted; write [[３０]] if it is "
            "quoted, or a placeholder such as {results.total}.",
        ),
        ("共{results.sum}项", "Text “levels_text”: there is no figure “results.sum”."),
        ("共{results}项", "Text “levels_text”: there is no figure “results”."),
        ("{context.previous_year}", "Text “levels_text”: there is no figure “context.previous_year”."),
        ("共{results.total项", "Text “levels_text”: a bracket of {…} or [[…]] has no partner."),
        ("共[[40]项", "Text “levels_text”: a bracket of {…} or [[…]] has no partner."),
        ("共[[]]项", "Text “levels_text”: [[ ]] quotes nothing."),
    ],
)
def test_a_text_that_cannot_be_used_is_named(text, message):
    with pytest.raises(TextError) as error:
        build_circular(statistics(), CircularSettings(), {"levels_text": text})
    assert str(error.value) == message
    assert (error.value.key, error.value.params["key"]) == ("levels_text", "levels_text")


def test_a_placeholder_without_a_value_is_refused():
    found = statistics(2019)
    with pytest.raises(TextError, match="has no value this year"):
        build_circular(found, CircularSettings(), {"sme_text": "{results.private.change_points}"})


def test_unknown_key_and_figure_in_a_heading_are_refused():
    with pytest.raises(TextError, match="no text block “remarks”"):
        build_circular(statistics(), CircularSettings(), {"remarks": ""})
    with pytest.raises(TextError, match="a heading holds no figures"):
        parse_heading("共[[4]]项", "sme_heading")


def test_clean_keeps_one_line_without_controls():
    assert clean(" 甲\r\n 乙\x00\x0b\u202e\ufeff丙\t丁 ") == "甲乙丙 丁"


def test_lookup_of_keys_with_dots():
    assert lookup({"a": {"b.c": {"d": 1}}}, "a.b.c.d") == 1
    with pytest.raises(KeyError):
        lookup({"a": {"b": 1}}, "a.b.c")


def test_every_text_has_one_key_and_a_chinese_label():
    keys = [block.key for block in TEXT_BLOCKS]
    assert len(keys) == len(set(keys))
    assert all(any("\u4e00" <= char <= "\u9fff" for char in block.label) for block in TEXT_BLOCKS)
    assert set(DEFAULT_TEXTS) == set(keys)


def test_demo_texts_use_known_keys():
    assert demo_years() == [2019, 2020]
    for year in demo_years():
        settings, texts = load_demo(year)
        assert set(texts) <= set(DEFAULT_TEXTS)
        assert settings.signed_on is not None
        assert settings.printed_on is not None
        assert settings.signed_on < settings.printed_on
