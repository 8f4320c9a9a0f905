"""What holds for the statistics of any year."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reports.circular import check_wording, figures, render
from reports.circular.markup import lookup
from reports.circular.wording import CHANNELS

from .support import empty_statistics, plain_circular, share, statistics

INDUSTRIES = tuple(statistics()["applications"]["by_industry"])
CATEGORIES = ("船舶海工", "航空航天", "汽车零部件", "电气装备", "医疗设备", "其他高端制造")
TECHNIQUES = ("仿真分析试验", "数字在线检测", "AI智能算法", "5G检测")
AWKWARD = re.compile(
    r"None|(?<![0-9.])0(?:项|个|%)|占0(?!\.)|[，、；]{2}|[，、；]。|。[，、；。]|的的|和和|、等|涉及等|中，。"
    r"|：。|（）|-[0-9]|分别为和"
)
amounts = st.decimals(-999, 9999, places=2, allow_nan=False, allow_infinity=False)


def printed(amount: Any) -> str:
    text = f"{amount:f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0", "-") else text


@st.composite
def years(draw: st.DrawFn) -> dict[str, Any]:
    """Statistics that agree with themselves, from nothing to a thousand applications."""
    found = empty_statistics(draw(st.integers(2019, 2099)))
    channels = [draw(st.sampled_from((0, 0, 1, 3, 40, 250))) for _ in CHANNELS]
    total = sum(channels)
    a, r = found["applications"], found["results"]
    a["total"] = total
    a["by_channel"] = {
        name: {"count": n, "share": share(n, total, 0)} for name, n in zip(CHANNELS, channels, strict=True)
    }
    cuts = sorted(draw(st.lists(st.integers(0, total), min_size=9, max_size=9)))
    counts = [high - low for low, high in zip([0, *cuts], [*cuts, total], strict=True)]
    a["by_industry"] = {
        name: {"count": n, "share": share(n, total, 0)} for name, n in zip(INDUSTRIES, counts, strict=True)
    }

    def block(base: int, places: int, most: int | None = None) -> dict[str, Any]:
        count = draw(st.integers(0, base if most is None else most))
        return {"count": count, "share": share(count, base, places)}

    a["strategic"] = {"count": total - counts[-1], "share": share(total - counts[-1], total, 0)}
    a["international_advanced"] = block(total, 1)
    a["domestic_leading"] = block(total, 1, total - a["international_advanced"]["count"])
    for key in ("new_sales_yi", "new_profit_yi", "energy_saving_yi", "forex_yi_usd"):
        amount = draw(amounts) if total else 0
        a[key] = printed(amount if key == "new_profit_yi" else abs(amount))
    won = draw(st.integers(0, total))
    before = draw(st.booleans())
    r["total"] = won
    for key in ("high_end", "private", "specialised", "bottleneck", "digital"):
        points = draw(st.integers(-100, 100)) if before and won else None
        r[key] = {**block(won, 1), "change_points": points}
    found["not_selected"]["total"] = draw(st.integers(0, total - won))
    filed = draw(st.integers(0, total))
    first = draw(st.integers(0, min(filed, won)))
    third = draw(st.integers(0, min(filed, won) - first))
    found["sme"] = {
        "applications": filed,
        "results": first + third,
        "share_of_results": share(first + third, won, 1),
        "by_grade": {"一等奖": first, "二等奖": 0, "三等奖": third},
    }
    units = draw(st.integers(0, 3)) if channels[0] else 0
    a["by_district"] = {f"{name}区市场监督管理局": 1 for name in ("闵行", "崇明", "奉贤")[:units]}
    found["context"] = {
        "active_districts": ["闵行", "崇明", "奉贤"][:units],
        "result_high_end_categories": [one for one in CATEGORIES if draw(st.booleans())],
        "result_digital_technologies": [one for one in TECHNIQUES if draw(st.booleans())],
        "forex_leading_category": draw(st.sampled_from((None, *CATEGORIES))),
        "previous_year": before,
    }
    return found


@settings(max_examples=150)
@given(years())
def test_every_year_reads_naturally_and_binds_its_figures(found: dict[str, Any]) -> None:
    circular = plain_circular(found)
    text = render(circular, "txt").decode()
    assert AWKWARD.findall(text) == []
    assert [finding for finding in check_wording(circular) if finding.rule != "without_base"] == []
    for figure in figures(circular):
        assert figure.text == str(lookup(found, figure.name)).removeprefix("-")
    named = {figure.name for figure in figures(circular)}
    expected = {"year"}
    if found["applications"]["total"]:
        expected.add("applications.total")
        expected |= {
            f"applications.{key}"
            for key in ("new_sales_yi", "new_profit_yi", "energy_saving_yi", "forex_yi_usd")
            if found["applications"][key] != "0"
        }
    if found["results"]["total"]:
        expected.add("results.total")
        expected |= {
            f"results.{key}.count"
            for key in ("private", "specialised", "bottleneck", "digital")
            if found["results"][key]["count"]
        }
    assert expected - named == set()


@settings(max_examples=30)
@given(years())
def test_the_html_marks_every_figure(found: dict[str, Any]) -> None:
    circular = plain_circular(found)
    html = render(circular, "html").decode()
    marked = re.findall(r'data-figure="([^"]+)"', html)
    assert marked == [figure.name for figure in figures(circular)]
