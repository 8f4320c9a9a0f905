"""The PDF: measured against GB/T 9704-2012, reproducible, safe, and honest about missing glyphs."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

import pdfplumber
import pikepdf
import pytest

from reports.circular import Circular, MissingGlyphError, PdfUnavailable, render
from reports.circular.content import Chart, Item, plain_block
from reports.circular.fontset import PDF_NAMES, missing, private_fontconfig
from reports.circular.page import squeeze
from reports.circular.pdf import STEPS, render_pdf, require_glyphs

from .support import (
    NUMBER,
    REFERENCE,
    check_format,
    demo_circular,
    empty_statistics,
    is_subsequence,
    plain_circular,
    with_body,
)

ROOT = Path(__file__).parents[3]
RARE = "上海喆昇堃㛃𬭎镕精密机械有限公司"
HOSTILE = '<img src="file:///etc/passwd"><link rel=attachment href="file:///etc/hosts"><script>1</script>&amp;'


def text_of(pdf: bytes) -> str:
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        return "\n".join(page.extract_text() for page in document.pages)


def page_count(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return len(document.pages)


# ------------------------------------------------------------------ the format
def test_2020_meets_every_requirement(pdf_2020: bytes, tmp_path: Path) -> None:
    failed, measured = check_format(pdf_2020, tmp_path, "--min-checks", "62")
    assert (failed, measured) == ([], 63)


def test_2019_meets_every_requirement(tmp_path: Path) -> None:
    failed, _measured = check_format(render(demo_circular(2019), "pdf"), tmp_path, "--min-checks", "62")
    assert failed == []


def test_2020_holds_every_number_of_the_published_circular_in_order(pdf_2020: bytes) -> None:
    assert is_subsequence(NUMBER.findall(REFERENCE), NUMBER.findall(text_of(pdf_2020)))


def test_without_justification_exactly_the_lines_fall_short(circular_2020: Circular, tmp_path: Path) -> None:
    failed, _measured = check_format(render_pdf(circular_2020, justified=False), tmp_path, "--min-checks", "62")
    assert failed == ["lines_fill_core_width"]


@pytest.mark.parametrize(
    ("paragraphs", "charts", "pages", "options"),
    [
        (0, False, 2, ["--short"]),
        (1, False, 2, ["--short"]),
        (5, False, 2, ["--short"]),
        (16, False, 4, ["--short"]),
        (6, True, 4, ["--short"]),
        (130, False, 20, ["--min-checks", "58"]),
        (130, True, 20, ["--min-checks", "62"]),
    ],
)
def test_bodies_of_all_lengths(
    circular_2020: Circular, tmp_path: Path, paragraphs: int, charts: bool, pages: int, options: list[str]
) -> None:
    pdf = render(with_body(circular_2020, paragraphs, charts=charts, name=RARE), "pdf")
    rare = ["--contains", RARE] if paragraphs else []
    assert check_format(pdf, tmp_path, *options, *rare)[0] == []
    assert page_count(pdf) == pages


def test_unsealed_with_copies(circular_2020: Circular, tmp_path: Path) -> None:
    copies = replace(circular_2020.imprint, copies="抄送：市政府办公厅，市经济信息化委。")
    pdf = render(replace(circular_2020, sealed=False, imprint=copies), "pdf")
    failed, measured = check_format(pdf, tmp_path, "--noseal", "--contains", "抄送：市政府办公厅，市经济信息化委。")
    assert (failed, measured) == ([], 62)


def test_two_figure_day_stays_four_characters_from_the_edge(circular_2020: Circular, tmp_path: Path) -> None:
    pdf = render(replace(circular_2020, signed_on=date(2020, 11, 12)), "pdf")
    assert check_format(pdf, tmp_path, "--contains", "2020年11月12日")[0] == []


def test_a_draft_fails_only_what_it_cannot_have_yet(tmp_path: Path) -> None:
    pdf = render(plain_circular(empty_statistics()), "pdf")
    failed, _measured = check_format(pdf, tmp_path, "--short")
    assert failed == ["doc_number", "date_line"]
    assert "沪市监质发〔2021〕　号" in text_of(pdf).replace(" ", "　")


# ------------------------------------------------------------------ accessibility
def test_tags_title_language_and_bookmarks(pdf_2020: bytes, circular_2020: Circular) -> None:
    with pikepdf.open(io.BytesIO(pdf_2020)) as document:
        root = document.Root
        assert str(root.Lang) == "zh-CN"
        assert bool(root.MarkInfo.Marked)
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert str(document.docinfo.Title) == circular_2020.title_text
        with document.open_outline() as outline:
            (title,) = outline.root
            assert [section.title for section in title.children] == [
                "一、总体情况",
                "二、存在问题",
                "三、下一步工作要求",
            ]
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"


def test_every_chart_has_its_values_as_alternative_text_and_as_a_table(
    pdf_2020: bytes, circular_2020: Circular
) -> None:
    with pikepdf.open(io.BytesIO(pdf_2020)) as document:
        kinds: list[str] = []
        alternatives: list[str] = []
        todo = [document.Root.StructTreeRoot]
        while todo:
            node = todo.pop()
            if isinstance(node, pikepdf.Array):
                todo.extend(node)
            elif isinstance(node, pikepdf.Dictionary):
                kinds.append(str(node.get("/S", "")))
                if kinds[-1] == "/Figure":
                    alternatives.append(str(node.Alt))
                if "/K" in node:
                    todo.append(node.K)
    charts = [block for block in circular_2020.blocks if isinstance(block, Chart)]
    assert sorted(alternatives) == sorted(chart.description for chart in charts)
    assert kinds.count("/Table") == 2


# ------------------------------------------------------------------ the same bytes
def test_the_same_circular_gives_the_same_bytes(pdf_2020: bytes, circular_2020: Circular) -> None:
    assert render(demo_circular(2020), "pdf") == pdf_2020
    with pikepdf.open(io.BytesIO(pdf_2020)) as document:
        assert str(document.docinfo.CreationDate) == "D:20200921"
        assert "/ModDate" not in document.docinfo
    assert str(ROOT).encode() not in pdf_2020


def test_another_process_gives_the_same_bytes(pdf_2020: bytes, tmp_path: Path) -> None:
    script = (
        "import sys, weasyprint, vl_convert\n"
        "from reports.circular import render\n"
        "from tests.reports.circular.support import demo_circular\n"
        "open(sys.argv[1], 'wb').write(render(demo_circular(2020), 'pdf'))\n"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path), "HOME": "/nonexistent", "TZ": "America/New_York"}
    environment.pop("FONTCONFIG_FILE", None)
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "out.pdf")], check=True, cwd=ROOT, env=environment)
    assert (tmp_path / "out.pdf").read_bytes() == pdf_2020


def test_threads_do_not_disturb_each_other(pdf_2020: bytes, circular_2020: Circular) -> None:
    made: list[bytes] = []
    threads = [threading.Thread(target=lambda: made.append(render(circular_2020, "pdf"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [pdf_2020, pdf_2020]


# ------------------------------------------------------------------ progress and cancel
def test_progress_rises_to_its_total(circular_2020: Circular) -> None:
    calls: list[tuple[int, int]] = []
    render(circular_2020, "pdf", progress=lambda done, total: calls.append((done, total)))
    assert (calls[0], calls[-1]) == ((0, STEPS), (STEPS, STEPS))
    assert [done for done, _total in calls] == sorted(done for done, _total in calls)
    assert len(calls) > 8


def test_a_raising_callback_cancels_and_leaves_no_trace(pdf_2020: bytes, circular_2020: Circular) -> None:
    class Cancelled(Exception):
        pass

    calls: list[int] = []

    def cancel(done: int, _total: int) -> None:
        calls.append(done)
        if len(calls) == 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        render(circular_2020, "pdf", progress=cancel)
    assert len(calls) == 5
    assert render(circular_2020, "pdf") == pdf_2020


# ------------------------------------------------------------------ glyphs
@pytest.mark.parametrize(("char", "name"), [("😀", "U+1F600"), ("\U0001f980", "U+1F980"), ("\ue000", "U+E000")])
def test_a_missing_glyph_is_named_with_its_place(circular_2020: Circular, char: str, name: str) -> None:
    block = Item("5．", "稀有字符。", (f"上海{char}公司",))
    with pytest.raises(MissingGlyphError) as error:
        render(replace(circular_2020, blocks=(*circular_2020.blocks, block)), "pdf")
    assert error.value.found == [(char, plain_block(block))]
    assert str(error.value) == f"The fonts of the circular lack: {char} ({name}) in “5．稀有字符。上海{char}公司”"


def test_every_place_is_searched(circular_2020: Circular) -> None:
    crab = "🦀"
    for changed in (
        replace(circular_2020, mark=crab),
        replace(circular_2020, document_number=crab),
        replace(circular_2020, title=((crab,),)),
        replace(circular_2020, addressee=crab),
        replace(circular_2020, issuer=crab),
        replace(circular_2020, note=crab),
        replace(circular_2020, imprint=replace(circular_2020.imprint, copies=crab)),
    ):
        with pytest.raises(MissingGlyphError):
            require_glyphs(changed)
    require_glyphs(circular_2020)


def test_rare_characters_are_covered() -> None:
    for role in ("body", "kai", "hei", "title"):
        assert missing(RARE, role) == []


def test_only_the_vendored_fonts_are_known() -> None:
    content = private_fontconfig().read_text(encoding="utf-8")
    assert content.count("<dir>") == 1
    assert "include" not in content


def test_fonts_of_the_pdf_are_on_the_list(pdf_2020: bytes) -> None:
    with pdfplumber.open(io.BytesIO(pdf_2020)) as document:
        names = {char["fontname"].split("+")[-1] for page in document.pages for char in page.chars}
    assert names <= set(PDF_NAMES)


# ------------------------------------------------------------------ security
def test_markup_in_a_text_is_text_and_nothing_is_fetched(circular_2020: Circular) -> None:
    from reports.circular.page import page, style_sheet
    from reports.circular.pdf import _load_engine

    block = Item("5．", "标题。", (HOSTILE,))
    hostile = replace(circular_2020, issuer=HOSTILE, note=HOSTILE, addressee=HOSTILE, blocks=(block,))
    with pikepdf.open(io.BytesIO(render(hostile, "pdf"))) as document:
        assert len(document.attachments) == 0
    from reports.circular.fitting import Layout

    session = _load_engine().Session(style_sheet())
    html = page(hostile, Layout())
    session.lay_out(html)
    assert session.fetcher.refused == []
    assert "<img" not in html.replace('<img style="height', "")


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="file:///etc/passwd">',
        '<img src="http://127.0.0.1:9/x.png">',
        '<link rel="stylesheet" href="file:///etc/passwd">',
        '<style>@import "http://127.0.0.1:9/x.css"</style>',
        '<img src="vendored:../pdf.py">',
        "<img src=\"data:image/svg+xml,&lt;svg xmlns='http://www.w3.org/2000/svg'/&gt;\">",
        '<link rel="attachment" href="file:///etc/passwd">',
        '<object data="file:///etc/passwd"></object>',
    ],
)
def test_the_fetcher_refuses_all_but_fonts_and_charts(markup: str) -> None:
    from reports.circular.page import style_sheet
    from reports.circular.pdf import _load_engine

    session = _load_engine().Session(style_sheet())
    document = session.lay_out(f"<html lang=zh><head><title>x</title></head><body><p>文</p>{markup}</body></html>")
    pdf = session.write(document)
    assert len(session.fetcher.refused) >= 1
    assert b"root:" not in pdf
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert len(opened.attachments) == 0


def test_squeeze_escapes_everything() -> None:
    assert squeeze("<b>&\"'") == "&lt;b&gt;&amp;&quot;&#x27;"


# ------------------------------------------------------------------ without Pango
def test_without_pango_the_command_is_named(tmp_path: Path) -> None:
    (tmp_path / "weasyprint.py").write_text("raise OSError(\"cannot load library 'libpango-1.0-0'\")\n")
    script = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from reports.circular import PdfUnavailable, render\n"
        "from tests.reports.circular.support import demo_circular\n"
        "circular = demo_circular(2020)\n"
        "render(circular, 'docx'), render(circular, 'html'), render(circular, 'txt')\n"
        "try:\n    render(circular, 'pdf')\nexcept PdfUnavailable as error:\n    print(error)\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    assert run.stdout.strip() == str(PdfUnavailable("cannot load library 'libpango-1.0-0'"))
    assert "apt-get install" in run.stdout
