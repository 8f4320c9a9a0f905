"""Uploads in pieces: begin, add pieces in order, finish. Each piece asks policy and deadline again.

After a break the browser begins again with the same file and learns how much has arrived. Pieces lie in
the storage that all servers share; what is not finished goes after a day.
"""

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from qa_portal.core.errors import Refusal
from qa_portal.files.operations import BLOCK, open_file, remove_file, store
from qa_portal.files.rules import shown_name
from submissions.enums import EvidenceType
from submissions.evidence.access import CHUNK_PURPOSE
from submissions.evidence.operations import add_evidence, lock_for_edit, refuse_size, refuse_total
from submissions.evidence.rules import refuse_ending
from submissions.models import Application, EvidenceChunk, EvidenceFile, EvidenceUpload

CHUNK = 1024 * 1024
MOST_OPEN = 30


class WrongOffset(Refusal):
    """The piece does not continue what has arrived; `received` says where to go on."""

    def __init__(self, received: int) -> None:
        super().__init__(_("This piece does not continue the file."), code="offset")
        self.received = received


def start_upload(
    application: Application, type: str, name: str, size: int, *, mark: str = "", by: Any,
    replaces: EvidenceFile | None = None,
) -> EvidenceUpload:  # fmt: skip
    """Begin an upload, or find the one that this person began with the same file. Raises Refusal."""
    name = shown_name(name)
    if size <= 0:
        raise Refusal(_("The file is empty."), fix=_("Choose the file again."), field="file", code="empty")
    refuse_size(application.campaign, size)
    refuse_ending(name)
    with transaction.atomic():
        row = lock_for_edit(application, by)
        open_ones = row.uploads.filter(expires_at__gt=timezone.now())
        same = open_ones.filter(
            started_by=by, name=name, size=size, mark=mark[:40], type=EvidenceType(type), replaces=replaces
        )
        if found := same.first():
            return found
        if open_ones.count() >= MOST_OPEN:
            raise Refusal(_("Too many uploads are under way."), fix=_("Wait until some have finished."), code="uploads")
        under_way = open_ones.aggregate(sum=Sum("size"))["sum"] or 0
        refuse_total(row, size + under_way, less=replaces.stored.size if replaces else 0)
        return EvidenceUpload.objects.create(
            application=row, type=EvidenceType(type), name=name, size=size, mark=mark[:40], started_by=by,
            replaces=replaces,
        )  # fmt: skip


def add_chunk(upload: EvidenceUpload, offset: int, content: bytes, *, by: Any) -> int:
    """Add the next piece; returns how much has arrived. Raises WrongOffset, or Refusal after the deadline."""
    stored = None
    try:
        with transaction.atomic():
            lock_for_edit(upload.application, by)
            row = _locked(upload, by)
            if offset != row.received:
                raise WrongOffset(row.received)
            if not content or len(content) > CHUNK or offset + len(content) > row.size:
                raise Refusal(_("This piece has a wrong size."), code="chunk")
            stored = store(content, name=row.name, purpose=CHUNK_PURPOSE, owner=by)
            EvidenceChunk.objects.create(upload=row, offset=offset, stored=stored)
            row.received += len(content)
            row.save(update_fields=["received"])
    except BaseException:
        if stored is not None:
            default_storage.delete(stored.key)
        raise
    return row.received


def finish_upload(upload: EvidenceUpload, *, by: Any) -> EvidenceFile:
    """Put the pieces together, check and add the file. The pieces go in any case that is final."""
    with transaction.atomic():
        row = _locked(upload, by)
        if row.received != row.size:
            raise WrongOffset(row.received)
    with SpooledTemporaryFile(max_size=4 * CHUNK) as whole:
        for block in _blocks(row):
            whole.write(block)
        try:
            made = add_evidence(row.application, row.type, whole, row.name, by=by, replaces=row.replaces)
        except Refusal:
            cancel_upload(row, by=by)
            raise
    cancel_upload(row, by=by)
    return made


def cancel_upload(upload: EvidenceUpload, *, by: Any) -> None:
    """Forget an upload and its pieces; who began it may do so at any time."""
    with transaction.atomic():
        row = EvidenceUpload.objects.select_for_update().filter(pk=upload.pk, started_by=by).first()
        if row is not None:
            _remove(row)


def expire_uploads() -> int:
    """Remove uploads that were not finished in time; returns how many."""
    gone = 0
    for upload in list(EvidenceUpload.objects.filter(expires_at__lte=timezone.now()).order_by("expires_at")):
        with transaction.atomic():
            row = EvidenceUpload.objects.select_for_update().filter(pk=upload.pk).first()
            if row is not None:
                _remove(row)
                gone += 1
    return gone


def _locked(upload: EvidenceUpload, by: Any) -> EvidenceUpload:
    found = (
        EvidenceUpload.objects.select_for_update(of=("self",))
        .select_related("application__campaign", "replaces__stored")
        .filter(pk=upload.pk, started_by=by, expires_at__gt=timezone.now())
        .first()
    )
    if found is None:
        raise Refusal(_("This upload is over."), fix=_("Choose the file again."), code="over")
    return found


def _blocks(upload: EvidenceUpload) -> Iterator[bytes]:
    """The content of all pieces, in order. Raises Refusal where the storage lost one."""
    expected = 0
    for chunk in upload.chunks.select_related("stored").order_by("offset"):
        if chunk.offset != expected:
            break
        expected += chunk.stored.size
        with open_file(chunk.stored) as file:
            yield from file.chunks(BLOCK)
    if expected != upload.size:
        raise Refusal(_("A piece of the file is missing."), fix=_("Choose the file again."), code="over")


def _remove(upload: EvidenceUpload) -> None:
    files = [chunk.stored for chunk in upload.chunks.select_related("stored")]
    upload.delete()
    for stored in files:
        remove_file(stored)
