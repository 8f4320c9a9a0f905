"""The official circular (通报): content model, wording, charts and its four written forms.

Pure Python: no database and no Django settings. Typical use::

    circular = build_circular(statistics, CircularSettings(...), texts)
    pdf = render(circular, "pdf")
"""

from __future__ import annotations

from collections.abc import Callable

from .builder import CircularSettings, build_circular
from .content import BoundFigure, Circular, Quoted, figures, plain
from .errors import (
    CircularError,
    LayoutError,
    MissingGlyphError,
    PdfUnavailable,
    TextError,
    UnknownEnding,
    gettext_noop,
)
from .lint import Finding, check_wording
from .texts import DEFAULT_TEXTS, LABELS, TEXT_BLOCKS, TextBlock

ENDINGS = ("pdf", "docx", "html", "txt")
Progress = Callable[[int, int], None]


def render(circular: Circular, ending: str, progress: Progress | None = None) -> bytes:
    """The circular as a file; `ending` is pdf, docx, html or txt, with or without a dot.

    `progress(done, total)` is called while the PDF is made and may raise to cancel.
    """
    form = ending.lower().removeprefix(".")
    if form == "pdf":
        from .pdf import render_pdf

        return render_pdf(circular, progress=progress)
    if form == "docx":
        from .word import render_docx

        return render_docx(circular)
    if form == "html":
        from .html import render_html

        return render_html(circular).encode()
    if form == "txt":
        from .text import render_text

        return render_text(circular).encode()
    raise UnknownEnding(
        gettext_noop("A circular cannot be written as “%(ending)s”; use one of %(known)s."),
        ending=ending,
        known=", ".join(f".{name}" for name in ENDINGS),
    )


__all__ = [
    "DEFAULT_TEXTS",
    "ENDINGS",
    "LABELS",
    "TEXT_BLOCKS",
    "BoundFigure",
    "Circular",
    "CircularError",
    "CircularSettings",
    "Finding",
    "LayoutError",
    "MissingGlyphError",
    "PdfUnavailable",
    "Progress",
    "Quoted",
    "TextBlock",
    "TextError",
    "UnknownEnding",
    "build_circular",
    "check_wording",
    "figures",
    "plain",
    "render",
]
