"""What recommending units and the bureau say of an application."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from submissions.enums import CheckReason, CheckVerdict
from submissions.models.application import Application


class GuidanceNote(models.Model):
    """指导意见: a comment of the recommender (or the bureau) on a section or field; replies hang below it."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="guidance_notes")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="replies")
    section = models.CharField(_("Section"), max_length=30, blank=True)
    field = models.CharField(_("Field"), max_length=60, blank=True)
    text = models.TextField(_("Text"), max_length=2000)
    due_on = models.DateField(_("Due on"), null=True, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(_("Resolved at"), null=True, blank=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("Guidance note")
        verbose_name_plural = _("Guidance notes")
        ordering = ["created_at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="guidance_note_has_text")]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.text[:30]}"


class Recommendation(models.Model):
    """推荐: opinion and place of an application within its unit."""

    application = models.OneToOneField(Application, models.CASCADE, related_name="recommendation")
    opinion = models.CharField(_("Opinion"), max_length=300)
    # place among the unit's recommended applications of the year, 1 first
    place = models.PositiveSmallIntegerField(_("Place in the unit"))
    no_guidance_reason = models.CharField(_("Why no guidance was needed"), max_length=300, blank=True)
    recommended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recommended_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("Recommendation")
        verbose_name_plural = _("Recommendations")
        constraints = [
            models.CheckConstraint(condition=~Q(opinion="") & Q(place__gte=1), name="recommendation_complete")
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.place}"


class FormalCheckItem(models.Model):
    """One judgement of the formal check: pass, fix or fail with a reason; each round of correction has its own."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="check_items")
    # corrections asked before: 0 in the first round; earlier rounds stay as they were
    round = models.PositiveSmallIntegerField(_("Round"), default=0)
    item = models.PositiveSmallIntegerField(_("Item"))
    verdict = models.CharField(_("Verdict"), max_length=5, choices=CheckVerdict.choices)
    code = models.CharField(_("Reason code"), max_length=20, choices=CheckReason.choices, blank=True)
    reason = models.CharField(_("Reason"), max_length=300, blank=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("Check item")
        verbose_name_plural = _("Check items")
        ordering = ["application", "round", "item"]
        constraints = [
            models.UniqueConstraint(fields=["application", "round", "item"], name="check_item_once"),
            models.CheckConstraint(condition=Q(item__gte=1, item__lte=16), name="check_item_known"),
            models.CheckConstraint(
                condition=Q(verdict=CheckVerdict.PASS) | ~Q(reason="") | ~Q(code=""),
                name="check_item_reason_unless_pass",
            ),
            models.CheckConstraint(condition=Q(code__in=["", *CheckReason.values]), name="check_item_known_code"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}/{self.item}: {self.verdict}"

    @property
    def why(self) -> str:
        """Code and words of the reason, "" for none."""
        return " · ".join(part for part in (str(self.get_code_display()), self.reason) if part)
