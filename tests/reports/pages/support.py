"""Reads what a page shows: tables by their rows, links by their words."""

from html.parser import HTMLParser
from typing import Any

# Queries of the frame for a person of the bureau: session, person, roles, unread notices, years of the
# menu. Pages add their own.
FRAME = 5


class ShownPage(HTMLParser):
    """`tables` are lists of rows of cell texts; `links` are (words, address); `words` is the whole text."""

    def __init__(self, response: Any) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.links: list[tuple[str, str]] = []
        self.fields: dict[str, str] = {}
        self.classes: dict[str, list[str]] = {}
        self._texts: list[str] = []
        self._skipped = 0
        self._cell: list[str] | None = None
        self._link: tuple[list[str], str] | None = None
        self._open: list[tuple[str, list[str]]] = []
        self.feed(response.content.decode())
        self.words = " ".join(" ".join(self._texts).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("svg", "script", "style"):
            self._skipped += 1
        elif tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self._cell = []
        elif tag == "a":
            self._link = ([], given.get("href", ""))
        elif tag == "input" and given.get("name"):
            self.fields[given["name"]] = given.get("value", "")
        if tag not in ("input", "br", "meta", "link", "img", "hr", "path", "circle", "rect"):
            self._open.append((tag, given.get("class", "").split()))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if self._open:
            self._open.pop()
        if tag in ("svg", "script", "style"):
            self._skipped -= 1
        elif tag in ("td", "th") and self._cell is not None:
            self.tables[-1][-1].append(" ".join(" ".join(self._cell).split()))
            self._cell = None
        elif tag == "a" and self._link is not None:
            self.links.append((" ".join(" ".join(self._link[0]).split()), self._link[1]))
            self._link = None

    def handle_data(self, data: str) -> None:
        if self._skipped or any("visually-hidden" in classes for _tag, classes in self._open):
            return
        self._texts.append(data)
        for _tag, classes in self._open[-1:]:
            for name in classes:
                self.classes.setdefault(name, []).append(" ".join(data.split()))
        if self._cell is not None:
            self._cell.append(data)
        if self._link is not None:
            self._link[0].append(data)

    def rows(self, table: int = 0) -> list[list[str]]:
        """The rows of a table without its header; [] where there is no such table."""
        return self.tables[table][1:] if table < len(self.tables) else []

    def column(self, place: int, table: int = 0) -> list[str]:
        return [row[place] for row in self.rows(table)]

    def address(self, words: str) -> str:
        """Address of the one link with exactly these words."""
        [found] = {url for text, url in self.links if text == words}
        return found

    def addresses(self, part: str) -> list[str]:
        """Addresses of the links that contain this text, each once, in order."""
        return list(dict.fromkeys(url for _text, url in self.links if part in url))


def content_of(response: Any) -> bytes:
    """The whole content, streamed or not; reading to the end closes the file."""
    return b"".join(response.streaming_content) if response.streaming else bytes(response.content)


def status_of(response: Any) -> int:
    """The status of an answer whose content does not matter."""
    content_of(response)
    return int(response.status_code)


def shown(response: Any) -> ShownPage:
    """The page of an answer that must be 200."""
    assert response.status_code == 200, response.status_code
    return ShownPage(response)
