"""Import of experts in the browser."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from qa_portal.campaigns.queries import campaign_or_404
from qa_portal.core.policy import requires
from qa_portal.organisations.forms import TableImportForm
from qa_portal.organisations.queries import imports_for
from qa_portal.organisations.table_import import start
from reviews.columns import EXPERT_COLUMNS
from reviews.expert_import import EXPERT_IMPORT
from reviews.rules import may_import_experts


class ExpertImportForm(TableImportForm):
    """A table of experts, and whether they are invited."""

    invite = forms.BooleanField(
        label=gettext_lazy("Invite those who have an e-mail address"),
        help_text=gettext_lazy("They get a link with which they make an account; who is invited already is left out."),
        required=False,
    )


@requires(may_import_experts)
@require_http_methods(["GET", "HEAD", "POST"])
def experts_import(request: HttpRequest, year: int) -> HttpResponse:
    """Take a table of experts for a year; a job checks or imports it and its page shows the outcome."""
    campaign = campaign_or_404(year)
    initial = {"mode": request.GET.get("mode", TableImportForm.CHECK)}
    form = ExpertImportForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        title = (_("Check of experts of %(year)s") if form.is_check else _("Import of experts of %(year)s")) % {
            "year": year
        }
        job = start(
            EXPERT_IMPORT, data["file"], dry_run=form.is_check, by=request.user, title=title,
            year=year, invite=data["invite"],
        )  # fmt: skip
        return redirect("jobs:detail", job.pk)
    context = {
        "campaign": campaign,
        "form": form,
        "columns": [one.header for one in EXPERT_COLUMNS],
        "imports": imports_for(request.user, EXPERT_IMPORT.kind),
    }
    return render(request, "reviews/experts_import.html", context, status=422 if form.errors else 200)
