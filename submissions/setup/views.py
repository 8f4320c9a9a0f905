"""Pages of the bureau for setting up a year."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from qa_portal.campaigns.queries import campaign_or_404
from qa_portal.core.errors import Refusal
from qa_portal.core.policy import requires
from submissions.forms import refused
from submissions.operations import Stale
from submissions.setup import operations, pages
from submissions.setup.copying import source_for
from submissions.setup.forms import FORMS, SettingsForm, YearForm, add_objections
from submissions.setup.gaps import gaps_of
from submissions.setup.policy import may_change_settings, may_read_settings

PAGE = ["GET", "HEAD", "POST"]


@requires(may_read_settings)
@require_safe
def years(request: HttpRequest) -> HttpResponse:
    """All years with their state."""
    now = timezone.now()
    rows = [(one, *pages.state_of(one, now)) for one in pages.years_with_counts()]
    return render(request, "setup/years.html", {"rows": rows, "may_change": may_change_settings(request.user)})


@requires(may_change_settings)
@require_http_methods(PAGE)
def create(request: HttpRequest) -> HttpResponse:
    """Set up a year as a copy of the last one: only the year is asked for."""
    source = source_for(9999)
    form = YearForm(request.POST or None, initial={"year": source.year + 1 if source else timezone.localdate().year})
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.create_year(form.cleaned_data["year"], by=request.user)
        except Refusal as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("The year is set up. Go through its sections, then publish the call."))
            return redirect("setup:year", year=made.year)
    return render(request, "setup/create.html", {"form": form, "source": source}, status=422 if form.errors else 200)


@requires(may_read_settings)
@require_safe
def year(request: HttpRequest, year: int) -> HttpResponse:
    """The sections of a year, what its call lacks, what was copied and what was changed."""
    campaign = campaign_or_404(year)
    gaps = gaps_of(campaign, timezone.now()) if campaign.is_in_preparation else []
    context = pages.frame_of(campaign) | {
        "tasks": pages.tasks_of(campaign, gaps),
        "gaps": pages.gap_links(campaign, gaps),
        "copied": pages.copied_into(campaign),
        "changes": pages.changes_of(campaign),
        "texts_url": pages.address("reports:circular_texts", year=year),
        "may_change": may_change_settings(request.user),
    }
    return render(request, "setup/year.html", context)


# ------------------------------------------------------------------ sections


@requires(may_read_settings)
@require_http_methods(PAGE)
def section(request: HttpRequest, year: int, section: str) -> HttpResponse:
    """One section: read it, or change it."""
    if section not in FORMS:
        raise Http404
    campaign = campaign_or_404(year)
    is_locked = campaign.is_published or not may_change_settings(request.user)
    if request.method == "POST" and not is_locked:
        form = FORMS[section](request.POST, instance=campaign_or_404(year))
        if form.is_valid() and _is_changed(request, form, year):
            return redirect("setup:year", year=year)
    elif request.method == "POST":
        raise Refusal(_("The settings of this year are not changed here by you, or not any more."), code="forbidden")
    else:
        form = FORMS[section](instance=campaign, is_locked=is_locked)
    context = pages.frame_of(campaign) | {
        "form": form,
        "title": pages.TITLES[section],
        "lead": pages.LEADS[section],
        "section": section,
        "is_locked": is_locked,
        "texts_url": pages.address("reports:circular_texts", year=year),
    }
    return render(request, "setup/section.html", context, status=422 if form.errors else 200)


def _is_changed(request: HttpRequest, form: SettingsForm, year: int) -> bool:
    """Write; False with errors at their fields where it was refused."""
    data: dict[str, Any] = form.cleaned_data
    try:
        changed = operations.change_year(
            campaign_or_404(year),
            form.wanted(),
            by=request.user,
            seen_version=data["seen_version"],
            reason=data.get("reason", ""),
        )
    except operations.NotPossible as refusal:
        add_objections(form, refusal.objections)
        return False
    except Stale as refusal:
        form.add_error(None, str(refusal))
        # whoever compares and saves again has seen the newer version
        form.data = request.POST.copy()
        form.data["seen_version"] = str(campaign_or_404(year).settings_version)
        return False
    except Refusal as refusal:
        refused(form, refusal)
        return False
    count = len(changed)
    messages.success(request, _("%(count)s settings changed.") % {"count": count} if count else _("Nothing differs."))
    return True


@requires(may_change_settings)
@require_http_methods(PAGE)
def publish(request: HttpRequest, year: int) -> HttpResponse:
    """What the call lacks, or the last confirmation: the year is typed."""
    campaign = campaign_or_404(year)
    if not campaign.is_in_preparation:
        raise Refusal(_("The call of %(year)s is published already.") % {"year": year}, code="state")
    gaps = gaps_of(campaign, timezone.now())
    form = YearForm(request.POST or None, expected=year, initial={"seen_version": campaign.settings_version})
    if request.method == "POST" and form.is_valid():
        try:
            seen = form.cleaned_data["seen_version"]
            operations.publish_call(campaign, by=request.user, seen_version=-1 if seen is None else seen)
        except Refusal as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("The call is published."))
            return redirect("setup:year", year=year)
    context = pages.frame_of(campaign) | {"form": form, "gaps": pages.gap_links(campaign, gaps)}
    return render(request, "setup/publish.html", context, status=422 if form.errors else 200)
