"""The import as a background job: uploaded tables, zip files, the result, the errors as a page and a file."""

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from qa_portal.accounts.models import User
from qa_portal.core.errors import Refusal
from qa_portal.files.models import StoredFile
from qa_portal.files.operations import open_file
from qa_portal.jobs.enums import Failure, JobState
from qa_portal.jobs.models import Job
from qa_portal.jobs.running import run_job
from reports.importing.year import import_campaign
from reports.operations import start_import
from reviews.models import Review
from submissions.models import Application
from tests.builders import HEADERS, Tables, csv_bytes, small_year, write_xlsx, write_year

pytestmark = pytest.mark.django_db
YEAR_TABLES = (Application, Review)


def uploads(tables: Tables) -> dict[str, Any]:
    return {
        f"{name}.csv": SimpleUploadedFile(f"{name}.csv", csv_bytes(rows, HEADERS[name]))
        for name, rows in tables.items()
    }


def archive(files: dict[str, bytes]) -> dict[str, Any]:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return {"archive.zip": SimpleUploadedFile("上传.zip", buffer.getvalue())}


def zipped(tables: Tables, folder: str = "") -> dict[str, Any]:
    return archive({f"{folder}{name}.csv": csv_bytes(rows, HEADERS[name]) for name, rows in tables.items()})


def run(files: dict[str, Any], by: Any, *, dry_run: bool = False, replace: bool = False) -> Job:
    with translation.override("en"):
        job = start_import(files, dry_run=dry_run, replace=replace, by=by)
    done = run_job(job.pk)
    assert done is not None
    return done


def counts() -> list[int]:
    return [model._default_manager.count() for model in YEAR_TABLES]


DONE = {
    "year": 2021,
    "dry_run": False,
    "replaced": False,
    "applications": 3,
    "experts": 2,
    "reviews": 6,
    "results": {"FIRST_PRIZE": 1},
    "new_enterprises": 3,
    "new_units": ["闵行区市场监督管理局"],
    "removed": {},
    "problem_count": 0,
    "problems": [],
    "url": "/years/2021/",
    "url_label": "Open the year 2021",
}


def decided_year() -> Tables:
    tables = small_year()
    tables["applications"][0]["评审结果"] = "一等奖"
    return tables


@pytest.mark.parametrize("way", ["files", "zip", "zip with a folder"])
def test_an_import(way: str, staff_user: Any) -> None:
    tables = decided_year()
    files = {"files": uploads, "zip": zipped, "zip with a folder": lambda t: zipped(t, "2021年度/导出/")}[way](tables)
    done = run(files, staff_user)
    assert (done.state, done.failure) == (JobState.SUCCEEDED, "")
    assert {**done.result, "url": DONE["url"]} == DONE
    assert done.result["url"].endswith("/2021/")
    assert counts() == [3, 6]
    assert (done.progress_done, done.progress_total) == (done.progress_total, done.progress_total)
    assert done.progress_total > 0


def test_excel_tables_in_a_zip_file(staff_user: Any, tmp_path: Path) -> None:
    contents = {}
    for name, rows in decided_year().items():
        write_xlsx(tmp_path / f"{name}.xlsx", rows, HEADERS[name])
        contents[f"{name.upper()}.XLSX"] = (tmp_path / f"{name}.xlsx").read_bytes()
    contents["__MACOSX/._applications.xlsx.txt"] = b"left alone"
    contents["说明.docx"] = b"left alone"
    assert run(archive(contents), staff_user).result["reviews"] == 6


def test_a_check_writes_nothing_and_counts(staff_user: Any) -> None:
    done = run(uploads(decided_year()), staff_user, dry_run=True)
    assert done.state == JobState.SUCCEEDED
    assert done.result == {key: value for key, value in DONE.items() if not key.startswith("url")} | {"dry_run": True}
    assert counts() == [0, 0]


def test_errors_are_in_the_result_and_in_a_file(staff_user: Any, staff_client: Any) -> None:
    tables = small_year()
    tables["applications"][0]["新增利润"] = "一百"
    tables["reviews"][0]["专家编号"] = "E9"
    done = run(uploads(tables), staff_user)
    assert done.state == JobState.SUCCEEDED
    assert counts() == [0, 0]
    result = done.result
    assert (result["problem_count"], result["applications"], "url" in result) == (2, 0, False)
    assert result["problems"] == [
        {
            "file": "applications.csv",
            "row": 2,
            "column": "新增利润",
            "message": '"%(value)s" is not a number',
            "params": {"value": "一百"},
        },
        {
            "file": "reviews.csv",
            "row": 2,
            "column": "专家编号",
            "message": '"%(value)s" is not in the table %(table)s',
            "params": {"value": "E9", "table": "experts"},
        },
    ]
    response = staff_client.get(result["problems_url"])
    text = b"".join(response).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [
        ["File", "Row", "Column", "Error"],
        ["applications.csv", "2", "新增利润", '"一百" is not a number'],
        ["reviews.csv", "2", "专家编号", '"E9" is not in the table experts'],
    ]


