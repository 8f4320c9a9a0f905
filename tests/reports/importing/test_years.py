"""A year that is there already: refused, replaced on purpose, never after its circular is out."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone

from qa_portal.audit.models import AuditEvent
from qa_portal.campaigns.models import Campaign
from qa_portal.core.errors import Refusal
from qa_portal.organisations.models import Organisation
from reports.importing.year import import_campaign
from reports.models import TextBlock
from reviews.models import Expert, Review, Score, Standing
from submissions.enums import State
from submissions.models import Application
from tests.builders import CRITERIA, application_row, small_year, write_year
from tests.plugins.parallel import at_once
from tests.reports.importing.support import printed, refused, row_counts, run_import

pytestmark = pytest.mark.django_db
EXISTS = "The year 2021 exists already. Replace it on purpose (--replace), or correct the numbers."
PUBLISHED = "The circular of 2021 is published: its figures must not change."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A year that is imported already."""
    write_year(tmp_path, small_year())
    run_import(tmp_path)
    return tmp_path


def test_a_year_is_not_replaced_by_accident(folder: Path) -> None:
    assert refused(folder) == [EXISTS]
    assert refused(folder, "--dry-run") == [EXISTS]


def test_the_year_may_have_more_or_fewer_rows_afterwards(folder: Path) -> None:
    write_year(folder, small_year(applications=5, experts=1))
    assert run_import(folder, "--replace").splitlines()[0] == "2021: imported 5 applications, 1 experts, 5 reviews"
    write_year(folder, {"applications": [application_row("2021-0007")]})
    run_import(folder, "--replace")
    counts = [model._default_manager.count() for model in (Application, Expert, Review, Score, Standing)]
    assert counts == [1, 0, 0, 0, 0]
    assert printed("campaign_ranking", 2021) == [{"rank": None, "number": "2021-0007", "score": None, "result": None}]


def test_replacing_leaves_other_years_alone(folder: Path, tmp_path: Path) -> None:
    other = write_year(tmp_path / "2022", small_year(2022))
    run_import(other)
    before = printed("campaign_statistics", 2022), printed("campaign_ranking", 2022)
    write_year(folder, small_year(applications=1))
    run_import(folder, "--replace")
    assert (printed("campaign_statistics", 2022), printed("campaign_ranking", 2022)) == before


def test_replacing_keeps_settings_and_texts(folder: Path) -> None:
    campaign = Campaign.objects.get(year=2021)
    settings = {
        "document_number": "沪市监质发〔2021〕1号",
        "signed_on": date(2021, 12, 1),
        "printed_on": date(2021, 12, 2),
        "main_recipients": "各区市场监管局",
        "cc_units": "办公室",
        "trim_from": 3,
        "active_districts": 6,
        "first_prize_quota": 2,
        "reviews_per_application": 7,
    }
    Campaign.objects.filter(pk=campaign.pk).update(**settings)
    TextBlock.objects.create(campaign=campaign, key="basis", text="根据工作安排")
    run_import(folder, "--replace")
    kept = Campaign.objects.get(year=2021)
    assert kept.pk == campaign.pk
    assert {name: getattr(kept, name) for name in settings} == settings
    assert list(kept.text_blocks.values_list("key", "text")) == [("basis", "根据工作安排")]
    assert list(kept.criteria.order_by("position").values_list("name", flat=True)) == list(CRITERIA)


def test_the_score_sheet_of_the_year_is_the_rule(folder: Path) -> None:
    """A replaced year is read by its own criteria, not by the standard ones."""
    Campaign.objects.get(year=2021).criteria.filter(name="产品质量").update(maximum=Decimal(40), step=Decimal("0.25"))
    tables = small_year()
    tables["reviews"][0]["产品质量"] = "39.75"
    run_import(write_year(folder, tables), "--replace")
    assert Score.objects.filter(points=Decimal("39.75")).count() == 1
    tables["reviews"][0]["产品质量"] = "40.25"
    assert refused(write_year(folder, tables), "--replace") == [
        'reviews.csv:2:产品质量: "40.25" is not between 0 and the maximum of 40'
    ]


def test_replacing_with_an_error_keeps_the_year(folder: Path) -> None:
    before = printed("campaign_ranking", 2021)
    tables = small_year(applications=1)
    tables["reviews"][-1]["产品质量"] = "31"
    assert len(refused(write_year(folder, tables), "--replace")) == 1
    assert printed("campaign_ranking", 2021) == before
    assert Application.objects.count() == 3


