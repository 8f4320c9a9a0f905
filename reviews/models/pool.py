"""Who may review in a year."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from qa_portal.campaigns.models import Campaign
from qa_portal.organisations.models import Organisation


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
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="expert_code_and_name"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
