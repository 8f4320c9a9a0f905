"""Notices that follow from what other apps tell."""

from typing import Any

from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qa_portal.jobs.enums import JobState
from qa_portal.jobs.models import Job
from qa_portal.jobs.progress import is_watched
from qa_portal.jobs.signals import job_finished
from qa_portal.notices.operations import notify
from qa_portal.notices.registry import register_text

register_text("job.succeeded", _("“%(title)s” is done."), kind="ok")
register_text("job.failed", _("“%(title)s” failed. The page of the job says why."), kind="bad")

TEXTS: dict[str, str] = {JobState.SUCCEEDED: "job.succeeded", JobState.FAILED: "job.failed"}


@receiver(job_finished, dispatch_uid="notices.job_finished")
def tell_owner(job: Job, **_kwargs: Any) -> None:
    """The owner hears of the end, unless the page of the job is open; nobody hears of the own cancelling."""
    if job.owner is None or job.state not in TEXTS or is_watched(job.pk):
        return
    notify(job.owner, TEXTS[job.state], params={"title": job.title}, url=reverse("jobs:detail", args=[job.pk]))
