"""Plain pages as PDF with the fonts of the circular, for other apps (see qa_portal.core.pdf)."""

import re
import unicodedata

from django.utils.html import escape
from django.utils.translation import gettext as _

from qa_portal.core.errors import Refusal
from reports.circular import CircularError, fontset
from reports.circular.pdf import using_engine

FAMILIES = ("GWFang", "GWKai", "GWHei", "GWSong", "GWBiao", "GWRare")
FACES = "\n".join(f"@font-face {{ font-family: {name}; src: url(vendored:{name}) }}" for name in FAMILIES)
MISSING = "〓"
# the minus of the pages is not in all fonts; the hyphen says the same
PLAINER = {ord("\u2212"): "-"}
# drawn by nothing and seen by nobody: variation selectors, joiners, direction marks
UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")


def drawable(text: str) -> str:
    """The text with every character that the fonts of the body lack replaced by 〓."""
    plain = UNSEEN.sub("", unicodedata.normalize("NFC", text.translate(PLAINER)))
    lacking = set(fontset.missing(re.sub(r"[\n\t]", "", plain), "body"))
    return plain.translate({ord(char): MISSING for char in lacking}) if lacking else plain


def page_pdf(body: str, style: str, title: str, language: str) -> bytes:
    """The page as PDF. Raises Refusal where the system lacks Pango."""
    html = (
        f'<!DOCTYPE html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        f"<title>{escape(drawable(title))}</title></head><body>{drawable(body)}</body></html>"
    )
    try:
        with using_engine() as engine:
            session = engine.Session(f"{FACES}\n{style}")
            content: bytes = session.write(session.lay_out(html))
    except CircularError as error:
        raise Refusal(_(error.msgid) % error.params, code="pdf") from error
    return content
