"""What an evidence file must be, by its content: the name only says what the person believes it is.

`inspect` is the one entry. Everything that is refused says why and what to do. PDF is looked into by a
process of its own with limited memory and time (see `pdf`), archives are counted before they are opened.
"""

import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from django.utils.translation import gettext as _

from qa_portal.core.errors import Refusal
from submissions.evidence.ofd import check_ofd
from submissions.evidence.pdf import look_into_pdf

HEAD = 4096
TAIL = 70_000
MAX_PIXELS = 120_000_000
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
# What a browser might take for a page, wherever it stands in the first bytes
ACTIVE_TEXT = (b"<script", b"<html", b"<!doctype", b"<svg", b"<iframe", b"<?php", b"javascript:")
_OFFICE = "doc docx docm dot dotm xls xlsx xlsm xlsb ppt pptx pptm wps et dps odt ods odp rtf"
_ARCHIVES = "zip rar 7z gz tar bz2 xz"
OFFICE, ARCHIVES = frozenset(_OFFICE.split()), frozenset(_ARCHIVES.split())


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a file is. `pages` and `is_searchable` are None where they do not apply or cannot be told."""

    ending: str
    content_type: str
    pages: int | None = None
    is_searchable: bool | None = None
    secret_words: tuple[str, ...] = ()


Check = Callable[[IO[bytes]], Inspected]


def inspect(file: IO[bytes], name: str) -> Inspected:
    """Say what the file is. Raises Refusal with reason and remedy; the file is left at its beginning."""
    ending = kind_of_name(name)
    head, tail = _ends(file)
    if not head:
        raise _refused(_("The file is empty."), _("Choose the file again."), "empty")
    refuse_ending(name)
    check, found = CHECKS[ending], kind_of(head)
    if found != KINDS[ending]:
        raise _wrong_content(ending, head)
    if any(mark in head.lower() for mark in ACTIVE_TEXT) and found != "ofd":
        raise _mixed()
    if found != "ofd" and any(mark in tail for mark in ZIP_MARKS[1:]) and zipfile.is_zipfile(file):
        raise _mixed()
    file.seek(0)
    try:
        return check(file)
    finally:
        file.seek(0)


def kind_of_name(name: str) -> str:
    """The ending of a name in lower case, without its dot."""
    return PurePosixPath(name).suffix.lower().lstrip(".")


def refuse_ending(name: str) -> None:
    """Raises Refusal for a name whose ending is not taken: it can be said before anything is sent."""
    ending = kind_of_name(name)
    if ending not in CHECKS:
        raise _unknown_ending(ending)


def kind_of(head: bytes) -> str:
    """The kind by the very first bytes: a mark that comes later is a file that pretends."""
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    return "ofd" if head.startswith(ZIP_MARKS[0]) else ""


def _ends(file: IO[bytes]) -> tuple[bytes, bytes]:
    file.seek(0)
    head = file.read(HEAD)
    size = file.seek(0, 2)
    file.seek(max(0, size - TAIL))
    return head, file.read(TAIL)


# ------------------------------------------------------------------ refusals


def _refused(message: str, fix: str, code: str) -> Refusal:
    return Refusal(message, fix=fix, field="file", code=code)


def _unknown_ending(ending: str) -> Refusal:
    if ending in OFFICE:
        message = _("Office files are not taken: they can carry macros.")
        return _refused(message, _("Save it as PDF and upload the PDF."), "office")
    if ending in ARCHIVES:
        return _refused(_("Archives are not taken."), _("Upload the files one by one."), "type")
    return _refused(_("Only PDF, OFD, JPG and PNG are taken."), _("Save or scan it in one of these formats."), "type")


def _wrong_content(ending: str, head: bytes) -> Refusal:
    if head.startswith(OLE) or b"[Content_Types].xml" in head or b"word/" in head or b"xl/" in head:
        message = _("This is an Office file with another ending; it can carry macros.")
        return _refused(message, _("Save it as PDF and upload the PDF."), "office")
    message = _("The ending says %(ending)s, but the content is something else.") % {"ending": ending.upper()}
    return _refused(message, _("Open it, and save or print it as PDF."), "type_mismatch")


def _mixed() -> Refusal:
    message = _("The file is two things at once: something else is hidden in it.")
    return _refused(message, _("Open it, and print it as a new PDF."), "mixed")


def _broken() -> Refusal:
    message = _("The file is damaged and cannot be opened.")
    return _refused(message, _("Open it on your computer; save or scan it again."), "broken")


# ------------------------------------------------------------------ pictures


def check_png(file: IO[bytes]) -> Inspected:
    """Every chunk whole and with its checksum, the picture of a sensible size, nothing after its end."""
    file.seek(8)
    is_first = True
    while True:
        head = file.read(8)
        if len(head) < 8:
            raise _broken()
        length, kind = struct.unpack(">I4s", head)
        data, checksum = file.read(length), file.read(4)
        if len(data) < length or checksum != struct.pack(">I", zlib.crc32(kind + data)):
            raise _broken()
        if is_first:
            if kind != b"IHDR" or length != 13:
                raise _broken()
            _refuse_huge(*struct.unpack(">II", data[:8]))
            is_first = False
        if kind == b"IEND":
            break
    if file.read(1):
        raise _mixed()
    return Inspected("png", "image/png", pages=1)


def check_jpg(file: IO[bytes]) -> Inspected:
    """Whole segments, a sensible size, an end, and no other file behind it."""
    file.seek(2)
    has_size = False
    while True:
        mark = file.read(2)
        if len(mark) < 2 or mark[0] != 0xFF:
            raise _broken()
        if mark[1] == 0xFF:  # filling
            file.seek(-1, 1)
            continue
        length = int.from_bytes(file.read(2), "big")
        data = file.read(length - 2) if length >= 2 else b""
        if length < 2 or len(data) < length - 2:
            raise _broken()
        if 0xC0 <= mark[1] <= 0xCF and mark[1] not in (0xC4, 0xC8, 0xCC):
            if len(data) < 5:
                raise _broken()
            height, width = struct.unpack(">HH", data[1:5])
            _refuse_huge(width, height)
            has_size = True
        if mark[1] == 0xDA:
            break
    rest = file.read()
    end = rest.rfind(b"\xff\xd9")
    if not has_size or end < 0:
        raise _broken()
    behind = rest[end + 2 :].lower()
    if any(mark in behind for mark in (*ACTIVE_TEXT, b"%pdf", b"pk\x03\x04")):
        raise _mixed()
    return Inspected("jpg", "image/jpeg", pages=1)


def _refuse_huge(width: int, height: int) -> None:
    if not width or not height:
        raise _broken()
    if width * height > MAX_PIXELS:
        message = _("The picture has %(width)s × %(height)s points; that is too many.")
        raise _refused(message % {"width": width, "height": height}, _("Scan it at 300 dpi."), "bomb")


# ------------------------------------------------------------------ documents


def check_pdf(file: IO[bytes]) -> Inspected:
    """A PDF that opens without a password, runs nothing, hides nothing and unpacks to a sensible size."""
    found = look_into_pdf(file)
    if found.problem:
        message, fix = pdf_problems()[found.problem]
        raise _refused(message, fix, found.problem)
    return Inspected("pdf", "application/pdf", found.pages, found.is_searchable, found.secret_words)


def pdf_problems() -> dict[str, tuple[str, str]]:
    """What to say of each problem that the look into a PDF can find."""
    print_it = _("Open it, and print it as a new PDF.")
    return {
        "broken": (
            _("The file is damaged and cannot be opened."), _("Open it on your computer; save or scan it again."),
        ),
        "encrypted": (
            _("The PDF is protected with a password or against use."), _("Save it without protection."),
        ),
        "active": (_("The PDF contains scripts or starts programs."), print_it),
        "attachments": (_("The PDF has other files attached."), _("Upload them one by one, and the PDF without them.")),
        "bomb": (_("The PDF unpacks to far more than it should."), print_it),
        "mixed": (_("The file is two things at once: something else is hidden in it."), print_it),
        "limits": (_("The PDF takes too long to check."), _("Export it with fewer or simpler pages, or split it.")),
    }  # fmt: skip


def check_ofd_file(file: IO[bytes]) -> Inspected:
    """An OFD package: a small archive with its entry page, nothing executable, no archive inside."""
    problem = check_ofd(file)
    if problem == "office":
        raise _wrong_content("ofd", b"[Content_Types].xml")
    if problem == "broken":
        raise _broken()
    if problem == "type_mismatch":
        raise _wrong_content("ofd", b"")
    if problem == "encrypted":
        raise _refused(_("The archive is protected with a password."), _("Save it without protection."), "encrypted")
    if problem == "attachments":
        message = _("The OFD file contains programs or other archives.")
        raise _refused(message, _("Open it, and print it as a new PDF."), "attachments")
    if problem == "bomb":
        message = _("The file unpacks to far more than it should.")
        raise _refused(message, _("Open it, and print it as a new PDF."), "bomb")
    return Inspected("ofd", "application/ofd")


KINDS = {"pdf": "pdf", "ofd": "ofd", "jpg": "jpg", "jpeg": "jpg", "png": "png"}
CHECKS: dict[str, Check] = {
    "pdf": check_pdf, "ofd": check_ofd_file, "jpg": check_jpg, "jpeg": check_jpg, "png": check_png,
}  # fmt: skip
ENDINGS = tuple(f".{ending}" for ending in CHECKS)
