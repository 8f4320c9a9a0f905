"""Files that are no tables, or tables made to do harm: refused in one line, at once, in little memory."""

import io
import os
import random
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa_portal.core.importing.archives import check_zip
from qa_portal.core.importing.problems import TableError
from qa_portal.core.importing.tables import read_rows
from tests.builders import HEADERS, csv_bytes, small_year, write_xlsx, write_year
from tests.reports.importing.support import refused, run_import

DAMAGED = "the file is damaged or not what its ending says"
NO_TABLE = "this is not a table: neither CSV text nor what its ending says"
BOMB = "the archive unpacks to far more than it should; it is not opened"
TEXT = csv_bytes(small_year()["applications"], HEADERS["applications"], encoding="utf-8")
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452") + b"\x01" * 200
RANDOM = random.Random(7).randbytes(5_000)  # noqa: S311 - the same bytes each time


def with_table(folder: Path, name: str, content: bytes) -> Path:
    """A valid year in which one table has this content."""
    tables = {key: rows for key, rows in small_year().items() if key != Path(name).stem and key != "reviews"}
    write_year(folder, tables)
    (folder / name).write_bytes(content)
    return folder


def as_xlsx(sheet: bytes, **parts: bytes) -> bytes:
    """A workbook whose only sheet is this XML."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        book.add_worksheet()
    result = io.BytesIO()
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                content = sheet
            target.writestr(entry.filename, parts.get(Path(entry.filename).stem, content))
    return result.getvalue()


def sheet(cells: str, *, head: str = "") -> bytes:
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return (
        f'<?xml version="1.0"?>{head}<worksheet xmlns="{namespace}"><sheetData>{cells}</sheetData></worksheet>'.encode()
    )


def zip_of(content: bytes, name: str = "xl/worksheets/sheet1.xml") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def lying_zip(real: int, stated: int) -> bytes:
    """A zip file whose headers state another size than the stream has."""
    content = bytearray(zip_of(b"0" * real))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.find(mark) + offset
        content[at : at + 4] = struct.pack("<I", stated)
    return bytes(content)


def encrypted_zip() -> bytes:
    content = bytearray(zip_of(b"secret"))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(mark) + offset] |= 1
    return bytes(content)


def overlapping_zip() -> bytes:
    """Many entries that share one compressed stream: each alone looks harmless."""
    content = zip_of(random.Random(7).randbytes(500_000), "a")  # noqa: S311 - the same bytes each time
    start, end = content.find(b"PK\x01\x02"), content.find(b"PK\x05\x06")
    entry = content[start:end]
    directory = b"".join(entry[:-1] + bytes([65 + place]) for place in range(50))
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 50, 50, len(directory), start, 0)
    return content[:start] + directory + tail


def crowded_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(2_001):
            archive.writestr(f"{number}", b"")
    return buffer.getvalue()


def zip_in_zip() -> bytes:
    inner = zip_of(b"0" * 1_000_000)
    for _depth in range(5):
        inner = zip_of(inner, "xl/workbook.xml")
    return inner


NO_TABLES: list[tuple[str, bytes, str]] = [
    ("applications.csv", PNG, NO_TABLE),
    ("applications.csv", b"%PDF-1.7\n" + b"1 0 obj\n" * 30, NO_TABLE),
    ("applications.csv", zip_of(TEXT), NO_TABLE),
    ("applications.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x01" * 500, NO_TABLE),
    ("applications.csv", b"\n <HTML><table>", NO_TABLE),
    ("applications.csv", TEXT.decode().encode("utf-16"), NO_TABLE),
    ("applications.csv", TEXT.decode().encode("utf-32"), NO_TABLE),
    ("applications.csv", RANDOM[:9] + b"\0" + RANDOM, NO_TABLE),
    ("experts.csv", b"a" + RANDOM, "1: the text is neither UTF-8 nor GB18030"),
    ("applications.xlsx", b"", DAMAGED),
    ("applications.xlsx", PNG, DAMAGED),
    ("applications.xlsx", TEXT, DAMAGED),
    ("applications.xlsx", RANDOM, DAMAGED),
    ("applications.xlsx", b"PK\x03\x04" + RANDOM, DAMAGED),
    ("applications.xlsx", zip_of(b"0" * 200_000_000), BOMB),
    ("applications.xlsx", lying_zip(200_000_000, 1_000), "the archive states a wrong size; it is not opened"),
    ("applications.xlsx", lying_zip(1_000, 2_000), "the archive states a wrong size; it is not opened"),
    ("applications.xlsx", encrypted_zip(), "the archive is encrypted"),
    ("applications.xlsx", overlapping_zip(), DAMAGED),
    ("applications.xlsx", crowded_zip(), "the archive holds too many entries"),
    ("applications.xlsx", zip_in_zip(), DAMAGED),
    ("applications.xlsx", zip_of(b"<workbook/>", "xl/workbook.xml"), DAMAGED),
    ("applications.xlsx", as_xlsx(b"no xml at all"), DAMAGED),
    ("applications.xlsx", as_xlsx(sheet("<row r='1'><c r='A1' t='e'><v>#N/A</v>")), DAMAGED),
    (
        "applications.xlsx",
        as_xlsx(sheet("<row r='1'><c r='A1' t='e'><f>&a;</f></c></row>", head='<!DOCTYPE x [<!ENTITY a "aaaa">]>')),
        DAMAGED,
    ),
    ("applications.xlsx", as_xlsx(sheet(""), workbook=b"<workbook/>"), DAMAGED),
    (
        "applications.xlsx",
        as_xlsx(sheet("<row r='1'><c r='A1'><v>1</v></c></row><row r='9'><c r='XFD1048576'><v>1</v></c></row>")),
        "the sheet reaches over more than 5 million cells; save it as CSV",
    ),
    ("experts.xlsx", as_xlsx(sheet("")), "the table is empty; its first row holds the headers"),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "content", "message"), NO_TABLES)
def test_what_is_no_table_is_refused_at_once(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    with_table(tmp_path, name, content)
    begin = time.process_time()
    lines = refused(tmp_path)
    assert lines == [f"{name}:{message}" if message[0] == "1" else f"{name}: {message}"]
    assert time.process_time() - begin < 1


def test_a_zip_bomb_takes_no_memory(tmp_path: Path) -> None:
    """195 kB that unpack to 200 MB, honest and lying, and a sheet with two cells far apart."""
    files = {
        "honest": zip_of(b"0" * 200_000_000),
        "lying": lying_zip(200_000_000, 1_000),
        "sparse": as_xlsx(sheet("<row r='1'><c r='A1'><v>1</v></c><c r='ZZ300000'><v>1</v></c></row>")),
    }
    for name, content in files.items():
        assert len(content) < 200_000
        (tmp_path / f"{name}.xlsx").write_bytes(content)
    code = """
