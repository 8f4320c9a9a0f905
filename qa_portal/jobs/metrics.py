"""What the operators watch of the background jobs."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Min
from django.utils import timezone

from qa_portal.core.metrics import Gauge
from qa_portal.jobs.enums import JobState
from qa_portal.jobs.models import Job


def job_gauges() -> Iterator[Gauge]:
    """Jobs by state, every state present, and how long the oldest waits or has shown no life."""
    states = dict(Job.objects.order_by().values_list("state").annotate(Count("pk")))
    yield Gauge(
        "portal_jobs", "Background jobs.",
        tuple(((state,), states.get(state, 0)) for state in JobState.values), labels=("state",),
    )  # fmt: skip
    oldest = Job.objects.filter(state=JobState.QUEUED).aggregate(at=Min("created_at"))["at"]
    yield Gauge("portal_job_queue_age_seconds", "How long the oldest waiting job waits.", (((), _age(oldest)),))
    silent = Job.objects.filter(state=JobState.RUNNING).aggregate(at=Min("heartbeat_at"))["at"]
    yield Gauge("portal_job_silence_seconds", "Longest time without life of a running job.", (((), _age(silent)),))


def _age(moment: datetime | None) -> float:
    return (timezone.now() - moment).total_seconds() if moment else 0.0
