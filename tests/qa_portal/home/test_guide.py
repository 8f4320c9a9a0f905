"""The guides: one for each role, safe, with links that lead somewhere."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve

from qa_portal.accounts.enums import Role
from qa_portal.home.guide import FOLDER, NAMES, anchor_of, guide_named, render
from tests.qa_portal.home.html import PageReader, faults

pytestmark = pytest.mark.django_db
HAN = re.compile("[\u4e00-\u9fff]")


def test_every_role_has_a_guide_and_nothing_else_has() -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(f"{name}.md" for name in ("index", *Role.values))


@pytest.mark.parametrize("name", NAMES)
def test_guide_is_chinese_markdown_with_a_title_and_parts(name: str) -> None:
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    guide = guide_named(name)
    assert HAN.search(guide.title)
    assert len(guide.parts) >= 2
    assert re.findall(r"<[a-zA-Z/!]", text) == []
    assert "&lt;" not in guide.html
    assert [one.startswith("#") for one in text.splitlines()].count(True) == len(re.findall("<h[23]", guide.html)) + 1


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_to_a_page_and_every_anchor_exists_once(name: str) -> None:
    page = PageReader(f"<div>{guide_named(name).html}</div>")
    links = [attributes["href"] for attributes in page.all("a")]
    assert links
    for link in links:
        assert resolve(link.partition("#")[0]).url_name
    ids = [attributes["id"] for _tag, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_index_names_every_role() -> None:
    links = {attributes["href"] for attributes in PageReader(f"<p>{guide_named('index').html}</p>").all("a")}
    assert links == {f"/help/{role}/" for role in Role.values}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_page_of_a_guide_is_sound(client: Client, name: str, language: str) -> None:
    client.cookies["django_language"] = language
    response = client.get("/help/" if name == "index" else f"/help/{name}/")
    assert (response.status_code, faults(response)) == (200, [])
    assert PageReader(response.content.decode()).all("article", lang="zh-Hans")


@pytest.mark.parametrize("name", ["index", "king", "Staff", "readme"])
def test_other_names_are_not_found(client: Client, name: str) -> None:
    assert client.get(f"/help/{name}/").status_code == 404


def test_unknown_guide_is_a_mistake() -> None:
    with pytest.raises(LookupError):
        guide_named("../../README")


@pytest.mark.parametrize("role", Role.values)
def test_own_role_comes_first(client_of: Callable[[str], Client], role: str) -> None:
    guides = client_of(role).get("/help/").context["guides"]
    assert guides[0][1:] == (f"/help/{role}/", False, True)
    assert len(guides) == len(Role.values)


def test_guide_costs_no_query_of_its_own(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        client.get("/help/staff/")


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;\n"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        ("[x](https://elsewhere.example/)", "<p><a>x</a></p>\n"),
        ("[x](staff.md#导入)", '<p><a href="/help/staff/#%E5%AF%BC%E5%85%A5">x</a></p>\n'),
        ("[x](index.md)", '<p><a href="/help/">x</a></p>\n'),
        ("![x](https://elsewhere.example/x.png)", "<p></p>\n"),
        ("## 登录与退出 (A)", '<h2 id="登录与退出-a">登录与退出 (A)</h2>\n'),
    ],
)
def test_markdown_becomes_safe_html(source: str, kept: str) -> None:
    html = render("x", f"# 标题\n\n{source}\n").html
    assert html.replace("<p>&lt;", "&lt;").replace("&gt;</p>", "&gt;") == kept


def test_anchor_has_only_word_characters() -> None:
    assert anchor_of("导入一个年度 (CSV)") == "导入一个年度-csv"
