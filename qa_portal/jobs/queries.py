"""Reading jobs."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from qa_portal.jobs.models import Job
from qa_portal.jobs.progress import published


def job_for(user: Any, job_id: UUID) -> Job:
    """A job that the person may see; 404 whether it is foreign or unknown."""
    return get_object_or_404(Job.objects.visible_to(user).select_related("owner"), pk=job_id)


def own_jobs(user: Any) -> QuerySet[Job]:
    """The person's own jobs, newest first."""
    return Job.objects.visible_to(user).filter(owner=user)


def with_progress(jobs: list[Job]) -> list[Job]:
    """Give each job `shown_progress`, all from one look into the cache."""
    found = published(job.pk for job in jobs if not job.is_finished)
    for job in jobs:
        job.shown_progress = found.get(job.pk) or job.kept_progress
    return jobs
