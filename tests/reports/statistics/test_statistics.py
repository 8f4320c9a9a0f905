"""The figures of a year against a plain count of its rows, and the rules at their edges."""

import json
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from reports.importing.year import import_campaign
from reports.statistics import COUNTED, figure_path, rows_behind, statistics_of
from submissions.enums import DigitalTechnology, State
from submissions.models import Application
from tests.builders import application_row, read_year, write_year
from tests.factories import ApplicationFactory, CampaignFactory, DecisionFactory, RecommendingUnitFactory
from tests.reports.statistics import oracle

LEVELS = ("国际领先", "国际先进", "国内领先", "国内先进", "")
RESULTS = (*oracle.GRADES, "未入选", "")
UNITS = {
    "区市场监管局": ("闵行区市场监督管理局", "浦东新区市场监督管理局", "临港新片区"),
    "集团公司": ("上海电气", "闵行区市场监督管理局"),
    "行业协会": ("上海市新材料协会",),
    "自行申报": ("",),
}
AMOUNTS = st.integers(0, 10**9).map(lambda units: f"{Decimal(units).scaleb(-6):f}")


@st.composite
def rows(draw: st.DrawFn) -> dict[str, str]:
    """The cells of a row that are counted."""
    channel = draw(st.sampled_from(oracle.CHANNELS))
    return {
        "推荐渠道": channel,
        "推荐单位": draw(st.sampled_from(UNITS[channel])),
        "企业性质": draw(st.sampled_from(("国有", "民营", "其他"))),
        "企业规模": draw(st.sampled_from(("大型", "中型", "小型", "微型"))),
        "专精特新": draw(st.sampled_from("是否")),
        "卡脖子": draw(st.sampled_from("是否")),
        "产业领域": draw(st.sampled_from(oracle.INDUSTRIES)),
        "高端制造类别": draw(st.sampled_from(("", "船舶海工", "其他高端制造"))),
        "数字化技术": draw(st.sampled_from(("", "AI智能算法", "ai智能算法", "仿真分析试验、数字孪生"))),
        "新增销售额": draw(AMOUNTS),
        "新增利润": draw(AMOUNTS | AMOUNTS.map(lambda text: f"-{text}")),
        "节能降耗": draw(AMOUNTS),
        "节汇创汇": draw(AMOUNTS),
        "水平评价": draw(st.sampled_from(LEVELS)),
        "评审结果": draw(st.sampled_from(RESULTS)),
        "未入选原因": draw(st.sampled_from(("", "创新性不足", "材料不完善"))),
    }


YEARS = st.lists(rows(), min_size=1, max_size=12)


def imported(year: int, cells: list[dict[str, str]]) -> list[dict[str, str]]:
    """Import a year of these rows; returns them complete."""
    table = [application_row(f"{year}-{place:04d}", **row) for place, row in enumerate(cells, start=1)]
    with tempfile.TemporaryDirectory() as folder:
        report = import_campaign(write_year(Path(folder), {"applications": table}), by=None)
    assert [str(problem) for problem in report.problems] == []
    return table


def figures_of(year: int) -> dict[str, Any]:
    statistics = statistics_of(CampaignFactory.create(year=year)).as_json()
    loaded: dict[str, Any] = json.loads(json.dumps(statistics))
    return loaded


WINNER = {"评审结果": "一等奖"}


class AgainstAPlainCount(TestCase):
    @settings(max_examples=40)
    @given(YEARS, st.none() | YEARS)
    @example([{}], [{}])
    @example([WINNER], [{}])
    @example([{}], [WINNER])
    @example([WINNER], None)
    def test_any_year(self, cells: list[dict[str, str]], before: list[dict[str, str]] | None) -> None:
        previous = None if before is None else imported(2030, before)
        table = imported(2031, cells)
        imported(2029, [WINNER])  # not compared with
        assert figures_of(2031) == oracle.statistics(2031, table, previous)

    @settings(max_examples=20)
    @given(YEARS)
    def test_every_figure_counts_the_rows_behind_it(self, cells: list[dict[str, str]]) -> None:
        """The list that a figure links to has exactly as many rows as the figure says."""
        imported(2031, cells)
        campaign = CampaignFactory.create(year=2031)
        statistics = statistics_of(campaign)
        counts = {path: figure.count for path, figure in statistics.figures.items()}
        counts |= {f"applications.by_district.{name}": count for name, count in statistics.districts.items()}
        counts |= {f"not_selected.by_reason.{name}": count for name, count in statistics.reasons.items()}
        for path, count in counts.items():
            condition = rows_behind(path)
            assert condition is not None
            assert Application.objects.filter(condition, campaign=campaign).count() == count, path


@pytest.mark.parametrize("year", [2019, 2020])
def test_the_plain_count_agrees_with_the_reference_years(year: int, reference_dir: Path, expected_dir: Path) -> None:
    """So that the count above is no invention of this test."""
    table = read_year(reference_dir / str(year))["applications"]
    previous = read_year(reference_dir / "2019")["applications"] if year == 2020 else None
    expected = json.loads((expected_dir / str(year) / "expected.json").read_text(encoding="utf-8"))
    assert oracle.statistics(year, table, previous) == expected


