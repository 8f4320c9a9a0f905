"""Small import folders of a valid year, as CSV or Excel files, with changes per cell.

    tables = small_year()
    tables["applications"][0]["新增利润"] = "一百"
    folder = write_year(tmp_path, tables)

A table is a list of rows, a row a dict from header to text. The first row of data is row 2 of the file.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import xlsxwriter

from tests.factories import uscc

APPLICATION_HEADERS = (
    "申报编号", "项目名称", "申报单位", "统一社会信用代码", "推荐渠道", "推荐单位", "所在区", "企业性质", "企业规模",
    "专精特新", "卡脖子", "产业领域", "高端制造类别", "数字化技术", "新增销售额", "新增利润", "节能降耗", "节汇创汇",
    "水平评价", "评审结果", "未入选原因",
)  # fmt: skip
EXPERT_HEADERS = ("专家编号", "姓名", "工作单位", "职称", "专业领域", "电子邮箱")
CRITERIA = ("产品质量", "创新程度", "技术难度", "经济社会效益", "推广应用")
REVIEW_HEADERS = ("申报编号", "专家编号", *CRITERIA, "水平评价", "评语")
HEADERS = {"applications": APPLICATION_HEADERS, "experts": EXPERT_HEADERS, "reviews": REVIEW_HEADERS}
NUMBERS = {"新增销售额", "新增利润", "节能降耗", "节汇创汇", *CRITERIA}

Row = dict[str, Any]
Tables = dict[str, list[Row]]


def application_row(number: str = "2021-0001", **cells: Any) -> Row:
    """A valid row; other cells by their headers."""
    row = dict.fromkeys(APPLICATION_HEADERS, "")
    row |= {
        "申报编号": number,
        "项目名称": f"密封件寿命质量攻关（{number}）",
        "申报单位": "上海示例第1有限公司",
        "统一社会信用代码": uscc(1),
        "推荐渠道": "区市场监管局",
        "推荐单位": "闵行区市场监督管理局",
        "所在区": "闵行区",
        "企业性质": "民营",
        "企业规模": "小型",
        "专精特新": "是",
        "卡脖子": "否",
        "产业领域": "新材料",
        "新增销售额": "120.5",
        "新增利润": "-3",
        "节能降耗": "0",
        "节汇创汇": "0",
        "水平评价": "国内领先",
    }
    return row | cells


def expert_row(code: str = "E1", **cells: Any) -> Row:
    return {
        "专家编号": code,
        "姓名": f"专家{code}",
        "工作单位": "申江大学",
        "职称": "正高级",
        "专业领域": "新材料、生物",
        "电子邮箱": f"{code.lower()}@example.com",
    } | cells


def review_row(number: str = "2021-0001", expert: str = "E1", points: Sequence[Any] = (24, 20, 16, 12, 8)) -> Row:
    scores = {name: str(one) for name, one in zip(CRITERIA, points, strict=True)}
    return {"申报编号": number, "专家编号": expert, **scores, "水平评价": "国内领先", "评语": ""}


def small_year(year: int = 2021, applications: int = 3, experts: int = 2) -> Tables:
    """A valid year: every expert reviews every application, the second application is self-filed."""
    numbers = [f"{year}-{place:04d}" for place in range(1, applications + 1)]
    codes = [f"E{place}" for place in range(1, experts + 1)]
    rows = [
        application_row(number, 申报单位=f"上海示例第{place}有限公司", 统一社会信用代码=uscc(place))
        for place, number in enumerate(numbers, start=1)
    ]
    if applications > 1:
        rows[1] |= {"推荐渠道": "自行申报", "推荐单位": ""}
    return {
        "applications": rows,
        "experts": [expert_row(code) for code in codes],
        "reviews": [review_row(number, code) for number in numbers for code in codes],
    }


def csv_bytes(
    rows: Iterable[Mapping[str, Any]], headers: Sequence[str], *, encoding: str = "utf-8-sig", line_end: str = "\r\n"
) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator=line_end)
    writer.writerow(headers)
    writer.writerows([row.get(header, "") for header in headers] for row in rows)
    return buffer.getvalue().encode(encoding)


def write_xlsx(path: Path, rows: Iterable[Mapping[str, Any]], headers: Sequence[str], *, as_text: bool = False) -> None:
    """A workbook as Excel would save it; amounts and points are real numbers unless `as_text`."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": datetime(2021, 1, 1, tzinfo=UTC)})  # the same bytes each time
        sheet = book.add_worksheet()
        for column, header in enumerate(headers):
            sheet.write_string(0, column, header)
        for place, row in enumerate(rows, start=1):
            for column, header in enumerate(headers):
                value = str(row.get(header, ""))
                if header in NUMBERS and not as_text and _is_number(value):
                    sheet.write_number(place, column, Decimal(value))
                elif value:
                    sheet.write_string(place, column, value)


def _is_number(value: str) -> bool:
    try:
        return Decimal(value).is_finite()
    except InvalidOperation:
        return False


def write_year(
    folder: Path,
    tables: Tables,
    *,
    kind: str = "csv",
    encoding: str = "utf-8-sig",
    line_end: str = "\r\n",
    as_text: bool = False,
) -> Path:
    """Write the tables into the folder; `kind` is "csv" or "xlsx". Other files of a former call go."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in HEADERS:
        for ending in ("csv", "xlsx"):
            (folder / f"{name}.{ending}").unlink(missing_ok=True)
    for name, rows in tables.items():
        path = folder / f"{name}.{kind}"
        if kind == "xlsx":
            write_xlsx(path, rows, HEADERS[name], as_text=as_text)
        else:
            path.write_bytes(csv_bytes(rows, HEADERS[name], encoding=encoding, line_end=line_end))
    return folder


def read_year(folder: Path) -> Tables:
    """The tables of a folder of CSV files (UTF-8), as text."""
    tables: Tables = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            tables[path.stem] = list(csv.DictReader(file))
    return tables
