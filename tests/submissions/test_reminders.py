"""Reminders: at their moment, once, not to who has done the thing, and moved by an extension."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qa_portal.accounts.enums import Role
from qa_portal.accounts.models import User
from qa_portal.outbox.delivery import deliver_due
from qa_portal.outbox.models import Message
from qa_portal.outbox.reminding import _providers, run_reminders
from submissions.enums import State, Step
from submissions.models import Application, FilingExtension, GuidanceNote
from submissions.operations import take_step
from tests.factories import ApplicationFactory, CampaignFactory, EnterpriseFactory
from tests.plugins.parallel import at_once
from tests.submissions.test_messages import Cast, person, told

pytestmark = pytest.mark.django_db
CLOSES = datetime(2021, 5, 31, 9, tzinfo=UTC)  # Monday, 17:00 in Shanghai
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@pytest.fixture
def cast(time_machine: Any) -> Cast:
    """Long before the end of filing, which is the year's only date."""
    time_machine.move_to(CLOSES - timedelta(days=30), tick=False)
    CampaignFactory(year=2021, filing_opens_at=CLOSES - timedelta(days=60), filing_closes_at=CLOSES)
    return Cast()


def at(moment: datetime, time_machine: Any) -> int:
    """Set the clock and run the reminders; how many messages are new."""
    time_machine.move_to(moment, tick=False)
    return run_reminders()


def draft_of(cast: Cast, **fields: Any) -> Application:
    return cast.application(State.DRAFT, number=None, **fields)


# ------------------------------------------------------------------ drafts
def test_a_draft_is_reminded_of_at_each_step_to_the_second(cast: Cast, time_machine: Any) -> None:
    draft_of(cast)
    counts = []
    for hours in (168, 72, 24):
        moment = CLOSES - hours * HOUR
        counts += [at(moment - SECOND, time_machine), at(moment, time_machine), at(moment + SECOND, time_machine)]
    counts += [at(CLOSES - SECOND, time_machine), at(CLOSES, time_machine)]
    assert counts == [0, 2, 0, 0, 2, 0, 0, 2, 0, 0, 0]
    assert told() == [("owner", "draft_closing"), ("mate", "draft_closing")] * 3
    assert {one.expires_at for one in Message.objects.all()} == {CLOSES}


def test_after_a_pause_of_the_portal_only_the_nearest_is_sent(cast: Cast, time_machine: Any) -> None:
    draft_of(cast)
    assert at(CLOSES - 20 * HOUR, time_machine) == 2
    assert {key.rpartition(":")[0].rpartition(":")[2] for key in Message.objects.values_list("key", flat=True)} == {
        "24h"
    }


def test_who_has_submitted_hears_nothing(cast: Cast, time_machine: Any) -> None:
    for state in State:
        if state != State.DRAFT:
            cast.application(state)
    assert at(CLOSES - 24 * HOUR, time_machine) == 0


def test_who_submits_before_the_mail_leaves_hears_nothing(cast: Cast, time_machine: Any) -> None:
    draft = draft_of(cast)
    assert at(CLOSES - 24 * HOUR, time_machine) == 2
    Application.objects.filter(pk=draft.pk).update(state=State.PENDING_RECOMMENDATION, number="2021-0009")
    assert (deliver_due().sent, mail.outbox) == (0, [])
    assert set(Message.objects.values_list("state", "drop")) == {("dropped", "settled")}


def test_an_extension_moves_the_reminders(cast: Cast, time_machine: Any) -> None:
    draft = draft_of(cast)
    at(CLOSES - 72 * HOUR, time_machine)
    deliver_due()
    time_machine.move_to(CLOSES - 25 * HOUR, tick=False)
    FilingExtension.objects.create(
        application=draft, until=CLOSES + 72 * HOUR, reason="r", granted_by=cast.staff, granted_at=CLOSES - 25 * HOUR
    )
    # 24 hours before the old end, and 97 before the new one: the news of the extension was enough
    assert at(CLOSES - 24 * HOUR, time_machine) == 0
    assert [at(CLOSES - SECOND, time_machine), at(CLOSES, time_machine)] == [0, 2]
    assert [at(CLOSES + 48 * HOUR - SECOND, time_machine), at(CLOSES + 48 * HOUR, time_machine)] == [0, 2]
    assert at(CLOSES + 72 * HOUR, time_machine) == 0
    deliver_due()
    assert [one.subject.count("2021年6月3日") for one in mail.outbox[-2:]] == [0, 0]  # over by now: not sent
    assert Message.objects.filter(state="dropped", drop="expired").count() == 4


