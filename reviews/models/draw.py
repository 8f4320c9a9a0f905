"""The draw of a year: what was fixed before it, what it gave, and what changed afterwards."""

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qa_portal.campaigns.models import Campaign
from qa_portal.files.models import StoredFile
from reviews.enums import DrawState
from reviews.models.assignment import Assignment
from reviews.models.pool import Expert

LARGEST_RATIO = 5


def _file(name: Any) -> Any:
    return models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", verbose_name=name)


def _person(name: Any) -> Any:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=name)


class DrawQuerySet(models.QuerySet["Draw"]):
    def open(self) -> "DrawQuerySet":
        """The one attempt of a year that is neither ended nor failed."""
        return self.exclude(state__in=(DrawState.ENDED, DrawState.FAILED))


class Draw(models.Model):
    """抽取: one attempt. It is never deleted and its files never change; another attempt has another counter.

    Inputs, manifest and result are the files of the certificate (protocol draw-v1). A secret stands here only
    after its holder has opened it; before that the portal knows its commitment alone.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="draws")
    counter = models.PositiveSmallIntegerField(_("Attempt"))
    state = models.CharField(_("State"), max_length=12, choices=DrawState.choices, default=DrawState.PREPARING)
    # why another attempt; empty for the first
    reason = models.CharField(_("Reason for another draw"), max_length=300, blank=True)
    ratio = models.PositiveSmallIntegerField(
        _("Candidates per seat"), validators=[MinValueValidator(1), MaxValueValidator(LARGEST_RATIO)]
    )
    organisation_cap = models.PositiveSmallIntegerField(_("Experts of one organisation per application"))
    minimum_load = models.PositiveSmallIntegerField(_("Applications per expert, at least"))
    maximum_load = models.PositiveSmallIntegerField(_("Applications per expert, at most"))
    beacon = models.CharField(_("Public value that will be read"), max_length=300)
    beacon_value = models.CharField(_("Public value"), max_length=200, blank=True)
    bureau_commitment = models.CharField(max_length=64, blank=True)
    inspector_commitment = models.CharField(max_length=64, blank=True)
    bureau_secret = models.CharField(max_length=64, blank=True)
    inspector_secret = models.CharField(max_length=64, blank=True)
    inputs = _file("Inputs")
    manifest = _file("Manifest")
    result = _file("Draw")
    digest = models.CharField(_("Digest"), max_length=64, blank=True)
    # what the plan found: applications, experts, pairs, conflicts, kept ratio and floor, mode
    facts = models.JSONField(default=dict)
    # what stands in the way, as messages of the engine: {"text", "params"}
    problems = models.JSONField(default=list)
    prepared_by = _person(_("Prepared by"))
    prepared_at = models.DateTimeField(_("Prepared at"), default=timezone.now)
    approved_by = _person(_("Approved by"))
    approved_at = models.DateTimeField(_("Approved at"), null=True)
    released_by = _person(_("Released by"))
    released_at = models.DateTimeField(_("Released at"), null=True)
    ended_by = _person(_("Ended by"))
    ended_at = models.DateTimeField(_("Ended at"), null=True)
    ended_reason = models.CharField(_("Why it ended"), max_length=300, blank=True)

    objects = DrawQuerySet.as_manager()

    class Meta:
        verbose_name = _("Draw")
        verbose_name_plural = _("Draws")
        ordering = ["campaign", "-counter"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "counter"], name="draw_counter_once"),
            models.UniqueConstraint(
                fields=["campaign"], condition=~Q(state__in=("ended", "failed")), name="draw_one_open"
            ),
            models.CheckConstraint(condition=Q(counter__gte=1), name="draw_counted_from_one"),
            models.CheckConstraint(condition=Q(counter=1) | ~Q(reason=""), name="draw_again_with_reason"),
            models.CheckConstraint(condition=Q(state__in=DrawState.values), name="draw_known_state"),
            models.CheckConstraint(condition=Q(maximum_load__gte=F("minimum_load")), name="draw_loads_in_order"),
            # nobody approves what he prepared
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("prepared_by")), name="draw_second_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.counter}"


class DrawChange(models.Model):
    """递补: a file of changes after the draw, each building on the one before."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="changes")
    serial = models.PositiveSmallIntegerField(_("Change"))
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    added = models.PositiveIntegerField(_("Substitutes"))
    made_by = _person(_("Made by"))
    made_at = models.DateTimeField(_("Made at"), default=timezone.now)

    class Meta:
        verbose_name = _("Change of a draw")
        verbose_name_plural = _("Changes of a draw")
        ordering = ["draw", "serial"]
        constraints = [models.UniqueConstraint(fields=["draw", "serial"], name="draw_change_once")]

    def __str__(self) -> str:
        return f"{self.draw_id} +{self.serial}"


class Override(models.Model):
    """人工调整: staff ask to put an expert in another's place, a second person approves; both stay on record."""

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="overrides")
    expert = models.ForeignKey(Expert, models.PROTECT, related_name="+", verbose_name=_("Expert who takes over"))
    reason = models.CharField(_("Reason"), max_length=300)
    requested_by = _person(_("Requested by"))
    requested_at = models.DateTimeField(_("Requested at"), default=timezone.now)
    decided_by = _person(_("Decided by"))
    decided_at = models.DateTimeField(_("Decided at"), null=True)
    is_approved = models.BooleanField(_("Approved"), null=True)

    class Meta:
        verbose_name = _("Override")
        verbose_name_plural = _("Overrides")
        ordering = ["-requested_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"], condition=Q(decided_at__isnull=True), name="override_one_open"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="override_has_reason"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")), name="override_second_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id} → {self.expert_id}"
