"""A year from the last one, its call, and who sees what before."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from qa_portal.accounts.enums import Role
from qa_portal.audit.models import AuditEvent
from qa_portal.campaigns.models import CalendarDay, Campaign
from qa_portal.core.errors import Refusal
from reports.models import TextBlock
from submissions.applicants import open_campaign
from submissions.models import Application, UnitAbsence, UnitQuota
from submissions.operations import Stale, start_application
from submissions.setup.copying import COPIED, DATES, OWN, TEXTS
from submissions.setup.dates import moved_day, moved_moment
from submissions.setup.gaps import gaps_of
from submissions.setup.operations import create_year, publish_call
from tests.factories import ApplicationFactory, CampaignFactory, RecommendingUnitFactory
from tests.submissions.pages.support import english, enterprise, person
from tests.submissions.setup.support import NOW, begun, prepared

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Any:
    """It is the morning of 1 March 2021 in Shanghai."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def client(staff_user: Any) -> Client:
    return english(staff_user)


# ------------------------------------------------------------------ dates


@pytest.mark.parametrize(("old", "new"), [
    (date(2020, 3, 9), date(2021, 3, 8)),  # a Monday stays a Monday
    (date(2020, 4, 1), date(2021, 3, 31)),  # a Wednesday
    (date(2020, 2, 29), date(2021, 2, 27)),  # a Saturday, free then and now
    (date(2020, 10, 9), date(2021, 10, 8)),  # a working Friday
    (date(2020, 9, 29), date(2021, 9, 28)),
    (date(2020, 9, 30), date(2021, 9, 29)),
    (date(2020, 6, 15), date(2021, 6, 15)),  # Monday 14 June 2021 is the Dragon Boat Festival
    (date(2020, 12, 31), date(2021, 12, 30)),
])  # fmt: skip
def test_a_day_moves_to_the_same_weekday_or_the_next_working_day(old: date, new: date) -> None:
    assert moved_day(old, 1, {}) == new


def test_the_table_of_the_bureau_goes_before_the_calendar_of_the_state() -> None:
    assert moved_day(date(2020, 3, 9), 1, {date(2021, 3, 8): False, date(2021, 3, 9): False}) == date(2021, 3, 10)


def test_a_moment_keeps_its_time_in_shanghai_and_midnight_ends_the_day_before() -> None:
    closes = datetime(2020, 6, 12, 9, 0, 1, tzinfo=UTC)
    assert timezone.localtime(moved_moment(closes, 1, {})).isoformat() == "2021-06-11T17:00:01+08:00"
    # the end of Friday 11 June 2021; Saturday is free
    midnight = datetime(2020, 6, 12, 16, tzinfo=UTC)
    assert timezone.localtime(moved_moment(midnight, 1, {})).isoformat() == "2021-06-12T00:00:00+08:00"


# ------------------------------------------------------------------ copying


def test_every_column_of_a_year_is_copied_moved_or_its_own() -> None:
    columns = {field.name for field in Campaign._meta.concrete_fields}
    assert sorted((*COPIED, *DATES, *TEXTS, *OWN)) == sorted(columns)


def test_a_year_is_a_copy_of_the_last_one_before_it(staff_user: Any) -> None:
    unit, other = RecommendingUnitFactory(), RecommendingUnitFactory(group=True)
    CampaignFactory(year=2019)
    source = begun(2021, return_days=9, months_in_use=12, evidence_rules={"EV12": "always"}, first_prize_quota=4,
                   document_number="沪市监质发〔2021〕1号", call_notice="2021年度通知，2021年4月。")  # fmt: skip
    source.criteria.filter(position=1).update(name="质量提升", anchors="高\n低")
    UnitQuota.objects.create(campaign=source, unit=unit, places=3)
    UnitAbsence.objects.create(campaign=source, unit=other)
    TextBlock.objects.create(campaign=source, key="basis", text="根据2021年工作安排，")
    made = create_year(2022, by=staff_user)
    assert (made.return_days, made.months_in_use, made.evidence_rules, made.first_prize_quota) == (
        9, 12, {"EV12": "always"}, 4)  # fmt: skip
    assert (made.document_number, made.is_in_preparation, made.call_notice) == ("", True, "2022年度通知，2022年4月。")
    first = made.criteria.get(position=1)
    assert (first.name, first.anchors) == ("质量提升", "高\n低")
    assert (made.criteria.count(), made.unit_quotas.get().places, made.unit_absences.get().unit_id) == (5, 3, other.pk)
    assert made.text_blocks.get().text == "根据2022年工作安排，"
    assert timezone.localtime(made.filing_closes_at).isoformat() == "2022-05-30T17:00:00+08:00"  # a Monday again
    event = AuditEvent.objects.get(action="campaign.created")
    assert event.after["counts"] == {"absences": 1, "criteria": 5, "quotas": 1, "texts": 1}
    assert (source.criteria.count(), source.unit_quotas.count(), source.text_blocks.count()) == (5, 1, 1)


