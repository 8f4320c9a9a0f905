"""Rows of a table as values, and the list of everything that is wrong with them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_noop

from qa_portal.core.importing.columns import Column
from qa_portal.core.importing.problems import CellError, Problem, TableError, shown
from qa_portal.core.importing.tables import read_rows

MAX_PROBLEMS = 100_000  # then the tables are something else altogether
Values = dict[str, Any]


class EnoughProblems(Exception):
    """There are so many errors that the rest is not looked at."""


class Checking:
    """The tables of one import, read one after another; every error is noted in `problems`."""

    def __init__(
        self, tables: dict[str, Path], problems: list[Problem], progress: Callable[[int, int, str], None]
    ) -> None:
        self._tables = tables
        self._problems = problems
        self._progress = progress
        self._total_bytes = sum(path.stat().st_size for path in tables.values())
        self._done_bytes = 0
        self._incomplete: set[str] = set()

    def is_complete(self, table: str) -> bool:
        """Nothing kept the table from being read to its end; a table that is not there is complete."""
        return table not in self._incomplete

    def finished(self) -> None:
        """All tables are read."""
        self._progress(self._total_bytes, self._total_bytes, "")

    def note(self, table: str, row: int | None, column: str, message: str, /, **params: Any) -> None:
        """Add an error; `params` fill the places of the message. Raises EnoughProblems."""
        name = shown(self._tables[table].name) if table in self._tables else table
        if len(self._problems) >= MAX_PROBLEMS:
            message = gettext_noop("the check stops here, after %(count)s errors")
            self._problems.append(Problem(name, None, "", message, {"count": MAX_PROBLEMS}))
            raise EnoughProblems
        self._problems.append(Problem(name, row, column, message, params))

    def rows(self, table: str, columns: tuple[Column, ...]) -> Iterator[tuple[int, Values]]:
        """Parsed rows with their numbers; a cell with an error is noted and missing from the values."""
        path = self._tables.get(table)
        if path is None:
            return
        size, label = path.stat().st_size, path.name
        try:
            rows = read_rows(path, lambda done: self._progress(self._done_bytes + done, self._total_bytes, label))
            first, header = next(rows, (None, []))
            order = self._check_header(table, first, header, columns)
            if order is None:
                self._incomplete.add(table)
            else:
                for number, cells in rows:
                    yield number, self._parse(table, number, cells, order)
        except TableError as error:
            self._incomplete.add(table)
            self.note(table, error.row, error.column, error.message, **error.params)
        self._done_bytes += size

    def _check_header(
        self, table: str, row: int | None, header: list[str], columns: tuple[Column, ...]
    ) -> list[Column] | None:
        """The column of each cell in file order; None where the header is wrong."""
        if row is None:
            self.note(table, None, "", gettext_noop("the table is empty; its first row holds the headers"))
            return None
        by_header = {column.header: column for column in columns}
        names = [cell.strip() for cell in header]
        while names and not names[-1]:
            names.pop()
        count = len(self._problems)
        given: set[str] = set()
        for position, name in enumerate(names, start=1):
            if not name:
                self.note(table, row, str(position), gettext_noop("a column without a header"))
            elif name not in by_header:
                self.note(table, row, shown(name), gettext_noop("unknown column"))
            elif name in given:
                self.note(table, row, name, gettext_noop("the column is there twice"))
            given.add(name)
        for name in by_header:
            if name not in given:
                self.note(table, row, name, gettext_noop("the column is missing"))
        return [by_header[name] for name in names] if len(self._problems) == count else None

    def _parse(self, table: str, number: int, cells: list[str], order: list[Column]) -> Values:
        values: Values = {}
        if len(cells) < len(order):
            cells = cells + [""] * (len(order) - len(cells))
        elif any(cell.strip() for cell in cells[len(order) :]):
            self.note(table, number, "", gettext_noop("the row has more cells than the header"))
        for column, cell in zip(order, cells, strict=False):
            try:
                values[column.key] = column.parse(cell.strip())
            except CellError as error:
                if cell.lstrip().startswith("="):
                    message = gettext_noop('"%(value)s" is a formula; give its value')
                    self.note(table, number, column.header, message, value=shown(cell))
                else:
                    self.note(table, number, column.header, error.message, **error.params)
        return values
