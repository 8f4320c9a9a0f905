"""Who reviews what."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reviews.enums import AssignmentEnd, AssignmentSource
from reviews.models.pool import Expert
from submissions.models import Application


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def active(self) -> "AssignmentQuerySet":
        """Those that stand: not declined, recused, voided or replaced."""
        return self.filter(ended_at__isnull=True)

    def open_to_experts(self) -> "AssignmentQuerySet":
        """Those that experts may know of: released, and standing."""
        return self.active().filter(released_at__isnull=False)


class Assignment(models.Model):
    """分配: one expert's place on one application. It ends with a reason and is never deleted after its release."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="assignments")
    expert = models.ForeignKey(Expert, models.PROTECT, related_name="assignments", verbose_name=_("Expert"))
    source = models.CharField(_("Source"), max_length=12, choices=AssignmentSource.choices)
    created_at = models.DateTimeField(default=timezone.now)
    # experts see nothing before
    released_at = models.DateTimeField(_("Released at"), null=True, blank=True)
    # the expert declared to have no conflict and took it on; nothing of the case opens before
    accepted_at = models.DateTimeField(_("Accepted at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("Ended at"), null=True, blank=True)
    ended_because = models.CharField(_("Ended because"), max_length=12, choices=AssignmentEnd.choices, blank=True)
    ended_reason = models.CharField(_("Reason"), max_length=300, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("Assignment")
        verbose_name_plural = _("Assignments")
        ordering = ["application", "expert"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "expert"], condition=Q(ended_at__isnull=True), name="assignment_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_because="")
                | Q(ended_at__isnull=False, ended_because__in=AssignmentEnd.values),
                name="assignment_end_has_cause",
            ),
            models.CheckConstraint(condition=Q(source__in=AssignmentSource.values), name="assignment_known_source"),
        ]
        indexes = [models.Index(fields=["expert", "ended_at"], name="assignment_of_expert")]

    def __str__(self) -> str:
        return f"{self.application_id}/{self.expert_id}"
