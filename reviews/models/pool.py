"""Who may review in a year."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from qa_portal.campaigns.models import Campaign
from qa_portal.organisations.models import Organisation
from reviews.enums import EmploymentKind, FieldLevel
from submissions.enums import Industry


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
    is_available = models.BooleanField(_("Available"), default=True)
    unavailable_reason = models.CharField(_("Why not available"), max_length=200, blank=True)
    # how many applications this expert gets; without them the settings of the draw hold
    minimum_load = models.PositiveSmallIntegerField(_("At least"), null=True, blank=True)
    maximum_load = models.PositiveSmallIntegerField(_("At most"), null=True, blank=True)
    credentials = models.TextField(_("Credentials"), max_length=1000, blank=True)
    # staff confirmed employer, fields and levels; only then the expert can be drawn
    confirmed_at = models.DateTimeField(_("Confirmed at"), null=True, blank=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    # the person who signs in as this expert; without one the expert is known from tables only
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="expert_places"
    )

    class Meta:
        verbose_name = _("Expert")
        verbose_name_plural = _("Experts")
        ordering = ["campaign", "code"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "code"], name="expert_code_once_a_year"),
            models.UniqueConstraint(
                fields=["campaign", "user"], condition=Q(user__isnull=False), name="expert_person_once_a_year"
            ),
            models.CheckConstraint(
                condition=Q(minimum_load__isnull=True)
                | Q(maximum_load__isnull=True)
                | Q(maximum_load__gte=F("minimum_load")),
                name="expert_load_in_order",
            ),
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="expert_code_and_name"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ExpertField(models.Model):
    """专业领域 of an expert with its level, confirmed by staff: what the match is computed from."""

    expert = models.ForeignKey(Expert, models.CASCADE, related_name="levels")
    industry = models.CharField(_("Industry"), max_length=30, choices=Industry.choices)
    level = models.PositiveSmallIntegerField(_("Level"), choices=FieldLevel.choices)

    class Meta:
        verbose_name = _("Field of expertise")
        verbose_name_plural = _("Fields of expertise")
        ordering = ["expert", "-level", "industry"]
        constraints = [
            models.UniqueConstraint(fields=["expert", "industry"], name="expert_field_once"),
            models.CheckConstraint(condition=Q(level__in=FieldLevel.values), name="expert_field_known_level"),
            models.CheckConstraint(condition=Q(industry__in=Industry.values), name="expert_field_known_industry"),
        ]

    def __str__(self) -> str:
        return f"{self.expert_id}: {self.industry} {self.level}"


class Employment(models.Model):
    """Where an expert worked, sat on the board or advised, besides the present employer."""

    expert = models.ForeignKey(Expert, models.CASCADE, related_name="employments")
    organisation = models.CharField(_("Organisation"), max_length=200)
    uscc = models.CharField(_("Unified social credit code"), max_length=18, blank=True)
    kind = models.CharField(_("Capacity"), max_length=10, choices=EmploymentKind.choices)
    # the last day; none: it goes on
    until = models.DateField(_("Until"), null=True, blank=True)

    class Meta:
        verbose_name = _("Employment")
        verbose_name_plural = _("Employments")
        ordering = ["expert", "-until"]
        constraints = [
            models.CheckConstraint(condition=~Q(organisation=""), name="employment_names_organisation"),
            models.CheckConstraint(condition=Q(kind__in=EmploymentKind.values), name="employment_known_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.expert_id} @ {self.organisation}"
