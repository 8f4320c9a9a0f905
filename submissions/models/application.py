"""Applications of a campaign year."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from qa_portal.accounts.enums import Role
from qa_portal.accounts.rules import has_role
from qa_portal.campaigns.models import Campaign
from qa_portal.core.fields import ScaledDecimalField
from qa_portal.organisations.enums import UNIT_KINDS, Channel, District, Ownership, SizeClass
from qa_portal.organisations.models import Enterprise, Membership, RecommendingUnit
from submissions.enums import COUNTED_STATES, SECRET_STATES, HighEndCategory, Industry, Level, State
from submissions.rules import may_read_applications

AMOUNT_PLACES = 6  # of 万元 and 万美元: one 分, one hundredth of a cent


def amount(label: Any) -> Any:
    """An amount in 万元 or 万美元 (see the label), exact."""
    return ScaledDecimalField(label, decimal_places=AMOUNT_PLACES, default=Decimal(0))


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user: Any) -> "ApplicationQuerySet":
        """The bureau sees what was submitted, units what was submitted to them, enterprises their own.

        The same rule for one application is `submissions.policy.may_see`.
        """
        if may_read_applications(user):
            return self.exclude(state=State.DRAFT)
        own = Membership.objects.current().filter(user=user.pk).values("organisation")
        if has_role(user, Role.APPLICANT):
            return self.filter(applicant__in=own)
        if has_role(user, Role.RECOMMENDER):
            return self.filter(recommending_unit__in=own).exclude(state=State.DRAFT)
        return self.none()

    def counted(self) -> "ApplicationQuerySet":
        """Those that statistics, ranking and circular count: accepted or decided, imported ones always."""
        return self.filter(state__in=COUNTED_STATES)

    def counted_not(self) -> "ApplicationQuerySet":
        """Those on their way to acceptance, or stopped before it."""
        return self.exclude(state__in=COUNTED_STATES)

    def of_year(self, year: int) -> "ApplicationQuerySet":
        return self.filter(campaign__year=year)

    def matching(self, text: str) -> "ApplicationQuerySet":
        """Applications in which every word of `text` occurs as a substring.

        Searched: number, title, applicant, credit code, recommending unit. Chinese has no word breaks, so a
        part of a name is found wherever it stands.
        """
        found = self
        for word in text.split()[:8]:
            found = found.filter(
                Q(number__icontains=word)
                | Q(title__icontains=word)
                | Q(applicant_name__icontains=word)
                | Q(applicant__uscc__icontains=word)
                | Q(recommending_unit__name__icontains=word)
            )
        return found


class Application(models.Model):
    """申报: one project that an enterprise files for a year.

    The columns hold what counts: as claimed until the bureau confirms otherwise. What the applicant wrote
    is in the sections (SectionContent) and, frozen at each submission, in Submission. Amounts are totals
    of the project, realised: 万元, and 万美元 for foreign exchange. A draft may lack anything; from the
    first submission on it has a number, and every column that is counted.
    """

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="applications")
    # YYYY-NNNN, given at the first submission and never again; NULL before
    number = models.CharField(_("Application number"), max_length=9, unique=True, null=True, blank=True)
    state = models.CharField(_("State"), max_length=30, choices=State.choices, default=State.ACCEPTED)
    # raised by every step, so that two people cannot both act on what they saw
    version = models.PositiveIntegerField(default=0)
    submitted_at = models.DateTimeField(_("Submitted at"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("Accepted at"), null=True, blank=True)
    # until when the applicant answers a return or a correction
    answer_due_at = models.DateTimeField(_("Answer due"), null=True, blank=True)
    corrections = models.PositiveSmallIntegerField(_("Corrections asked"), default=0)
    title = models.CharField(_("Project"), max_length=200, blank=True)
    applicant = models.ForeignKey(Enterprise, models.PROTECT, related_name="applications", verbose_name=_("Applicant"))
    # as on the licence when it filed: a later change of name leaves old years as they were
    applicant_name = models.CharField(_("Applicant"), max_length=200)
    channel = models.CharField(_("Channel"), max_length=20, choices=Channel.choices, blank=True)
    recommending_unit = models.ForeignKey(
        RecommendingUnit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="recommended_applications",
        verbose_name=_("Recommending unit"),
    )
    district = models.CharField(_("District"), max_length=10, choices=District.choices, blank=True)
    ownership = models.CharField(_("Ownership"), max_length=20, choices=Ownership.choices, blank=True)
    size_class = models.CharField(_("Size class"), max_length=10, choices=SizeClass.choices, blank=True)
    specialised = models.BooleanField(_("Specialised enterprise"), default=False)
    bottleneck = models.BooleanField(_("Bottleneck technology"), default=False)
    industry = models.CharField(_("Industry"), max_length=30, choices=Industry.choices, blank=True)
    high_end_category = models.CharField(
        _("High-end category"), max_length=20, choices=HighEndCategory.choices, blank=True
    )
    # 、-separated terms: three are named by the circular, others are the applicant's own words
    digital_technologies = models.CharField(_("Digital technologies"), max_length=500, blank=True)
    new_sales = amount(_("New sales (10,000 CNY)"))
    new_profit = amount(_("New profit (10,000 CNY)"))
    energy_saving = amount(_("Energy and consumption saving (10,000 CNY)"))
    forex = amount(_("Foreign exchange saved and earned (10,000 USD)"))
    level = models.CharField(_("Level"), max_length=20, choices=Level.choices, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("Application")
        verbose_name_plural = _("Applications")
        ordering = ["number"]
        indexes = [
            models.Index(fields=["campaign", "number"], name="application_year_number"),
            models.Index(fields=["campaign", "channel", "recommending_unit"], name="application_year_unit"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(channel__in=["", Channel.SELF], recommending_unit__isnull=True)
                | Q(channel__in=UNIT_KINDS, recommending_unit__isnull=False)
                # a draft may name the channel before the unit
                | Q(state=State.DRAFT, recommending_unit__isnull=True),
                name="application_unit_unless_self_filed",
            ),
            models.CheckConstraint(
                condition=Q(new_sales__gte=Decimal(0)) & Q(energy_saving__gte=Decimal(0)) & Q(forex__gte=Decimal(0)),
                name="application_amounts_not_negative",
            ),
            models.CheckConstraint(condition=Q(channel__in=["", *Channel.values]), name="application_known_channel"),
            models.CheckConstraint(condition=Q(industry__in=["", *Industry.values]), name="application_known_industry"),
            models.CheckConstraint(condition=Q(size_class__in=["", *SizeClass.values]), name="application_known_size"),
            models.CheckConstraint(condition=Q(district__in=["", *District.values]), name="application_known_district"),
            models.CheckConstraint(
                condition=Q(ownership__in=["", *Ownership.values]), name="application_known_ownership"
            ),
            models.CheckConstraint(
                condition=Q(high_end_category__in=["", *HighEndCategory.values]),
                name="application_known_high_end_category",
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="application_known_state"),
            # what the statistics count is complete; a draft need not be
            models.CheckConstraint(
                condition=Q(state__in=(State.DRAFT, State.WITHDRAWN))
                | (
                    Q(number__isnull=False)
                    & ~Q(title="")
                    & ~Q(channel="")
                    & ~Q(district="")
                    & ~Q(ownership="")
                    & ~Q(size_class="")
                    & ~Q(industry="")
                ),
                name="application_complete_unless_draft",
            ),
            models.CheckConstraint(condition=Q(level__in=["", *Level.values]), name="application_known_level"),
        ]

    def __str__(self) -> str:
        return f"{self.number or '—'} {self.title}"

    @property
    def outside_state(self) -> State:
        """The state as anybody outside the bureau may know it: nothing of it tells of scores or a decision."""
        return State.IN_REVIEW if self.state in SECRET_STATES else State(self.state)
