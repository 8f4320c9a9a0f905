"""Files of the portal: what was stored, for what, and by whom."""

from typing import Any, ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qa_portal.files.registry import visible_files


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    def visible_to(self, user: Any) -> "StoredFileQuerySet":
        """The files that the person may fetch now; what has expired is gone for everybody."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.current().filter(visible_files(user))

    def current(self) -> "StoredFileQuerySet":
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now()))

    def expired(self) -> "StoredFileQuerySet":
        return self.filter(expires_at__lte=timezone.now())


class StoredFile(models.Model):
    """Made by `operations.store`; its content never changes. `key` is its place in the storage."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="stored_files", verbose_name=_("Owner")
    )
    purpose = models.CharField(_("Purpose"), max_length=60)
    name = models.CharField(_("Name"), max_length=200)
    content_type = models.CharField(_("Type"), max_length=100)
    size = models.PositiveBigIntegerField(_("Size in bytes"))
    sha256 = models.CharField(max_length=64)
    key = models.CharField(max_length=100, unique=True)
    created_at = models.DateTimeField(_("Stored at"), default=timezone.now)
    expires_at = models.DateTimeField(_("Expires at"), null=True)

    objects: ClassVar[Any] = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("File")
        verbose_name_plural = _("Files")
        ordering = ["-created_at", "id"]
        indexes = [
            models.Index(fields=["owner", "purpose"], name="file_by_owner"),
            models.Index(fields=["expires_at"], name="file_by_expiry"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__isnull=True) | Q(expires_at__gte=models.F("created_at")),
                name="file_expires_after_storing",
            ),
        ]

    def __str__(self) -> str:
        return self.name
