"""Pages of an expert: tasks, pledge, declaration, sheet, lock. All of them work without scripts."""

from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qa_portal.campaigns.models import Campaign
from qa_portal.core.errors import Refusal
from qa_portal.core.policy import requires
from qa_portal.files.operations import open_for
from reviews.enums import AssignmentEnd
from reviews.models import Expert
from reviews.scoring import operations
from reviews.scoring.corrections import ask_leave
from reviews.scoring.files import TYPES, blind_file, blind_name, is_clean
from reviews.scoring.forms import ReasonForm, RecusalForm, SheetForm, seen_seats
from reviews.scoring.operations import may_score_now
from reviews.scoring.pledge import PLEDGE, digest_of
from reviews.scoring.policy import may_ask_leave, may_declare, may_open_case, reviews
from reviews.scoring.queries import Desk, campaigns_of, criteria_of, desk_of, has_signed, seat_for, seats_of
from reviews.scoring.sheets import MIN_COMMENT
from reviews.scoring.tables import STRIP_WIDTH, case_of, dossier_shown, lines_of, strip_of
from submissions.blind import blind_copy
from submissions.deadlines import deadline
from submissions.models import EvidenceFile
from submissions.queries import dossier_of

PAGE = ["GET", "HEAD", "POST"]
# a cleaned file in a frame of the page: nothing in it runs or loads anything else
SHOWN_IN_FRAME = "default-src 'none'; object-src 'self'; frame-ancestors 'self'; base-uri 'none'"


def _campaign(user: Any, year: int) -> Campaign:
    """A year in which the expert has a seat."""
    return get_object_or_404(Campaign, pk__in=[one.pk for one in campaigns_of(user)], year=year)


def _desk(request: HttpRequest, campaign: Campaign) -> Desk:
    desk = desk_of(request.user, campaign, timezone.now())
    if desk is None:
        raise Http404
    return desk


@requires(reviews)
@require_safe
@never_cache
def tasks(request: HttpRequest) -> HttpResponse:
    """What the expert has to review, in a fixed order: how many are locked, until when."""
    now = timezone.now()
    years = []
    for campaign in campaigns_of(request.user):
        desk = _desk(request, campaign)
        following = desk.unfinished[0] if desk.unfinished else None
        years.append(
            {
                "campaign": campaign,
                "desk": desk,
                "lines": lines_of(desk),
                "deadline": deadline(campaign.review_closes_at, now),
                "opens": campaign.review_opens_at if (campaign.review_opens_at or now) > now else None,
                "has_signed": has_signed(desk.expert),
                "next": following.seat.pk if following and following.is_open else None,
            }
        )
    return render(request, "reviews/scoring/tasks.html", {"years": years})


@requires(reviews)
@require_http_methods(PAGE)
@never_cache
def pledge(request: HttpRequest, year: int) -> HttpResponse:
    """The pledge of the year: read it, sign it."""
    campaign = _campaign(request.user, year)
    expert = get_object_or_404(Expert, campaign=campaign, user=request.user.pk)
    following = request.POST.get("next", request.GET.get("next", ""))
    if request.method == "POST":
        operations.sign_pledge(expert, seen_digest=request.POST.get("digest", ""), by=request.user)
        messages.success(request, _("The pledge is signed."))
        is_seat = following.isascii() and following.isdigit() and len(following) < 19
        return redirect("scoring:declare", pk=int(following)) if is_seat else redirect("scoring:tasks")
    signed = getattr(expert, "pledge", None)
    text = signed.text if signed else PLEDGE
    context = {"campaign": campaign, "text": text, "digest": digest_of(text), "signed": signed, "next": following}
    return render(request, "reviews/scoring/pledge.html", context)


# ------------------------------------------------------------------ declaration


