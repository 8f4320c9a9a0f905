"""Everything that changes a job. `move` is the only writer of its state."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qa_portal.audit.operations import record
from qa_portal.core.errors import Refusal
from qa_portal.jobs import progress
from qa_portal.jobs.enums import FINISHED, Failure, JobState
from qa_portal.jobs.models import Job
from qa_portal.jobs.registry import find_kind, kind_for
from qa_portal.jobs.signals import job_finished

log = logging.getLogger(__name__)

# What follows what. Back to the queue: the worker was lost or shut down.
MOVES: dict[str, frozenset[str]] = {
    JobState.QUEUED: frozenset({JobState.RUNNING, JobState.CANCELLED}),
    JobState.RUNNING: frozenset({*FINISHED, JobState.QUEUED}),
}


def move(job_id: UUID, source: str, target: str, *, attempt: int | None = None, **fields: Any) -> bool:
    """Move a job that still stands at `source`; True for the one caller who did it.

    With `attempt`, only the run that was given this number may move it: one that was taken for lost
    and comes back finds itself overtaken.
    """
    if target not in MOVES.get(source, ()):
        raise ValueError(f"a job does not go from {source} to {target}")
    jobs = Job.objects.filter(pk=job_id, state=source)
    if attempt is not None:
        jobs = jobs.filter(attempts=attempt)
    if target in FINISHED:
        fields["finished_at"] = timezone.now()
    is_moved = bool(jobs.update(state=target, **fields))
    if is_moved and target in FINISHED:
        transaction.on_commit(partial(_tell_finished, job_id), robust=True)
    return is_moved


def _tell_finished(job_id: UUID) -> None:
    job = Job.objects.select_related("owner").get(pk=job_id)
    for listener, answer in job_finished.send_robust(Job, job=job):
        if isinstance(answer, Exception):
            log.error("%s failed for job %s", listener, job_id, exc_info=answer)


# ------------------------------------------------------------------ by people
def enqueue(kind: str, *, by: Any, params: Mapping[str, Any] | None = None, title: str) -> Job:
    """Write a job of a registered kind and send it to a worker after the commit.

    `by` is the person who owns it, or None for the portal itself; `title` says what is being made.
    Messages of the job will be in the language that is active now. Raises Refusal (`job_quota`) when
    the person has too many unfinished jobs, LookupError for an unknown kind.
    """
    kind_for(kind)
    with transaction.atomic():
        if by is not None:
            _refuse_over_quota(by)
        job = Job.objects.create(
            kind=kind,
            title=title[:200],
            owner=by,
            params=dict(params or {}),
            language=get_language() or settings.LANGUAGE_CODE,
        )
        record("job.enqueue", job, by=by, after={"kind": kind, "title": job.title, "params": job.params})
        _send_on_commit(job.pk)
    return job


def _refuse_over_quota(person: Any) -> None:
    """Two requests at once count one after the other: the person's row is locked."""
    get_user_model().objects.select_for_update(no_key=True).get(pk=person.pk)
    if Job.objects.unfinished().filter(owner=person).count() >= settings.JOBS_PER_PERSON:
        raise Refusal(
            _("You already have %d unfinished jobs.") % settings.JOBS_PER_PERSON,
            fix=_("Wait until one is done, or cancel one."),
            code="job_quota",
        )


def may_cancel(user: Any, job: Job) -> bool:
    """The owner, and who may see all jobs of the kind, may cancel a job."""
    if not user.is_authenticated or not user.is_active:
        return False
    kind = find_kind(job.kind)
    return bool(job.owner_id == user.pk or (kind and kind.may_see(user)))


def request_cancel(job: Job, *, by: Any) -> Job:
    """Cancel a waiting job at once; a running one stops at its next progress report.

    Raises Refusal when the job is finished or not the person's.
    """
    if not may_cancel(by, job):
        raise Refusal(_("This job belongs to somebody else."), code="job_foreign")
    # First the flag, then the row: on SQLite the row can be written only when the running job lets go
    # of the database, and the flag is what makes it let go.
    progress.ask_to_stop(job.pk)
    with transaction.atomic():
        # the audit trail first: a handler locks it before its own row as well
        record("job.cancel", job, by=by, before=job.state)
        now = timezone.now()
        is_cancelled = move(job.pk, JobState.QUEUED, JobState.CANCELLED, cancel_requested_at=now)
        open_jobs = Job.objects.filter(pk=job.pk, state__in=(JobState.RUNNING, JobState.CANCELLED))
        if not is_cancelled and not open_jobs.update(cancel_requested_at=now):
            raise Refusal(_("This job is finished already."), code="job_finished")
    return Job.objects.get(pk=job.pk)


