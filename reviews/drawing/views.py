"""The draw of a year, step by step: staff, inspector and a second person each see what is theirs to do."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from qa_portal.audit.operations import record
from qa_portal.campaigns.models import Campaign
from qa_portal.campaigns.queries import campaign_or_404
from qa_portal.core.errors import Refusal
from qa_portal.core.policy import requires
from reviews.assignment.messages import Message
from reviews.drawing import operations
from reviews.drawing.files import certificate_of
from reviews.drawing.forms import OverrideForm, PrepareForm
from reviews.drawing.inputs import applications_to_draw, drawable
from reviews.drawing.overrides import ask_override, decide_override
from reviews.enums import DrawState
from reviews.models import Assignment, Draw, Expert, Override
from reviews.rules import may_approve_draw, may_commit_for_inspection, may_read_draw, may_run_draw

SHOWN = 50  # changes by hand on the page


def _draws(campaign: Campaign) -> list[Draw]:
    """The attempts of a year, the newest first."""
    people = ("prepared_by", "approved_by", "released_by", "ended_by")
    return list(Draw.objects.filter(campaign=campaign).select_related(*people).order_by("-counter"))


def _current(year: int) -> Draw:
    """The newest attempt; 404 without one."""
    found = Draw.objects.filter(campaign=campaign_or_404(year)).order_by("-counter").first()
    if found is None:
        raise Http404
    return found


def explained(problem: dict[str, Any]) -> str:
    """A kept message of the engine in the active language."""

    def message(data: dict[str, Any]) -> Message:
        params = {name: message(value) if isinstance(value, dict) else value for name, value in data["params"].items()}
        return Message(data["text"], params)

    return message(problem).translated(_)


@requires(may_read_draw)
@never_cache
@require_safe
def draw(request: HttpRequest, year: int) -> HttpResponse:
    """Where the draw stands, and the one thing that comes next."""
    campaign = campaign_or_404(year)
    return render(request, "reviews/drawing/draw.html", _context(request, campaign))


def _context(request: HttpRequest, campaign: Campaign, **more: Any) -> dict[str, Any]:
    draws = _draws(campaign)
    current = draws[0] if draws else None
    is_open = current is not None and current.state not in (DrawState.ENDED, DrawState.FAILED)
    is_released = current is not None and current.state == DrawState.RELEASED
    waiting = applications_to_draw(campaign).count()
    experts = drawable(campaign).count()
    may_run = may_run_draw(request.user)
    form = more.pop("form", None)
    if form is None and may_run and not is_open and waiting and not campaign.is_published:
        form = _prepare_form(campaign, len(draws), None, waiting, experts)
    return {
        "campaign": campaign,
        "draw": current,
        "earlier": draws[1:],
        "waiting": waiting,
        "experts": experts,
        "form": form,
        "problems": [explained(one) for one in (current.problems if current else [])],
        "seats": _seats(campaign) if is_released else None,
        "overrides": _overrides(campaign) if is_released else [],
        "override_form": more.pop("override_form", None) or (OverrideForm() if may_run and is_released else None),
        "side": operations.INSPECTOR if may_commit_for_inspection(request.user) else operations.BUREAU,
        "may_run": may_run,
        "may_approve_changes": may_approve_draw(request.user),
        "may_hold_secret": may_run or may_commit_for_inspection(request.user),
        "may_approve": may_approve_draw(request.user) and current is not None
        and current.prepared_by_id != request.user.pk,
    } | more  # fmt: skip


def _prepare_form(campaign: Campaign, attempts: int, data: Any, waiting: int, experts: int) -> PrepareForm:
    seats = waiting * campaign.reviews_per_application
    return PrepareForm(data, seats=seats, experts=experts, needs_reason=attempts > 0)


def _overrides(campaign: Campaign) -> list[Override]:
    """Changes by hand, the newest first."""
    found = Override.objects.filter(assignment__application__campaign=campaign)
    return list(
        found.select_related(
            "assignment__application", "assignment__expert", "expert", "requested_by", "decided_by"
        ).order_by("-requested_at")[:SHOWN]
    )


def _seats(campaign: Campaign) -> dict[str, int]:
    """Seats that are taken, and those whose assignment ended: one query."""
    found = Assignment.objects.filter(application__campaign=campaign, released_at__isnull=False).aggregate(
        active=Count("pk", filter=Q(ended_at__isnull=True)),
        accepted=Count("pk", filter=Q(ended_at__isnull=True, accepted_at__isnull=False)),
        ended=Count("pk", filter=Q(ended_at__isnull=False) & ~Q(ended_because="recalled")),
    )
    return dict(found)


@requires(may_run_draw)
@require_POST
def prepare(request: HttpRequest, year: int) -> HttpResponse:
    """Begin an attempt."""
    campaign = campaign_or_404(year)
    attempts = Draw.objects.filter(campaign=campaign).count()
    waiting, experts = applications_to_draw(campaign).count(), drawable(campaign).count()
    form = _prepare_form(campaign, attempts, request.POST, waiting, experts)
    if form.is_valid():
        try:
            operations.prepare(campaign, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("The draw is being prepared."))
            return redirect("drawing:draw", year=year)
    return render(request, "reviews/drawing/draw.html", _context(request, campaign, form=form), status=422)


def may_hold_secret(user: Any) -> bool:
    """Bureau staff hold one secret, the inspector the other."""
    return may_run_draw(user) or may_commit_for_inspection(user)


@requires(may_hold_secret)
@never_cache
@require_POST
def commit(request: HttpRequest, year: int) -> HttpResponse:
    """Make a secret and show it once: the portal keeps its commitment alone."""
    found = _current(year)
    secret = operations.commit_secret(found, by=request.user)
    return render(request, "reviews/drawing/secret.html", {"campaign": found.campaign, "secret": secret})


@requires(may_hold_secret)
@require_POST
def open_secret(request: HttpRequest, year: int) -> HttpResponse:
    """Open one's secret."""
    return _act(request, year, operations.open_secret, _("Your secret is open."), request.POST.get("secret", ""))


