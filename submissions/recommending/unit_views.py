"""Pages about all that a recommending unit does in a year: queue, summary table, letter, dashboard."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qa_portal.campaigns.models import Campaign
from qa_portal.campaigns.queries import campaign_or_404
from qa_portal.core.errors import Refusal
from qa_portal.core.numbers import whole_number
from qa_portal.core.policy import requires
from qa_portal.jobs.operations import enqueue
from qa_portal.organisations.models import RecommendingUnit
from submissions.deadlines import deadline
from submissions.enums import State
from submissions.forms import refused
from submissions.operations import seen_version
from submissions.policy import organisation_id_of, recommends_for_a_unit
from submissions.recommending import operations
from submissions.recommending.dashboard import figures_of, specialised_without_filing, unit_year
from submissions.recommending.exporters import SummaryExport
from submissions.recommending.forms import LetterForm, RecommendForm
from submissions.recommending.letters import add_letter, may_upload_letter, unit_letters
from submissions.recommending.queries import ORDER, places_of, queue_for
from submissions.recommending.summary import MAKE_SUMMARY, summary_of

PER_PAGE = 50


def own_unit(user: Any) -> RecommendingUnit:
    """The unit of the person; 404 for somebody without one."""
    unit = RecommendingUnit.objects.filter(pk=organisation_id_of(user) or 0).first()
    if unit is None:
        raise Http404
    return unit


@requires(recommends_for_a_unit)
@require_safe
def newest(request: HttpRequest) -> HttpResponse:
    """The queue of the year that files now, or of the newest year."""
    filing = Campaign.objects.filter(filing_opens_at__isnull=False).newest_first().first()
    campaign = filing or Campaign.objects.newest_first().first()
    if campaign is None:
        raise Http404
    return redirect("recommending:queue", year=campaign.year)


@requires(recommends_for_a_unit)
@require_safe
def queue(request: HttpRequest, year: int) -> HttpResponse:
    """What was submitted to the unit, with deadline and quota."""
    return _queue(request, campaign_or_404(year), RecommendForm())


def _queue(request: HttpRequest, campaign: Campaign, form: RecommendForm, chosen: Any = ()) -> HttpResponse:
    unit, state = own_unit(request.user), request.GET.get("state", "")
    page = Paginator(queue_for(request.user, campaign, state), PER_PAGE).get_page(request.GET.get("page"))
    is_open = campaign.recommendation_closes_at is None or timezone.now() < campaign.recommendation_closes_at
    context = {
        "campaign": campaign,
        "unit": unit,
        "page": page,
        "state": state,
        "states": [State(one) for one in ORDER],
        "places": places_of(unit, campaign),
        "deadline": deadline(campaign.recommendation_closes_at),
        "may_recommend": is_open and any(one.state == State.PENDING_RECOMMENDATION for one in page),
        "chosen": chosen,
        "form": form,
    }
    return render(request, "recommending/queue.html", context, status=422 if form.errors else 200)


@requires(recommends_for_a_unit)
@require_POST
def batch(request: HttpRequest, year: int) -> HttpResponse:
    """Recommend the chosen applications with one opinion; the answer names done and refused."""
    campaign, form = campaign_or_404(year), RecommendForm(request.POST)
    keys = [key for text in request.POST.getlist("pk") if (key := whole_number(text)) is not None]
    chosen = list(queue_for(request.user, campaign).filter(pk__in=keys))
    if not chosen:
        messages.error(request, _("Choose applications and give an opinion."))
        return redirect("recommending:queue", year=year)
    if not form.is_valid():
        return _queue(request, campaign, form, {one.pk for one in chosen})
    versions = {one.pk: seen_version(request.POST.get(f"version-{one.pk}")) for one in chosen}
    given = {key: form.cleaned_data[key] for key in ("opinion", "no_guidance_reason")}
    result = operations.recommend_all(chosen, given=given, versions=versions, by=request.user)
    _report(request, _("Recommended: %(numbers)s") % {"numbers": "、".join(result.done)}, result)
    return redirect("recommending:queue", year=year)


def _report(request: HttpRequest, done: str, result: operations.BatchResult) -> None:
    """Tell what went through, and each item that did not."""
    if result.done:
        messages.success(request, done)
    for name, why in result.refused:
        messages.error(request, f"{name}: {why}")


# ------------------------------------------------------------------ summary table and letter


@requires(recommends_for_a_unit)
@require_safe
def summary(request: HttpRequest, year: int) -> HttpResponseBase:
    """推荐汇总表 as Excel."""
    campaign, unit = campaign_or_404(year), own_unit(request.user)
    return SummaryExport(f"{campaign.year}年推荐汇总表", summary_of(unit, campaign)).response("xlsx")


@requires(recommends_for_a_unit)
@require_POST
def summary_pages(request: HttpRequest, year: int) -> HttpResponse:
    """Have the table set for the seal; the page of the job gives the file."""
    campaign, unit = campaign_or_404(year), own_unit(request.user)
    title = _("Summary table of recommendations %(year)s, %(unit)s") % {"year": year, "unit": unit}
    job = enqueue(MAKE_SUMMARY, by=request.user, params={"year": campaign.year}, title=title)
    return redirect("jobs:detail", pk=job.pk)


@requires(recommends_for_a_unit)
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: HttpRequest, year: int) -> HttpResponse:
    """The summary table as it stands, and the sealed letter for all of it."""
    campaign, unit = campaign_or_404(year), own_unit(request.user)
    form = LetterForm(request.POST, request.FILES) if request.method == "POST" else LetterForm()
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            add_letter(unit, campaign, file, file.name, by=request.user)
        except Refusal as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("The letter is kept; the bureau sees it with each application of the table."))
            return redirect("recommending:letter", year=year)
    table, letters = summary_of(unit, campaign), unit_letters(request.user, unit, campaign)
    standing = next((one for one in letters if one.replaced_at is None), None)
    context = {
        "campaign": campaign,
        "unit": unit,
        "summary": table,
        "standing": standing,
        "former": [one for one in letters if one.replaced_at is not None],
        "is_current": standing is not None and standing.digest == table.digest,
        "may_upload": may_upload_letter(request.user, unit, campaign),
        "form": form,
    }
    return render(request, "recommending/letter.html", context, status=422 if form.errors else 200)


# ------------------------------------------------------------------ dashboard


@requires(recommends_for_a_unit)
@require_safe
def dashboard(request: HttpRequest, year: int) -> HttpResponse:
    """The unit's year against the year before, and who has not filed yet."""
    campaign, unit = campaign_or_404(year), own_unit(request.user)
    last = Campaign.objects.filter(year=year - 1).first()
    before = unit_year(unit, last) if last else None
    found = specialised_without_filing(unit, campaign)
    context = {
        "campaign": campaign,
        "unit": unit,
        "last_year": year - 1 if last else None,
        "figures": figures_of(unit_year(unit, campaign), before),
        "places": places_of(unit, campaign),
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "may_remind": operations.may_remind(request.user, unit, campaign),
    }
    return render(request, "recommending/dashboard.html", context)


@requires(recommends_for_a_unit)
@require_POST
def reminder(request: HttpRequest, year: int) -> HttpResponse:
    """Remind the chosen enterprises of the call."""
    campaign, unit = campaign_or_404(year), own_unit(request.user)
    keys = [key for text in request.POST.getlist("pk") if (key := whole_number(text)) is not None]
    if not keys:
        messages.error(request, _("Choose at least one enterprise."))
        return redirect("recommending:dashboard", year=year)
    result = operations.remind(unit, campaign, keys, by=request.user)
    _report(request, _("Reminded: %(names)s") % {"names": "、".join(result.done)}, result)
    return redirect("recommending:dashboard", year=year)
