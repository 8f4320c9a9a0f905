"""Organisations that take part: enterprises, recommending units, the bureau, employers of experts."""

from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qa_portal.accounts.enums import Role
from qa_portal.core.fields import ScaledDecimalField
from qa_portal.organisations.enums import UNIT_KINDS, District, OrganisationKind, Ownership, SizeClass
from qa_portal.organisations.sizes import size_class

# a class of GB/T 4754-2017: division 01 to 97, then two digits
SECTOR_PATTERN = "^(0[1-9]|[1-8][0-9]|9[0-7])[0-9]{2}$"


class Organisation(models.Model):
    """One body. Enterprises are told apart by credit code, all others by kind and name."""

    kind = models.CharField(_("Kind"), max_length=20, choices=OrganisationKind.choices)
    name = models.CharField(_("Name"), max_length=200)
    uscc = models.CharField(_("Unified social credit code"), max_length=18, null=True, blank=True, unique=True)
    district = models.CharField(_("District"), max_length=10, choices=District.choices, blank=True)

    class Meta:
        verbose_name = _("Organisation")
        verbose_name_plural = _("Organisations")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "name"], condition=~Q(kind="enterprise"), name="organisation_kind_name_once"
            ),
            models.CheckConstraint(
                condition=~Q(kind="enterprise") | Q(uscc__isnull=False),
                name="organisation_enterprise_has_uscc",
            ),
            models.CheckConstraint(condition=Q(kind__in=OrganisationKind.values), name="organisation_known_kind"),
            models.CheckConstraint(condition=~Q(name=""), name="organisation_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class EnterpriseManager(models.Manager["Enterprise"]):
    def get_queryset(self) -> Any:
        return super().get_queryset().filter(kind=OrganisationKind.ENTERPRISE)


class Enterprise(Organisation):
    """申报单位: a body that files applications."""

    objects: ClassVar[EnterpriseManager] = EnterpriseManager()

    class Meta:
        proxy = True
        verbose_name = _("Enterprise")
        verbose_name_plural = _("Enterprises")

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.kind = OrganisationKind.ENTERPRISE
        super().save(*args, **kwargs)


class RecommendingUnitManager(models.Manager["RecommendingUnit"]):
    def get_queryset(self) -> Any:
        return super().get_queryset().filter(kind__in=UNIT_KINDS)


class RecommendingUnit(Organisation):
    """推荐单位: a district bureau, group corporation or industry association."""

    objects: ClassVar[RecommendingUnitManager] = RecommendingUnitManager()

    class Meta:
        proxy = True
        verbose_name = _("Recommending unit")
        verbose_name_plural = _("Recommending units")


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> "MembershipQuerySet":
        return self.filter(ended_at__isnull=True)


class Membership(models.Model):
    """A person belongs to an organisation; what they may do there follows from their role.

    One current membership a person; an enterprise or unit has one owner, who invites and hands over.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships", verbose_name=_("Person")
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="memberships", verbose_name=_("Organisation")
    )
    is_owner = models.BooleanField(_("Owner"), default=False)
    joined_at = models.DateTimeField(_("Joined at"), default=timezone.now)
    ended_at = models.DateTimeField(_("Ended at"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("Membership")
        verbose_name_plural = _("Memberships")
        ordering = ["organisation", "-is_owner", "joined_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(ended_at__isnull=True), name="membership_one_current_each"
            ),
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(ended_at__isnull=True, is_owner=True),
                name="membership_one_owner",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("joined_at")),
                name="membership_ends_after_joining",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} @ {self.organisation}"


def _invitation_end() -> Any:
    return timezone.now() + timedelta(days=INVITATION_DAYS)


INVITATION_DAYS = 7


class Invitation(models.Model):
    """An invitation by e-mail into an organisation with a role; the link in the mail is the only key.

    Only a digest of the key is kept. It works once, until `expires_at`.
    """

    email = models.EmailField(_("E-mail address"))
    name = models.CharField(_("Name"), max_length=100, blank=True)
    role = models.CharField(_("Role"), max_length=20, choices=Role.choices)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="invitations", verbose_name=_("Organisation")
    )
    is_owner = models.BooleanField(_("Owner"), default=False)
    key_digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("Invited by")
    )
    created_at = models.DateTimeField(_("Invited at"), default=timezone.now)
    expires_at = models.DateTimeField(_("Valid until"), default=_invitation_end)
    accepted_at = models.DateTimeField(_("Accepted at"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("Withdrawn at"), null=True, blank=True)

    class Meta:
        verbose_name = _("Invitation")
        verbose_name_plural = _("Invitations")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["email", "organisation"],
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="invitation_one_open_each",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="invitation_known_role"),
        ]

    def __str__(self) -> str:
        return f"{self.email} → {self.organisation}"


class EnterpriseProfile(models.Model):
    """What an enterprise says of itself, for the applications it files: last full year, the legal person."""

    organisation = models.OneToOneField(Organisation, models.CASCADE, related_name="profile")
    ownership = models.CharField(_("Ownership"), max_length=20, choices=Ownership.choices, blank=True)
    registration_type = models.CharField(_("Registration type"), max_length=10, blank=True)
    # row of the table of 工信部联企业〔2011〕300号, 1 to 16
    size_sector = models.PositiveSmallIntegerField(_("Sector for the size class"), default=2)
    employees = models.PositiveIntegerField(_("Employees"), null=True, blank=True)
    revenue = ScaledDecimalField(_("Revenue (10,000 CNY)"), decimal_places=2, null=True, blank=True)
    assets = ScaledDecimalField(_("Assets (10,000 CNY)"), decimal_places=2, null=True, blank=True)
    # 行业: class of GB/T 4754-2017, four digits; "" while not stated
    sector = models.CharField(_("Sector (GB/T 4754-2017)"), max_length=4, blank=True)
    tech_giant = models.BooleanField(_("Technology little giant"), default=False)
    high_tech = models.BooleanField(_("High-tech enterprise"), default=False)
    specialised = models.BooleanField(_("Specialised enterprise"), default=False)
    specialised_certificate = models.CharField(_("Certificate number"), max_length=60, blank=True)
    specialised_until = models.DateField(_("Certificate valid until"), null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("Enterprise profile")
        verbose_name_plural = _("Enterprise profiles")
        constraints = [
            models.CheckConstraint(
                condition=Q(size_sector__gte=1, size_sector__lte=16), name="profile_known_size_sector"
            ),
            models.CheckConstraint(condition=Q(ownership__in=["", *Ownership.values]), name="profile_known_ownership"),
            models.CheckConstraint(
                condition=Q(sector="") | Q(sector__regex=SECTOR_PATTERN), name="profile_known_sector"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}"

    @property
    def size_class(self) -> str:
        """企业规模, computed; "" while a needed figure is missing."""
        found = size_class(self.size_sector, self.employees, self.revenue, self.assets)
        return found.value if found else ""

    @property
    def size_class_label(self) -> str:
        """The size class in words; "" while a needed figure is missing."""
        return str(dict(SizeClass.choices).get(self.size_class, ""))
