"""The circular as a tagged PDF (PDF/UA-1) in the format of GB/T 9704-2012.

The same circular gives the same bytes: no clock, no random identifier, no path in the file.
WeasyPrint is imported on first use, because it needs the system's Pango; every other page of the portal
works without it.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from . import fontset
from .content import Chart, Circular, Section, Subsection, plain, plain_block
from .errors import MissingGlyphError, PdfUnavailable
from .fitting import MOST_ATTEMPTS, Layout, fit
from .page import page, style_sheet

Progress = Callable[[int, int], None]
STEPS = MOST_ATTEMPTS + 1  # the layouts that may be needed, and writing

_one_at_a_time = threading.Lock()
_engine: Any = None


def _load_engine() -> Any:
    """WeasyPrint with the private fontconfig; PdfUnavailable if the system lacks Pango."""
    global _engine
    # Read by fontconfig whenever a FontConfiguration is made, so it also counts if WeasyPrint is loaded.
    os.environ["FONTCONFIG_FILE"] = str(fontset.private_fontconfig())
    if _engine is None:
        try:
            from . import pdf_engine
        except OSError as error:
            raise PdfUnavailable(str(error).splitlines()[0]) from error
        _engine = pdf_engine
    return _engine


@contextmanager
def using_engine() -> Iterator[Any]:
    """The engine for one document at a time. Raises PdfUnavailable if the system lacks Pango."""
    with _one_at_a_time:
        yield _load_engine()


def render_pdf(circular: Circular, progress: Progress | None = None, *, justified: bool = True) -> bytes:
    """The circular as PDF.

    `progress(done, total)` is called before every page of every layout and may raise to cancel.
    `justified=False` is plain WeasyPrint, whose Chinese lines do not reach the right edge.
    Raises MissingGlyphError, LayoutError or PdfUnavailable.
    """
    report = progress or (lambda _done, _total: None)
    require_glyphs(circular)
    with _one_at_a_time:
        engine = _load_engine()
        report(0, STEPS)
        session = engine.Session(style_sheet())
        done = 0

        def lay_out(layout: Layout) -> Any:
            nonlocal done
            document = session.lay_out(page(circular, layout))
            done += 1
            report(done, STEPS)
            return document

        has_charts = any(isinstance(block, Chart) for block in circular.blocks)
        lines = engine.full_lines() if justified else nullcontext()
        with lines, _called_for_each_page(lambda: report(done, STEPS)):
            document = fit(lay_out, has_charts)
        content: bytes = session.write(document)
        report(STEPS, STEPS)
        return content


@contextmanager
def _called_for_each_page(call: Callable[[], None]) -> Iterator[None]:
    """Call back whenever WeasyPrint logs that it starts a page, in this thread only.

    A filter sees each record before any handler, and an exception in it leaves the layout.
    """
    logger = logging.getLogger("weasyprint.progress")
    thread, level, spoken = threading.get_ident(), logger.level, logger.isEnabledFor(logging.INFO)

    def watch(_record: logging.LogRecord) -> bool:
        if threading.get_ident() == thread:
            call()
        return spoken

    logger.addFilter(watch)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.setLevel(level)
        logger.removeFilter(watch)


def _printed_texts(circular: Circular) -> Iterator[tuple[str, str, str]]:
    """(place, text, role) of everything that is set in type."""
    yield circular.mark, circular.mark, "title"
    yield circular.document_number, circular.document_number, "body"
    for line in circular.title:
        yield plain(line), plain(line), "title"
    yield circular.addressee, circular.addressee, "body"
    for block in circular.blocks:
        text = plain_block(block)
        place = text if len(text) <= 20 else text[:20] + "…"
        if isinstance(block, Chart):
            yield place, text, "kai"
            for row in block.rows:
                yield place, row.label + row.name + (row.share or ""), "hei"
                yield place, row.label, "body"
        elif isinstance(block, Section):
            yield place, text, "hei"
        elif isinstance(block, Subsection):
            yield place, block.ordinal + block.heading, "kai"
            yield place, plain(block.content), "body"
        else:
            yield place, text, "body"
    imprint = circular.imprint
    for text in (circular.issuer, circular.signed_text, circular.note, imprint.copies or "", imprint.printed_by):
        yield text, text, "body"


def require_glyphs(circular: Circular) -> None:
    """MissingGlyphError naming every character that the fonts lack, with the passage it stands in."""
    found: dict[str, str] = {}
    for place, text, role in _printed_texts(circular):
        for char in fontset.missing(text, role):
            found.setdefault(char, place)
    if found:
        raise MissingGlyphError(list(found.items()))
