"""Import in the browser: upload, check, errors in words, import, and the list of the last ones."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from qa_portal.campaigns.models import Campaign
from qa_portal.jobs.models import Job
from qa_portal.jobs.operations import enqueue
from qa_portal.jobs.running import run_job
from reports.enums import IMPORT_CAMPAIGN
from submissions.models import Application
from tests.builders import HEADERS, Tables, csv_bytes, small_year, write_year
from tests.qa_portal.home.html import PageReader, faults
from tests.reports.pages.support import FRAME, ShownPage, content_of, shown, status_of

pytestmark = pytest.mark.django_db
PAGE = "/years/import/"


def upload(client: Client, tables: Tables, **fields: Any) -> Any:
    files = {name: SimpleUploadedFile(f"{name}.csv", csv_bytes(rows, HEADERS[name])) for name, rows in tables.items()}
    return client.post(PAGE, {"mode": "check", **files, **fields})


def outcome(client: Client, tables: Tables, **fields: Any) -> tuple[ShownPage, Any]:
    """Upload, run the job, open its page."""
    response = upload(client, tables, **fields)
    assert response.status_code == 302, response.context["form"].errors
    job = run_job(response.headers["Location"].split("/")[2])
    assert job is not None
    assert job.state == "succeeded", job.error_text
    answer = client.get(response.headers["Location"])
    assert faults(answer) == []
    return shown(answer), answer


def test_clean_check_says_what_would_be_written_and_writes_nothing(english: Client) -> None:
    page, _answer = outcome(english, small_year())
    for text in ("The tables of 2021 are in order", "Applications 3", "Experts 2", "Reviews 6", "New enterprises 3"):
        assert text in page.words
    assert "闵行区市场监督管理局" in page.words
    assert not Campaign.objects.exists()
    form = english.get(page.address("Go on to the import"))
    checked = [
        field["value"] for field in PageReader(form.content.decode()).all("input", name="mode") if "checked" in field
    ]
    assert checked == ["import"]


def test_import_writes_and_opens_the_year(english: Client) -> None:
    tables = small_year()
    tables["applications"][0]["评审结果"] = "一等奖"
    page, _answer = outcome(english, tables, mode="import")
    assert "The year 2021 is imported" in page.words
    assert "First prize 1" in page.words
    assert Application.objects.count() == 3
    assert shown(english.get(page.address("Open the year 2021"))).words.count("Overview of 2021") >= 1


def test_replacing_says_what_goes(english: Client) -> None:
    outcome(english, small_year(), mode="import")
    page, _answer = outcome(english, small_year(applications=2), mode="import", replace="on")
    assert "It took the place of what was there." in page.words
    assert "Removed Applications 3 Experts 2 Reviews 6" in page.words
    assert Application.objects.count() == 2


def test_errors_stand_by_file_row_and_column(english: Client) -> None:
    tables = small_year()
    tables["applications"][0]["新增利润"] = "一百"
    tables["applications"][2]["推荐渠道"] = "<b>"
    page, answer = outcome(english, tables, mode="import")
    assert "2 errors; nothing was written" in page.words
    assert page.rows() == [
        ["applications.csv", "2", "新增利润", '"一百" is not a number'],
        ["applications.csv", "4", "推荐渠道", '"<b>" is not one of: 区市场监管局、集团公司、行业协会、自行申报'],
    ]
    assert not Campaign.objects.exists()
    file = content_of(english.get(page.address("All errors as CSV (2)"))).decode()
    assert "新增利润" in file
    assert "<b>" not in answer.content.decode().replace("&lt;b&gt;", "")


def test_errors_are_told_in_the_language_of_the_reader(english: Client, staff_client: Client) -> None:
    tables = small_year()
    tables["applications"][0]["项目名称"] = ""
    response = upload(english, tables)
    run_job(response.headers["Location"].split("/")[2])
    with translation.override("zh-hans"):
        expected = translation.gettext("is required")
    assert shown(staff_client.get(response.headers["Location"])).rows()[0][3] == expected
    assert shown(english.get(response.headers["Location"])).rows()[0][3] == "is required"


def test_two_hundred_errors_are_shown_and_all_are_counted(english: Client) -> None:
    tables = small_year(applications=250, experts=0)
    for row in tables["applications"]:
        row["企业规模"] = "巨型"
    page, _answer = outcome(english, {"applications": tables["applications"]})
    assert len(page.rows()) == 200
    assert "The first 200 are shown; the file holds all." in page.words
    assert "All errors as CSV (250)" in page.words


def test_zip_file_is_checked_like_single_files(english: Client, tmp_path: Path) -> None:
    folder, buffer = write_year(tmp_path / "year", small_year()), io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in folder.iterdir():
            archive.write(path, path.name)
    response = english.post(PAGE, {"mode": "check", "archive": SimpleUploadedFile("year.zip", buffer.getvalue())})
    run_job(response.headers["Location"].split("/")[2])
    assert "The tables of 2021 are in order" in shown(english.get(response.headers["Location"])).words


# ------------------------------------------------------------------ the form
@pytest.mark.parametrize(
    ("files", "field", "message"),
    [
        ({}, "applications", "The table of applications is needed."),
        ({"applications": "x.pdf"}, "applications", "This must be a file that ends in .csv, .xlsx."),
        ({"archive": "x.rar"}, "archive", "This must be a file that ends in .zip."),
        (
            {"archive": "x.zip", "applications": "x.csv"},
            "archive",
            "Give either the zip file or single files, not both.",
        ),
    ],
)
def test_refused_upload_is_told_at_its_field(english: Client, files: dict[str, str], field: str, message: str) -> None:
    data = {name: SimpleUploadedFile(file, b"x") for name, file in files.items()}
    response = english.post(PAGE, {"mode": "import", "replace": "on", **data})
    page = PageReader(response.content.decode())
    assert faults(response) == []
    assert page.all("a", href=f"#id_{field}")
    assert message in shown(response).words
    assert "Please choose the files again" in shown(response).words
    assert "checked" in page.all("input", name="replace")[0]
    assert not Job.objects.exists()


def test_form_explains_the_tables(english: Client) -> None:
    response = english.get(PAGE)
    words = shown(response).words
    for header in (*HEADERS["applications"], *HEADERS["experts"], *HEADERS["reviews"]):
        assert header in words
    assert PageReader(response.content.decode()).all("form", enctype="multipart/form-data")
    assert shown(response).addresses("applications.xlsx") == []


def test_sample_is_the_newest_year(english: Client) -> None:
    outcome(english, small_year(), mode="import")
    [address] = shown(english.get(PAGE)).addresses("applications.xlsx")
    assert status_of(english.get(address)) == 200


@pytest.mark.parametrize("imports", [1, 3])
def test_page_costs_the_same_for_one_import_and_three(
    english: Client, staff_user: Any, imports: int, django_assert_num_queries: Any
) -> None:
    for number in range(imports):
        enqueue(IMPORT_CAMPAIGN, by=staff_user, params={}, title=f"Import {number}")
    english.get(PAGE)
    with django_assert_num_queries(FRAME + 1):
        page = shown(english.get(PAGE))
    assert [text for text, url in page.links if "/jobs/" in url and text.startswith("Import ")] == [
        f"Import {number}" for number in reversed(range(imports))
    ]
