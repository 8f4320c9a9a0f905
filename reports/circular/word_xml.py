"""WordprocessingML that python-docx does not write: East Asian fonts, borders, fields, fixed archives.

Word rejects a file whose property elements are out of order, so every element goes in by `put`.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

# Order of the children in the schema (ISO/IEC 29500-1, 17.3.1.26, 17.3.2.28, 17.4.59).
ORDER = {
    name: children.split()
    for name, children in {
        "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd "
        "tabs suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi "
        "adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc "
        "textDirection textAlignment textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange",
        "rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof "
        "snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd "
        "fitText vertAlign rtl cs em lang eastAsianLayout specVanish oMath",
        "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc "
        "tblCellSpacing tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription",
        "trPr": "cnfStyle divId gridBefore gridAfter wBefore wAfter cantSplit trHeight tblHeader "
        "tblCellSpacing jc hidden",
        "tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign "
        "hideMark",
        "sectPr": "headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders "
        "lnNumType pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter "
        "docGrid",
    }.items()
}
EPOCH = (1980, 1, 1, 0, 0, 0)  # of every entry of the archive: the same circular gives the same bytes


def local_name(node: Any) -> str:
    """The name of an element without its namespace."""
    return str(node.tag).rsplit("}", 1)[-1]


def element(name: str, **attributes: object) -> Any:
    """A w: element with w: attributes."""
    node = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        node.set(qn(f"w:{key}"), str(value))
    return node


def put(parent: Any, child: Any) -> Any:
    """Insert `child` where the schema wants it, in place of an element of the same name."""
    order = ORDER[local_name(parent)]
    rank = order.index(local_name(child))
    for old in parent.findall(child.tag):
        parent.remove(old)
    for index, sibling in enumerate(parent):
        if local_name(sibling) in order and order.index(local_name(sibling)) > rank:
            parent.insert(index, child)
            return child
    parent.append(child)
    return child


def set_fonts(run_properties: Any, chinese: str, latin: str) -> None:
    """Name the fonts of all scripts; python-docx alone sets only the Latin slot."""
    put(run_properties, element("rFonts", ascii=latin, hAnsi=latin, cs=latin, eastAsia=chinese, hint="eastAsia"))


def field(run: Any, instruction: str) -> None:
    """Make a run a field such as PAGE."""
    text = OxmlElement("w:instrText")
    text.text = f" {instruction} "
    run._r.append(element("fldChar", fldCharType="begin"))
    run._r.append(text)
    run._r.append(element("fldChar", fldCharType="end"))


def table_borders(table: Any, outer: int, inner: int | None) -> None:
    """Horizontal rules only; widths in eighths of a point, `inner` None for none."""
    borders = element("tblBorders")
    borders.append(element("top", val="single", sz=outer, space=0, color="000000"))
    borders.append(element("bottom", val="single", sz=outer, space=0, color="000000"))
    if inner is not None:
        borders.append(element("insideH", val="single", sz=inner, space=0, color="000000"))
    put(table._tbl.tblPr, borders)


def set_widths(table: Any, widths: list[int]) -> None:
    """Fixed column widths in twentieths of a point."""
    table.autofit = False
    put(table._tbl.tblPr, element("tblW", w=sum(widths), type="dxa"))
    for column, width in zip(table._tbl.tblGrid.findall(qn("w:gridCol")), widths, strict=True):
        column.set(qn("w:w"), str(width))
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            put(cell._tc.get_or_add_tcPr(), element("tcW", w=width, type="dxa"))


def save(document: Any) -> bytes:
    """The document as bytes that depend on its content alone."""
    written = io.BytesIO()
    document.save(written)
    fixed = io.BytesIO()
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(fixed, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            entry.create_system = 3
            target.writestr(entry, source.read(name))
    return fixed.getvalue()
