"""Import of experts into the pool of a year, with or without invitations."""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone, translation

from qa_portal.accounts.enums import Role
from qa_portal.accounts.models import RoleGrant, User
from qa_portal.audit.models import AuditEvent
from qa_portal.core.errors import Refusal
from qa_portal.jobs.models import Job
from qa_portal.jobs.running import run_job
from qa_portal.organisations.models import Invitation, Membership
from qa_portal.organisations.table_import import TableReport, import_table
from reviews.expert_import import EXPERT_IMPORT
from reviews.models import Expert
from tests.factories import CampaignFactory, EmployerFactory, ExpertFactory

HEADER = ["专家编号", "姓名", "工作单位", "职称", "专业领域", "电子邮箱"]
GOOD = [
    ["E0001", "王教授", "申江大学", "教授", "新材料、新能源", "Wang@example.com"],
    ["E0002", "李研究员", "", "", "", ""],
]


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def campaign(db: None) -> Any:
    return CampaignFactory()


@pytest.fixture
def import_rows(tmp_path: Path, staff_user: User, campaign: Any) -> Callable[..., TableReport]:
    """Import rows into 2020, or only check them."""

    def run(*rows: list[str], dry_run: bool = False, invite: bool = False, year: int = 2020) -> TableReport:
        path = tmp_path / "experts.csv"
        path.write_bytes(table(*rows))
        return import_table(EXPERT_IMPORT, path, by=staff_user, dry_run=dry_run, year=year, invite=invite)

    return run


def table(*rows: list[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([HEADER, *rows])
    return buffer.getvalue().encode()


def pool() -> list[tuple[str, str, str | None, str]]:
    return list(Expert.objects.order_by("code").values_list("code", "name", "employer__name", "email"))


# ------------------------------------------------------------------ what is written
def test_experts_come_into_the_pool(import_rows: Any) -> None:
    report = import_rows(*GOOD)
    assert (report.counts, report.problems) == ({"created": 2}, [])
    assert pool() == [("E0001", "王教授", "申江大学", "Wang@example.com"), ("E0002", "李研究员", None, "")]
    assert Expert.objects.get(code="E0001").fields == "新材料、新能源"
    assert Invitation.objects.count() == 0


def test_known_experts_are_brought_up_to_date_and_nobody_is_removed(import_rows: Any, campaign: Any) -> None:
    ExpertFactory(campaign=campaign, code="E0009")
    import_rows(*GOOD)
    changed = [[*GOOD[0][:3], "研究员", *GOOD[0][4:]], GOOD[1]]
    assert import_rows(*changed).counts == {"changed": 1, "known": 1}
    assert Expert.objects.get(code="E0001").title == "研究员"
    assert Expert.objects.count() == 3


def test_the_same_code_in_another_year_is_another_expert(import_rows: Any) -> None:
    ExpertFactory(campaign=CampaignFactory(year=2019), code="E0001", name="别人")
    assert import_rows(GOOD[0]).counts == {"created": 1}


def test_invitations_go_to_those_with_an_address_once(import_rows: Any) -> None:
    assert import_rows(*GOOD, invite=True).counts == {"created": 2, "invited": 1}
    found = Invitation.objects.get()
    assert (found.email, found.name, found.role, found.organisation.name, found.is_owner) == (
        "wang@example.com", "王教授", Role.EXPERT, "申江大学", False)  # fmt: skip
    assert import_rows(*GOOD, invite=True).counts == {"known": 2, "skipped": 1}
    assert Invitation.objects.count() == 1


def test_who_belongs_to_the_employer_already_is_not_invited(import_rows: Any) -> None:
    user = User.objects.create_user("wang@example.com")
    Membership.objects.create(user=user, organisation=EmployerFactory())
    assert import_rows(GOOD[0], invite=True).counts == {"created": 1, "skipped": 1}


def test_a_check_writes_nothing(import_rows: Any) -> None:
    assert import_rows(*GOOD, dry_run=True, invite=True).counts == {"created": 2, "invited": 1}
    assert (pool(), Invitation.objects.count(), AuditEvent.objects.count()) == ([], 0, 0)


# ------------------------------------------------------------------ errors
@pytest.mark.parametrize(
    ("row", "error"),
    [
        (["", "甲", "", "", "", ""], "experts.csv:3:专家编号: is required"),
        (["E0001", "王教授", "", "", "", ""], 'experts.csv:3:专家编号: "E0001" is there twice'),
        (["E0003", "", "", "", "", ""], "experts.csv:3:姓名: is required"),
        (["E0003", "甲", "申江大学", "", "", "WANG@example.com"],
         'experts.csv:3:电子邮箱: "wang@example.com" is there twice'),
        (["E0003", "甲", "", "", "", "a@example.com"], "experts.csv:3:工作单位: is required for an invitation"),
        (["E0009", "甲", "", "", "", ""], 'experts.csv:3:专家编号: "E0009" is the code of 专家E0009 already'),
    ],
)  # fmt: skip
def test_an_error_names_row_and_column_and_nothing_is_written(
    import_rows: Any, campaign: Any, row: list[str], error: str
) -> None:
    ExpertFactory(campaign=campaign, code="E0009", name="专家E0009", employer=None)
    report = import_rows(GOOD[0], row, invite=True)
    assert [str(problem) for problem in report.problems] == [error]
    assert (pool(), Invitation.objects.count()) == ([("E0009", "专家E0009", None, "")], 0)


def test_the_pool_of_a_published_year_stays(import_rows: Any, campaign: Any) -> None:
    campaign.published_at = timezone.now()
    campaign.save()
    with pytest.raises(Refusal, match="is published"):
        import_rows(*GOOD)
    assert pool() == []


# ------------------------------------------------------------------ page and job
def test_from_upload_to_result(staff_user: User, campaign: Any) -> None:
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(staff_user)
    address = "/years/2020/experts/import/"
    assert "Import experts of 2020" in browser.get(address).content.decode()
    data = {"file": SimpleUploadedFile("专家.csv", table(*GOOD)), "mode": "import", "invite": "on"}
    response = browser.post(address, data)
    job = Job.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/jobs/{job.pk}/")
    run_job(job.pk)
    page = browser.get(f"/jobs/{job.pk}/").content.decode()
    assert ("The table is imported" in page, len(pool())) == (True, 2)
    entry = AuditEvent.objects.get(action="experts.imported")
    assert entry.after == {"created": 2, "invited": 1, "year": 2020, "invite": True}


def test_errors_are_shown(staff_user: User, campaign: Any) -> None:
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(staff_user)
    data = {"file": SimpleUploadedFile("experts.csv", table(["", "甲", "", "", "", ""])), "mode": "import"}
    browser.post("/years/2020/experts/import/", data)
    job = Job.objects.get()
    run_job(job.pk)
    page = browser.get(f"/jobs/{job.pk}/").content.decode()
    assert ("1 error; nothing was written" in page, 'href="/years/2020/experts/import/"' in page) == (True, True)


def test_only_staff_imports_and_only_into_a_year_that_exists(staff_client: Client, campaign: Any) -> None:
    leader = User.objects.create_user("leader@example.com")
    RoleGrant.objects.create(user=leader, role=Role.LEADER)
    browser = Client()
    browser.force_login(leader)
    assert browser.get("/years/2020/experts/import/").status_code == 403
    assert staff_client.get("/years/1999/experts/import/").status_code == 404