@requires(reviews)
@require_http_methods(PAGE)
@never_cache
def declare(request: HttpRequest, pk: int) -> HttpResponse:
    """Before anything of the case opens: no conflict, a recusal, or no time."""
    seat = seat_for(request.user, pk, timezone.now())
    campaign = seat.application.campaign
    if not has_signed(seat.expert):
        return redirect(f"{reverse('scoring:pledge', args=[campaign.year])}?next={seat.pk}")
    step = request.POST.get("do", "") if request.method == "POST" else ""
    if step == "accept":
        operations.accept_seat(seat, by=request.user)
        return redirect("scoring:sheet", pk=pk)
    recusal = RecusalForm(request.POST if step == "recuse" else None, prefix="recuse")
    decline = ReasonForm(request.POST if step == "decline" else None, prefix="decline")
    if step == "recuse" and recusal.is_valid():
        return _left(request, seat, AssignmentEnd.RECUSED, recusal.cleaned_data)
    if step == "decline" and decline.is_valid():
        return _left(request, seat, AssignmentEnd.DECLINED, decline.cleaned_data)
    context = {
        "case": case_of(seat),
        "pk": pk,
        "campaign": campaign,
        "industry": seat.application.get_industry_display(),
        "recusal": recusal,
        "decline": decline,
        "bad": recusal if recusal.errors else decline if decline.errors else None,
        "is_accepted": seat.accepted_at is not None,
        "may_declare": may_declare(request.user, seat) and not seat.is_locked,
    }
    return render(request, "reviews/scoring/declare.html", context, status=422 if context["bad"] else 200)


def _left(request: HttpRequest, seat: Any, because: AssignmentEnd, data: dict[str, Any]) -> HttpResponse:
    operations.leave_seat(seat, because, reason=data["reason"], code=data.get("code", ""), by=request.user)
    messages.success(
        request, _("%(number)s is no longer yours; the bureau is told.") % {"number": seat.application.number}
    )
    return redirect("scoring:tasks")


# ------------------------------------------------------------------ the sheet


