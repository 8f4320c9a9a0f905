"""The ranking of a year."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from qa_portal.campaigns.queries import campaign_with_criteria_or_404
from qa_portal.core.policy import requires
from reviews.exporters import RankingExport
from reviews.queries import range_of_totals, ranking_for
from reviews.rules import may_read_reviews
from reviews.tables import ranking_rows

PER_PAGE = 50


@requires(may_read_reviews)
def ranking(request: HttpRequest, year: int) -> HttpResponse:
    """Rank, official score with the struck-out totals, spread and result; a search never renumbers."""
    campaign = campaign_with_criteria_or_404(year)
    everything, text = ranking_for(request.user, campaign), request.GET.get("q", "").strip()
    page = Paginator(everything.matching(text), PER_PAGE).get_page(request.GET.get("page"))
    scale = range_of_totals(campaign)
    is_fragment = request.htmx.target == "results"  # type: ignore[attr-defined]
    context = {
        "campaign": campaign,
        "page": page,
        "rows": ranking_rows(campaign, list(page.object_list), scale),
        "scale": scale,
        "text": text,
        "total": everything.count() if text else page.paginator.count,
        "is_fragment": is_fragment,
        "export_url": reverse("reviews:ranking", kwargs={"year": year}).rstrip("/"),
    }
    return render(request, "reviews/_ranking_results.html" if is_fragment else "reviews/ranking.html", context)


@requires(may_read_reviews)
@require_safe
def ranking_export(request: HttpRequest, year: int, ending: str) -> HttpResponseBase:
    """The whole ranking as CSV or Excel."""
    if ending not in ("csv", "xlsx"):
        raise Http404
    campaign = campaign_with_criteria_or_404(year)
    return RankingExport(campaign, ranking_for(request.user, campaign)).response(ending)
