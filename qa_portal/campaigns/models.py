"""The campaign year and its settings."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from qa_portal.campaigns import rules
from qa_portal.core.fields import ScaledDecimalField


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def newest_first(self) -> "CampaignQuerySet":
        return self.order_by("-year")


class Campaign(models.Model):
    """One year of the programme (年度): who scores how much, how scores count, how it is announced."""

    year = models.PositiveSmallIntegerField(_("Year"), unique=True)
    reviews_per_application = models.PositiveSmallIntegerField(
        _("Reviews per application"), default=rules.DEFAULT_REVIEWS_PER_APPLICATION
    )
    trim_from = models.PositiveSmallIntegerField(
        _("Drop highest and lowest from this many reviews on"),
        default=rules.DEFAULT_TRIM_FROM,
        help_text=_("0 means never."),
    )
    first_prize_quota = models.PositiveSmallIntegerField(_("Quota of first prizes"), null=True, blank=True)
    second_prize_quota = models.PositiveSmallIntegerField(_("Quota of second prizes"), null=True, blank=True)
    third_prize_quota = models.PositiveSmallIntegerField(_("Quota of third prizes"), null=True, blank=True)
    active_districts = models.PositiveSmallIntegerField(
        _("Districts named as active in the circular"), default=rules.DEFAULT_ACTIVE_DISTRICTS
    )
    document_number = models.CharField(
        _("Document number"), max_length=60, blank=True, help_text=_("For example 沪市监质发〔2020〕461号")
    )
    signed_on = models.DateField(_("Signed on"), null=True, blank=True)
    printed_on = models.DateField(_("Printed on"), null=True, blank=True)
    main_recipients = models.CharField(_("Main recipients"), max_length=500, blank=True)
    cc_units = models.CharField(_("Copies to"), max_length=500, blank=True)
    # the call: filing is open from opens_at to before closes_at, by the server's clock
    filing_opens_at = models.DateTimeField(_("Filing opens"), null=True, blank=True)
    filing_closes_at = models.DateTimeField(_("Filing closes"), null=True, blank=True)
    recommendation_closes_at = models.DateTimeField(_("Recommendation closes"), null=True, blank=True)
    call_notice = models.TextField(_("Call notice"), blank=True)
    return_days = models.PositiveSmallIntegerField(_("Working days to answer a return"), default=5)
    correction_days = models.PositiveSmallIntegerField(_("Working days for a correction"), default=5)
    corrections_allowed = models.PositiveSmallIntegerField(_("Corrections allowed"), default=1)
    published_at = models.DateTimeField(_("Circular published at"), null=True, blank=True, editable=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("Campaign year")
        verbose_name_plural = _("Campaign years")
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(condition=Q(year__gte=1990, year__lte=2999), name="campaign_plausible_year"),
            models.CheckConstraint(
                condition=Q(printed_on__isnull=True) | Q(signed_on__isnull=True) | Q(printed_on__gte=F("signed_on")),
                name="campaign_printed_not_before_signed",
            ),
            models.CheckConstraint(condition=Q(reviews_per_application__gte=1), name="campaign_reviews_at_least_one"),
            # dropping two of fewer than three reviews would leave no score
            models.CheckConstraint(
                condition=Q(trim_from=0) | Q(trim_from__gte=3), name="campaign_trimming_leaves_a_review"
            ),
        ]

    def __str__(self) -> str:
        return str(self.year)

    @property
    def is_published(self) -> bool:
        """The circular of the year is out: its figures must not change any more."""
        return self.published_at is not None


class Criterion(models.Model):
    """评分指标: one line of the year's score sheet; its maximum in points is its weight."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="criteria")
    position = models.PositiveSmallIntegerField(_("Position"))
    name = models.CharField(_("Name"), max_length=50)
    maximum = ScaledDecimalField(_("Maximum points"), decimal_places=2)
    step = ScaledDecimalField(_("Step of points"), decimal_places=2, default=rules.DEFAULT_STEP)

    class Meta:
        verbose_name = _("Criterion")
        verbose_name_plural = _("Criteria")
        ordering = ["campaign", "position"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "position"], name="criterion_position_once"),
            models.UniqueConstraint(fields=["campaign", "name"], name="criterion_name_once"),
            models.CheckConstraint(condition=Q(maximum__gt=Decimal(0)), name="criterion_maximum_positive"),
            models.CheckConstraint(condition=Q(step__gt=Decimal(0)), name="criterion_step_positive"),
        ]

    def __str__(self) -> str:
        return self.name

    def problem_with(self, points: Decimal) -> Any:
        """Why these points are not possible here, or None: outside 0…maximum, or off the step."""
        if points < 0:
            return _("must not be below 0")
        if points > self.maximum:
            return _("is above the maximum")
        if points % self.step:
            return _("is not a multiple of the step")
        return None


class CalendarDay(models.Model):
    """A day that the bureau declares working or free, against the State Council calendar."""

    day = models.DateField(_("Day"), unique=True)
    is_working = models.BooleanField(_("Working day"))
    note = models.CharField(_("Note"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("Calendar day")
        verbose_name_plural = _("Calendar days")
        ordering = ["day"]

    def __str__(self) -> str:
        return str(self.day)
