"""Landing page of each role."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from qa_portal.core.policy import requires, signed_in
from qa_portal.core.work import work_of
from qa_portal.home.context import address, portal
from qa_portal.home.work import further_links
from qa_portal.notices.queries import announcements_for


@requires(signed_in)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What needs this person now, what waits for others, what changed; the year is one click away."""
    frame = portal(request)["portal"]
    context = {
        "work": work_of(request.user),
        "announcements": announcements_for(request.user),
        "year_url": address("reports:overview", year=frame.year) if frame.year else "",
        "further": further_links(request.user),
    }
    return render(request, "home/home.html", context)
