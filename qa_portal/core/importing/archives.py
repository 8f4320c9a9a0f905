"""Zip files (.xlsx and uploads) whose real size is known before anything else opens them."""

import struct
import zipfile
import zlib
from pathlib import Path
from typing import IO

from django.utils.translation import gettext_noop

from qa_portal.core.importing.problems import TableError

MAX_ENTRIES = 2_000
MAX_TOTAL = 1_000_000_000  # bytes unpacked
MAX_RATIO = 150  # unpacked to packed, judged above MIN_JUDGED; sheets of equal rows reach about 40
MIN_JUDGED = 20_000_000
CHUNK = 1 << 20
DIRECTORY_ENTRY = b"PK\x01\x02"
LOCAL_HEADER = struct.Struct("<4s22xHH")
DAMAGED = gettext_noop("the file is damaged or not what its ending says")


def check_zip(path: Path, *, max_total: int = MAX_TOTAL) -> zipfile.ZipFile:
    """Open a zip file after proving that it unpacks to what it states; raises TableError.

    The stated sizes may lie and other readers believe the stream, so every stream is run through the
    decompressor and counted, without keeping what comes out.
    """
    if _counted(path, DIRECTORY_ENTRY) > MAX_ENTRIES:  # before the directory is read into memory
        raise TableError(gettext_noop("the archive holds too many entries"))
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        raise TableError(DAMAGED) from None
    try:
        _check_entries(path, archive.infolist(), max_total)
    except BaseException:
        archive.close()
        raise
    return archive


def _counted(path: Path, mark: bytes) -> int:
    """How often the bytes `mark` occur in a file."""
    count, tail = 0, b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            count += (tail + chunk).count(mark)
            tail = chunk[-len(mark) + 1 :]
    return count


def _check_entries(path: Path, entries: list[zipfile.ZipInfo], max_total: int) -> None:
    stated = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if stated > max_total or (stated > MIN_JUDGED and stated > MAX_RATIO * packed):
        raise TableError(gettext_noop("the archive unpacks to far more than it should; it is not opened"))
    # entries that share their bytes, or names that two readers may resolve differently
    if packed > path.stat().st_size or len({entry.filename.casefold() for entry in entries}) < len(entries):
        raise TableError(DAMAGED)
    with path.open("rb") as raw:
        for entry in entries:
            if entry.flag_bits & 1:
                raise TableError(gettext_noop("the archive is encrypted"))
            if _real_size(raw, entry) != entry.file_size:
                raise TableError(gettext_noop("the archive states a wrong size; it is not opened"))


def _real_size(raw: IO[bytes], entry: zipfile.ZipInfo) -> int:
    """Unpack one entry without keeping it; stops soon after the stated size is passed."""
    raw.seek(entry.header_offset)
    header = raw.read(LOCAL_HEADER.size)
    if len(header) < LOCAL_HEADER.size or header[:4] != b"PK\x03\x04":
        raise TableError(DAMAGED)
    _, name_length, extra_length = LOCAL_HEADER.unpack(header)
    raw.seek(name_length + extra_length, 1)
    if entry.compress_type == zipfile.ZIP_STORED:
        return entry.compress_size
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise TableError(gettext_noop("the archive uses an unusual compression"))
    unpacker = zlib.decompressobj(-15)
    size, left = 0, entry.compress_size
    try:
        while left and not unpacker.eof:
            data = raw.read(min(CHUNK, left))
            if not data:
                break
            left -= len(data)
            while data and size <= entry.file_size:
                size += len(unpacker.decompress(data, CHUNK))
                data = unpacker.unconsumed_tail
            if size > entry.file_size:
                return size
        return size + len(unpacker.flush())
    except zlib.error:
        raise TableError(DAMAGED) from None
