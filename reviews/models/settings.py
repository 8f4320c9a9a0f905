"""What a year sets for its review."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qa_portal.campaigns.models import Campaign


class ReviewSettings(models.Model):
    """评审设置 of a year; a year without a row has the defaults."""

    campaign = models.OneToOneField(Campaign, models.CASCADE, related_name="review_settings")
    # how long employment and advice count as a conflict after their end
    conflict_years = models.PositiveSmallIntegerField(_("Years in which former work is a conflict"), default=3)

    class Meta:
        verbose_name = _("Settings of the review")
        verbose_name_plural = _("Settings of the review")

    def __str__(self) -> str:
        return str(self.campaign_id)


def review_settings_of(campaign: Campaign) -> ReviewSettings:
    """The settings of a year, or the defaults, not saved."""
    return ReviewSettings.objects.filter(campaign=campaign).first() or ReviewSettings(campaign=campaign)