import resource, sys
from pathlib import Path
from qa_portal.core.importing.problems import TableError
from qa_portal.core.importing.tables import read_rows
import python_calamine
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in sorted(Path(sys.argv[1]).glob("*.xlsx")):
    try:
        list(read_rows(path))
    except TableError:
        continue
    sys.exit(f"{path} was read")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    # plain Django settings are enough: reading a table needs no database
    env = {**os.environ, "PYTHONPATH": os.getcwd()}
    done = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\n{code}", str(tmp_path)],
        env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) < 20_000  # kB


def test_a_directory_of_a_million_entries_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "applications.xlsx"
    entry = struct.pack("<4s6H3I5H2I", b"PK\x01\x02", *[0] * 6, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    count = 1_000_000
    path.write_bytes(
        entry * count + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 65_535, 65_535, len(entry) * count, 0, 0)
    )
    begin = time.process_time()
    with pytest.raises(TableError, match="too many entries"):
        check_zip(path)
    assert time.process_time() - begin < 1


# ------------------------------------------------------------------ CSV
def damaged(change: Callable[[list[bytes]], None]) -> bytes:
    """The table of applications with its lines changed."""
    lines = TEXT.split(b"\r\n")
    change(lines)
    return b"\r\n".join(lines)


def replace_in(line: int, old: str, new: bytes) -> Callable[[list[bytes]], None]:
    def change(lines: list[bytes]) -> None:
        assert old.encode() in lines[line]
        lines[line] = lines[line].replace(old.encode(), new, 1)

    return change


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "line"),
    [
        (replace_in(2, "寿命", '寿"命'.encode()), "3:项目名称"),
        (replace_in(2, "2021-0002", b'"2021-0002'), "3: the quotation marks of this row do not close"),
        (replace_in(2, "2021-0002", b'"2021-0002"x'), "3: the quotation marks of this row do not close"),
        (replace_in(2, "密封件", "密\0封件".encode()), "3: holds a character that cannot be shown"),
        (replace_in(3, "密封件", b"\xff\xfe"), "4: the text is not UTF-8 all through"),
        (replace_in(1, "上海", b"\xc9\xcf\xba\xa3"), "2: the text is not UTF-8 all through"),
    ],
)
def test_a_damaged_csv_is_named_by_row(change: Callable[[list[bytes]], None], line: str, tmp_path: Path) -> None:
    with_table(tmp_path, "applications.csv", damaged(change))
    if line == "3:项目名称":
        # a quotation mark inside a cell is text
        assert run_import(tmp_path).startswith("2021: imported 3")
    else:
        assert refused(tmp_path) == [f"applications.csv:{line}"]


