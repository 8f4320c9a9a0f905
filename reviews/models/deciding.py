"""From the ranking to a decision that is frozen: settings, advice, rounds, committee, defence."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qa_portal.campaigns.models import Campaign
from qa_portal.core.fields import ScaledDecimalField
from reviews.enums import GRADES, Result, ShareRule
from reviews.models.review import POINT_PLACES
from submissions.models import Application


def _person() -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")


def _no_person_yet() -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")


class OutcomeSettings(models.Model):
    """How a year is decided and made public; a year without a row has the defaults (programme, sections 4, 7, 8)."""

    campaign = models.OneToOneField(Campaign, models.CASCADE, related_name="outcome_settings")
    quorum = models.CharField(
        _("Members present"), max_length=4, choices=ShareRule.choices, default=ShareRule.TWO_THIRDS
    )
    first_prize_majority = models.CharField(
        _("In favour of a first prize"), max_length=4, choices=ShareRule.choices, default=ShareRule.TWO_THIRDS
    )
    other_majority = models.CharField(
        _("In favour of another grade"), max_length=4, choices=ShareRule.choices, default=ShareRule.MORE_THAN_HALF
    )
    band = ScaledDecimalField(_("Band around a line (points)"), decimal_places=POINT_PLACES, default=Decimal("0.50"))
    notice_days = models.PositiveSmallIntegerField(_("Working days of the public notice"), default=5)
    acknowledge_days = models.PositiveSmallIntegerField(_("Working days to acknowledge an objection"), default=3)
    answer_days = models.PositiveSmallIntegerField(_("Working days for the applicant's answer"), default=5)
    objection_days = models.PositiveSmallIntegerField(_("Working days to decide an objection"), default=15)
    compared_at_least = models.PositiveSmallIntegerField(
        _("Applications compared at least, for quartiles in the feedback"), default=8
    )

    class Meta:
        verbose_name = _("Settings of the decision")
        verbose_name_plural = _("Settings of the decision")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    notice_days__gte=1, acknowledge_days__gte=1, answer_days__gte=1, objection_days__gte=1,
                    band__gte=Decimal(0), compared_at_least__gte=2,
                ),
                name="outcome_settings_positive",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.campaign_id)


class RankingAdvice(models.Model):
    """Advisory figures of a year (仅供参考), with the fingerprint of the scores that they belong to."""

    campaign = models.OneToOneField(Campaign, models.CASCADE, related_name="ranking_advice")
    fingerprint = models.CharField(max_length=64)
    # see reviews.advice_operations: by application number, and of the year as a whole
    content = models.JSONField()
    computed_at = models.DateTimeField(_("Computed at"), default=timezone.now)

    class Meta:
        verbose_name = _("Advice on the ranking")
        verbose_name_plural = _("Advice on the ranking")

    def __str__(self) -> str:
        return str(self.campaign_id)


class DecisionRoundQuerySet(models.QuerySet["DecisionRound"]):
    def current(self) -> "DecisionRoundQuerySet":
        """The round that counts: at most one a year."""
        return self.filter(ended_at__isnull=True)


class DecisionRound(models.Model):
    """审定的一轮: lines, proposed results, the committee's record, the decision, and its freezing.

    A round ends, with a reason, when it is taken back before it is frozen, or when an objection that was
    upheld amends it; the next one then counts. Rounds are never deleted once decided. A frozen round keeps
    `content` (canonical JSON of all scores, standings and results) and its seal; triggers refuse every
    change of them, and of the decisions that they hold, while the round counts.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="decision_rounds")
    serial = models.PositiveSmallIntegerField(_("Round"))
    # the last rank of each grade
    first_to = models.PositiveIntegerField(_("First prizes to rank"))
    second_to = models.PositiveIntegerField(_("Second prizes to rank"))
    third_to = models.PositiveIntegerField(_("Third prizes to rank"))
    # raised by every change of what is proposed: votes count for what the committee had before it
    version = models.PositiveIntegerField(default=1)
    proposed_by = _person()
    proposed_at = models.DateTimeField(_("Proposed at"), default=timezone.now)
    decided_by = _no_person_yet()
    decided_at = models.DateTimeField(_("Decided at"), null=True, blank=True)
    frozen_by = _no_person_yet()
    frozen_at = models.DateTimeField(_("Frozen at"), null=True, blank=True)
    content = models.TextField(blank=True)
    seal = models.CharField(_("Seal"), max_length=64, blank=True)
    ended_by = _no_person_yet()
    ended_at = models.DateTimeField(_("Ended at"), null=True, blank=True)
    ended_reason = models.CharField(_("Reason"), max_length=500, blank=True)

    objects = DecisionRoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("Round of the decision")
        verbose_name_plural = _("Rounds of the decision")
        ordering = ["campaign", "-serial"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "serial"], name="decision_round_serial"),
            models.UniqueConstraint(
                fields=["campaign"], condition=Q(ended_at__isnull=True), name="decision_round_one_counts"
            ),
            models.CheckConstraint(
                condition=Q(first_to__lte=F("second_to")) & Q(second_to__lte=F("third_to")),
                name="decision_round_lines_in_order",
            ),
            models.CheckConstraint(
                condition=Q(frozen_at__isnull=True, seal="", content="")
                | (Q(frozen_at__isnull=False, decided_at__isnull=False) & ~Q(seal="") & ~Q(content="")),
                name="decision_round_frozen_after_decided",
            ),
            # NULL passes a check
            models.CheckConstraint(
                condition=~Q(frozen_by=F("proposed_by")) & ~Q(frozen_by=F("decided_by")),
                name="decision_round_frozen_by_another",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | ~Q(ended_reason=""), name="decision_round_ends_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.serial}"

    @property
    def is_decided(self) -> bool:
        return self.decided_at is not None

    @property
    def is_frozen(self) -> bool:
        return self.frozen_at is not None


class ProposedResult(models.Model):
    """What a round gives an application: by the lines, or otherwise with a reason."""

    round = models.ForeignKey(DecisionRound, models.CASCADE, related_name="results")
    application = models.ForeignKey(Application, models.PROTECT, related_name="proposed_results")
    by_line = models.CharField(_("By the lines"), max_length=20, choices=Result.choices)
    result = models.CharField(_("Result"), max_length=20, choices=Result.choices)
    reason = models.CharField(_("Reason for another result"), max_length=500, blank=True)
    not_selected_reason = models.CharField(_("Reason for not being selected"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("Proposed result")
        verbose_name_plural = _("Proposed results")
        constraints = [
            models.UniqueConstraint(fields=["round", "application"], name="proposed_result_once"),
            models.CheckConstraint(
                condition=Q(by_line=F("result")) | ~Q(reason=""), name="proposed_result_deviates_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(by_line__in=Result.values, result__in=Result.values), name="proposed_result_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.result}"

    @property
    def deviates(self) -> bool:
        return self.by_line != self.result


class CommitteeMeeting(models.Model):
    """审定委员会会议: who was there when the votes were taken on one version of a round."""

    round = models.ForeignKey(DecisionRound, models.CASCADE, related_name="meetings")
    version = models.PositiveIntegerField()
    held_on = models.DateField(_("Held on"))
    members = models.PositiveSmallIntegerField(_("Members of the committee"))
    present = models.PositiveSmallIntegerField(_("Members present"))
    note = models.TextField(_("Minutes"), blank=True)
    recorded_by = _person()
    recorded_at = models.DateTimeField(_("Recorded at"), default=timezone.now)

    class Meta:
        verbose_name = _("Committee meeting")
        verbose_name_plural = _("Committee meetings")
        ordering = ["recorded_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(members__gte=1, present__gte=1, present__lte=F("members")), name="meeting_plausible"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id}: {self.held_on}"


class CommitteeVote(models.Model):
    """表决: on all of a grade at once, or on one application. Abstention is not in favour."""

    meeting = models.ForeignKey(CommitteeMeeting, models.CASCADE, related_name="votes")
    grade = models.CharField(_("Grade"), max_length=20, choices=Result.choices, blank=True)
    application = models.ForeignKey(Application, models.PROTECT, null=True, blank=True, related_name="committee_votes")
    in_favour = models.PositiveSmallIntegerField(_("In favour"))
    against = models.PositiveSmallIntegerField(_("Against"), default=0)
    abstained = models.PositiveSmallIntegerField(_("Abstained"), default=0)

    class Meta:
        verbose_name = _("Vote")
        verbose_name_plural = _("Votes")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(application__isnull=True, grade__in=GRADES) | Q(application__isnull=False, grade=""),
                name="vote_on_a_grade_or_an_application",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grade or self.application_id}: {self.in_favour}/{self.against}/{self.abstained}"


class DefenceCall(models.Model):
    """复评答辩: an application that was called to the second round. Its marks stand beside the official score."""

    application = models.OneToOneField(Application, models.CASCADE, related_name="defence")
    called_by = _person()
    called_at = models.DateTimeField(_("Called at"), default=timezone.now)
    held_on = models.DateField(_("Held on"), null=True, blank=True)
    note = models.TextField(_("Record"), blank=True)

    class Meta:
        verbose_name = _("Defence")
        verbose_name_plural = _("Defences")

    def __str__(self) -> str:
        return str(self.application_id)


class DefenceMark(models.Model):
    """Points from 0 to 100 that a member of the panel gave a defence; members are codes."""

    defence = models.ForeignKey(DefenceCall, models.CASCADE, related_name="marks")
    member = models.CharField(_("Member"), max_length=20)
    points = ScaledDecimalField(_("Points"), decimal_places=POINT_PLACES)

    class Meta:
        verbose_name = _("Mark of a defence")
        verbose_name_plural = _("Marks of defences")
        ordering = ["member"]
        constraints = [
            models.UniqueConstraint(fields=["defence", "member"], name="defence_mark_once"),
            models.CheckConstraint(
                condition=Q(points__gte=Decimal(0), points__lte=Decimal(100)) & ~Q(member=""),
                name="defence_mark_plausible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.defence_id}/{self.member}: {self.points}"
