"""Running one job: claim, heartbeat, progress, outcome."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone, translation

from qa_portal.audit.context import Origin, acting_from
from qa_portal.core.errors import Refusal
from qa_portal.jobs.enums import Failure, JobState
from qa_portal.jobs.models import Job
from qa_portal.jobs.operations import claim, move
from qa_portal.jobs.progress import Progress, forget, is_asked_to_stop, now, publish
from qa_portal.jobs.registry import kind_for

log = logging.getLogger(__name__)
SECONDS_BETWEEN_REPORTS = 0.25

# Set while the process shuts down: running jobs go back to the queue at their next progress report.
shutting_down = threading.Event()


class JobStopped(Exception):
    """Ends a handler early; handlers let it pass."""


class JobCancelled(JobStopped):
    """A person cancelled the job."""


class JobInterrupted(JobStopped):
    """The worker shuts down; the job waits for the next one."""


class JobOvertaken(JobStopped):
    """This run was taken for lost and the job belongs to another one by now."""


class JobRun:
    """What a handler gets: its job, its parameters, and how to report."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.params: dict[str, Any] = job.params
        self._progress = Progress(at=now())
        self._reported_at = float("-inf")
        self._cancelled, self._overtaken = threading.Event(), threading.Event()

    def progress(self, done: int, total: int, label: str = "") -> None:
        """Report `done` of `total` steps (0: unknown); shown at most four times a second.

        Call it often: here the handler also learns that it shall stop (JobStopped).
        """
        total = max(total, 0)
        self._progress = Progress(min(max(done, 0), total), total, label[:200], now())
        if time.monotonic() - self._reported_at < SECONDS_BETWEEN_REPORTS and done != total:
            return
        self._reported_at = time.monotonic()
        publish(self.job.pk, self._progress)
        self.stop_if_asked()

    def stop_if_asked(self) -> None:
        """Raise JobStopped if the job was cancelled, or taken over, or the worker shuts down."""
        if self._overtaken.is_set():
            raise JobOvertaken
        if self._cancelled.is_set() or is_asked_to_stop(self.job.pk):
            raise JobCancelled
        if shutting_down.is_set():
            raise JobInterrupted

    def succeed(self, result: dict[str, Any] | None = None) -> None:
        """Mark the job as done; in the handler's own transaction, both stay or neither.

        What the handler returns after that is ignored. Raises JobOvertaken, which must undo the
        transaction, if another run has the job by now.
        """
        if self.leave(JobState.SUCCEEDED, result=result or {}):
            return
        mine = Job.objects.filter(pk=self.job.pk, state=JobState.SUCCEEDED, attempts=self.job.attempts)
        if not mine.exists():
            raise JobOvertaken

    def leave(self, target: str, **fields: Any) -> bool:
        """Give up the claim; False if it was lost already."""
        shown = self._progress
        return move(
            self.job.pk, JobState.RUNNING, target, attempt=self.job.attempts,
            progress_done=shown.done, progress_total=shown.total, progress_label=shown.label, **fields,
        )  # fmt: skip

    def beat(self) -> None:
        """Show life in the cache and, where the database lets us in, in the row; look for a cancel there."""
        publish(self.job.pk, replace(self._progress, at=now()))
        mine = Job.objects.filter(pk=self.job.pk, state=JobState.RUNNING, attempts=self.job.attempts)
        try:
            if not mine.update(heartbeat_at=timezone.now()):
                self._overtaken.set()
            elif mine.filter(cancel_requested_at__isnull=False).exists():
                self._cancelled.set()
        except DatabaseError:
            # on SQLite the handler's own transaction keeps us out; the cache has said it already
            log.debug("heartbeat of job %s not written", self.job.pk)


def run_job(job_id: UUID | str) -> Job | None:
    """Run a waiting job to its end, here and now; None if it is not waiting (any more).

    Tests call it directly. Deliver the same job as often as you like: one call runs it. Whatever the
    handler raises ends up in the row, never here.
    """
    job = claim(UUID(str(job_id)))
    if job is None:
        return None
    run = JobRun(job)
    origin = Origin(request_id=str(job.pk))
    with translation.override(job.language), acting_from(origin), _heartbeat(run):
        _conclude(run)
    job.refresh_from_db()
    if job.is_finished:
        forget(job.pk)
    return job


def _conclude(run: JobRun) -> None:
    """Call the handler and turn what happens into a state of the job."""
    try:
        kind = kind_for(run.job.kind)
        with transaction.atomic() if kind.is_atomic else nullcontext():
            run.succeed(kind.handler(run))
    except JobCancelled:
        run.leave(JobState.CANCELLED)
    except JobInterrupted:
        run.leave(JobState.QUEUED, attempts=run.job.attempts - 1, queued_at=timezone.now())
    except JobOvertaken:
        log.warning("job %s attempt %d was overtaken", run.job.pk, run.job.attempts)
    except Refusal as refusal:
        run.leave(JobState.FAILED, failure=Failure.REFUSED, error_message=str(refusal))
    except Exception:
        error_id = uuid4().hex[:12]
        log.exception("job %s (%s) failed, error %s", run.job.pk, run.job.kind, error_id)
        run.leave(JobState.FAILED, failure=Failure.BROKEN, error_id=error_id)


@contextmanager
def _heartbeat(run: JobRun) -> Iterator[None]:
    """A thread that shows life while the handler is busy in one long step."""
    done = threading.Event()

    def keep_beating() -> None:
        try:
            while not done.wait(settings.JOBS_BEAT_SECONDS):
                run.beat()
        finally:
            connection.close()

    thread = threading.Thread(target=keep_beating, name=f"heartbeat-{run.job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(timeout=1)
