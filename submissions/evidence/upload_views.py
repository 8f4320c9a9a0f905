"""Uploads in pieces, for the script of the page: begin, pieces, finish, cancel. Answers are JSON."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from qa_portal.core.errors import Refusal
from qa_portal.core.policy import requires
from submissions.evidence.forms import StartForm
from submissions.evidence.uploads import (
    CHUNK,
    WrongOffset,
    add_chunk,
    cancel_upload,
    finish_upload,
    start_upload,
)
from submissions.models import Application, EvidenceUpload
from submissions.policy import files_applications
from submissions.queries import application_for

View = Callable[..., JsonResponse]


def told_as_json(view: View) -> View:
    """A refusal as JSON: what happened, what to do; `received` where the upload goes on from elsewhere."""

    @wraps(view)
    def told(request: HttpRequest, **kwargs: Any) -> JsonResponse:
        try:
            return view(request, **kwargs)
        except Refusal as refusal:
            said: dict[str, Any] = {"message": str(refusal.message), "fix": str(refusal.fix), "code": refusal.code}
            if isinstance(refusal, WrongOffset):
                said["received"] = refusal.received
            return JsonResponse(said, status=refusal.status)

    return told


def upload_for(user: Any, upload: UUID) -> EvidenceUpload:
    """An upload that the person began for an application of theirs; 404 otherwise."""
    found = EvidenceUpload.objects.select_related("application__campaign").filter(
        application__in=Application.objects.visible_to(user), started_by=user
    )
    return get_object_or_404(found, pk=upload)


@requires(files_applications)
@require_POST
@told_as_json
def upload_start(request: HttpRequest, pk: int) -> JsonResponse:
    """Begin, or go on with the same file; says how much has arrived and where pieces go."""
    application, form = application_for(request.user, pk), StartForm(request.POST)
    if not form.is_valid():
        raise Refusal(_("The upload cannot begin."), fix=_("Open the page again."), code="form")
    data = form.cleaned_data
    former = get_object_or_404(application.evidence, pk=data["replaces"]) if data["replaces"] else None
    upload = start_upload(
        application, data["type"], data["name"], data["size"], mark=data["mark"], by=request.user, replaces=former
    )
    addresses = {
        name: reverse(f"submissions:upload_{name}", kwargs={"upload": upload.pk})
        for name in ("chunk", "finish", "cancel")
    }
    return JsonResponse({"received": upload.received, "chunk_size": CHUNK, **addresses})


@requires(files_applications)
@require_http_methods(["PUT"])
@told_as_json
def upload_chunk(request: HttpRequest, upload: UUID) -> JsonResponse:
    """One piece; the header Upload-Offset says where it belongs."""
    found, offset = upload_for(request.user, upload), request.headers.get("Upload-Offset", "")
    if not (offset.isascii() and offset.isdigit() and len(offset) < 15):
        raise Refusal(_("This piece has a wrong size."), code="chunk")
    return JsonResponse({"received": add_chunk(found, int(offset), request.body, by=request.user)})


@requires(files_applications)
@require_POST
@told_as_json
def upload_finish(request: HttpRequest, upload: UUID) -> JsonResponse:
    """Put it together, check it, and add it to the evidence."""
    made = finish_upload(upload_for(request.user, upload), by=request.user)
    return JsonResponse({"id": made.pk, "type": made.type, "sha256": made.stored.sha256})


@requires(files_applications)
@require_POST
@told_as_json
def upload_cancel(request: HttpRequest, upload: UUID) -> JsonResponse:
    """Forget an upload."""
    cancel_upload(upload_for(request.user, upload), by=request.user)
    return JsonResponse({})
