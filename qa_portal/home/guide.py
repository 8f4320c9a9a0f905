"""The guides of `docs/guide`: Markdown in Chinese, one for each role, shown inside the portal.

The same files read well in a source browser: guides link each other as `auditor.md`, pages of the portal
by their address.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import nh3
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from qa_portal.accounts.enums import Role

FOLDER = Path(settings.BASE_DIR) / "docs" / "guide"
INDEX = "index"
NAMES = (INDEX, *Role.values)
TAGS = {
    "h2", "h3", "p", "ul", "ol", "li", "strong", "em", "code", "pre", "a", "blockquote", "br", "hr",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {"a": {"href"}, "h2": {"id"}, "h3": {"id"}, "ol": {"start"}, "th": {"scope"}}
GUIDE_LINK = re.compile(r"(?P<name>[a-z_]+)\.md(?P<anchor>#.*)?")


@dataclass(frozen=True, slots=True)
class Guide:
    """A guide as shown: its title, its parts (anchor and heading), and its text below the title."""

    name: str
    title: str
    parts: tuple[tuple[str, str], ...]
    html: SafeString


def guide_named(name: str) -> Guide:
    """The guide of a role, or the index. Raises LookupError for any other name."""
    if name not in NAMES:
        raise LookupError(f"no guide {name}")
    path = FOLDER / f"{name}.md"
    return _read(name, path.stat().st_mtime_ns)


@lru_cache(maxsize=2 * len(NAMES))
def _read(name: str, _changed: int) -> Guide:
    return render(name, (FOLDER / f"{name}.md").read_text(encoding="utf-8"))


def render(name: str, text: str) -> Guide:
    """Markdown to safe HTML: raw HTML is shown as text, headings get anchors, links between guides work."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(text)
    title = ""
    if tokens and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        title, tokens = tokens[1].content, tokens[3:]
    parts: list[tuple[str, str]] = []
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag in ("h2", "h3"):
            heading = tokens[at + 1].content
            token.attrSet("id", anchor_of(heading))
            if token.tag == "h2":
                parts.append((anchor_of(heading), heading))
        if token.type == "th_open":
            token.attrSet("scope", "col")
        for child in token.children or ():
            _point_into_portal(child)
    html = parser.renderer.render(tokens, parser.options, {})
    safe = nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, link_rel=None, url_schemes=set())
    return Guide(name, title, tuple(parts), mark_safe(safe))  # noqa: S308 - cleaned in the line above


def anchor_of(heading: str) -> str:
    """导入一个年度 (CSV) → 导入一个年度-csv."""
    return re.sub(r"\W+", "-", heading.lower()).strip("-")


def _point_into_portal(token: Token) -> None:
    """A link to another guide's file becomes one to its page."""
    if token.type != "link_open":
        return
    found = GUIDE_LINK.fullmatch(str(token.attrGet("href")))
    if found:
        token.attrSet("href", guide_url(found["name"]) + (found["anchor"] or ""))


def guide_url(name: str) -> str:
    from qa_portal.home.context import address

    return address("help") if name == INDEX else address("help_page", name=name)


def own_guides(user: Any) -> list[str]:
    """Names of the guides for the person's roles."""
    held = user.roles if user.is_authenticated else frozenset()
    return [role.value for role in Role if role in held]
