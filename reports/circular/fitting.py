"""Chooses the layout that obeys two page rules of GB/T 9704-2012.

1. The page of the signature also has body text (7.3.5: no 此页无正文).
2. 版记 stands at the foot of the last page, and that page is even (7.4).

WeasyPrint can state neither. Means, in this order: other heights of the charts; 版记 on a new page; the
last two body lines carried over to the signature; the same with room kept for 版记 below the signature.
A circular of one page takes its last lines to the second page too, so that 版记 does not stand there alone.

A chart that does not fit the rest of its page leaves it blank; it may stand some paragraphs later instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from .errors import LayoutError, gettext_noop

CHART_STEPS = (0, 1, -1, 2, 3)  # lines added to the height of each chart


@dataclass(frozen=True, slots=True)
class Layout:
    """The switches of one attempt."""

    chart_step: int = 0
    delays: tuple[tuple[int, int], ...] = ()  # (number of a chart, paragraphs by which it stands later)
    imprint_on_new_page: bool = False
    hold_tail: bool = False  # the signature takes the last two body lines along
    tail_room: int = 0  # lines that stay free below the note


ROOM_FOR_IMPRINT = 2  # lines
ROOM_NOT_ON_FIRST_PAGE = 12  # lines: with them the signature never fits the first page
MOST_BLANK_PX = 150.0  # less than four lines of a page left blank before a chart
MOST_DELAYS = 8  # attempts to place the charts
MOST_ATTEMPTS = MOST_DELAYS + len(CHART_STEPS) + 6


def _elements(page: Any) -> list[Any]:
    """The boxes of the elements of <body> on a page, in order (undocumented names of WeasyPrint)."""
    bodies = page._page_box.children[0].children  # of <html>; none on a page with nothing but 版记
    return [box for box in bodies[0].children if box.element_tag] if bodies else []


def _is_tail(box: Any) -> bool:
    return "tail" in (box.element.get("class") or "").split()


def signature_opens_page(document: Any) -> bool:
    """True when no body text stands above the signature on its page."""
    return any(_is_tail(elements[0]) for elements in map(_elements, document.pages) if elements)


def blanks_before_charts(document: Any) -> list[tuple[int, float, int]]:
    """(number of a chart that opens a page, px left blank on the page before, index of its page)."""
    found: list[tuple[int, float, int]] = []
    for index, (page, following) in enumerate(pairwise(document.pages), start=1):
        above, below = _elements(page), _elements(following)
        number = below[0].element.get("data-chart") if below else None
        if above and number:
            box = page._page_box
            blank = box.content_box_y() + box.height - above[-1].position_y - above[-1].margin_height()
            found.append((int(number), blank, index))
    return found


def imprint_alone_on_second(document: Any) -> bool:
    """True for two pages of which the first holds everything but 版记."""
    return len(document.pages) == 2 and any(_is_tail(box) for box in _elements(document.pages[0]))


def _tails(layout: Layout) -> Iterator[Layout]:
    for hold, room in ((False, 0), (True, 0), (True, ROOM_FOR_IMPRINT)):
        held = replace(layout, hold_tail=hold, tail_room=room)
        yield held
        yield replace(held, imprint_on_new_page=True)


def fit(render: Callable[[Layout], Any], has_charts: bool) -> Any:
    """The first document that obeys both rules; `render` lays one out. LayoutError if none does."""
    documents: dict[Layout, Any] = {}

    def laid_out(layout: Layout) -> Any:
        if layout not in documents:
            documents.clear()  # one layout in memory at a time
            documents[layout] = render(layout)
        return documents[layout]

    chosen = placed = _placement(laid_out) if has_charts else Layout()
    for step in CHART_STEPS if has_charts else CHART_STEPS[:1]:
        if not signature_opens_page(laid_out(replace(placed, chart_step=step))):
            chosen = replace(placed, chart_step=step)
            break
    alone = odd = False
    for layout in _tails(chosen):
        if layout.imprint_on_new_page and (alone or not odd):
            continue  # a page more mends only an odd number of pages
        document = laid_out(layout)
        alone, odd = signature_opens_page(document), len(document.pages) % 2 == 1
        if not alone and not odd:
            return _with_text_on_second(document, chosen, render)
    raise LayoutError(
        gettext_noop(
            "No layout keeps text on the page of the signature and an even number of "
            "pages: shorten or lengthen the text by a line."
        )
    )


def _placement(laid_out: Callable[[Layout], Any]) -> Layout:
    """Where the charts stand: the placement that leaves least of a page blank.

    A chart that opens the second page, or leaves much of a page blank, is put one paragraph later.
    """
    best, least = Layout(), float("inf")
    delays: dict[int, int] = {}
    for _attempt in range(MOST_DELAYS):
        layout = Layout(delays=tuple(sorted(delays.items())))
        bad = [
            (number, blank)
            for number, blank, page in blanks_before_charts(laid_out(layout))
            if blank > MOST_BLANK_PX or page == 1
        ]
        total = sum(blank for _number, blank in bad)
        if total < least:
            best, least = layout, total
        if not bad:
            break
        delays[bad[0][0]] = delays.get(bad[0][0], 0) + 1
    return best


def _with_text_on_second(document: Any, layout: Layout, render: Callable[[Layout], Any]) -> Any:
    """`document`, or one with its last lines on the second page where only 版记 would stand there."""
    if not imprint_alone_on_second(document):
        return document
    other = render(replace(layout, hold_tail=True, tail_room=ROOM_NOT_ON_FIRST_PAGE))
    mended = len(other.pages) == 2 and not imprint_alone_on_second(other) and not signature_opens_page(other)
    return other if mended else document
