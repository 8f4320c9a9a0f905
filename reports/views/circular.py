"""The circular of a year: preview, settings, texts, export."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qa_portal.campaigns.queries import campaign_or_404
from qa_portal.core.policy import requires
from reports import operations
from reports.circular import TextError, check_wording
from reports.forms import CircularSettingsForm, ExportForm, TextsForm
from reports.publication import preview_of
from reports.queries import circular_exports_for
from reports.rules import may_edit_circular, may_export_circular, may_read_year
from reports.statistics import statistics_of
from reports.tables import placeholders


@requires(may_read_year)
def circular(request: HttpRequest, year: int) -> HttpResponse:
    """The circular as it stands now, every figure a link to its rows, with the findings of the wording check."""
    campaign = campaign_or_404(year)
    context: dict[str, Any] = {
        "campaign": campaign,
        "export_form": ExportForm(),
        "may_edit": may_edit_circular(request.user),
    }
    try:
        document, html = preview_of(campaign)
        context |= {"html": html, "findings": list(check_wording(document))}
    except TextError as error:
        context["text_error"] = error
    context["exports"] = circular_exports_for(request.user, campaign)
    return render(request, "reports/circular.html", context)


@requires(may_export_circular)
@require_POST
def circular_export(request: HttpRequest, year: int) -> HttpResponse:
    """Start an export; the job's page shows progress and the file."""
    campaign = campaign_or_404(year)
    form = ExportForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one of the forms of the file."))
        return redirect("reports:circular", year=year)
    job = operations.start_export(campaign, form.cleaned_data["ending"], by=request.user)
    return redirect("jobs:detail", job.pk)


@requires(may_edit_circular)
def circular_settings(request: HttpRequest, year: int) -> HttpResponse:
    """Document number, dates and recipients."""
    campaign = campaign_or_404(year)
    form = CircularSettingsForm(request.POST or None, instance=campaign)
    if request.method == "POST" and form.is_valid():
        operations.update_circular_settings(campaign_or_404(year), form.cleaned_data, by=request.user)
        messages.success(request, _("The settings of the circular are saved."))
        return redirect("reports:circular", year=year)
    return render(request, "reports/circular_settings.html", {"campaign": campaign, "form": form})


@requires(may_edit_circular)
def circular_texts(request: HttpRequest, year: int) -> HttpResponse:
    """The narrative parts, each checked against the figures before it is saved."""
    campaign = campaign_or_404(year)
    form = TextsForm(request.POST or None, campaign=campaign)
    if request.method == "POST" and form.is_valid():
        operations.update_texts(campaign, form.cleaned_data, by=request.user)
        messages.success(request, _("The texts of the circular are saved."))
        return redirect("reports:circular", year=year)
    context = {"campaign": campaign, "form": form, "placeholders": placeholders(statistics_of(campaign))}
    return render(request, "reports/circular_texts.html", context)
