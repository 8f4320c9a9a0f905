"""Import of recommending units: all or nothing, every error with row and column, contacts invited once."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from qa_portal.accounts.enums import Role
from qa_portal.accounts.models import User
from qa_portal.audit.models import AuditEvent
from qa_portal.core.errors import Refusal
from qa_portal.files.models import StoredFile
from qa_portal.jobs.enums import JobState
from qa_portal.jobs.models import Job
from qa_portal.jobs.running import run_job
from qa_portal.organisations.models import Invitation, Membership, Organisation, RecommendingUnit
from qa_portal.organisations.table_import import TableReport, import_table, start
from qa_portal.organisations.unit_import import COLUMNS, UNIT_IMPORT
from tests.browser_fixtures import axe_violations, overflow_at, sign_in
from tests.factories import RecommendingUnitFactory
from tests.qa_portal.organisations.people.conftest import actions, person, signed_in

HEADER = [one.header for one in COLUMNS]
GOOD = [
    ["闵行区市场监督管理局", "区市场监管局", "", "张三", "Zhang@example.com"],
    ["浦江化工集团", "集团公司", "", "", ""],
    ["上海市新材料协会", "行业协会", "徐汇区", "", "li@example.com"],
]


def table(*rows: list[str], header: list[str] = HEADER) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([header, *rows])
    return buffer.getvalue().encode("utf-8-sig")


@pytest.fixture
def import_rows(tmp_path: Path, staff: User) -> Callable[..., TableReport]:
    """Import rows, or only check them."""

    def run(*rows: list[str], dry_run: bool = False, header: list[str] = HEADER) -> TableReport:
        path = tmp_path / "units.csv"
        path.write_bytes(table(*rows, header=header))
        return import_table(UNIT_IMPORT, path, by=staff, dry_run=dry_run)

    return run


def units() -> list[tuple[str, str, str]]:
    return list(RecommendingUnit.objects.order_by("pk").values_list("name", "kind", "district"))


# ------------------------------------------------------------------ what is written
def test_units_are_made_and_contacts_invited(import_rows: Any, commit: Callable[[], Any]) -> None:
    with commit():
        report = import_rows(*GOOD)
    assert (report.counts, report.problems) == ({"created": 3, "invited": 2}, [])
    assert units() == [
        ("闵行区市场监督管理局", "district_bureau", "310112"),
        ("浦江化工集团", "group", ""),
        ("上海市新材料协会", "association", "310104"),
    ]
    invitations = Invitation.objects.order_by("email").values_list("email", "name", "role", "is_owner")
    assert list(invitations) == [
        ("li@example.com", "", Role.RECOMMENDER, True),
        ("zhang@example.com", "张三", Role.RECOMMENDER, True),
    ]
    assert sorted(message.to[0] for message in mail.outbox) == ["li@example.com", "zhang@example.com"]


def test_importing_again_changes_nothing(import_rows: Any) -> None:
    import_rows(*GOOD)
    before = units()
    assert import_rows(*GOOD).counts == {"known": 3, "skipped": 2}
    assert (units(), Invitation.objects.count()) == (before, 2)


def test_a_unit_with_people_is_not_invited(import_rows: Any) -> None:
    unit = RecommendingUnitFactory()
    person("boss", Role.RECOMMENDER, unit, is_owner=True)
    assert import_rows(GOOD[0]).counts == {"known": 1, "skipped": 1}
    assert Invitation.objects.count() == 0


def test_a_known_unit_gets_the_district_that_it_lacks(import_rows: Any) -> None:
    RecommendingUnitFactory(association=True)
    import_rows(GOOD[2])
    assert units() == [("上海市新材料协会", "association", "310104")]


def test_a_check_writes_nothing_and_sends_nothing(import_rows: Any, commit: Callable[[], Any]) -> None:
    before = actions()
    with commit():
        report = import_rows(*GOOD, dry_run=True)
    assert report.counts == {"created": 3, "invited": 2}
    assert (units(), Invitation.objects.count(), mail.outbox, actions()) == ([], 0, [], before)


def test_excel_is_read_as_well(tmp_path: Path, staff: User) -> None:
    book = openpyxl.Workbook()
    for row in (HEADER, *GOOD):
        book.active.append(row)
    book.save(tmp_path / "units.xlsx")
    assert import_table(UNIT_IMPORT, tmp_path / "units.xlsx", by=staff, dry_run=False).counts["created"] == 3


# ------------------------------------------------------------------ errors
@pytest.mark.parametrize(
    ("row", "error"),
    [
        (["", "集团公司", "", "", ""], "units.csv:3:名称: is required"),
        (["甲", "", "", "", ""], "units.csv:3:类别: is required"),
        (["甲", "自行申报", "", "", ""],
         'units.csv:3:类别: "自行申报" is not one of: 区市场监管局、集团公司、行业协会'),
        (["甲", "企业", "", "", ""], 'units.csv:3:类别: "企业" is not one of: 区市场监管局、集团公司、行业协会'),
        (["甲局", "区市场监管局", "", "", ""], "units.csv:3:所在区: is required for 区市场监管局"),
        (["甲", "集团公司", "", "张三", ""], "units.csv:3:联系人邮箱: is required with the name of a contact"),
        (["甲", "集团公司", "", "", "nonsense"], 'units.csv:3:联系人邮箱: "nonsense" is not an e-mail address'),
        (["甲", "集团公司", "", "=1+1", "a@example.com"],
         'units.csv:3:联系人姓名: "=1+1" is a formula; give its value'),
        (["浦江化工集团", "集团公司", "", "", ""], 'units.csv:3:名称: "浦江化工集团" is there twice'),
    ],
)  # fmt: skip
def test_an_error_names_row_and_column_and_nothing_is_written(import_rows: Any, row: list[str], error: str) -> None:
    report = import_rows(GOOD[1], row)
    assert [str(problem) for problem in report.problems] == [error]
    assert (units(), Invitation.objects.count()) == ([], 0)


def test_every_error_is_listed(import_rows: Any) -> None:
    report = import_rows(["", "x", "y", "", "z"], ["", "", "", "", ""], ["甲", "集团公司", "浦东", "", ""])
    assert [(one.row, one.column) for one in report.problems] == [
        (2, "名称"), (2, "类别"), (2, "所在区"), (2, "联系人邮箱"), (4, "所在区"),
    ]  # fmt: skip


def test_an_address_invites_once(import_rows: Any) -> None:
    report = import_rows(["甲", "集团公司", "", "", "a@example.com"], ["乙", "集团公司", "", "", "A@example.com"])
    assert [str(one) for one in report.problems] == ['units.csv:3:联系人邮箱: "a@example.com" is there twice']


def test_a_district_that_contradicts_what_is_known(import_rows: Any) -> None:
    RecommendingUnitFactory()
    report = import_rows(["闵行区市场监督管理局", "区市场监管局", "徐汇区", "", ""])
    assert [(one.row, one.column) for one in report.problems] == [(2, "所在区")]
    assert units() == [("闵行区市场监督管理局", "district_bureau", "310112")]


@pytest.mark.parametrize(
    ("header", "error"),
    [
        (HEADER[:-1], "units.csv:1:联系人邮箱: the column is missing"),
        ([*HEADER, "备注"], "units.csv:1:备注: unknown column"),
    ],
)
def test_a_wrong_header(import_rows: Any, header: list[str], error: str) -> None:
    report = import_rows(GOOD[1], header=header)
    assert [str(one) for one in report.problems][:1] == [error]
    assert units() == []


def test_an_empty_table(import_rows: Any) -> None:
    assert [str(one) for one in import_rows().problems] == ["units.csv: the table has no rows"]


def test_row_999_keeps_998_from_being_written(import_rows: Any) -> None:
    rows = [[f"集团{number}", "集团公司", "", "", ""] for number in range(998)]
    report = import_rows(*rows, ["坏", "坏", "", "", ""])
    assert [(one.row, one.column) for one in report.problems] == [(1000, "类别")]
    assert Organisation.objects.filter(kind="group").count() == 0


# ------------------------------------------------------------------ page and job
def upload(browser: Client, content: bytes, mode: str, name: str = "单位.csv") -> Any:
    return browser.post("/organisations/units/import/", {"file": SimpleUploadedFile(name, content), "mode": mode})


def test_from_upload_to_result(staff: User) -> None:
    browser = signed_in(staff)
    for mode, heading, created in (("check", "The table is in order", 0), ("import", "The table is imported", 3)):
        response = upload(browser, table(*GOOD), mode)
        job = Job.objects.latest("created_at")
        assert (response.status_code, response["Location"]) == (302, f"/jobs/{job.pk}/")
        run_job(job.pk)
        page = browser.get(f"/jobs/{job.pk}/").content.decode()
        assert (heading in page, RecommendingUnit.objects.count()) == (True, created)
    entry = AuditEvent.objects.get(action="units.imported")
    assert (entry.after, entry.actor_label) == ({"created": 3, "invited": 2}, "clerk")


def test_errors_are_a_table_and_a_file(staff: User, system_admin: User) -> None:
    browser = signed_in(staff)
    upload(browser, table(["甲", "=x", "", "", ""]), "import")
    job = Job.objects.latest("created_at")
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result["problem_count"]) == (JobState.SUCCEEDED, 1)
    page = browser.get(f"/jobs/{job.pk}/").content.decode()
    assert ("1 error; nothing was written" in page, "类别" in page) == (True, True)
    content = browser.get(job.result["problems_url"]).getvalue().decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(content))) == [
        ["File", "Row", "Column", "Error"],
        ["units.csv", "2", "类别", '"=x" is a formula; give its value'],
    ]
    # neither the page nor the file is for others who may import
    other = signed_in(system_admin)
    assert [other.get(one).status_code for one in (f"/jobs/{job.pk}/", job.result["problems_url"])] == [404, 404]


@pytest.mark.parametrize(
    ("name", "content"), [("units.pdf", b"x"), ("units.csv", b""), ("units", b"x"), ("units.xls", b"x")]
)
def test_what_is_no_table_is_not_taken(staff: User, name: str, content: bytes) -> None:
    response = upload(signed_in(staff), content, "check", name)
    assert (response.status_code, Job.objects.count(), StoredFile.objects.count()) == (422, 0, 0)


def test_a_broken_workbook_is_an_error_of_the_table(staff: User) -> None:
    browser = signed_in(staff)
    upload(browser, b"not a workbook", "import", "units.xlsx")
    job = Job.objects.latest("created_at")
    run_job(job.pk)
    job.refresh_from_db()
    assert [one["file"] for one in job.result["problems"]] == ["units.xlsx"]


def test_who_may_not_import(owner: User, security_admin: User, staff: User) -> None:
    file = SimpleUploadedFile("units.csv", table(*GOOD))
    for by in (owner, security_admin):
        assert signed_in(by).get("/organisations/units/import/").status_code == 403
        with pytest.raises(Refusal):
            start(UNIT_IMPORT, file, dry_run=False, by=by, title="x")
    assert Job.objects.count() == 0


def test_who_lost_the_role_meanwhile_imports_nothing(staff: User) -> None:
    upload(signed_in(staff), table(*GOOD), "import")
    staff.role_grants.update(state="ended")
    job = Job.objects.get()
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, units()) == (JobState.FAILED, [])


def test_delivered_twice_it_is_done_once(staff: User) -> None:
    upload(signed_in(staff), table(*GOOD), "import")
    job = Job.objects.get()
    assert (run_job(job.pk) is not None, run_job(job.pk)) == (True, None)
    assert Invitation.objects.count() == 2


@pytest.mark.parametrize("rows", [1, 3])
def test_import_page_query_count(staff: User, rows: int, django_assert_num_queries: Any) -> None:
    for number in range(rows):
        Job.objects.create(kind=UNIT_IMPORT.kind, title=f"Import {number}", owner=staff, language="en")
    browser = signed_in(staff)
    # session, person, roles, jobs, years, unread notices
    with django_assert_num_queries(6):
        page = browser.get("/organisations/units/import/").content.decode()
    assert [f"Import {number}" in page for number in range(3)] == [number < rows for number in range(3)]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_import_pages_are_accessible_and_fit(live_server: Any, page: Any, tmp_path: Path) -> None:
    import os

    admin = person("system", Role.SYSTEM_ADMIN)
    path = tmp_path / "units.csv"
    faults: dict[str, Any] = {}
    sign_in(page, live_server.url, admin)

    def look(name: str) -> None:
        if found := [*axe_violations(page), *overflow_at(page)]:
            faults[name] = found
        if folder := os.environ.get("SHOTS"):
            for width in (360, 1440):
                page.set_viewport_size({"width": width, "height": 900})
                page.screenshot(path=f"{folder}/import-{name}-{width}.png", full_page=True)

    for name, rows in (("good", GOOD), ("bad", [["甲", "=x", "", "", ""]])):
        path.write_bytes(table(*rows))
        page.goto(f"{live_server.url}/organisations/units/import/")
        look("form")
        page.set_input_files("#id_file", path)
        page.locator(".form-actions button").click()
        page.wait_for_url("**/jobs/*/")
        run_job(Job.objects.latest("created_at").pk)
        page.reload()
        look(name)
    assert faults == {}
    assert Membership.objects.count() == 0
