"""The call, the list and the task list: what they say, when, and what they cost."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from qa_portal.accounts.enums import Role
from qa_portal.campaigns.models import Campaign
from submissions.demonstration import create_demonstration_call
from submissions.enums import State
from submissions.models import Application, FilingExtension, GuidanceNote
from tests.factories import ApplicationFactory, CampaignFactory, RecommendingUnitFactory
from tests.reports.pages.support import shown
from tests.submissions.complete import prove
from tests.submissions.pages.support import CLOSES, OPENS, draft_of, english, enterprise, fill, open_call, person

pytestmark = pytest.mark.django_db
FRAME = 4  # session, person, role, unread notices


# ------------------------------------------------------------------ my applications
@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_for_any_number_of_rows(
    rows: int, client: Client, own: Any, clock: Any, django_assert_num_queries: Any
) -> None:
    campaign = open_call()
    for number in range(rows):
        draft_of(own, campaign=campaign, title=f"项目{number}")
    draft_of(enterprise(name="别家"), campaign=campaign, title="别人的项目")
    client.get("/applications/")
    with django_assert_num_queries(FRAME + 2):  # the call, the applications
        response = client.get("/applications/")
    page = shown(response)
    assert [line.title for line in response.context["lines"]] == [f"项目{n}" for n in reversed(range(rows))]
    assert "别人的项目" not in page.words


@pytest.mark.parametrize("rows", [1, 3])
def test_task_list_costs_the_same_for_any_content(
    rows: int, client: Client, owner: Any, draft: Application, django_assert_num_queries: Any
) -> None:
    fill(draft)
    prove(draft, by=owner)
    unit = person("unit", Role.RECOMMENDER, RecommendingUnitFactory())
    for number in range(rows):
        GuidanceNote.objects.create(application=draft, text=f"请补充{number}", author=unit, section="quality")
    client.get(f"/applications/{draft.pk}/")
    # membership, application, sections, evidence, profile, unit, twins, notes, history, extension
    with django_assert_num_queries(FRAME + 10):
        page = shown(client.get(f"/applications/{draft.pk}/"))
    assert [f"请补充{number}" in page.words for number in range(3)] == [number < rows for number in range(3)]


def test_list_says_who_holds_what(client: Client, own: Any, clock: Any) -> None:
    unit = RecommendingUnitFactory()
    campaign = open_call()
    draft_of(own, campaign=campaign, title="草稿一")
    ApplicationFactory(
        campaign=campaign, applicant=own, state=State.PENDING_RECOMMENDATION, title="待推荐一", recommending_unit=unit
    )
    response = client.get("/applications/")
    held = {line.title: (line.holder, line.deadline is not None) for line in response.context["lines"]}
    assert held == {"草稿一": ("You", True), "待推荐一": (unit.name, False)}


# ------------------------------------------------------------------ task list
def test_task_list_of_an_empty_draft(client: Client, draft: Application) -> None:
    response = client.get(f"/applications/{draft.pk}/")
    tasks, meter = response.context["tasks"], response.context["meter"]
    assert [str(task.state) for task in tasks] == ["Filled in", *["Not started"] * 10, "Not started"]
    assert (meter.present, meter.missing) == (0, meter.required)
    page = shown(response)
    assert ("Draft, not submitted yet" in page.words, "28 days 7 hours left" in page.words) == (True, True)


def test_task_list_of_a_complete_draft(client: Client, owner: Any, draft: Application) -> None:
    fill(draft)
    prove(draft, by=owner)
    response = client.get(f"/applications/{draft.pk}/")
    states = {str(task.title): str(task.state) for task in response.context["tasks"]}
    assert {title for title, state in states.items() if state != "Filled in"} == {"Intellectual property"}
    assert (response.context["meter"].missing, response.context["steps"]) == (0, ["submit", "withdraw"])


def test_guidance_turns_a_section_back(client: Client, draft: Application) -> None:
    fill(draft)
    unit = person("unit", Role.RECOMMENDER, RecommendingUnitFactory())
    note = GuidanceNote.objects.create(application=draft, text="请补充数据", author=unit, section="quality")
    quality = f"/applications/{draft.pk}/sections/quality/"
    states = {task.url: str(task.state) for task in client.get(f"/applications/{draft.pk}/").context["tasks"]}
    assert (states[quality], "请补充数据" in shown(client.get(quality)).words) == ("To be mended", True)
    note.resolved_at, note.resolved_by = note.created_at, unit
    note.save()
    states = {task.url: str(task.state) for task in client.get(f"/applications/{draft.pk}/").context["tasks"]}
    assert states[quality] == "Filled in"


def test_guidance_on_the_evidence_leads_to_the_files(client: Client, draft: Application) -> None:
    unit = person("unit", Role.RECOMMENDER, RecommendingUnitFactory())
    GuidanceNote.objects.create(application=draft, text="请补充报告", author=unit, section="evidence")
    page = client.get(f"/applications/{draft.pk}/").content.decode()
    assert f'<a href="/applications/{draft.pk}/evidence/">Open the section</a>' in page
    assert f"/applications/{draft.pk}/sections/evidence/" not in page


def test_extension_moves_the_deadline_of_one_application(client: Client, owner: Any, draft: Application) -> None:
    until = CLOSES + timedelta(days=2)
    FilingExtension.objects.create(application=draft, until=until, reason="台风", granted_by=owner)
    assert client.get(f"/applications/{draft.pk}/").context["deadline"].at == until
    assert client.get("/applications/").context["lines"][0].deadline.at == until


# ------------------------------------------------------------------ the call
@pytest.mark.parametrize(
    ("moment", "words", "may_begin"),
    [
        (OPENS - timedelta(seconds=1), "Filing is not open yet.", False),
        (OPENS, "closes Monday, 31 May 2021, 17:00 · 60 days 8 hours left", True),
        (CLOSES - timedelta(seconds=1), "closes Monday, 31 May 2021, 17:00 · 1 minute left", True),
        (CLOSES, "Filing closed on Monday, 31 May 2021, 17:00.", False),
    ],
)
def test_call_follows_the_clock_of_the_server(moment: Any, words: str, may_begin: bool, owner: Any, clock: Any) -> None:
    open_call(call_notice="现开展申报工作。")
    clock.move_to(moment, tick=False)
    client = english(owner)
    page = shown(client.get("/applications/call/"))
    assert (words in page.words, "现开展申报工作。" in page.words) == (True, True)
    assert ("Begin an application" in page.words) is may_begin
    assert client.post("/applications/start/").status_code == (302 if may_begin else 409)
    assert Application.objects.count() == (1 if may_begin else 0)


def test_call_names_the_unit_of_the_own_district_first(client: Client, clock: Any) -> None:
    open_call()
    RecommendingUnitFactory(name="宝山区市场监督管理局", district="310113")
    RecommendingUnitFactory()
    RecommendingUnitFactory(group=True)
    groups = client.get("/applications/call/").context["groups"]
    assert [[name for _key, name, _own in group.units] for group in groups] == [
        ["闵行区市场监督管理局", "宝山区市场监督管理局"], ["浦江化工集团"]]  # fmt: skip


def test_draft_is_offered_before_a_new_start(client: Client, own: Any, clock: Any) -> None:
    draft_of(own, title="草稿一")
    page = shown(client.get("/applications/call/"))
    assert ("草稿一" in page.words, "Begin another application" in page.words) == (True, True)


def test_without_a_call_the_page_says_so(client: Client) -> None:
    CampaignFactory(year=2020)
    assert "There is no call now" in shown(client.get("/applications/call/")).words
    assert client.post("/applications/start/").status_code == 409


def test_home_offers_the_call_then_the_draft(client: Client, own: Any, clock: Any) -> None:
    campaign = open_call()
    assert "the call of the year 2021" in shown(client.get("/")).words
    draft_of(own, campaign=campaign, title="草稿一")
    page = shown(client.get("/"))
    assert ("草稿一" in page.words, "the call of the year 2021" in page.words) == (True, False)


# ------------------------------------------------------------------ demonstration
def test_demonstration_year_is_open_for_a_month_and_made_once(db: None) -> None:
    RecommendingUnitFactory()
    made = create_demonstration_call()
    assert made is not None
    assert (made.is_in_preparation, made.call_published_at is not None, all(made.criteria.values_list("anchors"))) == (
        False, True, True)  # fmt: skip
    assert made.filing_opens_at is not None
    assert made.filing_closes_at is not None
    assert (made.year, made.criteria.count(), create_demonstration_call()) == (2021, 5, None)
    assert Campaign.objects.count() == 1


def test_open_year_without_applications_leaves_the_bureau_in_the_last_counted_one(
    staff_client: Client, clock: Any
) -> None:
    ApplicationFactory(campaign__year=2020)
    open_call()
    assert staff_client.get("/applications/call/").context["portal"].year == 2020
