"""Rows of a CSV or Excel file as text, whatever a person or a program put into it."""

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from django.utils.translation import gettext_noop

from qa_portal.core.importing.archives import CHUNK
from qa_portal.core.importing.problems import TableError
from qa_portal.core.importing.sheets import read_sheet

MAX_FILE = 500_000_000  # bytes of one table
MAX_CELL = 16_000_000  # characters that the CSV reader takes in before it gives up on a cell
MAX_LINE = 2 * MAX_CELL
SIGNATURES = (
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x1f\x8b",
    b"<htm",
)
NO_TABLE = gettext_noop("this is not a table: neither CSV text nor what its ending says")
Row = tuple[int, list[str]]
Progress = Callable[[int], None]  # bytes of the file read so far


def read_rows(path: Path, progress: Progress = lambda done: None) -> Iterator[Row]:
    """Yield `(row number, cells)` of a table, the header included, rows without content left out.

    Row numbers are those that Excel shows. Raises TableError when the file is no table.
    """
    if path.stat().st_size > MAX_FILE:
        raise TableError(gettext_noop("the file is larger than %(limit)s MB"), limit=MAX_FILE // 1_000_000)
    reader = read_sheet if path.suffix.lower() == ".xlsx" else _read_csv
    return reader(path, progress)


def _read_csv(path: Path, progress: Progress) -> Iterator[Row]:
    csv.field_size_limit(MAX_CELL)
    number = 0
    # newline="": only \n, \r\n and \r end a line, and the csv module sees which
    with path.open("rb") as raw, io.TextIOWrapper(raw, _encoding_of(path), newline="") as file:
        try:
            for cells in csv.reader(_lines(file), strict=True):
                number += 1
                if number % 1000 == 0:
                    progress(raw.tell())
                if any(cell.strip() for cell in cells):
                    yield number, cells
        except csv.Error as error:
            if "field larger" in str(error):
                message = gettext_noop("a cell is far too long; perhaps a quotation mark does not close")
            else:
                message = gettext_noop("the quotation marks of this row do not close")
            raise TableError(message, row=number + 1) from None
        except TableError as error:
            error.row = number + 1
            raise


def _lines(file: IO[str]) -> Iterator[str]:
    while line := file.readline(MAX_LINE):
        if "\0" in line:
            raise TableError(gettext_noop("holds a character that cannot be shown"))
        if len(line) == MAX_LINE:
            raise TableError(gettext_noop("a line is far too long"))
        yield line


def _encoding_of(path: Path) -> str:
    """UTF-8 (with or without BOM) or GB18030, proved on the whole file."""
    with path.open("rb") as file:
        start = file.read(64)
        header = start + file.readline(1 << 16)
    if start.lstrip().lower().startswith(SIGNATURES) or start.startswith(SIGNATURES) or b"\0" in start:
        raise TableError(NO_TABLE)
    failed_at = 1
    for encoding in ("utf-8-sig", "gb18030"):
        row = _row_that_fails(path, encoding)
        if row is None:
            return encoding
        failed_at = max(failed_at, row)
        if encoding == "utf-8-sig" and _is_utf8(header.rpartition(b"\n")[0]):
            raise TableError(gettext_noop("the text is not UTF-8 all through"), row=row)
    raise TableError(gettext_noop("the text is neither UTF-8 nor GB18030"), row=failed_at)


def _is_utf8(line: bytes) -> bool:
    """A line that is UTF-8 and, as it has Chinese characters, can hardly be anything else."""
    try:
        return not line.isascii() and bool(line.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _row_that_fails(path: Path, encoding: str) -> int | None:
    """The line that is not in this encoding; None when the whole file is."""
    decoder = codecs.getincrementaldecoder(encoding)()
    row = 1
    with path.open("rb") as file:
        try:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
                row += chunk.count(b"\n")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            return row + error.object.count(b"\n", 0, error.start)
    return None
