"""Overview of a year."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from qa_portal.campaigns.queries import campaign_or_404
from qa_portal.core.policy import requires
from reports.queries import circular_exports_for, readiness_of
from reports.rules import may_edit_circular, may_import_year, may_read_year
from reports.statistics import statistics_of
from reports.tables import overview_cards


@requires(may_read_year)
def overview(request: HttpRequest, year: int) -> HttpResponse:
    """What the year holds, how far its circular is, and what is missing."""
    campaign = campaign_or_404(year)
    statistics = statistics_of(campaign)
    return render(
        request,
        "reports/overview.html",
        {
            "campaign": campaign,
            "cards": overview_cards(statistics),
            "readiness": readiness_of(campaign, statistics),
            "exports": circular_exports_for(request.user, campaign)[:3],
            "may_edit": may_edit_circular(request.user),
            "may_import": may_import_year(request.user),
        },
    )
