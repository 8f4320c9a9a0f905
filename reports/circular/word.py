"""The circular as an editable Word file, from the same content model as the PDF.

Fonts are named as on office computers and not embedded; line and page breaks depend on the program
that opens the file. The PDF is the record. Lengths are in points, characters (一字) or millimetres as
named; the format is that of GB/T 9704-2012.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from . import charts
from .content import (
    Block,
    Chart,
    Circular,
    Imprint,
    Item,
    Paragraph,
    Section,
    block_content,
    block_heading,
    plain,
)
from .word_xml import element, field, put, save, set_fonts, set_widths, table_borders

FANG, KAI, HEI, SONG, BIAO = "仿宋_GB2312", "楷体_GB2312", "黑体", "宋体", "方正小标宋简体"
LATIN = "Times New Roman"
RED = "E60012"
SIZE_2, SIZE_3, SIZE_4 = 22, 16, 14  # pt: 二号, 三号, 四号
LINE = 28.99  # pt: 22 lines in 225 mm
CHARACTER = 15.75  # pt: 28 characters in 156 mm
TYPE_AREA = 8845  # 156 mm in twentieths of a point
PICTURE_MM = 150.0
CENTRE, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
LEFT, JUSTIFY = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.JUSTIFY


@dataclass(frozen=True, slots=True)
class Form:
    """How a paragraph is set; `indent` and `right` in characters, the rest in points."""

    size: float = SIZE_3
    indent: int = 2
    align: Any = JUSTIFY
    line: float = LINE
    before: float = 0
    right: float = 0
    style: str | None = None
    color: str | None = None
    keep: bool = False


HEADINGS = ((Section, HEI, "Heading 1"), (Item, FANG, "Heading 3"))


def render_docx(circular: Circular) -> bytes:
    """The circular as a Word file; the same circular gives the same bytes."""
    document = Document()
    _set_up_page(document)
    _set_up_styles(document)
    _set_up_properties(document, circular)
    _head(document, circular)
    for block in circular.blocks:
        _block(document, block)
    _signature(document, circular)
    _imprint(document, circular.imprint, circular.printed_text)
    return save(document)


# ------------------------------------------------------------------------------ paragraphs


def _run(paragraph: Any, text: str, chinese: str, size: float, color: str | None = None, latin: str = LATIN) -> Any:
    run = paragraph.add_run(text)
    run.font.size = Pt(size)
    set_fonts(run._r.get_or_add_rPr(), chinese, latin)
    if color:
        run.font.color.rgb = RGBColor.from_string(color)
    return run


def _paragraph(document: Any, parts: list[tuple[str, str]], form: Form) -> Any:
    """A paragraph of (text, Chinese font) parts."""
    paragraph = document.add_paragraph(style=form.style)
    paragraph.alignment = form.align
    spacing = paragraph.paragraph_format
    spacing.space_before, spacing.space_after = Pt(form.before), Pt(0)
    spacing.line_spacing_rule, spacing.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(form.line)
    if form.keep:
        spacing.keep_with_next = True
    if form.right:
        spacing.right_indent = Pt(form.right * CHARACTER)
    if form.indent:
        spacing.first_line_indent = Pt(form.indent * CHARACTER)
        paragraph._p.get_or_add_pPr().ind.set(qn("w:firstLineChars"), str(form.indent * 100))
    for text, chinese in parts:
        _run(paragraph, text, chinese, form.size, form.color)
    return paragraph


# ------------------------------------------------------------------------------ document


def _set_up_page(document: Any) -> None:
    """A4, 版心 156 x 225 mm (5.2.1), page numbers outside (7.5)."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)
    document.settings.odd_and_even_pages_header_footer = True
    _page_number(section.footer.paragraphs[0], "right", RIGHT)
    _page_number(section.even_page_footer.paragraphs[0], "left", LEFT)
    # Lines only: type linesAndChars is spread far too wide by LibreOffice, so the pitch of the
    # characters is set by the style Normal instead.
    put(section._sectPr, element("docGrid", type="lines", linePitch=580))