# ------------------------------------------------------------------ edges
pytestmark = pytest.mark.django_db


def test_a_year_without_applications() -> None:
    """A share of nothing is null, never 0 %."""
    found = figures_of(2021)
    assert found["applications"]["strategic"] == {"count": 0, "share": None}
    assert found["applications"]["by_channel"]["自行申报"] == {"count": 0, "share": None}
    assert found["applications"]["new_sales_yi"] == "0"
    assert found["results"]["private"] == {"count": 0, "share": None, "change_points": None}
    assert found["sme"]["share_of_results"] is None
    assert found["not_selected"] == {"total": 0, "by_reason": {}}


def test_undecided_is_not_not_selected() -> None:
    ApplicationFactory.create()
    ApplicationFactory.create(not_selected=True)
    assert figures_of(2020)["not_selected"] == {"total": 1, "by_reason": {"创新性不足": 1}}


def test_an_empty_reason_counts_in_the_total_only() -> None:
    ApplicationFactory.create(not_selected=True)
    DecisionFactory.create(not_selected=True, not_selected_reason="")
    assert figures_of(2020)["not_selected"] == {"total": 2, "by_reason": {"创新性不足": 1}}


def test_districts_are_units_of_the_channel_not_places() -> None:
    """A group of the same name, and the district where the enterprise sits, do not count."""
    unit = RecommendingUnitFactory.create(name="临港新片区", district="SH-LINGANG")
    ApplicationFactory.create(recommending_unit=unit)
    ApplicationFactory.create(by_group=True)
    ApplicationFactory.create(self_filed=True)
    assert figures_of(2020)["applications"]["by_district"] == {"临港新片区": 1}


def test_what_is_not_accepted_does_not_count() -> None:
    ApplicationFactory.create()
    for state in State:
        ApplicationFactory.create(state=state)
    stopped_or_before = (
        State.DRAFT, State.PENDING_RECOMMENDATION, State.RETURNED, State.NOT_RECOMMENDED, State.FORMAL_CHECK,
        State.CORRECTION, State.REFUSED, State.WITHDRAWN,
    )  # fmt: skip
    assert figures_of(2020)["applications"]["total"] == 1 + len(State) - len(stopped_or_before)


def test_technologies_are_told_apart_to_the_letter() -> None:
    """LIKE takes "ai" for "AI" on SQLite and not on PostgreSQL; a part of a term is another term."""
    for technologies in ("ai智能算法", "AI智能算法平台", "数字在线检测、MES"):
        DecisionFactory.create(application=ApplicationFactory.create(digital_technologies=technologies))
    campaign = CampaignFactory.create()
    assert statistics_of(campaign).context["result_digital_technologies"] == [DigitalTechnology.INLINE_INSPECTION.term]
    ApplicationFactory.create(first_prize=True, digital_technologies="数字孪生、AI智能算法")
    assert statistics_of(campaign).context["result_digital_technologies"] == [
        DigitalTechnology.INLINE_INSPECTION.term,
        DigitalTechnology.AI_ALGORITHMS.term,
    ]


def test_active_districts_are_the_most_active_in_the_order_of_the_list() -> None:
    names = [
        "临港新片区",
        "崇明区市场监督管理局",
        "青浦区市场监督管理局",
        "黄浦区市场监督管理局",
        "浦东新区市场监督管理局",
    ]
    for name, count in zip(names, (1, 2, 1, 1, 3), strict=True):
        ApplicationFactory.create_batch(count, recommending_unit=RecommendingUnitFactory.create(name=name))
    campaign = CampaignFactory.create()
    assert statistics_of(campaign).context["active_districts"] == ["浦东", "崇明", "黄浦", "青浦"]


@pytest.mark.parametrize("size", [1, 3])
def test_the_queries_do_not_grow(size: int, django_assert_num_queries: Any) -> None:
    for year in (2019, 2020):
        ApplicationFactory.create_batch(size, campaign__year=year, first_prize=True)
        ApplicationFactory.create_batch(size, campaign__year=year, not_selected=True, by_group=True)
    campaign = CampaignFactory.create()
    with django_assert_num_queries(6):
        statistics = statistics_of(campaign)
        statistics.as_json()
    assert statistics.count("applications.total") == 2 * size


# ------------------------------------------------------------------ paths
def test_paths_of_printed_values() -> None:
    assert figure_path("results.private.share") == "results.private"
    assert figure_path("results.private.change_points") == "results.private"
    assert figure_path("applications.strategic.count") == "applications.strategic"
    assert figure_path("sme.share_of_results") == "sme.results"
    assert figure_path("applications.total") == "applications.total"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "applications",
        "applications.by_channel.邮寄",
        "applications.by_district.",
        "results.by_grade.特等奖",
        "x.y.z",
    ],
)
def test_a_path_that_counts_nothing_known(path: str) -> None:
    assert rows_behind(path) is None


def test_every_known_path_can_be_counted() -> None:
    for path in COUNTED:
        condition = rows_behind(path)
        assert condition is not None
        assert Application.objects.filter(condition).count() == 0
