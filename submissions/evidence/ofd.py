"""OFD (GB/T 33190-2016): a zip archive whose entry page is OFD.xml."""

import re
import zipfile
from copy import copy
from pathlib import PurePosixPath
from typing import IO

MAX_ENTRIES = 5_000
MAX_TOTAL = 300_000_000
MAX_RATIO = 150
JUDGED_FROM = 20_000_000
ENTRY = "OFD.xml"
MAX_ENTRY = 1_000_000
NAMESPACE = b"http://www.ofdspec.org/"
DIRECTORY_ENTRY = b"PK\x01\x02"
# Programs, pages, macros and archives have no place in a document
_PROGRAMS = "exe dll com scr msi bat cmd ps1 sh js jse vbs vbe wsf hta jar class html htm xhtml svg swf lnk"
_CONTAINERS = "zip rar 7z gz tar bz2 doc docx docm xls xlsx xlsm ppt pptx pptm ofd pdf"
FORBIDDEN = frozenset(f"{_PROGRAMS} {_CONTAINERS}".split())


def check_ofd(file: IO[bytes]) -> str:
    """What is wrong: "" or broken, encrypted, bomb, attachments, office, type_mismatch.

    Sizes that the directory states may lie: each entry is unpacked and counted, and not kept.
    """
    if _counted(file) > MAX_ENTRIES:
        return "bomb"
    try:
        with zipfile.ZipFile(file) as archive:
            return _problem(archive, file)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, EOFError, RuntimeError):
        return "broken"
    except Exception as error:
        if type(error).__module__ in ("zlib", "lzma", "bz2", "_lzma"):
            return "broken"
        raise


def _counted(file: IO[bytes]) -> int:
    """Entries of the directory, before it is read into memory."""
    file.seek(0)
    count, tail = 0, b""
    while block := file.read(1 << 20):
        count += (tail + block).count(DIRECTORY_ENTRY)
        tail = block[-3:]
    file.seek(0)
    return count


def _problem(archive: zipfile.ZipFile, file: IO[bytes]) -> str:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if "[Content_Types].xml" in names:
        return "office"
    if ENTRY not in names:
        return "type_mismatch"
    if any(entry.flag_bits & 1 for entry in entries):
        return "encrypted"
    stated, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if stated > MAX_TOTAL or (stated > JUDGED_FROM and stated > MAX_RATIO * max(packed, 1)):
        return "bomb"
    file.seek(0, 2)
    # entries that share their bytes, or names that two readers may resolve differently
    if packed > file.tell() or len({name.casefold() for name in names}) < len(names):
        return "broken"
    if any(PurePosixPath(name).suffix.lower().lstrip(".") in FORBIDDEN for name in names):
        return "attachments"
    for entry in entries:
        _count_through(archive, entry)
    return _entry_problem(archive)


def _count_through(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Unpack one entry without keeping it; another size or checksum than it states is BadZipFile.

    Read to the end of its stream: other programs believe the stream, not the size.
    """
    whole = copy(entry)
    whole.file_size = MAX_TOTAL
    with archive.open(whole) as stream:
        size = 0
        while block := stream.read(1 << 20):
            size += len(block)
            if size > entry.file_size:
                break
    if size != entry.file_size:
        raise zipfile.BadZipFile("states a wrong size")


def _entry_problem(archive: zipfile.ZipFile) -> str:
    """The entry page is small XML of the standard's namespace, without a document type of its own."""
    if archive.getinfo(ENTRY).file_size > MAX_ENTRY:
        return "broken"
    text = archive.read(ENTRY)
    if re.search(rb"<!\s*(doctype|entity)", text, re.I) or NAMESPACE not in text:
        return "type_mismatch"
    return ""
