"""The papers of experts before anything counts: pledge, score sheet, leave to correct, files without traces."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qa_portal.files.models import StoredFile
from reviews.enums import Flag
from reviews.models.assignment import Assignment
from reviews.models.pool import Expert
from submissions.enums import Level
from submissions.models import EvidenceFile


class ExpertPledge(models.Model):
    """The yearly pledge of integrity and confidentiality, with its words as they were signed."""

    expert = models.OneToOneField(Expert, models.PROTECT, related_name="pledge", verbose_name=_("Expert"))
    text = models.TextField(_("Text"))
    digest = models.CharField(max_length=64)  # SHA-256 of the text
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(_("Signed at"), default=timezone.now)

    class Meta:
        verbose_name = _("Pledge of an expert")
        verbose_name_plural = _("Pledges of experts")

    def __str__(self) -> str:
        return f"{self.expert_id}: {self.digest[:12]}"


class ScoreSheet(models.Model):
    """评分表 under way: what the expert typed, gaps and slips included. It never counts; locking it writes a Review."""

    assignment = models.OneToOneField(Assignment, models.PROTECT, related_name="sheet")
    # key of the criterion → points as typed
    points = models.JSONField(default=dict, blank=True)
    level = models.CharField(_("Level"), max_length=20, choices=Level.choices, blank=True)
    comment = models.TextField(_("Comment"), blank=True)
    strengths = models.TextField(_("Strengths"), blank=True)
    gaps = models.TextField(_("Gaps"), blank=True)
    bottleneck = models.CharField(_("Bottleneck technology"), max_length=3, choices=Flag.choices, blank=True)
    digital = models.CharField(_("Digital technologies"), max_length=3, choices=Flag.choices, blank=True)
    # raised by every save: what is locked is what the person saw
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(_("Saved at"), default=timezone.now)

    class Meta:
        verbose_name = _("Score sheet")
        verbose_name_plural = _("Score sheets")
        constraints = [
            models.CheckConstraint(condition=Q(level__in=["", *Level.values]), name="sheet_known_level"),
            models.CheckConstraint(
                condition=Q(bottleneck__in=["", *Flag.values], digital__in=["", *Flag.values]), name="sheet_known_flags"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id}: {self.version}"


class LeaveQuerySet(models.QuerySet["ScoringLeave"]):
    def in_force(self, now: Any) -> "LeaveQuerySet":
        """Approved, not used up, not expired."""
        return self.filter(is_approved=True, used_at__isnull=True, expires_at__gt=now)

    def waiting(self) -> "LeaveQuerySet":
        """Not decided yet."""
        return self.filter(is_approved__isnull=True)


class ScoringLeave(models.Model):
    """Leave to correct a locked review, or to score after the end: asked with a reason, decided by another person.

    It ends at `expires_at`, or when the sheet is locked anew.
    """

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="leaves")
    reason = models.CharField(_("Reason"), max_length=300)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("Asked at"), default=timezone.now)
    is_approved = models.BooleanField(_("Approved"), null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(_("Decided at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("Expires at"), null=True, blank=True)
    used_at = models.DateTimeField(_("Locked anew at"), null=True, blank=True)

    objects = LeaveQuerySet.as_manager()

    class Meta:
        verbose_name = _("Leave to score again")
        verbose_name_plural = _("Leaves to score again")
        ordering = ["requested_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"], condition=Q(is_approved__isnull=True), name="leave_asked_once"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="leave_has_reason"),
            models.CheckConstraint(
                condition=Q(is_approved__isnull=True, decided_by__isnull=True)
                | Q(is_approved__isnull=False, decided_by__isnull=False) & ~Q(decided_by=F("requested_by")),
                name="leave_decided_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(is_approved=True) | Q(expires_at__isnull=False), name="leave_expires_when_approved"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id}: {self.requested_at:%Y-%m-%d}"


class BlindFileCopy(models.Model):
    """A file of evidence as experts see it: its pages without what else the file says of people and machines."""

    evidence = models.OneToOneField(EvidenceFile, models.CASCADE, related_name="blind_copy")
    stored = models.OneToOneField(StoredFile, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("File for experts")
        verbose_name_plural = _("Files for experts")

    def __str__(self) -> str:
        return f"{self.evidence_id}"
