"""Reminders of units to enterprises that have not filed yet."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qa_portal.campaigns.models import Campaign
from qa_portal.organisations.models import Enterprise, RecommendingUnit


class FilingReminder(models.Model):
    """A unit reminded an enterprise of the call of a year; kept so that nobody is reminded every day."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="filing_reminders")
    unit = models.ForeignKey(RecommendingUnit, models.CASCADE, related_name="reminders_sent")
    enterprise = models.ForeignKey(Enterprise, models.CASCADE, related_name="reminders_got")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(_("Sent at"), default=timezone.now)

    class Meta:
        verbose_name = _("Reminder")
        verbose_name_plural = _("Reminders")
        ordering = ["-sent_at"]
        indexes = [models.Index(fields=["campaign", "enterprise", "sent_at"], name="filing_reminder_latest")]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.enterprise_id}"