def test_the_first_year_of_all_has_the_standard_settings(staff_user: Any) -> None:
    made = create_year(2021, by=staff_user)
    assert (made.criteria.count(), made.is_in_preparation, made.months_in_use) == (5, True, 6)


def test_a_year_is_set_up_once_by_staff(client: Client) -> None:
    begun(2021)
    page = client.get(reverse("setup:create"))
    assert page.context["form"]["year"].value() == 2022
    assert client.post(reverse("setup:create"), {"year": "2022"}).status_code == 302
    again = client.post(reverse("setup:create"), {"year": "2022"})
    assert (again.status_code, dict(again.context["form"].errors)) == (
        422, {"year": ["The year 2022 is there already."]})  # fmt: skip
    odd = client.post(reverse("setup:create"), {"year": "1999"})
    assert (odd.status_code, Campaign.objects.count()) == (422, 2)
    with pytest.raises(Refusal) as refusal:
        create_year(2023, by=person("leader", Role.LEADER))
    assert refusal.value.code == "forbidden"


def test_the_page_of_a_new_year_shows_what_was_copied(client: Client) -> None:
    begun(2021)
    client.post(reverse("setup:create"), {"year": "2022"})
    page = client.get(reverse("setup:year", args=[2022]))
    copied, text = page.context["copied"], page.content.decode()
    assert (copied.source, len(copied.dates), len(copied.counts)) == (2021, 6, 4)
    assert "2021-05-31 17:00:00" in text
    assert "2022-05-30 17:00:00" in text


# ------------------------------------------------------------------ the call


def test_a_year_in_preparation_is_seen_by_nobody_outside(client: Client, staff_user: Any) -> None:
    campaign = prepared(filing_opens_at=NOW - timedelta(days=1), call_issued_on=date(2021, 2, 1))
    owner = person("owner", organisation=enterprise())
    assert open_campaign() is None
    with pytest.raises(Refusal):
        start_application(campaign, by=owner)
    form = reverse("submissions:blank_form", args=[2021])
    assert (english(owner).get(form).status_code, client.get(form).status_code) == (404, 200)
    publish_call(campaign, by=staff_user, seen_version=0)
    assert open_campaign() == campaign
    campaign.refresh_from_db()
    assert (start_application(campaign, by=owner).state, english(owner).get(form).status_code) == ("draft", 200)


def test_a_complete_year_has_no_gaps_and_each_lack_is_one() -> None:
    now = timezone.now()
    assert gaps_of(prepared(), now) == []
    bare = CampaignFactory(year=2022, is_in_preparation=True)
    assert [(gap.section, gap.field) for gap in gaps_of(bare, now)] == [
        *(("dates", name) for name in ("call_issued_on", "filing_opens_at", "filing_closes_at",
                                       "recommendation_closes_at", "review_opens_at", "review_closes_at")),
        ("texts", "call_notice"),
    ]  # fmt: skip
    bare.criteria.filter(position=1).delete()
    UnitAbsence.objects.create(campaign=bare, unit=RecommendingUnitFactory())
    assert [gap.section for gap in gaps_of(bare, now)][6:] == ["scoring", "units", "texts"]


def test_a_call_is_published_by_typing_the_year_once(client: Client, staff_user: Any) -> None:
    campaign, address = prepared(), reverse("setup:publish", args=[2021])
    assert client.post(address, {"year": "2020", "seen_version": "0"}).status_code == 422
    assert client.post(address, {"year": "2021"}).status_code == 422
    assert client.post(address, {"year": "2021", "seen_version": "0"}).status_code == 302
    campaign.refresh_from_db()
    assert (campaign.is_in_preparation, campaign.call_published_at, campaign.has_begun) == (False, NOW, True)
    assert AuditEvent.objects.filter(action="campaign.call_published").count() == 1
    assert client.post(address, {"year": "2021", "seen_version": "1"}).status_code == 409


def test_a_call_with_gaps_or_changed_meanwhile_is_not_published(client: Client, staff_user: Any) -> None:
    campaign = prepared(call_notice="", filing_closes_at=NOW, filing_opens_at=NOW - timedelta(days=9))
    page = client.get(reverse("setup:publish", args=[2021]))
    links = [url for url, _text in page.context["gaps"]]
    assert links == [
        "/setup/2021/dates/#div_id_call_issued_on", "/setup/2021/dates/#div_id_filing_closes_at",
        "/setup/2021/texts/#div_id_call_notice",
    ]  # fmt: skip
    with pytest.raises(Refusal) as refusal:
        publish_call(campaign, by=staff_user, seen_version=0)
    assert (refusal.value.code, Campaign.objects.get().is_in_preparation) == ("gaps", True)
    with pytest.raises(Stale):
        publish_call(campaign, by=staff_user, seen_version=7)
    with pytest.raises(Refusal) as refusal:
        publish_call(campaign, by=person("leader", Role.LEADER), seen_version=0)
    assert refusal.value.code == "forbidden"


