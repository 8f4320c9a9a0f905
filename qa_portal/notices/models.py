"""Messages inside the portal: to one person, and to all of some roles."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qa_portal.notices.registry import find_text


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: Any) -> "NoticeQuerySet":
        """One's own notices, whatever the role."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(recipient=user)

    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at__isnull=True)


class Notice(models.Model):
    """A message to one person, made by `operations.notify`: a registered text with parameters, or plain text."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", verbose_name=_("Recipient")
    )
    key = models.CharField(max_length=60, blank=True)
    params = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    plain_text = models.CharField(max_length=500, blank=True)
    url = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(_("Received"), default=timezone.now)
    read_at = models.DateTimeField(_("Read at"), null=True, blank=True)

    objects: ClassVar[Any] = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("Notice")
        verbose_name_plural = _("Notices")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["recipient", "-created_at"], name="notice_by_recipient"),
            models.Index(fields=["recipient"], condition=Q(read_at__isnull=True), name="notice_unread"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=(~Q(key="") & Q(plain_text="")) | (Q(key="") & ~Q(plain_text="")),
                name="notice_key_or_text",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """What the person reads, in the language that is active now."""
        if not self.key:
            return self.plain_text
        found = find_text(self.key)
        return str(found.text) % self.params if found else self.key

    @property
    def kind(self) -> str:
        found = find_text(self.key)
        return found.kind if found else "info"


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    def current(self) -> "AnnouncementQuerySet":
        """What is on show now."""
        now = timezone.now()
        shown = self.filter(valid_from__lte=now, withdrawn_at__isnull=True)
        return shown.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=now))


class Announcement(models.Model):
    """公告: a text of the bureau on the home page of some roles, for a time."""

    text = models.TextField(_("Text"), max_length=1000)
    # codes of roles; empty: everybody
    roles = models.JSONField(_("Shown to"), default=list, blank=True)
    valid_from = models.DateTimeField(_("Shown from"), default=timezone.now)
    valid_to = models.DateTimeField(_("Shown until"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Written by")
    )
    created_at = models.DateTimeField(_("Written at"), default=timezone.now)
    withdrawn_at = models.DateTimeField(_("Withdrawn at"), null=True, blank=True)

    objects: ClassVar[Any] = AnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = _("Announcement")
        verbose_name_plural = _("Announcements")
        ordering = ["-valid_from", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="announcement_has_text"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="announcement_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def state(self) -> str:
        """One of "withdrawn", "planned", "shown", "over"."""
        now = timezone.now()
        if self.withdrawn_at:
            return "withdrawn"
        if self.valid_from > now:
            return "planned"
        return "shown" if self.valid_to is None or self.valid_to > now else "over"
