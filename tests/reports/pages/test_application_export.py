"""Files of the table of applications: exactly the filtered and sorted rows, and no formulas."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from submissions.enums import Industry
from tests.factories import ApplicationFactory, CampaignFactory
from tests.reports.pages.support import content_of, shown

pytestmark = pytest.mark.django_db
LIST = "/years/2020/applications"


def csv_rows(response: Any) -> list[list[str]]:
    text = content_of(response).decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:])))


def xlsx_rows(response: Any) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content_of(response)))
    return book.get_sheet_by_index(0).to_python()


@pytest.fixture
def three(db: None) -> list[str]:
    """Two applications in biology, one not; the numbers of the two by falling sales."""
    ApplicationFactory.create(number="2020-0001", industry=Industry.BIOLOGY, new_sales=Decimal("10.5"))
    ApplicationFactory.create(number="2020-0002", industry=Industry.OTHER)
    ApplicationFactory.create(
        number="2020-0003",
        industry=Industry.BIOLOGY,
        new_sales=Decimal("1278900"),
        new_profit=Decimal(-3),
        title="=1+1",
    )
    return ["2020-0003", "2020-0001"]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_file_holds_the_rows_of_the_page(english: Client, three: list[str], ending: str) -> None:
    query = "?industry=BIOLOGY&sort=-sales"
    page = shown(english.get(f"{LIST}/{query}"))
    assert page.column(0) == three
    [address] = page.addresses(f"applications.{ending}")
    assert [text for text, url in page.links if url == address] == [f"{'Excel' if ending == 'xlsx' else 'CSV'} (2)"]
    response = english.get(address)
    rows = csv_rows(response) if ending == "csv" else xlsx_rows(response)
    header = rows[0]
    assert [row[0] for row in rows[1:]] == three
    assert len(header) == 21
    assert (header[0], header[1], header[-1]) == ("申报编号", "项目名称", "未入选原因")
    sales = [Decimal(str(row[header.index("新增销售额")])) for row in rows[1:]]
    assert sales == [Decimal(1278900), Decimal("10.5")]
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "filename*=UTF-8''2020" in response.headers["Content-Disposition"]


def test_text_that_could_be_a_formula_is_text(english: Client, three: list[str]) -> None:
    [row] = [row for row in csv_rows(english.get(f"{LIST}.csv")) if row[0] == "2020-0003"]
    assert (row[1], row[15]) == ("'=1+1", "-3")
    [cells] = [row for row in xlsx_rows(english.get(f"{LIST}.xlsx")) if row[0] == "2020-0003"]
    assert (cells[1], cells[15]) == ("=1+1", -3)


def test_file_without_filter_holds_all_rows_of_all_pages(english: Client) -> None:
    ApplicationFactory.create_batch(60)
    assert len(csv_rows(english.get(f"{LIST}.csv?page=2"))) == 61


@pytest.mark.parametrize("address", [f"{LIST}.pdf", f"{LIST}.csv?figure=no.such", f"{LIST}.csv?unit=x"])
def test_unknown_form_or_filter_is_no_file(english: Client, three: list[str], address: str) -> None:
    assert english.get(address).status_code == 404


def test_empty_year_has_a_file_with_headers_only(english: Client) -> None:
    CampaignFactory.create()
    assert len(csv_rows(english.get(f"{LIST}.csv"))) == 1
    assert shown(english.get(f"{LIST}/")).addresses("applications.csv") == []
