"""The life of an application: the table is all there is, one person wins, and only the right one acts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from qa_portal.accounts.enums import Role
from qa_portal.accounts.models import RoleGrant, User
from qa_portal.audit.queries import events_for
from qa_portal.core.errors import Refusal
from qa_portal.organisations.models import Membership
from reports.statistics import statistics_of
from submissions.checking.operations import confirm, judge, open_items
from submissions.enums import COUNTED_STATES, State, Step
from submissions.models import Application, GuidanceNote, Recommendation, UnitQuota
from submissions.operations import Stale, grant_extension, take_step
from submissions.policy import is_filing_open, may_see
from submissions.recommending.operations import add_note, recommend_all, reply, set_resolved
from submissions.workflow import MOVES, steps_open_to
from tests.factories import ApplicationFactory, CampaignFactory, EnterpriseFactory, RecommendingUnitFactory
from tests.plugins.parallel import at_once

pytestmark = pytest.mark.django_db
OPINION = {"opinion": "质量提升明显。", "no_guidance_reason": "材料齐全。"}


def person(name: str, role: Role, organisation: Any = None) -> User:
    user = User.objects.create_user(f"{name}@example.com", "a-long-password", name=name)
    RoleGrant.objects.create(user=user, role=role)
    if organisation is not None:
        Membership.objects.create(user=user, organisation=organisation)
    return user


@pytest.fixture
def people() -> dict[str, User]:
    """Somebody of every side of one application: its enterprise, its unit, the bureau, and outsiders."""
    unit, other = RecommendingUnitFactory(), RecommendingUnitFactory(group=True)
    own, foreign = EnterpriseFactory(), EnterpriseFactory()
    return {
        "owner": person("owner", Role.APPLICANT, own),
        "unit": person("unit", Role.RECOMMENDER, unit),
        "staff": person("staff", Role.STAFF),
        "leader": person("leader", Role.LEADER),
        "stranger": person("stranger", Role.APPLICANT, foreign),
        "other unit": person("other", Role.RECOMMENDER, other),
        "expert": person("expert", Role.EXPERT),
    }


def application_in(state: State, people: dict[str, User], **fields: Any) -> Application:
    own = people["owner"].memberships.get().organisation
    return ApplicationFactory(applicant_id=own.pk, applicant=None, applicant_name=own.name, state=state, **fields)


ACTORS = {
    Step.RETURN: "unit",
    Step.RECOMMEND: "unit",
    Step.DECLINE: "unit",
    Step.ASK_CORRECTION: "staff",
    Step.ACCEPT: "staff",
    Step.REFUSE: "staff",
    Step.WITHDRAW: "owner",
    Step.OPEN_REVIEW: "staff",
    Step.RECALL_REVIEW: "staff",
    Step.CLOSE_SCORING: "staff",
    Step.REOPEN_SCORING: "staff",
    Step.CALL_TO_DEFENCE: "staff",
    Step.DECIDE: "staff",
    Step.TAKE_BACK_DECISION: "staff",
    Step.OPEN_NOTICE: "leader",
    Step.HANDLE_OBJECTION: "staff",
    Step.DISMISS_OBJECTION: "staff",
    Step.UPHOLD_OBJECTION: "staff",
    Step.CONFIRM: "staff",
    Step.PUBLISH: "leader",
    Step.ARCHIVE: "staff",
}


@pytest.mark.parametrize("step", list(ACTORS))
def test_a_step_leads_where_the_table_says_and_nowhere_else(step: Step, people: dict[str, User]) -> None:
    by = people[ACTORS[step]]
    for state in State:
        application = application_in(state, people)
        move = MOVES.get((step, state))
        before = (application.state, application.version, len(events_for(application)))
        if move is None:
            with pytest.raises(Refusal):
                take_step(application, step, by=by, seen_version=0, reason="r", **OPINION)
            application.refresh_from_db()
            assert (application.state, application.version, len(events_for(application))) == before
        else:
            take_step(application, step, by=by, seen_version=0, reason="r", **OPINION)
            application.refresh_from_db()
            assert (application.state, application.version) == (move.target, 1)
            assert [event.action for event in events_for(application)] == [f"application.{step.value}"]


@pytest.mark.parametrize("step", list(ACTORS))
def test_nobody_else_takes_the_step(step: Step, people: dict[str, User]) -> None:
    for (one, state), _move in MOVES.items():
        if one != step:
            continue
        for name, user in people.items():
            if name == ACTORS[step]:
                continue
            application = application_in(state, people)
            with pytest.raises(Refusal):
                take_step(application, step, by=user, seen_version=0, reason="r", **OPINION)
            application.refresh_from_db()
            assert application.state == state, name


def test_reasons_are_required_where_the_table_says_so(people: dict[str, User]) -> None:
    application = application_in(State.PENDING_RECOMMENDATION, people)
    with pytest.raises(Refusal) as refusal:
        take_step(application, Step.RETURN, by=people["unit"], seen_version=0, reason="  ")
    assert refusal.value.field == "reason"


def test_who_saw_an_older_version_is_told_and_changes_nothing(people: dict[str, User]) -> None:
    application = application_in(State.PENDING_RECOMMENDATION, people)
    take_step(application, Step.RETURN, by=people["unit"], seen_version=0, reason="r")
    with pytest.raises(Stale):
        take_step(application, Step.RECOMMEND, by=people["unit"], seen_version=0, **OPINION)
    application.refresh_from_db()
    assert (application.state, application.version) == (State.RETURNED, 1)


def test_a_recommendation_needs_a_note_or_a_reason(people: dict[str, User]) -> None:
    application = application_in(State.PENDING_RECOMMENDATION, people)
    with pytest.raises(Refusal) as refusal:
        take_step(application, Step.RECOMMEND, by=people["unit"], seen_version=0, opinion="好")
    assert refusal.value.code == "guidance"
    add_note(application, text="补充攻关前数据", by=people["unit"])
    take_step(application, Step.RECOMMEND, by=people["unit"], seen_version=0, opinion="好")
    assert Recommendation.objects.get(application=application).place == 1


@pytest.mark.django_db(transaction=True)
def test_the_last_place_of_a_quota_is_given_once(people: dict[str, User]) -> None:
    applications = [application_in(State.PENDING_RECOMMENDATION, people) for _ in range(3)]
    campaign, unit = applications[0].campaign, applications[0].recommending_unit
    UnitQuota.objects.create(campaign=campaign, unit=unit, places=1)

    def recommend(number: int) -> str:
        user = User.objects.get(pk=people["unit"].pk)
        take_step(applications[number], Step.RECOMMEND, by=user, seen_version=0, **OPINION)
        return "done"

    answers = at_once(3, recommend)
    assert sorted(str(getattr(one, "code", one)) for one in answers) == ["done", "quota", "quota"]
    assert Recommendation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_checkers_at_once_one_wins(people: dict[str, User]) -> None:
    application = application_in(State.FORMAL_CHECK, people)
    steps = (Step.ACCEPT, Step.REFUSE)

    def act(number: int) -> str:
        user = User.objects.get(pk=people["staff"].pk)
        take_step(application, steps[number], by=user, seen_version=0, reason="r")
        return "done"

    answers = at_once(2, act)
    assert sorted(str(getattr(one, "code", one)) for one in answers) == ["done", "stale"]


def test_a_correction_is_asked_for_once_and_is_due_in_working_days(people: dict[str, User]) -> None:
    application = application_in(State.FORMAL_CHECK, people)
    # Tuesday before the National Day holidays of 2020; Sunday 27 September was a make-up working day
    with time_machine.travel(datetime(2020, 9, 29, 4, tzinfo=UTC), tick=False):
        take_step(application, Step.ASK_CORRECTION, by=people["staff"], seen_version=0, reason="r")
    application.refresh_from_db()
    # 30 Sept, 9 Oct, 10 Oct (make-up Saturday), 12 Oct, 13 Oct
    assert timezone.localtime(application.answer_due_at).isoformat() == "2020-10-14T00:00:00+08:00"
    Application.objects.filter(pk=application.pk).update(state=State.FORMAL_CHECK)
    application.refresh_from_db()
    with pytest.raises(Refusal) as refusal:
        take_step(application, Step.ASK_CORRECTION, by=people["staff"], seen_version=1, reason="r")
    assert refusal.value.code == "corrections"


@pytest.mark.parametrize(("seconds", "is_open"), [(-1, True), (0, False), (1, False)])
def test_filing_closes_to_the_second(seconds: int, is_open: bool, people: dict[str, User]) -> None:
    closes_at = datetime(2020, 5, 31, 9, tzinfo=UTC)
    CampaignFactory(filing_opens_at=closes_at - timedelta(days=60), filing_closes_at=closes_at)
    application = application_in(State.DRAFT, people)
    now = closes_at + timedelta(seconds=seconds)
    assert is_filing_open(application, now) is is_open
    assert (Step.SUBMIT in steps_open_to(people["owner"], application, now)) is is_open
    with time_machine.travel(now, tick=False):
        grant_extension(application, until=closes_at + timedelta(hours=1), reason="系统故障", by=people["staff"])
    assert is_filing_open(application, now) is True


def test_what_was_accepted_counts_like_what_was_imported(people: dict[str, User]) -> None:
    ApplicationFactory()
    for state in State:
        application_in(state, people)
    statistics = statistics_of(CampaignFactory())
    assert statistics.count("applications.total") == 1 + len(COUNTED_STATES)


def test_nobody_outside_the_bureau_can_tell_that_it_is_scored_or_decided() -> None:
    shown = {state: Application(state=state).outside_state for state in State}
    secret = (State.IN_REVIEW, State.SCORED, State.DEFENCE, State.DECIDED)
    assert {shown[state] for state in secret} == {State.IN_REVIEW}
    assert [state for state in State if shown[state] != state] == [State.SCORED, State.DEFENCE, State.DECIDED]


def test_no_button_takes_a_step_of_the_review_alone(people: dict[str, User]) -> None:
    filing = list(Step)[: list(Step).index(Step.OPEN_REVIEW)]
    for state in State:
        application = application_in(state, people)
        for user in people.values():
            assert set(steps_open_to(user, application, timezone.now())) <= set(filing)


def test_lists_and_single_objects_follow_one_rule(people: dict[str, User]) -> None:
    made = [application_in(state, people) for state in State]
    for name, user in people.items():
        listed = set(Application.objects.visible_to(user).values_list("pk", flat=True))
        assert listed == {one.pk for one in made if may_see(user, one)}, name


def test_notes_are_written_answered_and_closed_by_the_right_people(people: dict[str, User]) -> None:
    application = application_in(State.PENDING_RECOMMENDATION, people)
    note = add_note(application, text="补充数据", section="indicators", by=people["unit"])
    answer = reply(note, text="已补充", by=people["owner"])
    assert (answer.parent, note.section) == (note, "indicators")
    for name in ("stranger", "other unit", "expert", "leader"):
        for act in (
            lambda user: add_note(application, text="x", by=user),
            lambda user: reply(note, text="x", by=user),
            lambda user: set_resolved(note, resolved=True, by=user),
        ):
            with pytest.raises(Refusal):
                act(people[name])
    with pytest.raises(Refusal):
        set_resolved(note, resolved=True, by=people["owner"])
    assert set_resolved(note, resolved=True, by=people["unit"]).resolved_by == people["unit"]
    assert GuidanceNote.objects.count() == 2


def test_a_batch_reports_every_item(people: dict[str, User]) -> None:
    first, second = (application_in(State.PENDING_RECOMMENDATION, people) for _ in range(2))
    result = recommend_all([first, second], given=OPINION, versions={first.pk: 0, second.pk: 7}, by=people["unit"])
    assert result.done == [first.number]
    assert [name for name, _why in result.refused] == [second.number]


def test_judgements_need_reasons_and_only_differences_are_written(people: dict[str, User]) -> None:
    application = application_in(State.FORMAL_CHECK, people)
    with pytest.raises(Refusal) as refusal:
        judge(application, {7: ("fix", " ")}, by=people["staff"])
    assert refusal.value.field == "reason-7"
    assert judge(application, {7: ("fix", "不一致"), 8: ("pass", "")}, by=people["staff"]) == [7, 8]
    assert judge(application, {7: ("fix", "不一致"), 8: ("pass", "")}, by=people["staff"]) == []
    assert 8 not in open_items(application)
    for name in ("owner", "unit", "leader"):
        with pytest.raises(Refusal):
            judge(application, {9: ("pass", "")}, by=people[name])


def test_confirmed_values_change_the_row_and_the_trail(people: dict[str, User]) -> None:
    application = application_in(State.FORMAL_CHECK, people)
    assert confirm(application, {"bottleneck": True, "level": ""}, by=people["staff"]) == ["bottleneck"]
    application.refresh_from_db()
    assert (application.bottleneck, application.version) == (True, 1)
    assert events_for(application)[0].before == {"bottleneck": False}
    with pytest.raises(Refusal):
        confirm(application, {"title": "x"}, by=people["staff"])
    with pytest.raises(Refusal):
        confirm(application, {"level": "INTL_LEADING"}, by=people["owner"])
