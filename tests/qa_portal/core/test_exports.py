"""Exports: no cell starts a formula, in CSV or Excel; numbers stay numbers."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import gettext_lazy
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from qa_portal.core.exports import RowExport, as_bytes, csv_cell

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# what XML cannot hold is taken out of Excel files; NUL is in no database
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
DANGEROUS = st.builds(str.__add__, st.sampled_from(STARTS), TEXT)
CELLS = TEXT | DANGEROUS | st.integers(-(10**12), 10**12) | st.decimals(-(10**6), 10**6, places=2) | st.none()


class Export(RowExport):
    columns = {"number": "编号", "text": gettext_lazy("Text of the test"), "amount": "=金额"}
    name = "导出"

    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        self._rows = rows

    def rows(self) -> Iterator[tuple[Any, ...]]:
        yield from self._rows


@given(TEXT | DANGEROUS)
def test_a_csv_cell_never_starts_a_formula(text: str) -> None:
    cell = csv_cell(text)
    assert not cell.startswith(STARTS)
    assert cell in (text, "'" + text)
    assert (cell == text) == (not text.startswith(STARTS))


def test_numbers_and_nothing_stay_as_they_are() -> None:
    assert csv_cell(-5) == -5
    assert csv_cell(Decimal("-1E+3")) == "-1000"
    assert csv_cell(Decimal("-0.50")) == "-0.50"
    assert csv_cell(None) == ""
    assert csv_cell(True) is True


def test_a_translated_text_is_a_text() -> None:
    assert csv_cell(gettext_lazy("=SUM(A1)")) == "'=SUM(A1)"


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=5))
def test_a_csv_file_reads_back(rows: list[tuple[Any, ...]]) -> None:
    content = as_bytes(Export(rows), "csv")
    assert content.startswith(b"\xef\xbb\xbf")
    found = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert found[0] == ["编号", "Text of the test", "'=金额"]
    assert found[1:] == [[str(csv_cell(cell)) for cell in row] for row in rows]
    for cell in (cell for row in found for cell in row):
        assert not cell.startswith(STARTS) or re.fullmatch(r"-\d+(\.\d+)?", cell)


@settings(max_examples=25)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=5))
def test_a_workbook_holds_no_formula_and_no_link(rows: list[tuple[Any, ...]]) -> None:
    content = as_bytes(Export(rows), "xlsx")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert re.findall(r"<f[\s>/]", sheet) == []
    assert "<hyperlink" not in sheet


def test_a_workbook_reads_back() -> None:
    rows = [
        ("2020-0001", "=1+1", Decimal("12.50")),
        ("2020-0002", "http://example.com", -3),
        ("2020-0003", "_x000D_ 竖线\x07", None),
        (True, gettext_lazy("=text"), Decimal(0)),
    ]
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(as_bytes(Export(rows), "xlsx"))).get_sheet_by_index(0)
    assert sheet.to_python() == [
        ["编号", "Text of the test", "=金额"],
        ["2020-0001", "=1+1", 12.5],
        ["2020-0002", "http://example.com", -3.0],
        ["2020-0003", "_x000D_ 竖线", ""],
        ["True", "=text", 0.0],
    ]


@pytest.mark.django_db  # closing a response looks after connections
def test_the_response_is_a_download_that_nobody_keeps() -> None:
    for ending, kind in (("csv", "text/csv; charset=utf-8"), ("xlsx", "application/vnd.openxmlformats")):
        response = Export([("1", "2", 3)]).response(ending)
        assert response["Content-Type"].startswith(kind)
        assert response["Content-Disposition"] == f"attachment; filename*=UTF-8''%E5%AF%BC%E5%87%BA.{ending}"
        assert response["Cache-Control"] == "private, no-store"
        assert b"".join(response) == as_bytes(Export([("1", "2", 3)]), ending) or ending == "xlsx"
        response.close()
