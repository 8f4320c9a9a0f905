"""Import of a year in the browser."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from qa_portal.core.policy import requires
from reports import operations
from reports.forms import ImportForm
from reports.queries import imports_for
from reports.rules import may_import_year
from reports.tables import import_tables


@requires(may_import_year)
def import_year(request: HttpRequest) -> HttpResponse:
    """Take the tables or a zip file; a job checks or imports them and its page shows the outcome."""
    initial = {"mode": request.GET.get("mode", ImportForm.CHECK)}
    form = ImportForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        job = operations.start_import(
            form.cleaned_data["tables"],
            dry_run=form.cleaned_data["mode"] == ImportForm.CHECK,
            replace=form.cleaned_data["replace"],
            by=request.user,
        )
        return redirect("jobs:detail", job.pk)
    context = {"form": form, "imports": imports_for(request.user), "tables": import_tables()}
    return render(request, "reports/import.html", context)
