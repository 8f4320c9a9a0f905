"""Pages of lines, proposal, committee, decision and proof."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qa_portal.campaigns.models import Campaign
from qa_portal.campaigns.queries import campaign_or_404, campaign_with_criteria_or_404
from qa_portal.core.errors import Refusal
from qa_portal.core.numbers import whole_number
from qa_portal.core.policy import requires
from reviews.deciding import operations
from reviews.deciding.content import faults_of
from reviews.deciding.forms import LinesForm, MeetingForm, OutcomeSettingsForm
from reviews.deciding.operations import Change
from reviews.deciding.policy import may_freeze, may_prepare_decision, may_see_decision
from reviews.deciding.queries import (
    current_round,
    meetings_of,
    obstacles,
    proposed_lines,
    ranked_list,
    results_of,
    settings_of,
    winners_of,
)
from reviews.deciding.rules import Lines
from reviews.deciding.tables import line_rows, obstacle_lines, preview
from reviews.enums import Result
from reviews.models import DecisionRound, ProposedResult
from reviews.publicity.policy import may_see_publicity
from reviews.queries import in_rank_order, range_of_totals
from submissions.models import Application

PER_PAGE = 50
SHOWN_FAULTS = 20
FIELDS = ("first_to", "second_to", "third_to")
REASONS = ("材料不完善", "缺少有效证明材料", "与质量关联度不强", "创新性不足", "技术难度一般", "经济效益一般")


@requires(may_see_decision)
@require_safe
def newest(request: HttpRequest) -> HttpResponse:
    """The lines of the newest year that has something to rank."""
    campaign = Campaign.objects.filter(applications__standing__isnull=False).order_by("-year").first()
    if campaign is None:
        raise Http404
    return redirect("deciding:lines", year=campaign.year)


@requires(may_see_decision)
@require_safe
def lines(request: HttpRequest, year: int) -> HttpResponse:
    """排名与分数线: the ranked list with its lines; other lines are tried in the address, nothing is saved."""
    campaign = campaign_with_criteria_or_404(year)
    round_ = current_round(campaign)
    standing = proposed_lines(campaign, round_)
    form = LinesForm(request.GET if any(name in request.GET for name in FIELDS) else None, initial=_initial(standing))
    tried = Lines(*(form.cleaned_data[name] for name in FIELDS)) if form.is_bound and form.is_valid() else standing
    everything = ranked_list(campaign)
    shown = preview(
        everything, winners_of(Campaign.objects.filter(year=year - 1).first()), tried, settings_of(campaign)
    )
    text, only_critical = request.GET.get("q", "").strip(), request.GET.get("critical") == "1"
    applications = in_rank_order(
        Application.objects.counted().filter(campaign=campaign).select_related("standing", "decision")
    )
    if only_critical:
        applications = applications.filter(standing__rank__in=shown.critical)
    page = Paginator(applications.matching(text), PER_PAGE).get_page(request.GET.get("page"))
    is_fragment = request.htmx.target == "results"  # type: ignore[attr-defined]
    context = {
        "campaign": campaign,
        "round": round_,
        "form": form,
        "shown": shown,
        "page": page,
        "rows": line_rows(campaign, list(page.object_list), shown, range_of_totals(campaign)),
        "total": len(everything),
        "text": text,
        "only_critical": only_critical,
        "last_year": year - 1,
        "may_propose": may_prepare_decision(request.user) and (round_ is None or not round_.is_decided),
        "is_fragment": is_fragment,
    }
    return render(request, "deciding/_lines_results.html" if is_fragment else "deciding/lines.html", context)


def _initial(standing: Lines) -> dict[str, int]:
    return dict(zip(FIELDS, standing.ranks, strict=True))


@requires(may_prepare_decision)
@require_POST
def propose(request: HttpRequest, year: int) -> HttpResponse:
    """Propose the grades by these lines."""
    campaign, form = campaign_or_404(year), LinesForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Each line must lie at or behind the one before it."))
        return redirect("deciding:lines", year=year)
    operations.propose(campaign, Lines(*(form.cleaned_data[name] for name in FIELDS)), by=request.user)
    messages.success(request, _("The grades are proposed. Give the reasons, then record the committee."))
    return redirect("deciding:round", year=year)


# ------------------------------------------------------------------ the round
@requires(may_see_decision)
@require_safe
def round_page(request: HttpRequest, year: int) -> HttpResponse:
    """审定: the proposal, the committee's record, and what comes next."""
    campaign = campaign_or_404(year)
    numbers = _numbers(current_round(campaign))
    return _show_round(request, campaign, MeetingForm(numbers=numbers))