def _page_number(paragraph: Any, side: str, align: Any) -> None:
    paragraph.alignment = align
    setattr(paragraph.paragraph_format, f"{side}_indent", Pt(SIZE_4))
    paragraph._p.pPr.ind.set(qn(f"w:{side}Chars"), "100")
    _run(paragraph, "— ", SONG, SIZE_4, latin=SONG)
    field(_run(paragraph, "", SONG, SIZE_4, latin=SONG), "PAGE")
    _run(paragraph, " —", SONG, SIZE_4, latin=SONG)


def _set_up_styles(document: Any) -> None:
    normal = document.styles["Normal"]
    normal.font.size = Pt(SIZE_3)
    properties = normal.element.get_or_add_rPr()
    set_fonts(properties, FANG, LATIN)
    put(properties, element("spacing", val=-5))  # twentieths of a point
    put(properties, element("lang", val="en-US", eastAsia="zh-CN"))
    # No automatic space between Chinese and digits: it would shift the date and the 28 characters.
    for name in ("autoSpaceDE", "autoSpaceDN"):
        put(normal.element.get_or_add_pPr(), element(name, val=0))
    for name, chinese in (("Heading 1", HEI), ("Heading 2", KAI), ("Heading 3", FANG), ("Title", BIAO)):
        style = document.styles[name]
        style.font.size, style.font.bold, style.font.italic = Pt(SIZE_3), False, False
        style.font.color.rgb = RGBColor(0, 0, 0)
        set_fonts(style.element.get_or_add_rPr(), chinese, LATIN)
        properties = style.element.pPr
        for border in properties.findall(qn("w:pBdr")) if properties is not None else ():
            properties.remove(border)


def _set_up_properties(document: Any, circular: Circular) -> None:
    """Title and author; the dates are those of the circular, never of the clock."""
    core = document.core_properties
    core.title, core.author, core.last_modified_by = circular.title_text, circular.issuer, circular.issuer
    core.subject, core.language, core.comments, core.revision = circular.document_number, "zh-CN", "", 1
    day = circular.signed_on
    core.created = core.modified = datetime.combine(day or date(circular.year, 1, 1), time(), UTC)


def _head(document: Any, circular: Circular) -> None:
    """版头, 标题 and 主送机关 (7.2, 7.3.1, 7.3.2)."""
    _paragraph(document, [(circular.mark, BIAO)], Form(size=32, indent=0, align=CENTRE, line=40, before=96, color=RED))
    number = _paragraph(document, [(circular.document_number, FANG)], Form(indent=0, align=CENTRE, before=2 * LINE))
    rule = element("pBdr")
    rule.append(element("bottom", val="single", sz=16, space=11, color=RED))  # 2 pt thick, 4 mm below
    put(number._p.get_or_add_pPr(), rule)
    for index, line in enumerate(circular.title):
        _paragraph(
            document,
            [(plain(line), BIAO)],
            Form(size=SIZE_2, indent=0, align=CENTRE, before=0 if index else 2 * LINE, style="Title"),
        )
    _paragraph(document, [(circular.addressee, FANG)], Form(indent=0, before=LINE))


def _block(document: Any, block: Block) -> None:
    if isinstance(block, Chart):
        _chart(document, block)
        return
    text = plain(block_content(block))
    if isinstance(block, Paragraph):
        _paragraph(document, [(text, FANG)], Form())
        return
    face, style = next(((face, style) for kind, face, style in HEADINGS if isinstance(block, kind)), (KAI, "Heading 2"))
    parts = [(block_heading(block), face)]
    if text:
        # A heading run into its paragraph: Word has one style per paragraph, so it is that of the body.
        _paragraph(document, [*parts, (text, FANG)], Form())
    else:
        _paragraph(document, parts, Form(style=style, keep=True))


# ------------------------------------------------------------------------------ charts


