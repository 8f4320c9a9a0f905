"""Inter-character justification of Chinese lines for WeasyPrint 70.

WeasyPrint 70 widens only spaces when ``text-align: justify`` asks it to fill a line. Chinese has
none, so its lines end up to 5.5 mm short of the right edge of the type area. `full_lines()` lets one
replaced function spread such lines by letter spacing while the block runs, in this thread only;
everything else still goes to WeasyPrint's own function. Line breaks do not change: they are decided
before justification.

Limits: Latin words in a Chinese line are spread as well; right-to-left text is not handled. The names
used here are undocumented, hence the version guard.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import weasyprint
from weasyprint.formatting_structure import boxes
from weasyprint.layout import inline
from weasyprint.text.line_break import create_layout, line_size

SUPPORTED = "70"
if weasyprint.__version__.split(".")[0] != SUPPORTED:
    raise ImportError(
        f"justify.py was written for WeasyPrint {SUPPORTED}: run its tests against "
        f"{weasyprint.__version__} before widening this guard"
    )

MOST_PER_GAP = 0.5  # em; a line that needs more is left as it is
TOLERANCE = 0.02  # px of the whole line
ROUNDS = 3  # of refinement: the text engine drops spacing at the ends of a run

_active: ContextVar[bool] = ContextVar("circular_full_lines", default=False)
_plain_justify = inline.justify_line


@contextmanager
def full_lines() -> Iterator[None]:
    """Justify Chinese lines between characters while the block runs."""
    token = _active.set(True)
    try:
        yield
    finally:
        _active.reset(token)


@dataclass
class _Run:
    """A text box of the line with the wider setting that is tried for it."""

    box: Any
    gain: float = 0.0
    style: Any = field(default=None)
    layout: Any = field(default=None)

    def measure(self, spacing: float, context: Any) -> float:
        """Lay the text out with `spacing` px more between its characters; what it gains in px."""
        self.style = self.box.style.copy()
        usual = self.style["letter_spacing"]
        self.style["letter_spacing"] = (0 if usual == "normal" else usual) + spacing
        self.layout = create_layout(self.box.text, self.style, context, max_width=None, justification_spacing=0)
        width, _height = line_size(self.layout.get_first_line()[0], self.style)
        self.gain = width - self.box.width
        return float(self.gain)

    def keep(self) -> None:
        """Give the box the setting tried last."""
        self.layout.deactivate()
        self.box.style, self.box.pango_layout = self.style, self.layout
        self.box.width += self.gain


def _text_boxes(parent: Any) -> Iterator[Any]:
    for box in parent.children:
        if not box.is_in_normal_flow():
            continue
        if isinstance(box, boxes.TextBox):
            if box.text:
                yield box
        elif isinstance(box, boxes.InlineBox):
            yield from _text_boxes(box)


def _is_chinese(text: str) -> bool:
    return any("\u2e80" <= char <= "\uffef" or char >= "\U00020000" for char in text)


def _justify(context: Any, line: Any, extra: float) -> None:
    """In place of WeasyPrint's function: fill `line`, which is `extra` px short."""
    runs = [_Run(box) for box in _text_boxes(line)]
    if not _active.get() or not any(_is_chinese(run.box.text) for run in runs):
        _plain_justify(context, line, extra)
        return
    gaps = sum(len(run.box.text) for run in runs) - 1
    if gaps < 1 or extra < TOLERANCE or extra / gaps > MOST_PER_GAP * runs[0].box.style["font_size"]:
        return
    spacing = extra / gaps
    for _round in range(ROUNDS):
        gained = sum(run.measure(spacing, context) for run in runs) + spacing * (len(runs) - 1)
        if gained <= 0:
            return
        if abs(gained - extra) < TOLERANCE:
            break
        spacing *= extra / gained
    _spread(line, {id(run.box): run for run in runs}, spacing, 0.0, runs[-1].box)


def _spread(parent: Any, runs: dict[int, _Run], spacing: float, shift: float, last: Any) -> float:
    """Move and widen the boxes of `parent`; `shift` is what stands left of them has gained, in px."""
    start = shift
    for box in parent.children:
        if not box.is_in_normal_flow():
            continue
        if isinstance(box, boxes.TextBox):
            box.position_x += shift
            if id(box) in runs:
                run = runs[id(box)]
                run.keep()
                shift += run.gain + (0.0 if box is last else spacing)
        elif isinstance(box, boxes.InlineBox):
            box.position_x += shift
            shift = _spread(box, runs, spacing, shift, last)
        else:
            box.translate(shift, 0)
    parent.width += shift - start
    return shift


inline.justify_line = _justify
