"""The circular as the HTML that WeasyPrint lays out; the format is in page.css.

All text goes through `squeeze` or `escape`: nothing of the content is ever markup.
"""

from __future__ import annotations

import base64
import re
from functools import cache
from itertools import zip_longest
from math import ceil
from pathlib import Path

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from . import charts
from .content import (
    Block,
    Chart,
    ChartRow,
    Circular,
    Item,
    Paragraph,
    Section,
    block_content,
    block_heading,
    plain,
)
from .fitting import Layout
from .fontset import width_pt

PITCH = 10.4455  # mm, one line of the grid
TYPE_AREA_WIDTH = 156.0  # mm
CAPTION_AND_AIR = 12.0  # mm of a figure that are not picture
AXIS, BAR_STEP = 16.0, 6.6  # mm of a picture for the axis, and for each bar
LEAST_LINES = 5  # of a figure
TABLE_ROW = 7.8  # mm, line height of .values
CHARACTER_PT, SPACING_PT = 16.0, -0.22
MM_PER_PT = 25.4 / 72

OPENING = "（〔《〈“‘【「『"
CLOSING = "）〕》〉”’】」』"
STOPS = "，。、；：？！"
TOGETHER = re.compile(r"图[0-9]+|[0-9]{4}—[0-9]{4}")  # never broken at the end of a line


def squeeze(text: str) -> SafeString:
    """Escaped text with the punctuation marked that is set in half its width beside other punctuation.

    Of two neighbours the one whose blank half lies between them is marked: a closing mark or stop
    before any other mark, an opening mark after another opening mark. 图1 and 2021—2023 stay together.
    """
    out: list[str] = []
    ends = {match.start(): match.end() for match in TOGETHER.finditer(text)}
    end = -1
    for at, (before, char, after) in enumerate(zip("\0" + text, text, text[1:] + "\0", strict=False)):
        if at in ends:
            out.append('<span class="together">')
            end = ends[at]
        closes = char in CLOSING + STOPS and after in OPENING + CLOSING + STOPS
        opens = char in OPENING and before in OPENING
        out.append(f'<span class="halt">{escape(char)}</span>' if closes or opens else escape(char))
        if at + 1 == end:
            out.append("</span>")
    return mark_safe("".join(out))  # noqa: S308 - every character is escaped above


def _lines_of_figure(chart: Chart, step: int) -> int:
    usual = ceil((CAPTION_AND_AIR + AXIS + BAR_STEP * len(chart.rows)) / PITCH)
    return max(LEAST_LINES, usual) + step if step >= 0 else max(LEAST_LINES - 1, usual + step)


def exhibit(chart: Chart, layout: Layout) -> SafeString:
    """A chart, its caption below, and the table of its values; whole lines high."""
    height = _lines_of_figure(chart, layout.chart_step) * PITCH
    picture = height - CAPTION_AND_AIR
    svg = charts.svg(chart, TYPE_AREA_WIDTH, picture)
    halves = ceil(len(chart.rows) / 2)
    table_lines = ceil((TABLE_ROW * (halves + 1) + 2) / PITCH)
    return format_html(
        '<div class="exhibit" data-chart="{}" style="height:{}mm"><figure style="height:{}mm">'
        '<img style="height:{}mm" src="data:image/svg+xml;base64,{}" alt="{}">'
        "<figcaption>{}</figcaption></figure>{}</div>",
        chart.number,
        f"{height + table_lines * PITCH:.4f}",
        f"{height:.4f}",
        f"{picture:.3f}",
        base64.b64encode(svg.encode()).decode(),
        chart.description,
        squeeze(block_heading(chart)),
        values_table(chart, halves),
    )


def values_table(chart: Chart, halves: int) -> SafeString:
    """The values of a chart, two rows side by side; a single row stands alone."""
    rows = list(zip_longest(chart.rows[:halves], chart.rows[halves:]))
    sides = ("label", "label second") if len(chart.rows) > 1 else ("label",)
    head = format_html_join(
        "",
        '<th scope="col" class="{}">类别</th><th scope="col" class="count">数量（{}）</th>'
        '<th scope="col" class="share">占比</th>',
        ((side, chart.unit) for side in sides),
    )
    body = format_html_join(
        "\n",
        "<tr>{}</tr>",
        (
            (format_html_join("", "{}", ((_cells(row, side),) for row, side in zip(pair, sides, strict=False))),)
            for pair in rows
        ),
    )
    return format_html(
        '<table class="values{}"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>',
        "" if len(sides) > 1 else " one",
        head,
        body,
    )


