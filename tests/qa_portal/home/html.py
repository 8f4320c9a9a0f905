"""Reads a page as a browser would, to ask what every page must satisfy."""

from html.parser import HTMLParser
from typing import Any

VOID = {"meta", "link", "input", "br", "hr", "img", "path", "circle", "rect"}


class PageReader(HTMLParser):
    """Collects elements and texts of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, str] = {}
        self._open: list[str] = []
        self.unclosed: list[str] = []
        self.feed(text)
        self.unclosed += self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.unclosed.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        for tag in self._open[-1:]:
            self.texts[tag] = self.texts.get(tag, "") + data

    def all(self, tag: str, **attributes: str) -> list[dict[str, str]]:
        """Attributes of each element of a kind that has these attributes."""
        return [
            found
            for name, found in self.elements
            if name == tag and all(found.get(key.rstrip("_")) == value for key, value in attributes.items())
        ]


def faults(response: Any) -> list[str]:
    """What a page does that no page may do; [] for a good one."""
    page = PageReader(response.content.decode())
    found = []
    if "script-src 'self'" not in response.headers.get("Content-Security-Policy", ""):
        found.append("no strict Content-Security-Policy")
    if [attributes.get("lang") for attributes in page.all("html")] not in (["zh-Hans"], ["en"]):
        found.append("no language")
    if len(page.all("h1")) != 1:
        found.append(f"{len(page.all('h1'))} h1")
    if len(page.all("main", id="main")) != 1 or not page.all("a", href="#main"):
        found.append("no main part, or no link that skips to it")
    if not page.texts.get("title", "").split("·")[0].strip():
        found.append("no title")
    if page.unclosed:
        found.append(f"elements not closed: {page.unclosed}")
    ids = [attributes["id"] for _, attributes in page.elements if attributes.get("id")]
    found += [f"id twice: {name}" for name in sorted({name for name in ids if ids.count(name) > 1})]
    for tag, attributes in page.elements:
        if tag == "style" or (tag == "script" and "src" not in attributes):
            found.append(f"inline {tag}")
        found += [f"{tag} {name}" for name in attributes if name == "style" or name.startswith("on")]
        for name in ("src", "href", "action"):
            if attributes.get(name, "").startswith(("http", "//", "javascript:")):
                found.append(f"{tag} from elsewhere: {attributes[name]}")
    return found
