"""Evidence: files with a type and the claims that they prove."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qa_portal.files.models import StoredFile
from submissions.enums import EvidenceType, ScanState
from submissions.models.application import Application


class EvidenceFileQuerySet(models.QuerySet["EvidenceFile"]):
    def current(self) -> "EvidenceFileQuerySet":
        """What stands now: not replaced, not removed."""
        return self.filter(removed_at__isnull=True, replaced_by__isnull=True)


class EvidenceFile(models.Model):
    """证明材料: one uploaded file. Replacing keeps the old one; its content never changes."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="evidence")
    type = models.CharField(_("Type"), max_length=4, choices=EvidenceType.choices)
    # keys of the claims that it supports, such as "indicators:3" or "level"
    claims = models.JSONField(default=list, blank=True)
    stored = models.OneToOneField(StoredFile, models.PROTECT, related_name="evidence")
    scan = models.CharField(_("Virus scan"), max_length=12, choices=ScanState.choices, default=ScanState.NOT_SCANNED)
    pages = models.PositiveIntegerField(_("Pages"), null=True, blank=True)
    # typed beside the file, to be compared: amounts of EV05, date of EV06, stage of EV04, …
    facts = models.JSONField(default=dict, blank=True)
    # what the machine found in it: {"text": searchable or not, "secret": words of secrecy}
    inspection = models.JSONField(default=dict, blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)
    replaced_by = models.OneToOneField(
        "self", models.SET_NULL, null=True, blank=True, related_name="replaces", verbose_name=_("Replaced by")
    )
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = EvidenceFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("Evidence")
        verbose_name_plural = _("Evidence")
        ordering = ["type", "uploaded_at"]
        constraints = [
            models.CheckConstraint(condition=Q(type__in=EvidenceType.values), name="evidence_known_type"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.type}"


UPLOAD_HOURS = 24


def _upload_end() -> Any:
    return timezone.now() + timedelta(hours=UPLOAD_HOURS)


class EvidenceUpload(models.Model):
    """An upload under way, in pieces; it is no evidence before it is finished, checked and added."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    application = models.ForeignKey(Application, models.CASCADE, related_name="uploads")
    type = models.CharField(_("Type"), max_length=4, choices=EvidenceType.choices)
    replaces = models.ForeignKey(EvidenceFile, models.CASCADE, null=True, blank=True, related_name="+")
    name = models.CharField(_("Name"), max_length=200)
    size = models.PositiveBigIntegerField(_("Size in bytes"))
    # what tells the same file when it is chosen again after a break: the browser's time of change
    mark = models.CharField(max_length=40, blank=True)
    received = models.PositiveBigIntegerField(default=0)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    started_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(_("Valid until"), default=_upload_end)

    class Meta:
        verbose_name = _("Upload")
        verbose_name_plural = _("Uploads")
        indexes = [models.Index(fields=["expires_at"], name="evidence_upload_by_expiry")]
        constraints = [
            models.CheckConstraint(condition=Q(received__lte=models.F("size")), name="evidence_upload_not_past_end"),
            models.CheckConstraint(condition=Q(type__in=EvidenceType.values), name="evidence_upload_known_type"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.received}/{self.size}"


class EvidenceChunk(models.Model):
    """One piece of an upload, in the storage that all servers share."""

    upload = models.ForeignKey(EvidenceUpload, models.CASCADE, related_name="chunks")
    offset = models.PositiveBigIntegerField()
    stored = models.OneToOneField(StoredFile, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["offset"]
        verbose_name = _("Piece of an upload")
        verbose_name_plural = _("Pieces of an upload")
        constraints = [models.UniqueConstraint(fields=["upload", "offset"], name="evidence_chunk_once")]

    def __str__(self) -> str:
        return f"{self.upload_id}@{self.offset}"