def _cells(row: ChartRow | None, name: str) -> SafeString:
    if row is None:
        return format_html("{0}{0}{0}", mark_safe("<td></td>"))
    return format_html(
        '<th scope="row" class="{}">{}</th><td class="count">{}</td><td class="share">{}</td>',
        name,
        row.label,
        row.count,
        row.share or "—",
    )


def _block(block: Block, layout: Layout, last: bool) -> SafeString:
    if isinstance(block, Chart):
        return exhibit(block, layout)
    text = squeeze(plain(block_content(block)))
    held = " last" if last and layout.hold_tail else ""
    if isinstance(block, Paragraph):
        return format_html('<p class="text{}">{}</p>', held, text)
    tag = "h2" if isinstance(block, Section) else "h3" if block.ordinal.startswith("（") else "h4"
    heading = format_html("<{0}>{1}</{0}>", tag, squeeze(block_heading(block)))
    if not text:
        return heading
    return format_html('<div class="text{}">{}<span>{}</span></div>', held, heading, text)


def _signature(circular: Circular) -> SafeString:
    if circular.sealed:
        width = width_pt(circular.signed_text, "body", CHARACTER_PT, SPACING_PT) * MM_PER_PT
        style = format_html(' style="width:{}mm"', f"{width:.2f}")
    else:
        style = mark_safe("")
    return format_html(
        '<div class="signature{}"><div class="box"{}><p class="issuer">{}</p><p class="date">{}</p></div></div>',
        "" if circular.sealed else " unsealed",
        style,
        circular.issuer,
        circular.signed_text,
    )


def _imprint(circular: Circular) -> SafeString:
    imprint = circular.imprint
    copies = format_html('<span class="copies">{}</span>', squeeze(imprint.copies)) if imprint.copies else ""
    return format_html(
        '<span class="imprint"><span class="frame">{}<span class="printed"><span>{}</span>'
        '<span class="day">{}</span></span></span></span>',
        copies,
        imprint.printed_by,
        circular.printed_text,
    )


def arranged(blocks: tuple[Block, ...], delays: tuple[tuple[int, int], ...]) -> list[Block]:
    """The blocks with the charts of `delays` put behind that many of the paragraphs that follow them.

    A chart never passes a section or a heading that stands alone, nor another chart.
    """
    out = list(blocks)
    for number, paragraphs in sorted(delays, reverse=True):
        at = next(index for index, block in enumerate(out) if isinstance(block, Chart) and block.number == number)
        for _paragraph in range(paragraphs):
            if at + 1 >= len(out) or not isinstance(out[at + 1], Item | Paragraph):
                break
            out[at], out[at + 1] = out[at + 1], out[at]
            at += 1
    return out


@cache
def style_sheet() -> str:
    """page.css."""
    return (Path(__file__).parent / "page.css").read_text(encoding="utf-8")


def page(circular: Circular, layout: Layout) -> str:
    """The whole document in one layout."""
    tail = "tail held" if layout.hold_tail else "tail"
    room = format_html(' style="padding-bottom:{}mm"', f"{layout.tail_room * PITCH:.3f}") if layout.tail_room else ""
    created = circular.signed_on.isoformat() if circular.signed_on else ""
    return format_html(
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="author" content="{issuer}"><meta name="description" content="{number}">{created}</head>\n'
        '<body><div class="head"><div class="mark">{mark}</div><div class="number">{number_text}</div>'
        '<div class="rule"></div></div>\n<h1>{heading}</h1>\n<p class="addressee">{addressee}</p>\n{body}\n'
        '<div class="{tail}"{room}>{signature}{note}</div>\n<div class="anchor{newpage}">{imprint}</div></body></html>',
        title=circular.title_text,
        issuer=circular.issuer,
        number=circular.document_number,
        created=format_html('<meta name="dcterms.created" content="{}">', created) if created else "",
        mark=squeeze(circular.mark),
        number_text=squeeze(circular.document_number),
        heading=format_html_join(mark_safe("<br>"), "{}", ((squeeze(plain(line)),) for line in circular.title)),
        addressee=squeeze(circular.addressee),
        body=format_html_join(
            "\n",
            "{}",
            (
                (_block(block, layout, block is circular.blocks[-1]),)
                for block in arranged(circular.blocks, layout.delays)
            ),
        ),
        tail=tail,
        room=room,
        signature=_signature(circular),
        note=format_html('<p class="note">{}</p>', squeeze(circular.note)) if circular.note else "",
        newpage=" newpage" if layout.imprint_on_new_page else "",
        imprint=_imprint(circular),
    )
