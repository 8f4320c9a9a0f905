"""Each rule of the check with a gap that it finds, and the nearest case that it does not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from submissions.form.checks import CheckSettings, Context, Similar, Twin, errors, findings
from submissions.form.dossier import Dossier
from submissions.form.sections import SECTIONS
from tests.submissions.checks.support import (
    CONTEXT,
    GOOD,
    facts_of,
    places,
    proof,
    with_cell,
    with_field,
    with_profile,
    with_proof,
    without,
)

Make = Callable[[], Dossier]
FIRES: dict[str, tuple[Make, list[str]]] = {
    "P01 empty": (lambda: with_field(GOOD, "project", "title", ""), ["P01 error project.title"]),
    "P01 blank": (lambda: with_field(GOOD, "project", "title", " 　"), ["P01 error project.title"]),
    "P01 too long": (lambda: with_field(GOOD, "project", "title", "字" * 31), ["P01 error project.title"]),
    "P01 no number": (
        lambda: with_cell(GOOD, "benefits", "years", 0, "energy_saving", "一百"), ["P01 error benefits.years c1"],
    ),
    "P01 empty cell": (
        lambda: with_cell(GOOD, "promotion", "users", 0, "scale", ""), ["P01 error promotion.users d1"],
    ),
    "P01 no choice": (lambda: with_field(GOOD, "claims", "industry", "X"), ["P01 error claims.industry"]),
    "P01 no month": (lambda: with_field(GOOD, "project", "start_month", "2019-13"), ["P01 error project.start_month"]),
    "P01 no year": (
        lambda: with_cell(GOOD, "benefits", "years", 0, "year", "19"), ["P01 error benefits.years c1"],
    ),
    "P01 profile": (
        lambda: with_profile(GOOD, district="", ownership=""),
        ["P01 error profile.district", "P01 error profile.ownership"],
    ),
    "P02 partner": (
        lambda: with_cell(GOOD, "project", "partner_units", 0, "uscc", "91310115000000002X"),
        ["P02 error project.partner_units p1"],
    ),
    "P02 own": (lambda: with_profile(GOOD, uscc="91310115000000001X"), ["P02 error profile.uscc"]),
    "P03 missing": (lambda: without(GOOD, "EV01", "EV10"), ["P03 error evidence.EV01", "P03 error evidence.EV10"]),
    "P03 infected": (lambda: with_proof(GOOD, "EV01", scan="infected"), ["P03 error evidence.EV01 1"]),
    "P03 long report": (lambda: with_proof(GOOD, "EV13", pages=21), ["P03 error evidence.EV13 13"]),
    "P03 scanned report": (
        lambda: with_proof(GOOD, "EV13", inspection={"text": False}), ["P03 warning evidence.EV13 13"],
    ),
    "P03 old search": (
        lambda: with_proof(GOOD, "EV06", facts={"issued_on": "2019-05-30"}), ["P03 error evidence.EV06 6"],
    ),
    "P03 search without date": (lambda: with_proof(GOOD, "EV06", facts={}), ["P03 warning evidence.EV06 6"]),
    "P03 report from before": (
        lambda: with_proof(GOOD, "EV04", facts={"stage": "both", "issued_on": "2018-12-31"}),
        ["P03 warning evidence.EV04 4-date"],
    ),
    "P04 no unit": (
        lambda: with_field(GOOD, "project", "recommending_unit", ""), ["P04 error project.recommending_unit"],
    ),
    "P04 unit by oneself": (
        lambda: with_field(GOOD, "project", "channel", "self"), ["P04 error project.recommending_unit"],
    ),
    "P04 unit of another channel": (
        lambda: with_field(GOOD, "project", "channel", "group"), ["P04 error project.recommending_unit"],
    ),
    "P05 one indicator": (
        lambda: with_field(GOOD, "indicators", "indicators", GOOD.get("indicators", "indicators")[:1]),
        ["P05 error indicators.indicators"],
    ),
    "P06 worse": (
        lambda: with_cell(GOOD, "indicators", "indicators", 1, "after", "4.3"),
        ["P06 warning indicators.indicators a2"],
    ),
    "P06 the same": (
        lambda: with_cell(GOOD, "indicators", "indicators", 0, "after", "91.20"),
        ["P06 warning indicators.indicators a1"],
    ),
    "P07 indicator": (
        lambda: with_proof(GOOD, "EV04", claims=("indicators:a1",)), ["P07 error evidence.EV04 indicators:a2"],
    ),
    "P07 only before": (
        lambda: with_proof(GOOD, "EV04", facts={"stage": "before"}),
        ["P07 error evidence.EV04 indicators:a1", "P07 error evidence.EV04 indicators:a2"],
    ),
    "P07 innovation": (
        lambda: with_proof(GOOD, "EV13", claims=("digital",)), ["P07 error evidence.EV06 innovations:b1"],
    ),
    "P07 report without page": (
        lambda: with_proof(GOOD, "EV13", facts={}), ["P07 error evidence.EV06 innovations:b1"],
    ),
    "P07 level": (lambda: with_proof(GOOD, "EV07", claims=("bottleneck",)), ["P07 error evidence.EV07 level"]),
    "P07 bottleneck": (lambda: with_proof(GOOD, "EV06", claims=("level",)), ["P07 error evidence.EV06 bottleneck"]),
    "P07 bottleneck without reason": (
        lambda: with_field(GOOD, "claims", "bottleneck_reason", " "), ["P07 error claims.bottleneck_reason"],
    ),
    "P08 differs": (
        lambda: with_proof(GOOD, "EV05", facts=facts_of({"new_sales": "1200.52"}, "EV05")),
        ["P08 error benefits.years new_sales"],
    ),
    "P08 not typed": (lambda: with_proof(GOOD, "EV05", facts={}), ["P08 error evidence.EV05"]),
    "P09 negative saving": (
        lambda: with_proof(
            with_cell(GOOD, "benefits", "years", 0, "energy_saving", "-0.01"),
            "EV05", facts=facts_of({"energy_saving": "11.99"}, "EV05"),
        ),
        ["P09 error benefits.years c1"],
    ),
    "P15 ends before it begins": (
        lambda: with_proof(with_field(GOOD, "project", "start_month", "2020-07"), "EV04", facts={"stage": "both"}),
        ["P15 error project.end_month"],
    ),
    "P15 ends after filing": (
        lambda: with_field(GOOD, "project", "end_month", "2021-06"), ["P15 error project.end_month"],
    ),
    "P15 five months in use": (
        lambda: with_field(GOOD, "project", "end_month", "2020-12"), ["P15 error project.end_month"],
    ),
    "P16 expired": (
        lambda: with_profile(GOOD, specialised_until="2021-05-30"), ["P16 error profile.specialised_until"],
    ),
    "P16 no date": (lambda: with_profile(GOOD, specialised_until=None), ["P16 error profile.specialised_until"]),
    "P17 large": (lambda: with_profile(GOOD, size_class="large"), ["P17 warning profile.size_class"]),
    "P18 no figures": (lambda: with_profile(GOOD, size_class=""), ["P18 error profile.size_class"]),
    "P18 proof differs": (
        lambda: with_proof(GOOD, "EV11", facts={"employees": "121"}), ["P18 error evidence.EV11 11-employees"],
    ),
    "P19 enterprise in the title": (
        lambda: with_field(GOOD, "project", "title", "上海申江密封件质量攻关"), ["P19 error project.title"],
    ),
    "P19 part of the name in the title": (
        lambda: with_field(GOOD, "project", "title", "申江密封件质量攻关"), ["P19 warning project.title"],
    ),
    "P19 enterprise in a text": (
        lambda: with_field(GOOD, "quality", "difficulty", "上海 申江密封件有限公司完成"),
        ["P19 warning quality.difficulty"],
    ),
    "P19 partner in a text": (
        lambda: with_field(GOOD, "project", "summary", "与上海合作第二有限公司联合"), ["P19 warning project.summary"],
    ),
    "P19 leader in the title": (
        lambda: with_field(GOOD, "project", "title", "欧阳明远班组焊缝攻关"), ["P19 error project.title"],
    ),
    "P19 two signs in the title": (
        lambda: with_field(GOOD, "project", "title", "李静工作室焊缝攻关"), ["P19 warning project.title"],
    ),
    "P19 in a row": (
        lambda: with_cell(GOOD, "innovations", "innovations", 0, "text", "李静提出"),
        ["P19 warning innovations.innovations b1"],
    ),
    "P20 text": (lambda: with_field(GOOD, "quality", "solution", "质量机密数据"), ["P20 error quality.solution"]),
    "P20 internal document": (
        lambda: with_field(GOOD, "promotion", "consolidation", "见内部资料"), ["P20 error promotion.consolidation"],
    ),
    "P20 name of a file": (lambda: with_proof(GOOD, "EV08", name="绝密.pdf"), ["P20 warning evidence.EV08 8"]),
    "P20 in a file": (
        lambda: with_proof(GOOD, "EV08", inspection={"secret": ["机密"]}), ["P20 warning evidence.EV08 8"],
    ),
    "P22 only output": (
        lambda: with_field(GOOD, "quality", "solution", "新建产线，产能翻番，销售增长。"),
        ["P22 warning quality.solution"],
    ),
    "P24 not declared": (
        lambda: with_field(GOOD, "declarations", "no_accident", "no"), ["P24 error declarations.no_accident"],
    ),
    "P25 row of the size standard": (lambda: with_profile(GOOD, size_sector=5), ["P25 warning claims.industry"]),
    "P25 sector": (lambda: with_profile(GOOD, sector="5211"), ["P25 warning claims.industry"]),
    "P26 category": (
        lambda: with_field(GOOD, "claims", "industry", "OTHER"), ["P26 warning claims.high_end_category"],
    ),
    "P26 no value abroad": (
        lambda: with_cell(GOOD, "indicators", "indicators", 0, "best_abroad", " "),
        ["P26 warning indicators.indicators"],
    ),
}  # fmt: skip
SILENT: dict[str, Make] = {
    "P01 at the limit": lambda: with_field(GOOD, "project", "title", "字" * 30),
    "P02 half-width and lower case are the same code": lambda: with_cell(
        GOOD, "project", "partner_units", 0, "uscc", GOOD.get("project", "partner_units")[0]["uscc"].lower()
    ),
    "P03 twenty pages": lambda: with_proof(GOOD, "EV13", pages=20),
    "P03 a search of 24 months to the day": lambda: with_proof(GOOD, "EV06", facts={"issued_on": "2019-05-31"}),
    "P03 a report before is older": lambda: replace(
        GOOD,
        evidence=(*GOOD.evidence, proof("EV04", 40, facts={"stage": "before", "issued_on": "2018-01-01"})),
    ),
    "P04 by oneself": lambda: with_field(
        with_field(GOOD, "project", "channel", "self"), "project", "recommending_unit", ""
    ),
    "P06 a little better": lambda: with_cell(GOOD, "indicators", "indicators", 1, "after", "4.19"),
    "P07 two reports, one of each time": lambda: replace(
        GOOD,
        evidence=(
            *without(GOOD, "EV04").evidence,
            proof("EV04", 41, facts={"stage": "before"}),
            proof("EV04", 42, facts={"stage": "after"}),
        ),
    ),
    "P07 a user's opinion of the bottleneck": lambda: with_proof(
        with_proof(GOOD, "EV07", claims=("level",)), "EV09", claims=("users:d1", "bottleneck")
    ),
    "P07 lower level needs no search": lambda: with_proof(
        with_field(GOOD, "claims", "level", "DOM_ADVANCED"), "EV06", claims=("bottleneck",)
    ),
    "P08 one hundredth": lambda: with_proof(GOOD, "EV05", facts=facts_of({"new_sales": "1200.51"}, "EV05")),
    "P08 over two proofs": lambda: replace(
        GOOD,
        evidence=(
            *without(GOOD, "EV05").evidence,
            proof("EV05", 50, facts=facts_of({"new_sales": "1,000"}, "EV05")),
            proof("EV05", 51, facts={"new_sales": "200.50"}),
        ),
    ),
    "P15 six months in use": lambda: with_field(GOOD, "project", "end_month", "2020-11"),
    "P16 valid on the day": lambda: with_profile(GOOD, specialised_until="2021-05-31"),
    "P18 the same with a comma": lambda: with_proof(GOOD, "EV11", facts={"revenue": "9,000.0"}),
    "P19 a name where experts do not read": lambda: with_field(
        GOOD, "benefits", "calculation_basis", "上海申江密封件有限公司出口"
    ),
    "P20 a word of engineering": lambda: with_field(GOOD, "quality", "difficulty", "内部缺陷质量检测"),
    "P20 a word of law": lambda: with_field(GOOD, "quality", "difficulty", "不涉及商业秘密"),
    "P22 the name of an indicator": lambda: with_cell(
        with_field(GOOD, "quality", "solution", "产能翻番，交期履约从七成到九成。"),
        "indicators", "indicators", 0, "name", "交期履约",
    ),
    "P25 sector": lambda: with_profile(GOOD, sector="3411", size_sector=5),
    "P26 strategic": lambda: with_field(GOOD, "claims", "industry", "NEW_MATERIALS"),
}  # fmt: skip


def benefits(**cells: str) -> Dossier:
    """One year with these amounts, and the same in the proof."""
    row = {"id": "c1", "year": "2020", "new_sales": "1000", "new_profit": "100", "energy_saving": "0", "forex": "0"}
    row |= cells
    dossier = with_field(GOOD, "benefits", "years", [row])
    facts = {key: row[key] for key in ("new_sales", "new_profit", "energy_saving", "forex")}
    return with_proof(dossier, "EV05", facts=facts)


WARN: dict[str, tuple[Make, list[str]]] = {
    "P10 loss": (lambda: benefits(new_profit="-0.01"), ["P10 warning benefits.years"]),
    "P10 none": (lambda: benefits(new_profit="0"), []),
    "P11 above sales": (lambda: benefits(new_sales="100", new_profit="100.01"), ["P11 warning benefits.years"]),
    "P11 above half": (lambda: benefits(new_profit="500.01"), ["P11 warning benefits.years"]),
    "P11 half": (lambda: benefits(new_profit="500"), []),
    "P11 without sales": (lambda: benefits(new_sales="0", new_profit="1"), ["P11 warning benefits.years"]),
    "P12 above revenue": (
        lambda: with_proof(with_profile(benefits(), revenue="999.99"), "EV11", facts={}),
        ["P12 warning benefits.years 2020"],
    ),
    "P12 the revenue": (lambda: with_proof(with_profile(benefits(), revenue="1000"), "EV11", facts={}), []),
    "P13 nothing of trade": (
        lambda: with_field(
            with_field(benefits(forex="1"), "benefits", "calculation_basis", "按合同。"),
            "claims", "bottleneck_reason", "占比下降。",
        ),
        ["P13 warning benefits.calculation_basis"],
    ),
    "P13 yuan": (
        lambda: with_field(benefits(forex="1"), "benefits", "calculation_basis", "出口创汇3,000万元。"),
        ["P13 warning benefits.calculation_basis unit"],
    ),
    "P13 dollars": (
        lambda: with_field(benefits(forex="1"), "benefits", "calculation_basis", "出口创汇3,000万美元。"), [],
    ),
    "P13 no foreign exchange": (
        lambda: with_field(benefits(), "benefits", "calculation_basis", "创汇0万元。"), [],
    ),
    "P14 in the top": (lambda: benefits(new_sales="1200.51"), ["P14 warning benefits.years new_sales"]),
    "P14 at the edge": (lambda: benefits(new_sales="1200.50"), []),
}  # fmt: skip


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    assert places(GOOD) == []


@pytest.mark.parametrize("case", FIRES)
def test_a_gap_is_found(case: str) -> None:
    make, expected = FIRES[case]
    assert places(make()) == expected


@pytest.mark.parametrize("case", SILENT)
def test_the_nearest_case_is_silent(case: str) -> None:
    assert places(SILENT[case]()) == []


@pytest.mark.parametrize("case", WARN)
def test_amounts_that_may_be_a_slip(case: str) -> None:
    make, expected = WARN[case]
    assert places(make()) == expected


def test_no_indicator_with_both_values() -> None:
    dossier = with_cell(GOOD, "indicators", "indicators", 0, "before", "—")
    dossier = with_cell(dossier, "indicators", "indicators", 1, "after", "—")
    assert places(dossier) == [
        "P01 error indicators.indicators a1",
        "P01 error indicators.indicators a2",
        "P05 error indicators.indicators values",
    ]


@pytest.mark.parametrize(
    ("twin", "expected"),
    [
        (Twin(True, False, "2021-0001"), ["P23 warning project.title 1"]),
        (Twin(False, True), ["P23 warning project.title 1"]),
        (Twin(True, True, "2021-0001"), ["P23 error project.title"]),
    ],
)
def test_filing_twice(twin: Twin, expected: list[str]) -> None:
    assert places(GOOD, replace(CONTEXT, twins=(twin,))) == expected


@pytest.mark.parametrize(("share", "expected"), [("0.3", []), ("0.301", ["P21 warning quality.solution 1"])])
def test_similar_texts(share: str, expected: list[str]) -> None:
    similar = Similar(Decimal(share), ("改进焊接工艺",), 2019)
    context = replace(CONTEXT, similar=(similar,))
    assert places(GOOD, context) == expected
    assert [one.params["passages"] for one in findings(GOOD, context)] == [("改进焊接工艺",)] * len(expected)


def test_a_letter_is_asked_for_only_where_the_year_says_so() -> None:
    context = replace(CONTEXT, settings=CheckSettings(needs_letter=True))
    assert places(GOOD, context) == ["P03 error evidence.EV14"]
    by_oneself = with_field(with_field(GOOD, "project", "channel", "self"), "project", "recommending_unit", "")
    assert places(by_oneself, context) == []


def test_thresholds_can_be_set() -> None:
    context = replace(CONTEXT, settings=CheckSettings(profit_share=Decimal("0.1"), months_in_use=12))
    assert places(benefits(new_profit="101"), context) == ["P15 error project.end_month", "P11 warning benefits.years"]


def test_without_a_context_rules_that_need_one_wait() -> None:
    dossier = with_field(GOOD, "project", "end_month", "2031-06")
    assert places(dossier, Context()) == []
    assert places(dossier, Context(today=date(2021, 5, 3))) == ["P15 error project.end_month"]


def test_errors_come_first_in_the_order_of_the_form() -> None:
    dossier = with_field(with_field(without(GOOD, "EV01"), "team", "leader_name", ""), "project", "title", "")
    dossier = with_profile(with_field(dossier, "quality", "solution", "产能翻番"), size_class="large")
    assert places(dossier) == [
        "P01 error project.title",
        "P01 error team.leader_name",
        "P03 error evidence.EV01",
        "P22 warning quality.solution",
        "P17 warning profile.size_class",
    ]
    assert [one.kind for one in errors(dossier, CONTEXT)] == ["error"] * 3


def test_an_untouched_form_names_every_required_field_and_file() -> None:
    found = findings(Dossier({}), CONTEXT)
    required = sum(spec.required for section in SECTIONS for spec in section.fields)
    by_rule = {rule: sum(one.rule == rule for one in found) for rule in ("P01", "P03")}
    assert (by_rule, len(found)) == ({"P01": required, "P03": 6}, required + 6)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_message_can_be_said(language: str) -> None:
    with translation.override(language):
        for make, _expected in [*FIRES.values(), *WARN.values()]:
            for one in findings(make(), CONTEXT):
                assert one.text
                assert "%(" not in one.text


def test_keys_tell_findings_apart() -> None:
    for make, _expected in FIRES.values():
        keys = [one.key for one in findings(make(), CONTEXT)]
        assert len(set(keys)) == len(keys)


def cases(found: Any) -> set[str]:
    return {name.partition(" ")[0] for name in found}


def test_every_rule_is_tested() -> None:
    tested = cases(FIRES) | cases(WARN) | {"P21", "P23"}
    assert tested == {f"P{number:02d}" for number in range(1, 27)}
