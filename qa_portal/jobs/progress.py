"""How far a job is, and whether it shall stop: kept in Django's cache, beside the database.

A handler may work for minutes inside one transaction. What it writes to its row stays invisible until
the commit, and on SQLite nobody else can write at all meanwhile. The cache has neither problem: memory
in the embedded server, where worker and web are one process, and Redis elsewhere. See
docs/adr/0003-job-progress.md.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.core.cache import cache

KEEP_SECONDS = 24 * 60 * 60
WATCH_SECONDS = 5  # an open page asks once a second


@dataclass(frozen=True, slots=True)
class Progress:
    """`total` is 0 while unknown; `at` is when the worker last showed life, in seconds of the epoch."""

    done: int = 0
    total: int = 0
    label: str = ""
    at: float = 0.0

    @property
    def percent(self) -> int | None:
        """Whole per cent, rounded down: 100 means done. None while the total is unknown."""
        return self.done * 100 // self.total if self.total else None


def publish(job_id: UUID, progress: Progress) -> None:
    """Show the progress of a running job to every process."""
    cache.set(_progress_key(job_id), progress, KEEP_SECONDS)


def published(job_ids: Iterable[UUID]) -> dict[UUID, Progress]:
    """What running jobs last published; jobs without are left out."""
    ids = list(job_ids)
    found = cache.get_many([_progress_key(job_id) for job_id in ids])
    return {job_id: found[key] for job_id in ids if (key := _progress_key(job_id)) in found}


def ask_to_stop(job_id: UUID) -> None:
    """Make the handler stop the next time it reports progress."""
    cache.set(_stop_key(job_id), True, KEEP_SECONDS)


def is_asked_to_stop(job_id: UUID) -> bool:
    return bool(cache.get(_stop_key(job_id)))


def watch(job_id: UUID) -> None:
    """The owner has the page of the job open and will see its end there."""
    cache.set(_watch_key(job_id), True, WATCH_SECONDS)


def is_watched(job_id: UUID) -> bool:
    return bool(cache.get(_watch_key(job_id)))


def forget(job_id: UUID) -> None:
    """Drop what was kept about a finished job."""
    cache.delete_many([_progress_key(job_id), _stop_key(job_id)])


def now() -> float:
    return time.time()


def _progress_key(job_id: UUID) -> str:
    return f"job-progress:{job_id}"


def _stop_key(job_id: UUID) -> str:
    return f"job-stop:{job_id}"


def _watch_key(job_id: UUID) -> str:
    return f"job-watched:{job_id}"
