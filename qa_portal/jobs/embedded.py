"""A worker inside the one web process: threads that take messages from the process's own memory.

Real queueing and progress without a second service. It is right only while there is exactly one
process (`checks.check_broker`): nobody else could read the messages.
"""

import logging
import threading
from typing import Any

from celery.beat import EmbeddedService
from celery.worker import state as worker_state
from django.conf import settings
from django.db import connections

from qa_portal.celery import app
from qa_portal.jobs.operations import sweep_jobs
from qa_portal.jobs.running import shutting_down

log = logging.getLogger(__name__)
CONCURRENCY = 2


def is_embedded() -> bool:
    """Messages stay in this process, so the worker has to be here too."""
    return bool(settings.CELERY_BROKER_URL.startswith("memory:"))


class EmbeddedWorker:
    """A Celery worker and the clock of the regular tasks, both in daemon threads."""

    def __init__(self) -> None:
        self._worker: Any = None
        self._clock: Any = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Take up what the last process left, then start to work."""
        shutting_down.clear()
        worker_state.should_stop = None
        swept = sweep_jobs(at_boot=True)
        connections.close_all()
        log.info("jobs found at boot: %s", swept)
        self._worker = app.WorkController(
            pool="threads", concurrency=CONCURRENCY, hostname="embedded@localhost",
            without_gossip=True, without_mingle=True, without_heartbeat=True,
        )  # fmt: skip
        self._thread = threading.Thread(target=self._worker.start, name="embedded-worker", daemon=True)
        self._thread.start()
        self._clock = EmbeddedService(app, thread=True, scheduler_cls="celery.beat:Scheduler")
        self._clock.start()

    def stop(self, seconds: float = 4) -> bool:
        """Send running jobs back to the queue and stop; False if one did not let go in time.

        Such a job stays `running` and is taken up by the sweep at the next boot.
        """
        if self._thread is None:
            return True
        shutting_down.set()
        worker_state.should_stop = 0
        self._clock.service.stop()
        self._thread.join(seconds)
        return not self._thread.is_alive()
