"""States of a job."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    """See `operations.MOVES` for what follows what."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    SUCCEEDED = "succeeded", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class Failure(models.TextChoices):
    """Why a job failed; decides what the person is told."""

    REFUSED = "refused", _("Not possible")
    BROKEN = "broken", _("Error of the portal")
    LOST = "lost", _("Interrupted too often")


FINISHED = (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)
BADGES: dict[str, str] = {
    JobState.QUEUED: "neutral",
    JobState.RUNNING: "wait",
    JobState.SUCCEEDED: "ok",
    JobState.FAILED: "bad",
    JobState.CANCELLED: "neutral",
}