def _chart(document: Any, chart: Chart) -> None:
    """The picture with its alternative text, the caption below, and the table of the same values."""
    height = 14.0 + 8.0 * len(chart.rows)
    holder = document.add_paragraph()
    holder.alignment = CENTRE
    holder.paragraph_format.space_after = Pt(0)
    holder.paragraph_format.keep_with_next = True
    picture = holder.add_run().add_picture(io.BytesIO(charts.png(chart, PICTURE_MM, height)), width=Mm(PICTURE_MM))
    picture._inline.docPr.set("name", f"图{chart.number}")
    picture._inline.docPr.set("descr", chart.description)
    _paragraph(document, [(block_heading(chart), KAI)], Form(size=SIZE_4, indent=0, align=CENTRE, keep=True))
    head = ("类别", f"数量（{chart.unit}）", "占比")
    rows = [head, *((row.label, str(row.count), row.share or "—") for row in chart.rows)]
    table = document.add_table(len(rows), len(head))
    set_widths(table, [TYPE_AREA - 2 * 2000, 2000, 2000])
    table_borders(table, outer=8, inner=None)
    for number, (row, texts) in enumerate(zip(table.rows, rows, strict=True)):
        put(row._tr.get_or_add_trPr(), element("cantSplit"))
        for cell, text, align in zip(row.cells, texts, (LEFT, RIGHT, RIGHT), strict=True):
            _cell(cell, text, align, keep=number < len(rows) - 1)
            if not number:
                below = element("tcBorders")
                below.append(element("bottom", val="single", sz=6, space=0, color="000000"))
                put(cell._tc.get_or_add_tcPr(), below)
    put(table.rows[0]._tr.get_or_add_trPr(), element("tblHeader"))


def _cell(cell: Any, text: str, align: Any, *, keep: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = align
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(0)
    if keep:
        paragraph.paragraph_format.keep_with_next = True
    _run(paragraph, text, FANG, SIZE_4)


# ------------------------------------------------------------------------------ signature and imprint


def _characters(text: str) -> float:
    """Width of a text in Chinese characters."""
    return sum(0.5 if char.isascii() else 1.0 for char in text)


def _signature(document: Any, circular: Circular) -> None:
    """署名 and 成文日期 (7.3.5), then 附注 (7.3.6)."""
    issuer, date = circular.issuer, circular.signed_text
    wider = _characters(issuer) - _characters(date)
    if circular.sealed:  # the date ends 4 characters from the edge, the issuer is centred over it
        issuer_right, date_right = 4 - wider / 2, 4.0
    else:  # the issuer ends 2 characters from the edge, the date starts 2 right of it
        issuer_right, date_right = 2.0, wider
    _paragraph(document, [(issuer, FANG)], Form(indent=0, align=RIGHT, before=LINE, right=issuer_right, keep=True))
    _paragraph(document, [(date, FANG)], Form(indent=0, align=RIGHT, right=date_right, keep=bool(circular.note)))
    if circular.note:
        _paragraph(document, [(circular.note, FANG)], Form())


def _imprint(document: Any, imprint: Imprint, printed: str) -> None:
    """版记 (7.4): a table that floats at the foot of the type area of the last page."""
    rows = ([(imprint.copies, "")] if imprint.copies else []) + [(imprint.printed_by, printed)]
    table = document.add_table(len(rows), 2)
    set_widths(table, [TYPE_AREA - 4000, 4000])
    table_borders(table, outer=8, inner=6)
    put(
        table._tbl.tblPr,
        element("tblpPr", horzAnchor="margin", vertAnchor="margin", tblpXSpec="center", tblpYSpec="bottom"),
    )
    for row, (left, right) in zip(table.rows, rows, strict=True):
        if not right:
            row.cells[0].merge(row.cells[1])
        _cell(row.cells[0], left, LEFT)
        if right:
            _cell(row.cells[1], right, RIGHT)
    last = document.add_paragraph()  # Word wants a paragraph after a table
    last.paragraph_format.space_after = Pt(0)
    last.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    last.paragraph_format.line_spacing = Pt(1)
