"""Experts, their reviews, and what follows from them."""

from decimal import Decimal
from fractions import Fraction

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from qa_portal.campaigns.models import Campaign, Criterion
from qa_portal.core.fields import ScaledDecimalField
from qa_portal.organisations.models import Organisation
from reviews.enums import Result
from submissions.enums import Level
from submissions.models import Application

POINT_PLACES = 2


class Expert(models.Model):
    """专家 of one year's pool; the code is unique within the year only."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="experts")
    code = models.CharField(_("Expert code"), max_length=20)
    name = models.CharField(_("Name"), max_length=100)
    employer = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="experts",
        verbose_name=_("Employer"),
        null=True,
        blank=True,
    )
    title = models.CharField(_("Professional title"), max_length=50, blank=True)
    # 、-separated industries
    fields = models.CharField(_("Fields of expertise"), max_length=500, blank=True)
    email = models.EmailField(_("E-mail address"), blank=True)

    class Meta:
        verbose_name = _("Expert")
        verbose_name_plural = _("Experts")
        ordering = ["campaign", "code"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "code"], name="expert_code_once_a_year"),
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="expert_code_and_name"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Review(models.Model):
    """评审: what one expert found of one application. `total` is derived from the scores."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="reviews")
    expert = models.ForeignKey(Expert, models.PROTECT, related_name="reviews", verbose_name=_("Expert"))
    level = models.CharField(_("Level"), max_length=20, choices=Level.choices, blank=True)
    comment = models.TextField(_("Comment"), blank=True)
    # written only together with the scores, by the operation that writes them
    total = ScaledDecimalField(_("Total"), decimal_places=POINT_PLACES)

    class Meta:
        verbose_name = _("Review")
        verbose_name_plural = _("Reviews")
        ordering = ["application", "expert"]
        constraints = [
            models.UniqueConstraint(fields=["application", "expert"], name="review_once"),
            models.CheckConstraint(condition=Q(total__gte=Decimal(0)), name="review_total_not_negative"),
            models.CheckConstraint(condition=Q(level__in=["", *Level.values]), name="review_known_level"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}/{self.expert_id}"


class Score(models.Model):
    """Points that a review gives for one criterion."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="scores")
    # no index of its own: scores are read by review, and it would slow the import of a year
    criterion = models.ForeignKey(
        Criterion, models.PROTECT, related_name="+", verbose_name=_("Criterion"), db_index=False
    )
    points = ScaledDecimalField(_("Points"), decimal_places=POINT_PLACES)

    class Meta:
        verbose_name = _("Score")
        verbose_name_plural = _("Scores")
        constraints = [
            models.UniqueConstraint(fields=["review", "criterion"], name="score_once"),
            models.CheckConstraint(condition=Q(points__gte=Decimal(0)), name="score_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.criterion_id}: {self.points}"


class Decision(models.Model):
    """审定: the result of an application. Without a row it is not decided yet."""

    application = models.OneToOneField(Application, models.CASCADE, related_name="decision")
    result = models.CharField(_("Result"), max_length=20, choices=Result.choices)
    not_selected_reason = models.CharField(_("Reason for not being selected"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("Decision")
        verbose_name_plural = _("Decisions")
        constraints = [
            models.CheckConstraint(condition=Q(result__in=Result.values), name="decision_known_result"),
        ]
        indexes = [models.Index(fields=["result", "application"], name="decision_result")]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.result}"


class Standing(models.Model):
    """Where an application stands after the reviews: derived, written by `refresh_standings` alone.

    Sums and counts are kept instead of a rounded mean, so the official score stays exact.
    """

    application = models.OneToOneField(Application, models.CASCADE, related_name="standing")
    review_count = models.PositiveIntegerField(_("Reviews"))
    kept_sum = ScaledDecimalField(_("Sum of the totals that count"), decimal_places=POINT_PLACES)
    kept_count = models.PositiveIntegerField(_("Totals that count"))
    highest = ScaledDecimalField(_("Highest total"), decimal_places=POINT_PLACES)
    lowest = ScaledDecimalField(_("Lowest total"), decimal_places=POINT_PLACES)
    # over all reviews, for ties: the first and the second criterion of the score sheet
    first_sum = ScaledDecimalField(_("Sum of the first criterion"), decimal_places=POINT_PLACES)
    second_sum = ScaledDecimalField(_("Sum of the second criterion"), decimal_places=POINT_PLACES)
    rank = models.PositiveIntegerField(_("Rank"))

    class Meta:
        verbose_name = _("Standing")
        verbose_name_plural = _("Standings")
        ordering = ["rank"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kept_count__gte=1) & Q(review_count__gte=models.F("kept_count")),
                name="standing_counts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rank}: {self.application_id}"

    @property
    def score(self) -> Fraction:
        """官方得分, unrounded."""
        return Fraction(self.kept_sum) / self.kept_count

    @property
    def spread(self) -> Decimal:
        """Highest minus lowest total, in points."""
        return self.highest - self.lowest

    @property
    def tie_means(self) -> tuple[Fraction, Fraction]:
        """Means of the first and the second criterion over all reviews: what decides between equal scores."""
        return Fraction(self.first_sum) / self.review_count, Fraction(self.second_sum) / self.review_count
