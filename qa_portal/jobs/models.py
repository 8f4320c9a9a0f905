"""Background work. The row is the truth; a message to a worker is only a hint to look at it."""

from typing import Any, ClassVar
from uuid import uuid4

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qa_portal.jobs.enums import BADGES, FINISHED, Failure, JobState
from qa_portal.jobs.progress import Progress
from qa_portal.jobs.registry import find_kind, kinds_seen_by


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: Any) -> "JobQuerySet":
        """Own jobs, and those of the kinds that the person may see."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(Q(owner=user) | Q(kind__in=kinds_seen_by(user)))

    def unfinished(self) -> "JobQuerySet":
        return self.exclude(state__in=FINISHED)


class Job(models.Model):
    """One piece of background work, made by `operations.enqueue`."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(_("Kind"), max_length=60)
    title = models.CharField(_("Title"), max_length=200)
    state = models.CharField(_("State"), max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="jobs", verbose_name=_("Started by")
    )
    language = models.CharField(max_length=10)
    params = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    result = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    progress_done = models.PositiveBigIntegerField(default=0)
    progress_total = models.PositiveBigIntegerField(default=0)
    progress_label = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    failure = models.CharField(max_length=10, choices=Failure.choices, blank=True)
    error_message = models.TextField(blank=True)
    error_id = models.CharField(max_length=32, blank=True)
    created_at = models.DateTimeField(_("Started at"), default=timezone.now)
    queued_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    cancel_requested_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    # the progress to show, read from the cache by queries.with_progress
    shown_progress: Progress

    objects: ClassVar[Any] = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("Job")
        verbose_name_plural = _("Jobs")
        ordering = ["-created_at", "id"]
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="job_by_owner"),
            models.Index(fields=["state", "queued_at"], name="job_by_state"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_known_state"),
            models.CheckConstraint(
                condition=Q(state__in=FINISHED, finished_at__isnull=False)
                | (~Q(state__in=FINISHED) & Q(finished_at__isnull=True)),
                name="job_finished_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=JobState.RUNNING)
                | Q(started_at__isnull=False, heartbeat_at__isnull=False, attempts__gte=1),
                name="job_running_has_start",
            ),
            models.CheckConstraint(
                condition=(Q(state=JobState.FAILED) & ~Q(failure="")) | (~Q(state=JobState.FAILED) & Q(failure="")),
                name="job_failed_has_failure",
            ),
            models.CheckConstraint(
                condition=Q(progress_done__lte=F("progress_total")), name="job_progress_within_total"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def is_finished(self) -> bool:
        return self.state in FINISHED

    @property
    def badge(self) -> str:
        """Kind of badge that shows the state."""
        return BADGES[self.state]

    @property
    def kind_title(self) -> str:
        """What kind of work this is, in the reader's language."""
        kind = find_kind(self.kind)
        return str(kind.title) if kind else self.kind

    @property
    def kept_progress(self) -> Progress:
        """The progress that the row knows: that of the end, or of the last interruption."""
        return Progress(self.progress_done, self.progress_total, self.progress_label)

    @property
    def result_template(self) -> str | None:
        kind = find_kind(self.kind)
        return kind.result_template if kind else None

    @property
    def error_text(self) -> str:
        """What a failure means to the person; "" unless the job failed."""
        if self.failure == Failure.REFUSED:
            return self.error_message
        if self.failure == Failure.LOST:
            return gettext("The work was interrupted too often. Start it again, or tell the administrator.")
        if self.failure == Failure.BROKEN:
            return gettext("An error of the portal. Please tell the administrator this number: %s") % self.error_id
        return ""
