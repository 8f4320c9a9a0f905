"""The sentences with figures, word for word."""

from __future__ import annotations

from typing import Any

import pytest

from reports.circular import BoundFigure, figures, plain
from reports.circular.content import Inline, Item, Paragraph, Subsection, plain_block
from reports.circular.parts import Figures, join, listing
from reports.circular.wording import (
    active_districts,
    benefits,
    bottleneck,
    change,
    channels,
    digital,
    enterprises,
    high_end,
    industries,
    levels,
    results,
    sme,
)

from .support import demo_circular, empty_statistics, plain_circular, statistics


def year(**changes: Any) -> Figures:
    return Figures(statistics(2020, **changes))


def text(content: Inline) -> str:
    return plain(content)


def part(count: int, share: str | None, **more: Any) -> dict[str, Any]:
    return {"count": count, "share": share, **more}


# ------------------------------------------------------------------ the 2020 circular
SENTENCES_2020 = (
    "1．申报渠道多样。2020年质量攻关申报项目共145项（见图1），通过区市场监管局、集团公司推荐申报的项目占比分别为51%和40%，"
    "通过行业协会推荐申报和企业自行申报的项目占比分别为5%和4%，目前本市已经形成以区市场监管局、集团公司为主，"
    "以行业协会等为补充的质量攻关推进工作体系。本年度闵行、崇明、奉贤、青浦等区市场监管局组织发动积极。"
    "嘉定区市场监管局、区经委共同组织推动区质量攻关工作。",
    "图1　2020年申报项目推荐分布情况",
    "2．申报领域聚焦战略性新兴产业。本年度申报项目中93%的项目属于《中国制造2025》列出的战略性新兴产业（见图2），"
    "涉及高端装备制造、新能源、新一代信息技术、节能环保、生物、新材料等领域，充分体现了质量攻关在工业强基工程中的重要作用，"
    "有力推动了《中国制造2025上海行动纲要》的落地及本市制造业高质量发展。",
    "图2　2020年申报项目产业分布情况",
    "3．申报项目质量创新突出。本年度申报项目经专家评议，57.2%的申报项目达到国际先进水平，41.4%的申报项目达到国内领先水平。"
    "一批项目攻克了重大质量技术难题，在产品质量、创新程度、技术难度等方面表现突出。",
    "4．申报项目质量效益显著。本年度145个申报项目共为企业新增销售额127.89亿元，新增利润26.22亿元，节能降耗12.67亿元，"
    "节汇创汇14.14亿美元（主要集中在船舶行业）。质量攻关已经成为企业降低成本、提高效益的有力武器。",
    "经组织专家评审，本年度145个申报项目中共有40个项目成为2020年上海市重点产品质量攻关成果，这些成果具有如下特点：",
    "2．民营企业、专精特新企业质量攻关成效显著。本年度质量攻关成果中，民营企业的共有10项，占成果总数的25%，"
    "较上年提高6个百分点；专精特新企业的共有9项，占成果总数的22.5%，较上年提高8个百分点。这些质量攻关成效明显，"
    "如上海联影全景动态PET-CT通过质量攻关，提交专利申请151件，探测器阵列精度提升30%，制造工时降低80%，"
    "首台出口产品获得美国海关零关税优惠，有力诠释了质量就是竞争力。",
    "尽管本年度本市重点产品质量攻关工作取得较好成效，但也还存在一些需改进之处：",
    "（一）中小企业质量改进能力有待强化。本年度中小企业申报项目共46项，但普遍创新性相对不足，技术难度、经济效益相对一般，"
    "仅2项获得三等奖，占成果总数的5%。与大型企业相比，质量改进能力还有待提升及强化。",
)
NAMES_2020 = {
    "year",
    "applications.total",
    "applications.by_channel.区市场监管局.share",
    "applications.by_channel.集团公司.share",
    "applications.by_channel.行业协会.share",
    "applications.by_channel.自行申报.share",
    "applications.by_channel.区市场监管局.count",
    "applications.by_industry.高端装备制造.count",
    "applications.by_industry.其他.share",
    "applications.strategic.share",
    "applications.international_advanced.share",
    "applications.domestic_leading.share",
    "applications.new_sales_yi",
    "applications.new_profit_yi",
    "applications.energy_saving_yi",
    "applications.forex_yi_usd",
    "results.total",
    "results.high_end.share",
    "results.private.count",
    "results.private.share",
    "results.private.change_points",
    "results.specialised.count",
    "results.specialised.share",
    "results.specialised.change_points",
    "results.bottleneck.count",
    "results.bottleneck.share",
    "results.bottleneck.change_points",
    "results.digital.count",
    "results.digital.share",
    "results.digital.change_points",
    "sme.applications",
    "sme.by_grade.三等奖",
    "sme.share_of_results",
}


