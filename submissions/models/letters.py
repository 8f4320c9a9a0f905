"""Sealed letters of recommending units."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qa_portal.campaigns.models import Campaign
from qa_portal.files.models import StoredFile
from qa_portal.organisations.models import RecommendingUnit
from submissions.enums import ScanState
from submissions.models.application import Application


class LetterQuerySet(models.QuerySet["RecommendationLetter"]):
    def current(self) -> "LetterQuerySet":
        """The versions that stand: not replaced."""
        return self.filter(replaced_at__isnull=True)


class RecommendationLetter(models.Model):
    """推荐函 (EV14): the scan of what a unit sealed, for all that it recommends in a year or for one application.

    A letter for all covers what stood in the summary table when it was uploaded: `covers` keeps those
    rows, `digest` their SHA-256, which is printed on the table. A new version replaces the former one,
    which is kept.
    """

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="letters")
    unit = models.ForeignKey(RecommendingUnit, models.PROTECT, related_name="letters")
    application = models.ForeignKey(Application, models.CASCADE, null=True, blank=True, related_name="letters")
    stored = models.OneToOneField(StoredFile, models.PROTECT, related_name="letter")
    scan = models.CharField(_("Virus scan"), max_length=12, choices=ScanState.choices, default=ScanState.NOT_SCANNED)
    pages = models.PositiveIntegerField(_("Pages"), null=True, blank=True)
    # rows of the summary table: key, number, place and digest of the submission of each application
    covers = models.JSONField(default=list, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)
    replaces = models.OneToOneField("self", models.SET_NULL, null=True, blank=True, related_name="successor")
    replaced_at = models.DateTimeField(null=True, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("Letter of recommendation")
        verbose_name_plural = _("Letters of recommendation")
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "unit"],
                condition=Q(application__isnull=True, replaced_at__isnull=True),
                name="letter_one_for_the_unit",
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(application__isnull=False, replaced_at__isnull=True),
                name="letter_one_for_the_application",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.unit_id}: {self.application_id or '*'}"
