"""Clearing old jobs and notices: never younger than the law allows, never the audit trail."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from qa_portal.audit.models import AuditEvent
from qa_portal.audit.queries import verify_trail
from qa_portal.jobs.enums import JobState
from qa_portal.jobs.models import Job
from qa_portal.notices.models import Notice
from qa_portal.notices.operations import notify

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HALF_A_YEAR = timedelta(days=180)
SECOND = timedelta(seconds=1)


def made(person: Any, age: timedelta) -> None:
    """A finished job, a waiting one and a notice of this age."""
    then = NOW - age
    Job.objects.create(
        kind="x", title=f"done {age}", owner=person, state=JobState.SUCCEEDED, created_at=then, finished_at=then
    )
    Job.objects.create(kind="x", title=f"waits {age}", owner=person, created_at=then)
    Notice.objects.filter(pk=notify(person, text=f"notice {age}").pk).update(created_at=then)


def kept() -> tuple[list[str], list[str]]:
    jobs = Job.objects.order_by("title").values_list("title", flat=True)
    return list(jobs), list(Notice.objects.order_by("plain_text").values_list("plain_text", flat=True))


def test_older_than_half_a_year_goes_and_nothing_else(staff_user: Any, capsys: Any) -> None:
    old, young = HALF_A_YEAR + SECOND, HALF_A_YEAR
    made(staff_user, old)
    made(staff_user, young)
    with time_machine.travel(NOW, tick=False):
        call_command("clear_records", "--days", "180")
    assert capsys.readouterr().out == "1 jobs, 1 notices and 0 messages removed\n"
    assert kept() == (sorted([f"done {young}", f"waits {young}", f"waits {old}"]), [f"notice {young}"])


def test_clearing_leaves_an_entry_and_no_other_is_lost(staff_user: Any) -> None:
    made(staff_user, timedelta(days=400))
    before = AuditEvent.objects.count()
    with time_machine.travel(NOW, tick=False):
        call_command("clear_records", "--days", "365")
    assert AuditEvent.objects.count() == before + 1
    last = AuditEvent.objects.order_by("sequence").last()
    assert last is not None
    assert (last.action, last.actor_id) == ("records.cleared", None)
    assert last.after == {"days": 365, "jobs": 1, "notices": 1, "messages": 0}
    assert verify_trail([]).fault == ""


@pytest.mark.parametrize("days", ["179", "0", "-1"])
def test_clean_up_refuses_less_than_180_days(staff_user: Any, days: str) -> None:
    made(staff_user, timedelta(days=400))
    before = (*kept(), AuditEvent.objects.count())
    with pytest.raises(CommandError, match=f"^Records are kept for 180 days at least; {days} are too few.$"):
        call_command("clear_records", f"--days={days}")
    assert (*kept(), AuditEvent.objects.count()) == before
