"""The one way to a file."""

from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from qa_portal.core.policy import requires, signed_in
from qa_portal.files.models import StoredFile
from qa_portal.files.operations import internal_address, note_fetch, open_for


def file_for(user: Any, file_id: UUID) -> StoredFile:
    """A file that the person may fetch; 404 whether it is foreign, expired or unknown."""
    return get_object_or_404(StoredFile.objects.visible_to(user), pk=file_id)


@requires(signed_in)
@require_safe
def download(request: HttpRequest, pk: UUID) -> HttpResponse | FileResponse:
    """Send a file to be saved, never to be shown: nothing in it runs in the portal's name.

    Behind the proxy only the permission is checked here; the proxy sends the bytes. Each fetch is an entry
    in the audit trail.
    """
    stored = file_for(request.user, pk)
    try:
        response = _handed_over(stored, request.user) or FileResponse(
            open_for(request.user, stored), as_attachment=True, filename=stored.name, content_type=stored.content_type
        )
    except FileNotFoundError:
        raise Http404 from None
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _handed_over(stored: StoredFile, person: Any) -> HttpResponse | None:
    """An empty answer that tells the proxy what to send; None without such a proxy."""
    address = internal_address(stored)
    if not address:
        return None
    note_fetch(stored, by=person)
    response = HttpResponse(content_type=stored.content_type)
    response["X-Accel-Redirect"] = address
    response["Content-Disposition"] = content_disposition_header(True, stored.name)
    return response
