"""Setting a page as PDF. The engine with the project's fonts lives higher up and registers itself here."""

from collections.abc import Callable

# body of the page (safe markup), style sheet, title, language → the PDF
Engine = Callable[[str, str, str, str], bytes]

_engine: list[Engine] = []


def register_engine(engine: Engine) -> None:
    """State what sets pages; the last one counts."""
    _engine[:] = [engine]


def render_pdf(body: str, *, style: str, title: str, language: str = "zh-Hans") -> bytes:
    """A tagged PDF of `body`. Characters that no font draws become 〓.

    `style` may name the families GWFang, GWKai, GWHei, GWSong and GWBiao. Raises LookupError where no
    engine is registered, and what the engine raises where its system libraries are missing.
    """
    if not _engine:
        raise LookupError("no PDF engine is registered")
    return _engine[0](body, style, title, language)
