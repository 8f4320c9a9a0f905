"""Exceptions to the calendar of a year, and which recommending units take part with how many places."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qa_portal.campaigns.models import Campaign
from qa_portal.organisations.models import RecommendingUnit
from submissions.models.application import Application


class FilingExtension(models.Model):
    """A later deadline for one application: the only way past the end of filing."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="extensions")
    until = models.DateTimeField(_("Extended until"))
    reason = models.CharField(_("Reason"), max_length=500)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("Extension")
        verbose_name_plural = _("Extensions")
        ordering = ["-granted_at"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="extension_has_reason")]

    def __str__(self) -> str:
        return f"{self.application_id} → {self.until}"


class UnitQuota(models.Model):
    """How many applications a unit may recommend in a year; no row, no limit."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="unit_quotas")
    unit = models.ForeignKey(RecommendingUnit, models.CASCADE, related_name="quotas")
    places = models.PositiveSmallIntegerField(_("Places"))

    class Meta:
        verbose_name = _("Quota")
        verbose_name_plural = _("Quotas")
        constraints = [models.UniqueConstraint(fields=["campaign", "unit"], name="quota_once")]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.unit_id}: {self.places}"


class UnitAbsence(models.Model):
    """A recommending unit that does not take part in a year; no row, it takes part."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="unit_absences")
    unit = models.ForeignKey(RecommendingUnit, models.CASCADE, related_name="absences")

    class Meta:
        verbose_name = _("Unit that does not take part")
        verbose_name_plural = _("Units that do not take part")
        constraints = [models.UniqueConstraint(fields=["campaign", "unit"], name="unit_absence_once")]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.unit_id}"