@pytest.mark.django_db
def test_a_quotation_mark_that_swallows_a_large_file(tmp_path: Path) -> None:
    content = TEXT + b'"2021-0009' + "题,".encode() * 5_000_000
    with_table(tmp_path, "applications.csv", content)
    assert refused(tmp_path) == ["applications.csv:5: the quotation marks of this row do not close"]
    with_table(tmp_path, "applications.csv", TEXT + b'"2021-0009' + b"x," * 9_000_000)
    assert refused(tmp_path) == ["applications.csv:5: a cell is far too long; perhaps a quotation mark does not close"]


def test_a_line_without_an_end(tmp_path: Path) -> None:
    path = tmp_path / "applications.csv"
    path.write_bytes(TEXT + b"x" + b"," * 33_000_000)
    with pytest.raises(TableError, match="a line is far too long"):
        list(read_rows(path))


def test_a_file_beyond_the_limit_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "applications.csv"
    with path.open("wb") as file:
        file.truncate(500_000_001)  # sparse: takes no room on the disk
    with pytest.raises(TableError) as caught:
        read_rows(path)
    assert (caught.value.message, caught.value.params) == ("the file is larger than %(limit)s MB", {"limit": 500})


# ------------------------------------------------------------------ Excel
def special_workbook(path: Path) -> None:
    """Formulas in a number, a text, a choice, an empty place below; an error value; a date."""
    headers = HEADERS["applications"]
    write_xlsx(path, small_year()["applications"], headers)
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, headers)
        for place, row in enumerate(small_year()["applications"], start=1):
            page.write_row(place, 0, [row[header] for header in headers])
        page.write_formula(1, headers.index("新增利润"), "=SUM(A1:A2)", value=12)
        page.write_formula(1, headers.index("项目名称"), '="质量"&"攻关"', value="质量攻关")
        page.write_formula(2, headers.index("所在区"), "=F2", value="闵行区")
        page.write_formula(2, headers.index("评审结果"), "=NA()", value="#N/A")
        page.write_datetime(
            3, headers.index("新增销售额"), date(2021, 3, 1), book.add_format({"num_format": "yyyy-mm-dd"})
        )
        page.write_boolean(3, headers.index("专精特新"), True)
        page.write_formula(5, 0, "=1+1", value="")
        other = book.add_worksheet("汇总")
        other.write_formula(0, 0, "=COUNTA(Sheet1!A2:A99)", value=3)


@pytest.mark.django_db
def test_formulas_and_errors_of_a_sheet_are_named_by_row_and_column(tmp_path: Path) -> None:
    special_workbook(tmp_path / "applications.xlsx")
    lines = refused(tmp_path)
    assert lines[:6] == [
        'applications.xlsx:2:项目名称: "="质量"&"攻关"" is a formula; give its value',
        'applications.xlsx:2:新增利润: "=SUM(A1:A2)" is a formula; give its value',
        'applications.xlsx:3:所在区: "=F2" is a formula; give its value',
        'applications.xlsx:3:评审结果: "=NA()" is a formula; give its value',
        'applications.xlsx:4:专精特新: "TRUE" is neither 是 nor 否',
        'applications.xlsx:4:新增销售额: "2021-03-01" is not a number',
    ]
    assert 'applications.xlsx:6:申报编号: "=1+1" is a formula; give its value' in lines
    assert all(line.startswith("applications.xlsx:6:") for line in lines[6:])


