"""What experts found."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from qa_portal.campaigns.models import Criterion
from qa_portal.core.fields import ScaledDecimalField
from reviews.enums import Flag, ReviewEnd
from reviews.models.pool import Expert
from submissions.enums import Level, State
from submissions.models import Application

POINT_PLACES = 2


class ReviewQuerySet(models.QuerySet["Review"]):
    def valid(self) -> "ReviewQuerySet":
        """Those that count: not void, not superseded, not recused. Sheets under way are no reviews yet."""
        return self.filter(ended_at__isnull=True)

    def in_the_open(self) -> "ReviewQuerySet":
        """The valid ones that the bureau may see: those of applications whose scoring is closed.

        While one expert still scores, nobody sees what another one found, nor what follows from it.
        """
        return self.valid().exclude(application__state=State.IN_REVIEW)


class Review(models.Model):
    """评审: what one expert found of one application. `total` is derived from the scores.

    A review that was written in the portal is locked with its scores: triggers refuse every change of it
    but its end. A correction is a new version, which supersedes this one. Imported reviews have no lock.
    """

    application = models.ForeignKey(Application, models.CASCADE, related_name="reviews")
    expert = models.ForeignKey(Expert, models.PROTECT, related_name="reviews", verbose_name=_("Expert"))
    level = models.CharField(_("Level"), max_length=20, choices=Level.choices, blank=True)
    comment = models.TextField(_("Comment"), blank=True)
    strengths = models.TextField(_("Strengths"), blank=True)
    gaps = models.TextField(_("Gaps"), blank=True)
    bottleneck = models.CharField(_("Bottleneck technology"), max_length=3, choices=Flag.choices, blank=True)
    digital = models.CharField(_("Digital technologies"), max_length=3, choices=Flag.choices, blank=True)
    # written only together with the scores, by the operation that writes them
    total = ScaledDecimalField(_("Total"), decimal_places=POINT_PLACES)
    version = models.PositiveSmallIntegerField(_("Version"), default=1)
    locked_at = models.DateTimeField(_("Locked at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("Ended at"), null=True, blank=True)
    ended_because = models.CharField(_("Ended because"), max_length=12, choices=ReviewEnd.choices, blank=True)
    ended_reason = models.CharField(_("Reason"), max_length=300, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("Review")
        verbose_name_plural = _("Reviews")
        ordering = ["application", "expert"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "expert"], condition=Q(ended_at__isnull=True), name="review_valid_once"
            ),
            models.UniqueConstraint(fields=["application", "expert", "version"], name="review_version_once"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_because="")
                | Q(ended_at__isnull=False, ended_because__in=ReviewEnd.values),
                name="review_end_has_cause",
            ),
            models.CheckConstraint(condition=Q(total__gte=Decimal(0)), name="review_total_not_negative"),
            models.CheckConstraint(condition=Q(level__in=["", *Level.values]), name="review_known_level"),
            models.CheckConstraint(
                condition=Q(bottleneck__in=["", *Flag.values], digital__in=["", *Flag.values]),
                name="review_known_flags",
            ),
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