def test_a_reminder_with_a_deadline_that_moved_is_not_sent(cast: Cast, time_machine: Any) -> None:
    draft = draft_of(cast)
    at(CLOSES - 24 * HOUR, time_machine)
    FilingExtension.objects.create(application=draft, until=CLOSES + HOUR, reason="r", granted_by=cast.staff)
    assert (deliver_due().sent, mail.outbox) == (0, [])


def test_a_draft_begun_after_a_moment_is_not_reminded_of_it(cast: Cast, time_machine: Any) -> None:
    from submissions.operations import start_application

    time_machine.move_to(CLOSES - 71 * HOUR, tick=False)
    start_application(CampaignFactory(year=2021), by=cast.owner)
    assert [at(CLOSES - 70 * HOUR, time_machine), at(CLOSES - 24 * HOUR, time_machine)] == [0, 2]


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_at_once_remind_once(time_machine: Any) -> None:
    time_machine.move_to(CLOSES - 24 * HOUR, tick=False)
    CampaignFactory(year=2021, filing_opens_at=CLOSES - timedelta(days=60), filing_closes_at=CLOSES)
    draft_of(Cast())
    answers = at_once(3, lambda number: run_reminders())
    assert (sum(answers), sorted(told())) == (2, [("mate", "draft_closing"), ("owner", "draft_closing")])


def test_more_drafts_cost_no_more_queries_when_all_are_reminded(cast: Cast, time_machine: Any) -> None:
    def cost() -> int:
        run_reminders()
        with CaptureQueriesContext(connection) as queries:
            assert run_reminders() == 0
        return len(queries)

    time_machine.move_to(CLOSES - 24 * HOUR, tick=False)
    draft_of(cast)
    one = cost()
    for number in range(3):
        own = EnterpriseFactory()
        person(f"further{number}", Role.APPLICANT, own)
        ApplicationFactory(campaign=CampaignFactory(year=2021), applicant=own, state=State.DRAFT, number=None)
    assert (one, cost()) == (one, one)
    assert one == 9


# ------------------------------------------------------------------ changes, notes, units, staff
@pytest.mark.parametrize(("state", "step", "by"), [
    (State.FORMAL_CHECK, Step.ASK_CORRECTION, "staff"),
    (State.PENDING_RECOMMENDATION, Step.RETURN, "recommender"),
])  # fmt: skip
def test_changes_asked_for_are_reminded_of_twice(
    state: State, step: Step, by: str, cast: Cast, time_machine: Any
) -> None:
    application = cast.application(state)
    application = take_step(application, step, by=getattr(cast, by), seen_version=0, reason="r")
    due = application.answer_due_at
    assert due is not None
    counts = []
    for hours in (48, 24):
        moment = due - hours * HOUR
        counts += [at(moment - SECOND, time_machine), at(moment, time_machine), at(moment + SECOND, time_machine)]
    assert [*counts, at(due, time_machine)] == [0, 2, 0, 0, 2, 0, 0]
    assert told()[2:] == [("owner", "answer_due"), ("mate", "answer_due")] * 2


def test_who_has_corrected_is_not_reminded(cast: Cast, time_machine: Any) -> None:
    due = CLOSES + timedelta(days=10)
    cast.application(State.FORMAL_CHECK, answer_due_at=due)
    at(due - 24 * HOUR, time_machine)
    assert [kind for _who, kind in told() if kind == "answer_due"] == []


