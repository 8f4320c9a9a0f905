"""The call of the year, and the beginning of an application."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from qa_portal.accounts.rules import is_bureau
from qa_portal.campaigns.queries import campaign_or_404
from qa_portal.core.errors import Refusal
from qa_portal.core.policy import requires, signed_in
from submissions.applicants import district_name, open_campaign, own_applications, own_district, units_by_channel
from submissions.blank_form import blank_evidence, blank_sections
from submissions.copying import copy_application
from submissions.deadlines import deadline
from submissions.enums import State
from submissions.operations import start_application
from submissions.policy import files_applications
from submissions.queries import application_for
from submissions.tables import dates_of, lines_of


@requires(signed_in)
@require_safe
def call(request: HttpRequest) -> HttpResponse:
    """The notice, its dates by the server's clock, who recommends, what to prepare."""
    campaign, now, district = open_campaign(), timezone.now(), own_district(request.user)
    if campaign is None or campaign.filing_opens_at is None:
        return render(request, "submissions/no_call.html")
    context = {
        "campaign": campaign,
        "is_before": now < campaign.filing_opens_at,
        "closes": deadline(campaign.filing_closes_at, now),
        "dates": dates_of(campaign, now),
        "groups": units_by_channel(district, campaign),
        "district": district_name(district),
        "evidence": blank_evidence(campaign),
        "files": files_applications(request.user),
        "drafts": _own_drafts(request),
    }
    return render(request, "submissions/call.html", context)


@requires(signed_in)
@require_safe
def blank_form(request: HttpRequest, year: int) -> HttpResponse:
    """The form of a year on paper, to be printed and passed round before it is filled in here."""
    campaign = campaign_or_404(year)
    if campaign.is_in_preparation and not is_bureau(request.user):
        raise Http404
    context = {"campaign": campaign, "sections": blank_sections(), "evidence": blank_evidence(campaign)}
    return render(request, "submissions/blank_form.html", context)


def _own_drafts(request: HttpRequest) -> list[object]:
    """A draft is offered before a new start."""
    if not files_applications(request.user):
        return []
    return list(lines_of(own_applications(request.user).filter(state=State.DRAFT), timezone.now()))


@requires(files_applications)
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The applications of the own enterprise: where each stands and who acts."""
    campaign, now = open_campaign(), timezone.now()
    lines = lines_of(own_applications(request.user), now)
    is_open = campaign is not None and campaign.filing_opens_at <= now < campaign.filing_closes_at  # type: ignore[operator]
    return render(request, "submissions/mine.html", {"lines": lines, "campaign": campaign, "is_open": is_open})


@requires(files_applications)
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Begin an application of the open year."""
    campaign = open_campaign()
    if campaign is None:
        raise Refusal(_("There is no call now."), code="closed")
    application = start_application(campaign, by=request.user)
    return redirect("submissions:detail", pk=application.pk)


@requires(files_applications)
@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin an application of the open year with the text of a former one."""
    source, campaign = application_for(request.user, pk), open_campaign()
    if campaign is None:
        raise Refusal(_("There is no call now."), code="closed")
    made = copy_application(source, campaign, by=request.user)
    messages.success(request, _("The text is copied. Evidence and declarations are not: they are made anew."))
    return redirect("submissions:detail", pk=made.pk)