@requires(may_run_draw)
@require_POST
def fix(request: HttpRequest, year: int) -> HttpResponse:
    """Fix the manifest."""
    return _act(request, year, operations.fix_manifest, _("The manifest is being fixed."))


@requires(may_run_draw)
@require_POST
def beacon(request: HttpRequest, year: int) -> HttpResponse:
    """Write the public value down."""
    value = request.POST.get("beacon_value", "")
    return _act(request, year, operations.read_beacon, _("The public value is written down."), value)


@requires(may_run_draw)
@require_POST
def carry_out(request: HttpRequest, year: int) -> HttpResponse:
    """Draw."""
    return _act(request, year, operations.carry_out, _("The draw is being carried out."))


@requires(may_approve_draw)
@require_POST
def approve(request: HttpRequest, year: int) -> HttpResponse:
    """Approve as the second person."""
    return _act(request, year, operations.approve, _("The draw is approved."))


@requires(may_run_draw)
@require_POST
def release(request: HttpRequest, year: int) -> HttpResponse:
    """Give the experts their applications."""
    return _act(request, year, operations.release, _("The experts have their applications; the review is open."))


@requires(may_run_draw)
@require_POST
def end(request: HttpRequest, year: int) -> HttpResponse:
    """Give the attempt up, or recall what was released."""
    found = _current(year)
    act: Callable[..., Any] = operations.recall if found.state == DrawState.RELEASED else operations.end
    reason = request.POST.get("reason", "")
    return _act(request, year, lambda draw, by: act(draw, by=by, reason=reason), _("This draw has ended."))


@requires(may_run_draw)
@require_POST
def substitutes(request: HttpRequest, year: int) -> HttpResponse:
    """Fill free seats by ticket."""
    return _act(request, year, operations.call_substitutes, _("Substitutes are being called."))


def _act(request: HttpRequest, year: int, act: Callable[..., Any], done: str, *given: Any) -> HttpResponse:
    """One step of the draw; a refusal is shown as a page by the middleware, with what to do."""
    act(_current(year), *given, by=request.user)
    messages.success(request, done)
    return redirect("drawing:draw", year=year)


@requires(may_run_draw)
@require_POST
def override_ask(request: HttpRequest, year: int) -> HttpResponse:
    """Ask to replace an expert by hand."""
    campaign = campaign_or_404(year)
    form = OverrideForm(request.POST)
    if form.is_valid() and _override_asked(request, campaign, form):
        messages.success(request, _("Asked for; a second person decides."))
        return redirect("drawing:draw", year=year)
    return render(request, "reviews/drawing/draw.html", _context(request, campaign, override_form=form), status=422)


def _override_asked(request: HttpRequest, campaign: Campaign, form: OverrideForm) -> bool:
    """Find both sides and ask; whatever is wrong goes into the form."""
    data = form.cleaned_data
    seats = Assignment.objects.open_to_experts().filter(application__campaign=campaign)
    seat = seats.filter(application__number=data["number"].strip(), expert__code=data["out"].strip()).first()
    expert = Expert.objects.filter(campaign=campaign, code=data["expert"].strip()).first()
    if seat is None:
        form.add_error("out", _("This expert does not review this application."))
    if expert is None:
        form.add_error("expert", _("There is no such expert in this year."))
    if seat is None or expert is None:
        return False
    try:
        ask_override(seat, expert, reason=data["reason"], by=request.user)
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    return True


@requires(may_approve_draw)
@require_POST
def override_decide(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """Approve or refuse a change by hand, as the second person."""
    found = get_object_or_404(Override, pk=pk, assignment__application__campaign=campaign_or_404(year))
    approve = request.POST.get("approve") == "1"
    decide_override(found, approve=approve, by=request.user)
    messages.success(request, _("The expert is replaced.") if approve else _("The change is refused."))
    return redirect("drawing:draw", year=year)


@requires(may_read_draw)
@require_safe
def certificate(request: HttpRequest, year: int, counter: int) -> HttpResponse:
    """The files of an attempt with the program that checks them, as a zip file."""
    campaign = campaign_or_404(year)
    found = Draw.objects.filter(campaign=campaign, counter=counter, manifest__isnull=False).first()
    if found is None:
        raise Http404
    content = certificate_of(found)
    with transaction.atomic():
        record("draw.certificate_fetched", found, by=request.user)
    name = f"draw-{year}-{counter}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type="application/zip", headers=headers)