def test_a_note_is_reminded_of_until_it_is_answered(cast: Cast, time_machine: Any) -> None:
    application = cast.application(State.PENDING_RECOMMENDATION)
    day = date(2021, 5, 20)
    end = datetime(2021, 5, 20, 16, tzinfo=UTC)  # midnight in Shanghai
    begun = datetime(2021, 5, 10, tzinfo=UTC)
    fields = {"application": application, "text": "x", "author": cast.recommender, "due_on": day, "created_at": begun}
    note = GuidanceNote.objects.create(**fields)
    GuidanceNote.objects.create(**fields, resolved_at=begun, resolved_by=cast.recommender)
    answered = GuidanceNote.objects.create(**fields)
    GuidanceNote.objects.create(application=application, parent=answered, text="done", author=cast.owner)
    GuidanceNote.objects.create(application=application, parent=note, text="please", author=cast.recommender)
    assert [at(end - 48 * HOUR - SECOND, time_machine), at(end - 48 * HOUR, time_machine)] == [0, 2]
    assert (deliver_due().sent, told()) == (2, [("owner", "note_due"), ("mate", "note_due")])
    GuidanceNote.objects.create(application=application, parent=note, text="done", author=cast.colleague)
    assert at(end - 24 * HOUR, time_machine) == 0


def test_a_unit_is_reminded_while_something_waits_for_it(cast: Cast, time_machine: Any) -> None:
    closes = CLOSES + timedelta(days=15)
    CampaignFactory(year=2021, recommendation_closes_at=closes)
    waiting = [cast.application(State.PENDING_RECOMMENDATION) for _number in range(3)]
    cast.application(State.FORMAL_CHECK)
    counts = [at(closes - hours * HOUR, time_machine) for hours in (169, 168, 167, 72, 24)]
    digests = sum(1 for _who, kind in told() if kind == "check_digest")
    assert sum(counts) - digests == 3
    assert [who for who, kind in told() if kind == "recommendation_closing"] == ["unit"] * 3
    message = Message.objects.filter(kind="submissions.recommendation_closing").latest("pk")
    assert (message.params["count"], message.path) == (3, "/recommending/2021/")
    Application.objects.filter(pk__in=[one.pk for one in waiting]).update(state=State.FORMAL_CHECK)
    deliver_due()
    assert [one.to for one in mail.outbox if one.to == ["unit@example.com"]] == []


@pytest.mark.parametrize(
    ("moment", "count"),
    [
        (datetime(2021, 5, 28, 0, 29, 59, tzinfo=UTC), 0),  # Friday, 08:29:59 in Shanghai
        (datetime(2021, 5, 28, 0, 30, tzinfo=UTC), 1),
        (datetime(2021, 5, 29, 1, tzinfo=UTC), 0),  # Saturday
    ],
)
def test_staff_get_one_digest_on_a_working_day(moment: datetime, count: int, cast: Cast, time_machine: Any) -> None:
    for _number in range(2):
        cast.application(State.FORMAL_CHECK)
    assert [at(moment, time_machine), at(moment + HOUR, time_machine) if count else 0] == [count, 0]
    deliver_due()
    assert [(one.to, one.subject) for one in mail.outbox] == [
        (["staff@example.com"], "2021年度形式审查：2项待办")
    ] * count


def test_nothing_waits_no_digest(cast: Cast, time_machine: Any) -> None:
    assert at(datetime(2021, 5, 28, 4, tzinfo=UTC), time_machine) == 0


def test_a_provider_that_fails_silences_no_other(cast: Cast, time_machine: Any, monkeypatch: Any) -> None:
    def broken(now: datetime) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr("qa_portal.outbox.reminding._providers", {"a broken one": broken, **_providers})
    draft_of(cast)
    assert at(CLOSES - 24 * HOUR, time_machine) == 2


def test_people_who_are_not_active_are_not_reminded(cast: Cast, time_machine: Any) -> None:
    draft_of(cast)
    User.objects.filter(pk=cast.colleague.pk).update(is_active=False)
    assert at(CLOSES - 24 * HOUR, time_machine) == 1
