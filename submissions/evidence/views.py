"""Pages of evidence: slots, upload with and without scripts, linking, preview."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from qa_portal.core.errors import Refusal
from qa_portal.core.policy import requires
from qa_portal.files.operations import open_for
from submissions.evidence.access import evidence_for, works_with_evidence
from submissions.evidence.forms import ReplaceForm, UploadForm
from submissions.evidence.operations import (
    MEGABYTE,
    add_evidence,
    describe_evidence,
    limits_of,
    remove_evidence,
)
from submissions.evidence.rules import ENDINGS
from submissions.evidence.scanning import is_scanner_configured
from submissions.evidence.slots import SHOWN_INLINE, slots_of
from submissions.evidence.uploads import CHUNK
from submissions.models import Application, EvidenceFile
from submissions.policy import files_applications
from submissions.queries import application_for, dossier_of
from submissions.views.sections import frame_of

# A file is shown in a page of its own, in which nothing runs and from which nothing else is loaded
SHOWN_ALONE = "sandbox; default-src 'none'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file of a plain form."""

    name: str
    refusal: Refusal | None = None


def evidence_file_for(user: Any, pk: int) -> EvidenceFile:
    """A file that the person may fetch; 404 whether it is foreign or unknown."""
    found = evidence_for(user).select_related("stored", "application__campaign")
    return get_object_or_404(found, pk=pk)


def own_file_for(user: Any, pk: int) -> EvidenceFile:
    """A file of an application of one's own, infected or not: it can be replaced and removed."""
    found = EvidenceFile.objects.filter(application__in=Application.objects.visible_to(user))
    return get_object_or_404(found.select_related("stored", "application__campaign"), pk=pk)


@requires(works_with_evidence)
@require_safe
def evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """A slot for every type of evidence; read-only for those who only see the application."""
    return _page(request, application_for(request.user, pk))


def _page(request: HttpRequest, application: Application, outcomes: list[Outcome] | None = None) -> HttpResponse:
    dossier = dossier_of(application)
    fetchable = set(evidence_for(request.user).filter(application=application).values_list("pk", flat=True))
    slots = slots_of(application, dossier, fetchable)
    refused = [one for one in outcomes or () if one.refusal]
    standing = sum(proof.size for proof in dossier.evidence)
    limits = limits_of(application.campaign)
    context = frame_of(application, request.user) | {
        "needed": [slot for slot in slots if slot.reason or slot.files],
        "other": [slot for slot in slots if not slot.reason and not slot.files],
        "refused": refused,
        "standing": standing,
        "total": limits.total,
        "file_limit": limits.file // MEGABYTE,
        "accept": ",".join(ENDINGS),
        "chunk": CHUNK,
        "is_scanned": is_scanner_configured(),
        "owns": files_applications(request.user),
    }
    return render(request, "submissions/evidence.html", context, status=422 if refused else 200)


@requires(files_applications)
@require_POST
def evidence_upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Files of one type from a plain form: the good ones are taken, each refused one says why."""
    application, form = application_for(request.user, pk), UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        first = next(iter(form.errors.values()))[0]
        return _page(request, application, [Outcome("", Refusal(first))])
    outcomes = [_added(request, application, form.cleaned_data["type"], file) for file in form.cleaned_data["file"]]
    done = sum(one.refusal is None for one in outcomes)
    if done:
        messages.success(request, _("%(count)s files were added.") % {"count": done})
    if done == len(outcomes):
        return redirect_to_slot(pk, form.cleaned_data["type"])
    return _page(request, application, outcomes)


def _added(request: HttpRequest, application: Application, type: str, file: Any) -> Outcome:
    try:
        add_evidence(application, type, file, file.name, by=request.user)
    except Refusal as refusal:
        return Outcome(file.name, refusal)
    return Outcome(file.name)


def redirect_to_slot(pk: int, type: str) -> HttpResponse:
    response = redirect("submissions:evidence", pk=pk)
    response["Location"] += f"#slot-{type}"
    return response


@requires(files_applications)
@require_POST
def evidence_replace(request: HttpRequest, pk: int) -> HttpResponse:
    """The next version of a file; the former one is kept."""
    former, form = own_file_for(request.user, pk), ReplaceForm(request.POST, request.FILES)
    application = former.application
    if not form.is_valid():
        return _page(request, application, [Outcome("", Refusal(next(iter(form.errors.values()))[0]))])
    file = form.cleaned_data["file"]
    try:
        add_evidence(application, former.type, file, file.name, by=request.user, replaces=former)
    except Refusal as refusal:
        return _page(request, application, [Outcome(file.name, refusal)])
    messages.success(request, _("The file is replaced; the former version is kept."))
    return redirect_to_slot(application.pk, former.type)


@requires(files_applications)
@require_POST
def evidence_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a file away."""
    found = own_file_for(request.user, pk)
    remove_evidence(found, by=request.user)
    messages.success(request, _("“%(name)s” is removed.") % {"name": found.stored.name})
    return redirect_to_slot(found.application_id, found.type)


@requires(files_applications)
@require_POST
def evidence_describe(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what a file proves, and the figures that stand in it."""
    found = own_file_for(request.user, pk)
    describe_evidence(found, claims=request.POST.getlist("claims"), facts=request.POST.dict(), by=request.user)
    messages.success(request, _("Saved."))
    return redirect_to_slot(found.application_id, found.type)


@requires(works_with_evidence)
@require_safe
def evidence_preview(request: HttpRequest, pk: int) -> FileResponse:
    """Show a PDF or picture in a page of its own; scripts were refused when it was uploaded."""
    stored = evidence_file_for(request.user, pk).stored
    if stored.name.lower().rpartition(".")[2] not in SHOWN_INLINE:
        raise Http404
    try:
        response = FileResponse(open_for(request.user, stored), filename=stored.name, content_type=stored.content_type)
    except FileNotFoundError:
        raise Http404 from None
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = SHOWN_ALONE
    response["X-Content-Type-Options"] = "nosniff"
    return response
