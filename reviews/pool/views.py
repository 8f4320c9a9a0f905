"""The pool of experts and its conflicts: staff keep them, leaders and the inspector read."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qa_portal.campaigns.models import Campaign
from qa_portal.campaigns.queries import campaign_or_404
from qa_portal.core.errors import Refusal
from qa_portal.core.policy import requires
from reviews.enums import ConflictSource
from reviews.models import Conflict, Employment, Expert, OrganisationTie
from reviews.pool.forms import ConfirmForm, ConflictFilterForm, DeclareForm, EmploymentForm, ExpertFilterForm, TieForm
from reviews.pool.operations import (
    add_employment,
    confirm_expert,
    declare_conflict,
    dismiss,
    recompute,
    remove_employment,
    tie_organisations,
)
from reviews.pool.queries import (
    conflicts_for,
    expert_or_404,
    experts_for,
    matching_conflicts,
    matching_experts,
    with_counts,
)
from reviews.rules import may_manage_pool, may_read_pool
from submissions.models import Application

PER_PAGE = 50


@requires(may_read_pool)
@require_safe
def experts(request: HttpRequest, year: int) -> HttpResponse:
    """The pool: who is confirmed, in which fields, with how many applications and conflicts."""
    campaign = campaign_or_404(year)
    form = ExpertFilterForm(request.GET)
    everybody = experts_for(request.user, campaign)
    found = matching_experts(everybody, **form.cleaned_data) if form.is_valid() else everybody.none()
    page = Paginator(with_counts(found).prefetch_related("levels"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "campaign": campaign,
        "form": form,
        "page": page,
        "is_filtered": any(form.data.get(name) for name in form.fields),
        "unconfirmed": everybody.filter(confirmed_at__isnull=True).count(),
        "may_manage": may_manage_pool(request.user),
    }
    return render(request, "reviews/pool/experts.html", context)


@requires(may_read_pool)
@require_safe
def expert(request: HttpRequest, year: int, code: str) -> HttpResponse:
    """One expert: what is confirmed, former work, conflicts."""
    campaign = campaign_or_404(year)
    found = expert_or_404(request.user, campaign, code)
    return render(request, "reviews/pool/expert.html", _expert_context(request, campaign, found))


def _expert_context(request: HttpRequest, campaign: Campaign, found: Expert, **forms: Any) -> dict[str, Any]:
    may_manage = may_manage_pool(request.user)
    form = forms.get("form") or ConfirmForm(expert=found)
    return {
        "campaign": campaign,
        "expert": found,
        "levels": found.levels.all(),
        "employments": found.employments.all(),
        "conflicts": found.conflicts.active().select_related("application")[:PER_PAGE],
        "may_manage": may_manage,
        "form": form if may_manage else None,
        "employment_form": (forms.get("employment_form") or EmploymentForm()) if may_manage else None,
    }


@requires(may_manage_pool)
@require_POST
def confirm(request: HttpRequest, year: int, code: str) -> HttpResponse:
    """Confirm fields and levels; the expert can be drawn from now on."""
    campaign = campaign_or_404(year)
    found = expert_or_404(request.user, campaign, code)
    form = ConfirmForm(request.POST, expert=found)
    if form.is_valid():
        try:
            confirm_expert(found, levels=form.levels, by=request.user, **form.changes)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The expert is confirmed."))
            return redirect("pool:expert", year=year, code=code)
    context = _expert_context(request, campaign, found, form=form)
    return render(request, "reviews/pool/expert.html", context, status=422)


@requires(may_manage_pool)
@require_POST
def employment_add(request: HttpRequest, year: int, code: str) -> HttpResponse:
    """Note former work; the conflicts follow."""
    campaign = campaign_or_404(year)
    found = expert_or_404(request.user, campaign, code)
    form = EmploymentForm(request.POST)
    if not form.is_valid():
        context = _expert_context(request, campaign, found, employment_form=form)
        return render(request, "reviews/pool/expert.html", context, status=422)
    add_employment(found, by=request.user, **form.cleaned_data)
    messages.success(request, _("Noted; the conflicts are computed anew."))
    return redirect("pool:expert", year=year, code=code)


@requires(may_manage_pool)
@require_POST
def employment_remove(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """Take a wrong entry away."""
    campaign = campaign_or_404(year)
    found = get_object_or_404(Employment.objects.select_related("expert__campaign"), pk=pk, expert__campaign=campaign)
    remove_employment(found, by=request.user, reason=request.POST.get("reason", ""))
    messages.success(request, _("Removed; the conflicts are computed anew."))
    return redirect("pool:expert", year=year, code=found.expert.code)


@requires(may_read_pool)
@require_http_methods(["GET", "HEAD", "POST"])
def conflicts(request: HttpRequest, year: int) -> HttpResponse:
    """Every conflict of the year with source and reason; staff add one here."""
    campaign = campaign_or_404(year)
    declare = DeclareForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if _declared(request, campaign, declare):
            messages.success(request, _("The conflict holds from now on."))
            return redirect("pool:conflicts", year=year)
        status = 422
    form = ConflictFilterForm(request.GET)
    everything = conflicts_for(request.user, campaign)
    chosen = dict(form.cleaned_data) if form.is_valid() else {}
    chosen["state"] = chosen.get("state") or "active"
    found = matching_conflicts(everything, **chosen)
    context = {
        "campaign": campaign,
        "form": form,
        "state": chosen["state"],
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "is_filtered": any(form.data.get(name) for name in form.fields),
        "may_manage": may_manage_pool(request.user),
        "declare": declare,
    }
    return render(request, "reviews/pool/conflicts.html", context, status=status)


def _declared(request: HttpRequest, campaign: Campaign, form: DeclareForm) -> bool:
    """Write the conflict down; whatever is wrong goes into the form."""
    if not may_manage_pool(request.user):
        form.add_error(None, _("Only bureau staff may change the pool of experts."))
        return False
    if not form.is_valid():
        return False
    data = form.cleaned_data
    applications = Application.objects.visible_to(request.user).counted()
    application = applications.filter(campaign=campaign, number=data["number"].strip()).first()
    found = experts_for(request.user, campaign).filter(code=data["expert"].strip()).first()
    if application is None:
        form.add_error("number", _("There is no such application in this year."))
    if found is None:
        form.add_error("expert", _("There is no such expert in this year."))
    if application is None or found is None:
        return False
    declare_conflict(
        application, found, code=data["code"], reason=data["reason"], source=ConflictSource.STAFF, by=request.user
    )
    return True


@requires(may_manage_pool)
@require_POST
def conflicts_recompute(request: HttpRequest, year: int) -> HttpResponse:
    """Look for conflicts anew."""
    counts = recompute(campaign_or_404(year), by=request.user)
    text = _("%(new)s new, %(gone)s gone; %(assignments_ended)s assignments ended.")
    messages.success(request, text % counts)
    return redirect("pool:conflicts", year=year)


@requires(may_manage_pool)
@require_POST
def conflict_dismiss(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """Staff found that there is no conflict."""
    found = get_object_or_404(Conflict, pk=pk, application__campaign=campaign_or_404(year))
    dismiss(found, reason=request.POST.get("reason", ""), by=request.user)
    messages.success(request, _("The conflict is dismissed."))
    return redirect("pool:conflicts", year=year)


@requires(may_read_pool)
@require_http_methods(["GET", "HEAD", "POST"])
def ties(request: HttpRequest) -> HttpResponse:
    """Organisations that count as one: aliases, parents and subsidiaries."""
    may_manage = may_manage_pool(request.user)
    form = TieForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if not may_manage:
            form.add_error(None, _("Only bureau staff may change the pool of experts."))
        elif form.is_valid():
            data = form.cleaned_data
            try:
                tie_organisations(data["one"], data["other"], kind=data["kind"], note=data["note"], by=request.user)
            except Refusal as refusal:
                form.add_error(refusal.field or None, str(refusal))
            else:
                messages.success(request, _("The two count as one."))
                return redirect("pool:ties")
    found = OrganisationTie.objects.select_related("organisation", "other")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "reviews/pool/ties.html", {"form": form, "page": page, "may_manage": may_manage}, status=status
    )
