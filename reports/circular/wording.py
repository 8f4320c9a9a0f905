"""The sentences of the circular that carry figures (contracts.md, 5; the 2020 circular, mended).

Every function takes the figures of the year and returns inline parts, () where there is nothing to say.
A count of zero is left out of a list or written 没有…; a share of nothing is never printed.
"""

from __future__ import annotations

from collections.abc import Sequence

from .content import Inline
from .parts import Figures, join, listing, sentence

DISTRICT, GROUP, ASSOCIATION, SELF = "区市场监管局", "集团公司", "行业协会", "自行申报"
CHANNELS = (DISTRICT, GROUP, ASSOCIATION, SELF)
OTHER_INDUSTRY = "其他"
OTHER_CATEGORY = "其他高端制造"
GRADES = ("一等奖", "二等奖", "三等奖")
# The sector as the circular names it; 其他高端制造 is no sector.
SECTORS = {
    "船舶海工": "船舶行业",
    "航空航天": "航空航天行业",
    "汽车零部件": "汽车零部件行业",
    "电气装备": "电气装备行业",
    "医疗设备": "医疗设备行业",
}


# ------------------------------------------------------------------------------ applications


def channels(f: Figures, chart: Inline, clause: Inline) -> Inline:
    """一(一)1: how many applications, through which channels; `chart` is （见图1） or ()."""
    if not f.count("applications.total"):
        return join(f.bound("year"), "年没有质量攻关申报项目。")
    lead = join(f.bound("year"), "年质量攻关申报项目共", f.bound("applications.total"), "项", chart)
    return sentence([lead, *_channel_group(f, (DISTRICT, GROUP)), *_channel_group(f, (ASSOCIATION, SELF)), clause])


def _channel_group(f: Figures, names: Sequence[str]) -> list[Inline]:
    """Clauses for two channels: together where both have a share, else one by one; zero counts left out."""
    paths = {name: f"applications.by_channel.{name}" for name in names}
    present = [name for name in names if f.count(f"{paths[name]}.count")]
    shares = [f.share(paths[name]) for name in present]
    if len(present) == 2 and all(shares):
        through = f"通过{DISTRICT}、{GROUP}推荐申报" if DISTRICT in names else f"通过{ASSOCIATION}推荐申报和企业{SELF}"
        return [join(f"{through}的项目占比分别为", shares[0] or "", "和", shares[1] or "")]
    clauses = []
    for name, share in zip(present, shares, strict=True):
        what = f"企业{SELF}的项目" if name == SELF else f"通过{name}推荐申报的项目"
        if share is None:
            clauses.append(join(what, "有", f.bound(f"{paths[name]}.count"), "项"))
        else:
            clauses.append(join(what, "占", share))
    return clauses


def active_districts(f: Figures) -> Inline:
    """Who was active; the names come without 区, 临港新片区 keeps its own form."""
    names: list[str] = list(f.context("active_districts") or ())
    districts = [name.removesuffix("区") if len(name) > 2 else name for name in names if "临港" not in name]
    lingang = len(districts) != len(names)
    if not names:
        return ()
    more = len(f.value("applications.by_district")) > len(names)
    units = ""
    if districts:
        units = "、".join(districts) + ("等" if more else "") + "区市场监管局"
    if lingang:
        units += ("和" if districts else "") + "临港新片区市场监管局"
    return join(f"本年度{units}组织发动积极。")


def strategic_industries(f: Figures, most: int) -> tuple[list[str], bool]:
    """The strategic industries that occur, in the order of the statistics, at most `most`; whether more do."""
    found = [
        name for name, block in f.value("applications.by_industry").items() if name != OTHER_INDUSTRY and block["count"]
    ]
    return found[:most], len(found) > most


def industries(f: Figures, chart: Inline, scheme: Inline, clause: Inline, most: int) -> Inline:
    """一(一)2: the share of strategic emerging industries and which ones they are."""
    if not f.count("applications.total"):
        return ()
    if not f.count("applications.strategic.count"):
        return join("本年度申报项目中没有项目属于", scheme, chart, "。")
    share = f.share("applications.strategic")
    named, more = strategic_industries(f, most)
    many: Inline = join(share, "的项目") if share else join("有", f.bound("applications.strategic.count"), "项")
    return sentence(
        [
            join("本年度申报项目中", many, "属于", scheme, chart),
            join("涉及", listing(named, more=more), "领域") if named else (),
            clause,
        ]
    )


