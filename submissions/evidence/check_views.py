"""The check before submission, for the applicant: findings, answers to warnings, and the matrix."""

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qa_portal.core.policy import requires
from submissions.answers import LONGEST, answer_warnings
from submissions.context import context_for
from submissions.evidence.slots import matrix_table
from submissions.form.checks import ERROR, Finding, findings
from submissions.form.completeness import completeness_of
from submissions.links import TITLES, url_for
from submissions.models import Application
from submissions.policy import files_applications
from submissions.queries import application_for, dossier_of
from submissions.views.sections import frame_of

ANSWER = "answer:"


@requires(files_applications)
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """What blocks the submission, what should be answered, and what proves what."""
    application = application_for(request.user, pk)
    if request.method == "POST":
        answers = {key.removeprefix(ANSWER): request.POST[key] for key in request.POST if key.startswith(ANSWER)}
        answer_warnings(application, _of_warnings(application, answers), by=request.user)
        messages.success(request, _("Saved."))
        return redirect("submissions:check", pk=pk)
    return render(request, "submissions/check.html", _page(request, application))


def _of_warnings(application: Application, answers: dict[str, str]) -> dict[str, str]:
    """Answers to what is a warning now; anything else that was posted is none."""
    dossier = dossier_of(application)
    known = {one.key for one in findings(dossier, context_for(application, dossier)) if one.kind != ERROR}
    return {key: text for key, text in answers.items() if key in known}


def _page(request: HttpRequest, application: Application) -> dict[str, Any]:
    dossier = dossier_of(application)
    context = context_for(application, dossier)
    found = findings(dossier, context)
    kept = dict(application.warning_answers.values_list("finding", "reason"))
    errors = [one for one in found if one.kind == ERROR]
    warnings = [one for one in found if one.kind != ERROR]
    return frame_of(application, request.user) | {
        "errors": grouped(errors, application),
        "error_count": len(errors),
        "warnings": grouped(warnings, application, kept),
        "warning_count": len(warnings),
        "unanswered": sum(one.key not in kept for one in warnings),
        "matrix": matrix_table(dossier),
        "meter": completeness_of(dossier, context),
        "longest": LONGEST,
    }


def grouped(found: list[Finding], application: Application, kept: dict[str, str] | None = None) -> list[Any]:
    """(title of the section, its findings with address and answer), in the order of the form."""
    lines = []
    for key, group in groupby(found, key=lambda one: one.section):
        shown = [
            {"finding": one, "url": url_for(one, application), "answer": (kept or {}).get(one.key, ""),
             "passages": one.params.get("passages", ())}
            for one in group
        ]  # fmt: skip
        lines.append((TITLES[key], shown))
    return lines