def _numbers(round_: DecisionRound | None) -> dict[str, int]:
    if round_ is None:
        return {}
    return {str(number): key for number, key in round_.results.values_list("application__number", "application_id")}


def _show_round(request: HttpRequest, campaign: Campaign, form: MeetingForm, status: int = 200) -> HttpResponse:
    round_ = current_round(campaign)
    context: dict[str, Any] = {"campaign": campaign, "round": round_, "results": Result, "reasons": REASONS}
    if round_ is not None:
        is_open = not round_.is_decided and may_prepare_decision(request.user)
        results = results_of(round_)
        if (wanted := request.GET.get("show", "")) == "deviating":
            results = results.exclude(pk__in=[one.pk for one in results if not one.deviates])
        elif wanted in Result.values:
            results = results.filter(result=wanted)
        missing = [] if round_.is_decided else obstacle_lines(obstacles(round_, settings_of(campaign)))
        context |= {
            "page": Paginator(results, PER_PAGE).get_page(request.GET.get("page")),
            "show": wanted,
            "meetings": meetings_of(round_),
            "meeting_form": form,
            "is_open": is_open,
            "missing": missing,
            "may_prepare": may_prepare_decision(request.user),
            "may_freeze": round_.is_decided and not round_.is_frozen and may_freeze(request.user, round_),
            "faults": _proof(round_) if request.GET.get("verify") == "1" and round_.is_frozen else None,
        }
    context["sees_publicity"] = may_see_publicity(request.user)
    context["former"] = DecisionRound.objects.filter(campaign=campaign, ended_at__isnull=False).select_related(
        "ended_by"
    )
    return render(request, "deciding/round.html", context, status=status)


def _proof(round_: DecisionRound) -> list[str]:
    faults: list[str] = []
    for fault in faults_of(round_):
        faults.append(fault)
        if len(faults) == SHOWN_FAULTS:
            break
    return faults


@requires(may_prepare_decision)
@require_POST
def revise(request: HttpRequest, year: int) -> HttpResponse:
    """Save the rows of one page of the proposal; what was typed comes back when something is missing."""
    campaign = campaign_or_404(year)
    changes = {
        key: Change(
            request.POST.get(f"result-{key}", ""),
            request.POST.get(f"reason-{key}", "")[:500],
            request.POST.get(f"why-{key}", "")[:200],
        )
        for text in request.POST.getlist("pk")
        if (key := whole_number(text)) is not None
    }
    seen = whole_number(request.POST.get("version", "")) or 0
    default = request.POST.get("default_reason", "")[:200]
    try:
        changed = operations.revise(campaign, changes, by=request.user, seen_version=seen, default_reason=default)
    except Refusal as refusal:
        if not refusal.field:
            raise
        return _show_typed(request, campaign, changes, refusal)
    messages.success(request, _("%(count)s rows of the proposal saved.") % {"count": len(changed)})
    return redirect("deciding:round", year=year)


