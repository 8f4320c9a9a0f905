"""What is wrong with a table, and where."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext

from qa_portal.core.exports import csv_cell

SHOWN = 60  # characters of a wrong value that a message repeats


@dataclass(frozen=True, slots=True)
class Problem:
    """One error: file, row (1 = header; None for the file as a whole), column and message.

    `message` is an English msgid with %(name)s places; `text` translates it into the active language.
    """

    file: str
    row: int | None
    column: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def explanation(self) -> str:
        """The message in the active language, without the place."""
        return gettext(self.message) % self.params

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.row, self.column) if part not in (None, ""))
        return f"{place}: {self.explanation}"

    def as_json(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "row": self.row,
            "column": self.column,
            "message": self.message,
            "params": dict(self.params),
        }


def shown(value: str) -> str:
    """A wrong value as a message repeats it: one line, at most SHOWN characters, nothing that acts on a screen."""
    text = " ".join(value[: 4 * SHOWN].split())
    text = text if len(text) <= SHOWN and len(value) <= 4 * SHOWN else text[:SHOWN] + "…"
    return "".join(one if one.isprintable() else f"<U+{ord(one):04X}>" for one in text)


def problems_as_csv(problems: Iterable[Problem]) -> bytes:
    """All errors as a CSV file: file, row, column, message in the active language."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([gettext("File"), gettext("Row"), gettext("Column"), gettext("Error")])
    for one in problems:
        writer.writerow([csv_cell(cell) for cell in (one.file, one.row, one.column, one.explanation)])
    return ("\ufeff" + buffer.getvalue()).encode()


class CellError(Exception):
    """A cell breaks the rule of its column. `params` fill the places of the message."""

    def __init__(self, message: str, **params: Any) -> None:
        super().__init__(message)
        self.message = message
        self.params = params


class TableError(Exception):
    """A file cannot be read as a table; `row` and `column` where it is known."""

    def __init__(self, message: str, row: int | None = None, column: str = "", **params: Any) -> None:
        super().__init__(message)
        self.message = message
        self.row = row
        self.column = column
        self.params = params
