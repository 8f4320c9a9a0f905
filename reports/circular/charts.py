"""The charts: rows from the statistics, one Vega-Lite specification, drawn as SVG or PNG.

Bars of one dark colour, each labelled with its value: readable without colour and in grey print.
Zero rows are dropped; a chart of nothing is no chart.
"""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

from .content import Chart, ChartRow, spoken_share
from .fonts import FONT_FOLDER

if TYPE_CHECKING:
    from .parts import Figures

FONT = "Noto Sans CJK SC"  # family inside fonts/NotoSansSC-Regular-GBK.otf
VEGA_LITE = "5.21"
PX_PER_MM = 96 / 25.4
BAR, INK, GRID = "#1f4e79", "#000000", "#c8c8c8"
LABEL_ROOM = 1.35  # the scale reaches beyond the longest bar, for the label at its end
LABEL_SIZE = 14  # px
OTHER = "其他"


def applications_by_channel(f: Figures, number: int) -> Chart | None:
    """图: how the applications came in, in the order of the channels."""
    return _applications(f, number, "applications.by_channel", "年申报项目推荐分布情况", by_size=False)


def applications_by_industry(f: Figures, number: int) -> Chart | None:
    """图: the industries, the largest first and 其他 last."""
    return _applications(f, number, "applications.by_industry", "年申报项目产业分布情况", by_size=True)


def _applications(f: Figures, number: int, path: str, caption: str, *, by_size: bool) -> Chart | None:
    rows = [
        ChartRow(label, block["count"], block["share"], f"{path}.{label}")
        for label, block in f.value(path).items()
        if block["count"] > 0
    ]
    if not rows:
        return None
    if by_size:
        rows.sort(key=lambda row: (row.label == OTHER, -row.count))
    return Chart(number, (f.bound("year"), caption), "项", tuple(rows), describe(rows, "项"), "申报项目数")


def describe(rows: list[ChartRow], unit: str) -> str:
    """Alternative text: every value of the chart in words."""
    return "条形图：" + "；".join(
        f"{row.label}{row.count}{unit}" + (f"，占{spoken_share(row)}" if spoken_share(row) else "") for row in rows
    )


def bar_label(row: ChartRow, unit: str) -> str:
    """The text at the end of a bar."""
    return f"{row.count}{unit}" + (f"（{spoken_share(row)}）" if spoken_share(row) else "")


def specification(chart: Chart, width_mm: float, height_mm: float) -> dict[str, Any]:
    """The chart as Vega-Lite, for a picture of the given size."""
    values = [{"label": row.label, "count": row.count, "text": bar_label(row, chart.unit)} for row in chart.rows]
    longest = max(row.count for row in chart.rows)
    label = {
        "labelFontSize": LABEL_SIZE,
        "titleFontSize": LABEL_SIZE,
        "labelLimit": 300,
        # a bold face would be synthesised
        "titleFontWeight": "normal",
        "labelColor": INK,
        "titleColor": INK,
        "gridColor": GRID,
    }
    return {
        "$schema": f"https://vega.github.io/schema/vega-lite/v{VEGA_LITE.split('.')[0]}.json",
        "description": chart.description,
        "width": round(width_mm * PX_PER_MM),
        "height": round(height_mm * PX_PER_MM),
        "autosize": {"type": "fit", "contains": "padding"},
        "background": None,
        "config": {"font": FONT, "view": {"stroke": None}, "axis": label},
        "data": {"values": values},
        "encoding": {
            "y": {
                "field": "label",
                "type": "nominal",
                "sort": None,
                "scale": {"paddingInner": 0.4, "paddingOuter": 0.2},
                "axis": {"title": None, "ticks": False, "labelPadding": 6},
            },
            "x": {
                "field": "count",
                "type": "quantitative",
                "scale": {"domain": [0, longest * LABEL_ROOM], "nice": False},
                "axis": {
                    "title": f"{chart.axis_title}（{chart.unit}）",
                    "gridDash": [2, 2],
                    "tickCount": min(5, longest),
                    "tickMinStep": 1,
                    "format": "d",
                },
            },
        },
        "layer": [
            {"mark": {"type": "bar", "color": BAR}},
            {
                "mark": {"type": "text", "align": "left", "dx": 6, "fontSize": LABEL_SIZE, "color": INK},
                "encoding": {"text": {"field": "text"}},
            },
        ],
    }


@functools.cache
def _converter() -> Any:
    """vl_convert, imported on first use, with the folder of the fonts registered."""
    import vl_convert

    vl_convert.register_font_directory(str(FONT_FOLDER))
    return vl_convert


@functools.lru_cache(maxsize=64)
def _svg(spec: str) -> str:
    return str(_converter().vegalite_to_svg(spec, vl_version=VEGA_LITE))


@functools.lru_cache(maxsize=16)
def _png(spec: str, scale: float) -> bytes:
    return bytes(_converter().vegalite_to_png(spec, vl_version=VEGA_LITE, scale=scale))


def _text(spec: dict[str, Any]) -> str:
    return json.dumps(spec, ensure_ascii=False, sort_keys=True)


def svg(chart: Chart, width_mm: float, height_mm: float) -> str:
    """The chart as an SVG document whose text stays text."""
    return _svg(_text(specification(chart, width_mm, height_mm)))


def png(chart: Chart, width_mm: float, height_mm: float, scale: float = 3) -> bytes:
    """The chart as a PNG with `scale` pixels for each px of 96 dpi."""
    return _png(_text(specification(chart, width_mm, height_mm)), scale)
