"""Starting, cancelling and sweeping jobs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from qa_portal.audit.models import AuditEvent
from qa_portal.celery import app
from qa_portal.core.errors import Refusal
from qa_portal.jobs.enums import FINISHED, Failure, JobState
from qa_portal.jobs.models import Job
from qa_portal.jobs.operations import MOVES, Swept, claim, enqueue, move, request_cancel, sweep_jobs
from qa_portal.jobs.progress import Progress, publish
from qa_portal.jobs.registry import job_kind
from qa_portal.jobs.running import run_job
from tests.plugins.parallel import at_once

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of the jobs of which a worker was told, in order."""
    ids: list[str] = []
    monkeypatch.setattr(app, "send_task", lambda name, args: ids.append(args[0]))
    return ids


# ------------------------------------------------------------------ enqueue
def test_enqueue_tells_a_worker_after_the_commit(
    owner: Any, sent: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = enqueue("demo.private", by=owner, params={"year": 2020}, title="通报")
        assert sent == []
    assert sent == [str(job.pk)]
    event = AuditEvent.objects.get()
    assert (event.action, event.object_id, event.actor_id) == ("job.enqueue", str(job.pk), owner.pk)
    assert event.after == {"kind": "demo.private", "title": "通报", "params": {"year": 2020}}


def test_a_job_survives_a_broker_that_is_down(
    owner: Any, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any, sent: list[str]
) -> None:
    def refuse(name: str, args: Any) -> None:
        raise ConnectionError("no broker")

    with monkeypatch.context() as broken, django_capture_on_commit_callbacks(execute=True):
        broken.setattr(app, "send_task", refuse)
        job = enqueue("demo.private", by=owner, title="x")
    with time_machine.travel(timezone.now() + timedelta(seconds=61), tick=False):
        assert sweep_jobs() == Swept(sent=1)
    assert Job.objects.get().pk == job.pk


def test_a_kind_that_nobody_registered_is_a_bug(owner: Any) -> None:
    with pytest.raises(LookupError, match="no job kind nothing"):
        enqueue("nothing", by=owner, title="x")
    assert (Job.objects.count(), AuditEvent.objects.count()) == (0, 0)


def test_a_kind_is_registered_once() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        job_kind("demo.private", title="Again")(lambda run: None)


def test_nobody_has_more_than_three_unfinished_jobs(owner: Any, staff_user: Any) -> None:
    jobs = [enqueue("demo.private", by=owner, title="x") for _number in range(3)]
    with pytest.raises(Refusal) as refused:
        enqueue("demo.private", by=owner, title="x")
    assert refused.value.code == "job_quota"
    assert (Job.objects.count(), AuditEvent.objects.count()) == (3, 3)
    enqueue("demo.private", by=staff_user, title="x")
    enqueue("demo.private", by=None, title="x")
    run_job(jobs[0].pk)
    enqueue("demo.private", by=owner, title="x")
    assert Job.objects.filter(owner=owner).unfinished().count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_do_not_pass_the_quota(owner: Any) -> None:
    for _number in range(2):
        enqueue("demo.private", by=owner, title="x")
    outcomes = at_once(4, lambda _number: enqueue("demo.private", by=owner, title="x"))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Job", "Refusal", "Refusal", "Refusal"]
    assert Job.objects.count() == 3


# ------------------------------------------------------------------ states
def test_only_the_moves_of_the_table_exist(owner: Any) -> None:
    job = enqueue("demo.private", by=owner, title="x")
    for source in JobState:
        for target in JobState:
            if target in MOVES.get(source, ()):
                continue
            with pytest.raises(ValueError, match="does not go"):
                move(job.pk, source, target)
    job.refresh_from_db()
    assert job.state == JobState.QUEUED
    assert set(MOVES) == set(JobState) - set(FINISHED)


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "odd"},
        {"state": JobState.RUNNING},
        {"state": JobState.SUCCEEDED},
        {"state": JobState.FAILED, "finished_at": NOON},
        {"failure": Failure.LOST},
        {"finished_at": NOON},
        {"progress_done": 2, "progress_total": 1},
    ],
)
def test_the_database_refuses_impossible_jobs(owner: Any, wrong: dict[str, Any]) -> None:
    job = enqueue("demo.private", by=owner, title="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(**wrong)


# ------------------------------------------------------------------ cancel
def test_a_waiting_job_is_cancelled_at_once(owner: Any) -> None:
    job = enqueue("demo.private", by=owner, title="x")
    done = request_cancel(job, by=owner)
    assert done.state == JobState.CANCELLED
    assert None not in (done.cancel_requested_at, done.finished_at)
    assert run_job(job.pk) is None
    assert list(AuditEvent.objects.values_list("action", "before")) == [
        ("job.enqueue", None),
        ("job.cancel", "queued"),
    ]


def test_a_running_job_is_asked_to_stop(owner: Any) -> None:
    job = claim(enqueue("demo.private", by=owner, title="x").pk)
    assert job is not None
    asked = request_cancel(job, by=owner)
    assert asked.state == JobState.RUNNING
    assert asked.cancel_requested_at is not None


def test_a_finished_job_cannot_be_cancelled(owner: Any) -> None:
    job = run_job(enqueue("demo.private", by=owner, title="x").pk)
    assert job is not None
    with pytest.raises(Refusal) as refused:
        request_cancel(job, by=owner)
    assert refused.value.code == "job_finished"
    job.refresh_from_db()
    assert (job.state, job.cancel_requested_at) == (JobState.SUCCEEDED, None)
    assert AuditEvent.objects.filter(action="job.cancel").count() == 0


def test_who_may_cancel(owner: Any, staff_user: Any) -> None:
    private, shared = (enqueue(f"demo.{kind}", by=owner, title="x") for kind in ("private", "count"))
    with pytest.raises(Refusal) as refused:
        request_cancel(private, by=staff_user)
    assert refused.value.code == "job_foreign"
    assert Job.objects.get(pk=private.pk).state == JobState.QUEUED
    assert request_cancel(shared, by=staff_user).state == JobState.CANCELLED


def test_cancel_rights_and_visibility_are_one_rule(owner: Any, staff_user: Any) -> None:
    from django.contrib.auth.models import AnonymousUser

    from qa_portal.jobs.operations import may_cancel

    jobs = [enqueue(f"demo.{kind}", by=by, title="x") for kind in ("private", "count") for by in (owner, None)]
    gone = type(owner).objects.create_user("gone@example.com", is_active=False)
    for user in (owner, staff_user, gone, AnonymousUser()):
        seen = set(Job.objects.visible_to(user))
        assert {job for job in jobs if may_cancel(user, job)} == seen
    assert set(Job.objects.visible_to(owner)) == {jobs[0], jobs[2]}
    assert set(Job.objects.visible_to(staff_user)) == {jobs[2], jobs[3]}


# ------------------------------------------------------------------ sweep
@pytest.fixture
def lost(owner: Any) -> Any:
    """A job whose worker was killed at noon."""
    with time_machine.travel(NOON, tick=False):
        return claim(enqueue("demo.effect", by=owner, title="x").pk)


def at(seconds: int) -> Any:
    return time_machine.travel(NOON + timedelta(seconds=seconds), tick=False)


@pytest.mark.parametrize(("seconds", "state"), [(59, "running"), (60, "running"), (61, "queued")])
def test_a_job_without_heartbeat_for_a_minute_is_lost(lost: Job, seconds: int, state: str) -> None:
    with at(seconds):
        swept = sweep_jobs()
    lost.refresh_from_db()
    assert (lost.state, lost.attempts, swept) == (state, 1, Swept(requeued=int(state == "queued")))


@pytest.mark.parametrize(("age", "requeued"), [(59, 0), (61, 1)])
def test_a_heartbeat_in_the_cache_counts(lost: Job, age: int, requeued: int) -> None:
    """A handler in a long transaction cannot write its row."""
    with at(1000):
        publish(lost.pk, Progress(1, 2, "", NOON.timestamp() + 1000 - age))
        assert sweep_jobs() == Swept(requeued=requeued)


def test_a_lost_job_runs_again_and_has_one_effect(lost: Job, sent: list[str], owner: Any) -> None:
    with at(61):
        sweep_jobs()
    done = run_job(lost.pk)
    assert done is not None
    assert (done.state, done.attempts, done.result) == (JobState.SUCCEEDED, 2, {"attempt": 2})
    assert AuditEvent.objects.filter(action="demo.effect").count() == 1


def test_a_job_that_is_lost_too_often_fails_with_a_message(lost: Job) -> None:
    with at(61):
        assert sweep_jobs() == Swept(requeued=1)
        claim(lost.pk)
    with at(123):
        assert sweep_jobs() == Swept(failed=1)
    lost.refresh_from_db()
    assert (lost.state, lost.failure, lost.attempts) == (JobState.FAILED, Failure.LOST, 2)
    assert lost.error_text != ""


def test_a_lost_job_that_was_to_be_cancelled_is_cancelled(lost: Job, owner: Any) -> None:
    with at(30):
        request_cancel(lost, by=owner)
    with at(61):
        assert sweep_jobs() == Swept(cancelled=1)
    lost.refresh_from_db()
    assert lost.state == JobState.CANCELLED


@pytest.mark.parametrize(("seconds", "count"), [(59, 0), (60, 0), (61, 1)])
def test_a_message_that_got_lost_is_sent_again(
    owner: Any, sent: list[str], seconds: int, count: int, django_capture_on_commit_callbacks: Any
) -> None:
    with at(0):
        job = enqueue("demo.private", by=owner, title="x")
    with at(seconds), django_capture_on_commit_callbacks(execute=True):
        assert sweep_jobs() == Swept(sent=count)
        assert sweep_jobs() == Swept()
    assert sent == [str(job.pk)] * count


def test_at_boot_the_embedded_worker_takes_up_everything(
    lost: Job, owner: Any, sent: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with at(0):
        waiting = enqueue("demo.private", by=owner, title="x")
    with at(1), django_capture_on_commit_callbacks(execute=True):
        swept = sweep_jobs(at_boot=True)
    assert (swept.requeued, swept.failed) == (1, 0)
    assert set(sent) == {str(waiting.pk), str(lost.pk)}


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_send_a_lost_job_back_once(lost: Job) -> None:
    outcomes = at_once(3, lambda _number: sweep_jobs())
    assert sum(outcome.requeued for outcome in outcomes) == 1
    lost.refresh_from_db()
    assert (lost.state, lost.attempts) == (JobState.QUEUED, 1)