def test_2020_reads_as_published_with_its_slips_mended():
    texts = [plain_block(block) for block in demo_circular(2020).blocks]
    assert [sentence for sentence in SENTENCES_2020 if sentence not in texts] == []


def test_2020_binds_every_figure_of_the_published_circular():
    found = {figure.name for figure in figures(demo_circular(2020))}
    assert NAMES_2020 - found == set()


def test_2019_has_no_previous_year_and_says_nothing_of_it():
    text_2019 = "".join(plain_block(block) for block in demo_circular(2019).blocks)
    assert "上年" not in text_2019
    assert "民营企业的共有13项，占成果总数的18.8%；专精特新企业的共有10项，占成果总数的14.5%。" in text_2019
    assert "仅有6项入选，其中一等奖1项、二等奖2项、三等奖3项，占成果总数的8.7%。" in text_2019


# ------------------------------------------------------------------ change
@pytest.mark.parametrize(
    ("points", "wording"),
    [
        (6, "较上年提高6个百分点"),
        (1, "较上年提高1个百分点"),
        (0, "与上年持平"),
        (-1, "较上年下降1个百分点"),
        (-19, "较上年下降19个百分点"),
        (None, ""),
    ],
)
def test_change(points, wording):
    assert text(change(year(results__private__change_points=points), "results.private")) == wording


def test_change_keeps_its_name_and_drops_its_sign():
    wording = change(year(results__digital__change_points=-3), "results.digital")
    (figure,) = (one for one in wording if isinstance(one, BoundFigure))
    assert (figure.name, figure.text) == ("results.digital.change_points", "3")


# ------------------------------------------------------------------ channels
@pytest.mark.parametrize(
    ("counts", "wording"),
    [
        (
            (2, 1, 1, 0),
            "2020年质量攻关申报项目共4项，通过区市场监管局、集团公司推荐申报的项目占比分别为50%和25%，"
            "通过行业协会推荐申报的项目占25%。",
        ),
        ((0, 3, 0, 1), "2020年质量攻关申报项目共4项，通过集团公司推荐申报的项目占75%，企业自行申报的项目占25%。"),
        ((0, 0, 0, 1), "2020年质量攻关申报项目共1项，企业自行申报的项目占100%。"),
        ((0, 0, 0, 0), "2020年没有质量攻关申报项目。"),
    ],
)
def test_channels_without_some(counts, wording):
    total = sum(counts)
    names = ("区市场监管局", "集团公司", "行业协会", "自行申报")
    found = year(
        applications__total=total,
        applications__by_channel={
            name: part(n, f"{n * 100 // total}%" if total else None) for name, n in zip(names, counts, strict=True)
        },
    )
    assert text(channels(found, (), ())) == wording


def test_a_channel_whose_share_rounds_to_nothing_is_counted_instead():
    found = year(
        applications__total=300,
        applications__by_channel={
            "区市场监管局": part(299, "100%"),
            "集团公司": part(1, "0%"),
            "行业协会": part(0, "0%"),
            "自行申报": part(0, "0%"),
        },
    )
    assert text(channels(found, (), ())) == (
        "2020年质量攻关申报项目共300项，通过区市场监管局推荐申报的项目占100%，通过集团公司推荐申报的项目有1项。"
    )


@pytest.mark.parametrize(
    ("names", "others", "wording"),
    [
        (["闵行", "崇明"], 3, "本年度闵行、崇明等区市场监管局组织发动积极。"),
        (["闵行", "崇明"], 2, "本年度闵行、崇明区市场监管局组织发动积极。"),
        (["闵行"], 1, "本年度闵行区市场监管局组织发动积极。"),
        (["闵行", "临港新片区"], 5, "本年度闵行等区市场监管局和临港新片区市场监管局组织发动积极。"),
        (["临港新片区"], 1, "本年度临港新片区市场监管局组织发动积极。"),
        ([], 0, ""),
    ],
)
def test_active_districts(names, others, wording):
    found = year(context__active_districts=names, applications__by_district={str(n): 1 for n in range(others)})
    assert text(active_districts(found)) == wording


# ------------------------------------------------------------------ industries, levels, benefits
def industry_counts(**counts: int) -> dict[str, Any]:
    return {name: part(counts.get(name, 0), "0%") for name in statistics()["applications"]["by_industry"]}


def test_other_industry_is_never_named():
    found = year(applications__by_industry=industry_counts(新能源=1, 其他=9), applications__strategic=part(1, "10%"))
    assert text(industries(found, (), ("战略性新兴产业",), (), 6)) == (
        "本年度申报项目中10%的项目属于战略性新兴产业，涉及新能源领域。"
    )


