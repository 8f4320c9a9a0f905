"""Files of evidence as experts get them: without traces of who made them, under a name that says nothing.

A copy is made when the first expert opens the file, and kept; its own purpose is fetched by nobody except
through the page of the case.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, Any

from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from qa_portal.core.errors import Refusal
from qa_portal.files.models import StoredFile
from qa_portal.files.operations import open_file, store
from reviews.models import BlindFileCopy
from submissions.blind import BlindFile
from submissions.enums import ScanState
from submissions.evidence.scanning import is_scanner_configured
from submissions.models import EvidenceFile

PURPOSE = "blind_evidence"
CLEANER = Path(__file__).with_name("cleaner.py")
WALL_SECONDS = 90
TYPES = {"pdf": "application/pdf", "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png"}


def blind_name(file: BlindFile) -> str:
    """The name that an expert sees: the type and the place, as on the page."""
    return f"{file.label} {file.number}.{file.kind}"


def is_clean(evidence: EvidenceFile) -> bool:
    """Nobody gets an infected file; with a scanner, experts wait until it is clean."""
    if evidence.scan == ScanState.INFECTED:
        return False
    return evidence.scan == ScanState.CLEAN or not is_scanner_configured()


def blind_file(evidence: EvidenceFile, kind: str) -> StoredFile:
    """The copy of a file for experts; made on first use. Raises Refusal for one that cannot be cleaned."""
    made = BlindFileCopy.objects.filter(evidence=evidence).select_related("stored").first()
    if made is not None:
        return made.stored
    with open_file(evidence.stored) as file:
        content = cleaned(file, kind)
    if content is None:
        raise Refusal(
            _("This file cannot be shown without saying who made it."), fix=_("Ask the bureau."), code="not_cleaned"
        )
    stored = store(content, name=f"{evidence.type}.{kind}", purpose=PURPOSE, owner=None, content_type=TYPES[kind])
    try:
        with transaction.atomic():
            BlindFileCopy.objects.create(evidence=evidence, stored=stored)
    except IntegrityError:  # two experts opened it at the same moment
        default_storage.delete(stored.key)
        stored.delete()
        return BlindFileCopy.objects.select_related("stored").get(evidence=evidence).stored
    return stored


def cleaned(file: IO[Any], kind: str, *, wall_seconds: float = WALL_SECONDS) -> bytes | None:
    """The content without traces, by a process of its own; None where it cannot be done."""
    with tempfile.TemporaryFile() as copy:
        file.seek(0)
        while block := file.read(1 << 20):
            copy.write(block)
        copy.seek(0)
        # -I: neither the environment nor the working folder decides what is imported
        command = [sys.executable, "-I", str(CLEANER), kind]
        try:
            done = subprocess.run(  # noqa: S603 - our own script, the file is its standard input
                command, stdin=copy, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=wall_seconds,
                env={"LANG": "C.UTF-8"}, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return None
    return done.stdout if done.returncode == 0 and done.stdout else None
