"""The Word file, tested on its XML."""

from __future__ import annotations

import io
import time
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from docx import Document
from lxml import etree  # type: ignore[import-untyped]

from reports.circular import Circular, render
from reports.circular.content import Chart
from reports.circular.word_xml import ORDER, local_name

from .support import NUMBER, REFERENCE, demo_circular, empty_statistics, is_subsequence, plain_circular

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"


@pytest.fixture(scope="module")
def docx_2020() -> bytes:
    return render(demo_circular(2020), "docx")


def part(content: bytes, name: str) -> Any:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return etree.fromstring(archive.read(name))


def paragraphs(content: bytes) -> list[str]:
    """Text of the paragraphs in document order, those of tables included."""
    body = part(content, "word/document.xml")
    return ["".join(node.text or "" for node in paragraph.iter(f"{W}t")) for paragraph in body.iter(f"{W}p")]


def test_every_run_names_a_chinese_font(docx_2020):
    for run in part(docx_2020, "word/document.xml").iter(f"{W}r"):
        if run.find(f"{W}t") is None:
            continue
        fonts = run.find(f"{W}rPr/{W}rFonts")
        assert fonts.get(f"{W}eastAsia") in ("仿宋_GB2312", "楷体_GB2312", "黑体", "方正小标宋简体")
        assert not [key for key in fonts.attrib if "heme" in key]


def test_headings_have_the_faces_of_the_standard(docx_2020):
    faces = {}
    for run in part(docx_2020, "word/document.xml").iter(f"{W}r"):
        text = "".join(node.text or "" for node in run.iter(f"{W}t"))
        fonts = run.find(f"{W}rPr/{W}rFonts")
        if fonts is not None:
            faces[text] = fonts.get(f"{W}eastAsia")
    assert faces["一、总体情况"] == "黑体"
    assert faces["（一）申报情况"] == "楷体_GB2312"
    assert faces["1．申报渠道多样。"] == "仿宋_GB2312"
    assert faces["上海市市场监督管理局文件"] == "方正小标宋简体"


def test_page_has_the_type_area_of_the_standard(docx_2020):
    section = Document(io.BytesIO(docx_2020)).sections[0]
    sizes = (
        section.page_width,
        section.page_height,
        section.top_margin,
        section.bottom_margin,
        section.left_margin,
        section.right_margin,
    )
    assert [round(size.mm) for size in sizes if size is not None] == [210, 297, 37, 35, 28, 26]


def test_page_numbers_stand_outside_on_odd_and_even_pages(docx_2020):
    document = Document(io.BytesIO(docx_2020))
    assert document.settings.odd_and_even_pages_header_footer
    section = document.sections[0]
    for footer, align, side in ((section.footer, 2, "rightChars"), (section.even_page_footer, 0, "leftChars")):
        (paragraph,) = footer.paragraphs
        assert paragraph.alignment == align
        assert paragraph._p.pPr.ind.get(f"{W}{side}") == "100"
        assert "".join(node.text for node in paragraph._p.iter(f"{W}t", f"{W}instrText")) == "—  PAGE  —"


def test_charts_have_alternative_text_and_a_table(docx_2020):
    charts = [block for block in demo_circular(2020).blocks if isinstance(block, Chart)]
    described = [node.get("descr") for node in part(docx_2020, "word/document.xml").iter(f"{WP}docPr")]
    assert described == [chart.description for chart in charts]
    tables = Document(io.BytesIO(docx_2020)).tables
    assert [[cell.text for cell in row.cells] for row in tables[0].rows] == [
        ["类别", "数量（项）", "占比"],
        ["区市场监管局", "74", "51%"],
        ["集团公司", "58", "40%"],
        ["行业协会", "7", "5%"],
        ["自行申报", "6", "4%"],
    ]
    assert tables[0].rows[0]._tr.get_or_add_trPr().find(f"{W}tblHeader") is not None
    assert len(tables) == 3


def test_imprint_floats_at_the_foot_of_the_page(docx_2020):
    table = Document(io.BytesIO(docx_2020)).tables[-1]
    place = table._tbl.tblPr.find(f"{W}tblpPr")
    assert (place.get(f"{W}vertAnchor"), place.get(f"{W}tblpYSpec")) == ("margin", "bottom")
    assert [cell.text for cell in table.rows[-1].cells] == ["上海市市场监督管理局办公室", "2020年9月23日印发"]


@pytest.mark.parametrize("name", ["word/document.xml", "word/styles.xml", "word/footer1.xml", "word/footer2.xml"])
def test_property_elements_follow_the_schema(docx_2020, name):
    for node in part(docx_2020, name).iter():
        order = ORDER.get(local_name(node)) if isinstance(node.tag, str) else None
        if order:
            ranks = [order.index(local_name(child)) for child in node]
            assert ranks == sorted(ranks), etree.tostring(node)
            if local_name(node) != "sectPr":
                assert len(ranks) == len(set(ranks))


def test_all_numbers_of_the_published_circular_in_order(docx_2020):
    assert is_subsequence(NUMBER.findall(REFERENCE), NUMBER.findall("\n".join(paragraphs(docx_2020))))


def test_the_same_circular_gives_the_same_bytes(docx_2020):
    time.sleep(2.1)  # archives store times in steps of two seconds
    assert render(demo_circular(2020), "docx") == docx_2020
    with zipfile.ZipFile(io.BytesIO(docx_2020)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.testzip() is None


def test_properties_are_those_of_the_circular(docx_2020):
    core = Document(io.BytesIO(docx_2020)).core_properties
    assert core.title == "上海市市场监督管理局关于2020年上海市重点产品质量攻关情况的通报"
    assert (core.author, core.language, core.created.isoformat()[:10]) == (
        "上海市市场监督管理局",
        "zh-CN",
        "2020-09-21",
    )


def right_characters(content: bytes, text: str) -> float:
    for paragraph in Document(io.BytesIO(content)).paragraphs:
        if paragraph.text == text:
            return round(paragraph.paragraph_format.right_indent.pt / 15.75, 2)
    raise AssertionError(text)


def test_signature_sealed_and_unsealed(docx_2020):
    assert right_characters(docx_2020, "2020年9月21日") == 4
    assert right_characters(docx_2020, "上海市市场监督管理局") == 2.25
    unsealed = render(replace(demo_circular(2020), sealed=False), "docx")
    assert right_characters(unsealed, "上海市市场监督管理局") == 2
    assert right_characters(unsealed, "2020年9月21日") == 3.5


def test_a_draft_and_markup_are_written_as_text():
    draft: Circular = replace(plain_circular(empty_statistics()), note="<w:p>&")
    texts = paragraphs(render(draft, "docx"))
    assert "沪市监质发〔2021〕　号" in texts
    assert "2021年　月　日" in texts
    assert "<w:p>&" in texts