def levels(f: Figures, text: Inline) -> Inline:
    """一(一)3: the levels; () while no application has one of the two."""
    clauses: list[Inline] = []
    for name, level in (("international_advanced", "国际先进水平"), ("domestic_leading", "国内领先水平")):
        path = f"applications.{name}"
        if not f.count(f"{path}.count"):
            continue
        share = f.share(path)
        many = join(share, "的") if share else join(f.bound(f"{path}.count"), "项")
        clauses.append(join(many, f"申报项目达到{level}"))
    if not clauses:
        return ()
    return join(sentence([("本年度申报项目经专家评议",), *clauses]), text)


def benefits(f: Figures, text: Inline, as_declared: bool) -> Inline:
    """一(一)4: the sums of all applications, in 亿元 and 亿美元; () where every sum is zero.

    A negative profit is written 利润减少, after the first gain; the praise `text` is then left out.
    """
    path = "applications."
    clauses: list[Inline] = []
    for key, label, unit in (
        ("new_sales_yi", "新增销售额", "亿元"),
        ("new_profit_yi", "新增利润", "亿元"),
        ("energy_saving_yi", "节能降耗", "亿元"),
        ("forex_yi_usd", "节汇创汇", "亿美元"),
    ):
        if f.amount(path + key) > 0:
            sector = forex_sector(f) if key == "forex_yi_usd" else ()
            clauses.append(join(label, f.bound(path + key), unit, sector))
    lead = join("据申报，" if as_declared else "", "本年度", f.bound("applications.total"), "个申报项目")
    if clauses:
        clauses[0] = join("共为企业", clauses[0])
    falls = f.amount("applications.new_profit_yi") < 0
    if falls:
        clauses.insert(1, join("利润减少", f.size("applications.new_profit_yi"), "亿元"))
    if not clauses:
        return ()
    return join(sentence([join(lead, clauses[0]), *clauses[1:]]), () if falls else text)


def forex_sector(f: Figures) -> Inline:
    """（主要集中在船舶行业） where one named category leads the foreign exchange."""
    sector = SECTORS.get(f.context("forex_leading_category") or "")
    return (f"（主要集中在{sector}）",) if sector else ()


# ------------------------------------------------------------------------------ results


def results(f: Figures) -> Inline:
    """一(二): how many of the applications became results, and what follows."""
    total = f.count("applications.total")
    won = f.count("results.total")
    if not total:
        return ("本年度没有产生质量攻关成果。",)
    lead = join("本年度", f.bound("applications.total"), "个申报项目")
    if not won and not f.count("not_selected.total"):
        return join(lead, "正在评审，成果情况待评审结束后通报。")
    if not won:
        return join("经组织专家评审，", lead, "中没有项目成为", f.bound("year"), "年上海市重点产品质量攻关成果。")
    return join(
        "经组织专家评审，",
        lead,
        "中共有",
        f.bound("results.total"),
        "个项目成为",
        f.bound("year"),
        "年上海市重点产品质量攻关成果，这些成果具有如下特点：",
    )


def change(f: Figures, path: str) -> Inline:
    """较上年提高6个百分点, 较上年下降6个百分点, 与上年持平; () without a previous year."""
    points = f.value(f"{path}.change_points")
    if points is None:
        return ()
    if points == 0:
        return ("与上年持平",)
    verb = "提高" if points > 0 else "下降"
    return join(f"较上年{verb}", f.size(f"{path}.change_points"), "个百分点")


def of_results(f: Figures, path: str, *, with_change: bool = True) -> list[Inline]:
    """The clauses 占成果总数的25% and the change, without the share where it is nothing."""
    share = f.share(path)
    return [join("占成果总数的", share) if share else (), change(f, path) if with_change else ()]


def none_selected(f: Figures, what: str, path: str, *, with_change: bool = True) -> list[Inline]:
    """没有…项目入选, with the fall of the share where there was one last year."""
    fell = (f.value(f"{path}.change_points") or 0) < 0
    return [(f"没有{what}项目入选",), join("占比", change(f, path)) if with_change and fell else ()]


