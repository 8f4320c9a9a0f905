"""What becomes of a job: done, refused, broken, cancelled, interrupted, taken over."""

import threading
import time
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import translation

from qa_portal.audit.models import AuditEvent
from qa_portal.jobs.enums import Failure, JobState
from qa_portal.jobs.models import Job
from qa_portal.jobs.operations import claim, enqueue, move, request_cancel
from qa_portal.jobs.progress import ask_to_stop, publish, published
from qa_portal.jobs.registry import job_kind
from qa_portal.jobs.running import JobCancelled, JobOvertaken, JobRun, run_job, shutting_down
from tests.plugins.parallel import at_once
from tests.qa_portal.jobs.demo.tasks import EFFECT


def effects() -> int:
    return AuditEvent.objects.filter(action=EFFECT).count()


def test_a_job_runs_to_its_result(owner: Any) -> None:
    job = enqueue("demo.count", by=owner, params={"steps": 3}, title="清点")
    assert (job.state, job.attempts, job.owner, job.language) == (JobState.QUEUED, 0, owner, "zh-hans")
    done = run_job(job.pk)
    assert done is not None
    assert (done.state, done.attempts, done.failure) == (JobState.SUCCEEDED, 1, "")
    assert done.result == {"steps": 3, "url": "/files/", "url_label": "Fetch it"}
    assert (done.progress_done, done.progress_total, done.progress_label) == (3, 3, "step 3")
    times = [time for time in (done.created_at, done.started_at, done.finished_at) if time]
    assert (len(times), sorted(times)) == (3, times)


def test_a_handler_may_return_nothing(owner: Any) -> None:
    done = run_job(enqueue("demo.private", by=owner, title="x").pk)
    assert done is not None
    assert (done.state, done.result) == (JobState.SUCCEEDED, {})


def test_a_finished_job_does_not_run_again(owner: Any) -> None:
    job = enqueue("demo.effect", by=owner, title="x")
    run_job(job.pk)
    assert run_job(job.pk) is None
    assert effects() == 1


def test_a_refusal_is_told_in_the_language_of_the_person(owner: Any) -> None:
    texts = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            job = enqueue("demo.refuse", by=owner, title="x")
            expected = translation.gettext("The file is larger than %d MB.") % 5
        with translation.override("en"):
            done = run_job(job.pk)
        assert done is not None
        assert (done.state, done.failure, done.error_id) == (JobState.FAILED, Failure.REFUSED, "")
        assert done.error_text == f"{expected} Split it."
        texts[language] = done.error_text
    assert texts["en"] == "The file is larger than 5 MB. Split it."


def test_an_error_leaves_a_number_and_no_effect(owner: Any, caplog: pytest.LogCaptureFixture) -> None:
    done = run_job(enqueue("demo.break", by=owner, title="x").pk)
    assert done is not None
    assert (done.state, done.failure, done.error_message) == (JobState.FAILED, Failure.BROKEN, "")
    assert len(done.error_id) == 12
    assert done.error_id in done.error_text
    assert "secret detail" not in done.error_text
    assert done.error_id in caplog.text
    assert "secret detail" in caplog.text
    assert (done.progress_done, done.progress_total) == (3, 10)
    assert effects() == 0


def test_a_kind_that_is_gone_fails(owner: Any, caplog: pytest.LogCaptureFixture) -> None:
    job = enqueue("demo.private", by=owner, title="x")
    Job.objects.filter(pk=job.pk).update(kind="of an older release")
    done = run_job(job.pk)
    assert done is not None
    assert (done.state, done.failure) == (JobState.FAILED, Failure.BROKEN)
    assert "no job kind of an older release" in caplog.text
    assert done.kind_title == "of an older release"


def test_the_origin_of_a_job_s_entries_is_the_job(owner: Any) -> None:
    job = enqueue("demo.effect", by=owner, title="x")
    run_job(job.pk)
    assert AuditEvent.objects.get(action=EFFECT).request_id == str(job.pk)


# ------------------------------------------------------------------ progress
def test_progress_is_reported_at_most_four_times_a_second(owner: Any) -> None:
    run = JobRun(claim(enqueue("demo.private", by=owner, title="x").pk))  # type: ignore[arg-type]
    seen = set()
    start = time.monotonic()
    for step in range(2000):
        run.progress(step, 5000)
        seen.add(published([run.job.pk])[run.job.pk].done)
    assert 1 <= len(seen) <= 2 + (time.monotonic() - start) * 4
    run.progress(5000, 5000, "end")
    last = published([run.job.pk])[run.job.pk]
    assert (last.done, last.total, last.label, last.percent) == (5000, 5000, "end", 100)


def test_odd_progress_is_put_right(owner: Any) -> None:
    job = enqueue("demo.private", by=owner, title="x")
    run = JobRun(claim(job.pk))  # type: ignore[arg-type]
    run.progress(7, 5, "x" * 500)
    assert run.leave(JobState.SUCCEEDED)
    job.refresh_from_db()
    assert (job.progress_done, job.progress_total, len(job.progress_label)) == (5, 5, 200)


def test_progress_of_unknown_length_has_no_percentage(owner: Any) -> None:
    run = JobRun(claim(enqueue("demo.private", by=owner, title="x").pk))  # type: ignore[arg-type]
    run.progress(12, 0)
    assert published([run.job.pk])[run.job.pk].percent is None


