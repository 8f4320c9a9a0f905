"""Pages beside the sections: extensions of single applications, and the calendar of working days."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qa_portal.campaigns.days import Day, declare_days, known_exceptions, read_days, remove_day
from qa_portal.campaigns.models import CalendarDay
from qa_portal.campaigns.queries import campaign_or_404
from qa_portal.core.errors import Refusal
from qa_portal.core.policy import requires
from submissions.enums import State
from submissions.forms import refused
from submissions.models import Application
from submissions.operations import grant_extension
from submissions.setup import pages
from submissions.setup.forms import DayForm, DayListForm, ExtensionForm
from submissions.setup.policy import may_change_settings, may_read_settings

PAGE = ["GET", "HEAD", "POST"]
PER_PAGE = 50


# ------------------------------------------------------------------ extensions


@requires(may_read_settings)
@require_safe
def extensions(request: HttpRequest, year: int) -> HttpResponse:
    """Every extension of the year, and a search for the draft that gets another one."""
    campaign, text = campaign_or_404(year), request.GET.get("q", "")[:100]
    may_change = may_change_settings(request.user)
    context = pages.frame_of(campaign) | {
        "page": Paginator(pages.extensions_of(campaign), PER_PAGE).get_page(request.GET.get("page")),
        "text": text,
        "found": pages.drafts_matching(campaign, text) if may_change else [],
        "may_change": may_change and not campaign.is_published,
    }
    return render(request, "setup/extensions.html", context)


@requires(may_change_settings)
@require_http_methods(PAGE)
def extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Let one draft past the end of filing, with a reason."""
    drafts = Application.objects.filter(state=State.DRAFT).select_related("campaign", "applicant").defer("title")
    application = get_object_or_404(drafts, pk=pk)
    form = ExtensionForm(request.POST or None, campaign=application.campaign)
    if request.method == "POST" and form.is_valid():
        try:
            grant_extension(application, **form.cleaned_data, by=request.user)
        except Refusal as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("The deadline of this application is extended; the enterprise is told."))
            return redirect("setup:extensions", year=application.campaign.year)
    context = pages.frame_of(application.campaign) | {"application": application, "form": form}
    return render(request, "setup/extend.html", context, status=422 if form.errors else 200)


# ------------------------------------------------------------------ calendar


@requires(may_read_settings)
@require_http_methods(PAGE)
def calendar(request: HttpRequest) -> HttpResponse:
    """Holidays and make-up days: what is known, what the bureau declares; one day or a pasted list."""
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and 2000 <= int(asked[:5]) <= 2100 else 0
    year = year or timezone.localdate().year
    form, list_form = DayForm(), DayListForm()
    if request.method == "POST":
        if not may_change_settings(request.user):
            raise Refusal(_("Only bureau staff keep the calendar."), code="forbidden")
        is_list = request.POST.get("do") == "import"
        if is_list:
            list_form = DayListForm(request.POST)
        else:
            form = DayForm(request.POST)
        if year_of := _declared(request, list_form if is_list else form, is_list=is_list):
            return redirect(f"{reverse('setup:calendar')}?year={year_of}")
    context: dict[str, Any] = {
        "year": year,
        "days": list(CalendarDay.objects.filter(day__year=year)),
        "known": known_exceptions(year),
        "form": form,
        "list_form": list_form,
        "may_change": may_change_settings(request.user),
    }
    return render(request, "setup/calendar.html", context, status=422 if form.errors or list_form.errors else 200)


def _declared(request: HttpRequest, form: Any, *, is_list: bool) -> int | None:
    """Write what the form says; the year to show, None with errors at the fields."""
    if not form.is_valid():
        return None
    days = [Day(**form.cleaned_data)] if not is_list else []
    if is_list:
        days, problems = read_days(form.cleaned_data["days"])
        for text in problems:
            form.add_error("days", text)
        if problems or not days:
            return None
    try:
        count = declare_days(days, by=request.user)
    except Refusal as refusal:
        refused(form, refusal)
        return None
    messages.success(request, _("%(count)s days changed.") % {"count": count})
    return days[0].day.year


@requires(may_change_settings)
@require_POST
def calendar_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a declared day back."""
    day = get_object_or_404(CalendarDay, pk=pk)
    remove_day(day, by=request.user)
    messages.success(request, _("%(day)s follows the State Council calendar again.") % {"day": day.day})
    return redirect(f"{reverse('setup:calendar')}?year={day.day.year}")