@requires(reviews)
@require_http_methods(PAGE)
@never_cache
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The blind copy beside the score sheet: save, go on to the next unfinished one, or stay."""
    seat = seat_for(request.user, pk, timezone.now())
    if not may_open_case(request.user, seat):
        if may_declare(request.user, seat):
            return redirect("scoring:declare", pk=pk)
        raise Http404
    criteria = criteria_of(seat.application.campaign)
    form = SheetForm.of(seat, criteria, shows_gaps="gaps" in request.GET)
    refusal = None
    if request.method == "POST":
        form.read(request.POST)
        try:
            if form.save(request.user):
                return redirect(_target(request, seat, form))
        except Refusal as error:
            refusal = error
    return _show(request, seat, form, refusal)


def _target(request: HttpRequest, seat: Any, form: SheetForm) -> str:
    """Where saving leads: this page where points are wrong or on request, else the next unfinished case."""
    here = reverse("scoring:sheet", args=[seat.pk])
    if any(one.problem for one in form.scores):
        return f"{here}#sheet"
    step = request.POST.get("do", "next")
    if step == "stay":
        messages.success(request, _("Saved."))
        return f"{here}#sheet"
    following = _desk(request, seat.application.campaign).after(seat)
    if step == "list" or following is None:
        return reverse("scoring:overview", args=[seat.application.campaign.year])
    view = "scoring:declare" if following.state == "declare" else "scoring:sheet"
    return reverse(view, args=[following.seat.pk])


def _show(request: HttpRequest, seat: Any, form: SheetForm, refusal: Refusal | None) -> HttpResponse:
    campaign = seat.application.campaign
    desk = _desk(request, campaign)
    following = desk.after(seat)
    may_write = may_score_now(request.user, seat, timezone.now())
    context = {
        "pk": seat.pk,
        "case": case_of(seat),
        "campaign": campaign,
        "dossier": dossier_shown(dossier_of(seat.application)),
        "form": form,
        "refusal": refusal,
        "may_write": may_write or refusal is not None,
        "is_locked": seat.is_locked and not may_write,
        "may_ask": may_ask_leave(request.user, seat) and not may_write,
        "deadline": deadline(campaign.review_closes_at),
        "desk": desk,
        "place": [row.seat.pk for row in desk.rows].index(seat.pk) + 1,
        "skip": following,
        "strip": strip_of(desk, seat),
        "strip_width": STRIP_WIDTH,
        "least": MIN_COMMENT,
    }
    is_kept = refusal is None and not form.conflicts
    return render(request, "reviews/scoring/sheet.html", context, status=200 if is_kept else 409)


@requires(reviews)
@require_POST
@never_cache
def autosave(request: HttpRequest, pk: int) -> JsonResponse:
    """Save in the background; answers the new base, conflicts, and what is computed."""
    seat = seat_for(request.user, pk, timezone.now())
    if not may_open_case(request.user, seat):
        raise Http404
    form = SheetForm.of(seat, criteria_of(seat.application.campaign))
    form.read(request.POST)
    try:
        form.save(request.user)
    except Refusal as refusal:
        return JsonResponse({"refused": str(refusal)}, status=409)
    conflicts = {
        name: render_to_string("submissions/_conflict.html", {"conflict": one}, request)
        for name, one in form.conflicts.items()
    }
    at = timezone.localtime().strftime("%H:%M")
    return JsonResponse({"at": at, "base": form.base_text, "conflicts": conflicts, "computed": form.computed})


@requires(reviews)
@require_safe
@never_cache
@xframe_options_sameorigin
def file(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """A document of a case without its traces, shown in the frame of the page; `pk` is that of the evidence."""
    evidence = get_object_or_404(EvidenceFile.objects.select_related("stored"), pk=pk)
    found = seats_of(request.user).filter(application=evidence.application_id)
    seat = get_object_or_404(found.select_related("application", "expert"))
    shown = None
    if may_open_case(request.user, seat):
        shown = next((one for one in blind_copy(dossier_of(seat.application)).files if one.key == pk), None)
    if shown is None or not shown.is_shown or not is_clean(evidence):
        raise Http404
    try:
        response = FileResponse(
            open_for(request.user, blind_file(evidence, shown.kind)), content_type=TYPES[shown.kind]
        )
    except FileNotFoundError:
        raise Http404 from None
    response["Content-Disposition"] = content_disposition_header(False, blind_name(shown)) or "inline"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = SHOWN_IN_FRAME
    response["X-Content-Type-Options"] = "nosniff"
    return response


# ------------------------------------------------------------------ lock and correction


@requires(reviews)
@require_safe
@never_cache
def overview(request: HttpRequest, year: int) -> HttpResponse:
    """All sheets of the year in one table, with links to what is lacking."""
    campaign = _campaign(request.user, year)
    desk = _desk(request, campaign)
    context = {
        "campaign": campaign,
        "desk": desk,
        "lines": lines_of(desk),
        "deadline": deadline(campaign.review_closes_at),
    }
    return render(request, "reviews/scoring/overview.html", context)


@requires(reviews)
@require_http_methods(PAGE)
@never_cache
def lock(request: HttpRequest, year: int) -> HttpResponse:
    """The page that names what is locked and what follows; then the lock."""
    campaign = _campaign(request.user, year)
    if request.method == "POST":
        locked = operations.lock_sheets(campaign, seen_seats(request.POST), by=request.user)
        count = len(locked)
        messages.success(
            request, ngettext("%(count)s sheet is locked.", "%(count)s sheets are locked.", count) % {"count": count}
        )
        return redirect("scoring:overview", year=year)
    desk = _desk(request, campaign)
    ready = {row.seat.pk for row in desk.lockable}
    lines = [line for line in lines_of(desk) if line.pk in ready]
    if not lines:
        return redirect("scoring:overview", year=year)
    context = {"campaign": campaign, "lines": lines, "left": len(desk.rows) - desk.locked - len(lines)}
    return render(request, "reviews/scoring/lock.html", context)


@requires(reviews)
@require_http_methods(PAGE)
@never_cache
def correction(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for leave to correct a locked sheet, or to score after the end."""
    seat = seat_for(request.user, pk, timezone.now())
    if not may_open_case(request.user, seat):
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_leave(seat, reason=form.cleaned_data["reason"], by=request.user)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your request is sent; the bureau decides."))
            return redirect("scoring:tasks")
    context = {"form": form, "case": case_of(seat), "pk": pk, "is_locked": seat.is_locked}
    return render(request, "reviews/scoring/correction.html", context, status=422 if form.errors else 200)
