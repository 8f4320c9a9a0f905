"""The HTML page, the fragment for the portal, the plain text, and the choice of the form."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from reports.circular import UnknownEnding, figures, render
from reports.circular.content import Chart, Item, plain_block
from reports.circular.html import render_html

from .support import NUMBER, REFERENCE, demo_circular, empty_statistics, is_subsequence, plain_circular

VOID = {"meta", "br", "img", "link"}


class Reader(HTMLParser):
    """Collects elements, attributes and visible text; refuses unbalanced markup."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text += data


def test_the_page_stands_alone():
    html = render(demo_circular(2020), "html").decode()
    reader = Reader(html)
    assert html.startswith("<!DOCTYPE html>")
    assert [tag for tag, _attrs in reader.tags if tag in ("link", "script", "img", "iframe", "object")] == []
    assert not [attrs for _tag, attrs in reader.tags if "src" in attrs or "href" in attrs]
    assert "url(" not in html
    assert "@import" not in html
    assert [tag for tag, _attrs in reader.tags if tag == "h1"] == ["h1"]


def test_the_fragment_needs_no_inline_style_or_script():
    fragment = render_html(demo_circular(2020), standalone=False)
    reader = Reader(fragment)
    assert {tag for tag, _attrs in reader.tags} & {"style", "script", "html", "body", "h1"} == set()
    assert not [name for _tag, attrs in reader.tags for name in attrs if name == "style" or name.startswith("on")]
    assert fragment.startswith('<article class="circular" lang="zh-CN">')


def test_figures_carry_their_names_and_links():
    circular = demo_circular(2020)
    fragment = render_html(circular, {"results.private.share": "/figures/?name=results.private.share&year=2020"}, False)
    assert (
        '<a class="figure" data-figure="results.private.share" '
        'href="/figures/?name=results.private.share&amp;year=2020">25%</a>'
    ) in fragment
    assert '<span class="figure" data-figure="results.private.count">10</span>' in fragment
    assert re.findall(r'data-figure="([^"]+)"', fragment) == [figure.name for figure in figures(circular)]
    assert '<span class="quoted">151</span>' in fragment


def test_each_chart_is_one_image_beside_its_table():
    circular = demo_circular(2020)
    charts = [block for block in circular.blocks if isinstance(block, Chart)]
    reader = Reader(render_html(circular, standalone=False))
    assert [attrs["aria-label"] for tag, attrs in reader.tags if tag == "svg"] == [one.description for one in charts]
    assert [attrs["role"] for tag, attrs in reader.tags if tag == "svg"] == ["img", "img"]
    assert sum(tag == "table" for tag, _attrs in reader.tags) == 2
    assert sum(tag == "tr" for tag, _attrs in reader.tags) == 2 + sum(len(one.rows) for one in charts)


@pytest.mark.parametrize("ending", ["html", "txt"])
def test_all_numbers_of_the_published_circular_in_order(ending):
    written = render(demo_circular(2020), ending).decode()
    text = Reader(written).text if ending == "html" else written
    assert is_subsequence(NUMBER.findall(REFERENCE), NUMBER.findall(text))


def test_html_and_text_say_the_same_paragraphs():
    circular = demo_circular(2019)
    html = Reader(render(circular, "html").decode()).text
    text = render(circular, "txt").decode().splitlines()
    for block in circular.blocks:
        assert plain_block(block) in html
        assert plain_block(block) in text


def test_markup_stays_text():
    circular = replace(
        demo_circular(2020),
        issuer="<img src=x onerror=alert(1)>",
        blocks=(Item("1．", "<b>标题</b>。", ("<script>alert(1)</script>",)),),
    )
    reader = Reader(render_html(circular))
    assert {tag for tag, _attrs in reader.tags} & {"img", "b", "script"} == set()
    assert "<script>alert(1)</script>" in reader.text


def test_plain_text_of_a_chart():
    lines = render(demo_circular(2020), "txt").decode().splitlines()
    at = lines.index("图1　2020年申报项目推荐分布情况")
    assert lines[at + 1 : at + 5] == [
        "　　区市场监管局：74项，占51%",
        "　　集团公司：58项，占40%",
        "　　行业协会：7项，占5%",
        "　　自行申报：6项，占4%",
    ]


def test_plain_text_begins_and_ends_as_published():
    lines = render(demo_circular(2020), "txt").decode().splitlines()
    assert lines[:6] == [
        "上海市市场监督管理局文件",
        "",
        "沪市监质发〔2020〕461号",
        "",
        "上海市市场监督管理局关于",
        "2020年上海市重点产品质量攻关情况的通报",
    ]
    assert lines[-6:] == [
        "上海市市场监督管理局",
        "2020年9月21日",
        "",
        "（此件公开发布）",
        "",
        "上海市市场监督管理局办公室　2020年9月23日印发",
    ]


def test_a_draft_renders_in_every_form():
    draft = plain_circular(empty_statistics())
    assert "2021年　月　日" in render(draft, "html").decode()
    assert "沪市监质发〔2021〕　号" in render(draft, "txt").decode()


def test_endings():
    assert render(demo_circular(2020), ".TXT") == render(demo_circular(2020), "txt")
    with pytest.raises(UnknownEnding) as error:
        render(demo_circular(2020), "odt")
    assert str(error.value) == ("A circular cannot be written as “odt”; use one of .pdf, .docx, .html, .txt.")
