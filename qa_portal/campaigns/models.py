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
    call_issued_on = models.DateField(_("Call notice issued on"), null=True, blank=True)
    call_notice = models.TextField(_("Call notice"), blank=True)
    declaration_text = models.TextField(_("Words above the declarations"), blank=True)
    return_days = models.PositiveSmallIntegerField(
        _("Working days to answer a return"), default=rules.DEFAULT_RETURN_DAYS
    )
    check_days = models.PositiveSmallIntegerField(
        _("Working days for the formal check"), default=rules.DEFAULT_CHECK_DAYS
    )
    correction_days = models.PositiveSmallIntegerField(
        _("Working days for a correction"), default=rules.DEFAULT_CORRECTION_DAYS
    )
    corrections_allowed = models.PositiveSmallIntegerField(_("Corrections allowed"), default=rules.DEFAULT_CORRECTIONS)
    review_opens_at = models.DateTimeField(_("Expert review opens"), null=True, blank=True)
    review_closes_at = models.DateTimeField(_("Expert review closes"), null=True, blank=True)
    # what an application must contain; {code of the type: "always" or "never"}, others as the form says
    evidence_rules = models.JSONField(_("Required evidence"), default=dict, blank=True)
    evidence_file_mb = models.PositiveSmallIntegerField(_("Largest file (MB)"), default=rules.DEFAULT_FILE_MB)
    evidence_total_mb = models.PositiveSmallIntegerField(
        _("All files of an application (MB)"), default=rules.DEFAULT_TOTAL_MB
    )
    needs_letter = models.BooleanField(_("The formal check asks for the sealed letter of the unit"), default=False)
    summary_pages = models.PositiveSmallIntegerField(
        _("Pages of the summary report at most"), default=rules.DEFAULT_SUMMARY_PAGES
    )
    novelty_months = models.PositiveSmallIntegerField(
        _("Age of a novelty search at most (months)"), default=rules.DEFAULT_NOVELTY_MONTHS
    )
    months_in_use = models.PositiveSmallIntegerField(
        _("In use when filing closes, at least (months)"), default=rules.DEFAULT_MONTHS_IN_USE
    )
    deviation = ScaledDecimalField(
        _("Difference to the financial proof at most (10,000 CNY)"),
        decimal_places=2,
        default=rules.DEFAULT_DEVIATION,
    )
    profit_percent = ScaledDecimalField(
        _("Ask when the profit is above this share of the sales (%)"),
        decimal_places=2,
        default=rules.DEFAULT_PROFIT_PERCENT,
    )
    top_percent = ScaledDecimalField(
        _("Ask when an amount is among the highest of earlier years (%)"),
        decimal_places=2,
        default=rules.DEFAULT_TOP_PERCENT,
    )
    top_sample = models.PositiveSmallIntegerField(
        _("Earlier applications needed for that"), default=rules.DEFAULT_TOP_SAMPLE
    )
    similarity_percent = ScaledDecimalField(
        _("Ask when the text is similar to an earlier one (%)"),
        decimal_places=2,
        default=rules.DEFAULT_SIMILARITY_PERCENT,
    )
    # a year is prepared unseen, then its call is published; imported years never were in preparation
    is_in_preparation = models.BooleanField(_("In preparation"), default=False, editable=False)
    call_published_at = models.DateTimeField(_("Call published at"), null=True, blank=True, editable=False)
    # raised by every change of the settings, so that nobody overwrites what they did not see
    settings_version = models.PositiveIntegerField(default=0, editable=False)
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
            models.CheckConstraint(
                condition=Q(filing_opens_at__isnull=True)
                | Q(filing_closes_at__isnull=True)
                | Q(filing_closes_at__gt=F("filing_opens_at")),
                name="campaign_filing_closes_after_opening",
            ),
            models.CheckConstraint(
                condition=Q(review_opens_at__isnull=True)
                | Q(review_closes_at__isnull=True)
                | Q(review_closes_at__gt=F("review_opens_at")),
                name="campaign_review_closes_after_opening",
            ),
            models.CheckConstraint(
                condition=Q(evidence_file_mb__gte=1, evidence_total_mb__gte=F("evidence_file_mb")),
                name="campaign_evidence_sizes",
            ),
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

    @property
    def has_begun(self) -> bool:
        """The call is out, or the year was imported: others know the settings, a change needs a reason."""
        return not self.is_in_preparation


class Criterion(models.Model):
    """评分指标: one line of the year's score sheet; its maximum in points is its weight."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="criteria")
    position = models.PositiveSmallIntegerField(_("Position"))
    name = models.CharField(_("Name"), max_length=50)
    maximum = ScaledDecimalField(_("Maximum points"), decimal_places=2)
    step = ScaledDecimalField(_("Step of points"), decimal_places=2, default=rules.DEFAULT_STEP)
    # what high and low points mean, in words, one band a line
    anchors = models.TextField(_("What the points mean"), max_length=1000, blank=True)

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
