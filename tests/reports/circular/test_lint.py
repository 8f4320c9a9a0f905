"""The wording lint: every rule fires on its bad example and is silent on the good one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from reports.circular import Circular, check_wording
from reports.circular.content import Chart, Imprint, Item, Paragraph, plain_block
from reports.circular.lint import ERROR, RULES, WARNING, check_text

from .support import demo_circular

CASES = (
    ("increase_in_points", "较上年增长6个百分点", "较上年提高6个百分点"),
    ("points_without_measure", "较上年提高15百分点", "较上年提高15个百分点"),
    ("share_of_share", "占比成果总数的45%", "占成果总数的45%"),
    ("share_without_de", "占成果总数22.5%", "占成果总数的22.5%"),
    ("together_twice", "共为企业共新增销售额", "共为企业新增销售额"),
    ("number_in_all", "申报数量共145项", "申报项目共145项"),
    ("reduce", "制造工时减低", "制造工时降低"),
    ("although_stop", "尽管取得较好成效。但也还存在", "尽管取得较好成效，但也还存在"),
    ("only_twice", "并仅少数获奖，仅占一成", "仅少数获奖，占一成"),
    ("seen_from", "从本年度申报情况来看部分项目", "从本年度申报情况来看，部分项目"),
    ("bare_verb", "重要作用。有力推动了落地", "重要作用，有力推动了落地"),
    ("listed_quotations", "“实施质量攻关工程”、“强化质量技术攻关”", "“实施质量攻关工程”“强化质量技术攻关”"),
    ("listed_quotations", "《甲》、《乙》", "《甲》《乙》"),
    ("document_number_form", "（沪委[2018]2号）", "（沪委〔2018〕2号）"),
    ("document_number_form", "沪市监质发〔2020〕第461号", "沪市监质发〔2020〕461号"),
    ("date_form", "2020年09月21日", "2020年9月21日"),
    ("zero", "民营企业的共有0项", "民营企业的共有10项"),
    ("zero", "占0%", "占0.5%"),
    ("forex_currency", "累计创汇8亿元人民币", "节汇创汇14.14亿美元"),
    ("without_base", "仅2项获得三等奖。", "仅2项获得三等奖，占成果总数的5%。"),
    ("cited_title", "根据《上海市促进中小企发展条例》", "根据《上海市促进中小企业发展条例》"),
)


@pytest.mark.parametrize(("rule", "bad", "good"), CASES)
def test_rule(rule, bad, good):
    assert [finding.rule for finding in check_text(bad)] == [rule]
    assert check_text(good) == []


def test_every_rule_has_a_case():
    assert {rule.name for rule in RULES} <= {name for name, _bad, _good in CASES}


def test_2020_has_no_error_and_two_known_warnings():
    assert [(finding.rule, finding.kind) for finding in check_wording(demo_circular(2020))] == [
        ("forex_currency", WARNING),
        ("cited_out_of_time", WARNING),
    ]
    assert check_wording(demo_circular(2019)) == []


def with_text(text: str, ordinal: str = "1．") -> Circular:
    circular = demo_circular(2020)
    return replace(circular, blocks=(*circular.blocks, Item(ordinal, "小标题。", (text,))))


@pytest.mark.parametrize(
    ("text", "rule"),
    [("占比为多数％。", "mixed_percent"), ("（甲）和(乙)。", "mixed_brackets"), ("共有40项。", "loose_digit")],
)
def test_rules_on_the_whole_document(text, rule):
    found = [finding for finding in check_wording(with_text(text)) if finding.kind == ERROR]
    assert [finding.rule for finding in found] == [rule]


def test_mixed_item_numbers():
    assert [finding.rule for finding in check_wording(with_text("文字。", "1.")) if finding.kind == ERROR] == [
        "mixed_item_numbers"
    ]


def test_a_chart_must_be_named_before_it_and_have_a_caption():
    circular = demo_circular(2020)
    blocks = tuple(replace(block, caption=()) if isinstance(block, Chart) else block for block in circular.blocks)
    assert [finding.rule for finding in check_wording(replace(circular, blocks=blocks))].count(
        "chart_without_caption"
    ) == 2
    moved = tuple(sorted(circular.blocks, key=lambda block: not isinstance(block, Chart)))
    assert [finding.rule for finding in check_wording(replace(circular, blocks=moved))].count("chart_not_named") == 2


def test_number_and_dates():
    circular = demo_circular(2020)
    late = replace(
        circular, document_number="沪市监质发〔2020〕0461号", imprint=Imprint(None, "办公室", date(2020, 9, 20))
    )
    assert [finding.rule for finding in check_wording(late)][-2:] == ["document_number_form", "printed_before_signed"]


def test_excerpt_shows_the_passage():
    (finding,) = check_text("前文前文前文前文，占比成果总数的45%，后文")
    assert finding.excerpt == "前文前文前文前文，占比成果总数的45%，后文"
    assert plain_block(Paragraph((finding.excerpt,))) == finding.excerpt
