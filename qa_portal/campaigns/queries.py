"""Reading campaign years."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from qa_portal.campaigns.models import Campaign
from qa_portal.core.errors import Refusal


def campaign_of(year: int) -> Campaign:
    """The campaign of a year; raises Refusal that names the years there are."""
    campaign = Campaign.objects.filter(year=year).first()
    if campaign is None:
        years = ", ".join(str(one) for one in Campaign.objects.newest_first().values_list("year", flat=True))
        raise Refusal(
            _("There is no campaign year %(year)s.") % {"year": year},
            fix=_("Known years: %(years)s.") % {"years": years} if years else _("Import one first (import_campaign)."),
            code="unknown_year",
        )
    return campaign


def campaign_or_404(year: int) -> Campaign:
    """The campaign of a year for a page; an unknown year is a page that does not exist."""
    return get_object_or_404(Campaign, year=year)


def campaign_with_criteria_or_404(year: int) -> Campaign:
    """As `campaign_or_404`, with the score sheet loaded in the order of its criteria."""
    return get_object_or_404(Campaign.objects.prefetch_related("criteria"), year=year)