def high_end_categories(f: Figures) -> list[str]:
    """The categories of the results, in the order of the list; 其他高端制造 is covered by 等."""
    return [name for name in f.context("result_high_end_categories") or () if name != OTHER_CATEGORY]


def high_end(f: Figures, text: Inline, with_change: bool) -> Inline:
    """一(二)1: results that are high-end products."""
    path = "results.high_end"
    if not f.count(f"{path}.count"):
        return sentence([("本年度质量攻关成果中",), *none_selected(f, "高端制造产品", path, with_change=with_change)])
    every = f.context("result_high_end_categories") or ()
    named = high_end_categories(f)
    kinds = listing(named, more=len(every) > len(named))
    what = join("涉及", kinds, "高端制造产品的")
    if f.share(path) is None:
        what = join(what, "有", f.bound(f"{path}.count"), "项")
    return join(sentence([("本年度质量攻关成果中",), what, *of_results(f, path, with_change=with_change)]), text)


def enterprises(f: Figures, text: Inline) -> Inline:
    """一(二)2: results of private and of specialised enterprises."""
    kinds = (("民营企业", "results.private"), ("专精特新企业", "results.specialised"))
    present = [path for _, path in kinds if f.count(f"{path}.count")]
    halves: list[Inline] = []
    for what, path in kinds:
        if path in present:
            clauses = [join(f"{what}的共有", f.bound(f"{path}.count"), "项"), *of_results(f, path)]
        else:
            clauses = none_selected(f, what, path)
        halves.append(sentence(clauses, end=""))
    return join("本年度质量攻关成果中，", halves[0], "；", halves[1], "。", text if present else ())


def bottleneck(f: Figures, text: Inline) -> Inline:
    """一(二)3: results on 卡脖子 products."""
    path = "results.bottleneck"
    lead: list[Inline] = [("本年度质量攻关成果中",)]
    if not f.count(f"{path}.count"):
        return sentence([*lead, *none_selected(f, "涉及“卡脖子”产品的", path)])
    many = join("有", f.bound(f"{path}.count"), "个涉及“卡脖子”产品")
    return join(sentence([*lead, many, *of_results(f, path)]), text)


def digital(f: Figures, clause: Inline) -> Inline:
    """一(二)4: results that apply digital techniques."""
    path = "results.digital"
    lead: list[Inline] = [("本年度质量攻关成果中",)]
    if not f.count(f"{path}.count"):
        return sentence([*lead, *none_selected(f, "应用数字化技术的", path)])
    kinds = listing(f.context("result_digital_technologies") or (), more=False)
    many = join("共有", f.bound(f"{path}.count"), "项成果涉及应用", kinds, "数字化技术")
    return sentence([*lead, many, *of_results(f, path), clause])


# ------------------------------------------------------------------------------ problems


def sme(f: Figures, clause: Inline) -> Inline:
    """二(一): applications and results of SMEs; 仅 only where they win less often than they apply."""
    total, filed = f.count("applications.total"), f.count("sme.applications")
    won, results_total = f.count("sme.results"), f.count("results.total")
    if not total:
        return ()
    if not filed:
        return ("本年度没有中小企业申报项目。",)
    lead = join("本年度中小企业申报项目共", f.bound("sme.applications"), "项")
    if not results_total:
        return sentence([lead, clause])
    if not won:
        return sentence([lead, clause, ("没有项目入选",)])
    only = "仅" if won * total < filed * results_total else ""
    share = f.value("sme.share_of_results")
    base = join("占成果总数的", f.bound("sme.share_of_results")) if share and share != "0%" else ()
    return sentence([lead, clause, *_sme_grades(f, only), base])


def _sme_grades(f: Figures, only: str) -> list[Inline]:
    grades = [grade for grade in GRADES if f.count(f"sme.by_grade.{grade}")]
    if len(grades) == 1:
        return [join(only, f.bound(f"sme.by_grade.{grades[0]}"), f"项获得{grades[0]}")]
    split: Inline = ()
    for grade in grades:
        split = join(split, "、" if split else "其中", grade, f.bound(f"sme.by_grade.{grade}"), "项")
    return [join(only, "有", f.bound("sme.results"), "项入选"), split]
