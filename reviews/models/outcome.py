"""What follows from the reviews: where applications stand, and what was decided."""

from decimal import Decimal
from fractions import Fraction

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from qa_portal.core.fields import ScaledDecimalField
from reviews.enums import Result
from reviews.models.review import POINT_PLACES
from submissions.models import Application


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
