"""Table of the applications of a year, its export, and one application."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from qa_portal.campaigns.queries import campaign_or_404
from qa_portal.core.policy import requires
from reports.exporters import ApplicationExport
from reports.filters import ApplicationFilter
from reports.queries import DEFAULT_ORDER, applications_for, in_order
from reports.tables import application_facts, reviews_of
from reviews.scoring.policy import knows_experts
from submissions.models import Application
from submissions.rules import may_read_applications

PER_PAGE = 50


@requires(may_read_applications)
def application_list(request: HttpRequest, year: int) -> HttpResponse:
    """Search, filter, sort and page; htmx gets the results without the frame."""
    campaign = campaign_or_404(year)
    request.GET = without_empty(request.GET)  # type: ignore[assignment]
    filters = ApplicationFilter(request.GET, applications_for(request.user, campaign), campaign=campaign)
    found = filters.qs if filters.is_valid() else filters.queryset.none()
    page = Paginator(in_order(found, request.GET.get("sort", DEFAULT_ORDER)), PER_PAGE).get_page(
        request.GET.get("page")
    )
    is_fragment = request.htmx.target == "results"  # type: ignore[attr-defined]
    response = render(
        request,
        "reports/_application_results.html" if is_fragment else "reports/application_list.html",
        {
            "campaign": campaign,
            "filters": filters,
            "chips": filters.chips(),
            "page": page,
            "is_fragment": is_fragment,
            "export_url": reverse("reports:applications", kwargs={"year": year}).rstrip("/"),
        },
    )
    if is_fragment:
        response["HX-Push-Url"] = request.path + (f"?{request.GET.urlencode()}" if request.GET else "")
    return response


def without_empty(query: QueryDict) -> QueryDict:
    """The parameters that say something: a form sends its empty fields too, and addresses are passed on."""
    kept = QueryDict(mutable=True)
    for name, values in query.lists():
        if some := [value for value in values if value]:
            kept.setlist(name, some)
    return kept


@requires(may_read_applications)
@require_safe
def application_export(request: HttpRequest, year: int, ending: str) -> HttpResponseBase:
    """The filtered and sorted set as CSV or Excel."""
    if ending not in ("csv", "xlsx"):
        raise Http404
    campaign = campaign_or_404(year)
    filters = ApplicationFilter(request.GET, applications_for(request.user, campaign), campaign=campaign)
    if not filters.is_valid():
        raise Http404
    return ApplicationExport(campaign, in_order(filters.qs, request.GET.get("sort", DEFAULT_ORDER))).response(ending)


@requires(may_read_applications)
def application_detail(request: HttpRequest, number: str) -> HttpResponse:
    """One application with its outcome and its reviews."""
    applications = Application.objects.visible_to(request.user).select_related(
        "campaign", "applicant", "recommending_unit", "decision", "standing"
    )
    application = get_object_or_404(applications, number=number)
    return render(
        request,
        "reports/application_detail.html",
        {
            "application": application,
            "campaign": application.campaign,
            "facts": application_facts(application),
            **reviews_of(application, shows_names=knows_experts(request.user)),
        },
    )
