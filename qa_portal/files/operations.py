"""Storing and removing files."""

import hashlib
import logging
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from qa_portal.audit.downloads import note_taken
from qa_portal.core.errors import Refusal
from qa_portal.files.models import StoredFile
from qa_portal.files.registry import Purpose, purpose_for
from qa_portal.files.rules import served_type, shown_name

log = logging.getLogger(__name__)
BLOCK = 64 * 1024
IN_MEMORY = 2 * 1024 * 1024

# longer than any transaction or job may last
ORPHAN_AGE = timedelta(days=1)
FOLDER_NAME = re.compile(r"[0-9a-f]{2}")
CONTENT_NAME = re.compile(r"[0-9a-f]{32}(_\w{7})?")

Content = bytes | IO[bytes] | File | Iterable[bytes]


def store(
    content: Content,
    *,
    name: str,
    purpose: str,
    owner: Any,
    content_type: str = "",
    expires_at: datetime | None = None,
) -> StoredFile:
    """Store bytes, an open file or blocks of bytes; read in blocks, whatever the size.

    The name is data for people only, the file lies under its own key. `owner` is None for the portal's
    own files. Raises Refusal (`file_too_large`) past the purpose's limit, LookupError for an unknown
    purpose.
    """
    rule = purpose_for(purpose)
    now = timezone.now()
    if expires_at is None and rule.keep_for is not None:
        expires_at = now + rule.keep_for
    file_id, digest = uuid4(), hashlib.sha256()
    with SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
        for block in _blocks(content):
            digest.update(block)
            spool.write(block)
            _refuse_too_large(spool.tell(), rule)
        size = spool.tell()
        spool.seek(0)
        key = default_storage.save(f"{file_id.hex[:2]}/{file_id.hex}", File(spool))
    try:
        return StoredFile.objects.create(
            id=file_id, owner=owner, purpose=purpose, name=shown_name(name), size=size,
            content_type=served_type(content_type), sha256=digest.hexdigest(), key=key,
            created_at=now, expires_at=expires_at,
        )  # fmt: skip
    except BaseException:
        default_storage.delete(key)
        raise


def _blocks(content: Content) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
    elif isinstance(content, File):
        yield from content.chunks(BLOCK)
    elif hasattr(content, "read"):
        while block := content.read(BLOCK):
            yield block
    else:
        yield from content


def _refuse_too_large(size: int, rule: Purpose) -> None:
    if rule.max_size is not None and size > rule.max_size:
        raise Refusal(
            _("The file is larger than %d MB.") % (rule.max_size // 1024**2), field="file", code="file_too_large"
        )


def open_file(stored: StoredFile) -> File:
    """The content, open for reading; close it. Raises FileNotFoundError when the storage lost it."""
    return default_storage.open(stored.key, "rb")


def internal_address(stored: StoredFile) -> str:
    """Where the proxy finds the content, below FILES_INTERNAL_URL; "" when the portal sends files itself.

    A bucket stays private: its address is signed for a minute, and only the proxy ever sees it. Raises
    FileNotFoundError when the storage lost the content.
    """
    if not settings.FILES_INTERNAL_URL:
        return ""
    if not default_storage.exists(stored.key):
        raise FileNotFoundError(stored.key)
    prefix = settings.FILES_INTERNAL_URL.rstrip("/")
    if isinstance(default_storage, FileSystemStorage):
        return f"{prefix}/files/{stored.key}"
    said = {
        "ResponseContentType": stored.content_type,
        "ResponseContentDisposition": content_disposition_header(True, stored.name),
    }
    bucket: Any = default_storage
    signed = urlsplit(bucket.url(stored.key, parameters=said))
    return f"{prefix}/s3{signed.path}?{signed.query}"


def note_fetch(stored: StoredFile, *, by: Any) -> None:
    """One entry for each file that a person fetches, to save or to look at."""
    note_taken("file.fetched", stored, by=by, name=stored.name, purpose=stored.purpose, sha256=stored.sha256)


def open_for(person: Any, stored: StoredFile) -> File:
    """The content for a person who may fetch it, noted in the audit trail. Raises as `open_file`."""
    file = open_file(stored)
    try:
        note_fetch(stored, by=person)
    except BaseException:
        file.close()
        raise
    return file


def is_intact(stored: StoredFile) -> bool:
    """The storage still holds exactly what was stored."""
    digest = hashlib.sha256()
    try:
        with open_file(stored) as file:
            for block in file.chunks(BLOCK):
                digest.update(block)
    except FileNotFoundError:
        return False
    return digest.hexdigest() == stored.sha256


def remove_file(stored: StoredFile) -> None:
    """Remove a file and, after the commit, its content. Raises ProtectedError while it is in use."""
    stored.delete()
    transaction.on_commit(partial(_remove_content, stored.key))


def _remove_content(key: str) -> None:
    try:
        default_storage.delete(key)
    except Exception:
        log.exception("content %s was not removed from the storage", key)


def sweep_orphans(*, older_than: timedelta = ORPHAN_AGE) -> int:
    """Remove content that no row knows; returns how much went.

    A transaction that was undone, or a process that was killed, leaves its content behind. What is younger
    than `older_than` may belong to a transaction that is still open. Only names that `store` makes count:
    whatever else lies in the storage is not ours.
    """
    gone, limit = 0, timezone.now() - older_than
    for folder in sorted(name for name in _listed("")[0] if FOLDER_NAME.fullmatch(name)):
        keys = [f"{folder}/{name}" for name in _listed(folder)[1] if CONTENT_NAME.fullmatch(name)]
        known = set(StoredFile.objects.filter(key__startswith=f"{folder}/").values_list("key", flat=True))
        for key in sorted(set(keys) - known):
            if default_storage.get_modified_time(key) < limit:
                _remove_content(key)
                gone += 1
    if gone:
        log.warning("%d pieces of content that no file knows were removed from the storage", gone)
    return gone


def _listed(folder: str) -> tuple[list[str], list[str]]:
    """Folders and files there; none where nothing was ever stored."""
    try:
        return default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []


def expire_files() -> int:
    """Remove what has expired; returns how many files went. One that is in use stays and is logged."""
    gone = 0
    for stored in list(StoredFile.objects.expired().order_by("expires_at")):
        try:
            with transaction.atomic():
                remove_file(stored)
        except (ProtectedError, RestrictedError):
            log.warning("expired file %s is still in use", stored.pk)
        else:
            gone += 1
    return gone
