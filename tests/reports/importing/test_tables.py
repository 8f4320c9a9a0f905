"""Rules of a table as a whole: its header, its rows together, and its relation to the other tables."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.builders import HEADERS, Tables, application_row, csv_bytes, expert_row, review_row, small_year, write_year
from tests.reports.importing.support import errors_in, refused, run_import

pytestmark = pytest.mark.django_db


def write_raw(folder: Path, name: str, text: str, tables: Tables | None = None) -> Path:
    """A valid folder in which one table has this text."""
    write_year(folder, small_year() if tables is None else tables)
    (folder / name).write_bytes(text.encode("utf-8-sig"))
    return folder


def text_of(name: str) -> str:
    return csv_bytes(small_year()[name], HEADERS[name], encoding="utf-8").decode()


# ------------------------------------------------------------------ header
def changed_header(name: str, change: Callable[[list[str]], list[str]]) -> str:
    header, _newline, rest = text_of(name).partition("\r\n")
    return ",".join(change(header.split(","))) + "\r\n" + rest


@pytest.mark.parametrize(
    ("table", "change", "lines"),
    [
        ("applications", lambda names: [*names, "备注"], ["备注: unknown column"]),
        (
            "applications",
            lambda names: ["备注", *names[1:]],
            ["备注: unknown column", "申报编号: the column is missing"],
        ),
        ("applications", lambda names: names[:-1], ["未入选原因: the column is missing"]),
        ("applications", lambda names: [*names, "申报编号"], ["申报编号: the column is there twice"]),
        ("applications", lambda names: [*names[:3], "", *names[3:]], ["4: a column without a header"]),
        (
            "applications",
            lambda names: ["行业", *names[1:-3], "级别"],
            [
                "行业: unknown column",
                "级别: unknown column",
                "申报编号: the column is missing",
                "水平评价: the column is missing",
                "评审结果: the column is missing",
                "未入选原因: the column is missing",
            ],
        ),
        ("experts", lambda names: names[1:], ["专家编号: the column is missing"]),
        ("experts", lambda names: [*names, "电话"], ["电话: unknown column"]),
        ("reviews", lambda names: [*names, "总分"], ["总分: unknown column"]),
        (
            "reviews",
            lambda names: [name.replace("产品质量", "质量") for name in names],
            ["质量: unknown column", "产品质量: the column is missing"],
        ),
        ("reviews", lambda names: [*names, "\x1b[2J" + "长" * 70], ["<U+001B>[2J" + "长" * 56 + "…: unknown column"]),
    ],
)  # fmt: skip
def test_a_wrong_header_is_named(
    table: str, change: Callable[[list[str]], list[str]], lines: list[str], tmp_path: Path
) -> None:
    write_raw(tmp_path, f"{table}.csv", changed_header(table, change))
    assert refused(tmp_path) == [f"{table}.csv:1:{line}" for line in lines]


def test_empty_columns_at_the_end_are_no_columns(tmp_path: Path) -> None:
    """Excel writes them when a cell to the right was once used."""
    text = "".join(line + ",,,\r\n" for line in text_of("applications").splitlines())
    assert run_import(write_raw(tmp_path, "applications.csv", text)).startswith("2021: imported 3 applications")


def test_a_wrong_table_does_not_hide_the_errors_of_the_others(tmp_path: Path) -> None:
    """And the reviews of a table that could not be read are not called orphans."""
    tables = small_year()
    tables["experts"][0]["电子邮箱"] = "nobody"
    tables["reviews"][2]["产品质量"] = "31"
    text = changed_header("applications", lambda names: [*names[:-1], "原因"])
    assert refused(write_raw(tmp_path, "applications.csv", text, tables)) == [
        "applications.csv:1:原因: unknown column",
        "applications.csv:1:未入选原因: the column is missing",
        'experts.csv:2:电子邮箱: "nobody" is not an e-mail address',
        'reviews.csv:4:产品质量: "31" is not between 0 and the maximum of 30',
    ]


def test_no_usable_number_does_not_hide_the_other_errors(tmp_path: Path) -> None:
    tables = small_year(applications=1, experts=1)
    tables["applications"][0] |= {"申报编号": "1", "新增利润": "一百"}
    tables["reviews"] = [review_row("2021-0001", "E1") | {"产品质量": "31"}]
    assert errors_in(tmp_path, tables) == [
        'applications.csv:2:申报编号: "1" is not of the form YYYY-NNNN',
        'applications.csv:2:新增利润: "一百" is not a number',
        'reviews.csv:2:产品质量: "31" is not between 0 and the maximum of 30',
        'reviews.csv:2:申报编号: "2021-0001" is not in the table applications',
    ]


# ------------------------------------------------------------------ rows together
def test_a_number_is_there_once(tmp_path: Path) -> None:
    tables = small_year()
    tables["applications"].append(application_row("2021-0001"))
    assert errors_in(tmp_path, tables) == ['applications.csv:5:申报编号: "2021-0001" is there twice']


def test_an_expert_is_there_once(tmp_path: Path) -> None:
    tables = small_year()
    tables["experts"].append(expert_row("E1"))
    assert errors_in(tmp_path, tables) == ['experts.csv:4:专家编号: "E1" is there twice']


def test_a_folder_holds_one_year(tmp_path: Path) -> None:
    tables = small_year()
    tables["applications"].append(application_row("2020-0001"))
    assert errors_in(tmp_path, tables) == [
        'applications.csv:5:申报编号: "2020-0001" is not of the year 2021: one folder holds one year'
    ]


@pytest.mark.parametrize("year", ["0000", "1989", "3000", "9999"])
def test_an_implausible_year(year: str, tmp_path: Path) -> None:
    tables = small_year()
    rows = [row | {"申报编号": f"{year}{row['申报编号'][4:]}"} for row in tables["applications"]]
    assert errors_in(tmp_path, {"applications": rows}) == ["applications.csv:2:申报编号: the year is not plausible"]


def test_one_review_for_each_application_and_expert(tmp_path: Path) -> None:
    tables = small_year()
    tables["reviews"] += [review_row("2021-0002", "E1"), review_row("2021-0002", "E1")]
    assert errors_in(tmp_path, tables) == [
        'reviews.csv:8:专家编号: "E1" has reviewed 2021-0002 already in another row',
        'reviews.csv:9:专家编号: "E1" has reviewed 2021-0002 already in another row',
    ]


def test_orphan_reviews(tmp_path: Path) -> None:
    tables = small_year()
    tables["reviews"] += [review_row("2021-0004", "E1"), review_row("2021-0001", "E3")]
    assert errors_in(tmp_path, tables) == [
        'reviews.csv:8:申报编号: "2021-0004" is not in the table applications',
        'reviews.csv:9:专家编号: "E3" is not in the table experts',
    ]


def test_reviews_without_a_table_of_experts_are_orphans(tmp_path: Path) -> None:
    tables = small_year(applications=1, experts=1)
    del tables["experts"]
    assert errors_in(tmp_path, tables) == ['reviews.csv:2:专家编号: "E1" is not in the table experts']


def test_a_row_longer_than_the_header(tmp_path: Path) -> None:
    lines = text_of("experts").splitlines()
    lines[2] += ",,13800000000"
    write_raw(tmp_path, "experts.csv", "\n".join(lines))
    assert refused(tmp_path) == ["experts.csv:3: the row has more cells than the header"]


def test_a_row_shorter_than_the_header(tmp_path: Path) -> None:
    lines = text_of("reviews").splitlines()
    lines[1] = "2021-0001,E1,24,20,16"
    write_raw(tmp_path, "reviews.csv", "\n".join(lines))
    assert refused(tmp_path) == [
        "reviews.csv:2:经济社会效益: is required",
        "reviews.csv:2:推广应用: is required",
    ]


@pytest.mark.parametrize(("position", "first_wrong"), [(0, 2), (1_500, 1_502), (2_998, 3_000)])
def test_an_error_far_down_leaves_nothing_behind(position: int, first_wrong: int, tmp_path: Path) -> None:
    """Rows before the error were written in batches already; all of them go."""
    tables = small_year(applications=2_999, experts=1)
    tables["applications"][position]["新增利润"] = "一百"
    assert errors_in(tmp_path, tables) == [f'applications.csv:{first_wrong}:新增利润: "一百" is not a number']


# ------------------------------------------------------------------ tables together
def test_applications_are_needed(tmp_path: Path) -> None:
    tables = small_year()
    del tables["applications"]
    assert errors_in(tmp_path, tables) == [
        "applications: the table is missing: a file applications.csv or applications.xlsx is needed"
    ]


@pytest.mark.parametrize("name", ["applications", "experts", "reviews"])
def test_a_table_is_there_once(name: str, tmp_path: Path) -> None:
    write_year(tmp_path, small_year())
    (tmp_path / f"{name}.xlsx").write_bytes(b"not even looked at")
    assert refused(tmp_path) == [f"{name}.xlsx: the same table is there twice; keep one of them"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_applications_without_rows(kind: str, tmp_path: Path) -> None:
    assert errors_in(tmp_path, {"applications": []}, kind=kind) == [f"applications.{kind}: the table has no rows"]


def test_experts_and_reviews_without_rows(tmp_path: Path) -> None:
    tables: Tables = {**small_year(), "experts": [], "reviews": []}
    said = run_import(write_year(tmp_path, tables))
    assert said.splitlines()[0] == "2021: imported 3 applications, 0 experts, 0 reviews"


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n\r\n", b" , ,\n", "\u3000".encode()])
@pytest.mark.parametrize("name", ["applications", "experts"])
def test_an_empty_table(name: str, content: bytes, tmp_path: Path) -> None:
    write_year(tmp_path, {key: rows for key, rows in small_year().items() if key != "reviews"})
    (tmp_path / f"{name}.csv").write_bytes(content)
    assert refused(tmp_path) == [f"{name}.csv: the table is empty; its first row holds the headers"]


def test_blank_lines_before_the_header_count_as_rows(tmp_path: Path) -> None:
    tables = small_year()
    tables["applications"][0]["新增利润"] = "一百"
    text = csv_bytes(tables["applications"], HEADERS["applications"], encoding="utf-8").decode()
    write_raw(tmp_path, "applications.csv", "\r\n\r\n" + text)
    assert refused(tmp_path) == ['applications.csv:4:新增利润: "一百" is not a number']


def test_a_cell_with_line_breaks_is_one_row(tmp_path: Path) -> None:
    """As in Excel: what follows is row 3, though the file's line is 5."""
    tables = small_year(applications=1, experts=2)
    tables["reviews"][0]["评语"] = "一\n二\r\n三"
    tables["reviews"][1]["产品质量"] = "31"
    assert errors_in(tmp_path, tables) == ['reviews.csv:3:产品质量: "31" is not between 0 and the maximum of 30']


def test_very_many_errors_end_with_a_line_that_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa_portal.core.importing.rows.MAX_PROBLEMS", 5)
    tables = small_year(applications=4)
    for row in tables["applications"]:
        row |= {"新增利润": "x", "新增销售额": "x"}
    lines = errors_in(tmp_path, tables)
    assert len(lines) == 6
    assert lines[-1] == "applications.csv: the check stops here, after 5 errors"
