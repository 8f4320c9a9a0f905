"""What the check before submission keeps: answers to warnings, and the prints of submitted texts."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from submissions.models.application import Application


class WarningAnswer(models.Model):
    """Why a warning of the check may stand; the recommender and the checker see it."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="warning_answers")
    # key of the finding: rule and place
    finding = models.CharField(max_length=120)
    reason = models.CharField(_("Reason"), max_length=300)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("Answer to a warning")
        verbose_name_plural = _("Answers to warnings")
        constraints = [
            models.UniqueConstraint(fields=["application", "finding"], name="warning_answer_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="warning_answer_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.finding}"


class TextPrint(models.Model):
    """One sampled shingle of the latest submitted text of an application: finds similar ones quickly."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="text_prints", db_index=False)
    shingle = models.BigIntegerField()

    class Meta:
        verbose_name = _("Print of a text")
        verbose_name_plural = _("Prints of texts")
        constraints = [
            models.UniqueConstraint(fields=["application", "shingle"], name="text_print_once"),
        ]
        indexes = [models.Index(fields=["shingle", "application"], name="text_print_by_shingle")]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.shingle}"
