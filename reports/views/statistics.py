"""The statistics of a year, every number a link to its rows."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from qa_portal.campaigns.queries import campaign_or_404
from qa_portal.core.policy import requires
from reports.publication import charts_of
from reports.rules import may_read_year
from reports.statistics import statistics_of
from reports.tables import statistics_sections


@requires(may_read_year)
def statistics(request: HttpRequest, year: int) -> HttpResponse:
    campaign = campaign_or_404(year)
    found = statistics_of(campaign)
    return render(
        request,
        "reports/statistics.html",
        {
            "campaign": campaign,
            "sections": statistics_sections(found),
            "charts": charts_of(found),
            "previous_year": year - 1 if found.context["previous_year"] else None,
        },
    )


@requires(may_read_year)
def statistics_json(request: HttpRequest, year: int) -> HttpResponse:
    """The same figures as the command prints them."""
    document = statistics_of(campaign_or_404(year)).as_json()
    return JsonResponse(document, json_dumps_params={"ensure_ascii": False, "indent": 2})
