"""Import of recommending units in the browser."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qa_portal.core.policy import requires
from qa_portal.organisations.forms import TableImportForm
from qa_portal.organisations.queries import imports_for
from qa_portal.organisations.scope import may_import_units
from qa_portal.organisations.table_import import start
from qa_portal.organisations.unit_import import COLUMNS, UNIT_IMPORT


@requires(may_import_units)
@require_http_methods(["GET", "HEAD", "POST"])
def units_import(request: HttpRequest) -> HttpResponse:
    """Take a table of units; a job checks or imports it and its page shows the outcome."""
    initial = {"mode": request.GET.get("mode", TableImportForm.CHECK)}
    form = TableImportForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        title = _("Check of recommending units") if form.is_check else _("Import of recommending units")
        job = start(UNIT_IMPORT, form.cleaned_data["file"], dry_run=form.is_check, by=request.user, title=title)
        return redirect("jobs:detail", job.pk)
    imports = imports_for(request.user, UNIT_IMPORT.kind)
    context = {"form": form, "columns": [one.header for one in COLUMNS], "imports": imports}
    return render(request, "organisations/units_import.html", context, status=422 if form.errors else 200)