@pytest.mark.django_db
def test_formulas_on_another_sheet_are_nobody_s_business(tmp_path: Path) -> None:
    path = tmp_path / "applications.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADERS["applications"])
        for place, row in enumerate(small_year()["applications"], start=1):
            page.write_row(place, 0, list(row.values()))
        book.add_worksheet("汇总").write_formula(0, 0, "=COUNTA(Sheet1!A2:A99)", value=3)
    assert run_import(tmp_path).startswith("2021: imported 3")


def rows_of(path: Path, content: bytes) -> list[tuple[int, list[str]]]:
    path.write_bytes(content)
    return list(read_rows(path))


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<v>0.30000000000000004</v>", "0.3"),
        ("<v>10259</v>", "10259"),
        ("<v>-3.5</v>", "-3.5"),
        ("<v>1E-6</v>", "0.000001"),
        ("<v>1E+30</v>", "1" + "0" * 30),
        ("<v>NaN</v>", "NaN"),
        ("<v>inf</v>", "Infinity"),
        ("<f>1+1</f><v>2</v>", "=1+1"),
        ("<f t='shared' si='0'/><v>2</v>", "="),
    ],
)
def test_numbers_of_a_sheet_as_text(cell: str, text: str, tmp_path: Path) -> None:
    content = as_xlsx(sheet(f"<row r='2'><c r='B2'>{cell}</c><c r='C2'><v>7</v></c></row>"))
    assert rows_of(tmp_path / "a.xlsx", content) == [(2, [text, "7"])]


def test_an_error_value_is_not_an_empty_cell(tmp_path: Path) -> None:
    content = as_xlsx(sheet("<row r='1'><c r='A1'><v>1</v></c><c r='B1' t='e'><v>#REF!</v></c></row>"))
    assert rows_of(tmp_path / "a.xlsx", content) == [(1, ["1", "#REF!"])]


def test_a_sheet_that_begins_further_right_and_below(tmp_path: Path) -> None:
    content = as_xlsx(sheet("<row r='3'><c r='C3'><v>1</v></c></row><row r='5'><c r='B5'><f>C3</f></c></row>"))
    assert rows_of(tmp_path / "a.xlsx", content) == [(3, ["", "1"]), (5, ["=C3"])]


def test_cells_without_a_place_follow_each_other(tmp_path: Path) -> None:
    content = as_xlsx(sheet("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c><c><v>4</v></c></row>"))
    assert rows_of(tmp_path / "a.xlsx", content) == [(1, ["1", "2"]), (2, ["3", "4"])]


# ------------------------------------------------------------------ whatever it is
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_to_a_workbook_is_read_or_refused(data: st.DataObject, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_xlsx(path, small_year()["applications"], HEADERS["applications"])
    content = bytearray(path.read_bytes())
    for _change in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content))
    with suppress(TableError):
        list(read_rows(path))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_to_a_sheet_is_read_or_refused(data: st.DataObject, tmp_path: Path) -> None:
    """The archive stays whole, so that the reader of sheets itself meets the damage."""
    cells = (
        "<row r='1'><c r='A1' t='inlineStr'><is><t>x</t></is></c>"
        "<c r='B1'><v>1.5</v></c><c r='C1' t='e'><v>#N/A</v></c></row>"
    )
    content = bytearray(sheet(cells))
    for _change in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(32, 127))
    path = tmp_path / "a.xlsx"
    path.write_bytes(as_xlsx(bytes(content)))
    with suppress(TableError):
        list(read_rows(path))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_csv_or_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    try:
        rows = list(read_rows(path))
    except TableError:
        return
    assert all("\0" not in cell for _number, cells in rows for cell in cells)
    assert [number for number, _cells in rows] == sorted({number for number, _cells in rows})


def test_the_crc_is_checked(tmp_path: Path) -> None:
    """A changed byte in a stored part is noticed when it is read, as one line."""
    content = as_xlsx(sheet("<row r='1'><c r='A1'><f>1</f></c></row>"))
    crc = struct.pack("<I", zlib.crc32(sheet("<row r='1'><c r='A1'><f>1</f></c></row>")))
    assert content.count(crc) == 2
    path = tmp_path / "a.xlsx"
    path.write_bytes(content.replace(crc, b"\0\0\0\0"))
    with pytest.raises(TableError, match=DAMAGED):
        list(read_rows(path))