@pytest.mark.django_db(transaction=True)
def test_progress_and_cancel_reach_into_an_open_transaction(owner: Any) -> None:
    """On SQLite nobody else can write meanwhile: the request's own write waits for what its flag ends."""
    job = enqueue("demo.effect", by=owner, params={"tenths": 300}, title="x")

    def work(number: int) -> Any:
        if number == 0:
            return run_job(job.pk)
        wait_for(lambda: job.pk in published([job.pk]))
        start = time.monotonic()
        request_cancel(Job.objects.get(pk=job.pk), by=owner)
        return time.monotonic() - start

    done, seconds = at_once(2, work)
    assert (done.state, effects()) == (JobState.CANCELLED, 0)
    assert seconds < 5
    assert [e.action for e in AuditEvent.objects.all()] == ["job.enqueue", "job.cancel"]


def wait_for(condition: Any, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


# ------------------------------------------------------------------ one effect
@pytest.mark.django_db(transaction=True)
def test_a_job_delivered_five_times_in_parallel_has_one_effect(owner: Any) -> None:
    job = enqueue("demo.effect", by=owner, params={"tenths": 3}, title="x")
    outcomes = at_once(5, lambda _number: run_job(job.pk))
    assert [outcome.state for outcome in outcomes if outcome] == [JobState.SUCCEEDED]
    assert (effects(), Job.objects.get(pk=job.pk).attempts) == (1, 1)


def test_a_run_that_was_taken_for_lost_loses_its_effect(owner: Any) -> None:
    job = enqueue("demo.effect", by=owner, title="x")
    late = JobRun(claim(job.pk))  # type: ignore[arg-type]
    assert move(job.pk, JobState.RUNNING, JobState.QUEUED)
    assert run_job(job.pk).result == {"attempt": 2}  # type: ignore[union-attr]
    with pytest.raises(JobOvertaken), transaction.atomic():
        late.succeed({"attempt": 1})
    job.refresh_from_db()
    assert (job.result, effects()) == ({"attempt": 2}, 1)


def test_a_run_learns_from_its_heartbeat_that_it_was_overtaken(owner: Any) -> None:
    job = enqueue("demo.effect", by=owner, title="x")
    late = JobRun(claim(job.pk))  # type: ignore[arg-type]
    move(job.pk, JobState.RUNNING, JobState.QUEUED)
    run_job(job.pk)
    late.beat()
    with pytest.raises(JobOvertaken):
        late.progress(1, 2)


def test_an_overtaken_handler_changes_nothing(owner: Any, caplog: pytest.LogCaptureFixture) -> None:
    job = enqueue("demo.overtaken", by=owner, title="x")
    done = run_job(job.pk)
    assert done is not None
    assert (done.state, done.attempts, effects()) == (JobState.RUNNING, 2, 0)
    assert "attempt 1 was overtaken" in caplog.text


@job_kind("demo.overtaken", title="Overtaken", atomic=False)
def overtaken(run: JobRun) -> None:
    """Somebody else takes the job over while this run works."""
    move(run.job.pk, JobState.RUNNING, JobState.QUEUED)
    claim(run.job.pk)


def test_cancel_is_found_in_the_row_when_the_cache_forgot_it(owner: Any) -> None:
    job = enqueue("demo.private", by=owner, title="x")
    run = JobRun(claim(job.pk))  # type: ignore[arg-type]
    request_cancel(job, by=owner)
    cache.clear()
    run.stop_if_asked()
    run.beat()
    with pytest.raises(JobCancelled):
        run.stop_if_asked()


# ------------------------------------------------------------------ shutting down
@pytest.mark.django_db(transaction=True)
def test_a_shutdown_sends_the_job_back_without_counting_the_attempt(owner: Any) -> None:
    job = enqueue("demo.effect", by=owner, params={"tenths": 300}, title="x")
    timer = threading.Timer(0.5, shutting_down.set)
    timer.start()
    try:
        done = run_job(job.pk)
    finally:
        timer.join()
        shutting_down.clear()
    assert done is not None
    assert (done.state, done.attempts, effects()) == (JobState.QUEUED, 0, 0)
    Job.objects.filter(pk=job.pk).update(params={})
    assert run_job(job.pk).state == JobState.SUCCEEDED  # type: ignore[union-attr]
    assert effects() == 1


# ------------------------------------------------------------------ heartbeat
@pytest.mark.django_db(transaction=True)
def test_a_handler_in_one_long_step_still_shows_life(owner: Any, settings: Any) -> None:
    settings.JOBS_BEAT_SECONDS = 0.05
    job = enqueue("demo.long_step", by=owner, title="x")
    run_job(job.pk)
    job.refresh_from_db()
    assert job.result == {"beats_in_cache": True, "beat_in_row": True}


@job_kind("demo.long_step", title="Long step")
def long_step(run: JobRun) -> dict[str, Any]:
    publish(run.job.pk, run._progress)
    first = published([run.job.pk])[run.job.pk].at
    claimed_at = run.job.heartbeat_at or run.job.created_at
    wait_for(lambda: published([run.job.pk])[run.job.pk].at > first)
    wait_for(lambda: Job.objects.filter(pk=run.job.pk, heartbeat_at__gt=claimed_at).exists())
    return {"beats_in_cache": True, "beat_in_row": True}


def test_a_waiting_job_asked_to_stop_before_it_runs(owner: Any) -> None:
    """The flag alone does not decide: the row does."""
    job = enqueue("demo.private", by=owner, title="x")
    ask_to_stop(job.pk)
    assert run_job(job.pk).state == JobState.SUCCEEDED  # type: ignore[union-attr]
