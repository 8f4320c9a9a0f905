"""The unit's figures, enterprises that have not filed, and reminders."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from qa_portal.core.errors import Refusal
from qa_portal.notices.models import Notice
from qa_portal.organisations.models import EnterpriseProfile
from reviews.enums import Result
from submissions.enums import State, Step
from submissions.models import Application, FilingReminder
from submissions.operations import take_step
from submissions.recommending.dashboard import specialised_without_filing, unit_year
from submissions.recommending.operations import add_note, remind
from tests.factories import ApplicationFactory, CampaignFactory, DecisionFactory, RecommendingUnitFactory
from tests.submissions.pages.support import NOW, draft_of, english, enterprise, open_call, person
from tests.submissions.recommending.support import GIVEN, recommender, submit_again, waiting

pytestmark = pytest.mark.django_db


def shanghai(day: int, hour: int = 10) -> datetime:
    return datetime(2021, 5, day, hour, tzinfo=timezone.get_default_timezone())


def test_figures_count_what_happened_and_time_the_answers_in_working_days() -> None:
    by, campaign = recommender(), open_call()
    first, second, third = (waiting(campaign) for _ in range(3))
    # 1 to 5 May 2021 were holidays, Saturday the 8th a working day
    for application in (first, second):
        submit_again(application, submitted_at=shanghai(3))
    with time_machine.travel(shanghai(6), tick=False):
        add_note(first, text="x", by=by)
        add_note(first, text="y", by=by)
        take_step(first, Step.RETURN, by=by, seen_version=0, reason="r")
    Application.objects.filter(pk=first.pk).update(state=State.PENDING_RECOMMENDATION)
    submit_again(first, submitted_at=shanghai(7))
    with time_machine.travel(shanghai(10), tick=False):
        take_step(first, Step.RECOMMEND, by=by, seen_version=1, **GIVEN)
        take_step(second, Step.DECLINE, by=by, seen_version=0, reason="r")
    found = unit_year(third.recommending_unit, campaign)
    # answers after 1 (6 May), 2 (8 and 10 May) and 4 (6, 7, 8, 10 May) working days
    assert (found.filed, found.recommended, found.returned, found.declined) == (3, 1, 1, 1)
    assert (found.notes, found.with_notes, found.turnaround) == (2, 1, Decimal("2.3"))
    assert (found.accepted, found.winners) == (0, None)


def test_results_are_told_when_they_are_public() -> None:
    campaign = open_call()
    application = waiting(campaign, state=State.DECIDED)
    DecisionFactory(application=application, result=Result.FIRST_PRIZE)
    unit = application.recommending_unit
    assert unit_year(unit, campaign).winners is None
    Application.objects.update(state=State.PUBLIC_NOTICE)
    assert unit_year(unit, campaign).winners == 1
    Application.objects.update(state=State.DECIDED)
    campaign.published_at = NOW
    assert unit_year(unit, campaign).winners == 1


def test_an_imported_year_before_another_has_its_winners_and_no_turnaround() -> None:
    old = ApplicationFactory(first_prize=True)
    assert unit_year(old.recommending_unit, old.campaign).winners is None
    open_call()
    found = unit_year(old.recommending_unit, old.campaign)
    assert (found.winners, found.returned, found.turnaround) == (1, None, None)


def specialised(name: str, **fields: Any) -> Any:
    made = enterprise(name=name, **fields)
    EnterpriseProfile.objects.filter(organisation=made).update(specialised=True)
    return made


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_for_every_number_of_enterprises(rows: int, django_assert_num_queries: Any) -> None:
    client, campaign = english(recommender()), open_call()
    CampaignFactory(year=2020)
    for number in range(rows):
        specialised(f"上海专精{number}有限公司")
        waiting(campaign)
    address = reverse("recommending:dashboard", kwargs={"year": 2021})
    client.get(address)
    with django_assert_num_queries(18):
        page = client.get(address)
    assert [one.name for one in page.context["page"]] == [f"上海专精{number}有限公司" for number in range(rows)]


def test_the_list_names_specialised_enterprises_of_the_area_that_have_not_filed() -> None:
    unit, campaign = RecommendingUnitFactory(), open_call()
    drafting, silent, filed = (specialised(name) for name in ("甲", "乙", "丙"))
    enterprise(name="不专")
    elsewhere = specialised("别区")
    type(elsewhere).objects.filter(pk=elsewhere.pk).update(district="310115")
    draft_of(drafting, campaign)
    waiting(campaign, applicant=filed)
    earlier = ApplicationFactory(specialised=True, applicant__name="去年")
    person("somebody", organisation=silent)
    found = specialised_without_filing(unit, campaign)
    assert [(one.name, one.has_draft, one.people) for one in found] == [
        ("甲", True, 0), ("乙", False, 1), (earlier.applicant.name, False, 0),
    ]  # fmt: skip


def test_the_area_of_a_group_are_those_it_recommended_before() -> None:
    group, campaign = RecommendingUnitFactory(group=True), open_call()
    specialised("闵行的")
    earlier = ApplicationFactory(by_group=True, specialised=True)
    assert [one.pk for one in specialised_without_filing(group, campaign)] == [earlier.applicant_id]


def test_reminding_tells_the_people_once_in_three_days_and_reports_each() -> None:
    by, campaign = recommender(), open_call()
    unit = RecommendingUnitFactory()
    one, nobody = specialised("甲"), specialised("乙")
    member = person("member", organisation=one)
    with time_machine.travel(NOW, tick=False):
        first = remind(unit, campaign, [one.pk, nobody.pk], by=by)
        second = remind(unit, campaign, [one.pk], by=by)
    with time_machine.travel(NOW + timedelta(days=4), tick=False):
        third = remind(unit, campaign, [one.pk], by=by)
    assert (first.done, first.refused) == (["甲"], [("乙", "该企业没有账号。")])
    assert (second.done, [name for name, _why in second.refused], third.done) == ([], ["甲"], ["甲"])
    assert list(Notice.objects.values_list("recipient", flat=True)) == [member.pk] * 2
    assert FilingReminder.objects.filter(enterprise=one, sent_by=by).count() == 2


def test_reminders_need_the_own_unit_and_an_open_call(staff_user: Any) -> None:
    by, campaign = recommender(), open_call()
    one, other = specialised("甲"), recommender(RecommendingUnitFactory(group=True), "other")
    person("member", organisation=one)
    for user, at in ((other, NOW), (staff_user, NOW), (by, campaign.filing_closes_at)):
        with time_machine.travel(at, tick=False), pytest.raises(Refusal):
            remind(RecommendingUnitFactory(), campaign, [one.pk], by=user)
    assert (FilingReminder.objects.count(), Notice.objects.count()) == (0, 0)
