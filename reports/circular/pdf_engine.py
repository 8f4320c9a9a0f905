"""WeasyPrint behind one door: fonts, fetcher and checks of one document. Imported by `pdf` only.

Importing this module needs Pango.
"""

from __future__ import annotations

import logging
from typing import Any

import weasyprint
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from . import fontset
from .errors import MissingGlyphError
from .justify import full_lines

OPTIONS: dict[str, Any] = {"pdf_variant": "pdf/ua-1", "pdf_tags": True}
FONT_SCHEME = "vendored:"
PICTURE = "data:image/svg+xml;base64,"


class VendoredOnly(URLFetcher):
    """Fetches the vendored fonts and the charts made here, and nothing else; `refused` lists the rest."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("data",), allow_redirects=False)
        self.refused: list[str] = []

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        """The response for `url`; ValueError for what is not allowed."""
        if url.startswith(FONT_SCHEME) and url.removeprefix(FONT_SCHEME) in fontset.FILES:
            return URLFetcherResponse(url, fontset.font_path(url.removeprefix(FONT_SCHEME)).read_bytes())
        if url.startswith(PICTURE):
            return super().fetch(url, headers)
        self.refused.append(url)
        raise ValueError(f"not allowed: {url[:80]}")


class _Warnings(logging.Handler):
    """Collects what WeasyPrint only logs: a font that cannot be loaded, a picture that is broken."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the message."""
        self.messages.append(record.getMessage())


class Session:
    """One document in several layouts: the fonts and the style sheet are loaded once."""

    def __init__(self, style_sheet: str) -> None:
        self.fonts = FontConfiguration()
        self.fetcher = VendoredOnly()
        warnings = _Warnings()
        logger = logging.getLogger("weasyprint")
        logger.addHandler(warnings)
        try:
            self.style = weasyprint.CSS(string=style_sheet, font_config=self.fonts, url_fetcher=self.fetcher)
        finally:
            logger.removeHandler(warnings)
        if warnings.messages:
            raise RuntimeError(f"the style sheet of the circular is broken: {warnings.messages}")

    def lay_out(self, html: str) -> Any:
        """The pages of `html`."""
        source = weasyprint.HTML(string=html, url_fetcher=self.fetcher)
        return source.render(font_config=self.fonts, stylesheets=[self.style], **OPTIONS)

    def write(self, document: Any) -> bytes:
        """The laid-out document as PDF; MissingGlyphError if a glyph is missing or from another font."""
        content: bytes = document.write_pdf(finisher=_check_fonts, **OPTIONS)
        return content


def _check_fonts(document: Any, _pdf: Any) -> None:
    """The last word on glyphs: what the text engine really used."""
    found: list[tuple[str, str]] = []
    for font in document.fonts.values():
        name = font.name.decode().split("+")[-1]
        found += [(chr(code), name) for code in font.missing]
        if name not in fontset.PDF_NAMES:
            found += [(char, name) for text in font.to_unicode.values() for char in text]
    if found:
        raise MissingGlyphError(list(dict.fromkeys(found)))


__all__ = ["Session", "VendoredOnly", "full_lines"]