def test_the_call_names_dates_days_and_the_blank_form() -> None:
    begun(months_in_use=9, declaration_text="本单位承诺如实申报", evidence_rules={"EV12": "always"})
    browser = english(person("owner", organisation=enterprise()))
    call = browser.get(reverse("submissions:call")).content.decode()
    # ten working days after Tuesday 22 June 2021
    for text in ("Issued on 2021-03-08", "at least 9 months", "7 July 2021, 00:00", "Blank form, to print"):
        assert text in call
    form = browser.get(reverse("submissions:blank_form", args=[2021]))
    text = form.content.decode()
    assert "本单位承诺如实申报" in text
    assert {one.code: str(one.when) for one in form.context["evidence"]}["EV12"] == "always required"
    assert [section.key for section in form.context["sections"]][:3] == ["profile", "project", "quality"]


# ------------------------------------------------------------------ extensions


@pytest.fixture
def draft() -> Application:
    campaign, made = begun(), enterprise(name="上海示例第九有限公司")
    fields = {"campaign": campaign, "applicant": made, "applicant_name": made.name, "title": "秘密的项目名称"}
    return ApplicationFactory(**fields, state="draft", number=None)


def test_one_draft_is_let_past_the_end_and_its_people_are_told(
    draft: Application, client: Client, staff_user: Any, clock: Any
) -> None:
    owner = person("owner", organisation=draft.applicant)
    page = client.get(reverse("setup:extensions", args=[2021]), {"q": "第九"})
    assert [one.pk for one in page.context["found"]] == [draft.pk]
    assert draft.title not in page.content.decode()
    clock.move_to(datetime(2021, 6, 1, 2, tzinfo=UTC))
    address = reverse("setup:extend", args=[draft.pk])
    client = english(staff_user)  # the sign-in of March is over
    assert draft.title not in client.get(address).content.decode()
    answer = client.post(address, {"until": "2021-06-02T17:00:00", "reason": " 系统故障 "})
    extension = draft.extensions.get()
    assert (answer.status_code, extension.reason, extension.granted_by.name) == (302, "系统故障", "Staff")
    assert timezone.localtime(extension.until).isoformat() == "2021-06-02T17:00:00+08:00"
    assert owner.notices.get().url == reverse("submissions:detail", args=[draft.pk])
    assert "系统故障" in client.get(reverse("setup:extensions", args=[2021])).content.decode()


@pytest.mark.parametrize(("until", "reason", "field"), [
    ("2021-05-31T17:00:00", "x", "until"), ("2021-06-22T17:00:01", "x", "until"), ("", "x", "until"),
    ("2021-06-02T17:00:00", "  ", "reason"),
])  # fmt: skip
def test_an_extension_fits_between_filing_and_recommendation(
    until: str, reason: str, field: str, draft: Application, client: Client
) -> None:
    answer = client.post(reverse("setup:extend", args=[draft.pk]), {"until": until, "reason": reason})
    assert (answer.status_code, list(answer.context["form"].errors), draft.extensions.count()) == (422, [field], 0)


# ------------------------------------------------------------------ lists


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as context:
        assert client.get(address).status_code == 200
    return len(context)


def test_lists_cost_the_same_for_one_row_and_for_three(client: Client, staff_user: Any, draft: Application) -> None:
    addresses = {
        reverse("setup:years"): 6,
        reverse("setup:extensions", args=[2021]) + "?q=示例": 9,
        reverse("setup:calendar") + "?year=2021": 6,
        reverse("setup:section", args=[2021, "quotas"]): 8,
        reverse("setup:section", args=[2021, "units"]): 8,
        reverse("setup:section", args=[2021, "scoring"]): 7,
        reverse("setup:year", args=[2021]): 8,
    }

    def more(number: int) -> None:
        made = enterprise(name=f"上海示例{number}有限公司")
        one = ApplicationFactory(campaign=draft.campaign, applicant=made, state="draft", number=None)
        one.extensions.create(until=NOW, reason="x", granted_by=person(f"granting{number}", Role.STAFF))
        CalendarDay.objects.create(day=date(2021, 10, number), is_working=False)
        RecommendingUnitFactory(name=f"第{number}协会", kind="association")
        draft.campaign.criteria.create(position=50 + number, name=f"标准{number}", maximum=1)
        CampaignFactory(year=2021 + number)

    more(1)
    assert {address: queries(client, address) for address in addresses} == addresses
    more(2)
    more(3)
    assert {address: queries(client, address) for address in addresses} == addresses


def test_an_unknown_section_is_not_found(client: Client) -> None:
    begun()
    assert client.get("/setup/2021/secrets/").status_code == 404