def test_no_strategic_industry():
    found = year(applications__by_industry=industry_counts(其他=9), applications__strategic=part(0, "0%"))
    assert text(industries(found, ("（见图2）",), ("战略性新兴产业",), (), 6)) == (
        "本年度申报项目中没有项目属于战略性新兴产业（见图2）。"
    )


@pytest.mark.parametrize(
    ("international", "domestic", "wording"),
    [
        (part(0, "0%"), part(3, "41.4%"), "本年度申报项目经专家评议，41.4%的申报项目达到国内领先水平。"),
        (part(3, "57.2%"), part(0, "0%"), "本年度申报项目经专家评议，57.2%的申报项目达到国际先进水平。"),
        (part(0, "0%"), part(0, "0%"), ""),
    ],
)
def test_levels(international, domestic, wording):
    found = year(applications__international_advanced=international, applications__domestic_leading=domestic)
    assert text(levels(found, ())) == wording


@pytest.mark.parametrize(
    ("sales", "profit", "energy", "forex", "wording"),
    [
        ("1.2", "-0.3", "0", "0", "本年度145个申报项目共为企业新增销售额1.2亿元，利润减少0.3亿元。"),
        ("0", "-0.3", "0.5", "0", "本年度145个申报项目共为企业节能降耗0.5亿元，利润减少0.3亿元。"),
        ("0", "-0.3", "0", "0", "本年度145个申报项目利润减少0.3亿元。"),
        ("0", "0", "0", "2", "本年度145个申报项目共为企业节汇创汇2亿美元（主要集中在船舶行业）。夸奖。"),
        ("0", "0", "0", "0", ""),
    ],
)
def test_benefits(sales, profit, energy, forex, wording):
    found = year(
        applications__new_sales_yi=sales,
        applications__new_profit_yi=profit,
        applications__energy_saving_yi=energy,
        applications__forex_yi_usd=forex,
    )
    assert text(benefits(found, ("夸奖。",), False)) == wording


def test_benefits_as_declared_and_without_a_leading_category():
    found = year(
        context__forex_leading_category=None,
        applications__new_sales_yi="0",
        applications__new_profit_yi="0",
        applications__energy_saving_yi="0",
    )
    assert text(benefits(found, (), True)) == "据申报，本年度145个申报项目共为企业节汇创汇14.14亿美元。"
    other = year(context__forex_leading_category="其他高端制造")
    assert "集中" not in text(benefits(other, (), False))


# ------------------------------------------------------------------ results
@pytest.mark.parametrize(
    ("total", "won", "lost", "wording"),
    [
        (0, 0, 0, "本年度没有产生质量攻关成果。"),
        (3, 0, 0, "本年度3个申报项目正在评审，成果情况待评审结束后通报。"),
        (3, 0, 3, "经组织专家评审，本年度3个申报项目中没有项目成为2020年上海市重点产品质量攻关成果。"),
        (
            3,
            1,
            2,
            "经组织专家评审，本年度3个申报项目中共有1个项目成为2020年上海市重点产品质量攻关成果，这些成果具有如下特点：",
        ),
    ],
)
def test_results(total, won, lost, wording):
    assert text(results(year(applications__total=total, results__total=won, not_selected__total=lost))) == wording


def test_high_end_with_change_and_none():
    assert text(high_end(year(), (), True)) == (
        "本年度质量攻关成果中，涉及船舶海工、航空航天、汽车零部件、电气装备、医疗设备等高端制造产品的，占成果总数的85%，"
        "较上年提高5个百分点。"
    )
    assert text(high_end(year(results__high_end=part(0, "0%", change_points=-80)), ("例。",), False)) == (
        "本年度质量攻关成果中，没有高端制造产品项目入选。"
    )


def test_high_end_of_other_categories_only():
    found = year(context__result_high_end_categories=["其他高端制造"])
    assert text(high_end(found, (), False)) == "本年度质量攻关成果中，涉及高端制造产品的，占成果总数的85%。"


def test_enterprises_fall_standstill_and_none():
    found = year(results__private=part(0, "0%", change_points=-19), results__specialised=part(2, "5%", change_points=0))
    assert text(enterprises(found, ("例。",))) == (
        "本年度质量攻关成果中，没有民营企业项目入选，占比较上年下降19个百分点；"
        "专精特新企业的共有2项，占成果总数的5%，与上年持平。例。"
    )
    none = year(results__private=part(0, "0%", change_points=0), results__specialised=part(0, "0%", change_points=None))
    assert text(enterprises(none, ("例。",))) == (
        "本年度质量攻关成果中，没有民营企业项目入选；没有专精特新企业项目入选。"
    )