def test_a_published_year_stays_as_it_is(folder: Path) -> None:
    Campaign.objects.update(published_at=timezone.now())
    for options in ([], ["--replace"], ["--dry-run", "--replace"]):
        assert refused(folder, *options) == [PUBLISHED]


def test_applications_that_people_filed_here_are_not_replaced(folder: Path) -> None:
    Application.objects.filter(number="2021-0002").update(state=State.DRAFT)
    assert refused(folder, "--replace") == [
        "The year 2021 holds applications that were filed in the portal. An import must not remove them."
    ]


def test_a_dry_run_writes_nothing_and_counts_everything(tmp_path: Path) -> None:
    write_year(tmp_path, small_year())
    before = row_counts()
    report = import_campaign(tmp_path, by=None, dry_run=True)
    assert row_counts() == before
    assert (report.year, report.applications, report.experts, report.reviews) == (2021, 3, 2, 6)
    assert (report.is_ok, report.dry_run, report.replaced, report.removed) == (True, True, False, {})
    assert (report.new_enterprises, report.new_units) == (3, ["闵行区市场监督管理局"])


def test_a_dry_run_of_a_replacement_keeps_the_year(folder: Path) -> None:
    before, ranking = row_counts(), printed("campaign_ranking", 2021)
    write_year(folder, small_year(applications=1, experts=1))
    report = import_campaign(folder, by=None, dry_run=True, replace=True)
    assert (row_counts(), printed("campaign_ranking", 2021)) == (before, ranking)
    assert (report.replaced, report.applications) == (True, 1)
    assert report.removed == {
        "score": 30, "review": 6, "standing": 3, "decision": 0, "expert": 2, "application": 3,
    }  # fmt: skip


def test_an_import_is_in_the_audit_trail_once(folder: Path) -> None:
    campaign = Campaign.objects.get(year=2021)
    run_import(folder, "--replace")
    events = AuditEvent.objects.filter(action="campaign.imported", object_id=str(campaign.pk)).order_by("sequence")
    counts = {"applications": 3, "experts": 2, "reviews": 6}
    assert [event.after for event in events] == [{**counts, "replaced": False}, {**counts, "replaced": True}]
    assert {event.actor_label for event in events} == {"system"}


def test_organisations_are_found_again(folder: Path, tmp_path: Path) -> None:
    """By code for enterprises, which may have a new name; by kind and name for units and employers."""
    tables = small_year(2022)
    tables["applications"][0]["申报单位"] = "上海改名有限公司"
    count = Organisation.objects.count()
    run_import(write_year(tmp_path / "2022", tables))
    assert Organisation.objects.count() == count
    first = Application.objects.get(number="2021-0001")
    later = Application.objects.get(number="2022-0001")
    assert later.applicant_id == first.applicant_id
    assert (first.applicant_name, later.applicant_name) == ("上海示例第1有限公司", "上海改名有限公司")
    assert later.recommending_unit_id == first.recommending_unit_id


def test_units_of_the_same_name_in_two_channels_are_two(tmp_path: Path) -> None:
    tables = {
        "applications": [
            application_row("2021-0001", 推荐渠道="集团公司", 推荐单位="临港新片区"),
            application_row("2021-0002", 推荐单位="临港新片区"),
        ]
    }
    run_import(write_year(tmp_path, tables))
    units = Application.objects.order_by("number").values_list("recommending_unit__kind", "recommending_unit__district")
    assert list(units) == [("group", ""), ("district_bureau", "SH-LINGANG")]


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_write_the_year_once(tmp_path: Path) -> None:
    write_year(tmp_path, small_year(applications=40))
    found = at_once(4, lambda number: import_campaign(tmp_path, by=None))
    reports = [one for one in found if not isinstance(one, Exception)]
    refusals = [one for one in found if isinstance(one, Refusal)]
    assert (len(reports), [one.code for one in refusals]) == (1, ["exists"] * 3)
    assert Application.objects.count() == 40


@pytest.mark.django_db(transaction=True)
def test_two_years_at_once_share_their_organisations(tmp_path: Path) -> None:
    for year in (2021, 2022, 2023):
        write_year(tmp_path / str(year), small_year(year, applications=200))
    found = at_once(3, lambda number: import_campaign(tmp_path / str(2021 + number), by=None))
    assert [(one.year, one.is_ok) for one in found] == [(2021, True), (2022, True), (2023, True)]
    assert Organisation.objects.filter(kind="enterprise").count() == 200
    assert sum(one.new_enterprises for one in found) == 200
