"""Pages of the bureau on the review: progress, one case, leave, void, close."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from qa_portal.accounts.rules import is_bureau_staff
from qa_portal.campaigns.queries import campaign_or_404
from qa_portal.core.errors import Refusal
from qa_portal.core.policy import requires
from reviews.models import Assignment, Review, ScoringLeave
from reviews.scoring import corrections
from reviews.scoring.forms import LeaveForm
from reviews.scoring.history import case_history
from reviews.scoring.policy import knows_experts, may_see_reviews_of, watches_review
from reviews.scoring.progress import REVIEWED, alpha_text, progress_of
from submissions.deadlines import deadline
from submissions.enums import State
from submissions.models import Application
from submissions.operations import seen_version

PER_PAGE = 50


def _case(pk: int) -> Application:
    """An application that is or was in review."""
    found = Application.objects.select_related("campaign").exclude(assignments=None)
    return get_object_or_404(found, pk=pk)


@requires(watches_review)
@require_safe
@never_cache
def progress(request: HttpRequest, year: int) -> HttpResponse:
    """Have and need by application, done and left by expert; what waits for a decision; agreement after locks."""
    campaign, now = campaign_or_404(year), timezone.now()
    found = progress_of(request.user, campaign, now)
    page = Paginator(found.cases, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "campaign": campaign,
        "progress": found,
        "page": page,
        "deadline": deadline(campaign.review_closes_at, now),
        "alpha": alpha_text(found.agreement),
        "is_staff": is_bureau_staff(request.user),
        "knows_experts": knows_experts(request.user),
    }
    return render(request, "reviews/scoring/progress.html", context)


@requires(is_bureau_staff)
@require_POST
def remind(request: HttpRequest, year: int) -> HttpResponse:
    """Remind the chosen experts, or everybody who has something left."""
    campaign = campaign_or_404(year)
    codes = request.POST.getlist("expert")
    if "everybody" in request.POST:
        codes = [one.code for one in progress_of(request.user, campaign, timezone.now()).experts_behind]
    told = corrections.remind(campaign, codes, by=request.user)
    count = len(told)
    text = ngettext("%(count)s expert is reminded.", "%(count)s experts are reminded.", count)
    messages.success(request, text % {"count": count})
    return redirect("scoring:progress", year=year)


@requires(watches_review)
@require_safe
@never_cache
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """One application: who holds a seat and has locked; every version once its scoring is closed."""
    application, user = _case(pk), request.user
    history = case_history(user, application, timezone.now())
    context = {
        "application": application,
        "campaign": application.campaign,
        "history": history,
        "shows_scores": may_see_reviews_of(user, application),
        "is_staff": is_bureau_staff(user),
        "is_open": application.state in REVIEWED,
        "may_close": is_bureau_staff(user) and application.state == State.IN_REVIEW and history.may_close,
        "form": LeaveForm(),
    }
    return render(request, "reviews/scoring/case.html", context)


def _done(request: HttpRequest, text: str, application: int) -> HttpResponse:
    messages.success(request, text)
    return redirect("scoring:case", pk=application)


@requires(is_bureau_staff)
@require_POST
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask that an expert may score again; another person decides."""
    seat = get_object_or_404(Assignment.objects.select_related("application", "expert"), pk=pk)
    corrections.ask_leave(seat, reason=request.POST.get("reason", ""), by=request.user)
    return _done(request, _("Your request is sent; another person of the staff decides."), seat.application_id)


@requires(is_bureau_staff)
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or refuse what somebody else asked for."""
    row = get_object_or_404(ScoringLeave.objects.select_related("assignment__application"), pk=pk)
    is_approved, expires_at = "approve" in request.POST, None
    if is_approved:
        form = LeaveForm(request.POST)
        if not form.is_valid():
            raise Refusal(form.errors["expires_at"][0], field="expires_at", code="expires_at")
        expires_at = form.cleaned_data["expires_at"]
    corrections.decide_leave(row, is_approved=is_approved, expires_at=expires_at, by=request.user)
    text = _("The expert may score again.") if is_approved else _("The request is refused.")
    return _done(request, text, row.assignment.application_id)


@requires(is_bureau_staff)
@require_POST
def void(request: HttpRequest, pk: int) -> HttpResponse:
    """Declare a locked review void; its scores stay on record."""
    review = get_object_or_404(Review.objects.select_related("application"), pk=pk, locked_at__isnull=False)
    corrections.void_review(
        review, reason=request.POST.get("reason", ""), is_conflict="conflict" in request.POST, by=request.user
    )
    return _done(request, _("The review is void; the seat is free for a substitute."), review.application_id)


@requires(is_bureau_staff)
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close the scoring with fewer reviews than the year asks for."""
    application = _case(pk)
    given: Any = request.POST
    corrections.close_scoring(
        application, seen_version=seen_version(given.get("version")), reason=given.get("reason", ""), by=request.user
    )
    return _done(request, _("The scoring is closed."), pk)
