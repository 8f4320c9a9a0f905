"""Tables as files: streamed CSV and XLSX that no spreadsheet program mistakes for formulas.

Subclasses name the columns (key → header) and yield one tuple per row in that order.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any
from urllib.parse import quote

import xlsxwriter
from django.db import models
from django.dispatch import Signal
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse

# What a spreadsheet program may take for the start of a formula, full-width forms included
FORMULA_START = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
# XML 1.0 cannot hold these
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Row = tuple[Any, ...]

# Sent before a table leaves the portal, with `export` and `ending`: the audit trail notes who took it. It
# stands above this module and listens; what a listener raises keeps the file back.
export_taken = Signal()


def csv_cell(value: Any) -> Any:
    """A value for CSV: text that could start a formula gets a leading apostrophe; numbers stay."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int | float):
        return value
    text = str(value)  # a translated text is not a str yet
    return "'" + text if FORMULA_START.match(text) else text


class _Echo:
    """A file for csv.writer whose write gives the line back."""

    def write(self, line: str) -> str:
        return line


class RowExport:
    """Base of the exports. `name` is the file name without ending, `about` what the table is about."""

    columns: Mapping[str, Any] = {}
    name = "export"
    about: models.Model | None = None
    is_noted = True  # False where the view leaves an entry that says more

    def rows(self) -> Iterable[Row]:
        """One tuple per row, in the order of `columns`; a generator, so that memory stays flat."""
        raise NotImplementedError

    def csv_lines(self) -> Iterator[str]:
        """Lines of the CSV file: UTF-8 with BOM, as Chinese Excel expects it."""
        writer = csv.writer(_Echo())
        yield "\ufeff" + writer.writerow([csv_cell(header) for header in self.columns.values()])
        for row in self.rows():
            yield writer.writerow([csv_cell(value) for value in row])

    def write_xlsx(self, file: IO[bytes]) -> None:
        """Write the workbook; every text is a string cell, never a formula or a link."""
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(file, options) as book:
            sheet = book.add_worksheet()
            bold = book.add_format({"bold": True})
            for column, header in enumerate(self.columns.values()):
                sheet.write_string(0, column, str(header), bold)
            for number, row in enumerate(self.rows(), start=1):
                for column, value in enumerate(row):
                    if isinstance(value, int | Decimal) and not isinstance(value, bool):
                        sheet.write_number(number, column, value)
                    elif value is not None and value != "":
                        sheet.write_string(number, column, UNWRITABLE.sub("", str(value)))
            sheet.freeze_panes(1, 1)

    def response(self, ending: str) -> HttpResponseBase:
        """The file as a download, which leaves an entry in the audit trail; `ending` is "csv" or "xlsx"."""
        export_taken.send(type(self), export=self, ending=ending)
        if ending == "csv":
            lines = (line.encode() for line in self.csv_lines())
            response: HttpResponseBase = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        else:
            file = TemporaryFile()  # noqa: SIM115 - FileResponse closes it
            self.write_xlsx(file)
            file.seek(0)
            response = FileResponse(file, content_type=XLSX_TYPE)
        response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{self.name}.{ending}')}"
        response["Cache-Control"] = "private, no-store"
        return response


def as_bytes(export: RowExport, ending: str) -> bytes:
    """The whole file in memory, for small exports and tests."""
    if ending == "csv":
        return "".join(export.csv_lines()).encode()
    buffer = io.BytesIO()
    export.write_xlsx(buffer)
    return buffer.getvalue()
