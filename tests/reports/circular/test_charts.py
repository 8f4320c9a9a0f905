"""The charts: their rows, their values, the same picture every time."""

from __future__ import annotations

import re

from reports.circular import charts
from reports.circular.content import BoundFigure, Chart, count_figure, share_figure
from reports.circular.parts import Figures

from .support import demo_circular, empty_statistics, statistics


def chart_of(year: int, number: int) -> Chart:
    return [block for block in demo_circular(year).blocks if isinstance(block, Chart)][number - 1]


def test_rows_of_2020():
    assert [(row.label, row.count, row.share) for row in chart_of(2020, 1).rows] == [
        ("区市场监管局", 74, "51%"),
        ("集团公司", 58, "40%"),
        ("行业协会", 7, "5%"),
        ("自行申报", 6, "4%"),
    ]
    assert [(row.label, row.count, row.share) for row in chart_of(2020, 2).rows] == [
        ("高端装备制造", 58, "40%"),
        ("新一代信息技术", 20, "14%"),
        ("新能源", 16, "11%"),
        ("新材料", 14, "10%"),
        ("节能环保", 12, "8%"),
        ("生物", 12, "8%"),
        ("新能源汽车", 3, "2%"),
        ("其他", 10, "7%"),
    ]


def test_rows_carry_the_names_of_their_figures():
    row = chart_of(2020, 1).rows[1]
    assert count_figure(row) == BoundFigure("applications.by_channel.集团公司.count", "58")
    assert share_figure(row) == BoundFigure("applications.by_channel.集团公司.share", "40%")


def test_description_says_every_value():
    assert chart_of(2020, 1).description == (
        "条形图：区市场监管局74项，占51%；集团公司58项，占40%；行业协会7项，占5%；自行申报6项，占4%"
    )


def test_nothing_makes_no_chart():
    assert charts.applications_by_channel(Figures(empty_statistics()), 1) is None


def test_the_scale_starts_at_zero_and_the_ink_is_dark():
    spec = charts.specification(chart_of(2020, 1), 156, 60)
    assert spec["encoding"]["x"]["scale"]["domain"][0] == 0
    assert spec["layer"][0]["mark"]["color"] == "#1f4e79"


def test_svg_has_every_value_as_text_and_no_style():
    drawn = charts.svg(chart_of(2020, 2), 156, 80)
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", drawn)
    assert "58项（40%）" in texts
    assert "新一代信息技术" in texts
    assert "style" not in drawn
    assert "Noto Sans CJK SC" in drawn


def test_drawn_twice_is_the_same():
    chart = chart_of(2020, 1)
    first_svg, first_png = charts.svg(chart, 156, 60), charts.png(chart, 150, 50)
    charts._svg.cache_clear()
    charts._png.cache_clear()
    assert charts.svg(chart, 156, 60) == first_svg
    assert charts.png(chart, 150, 50) == first_png
    assert first_png.startswith(b"\x89PNG")


def test_markup_in_a_label_is_text():
    found = Figures(statistics(applications__by_channel={"<b>&": {"count": 1, "share": "100%"}}))
    chart = charts.applications_by_channel(found, 1)
    assert chart is not None
    assert "<b>" not in charts.svg(chart, 156, 60)
    assert "&lt;b&gt;&amp;" in charts.svg(chart, 156, 60)
