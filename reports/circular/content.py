"""Content model of the circular (通报): what it says, without any form.

One model feeds the PDF, Word, HTML and plain text renderers, so that all four say the same.
Inline text is a tuple of parts: plain `str`, `BoundFigure` (counted, with its name) or `Quoted`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class BoundFigure:
    """A printed figure and its name: the dotted path into the statistics (contracts.md, 3)."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """A number quoted from an application or a name, not counted by the portal."""

    text: str


Part = str | BoundFigure | Quoted
Inline = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph without heading."""

    content: Inline


@dataclass(frozen=True, slots=True)
class Section:
    """First level, 黑体: `ordinal` is 一、 and `heading` has no end mark (GB/T 9704-2012, 7.3.3)."""

    ordinal: str
    heading: str


@dataclass(frozen=True, slots=True)
class Subsection:
    """Second level, 楷体: `ordinal` is （一）; `content` runs in after the heading, () if it stands alone."""

    ordinal: str
    heading: str
    content: Inline = ()


@dataclass(frozen=True, slots=True)
class Item:
    """Third level, 仿宋: `ordinal` is 1．; the text runs in after the heading."""

    ordinal: str
    heading: str
    content: Inline = ()


@dataclass(frozen=True, slots=True)
class ChartRow:
    """One bar. `name` is the statistics path of the row; `share` is as printed, None if there is none."""

    label: str
    count: int
    share: str | None
    name: str


@dataclass(frozen=True, slots=True)
class Chart:
    """图`number`: bars of counts, each with its share; `description` is the alternative text."""

    number: int
    caption: Inline
    unit: str
    rows: tuple[ChartRow, ...]
    description: str
    axis_title: str


Block = Paragraph | Section | Subsection | Item | Chart


@dataclass(frozen=True, slots=True)
class Imprint:
    """版记 (GB/T 9704-2012, 7.4): `copies` is 抄送：…。 or None, `printed_on` None while a draft."""

    copies: str | None
    printed_by: str
    printed_on: date | None


@dataclass(frozen=True, slots=True)
class Circular:
    """A whole circular. `document_number` of a draft has a blank for the number; `signed_on` may be None."""

    year: int
    mark: str
    document_number: str
    title: tuple[Inline, ...]
    addressee: str
    blocks: tuple[Block, ...]
    issuer: str
    signed_on: date | None
    note: str
    imprint: Imprint
    sealed: bool = True

    @property
    def title_text(self) -> str:
        """The title in one line."""
        return "".join(plain(line) for line in self.title)

    @property
    def signed_text(self) -> str:
        """成文日期, with blanks while it is not set."""
        return date_text(self.signed_on, self.year)

    @property
    def printed_text(self) -> str:
        """印发日期 with 印发, with blanks while it is not set."""
        return date_text(self.imprint.printed_on, self.year) + "印发"


def date_text(day: date | None, year: int) -> str:
    """2020年9月21日 (GB/T 9704-2012, 7.3.5.4: no leading zero); a blank form without a day."""
    if day is None:
        return f"{year}年　月　日"
    return f"{day.year}年{day.month}月{day.day}日"


def plain(content: Inline) -> str:
    """The text of inline parts."""
    return "".join(part if isinstance(part, str) else part.text for part in content)


def block_heading(block: Block) -> str:
    """Ordinal and heading of a block, "" for one without; the caption with 图N for a chart."""
    if isinstance(block, Chart):
        return f"图{block.number}　{plain(block.caption)}"
    if isinstance(block, Paragraph):
        return ""
    return block.ordinal + block.heading


def block_content(block: Block) -> Inline:
    """The running text of a block without its heading; () where there is none."""
    if isinstance(block, Paragraph | Subsection | Item):
        return block.content
    return ()


def plain_block(block: Block) -> str:
    """The text of a block in one line; of a chart its caption."""
    return block_heading(block) + plain(block_content(block))


def count_figure(row: ChartRow) -> BoundFigure:
    """The count of a bar as a bound figure."""
    return BoundFigure(f"{row.name}.count", str(row.count))


def share_figure(row: ChartRow) -> BoundFigure | None:
    """The share of a bar as a bound figure, None for a share of nothing."""
    return None if row.share is None else BoundFigure(f"{row.name}.share", row.share)


def spoken_share(row: ChartRow) -> str | None:
    """The share of a bar for a sentence or label; None for one that rounds to 0%, which only a table shows."""
    return None if row.share == "0%" else row.share


def figures(circular: Circular) -> Iterator[BoundFigure]:
    """Every bound figure in reading order, those of the title and the charts included."""
    for line in circular.title:
        yield from (part for part in line if isinstance(part, BoundFigure))
    for block in circular.blocks:
        if isinstance(block, Chart):
            yield from (part for part in block.caption if isinstance(part, BoundFigure))
            for row in block.rows:
                yield count_figure(row)
                share = share_figure(row)
                if share is not None:
                    yield share
        else:
            yield from (part for part in block_content(block) if isinstance(part, BoundFigure))
