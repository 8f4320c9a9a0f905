"""The circular as HTML: a page of its own for export, or a fragment for a page of the portal.

Every bound figure is marked up with its name, so that a reader can go from a number to its rows::

    <a class="figure" data-figure="results.private.share" href="…">25%</a>

The fragment has no style element, no script and no style attributes: it stands under a
Content-Security-Policy without 'unsafe-inline'. Classes start with ``circular``; screen.css draws them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from . import charts
from .content import (
    Block,
    BoundFigure,
    Chart,
    ChartRow,
    Circular,
    Inline,
    Paragraph,
    Quoted,
    Section,
    Subsection,
    block_content,
    count_figure,
    share_figure,
)

CHART_WIDTH, CHART_AXIS, CHART_BAR = 156.0, 16.0, 8.0  # mm at 96 dpi; the page scales the picture
# Inside an image with a text alternative, the parts need none; Vega's are English.
INNER_ATTRIBUTES = re.compile(r' (?:aria-[a-z]+|role|class|version|xmlns:xlink)="[^"]*"')


def render_html(circular: Circular, links: Mapping[str, str] | None = None, standalone: bool = True) -> str:
    """The circular as HTML; `links` maps the name of a figure to the address of its rows."""
    page = _Page(links or {}, 1 if standalone else 2)
    body = page.article(circular)
    if not standalone:
        return body
    return format_html(
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{}</title>\n'
        "<style>\n{}</style>\n</head>\n<body>\n{}\n</body>\n</html>\n",
        circular.title_text,
        _style_sheet(),
        body,
    )


@cache
def _style_sheet() -> SafeString:
    css = (Path(__file__).parent / "screen.css").read_text(encoding="utf-8")
    return mark_safe(css)  # noqa: S308 - a file of this package


def chart_svg(chart: Chart) -> SafeString:
    """The chart as inline SVG: one image for assistive technology, without inline style."""
    drawn = charts.svg(chart, CHART_WIDTH, CHART_AXIS + CHART_BAR * len(chart.rows))
    bare = INNER_ATTRIBUTES.sub("", drawn)
    label = format_html('<svg role="img" aria-label="{}"', chart.description)
    return mark_safe(bare.replace("<svg", label, 1))  # noqa: S308 - Vega escapes the labels


class _Page:
    """Renders the parts with the links of one page; `top` is the level of the title's heading."""

    def __init__(self, links: Mapping[str, str], top: int) -> None:
        self.links = links
        self.top = top

    def figure(self, figure: BoundFigure) -> SafeString:
        """A number with its name, linked where the page has an address for it."""
        address = self.links.get(figure.name)
        if address is None:
            return format_html('<span class="figure" data-figure="{}">{}</span>', figure.name, figure.text)
        return format_html('<a class="figure" data-figure="{}" href="{}">{}</a>', figure.name, address, figure.text)

    def inline(self, content: Inline) -> SafeString:
        """Inline parts."""
        return _joined(
            self.figure(part)
            if isinstance(part, BoundFigure)
            else format_html('<span class="quoted">{}</span>', part.text)
            if isinstance(part, Quoted)
            else escape(part)
            for part in content
        )

    def heading(self, below: int, name: str, content: SafeString | str) -> SafeString:
        """A heading `below` levels under the title."""
        return format_html('<h{0} class="circular-{1}">{2}</h{0}>', self.top + below, name, content)

    def block(self, block: Block) -> SafeString:
        """One block of the body."""
        if isinstance(block, Chart):
            return self.chart(block)
        text = self.inline(block_content(block))
        if isinstance(block, Paragraph):
            return format_html("<p>{}</p>", text)
        if isinstance(block, Section):
            return self.heading(1, "section", block.ordinal + block.heading)
        below, name = (2, "subsection") if isinstance(block, Subsection) else (3, "item")
        heading = self.heading(below, name, block.ordinal + block.heading)
        return format_html('<div class="circular-run">{}<span>{}</span></div>', heading, text) if text else heading

    def chart(self, chart: Chart) -> SafeString:
        """A chart and, below it, the table of the same values."""
        number = format_html("图{}　", chart.number)
        rows = _joined((self.row(row) for row in chart.rows), "\n")
        return format_html(
            '<div class="circular-chart"><figure>{}<figcaption>{}{}</figcaption></figure>'
            '<table class="circular-values"><thead><tr><th scope="col">类别</th>'
            '<th scope="col" class="circular-value">数量（{}）</th><th scope="col" class="circular-value">占比</th>'
            "</tr></thead><tbody>{}</tbody></table></div>",
            chart_svg(chart),
            number,
            self.inline(chart.caption),
            chart.unit,
            rows,
        )

    def row(self, row: ChartRow) -> SafeString:
        """A row of the table of values."""
        share = share_figure(row)
        return format_html(
            '<tr><th scope="row">{}</th><td class="circular-value">{}</td><td class="circular-value">{}</td></tr>',
            row.label,
            self.figure(count_figure(row)),
            self.figure(share) if share else "—",
        )

    def article(self, circular: Circular) -> SafeString:
        """The whole circular."""
        title = _joined((self.inline(line) for line in circular.title), "<br>")
        note = format_html("<p>{}</p>\n", circular.note) if circular.note else ""
        return format_html(
            '<article class="circular" lang="zh-CN">\n<p class="circular-mark">{}</p>\n'
            '<p class="circular-number">{}</p>\n{}\n<p class="circular-addressee">{}</p>\n{}\n'
            '<div class="circular-signature"><p>{}</p><p>{}</p></div>\n{}{}</article>',
            circular.mark,
            circular.document_number,
            self.heading(0, "title", title),
            circular.addressee,
            _joined((self.block(block) for block in circular.blocks), "\n"),
            circular.issuer,
            _day(circular.signed_on, circular.signed_text),
            note,
            _imprint(circular),
        )


def _joined(parts: Iterable[SafeString], between: str = "") -> SafeString:
    return format_html_join(mark_safe(between), "{}", ((part,) for part in parts))  # noqa: S308 - our markup


def _day(day: date | None, text: str) -> SafeString:
    if day is None:
        return escape(text)
    return format_html('<time datetime="{}">{}</time>', day.isoformat(), text)


def _imprint(circular: Circular) -> SafeString:
    imprint = circular.imprint
    copies = format_html("<p>{}</p>", imprint.copies) if imprint.copies else ""
    return format_html(
        '<div class="circular-imprint">{}<p><span>{}</span> <span>{}</span></p></div>\n',
        copies,
        imprint.printed_by,
        _day(imprint.printed_on, circular.printed_text),
    )
