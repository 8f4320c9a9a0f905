"""What the public and the applicants learn: notice, objections, feedback."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qa_portal.campaigns.models import Campaign
from qa_portal.files.models import StoredFile
from reviews.enums import ObjectionState
from reviews.models.deciding import DecisionRound
from submissions.models import Application


def _no_person_yet() -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")


class PublicNoticeQuerySet(models.QuerySet["PublicNotice"]):
    def open_at(self, now: object) -> "PublicNoticeQuerySet":
        """On show: from the second of opening to before the second of closing."""
        return self.filter(opened_at__lte=now, closes_at__gt=now)


class PublicNotice(models.Model):
    """公示: the winners of a frozen round, as they were listed; the list itself never changes."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="public_notices")
    round = models.ForeignKey(DecisionRound, models.PROTECT, related_name="notices")
    serial = models.PositiveSmallIntegerField(_("Notice"))
    # number, title, applicant, unit, grade of each winner: nothing else is public
    content = models.JSONField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(_("Opened at"), default=timezone.now)
    closes_at = models.DateTimeField(_("Closes at"))
    # when the portal had confirmed what nobody objected to
    settled_at = models.DateTimeField(_("Settled at"), null=True, blank=True)

    objects = PublicNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("Public notice")
        verbose_name_plural = _("Public notices")
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "serial"], name="public_notice_serial"),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opened_at")), name="public_notice_closes_later"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.serial}"


class Objection(models.Model):
    """异议 to a winner. Name and contact are for those who handle it alone, never for the applicant."""

    notice = models.ForeignKey(PublicNotice, models.PROTECT, related_name="objections")
    application = models.ForeignKey(Application, models.PROTECT, related_name="objections")
    receipt = models.CharField(_("Receipt number"), max_length=20, unique=True)
    state = models.CharField(
        _("State"), max_length=20, choices=ObjectionState.choices, default=ObjectionState.REGISTERED
    )
    name = models.CharField(_("Name"), max_length=100, blank=True)
    contact = models.CharField(_("Contact"), max_length=200, blank=True)
    facts = models.TextField(_("Facts"))
    evidence = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="objections")
    registered_at = models.DateTimeField(_("Registered at"), default=timezone.now)
    acknowledge_by = models.DateTimeField(_("To be acknowledged by"))
    decide_by = models.DateTimeField(_("To be decided by"))
    # what the applicant is told: written by staff, so that nothing tells who objected
    shared_facts = models.TextField(_("Facts as told to the applicant"), blank=True)
    accepted_by = _no_person_yet()
    accepted_at = models.DateTimeField(_("Accepted at"), null=True, blank=True)
    answer_by = models.DateTimeField(_("Answer due"), null=True, blank=True)
    answer = models.TextField(_("Answer of the applicant"), blank=True)
    answered_by = _no_person_yet()
    answered_at = models.DateTimeField(_("Answered at"), null=True, blank=True)
    decided_by = _no_person_yet()
    decided_at = models.DateTimeField(_("Decided at"), null=True, blank=True)
    decision = models.TextField(_("Decision on the objection"), blank=True)

    class Meta:
        verbose_name = _("Objection")
        verbose_name_plural = _("Objections")
        ordering = ["registered_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ObjectionState.values), name="objection_known_state"),
            models.CheckConstraint(
                condition=Q(state__in=(ObjectionState.REGISTERED, ObjectionState.NOT_ACCEPTED))
                | (~Q(name="") & ~Q(contact="") & ~Q(shared_facts="")),
                name="objection_handled_with_name",
            ),
        ]

    def __str__(self) -> str:
        return self.receipt


class ObjectionEvent(models.Model):
    """One line of the handling log of an objection."""

    objection = models.ForeignKey(Objection, models.CASCADE, related_name="events")
    at = models.DateTimeField(default=timezone.now)
    by = _no_person_yet()
    text = models.TextField(_("Entry"))

    class Meta:
        verbose_name = _("Entry of the handling log")
        verbose_name_plural = _("Entries of the handling log")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.objection_id} {self.at:%Y-%m-%d}"


class FeedbackLetter(models.Model):
    """反馈函: what an application that was not selected is told; the applicant reads it once it is released."""

    application = models.OneToOneField(Application, models.CASCADE, related_name="feedback_letter")
    # means by criterion with quartiles, reason, comments without names; see reviews.publicity.feedback
    content = models.JSONField()
    advice = models.TextField(_("Advice"), blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(_("Released at"), null=True, blank=True)
    released_by = _no_person_yet()

    class Meta:
        verbose_name = _("Feedback letter")
        verbose_name_plural = _("Feedback letters")

    def __str__(self) -> str:
        return str(self.application_id)
