"""The last pages of an applicant: preview, submission with receipt, withdrawal."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qa_portal.core.errors import Refusal
from qa_portal.core.policy import requires
from qa_portal.jobs.operations import enqueue
from submissions.applicants import units_by_channel
from submissions.blind import blind_copy
from submissions.book import MAKE_BOOK
from submissions.context import context_for
from submissions.enums import Step
from submissions.form.checks import ERROR, PROFILE, findings
from submissions.form.dossier import digest
from submissions.forms import ReasonForm, SubmitForm, refused
from submissions.models import Application
from submissions.operations import take_step
from submissions.policy import files_applications
from submissions.queries import application_for, dossier_of
from submissions.tables import NEXT, answers_of, finding_lines, profile_task, title_of
from submissions.views.sections import frame_of
from submissions.workflow import steps_open_to

PAGE = ["GET", "HEAD", "POST"]


@requires(files_applications)
@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What an expert will see: no name, no unit, no person."""
    application = application_for(request.user, pk)
    context = {"blind": blind_copy(dossier_of(application))}
    return render(request, "submissions/preview.html", frame_of(application, request.user) | context)


@requires(files_applications)
@require_http_methods(PAGE)
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """All answers, what blocks, a reason for each warning, and the confirmation."""
    application = application_for(request.user, pk)
    page = SubmitPage(application, request)
    if request.method == "POST" and page.form.is_valid() and page.is_submitted():
        messages.success(request, _("The application is submitted."))
        return redirect("submissions:receipt", pk=pk)
    return render(request, "submissions/submit.html", page.context, status=422 if page.form.errors else 200)


class SubmitPage:
    """What the page of the submission shows, and the submission itself."""

    def __init__(self, application: Application, request: HttpRequest) -> None:
        self.application, self.request = application, request
        self.dossier = dossier_of(application)
        self.found = findings(self.dossier, context_for(application, self.dossier))
        self.digest = digest(self.dossier.frozen())
        kept = dict(application.warning_answers.values_list("finding", "reason"))
        self.form = SubmitForm(
            request.POST or None,
            warnings=[one for one in self.found if one.kind != ERROR],
            answers=kept,
            initial={"seen_version": application.version, "seen_digest": self.digest},
        )

    def is_submitted(self) -> bool:
        """Submit; False with an error of the form where it was refused."""
        data: dict[str, Any] = self.form.cleaned_data
        try:
            if data["seen_digest"] != self.digest:
                raise Refusal(_("Answers have changed since you opened this page."), fix=_("Read them again."))
            take_step(
                self.application,
                Step.SUBMIT,
                by=self.request.user,
                seen_version=data["seen_version"],
                warnings=self.form.answers(),
            )
        except Refusal as refusal:
            refused(self.form, refusal)
            return False
        return True

    @property
    def context(self) -> dict[str, Any]:
        application, errors = self.application, [one for one in self.found if one.kind == ERROR]
        profile = profile_task(dict(self.dossier.profile))
        return frame_of(application, self.request.user) | {
            "form": self.form,
            "errors": finding_lines(errors, application),
            "profile": profile,
            # what the rules do not name: figures of the size class
            "lacks_profile": profile.kind != "ok" and not any(one.section == PROFILE for one in errors),
            "facts": self.dossier.profile,
            "sections": answers_of(self.dossier, units_by_channel(""), application.pk),
            "evidence": self.dossier.evidence,
            "may_submit": Step.SUBMIT in steps_open_to(self.request.user, application, timezone.now()),
        }


@requires(files_applications)
@require_POST
def book(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the application book set as PDF; the page of the job gives the file."""
    application = application_for(request.user, pk)
    title = _("Application book: %(title)s") % {"title": title_of(application)}
    job = enqueue(MAKE_BOOK, by=request.user, params={"application": application.pk}, title=title)
    return redirect("jobs:detail", pk=job.pk)


@requires(files_applications)
@require_safe
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """When what was submitted, with its number and digest."""
    application = application_for(request.user, pk)
    submissions = list(application.submissions.select_related("submitted_by").order_by("-serial"))
    if not submissions:
        raise Http404
    context = {"submissions": submissions, "last": submissions[0], "next": NEXT.get(application.outside_state, "")}
    return render(request, "submissions/receipt.html", frame_of(application, request.user) | context)


@requires(files_applications)
@require_http_methods(PAGE)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an application back, with a reason."""
    application = application_for(request.user, pk)
    form = ReasonForm(request.POST or None, initial={"seen_version": application.version})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        take_step(application, Step.WITHDRAW, by=request.user, seen_version=data["seen_version"], reason=data["reason"])
        messages.success(request, _("The application is withdrawn."))
        return redirect("submissions:detail", pk=pk)
    is_possible = Step.WITHDRAW in steps_open_to(request.user, application, timezone.now())
    context = frame_of(application, request.user) | {"form": form, "is_possible": is_possible}
    return render(request, "submissions/withdraw.html", context, status=422 if form.errors else 200)