def test_the_file_of_errors_starts_no_formula(staff_user: Any) -> None:
    files = uploads(small_year())
    text = csv_bytes(small_year()["applications"], HEADERS["applications"]).decode("utf-8-sig")
    files["applications.csv"] = SimpleUploadedFile("a.csv", text.replace("未入选原因", "=cmd()", 1).encode())
    run(files, staff_user)
    stored = StoredFile.objects.get(name__startswith="Errors")
    with open_file(stored) as file:
        cells = list(csv.reader(io.StringIO(file.read().decode("utf-8-sig"))))
    assert cells[1] == ["applications.csv", "1", "'=cmd()", "unknown column"]


def test_the_page_shows_the_first_errors_and_the_file_all(staff_user: Any) -> None:
    tables = small_year(applications=250, experts=1)
    for row in tables["applications"]:
        row["新增利润"] = "x"
    done = run(uploads(tables), staff_user)
    assert (done.result["problem_count"], len(done.result["problems"])) == (250, 200)
    with open_file(StoredFile.objects.get(name__startswith="Errors")) as file:
        assert len(file.read().splitlines()) == 251


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"applications.csv": b"a", "x/Applications.CSV": b"b"}, "the same table is there twice; keep one of them"),
        ({"notes.txt": b"a"}, "the table is missing: a file applications.csv or applications.xlsx is needed"),
        (
            {"applications.csv": b"0" * 30_000_000},
            "the archive unpacks to far more than it should; it is not opened",
        ),
        ({f"{number}.csv": b"" for number in range(2_001)}, "the archive holds too many entries"),
    ],
)
def test_a_zip_file_that_is_refused(files: dict[str, bytes], message: str, staff_user: Any) -> None:
    done = run(archive(files), staff_user)
    assert done.state == JobState.SUCCEEDED
    assert [problem["message"] for problem in done.result["problems"]] == [message]
    assert counts() == [0, 0]


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04" + b"\0" * 100])
def test_a_zip_file_that_is_none(content: bytes, staff_user: Any) -> None:
    done = run({"archive.zip": SimpleUploadedFile("a.zip", content)}, staff_user)
    [problem] = done.result["problems"]
    assert (problem["file"], problem["message"]) == ("archive.zip", "the file is damaged or not what its ending says")


def test_names_in_a_zip_file_lead_nowhere(staff_user: Any, tmp_path: Path) -> None:
    """The table is taken by its name; the path around it is not followed."""
    content = csv_bytes(small_year()["applications"], HEADERS["applications"])
    names = {"../../../../tmp/applications.csv": content, "/etc/experts.csv": csv_bytes([], HEADERS["experts"])}
    assert run(archive(names), staff_user).result["applications"] == 3
    assert not Path("/etc/experts.csv").exists()


def test_a_year_that_exists_is_refused_and_replaced(staff_user: Any) -> None:
    run(uploads(small_year()), staff_user)
    done = run(uploads(small_year()), staff_user)
    assert (done.state, done.failure) == (JobState.FAILED, Failure.REFUSED)
    assert done.error_text.startswith("The year 2021 exists already.")
    done = run(uploads(small_year(applications=1)), staff_user, replace=True)
    assert (done.result["replaced"], done.result["removed"]["application"]) == (True, 3)
    assert counts() == [1, 2]


def test_only_staff_may_start_an_import(db: None) -> None:
    for person in (User.objects.create_user("nobody@example.com"), AnonymousUser()):
        with pytest.raises(Refusal):
            start_import(uploads(small_year()), dry_run=False, replace=False, by=person)
    assert (Job.objects.count(), StoredFile.objects.count()) == (0, 0)


def test_uploads_that_have_expired(staff_user: Any) -> None:
    job = start_import(uploads(small_year()), dry_run=False, replace=False, by=staff_user)
    StoredFile.objects.all().delete()
    done = run_job(job.pk)
    assert done is not None
    assert (done.state, done.failure) == (JobState.FAILED, Failure.REFUSED)


def test_the_folder_of_the_job_is_removed(staff_user: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for files in (uploads(small_year()), zipped(small_year())):
        run(files, staff_user, replace=True)
    bad = small_year()
    bad["applications"][0]["新增利润"] = "x"
    run(zipped(bad), staff_user, replace=True)
    assert list(tmp_path.iterdir()) == []


def test_command_and_job_read_alike(staff_user: Any, tmp_path: Path) -> None:
    tables = small_year()
    tables["experts"][0]["电子邮箱"] = "x"
    report = import_campaign(write_year(tmp_path, tables), by=staff_user)
    assert run(uploads(tables), staff_user).result["problems"] == [one.as_json() for one in report.problems]
