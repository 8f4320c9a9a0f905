"""Reading figures out of the statistics by name, so that no number is typed twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from .content import BoundFigure, Inline, Part, Quoted
from .markup import DIGIT, clean, lookup

PERCENT_OF_NOTHING = "0%"


class Figures:
    """The statistics of one year (contracts.md, 3, with `context`), read by dotted path."""

    def __init__(self, statistics: Mapping[str, Any]) -> None:
        self.statistics = statistics

    def value(self, path: str) -> Any:
        """The raw value; KeyError where there is none."""
        return lookup(self.statistics, path)

    def count(self, path: str) -> int:
        """A whole number."""
        return int(self.value(path))

    def bound(self, path: str) -> BoundFigure:
        """The figure as it is printed."""
        return BoundFigure(path, str(self.value(path)))

    def size(self, path: str) -> BoundFigure:
        """The figure without its sign, for a sentence whose verb carries it (下降, 减少)."""
        return BoundFigure(path, str(self.value(path)).removeprefix("-"))

    def share(self, path: str) -> BoundFigure | None:
        """The share of a block, None for a share of nothing and for one that rounds to 0%."""
        text = self.value(f"{path}.share")
        if text is None or text == PERCENT_OF_NOTHING:
            return None
        return BoundFigure(f"{path}.share", text)

    def amount(self, path: str) -> Decimal:
        """An amount in 亿元 or 亿美元."""
        return Decimal(str(self.value(path)))

    def context(self, name: str) -> Any:
        """What the statistics say beside the figures; None where nothing is known."""
        return self.statistics.get("context", {}).get(name)


def join(*parts: Part | Inline) -> Inline:
    """One inline tuple of parts and tuples; neighbouring plain texts are merged, empty ones dropped."""
    out: list[Part] = []
    for part in parts:
        for one in part if isinstance(part, tuple) else (part,):
            if one == "":
                continue
            if isinstance(one, str) and out and isinstance(out[-1], str):
                out[-1] += one
            else:
                out.append(one)
    return tuple(out)


def name_part(name: str) -> Part:
    """A name from the data; one with digits is marked as quoted."""
    text = clean(name)
    return Quoted(text) if DIGIT.search(text) else text


def listing(names: Sequence[str], *, more: bool) -> Inline:
    """甲、乙、丙等: 等 when there are `more`, or when several are named; one alone stands without it."""
    parts: list[Part] = []
    for name in names:
        if parts:
            parts.append("、")
        parts.append(name_part(name))
    if names and (more or len(names) > 1):
        parts.append("等")
    return join(*parts)


def sentence(clauses: Sequence[Inline], end: str = "。") -> Inline:
    """Clauses joined by ， and closed by `end`; () without clauses."""
    out: Inline = ()
    for clause in clauses:
        if clause:
            out = join(out, "，" if out else "", clause)
    return join(out, end) if out else ()