# ------------------------------------------------------------------ by workers
def claim(job_id: UUID) -> Job | None:
    """Take a waiting job; None for all but one of those who try."""
    now = timezone.now()
    taken = move(
        job_id, JobState.QUEUED, JobState.RUNNING,
        attempts=F("attempts") + 1, started_at=now, heartbeat_at=now,
    )  # fmt: skip
    return Job.objects.get(pk=job_id) if taken else None


@dataclass(frozen=True, slots=True)
class Swept:
    """How many jobs a sweep sent again, put back into the queue, gave up or saw to be cancelled."""

    sent: int = 0
    requeued: int = 0
    failed: int = 0
    cancelled: int = 0


def sweep_jobs(*, at_boot: bool = False) -> Swept:
    """Look after jobs whose worker was killed and whose message was lost.

    `at_boot` is for the embedded server: it is the only worker, so whatever runs or waits while it
    starts was left behind by the one before it.
    """
    now, counts = timezone.now(), dict.fromkeys(("sent", "requeued", "failed", "cancelled"), 0)
    for job in _lost_jobs(now, at_boot):
        if outcome := _recover(job):
            counts[outcome] += 1
    waiting = Job.objects.filter(state=JobState.QUEUED)
    if not at_boot:
        waiting = waiting.filter(queued_at__lt=now - timedelta(seconds=settings.JOBS_RESEND_SECONDS))
    for job_id in waiting.order_by("queued_at").values_list("pk", flat=True):
        counts["sent"] += waiting.filter(pk=job_id).update(queued_at=now)
        _send_on_commit(job_id)
    return Swept(**counts)


def forget_jobs(before: datetime) -> int:
    """Remove jobs that finished earlier; returns how many. The caller records it."""
    old = Job.objects.filter(state__in=FINISHED, finished_at__lt=before)
    return int(old.delete()[1].get(Job._meta.label, 0))


def _lost_jobs(now: Any, at_boot: bool) -> list[Job]:
    running = Job.objects.filter(state=JobState.RUNNING)
    if at_boot:
        return list(running)
    limit = now - timedelta(seconds=settings.JOBS_STALE_SECONDS)
    stale = list(running.filter(heartbeat_at__lt=limit))
    alive = progress.published(job.pk for job in stale)
    return [job for job in stale if job.pk not in alive or alive[job.pk].at < limit.timestamp()]


def _recover(job: Job) -> str:
    """What became of a lost job; "" if somebody else dealt with it."""
    kind = find_kind(job.kind)
    fields: dict[str, Any]
    if job.cancel_requested_at:
        name, target, fields = "cancelled", JobState.CANCELLED, {}
    elif kind and job.attempts < kind.max_attempts:
        name, target, fields = "requeued", JobState.QUEUED, {"queued_at": timezone.now()}
    else:
        name, target, fields = "failed", JobState.FAILED, {"failure": Failure.LOST}
    if not move(job.pk, JobState.RUNNING, target, attempt=job.attempts, **fields):
        return ""
    log.warning("job %s (%s) lost its worker: %s", job.pk, job.kind, name)
    if target == JobState.QUEUED:
        _send_on_commit(job.pk)
    else:
        progress.forget(job.pk)
    return name


def _send_on_commit(job_id: UUID) -> None:
    transaction.on_commit(partial(_send, job_id))


def _send(job_id: UUID) -> None:
    """Without a broker the job just waits until a later sweep tells a worker."""
    tell_worker("jobs.run", str(job_id))


def tell_worker(task: str, *args: Any) -> None:
    """Ask a worker to run a task soon. Never fails: what matters is found again by a regular task."""
    try:
        current_app.send_task(task, args=list(args))
    except Exception:
        log.exception("no worker could be told of %s %s", task, args)
