"""The audit trail: who did what to what, when, from where and why.

Entries form a chain: each is sealed together with the seal of the one before it. The database refuses
to change or delete them (see migration 0001); the chain shows what was done past the database.
"""

from datetime import UTC
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from qa_portal.audit.policy import may_read_audit
from qa_portal.audit.rules import FIRST_HASH, canonical, seal


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def visible_to(self, user: Any) -> "AuditEventQuerySet":
        """The whole trail for the audit administrator, nothing for anybody else."""
        return self if may_read_audit(user) else self.none()


class AuditEvent(models.Model):
    """One entry. No foreign keys: deleting a person or an object never touches the trail."""

    sequence = models.BigIntegerField(_("Sequence number"), primary_key=True)
    occurred_at = models.DateTimeField(_("Time"))
    actor_id = models.BigIntegerField(_("Person number"), null=True, db_index=True)
    actor_label = models.CharField(_("Person"), max_length=200)
    ip = models.CharField(_("Address"), max_length=45, blank=True)
    user_agent = models.CharField(_("Browser"), max_length=300, blank=True)
    request_id = models.CharField(_("Request"), max_length=64, blank=True)
    action = models.CharField(_("Action"), max_length=60)
    object_type = models.CharField(_("Kind of object"), max_length=60)
    object_id = models.CharField(_("Object"), max_length=64)
    before = models.JSONField(_("Before"), null=True)
    after = models.JSONField(_("After"), null=True)
    reason = models.TextField(_("Reason"), blank=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects = AuditEventQuerySet.as_manager()

    SEALED: ClassVar[tuple[str, ...]] = (
        "sequence", "actor_id", "actor_label", "ip", "user_agent", "request_id", "action",
        "object_type", "object_id", "before", "after", "reason", "previous_hash",
    )  # fmt: skip

    class Meta:
        verbose_name = _("Audit event")
        verbose_name_plural = _("Audit events")
        ordering = ["sequence"]
        indexes = [
            models.Index(fields=["object_type", "object_id", "sequence"], name="audit_by_object"),
            models.Index(fields=["occurred_at"], name="audit_by_time"),
            models.Index(fields=["action", "sequence"], name="audit_by_action"),
        ]
        constraints = [models.CheckConstraint(condition=models.Q(sequence__gte=1), name="audit_from_one")]

    def __str__(self) -> str:
        return f"{self.sequence} {self.action} {self.object_type} {self.object_id}"

    def computed_hash(self) -> str:
        """The seal that belongs to the content as it stands now."""
        fields: list[tuple[str, Any]] = [(name, getattr(self, name)) for name in self.SEALED]
        fields.append(("occurred_at", self.occurred_at.astimezone(UTC).isoformat(timespec="microseconds")))
        return seal(settings.AUDIT_KEY.encode(), canonical(fields))


class AuditHead(models.Model):
    """The end of the chain: one row, locked by whoever appends."""

    ONLY: ClassVar[int] = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=FIRST_HASH)

    class Meta:
        verbose_name = _("End of the audit trail")
        verbose_name_plural = _("End of the audit trail")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="audit_head_once")]

    def __str__(self) -> str:
        return f"{self.sequence} {self.hash}"
