"""The first sheet of an Excel file as rows of text.

The reader (calamine) keeps a sheet as one rectangle in memory, forgets formulas and shows error values as
nothing. So the sheet's XML is looked at first: how large that rectangle would be, and which cells hold
formulas or errors; these come out as the text that a CSV file would hold, `=1+1` or `#N/A`.
"""

import posixpath
import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.parsers import expat

from django.utils.translation import gettext_noop

from qa_portal.core.importing.archives import CHUNK, DAMAGED, check_zip
from qa_portal.core.importing.problems import TableError

MAX_UNPACKED = 500_000_000  # bytes of all parts
MAX_CELLS = 5_000_000  # of the rectangle from the first cell to the last; about 65 bytes each
MAX_COLUMNS = 16_384  # of any sheet
MAX_OVERRIDES = 100_000  # formulas and error values in one sheet
CELL = re.compile(rb"<(?:\w+:)?c(?:\s[^>]*)?(?<!/)>")
PLACED = re.compile(rb"""<(?:\w+:)?c\s(?:[^>]*?\s)?r=["']([A-Z]{1,3})(\d{1,7})["'][^>]*(?<!/)>""")
SPECIAL = re.compile(rb"""<(?:\w+:)?f[\s/>]|<(?:\w+:)?c\s(?:[^>]*?\s)?t=["']e["']""")
REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
WORKBOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
Overrides = dict[int, dict[int, str]]  # row → column, both from 1 → text


def read_sheet(path: Path, progress: Callable[[int], None]) -> Iterator[tuple[int, list[str]]]:
    """Yield `(row number, cells)` of the rows with content. Raises TableError."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with check_zip(path, max_total=MAX_UNPACKED) as archive:
            overrides = _checked(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, expat.ExpatError):
        raise TableError(DAMAGED) from None
    size = path.stat().st_size
    try:
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    except (CalamineError, IndexError, OSError, ValueError):
        raise TableError(DAMAGED) from None
    start = sheet.start[1] + 1 if sheet.start else 1
    left = min([start, *(column for texts in overrides.values() for column in texts)])
    padding = [""] * (start - left)
    height = max(sheet.total_height, 1)
    number = 0
    for number, values in enumerate(sheet.iter_rows(), start=1):
        if number % 1000 == 0:
            progress(size * number // height)
        cells = padding + [_cell_text(value) for value in values]
        if number in overrides:
            cells = _overridden(cells, left, overrides.pop(number))
        if any(cell.strip() for cell in cells):
            yield number, cells
    for below in sorted(overrides):  # formulas without a value below all that has one
        yield below, _overridden([], left, overrides[below])


def _cell_text(value: Any) -> str:
    """An Excel value as the text that a person sees in a cell of format General."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        # Excel keeps 15 digits: 0.30000000000000004 is shown, and was typed, as 0.3
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else f"{Decimal(f'{value:.15g}'):f}"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def _overridden(cells: list[str], left: int, texts: dict[int, str]) -> list[str]:
    """The row with the texts of its formulas and errors; `left` is the column of the first cell."""
    row = cells + [""] * (max(texts) - left + 1 - len(cells))
    for column, text in texts.items():
        row[column - left] = text
    return row


# ------------------------------------------------------------------ the XML behind the sheet


def _checked(archive: zipfile.ZipFile) -> Overrides:
    """Refuse a sheet that is too large to be read; the texts of its formulas and error values."""
    name = _first_sheet(archive)
    cells = placed = rows = columns = 0
    has_special = False
    with archive.open(name) as file:
        rest = b""
        while chunk := file.read(CHUNK):
            data = rest + chunk
            cut = data.rfind(b"<")
            data, rest = (data, b"") if cut < 0 or b">" in data[cut:] else (data[:cut], data[cut:])
            if len(rest) > CHUNK:
                raise TableError(DAMAGED)
            found = PLACED.findall(data)
            cells += len(CELL.findall(data))
            placed += len(found)
            if found:
                rows = max(rows, max(int(row) for _letters, row in found))
                columns = max(columns, *(_column(letters.decode()) for letters in {one[0] for one in found}))
            has_special = has_special or SPECIAL.search(data) is not None
    missing = cells - placed  # some programs leave the place out: each may be one column, or row, further
    if (rows + missing) * (columns + min(missing, MAX_COLUMNS)) > MAX_CELLS:
        raise TableError(
            gettext_noop("the sheet reaches over more than %(limit)s million cells; save it as CSV"),
            limit=MAX_CELLS // 1_000_000,
        )
    return _special_cells(archive, name) if has_special else {}


def _column(letters: str) -> int:
    """A → 1, Z → 26, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _first_sheet(archive: zipfile.ZipFile) -> str:
    """The name of the part that holds the sheet which is leftmost in Excel."""
    sheets: list[str] = []
    targets: dict[str, str] = {}

    def in_workbook(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            sheets.append(attributes.get("id", ""))

    def in_relations(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            if attributes.get("Id", "") in targets:
                raise TableError(DAMAGED)
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    names = set(archive.namelist())
    if not {WORKBOOK, RELATIONS} <= names:
        raise TableError(DAMAGED)
    _parse(archive, WORKBOOK, start=in_workbook)
    _parse(archive, RELATIONS, start=in_relations)
    target = targets.get(sheets[0], "") if sheets else ""
    name = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    if not target or name not in names:
        raise TableError(DAMAGED)
    return name


@dataclass
class _Cell:
    """Where the parser is: the cell it is in, and the text of what it collects there."""

    place: re.Match[str] | None = None
    is_error: bool = False
    collects: str = ""  # "f" or "v"
    text: list[str] = field(default_factory=list)


def _special_cells(archive: zipfile.ZipFile, name: str) -> Overrides:
    """Formulas as "=…" and error values as "#…", by place."""
    found: Overrides = defaultdict(dict)
    cell = _Cell()
    count = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            cell.place = REFERENCE.fullmatch(attributes.get("r", ""))
            cell.is_error = attributes.get("t") == "e"
        elif tag == "f" or (tag == "v" and cell.is_error):
            cell.collects, cell.text = tag, []

    def text(data: str) -> None:
        if cell.collects:
            cell.text.append(data)

    def end(tag: str) -> None:
        nonlocal count
        if not cell.collects or tag != cell.collects:
            return
        if cell.place is None or (count := count + 1) > MAX_OVERRIDES:
            raise TableError(gettext_noop("the sheet holds formulas; paste their values instead"))
        content = "".join(cell.text).strip()
        shown = f"={content}" if tag == "f" else content or "#N/A"
        # a formula says more than its value, and stands before it
        found[int(cell.place[2])].setdefault(_column(cell.place[1]), shown)
        cell.collects = ""

    _parse(archive, name, start=start, text=text, end=end)
    return dict(found)


def _parse(archive: zipfile.ZipFile, name: str, *, start: Any, text: Any = None, end: Any = None) -> None:
    """Run a part through expat with local names for tags and attributes; raises ExpatError."""
    parser = expat.ParserCreate(namespace_separator=" ")

    def local(name: str) -> str:
        return name.rsplit(" ", 1)[-1]

    def refuse_entities(*_: Any) -> None:
        raise TableError(DAMAGED)

    parser.StartElementHandler = lambda tag, attributes: start(
        local(tag), {local(key): value for key, value in attributes.items()}
    )
    parser.EndElementHandler = (lambda tag: end(local(tag))) if end else None
    parser.CharacterDataHandler = text
    parser.EntityDeclHandler = refuse_entities
    with archive.open(name) as file:
        parser.ParseFile(file)