def _show_typed(request: HttpRequest, campaign: Campaign, changes: dict[int, Change], refusal: Refusal) -> HttpResponse:
    """The rows as they were typed, with the error at the first that lacks something."""
    round_ = current_round(campaign)
    rows: list[ProposedResult] = []
    for one in results_of(round_).filter(application__in=changes) if round_ else []:
        typed = changes[one.application_id]
        one.result, one.reason, one.not_selected_reason = typed.result, typed.reason, typed.not_selected_reason
        rows.append(one)
    context = {
        "campaign": campaign, "round": round_, "results": Result, "reasons": REASONS, "is_open": True,
        "page": Paginator(rows, max(len(rows), 1)).get_page(1), "refusal": refusal, "is_typed": True,
    }  # fmt: skip
    return render(request, "deciding/round.html", context, status=422)


@requires(may_prepare_decision)
@require_POST
def meeting(request: HttpRequest, year: int) -> HttpResponse:
    """Record a meeting of the committee."""
    campaign = campaign_or_404(year)
    form = MeetingForm(request.POST, numbers=_numbers(current_round(campaign)))
    if form.is_valid():
        data = form.cleaned_data
        try:
            operations.record_meeting(
                campaign, held_on=data["held_on"], members=data["members"], present=data["present"],
                note=data["note"], ballots=form.ballots(), by=request.user,
                seen_version=whole_number(request.POST.get("version", "")) or 0,
            )  # fmt: skip
        except Refusal as refusal:
            if refusal.code not in ("present", "votes", "ballot"):
                raise
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("The meeting is recorded."))
            return redirect("deciding:round", year=year)
    return _show_round(request, campaign, form, status=422)


def _year_is_typed(request: HttpRequest, year: int) -> None:
    """What cannot be undone asks to type the year."""
    if request.POST.get("typed_year", "").strip() != str(year):
        raise Refusal(
            _("Type the year to confirm."), fix=_("Go back and type %(year)s.") % {"year": year}, code="typed_year"
        )


@requires(may_prepare_decision)
@require_POST
def decide(request: HttpRequest, year: int) -> HttpResponse:
    """Take the decision; it is announced later."""
    operations.decide(campaign_or_404(year), by=request.user)
    messages.success(request, _("The decision is taken. A second person freezes it."))
    return redirect("deciding:round", year=year)


@requires(may_prepare_decision)
@require_POST
def take_back(request: HttpRequest, year: int) -> HttpResponse:
    """Take the decision back, with a reason."""
    operations.take_back(campaign_or_404(year), reason=request.POST.get("reason", "")[:500], by=request.user)
    messages.success(request, _("The decision is taken back."))
    return redirect("deciding:round", year=year)


@requires(may_freeze)
@require_POST
def freeze(request: HttpRequest, year: int) -> HttpResponse:
    """Freeze the decision; nothing of it changes any more."""
    campaign = campaign_or_404(year)
    _year_is_typed(request, year)
    operations.freeze(campaign, by=request.user)
    messages.success(request, _("The decision is frozen."))
    return redirect("deciding:round", year=year)


@requires(may_see_decision)
@require_safe
def frozen(request: HttpRequest, year: int) -> HttpResponse:
    """The frozen content as it was sealed, for whoever recomputes it."""
    round_ = current_round(campaign_or_404(year))
    if round_ is None or not round_.is_frozen:
        raise Http404
    response = HttpResponse(round_.content, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="decision-{year}-{round_.serial}.json"'
    response["Cache-Control"] = "private, no-store"
    return response


@requires(may_prepare_decision)
@require_http_methods(["GET", "HEAD", "POST"])
def settings_page(request: HttpRequest, year: int) -> HttpResponse:
    """Quorum, majorities, band and days of the year."""
    campaign = campaign_or_404(year)
    form = OutcomeSettingsForm(request.POST or None, instance=settings_of(campaign))
    if request.method == "POST" and form.is_valid():
        operations.change_settings(campaign, form.cleaned_data, by=request.user)
        messages.success(request, _("The settings are saved."))
        return redirect("deciding:round", year=year)
    context = {"campaign": campaign, "form": form}
    return render(request, "deciding/settings.html", context, status=422 if form.errors else 200)