def test_bottleneck_and_digital_none_or_falling():
    assert text(bottleneck(year(results__bottleneck=part(0, "0%", change_points=None)), ("例。",))) == (
        "本年度质量攻关成果中，没有涉及“卡脖子”产品的项目入选。"
    )
    assert text(digital(year(results__digital=part(0, "0%", change_points=-5)), ("充分反映",))) == (
        "本年度质量攻关成果中，没有应用数字化技术的项目入选，占比较上年下降5个百分点。"
    )
    found = year(results__digital=part(1, "2.5%", change_points=-5), context__result_digital_technologies=["5G检测"])
    assert text(digital(found, ())) == (
        "本年度质量攻关成果中，共有1项成果涉及应用5G检测数字化技术，占成果总数的2.5%，较上年下降5个百分点。"
    )


# ------------------------------------------------------------------ SMEs
def sme_year(filed: int, won: int, share: str | None, grades: tuple[int, int, int] = (0, 0, 0), **more: Any) -> Figures:
    return year(
        sme={
            "applications": filed,
            "results": won,
            "share_of_results": share,
            "by_grade": dict(zip(("一等奖", "二等奖", "三等奖"), grades, strict=True)),
        },
        **more,
    )


def test_sme():
    assert text(sme(sme_year(0, 0, "0%"), ("但一般",))) == "本年度没有中小企业申报项目。"
    assert text(sme(sme_year(5, 0, "0%"), ("但一般",))) == "本年度中小企业申报项目共5项，但一般，没有项目入选。"
    assert text(sme(sme_year(5, 0, None, results__total=0), ())) == "本年度中小企业申报项目共5项。"
    assert text(sme(sme_year(60, 30, "75%", (10, 0, 20)), ())) == (
        "本年度中小企业申报项目共60项，有30项入选，其中一等奖10项、三等奖20项，占成果总数的75%。"
    )


# ------------------------------------------------------------------ whole circulars of thin years
def test_a_year_without_applications():
    texts = [plain_block(block) for block in plain_circular(empty_statistics()).blocks]
    assert texts[1:6] == [
        "一、总体情况",
        "（一）申报情况",
        "2021年没有质量攻关申报项目。",
        "（二）成果情况",
        "本年度没有产生质量攻关成果。",
    ]
    assert texts[6] == "二、下一步工作要求"


def test_one_application_without_a_decision():
    found = empty_statistics()
    applications = found["applications"]
    applications["total"] = 1
    applications["by_channel"]["自行申报"] = part(1, "100%")
    applications["by_industry"]["其他"] = part(1, "100%")
    applications["strategic"] = part(0, "0%")
    texts = [plain_block(block) for block in plain_circular(found).blocks]
    assert texts[3:10] == [
        "1．申报渠道情况。2021年质量攻关申报项目共1项（见图1），企业自行申报的项目占100%。",
        "图1　2021年申报项目推荐分布情况",
        "2．申报领域情况。本年度申报项目中没有项目属于战略性新兴产业（见图2）。",
        "图2　2021年申报项目产业分布情况",
        "（二）成果情况",
        "本年度1个申报项目正在评审，成果情况待评审结束后通报。",
        "二、存在问题",
    ]
    assert texts[10] == "（一）中小企业参与质量攻关有待加强。本年度没有中小企业申报项目。"


def test_draft_without_number_and_date():
    draft = plain_circular(empty_statistics())
    assert (draft.document_number, draft.signed_text, draft.printed_text) == (
        "沪市监质发〔2021〕　号",
        "2021年　月　日",
        "2021年　月　日印发",
    )


def test_copies_and_recipients_get_their_marks():
    circular = plain_circular(empty_statistics(), cc_units="市政府办公厅", main_recipients="各区市场监管局。")
    assert (circular.imprint.copies, circular.addressee) == ("抄送：市政府办公厅。", "各区市场监管局：")


# ------------------------------------------------------------------ parts
def test_listing_and_join():
    assert text(listing(["甲"], more=False)) == "甲"
    assert text(listing(["甲"], more=True)) == "甲等"
    assert text(listing(["甲", "乙"], more=False)) == "甲、乙等"
    assert listing([], more=True) == ()
    assert join("a", ("b", "c"), "") == ("abc",)


def test_blocks_of_2020_stand_in_the_published_order():
    kinds = [(type(block), plain_block(block)[:4]) for block in demo_circular(2020).blocks]
    assert [text for kind, text in kinds if kind in (Item, Subsection)] == [
        "（一）申",
        "1．申报",
        "2．申报",
        "3．申报",
        "4．申报",
        "（二）成",
        "1．高端",
        "2．民营",
        "3．“卡",
        "4．数字",
        "（一）中",
        "（二）质",
        "（三）质",
        "（一）加",
        "（二）加",
        "（三）支",
    ]
    assert sum(kind is Paragraph for kind, _text in kinds) == 4
