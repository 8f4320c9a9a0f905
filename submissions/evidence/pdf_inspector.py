"""The process that looks into one PDF on its standard input and prints one line of JSON.

Run by `pdf.look_into_pdf`; imports nothing of the portal. It limits itself before it reads a byte.
"""

import io
import json
import logging
import re
import resource
import sys
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

CPU_SECONDS = 20
MEMORY = 1 << 30
MAX_OBJECTS = 300_000
MAX_STREAM = 160_000_000  # bytes unpacked: a page in colour at 600 dpi is 105 MB
MAX_TOTAL = 1_500_000_000
JUDGED_FROM = 100_000_000
MAX_RATIO = 200  # over all streams, judged above JUDGED_FROM
TEXT_PAGES = 20
TEXT_STREAM = 2_000_000
ENOUGH_TEXT = 30
MAX_DEPTH = 60
SECRET = re.compile("绝密|机密|(?<![商业技术])秘密(?=[★☆\\s·:：]|$)|内部(?:资料|文件|使用|材料)", re.M)
# Names that make a document do something, carry files, or hide its pages behind a form of scripts
ACTIVE = frozenset({"/JS", "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/XFA", "/RichMedia", "/Movie"})
ACTIVE |= {"/Rendition", "/GoToE", "/3D"}
CARRIES = frozenset({"/EmbeddedFile", "/EmbeddedFiles", "/EF", "/FileAttachment"})
FLATE = ("/FlateDecode", "/Fl")
AFTER_END = 2_048


class Problem(Exception):
    """Names what is wrong."""


def limit_process() -> None:
    """Memory, processor time, no files, no children."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def inspect(data: bytes) -> dict[str, Any]:
    """Pages, whether its text can be searched, and words of secrecy in it. Raises Problem."""
    from pypdf import PdfReader

    refuse_behind_end(data)
    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted:
        raise Problem("encrypted")
    unpacked = packed = 0
    for thing in objects(reader):
        refuse_active(thing)
        if hasattr(thing, "_data"):
            size = unpacked_size(thing)
            unpacked, packed = unpacked + size, packed + len(thing._data)
            if size > MAX_STREAM or unpacked > MAX_TOTAL:
                raise Problem("bomb")
    if unpacked > JUDGED_FROM and unpacked > MAX_RATIO * max(packed, 1):
        raise Problem("bomb")
    pages = len(reader.pages)
    if not pages:
        raise Problem("broken")
    return {"pages": pages, **read_text(reader)}


def refuse_behind_end(data: bytes) -> None:
    """Behind the last %%EOF stands nothing but white space and a little rubbish of printers."""
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise Problem("broken")
    if len(data[end + 5 :].strip(b"\r\n\t \0")) > AFTER_END:
        raise Problem("mixed")


def objects(reader: Any) -> Iterator[Any]:
    """Every object of the file, reachable or not, once."""
    from pypdf.generic import IndirectObject

    numbers: set[tuple[int, int]] = set()
    for generation, places in reader.xref.items():
        numbers |= {(number, generation) for number in places}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    if len(numbers) > MAX_OBJECTS:
        raise Problem("bomb")
    yield reader.trailer
    for number, generation in sorted(numbers):
        if number:
            found = IndirectObject(number, generation, reader).get_object()
            if found is not None:
                yield found


def refuse_active(thing: Any, depth: int = 0) -> None:
    """Look through nested dictionaries and lists of one object; references lead to objects of their own."""
    from pypdf.generic import IndirectObject

    if isinstance(thing, IndirectObject):
        return
    if depth > MAX_DEPTH:
        raise Problem("bomb")
    if isinstance(thing, dict):
        names = set(thing) | {str(dict.__getitem__(thing, key)) for key in ("/S", "/Type", "/Subtype") if key in thing}
        if names & ACTIVE:
            raise Problem("active")
        if names & CARRIES:
            raise Problem("attachments")
        for key in thing:
            refuse_active(dict.__getitem__(thing, key), depth + 1)
    elif isinstance(thing, list):
        for one in list.__iter__(thing):
            refuse_active(one, depth + 1)


def unpacked_size(stream: Any) -> int:
    """Bytes that a stream unpacks to, counted without keeping them; pictures in their own format as they are."""
    filters = stream.get("/Filter") or []
    names = [str(one) for one in (filters if isinstance(filters, list) else [filters])]
    blocks: Iterable[bytes] = [stream._data]
    for name in names:
        if name in FLATE:
            blocks = inflated(blocks)
        elif name in ("/LZWDecode", "/LZW"):
            blocks = [lzw(b"".join(blocks))]
        elif name in ("/ASCII85Decode", "/A85", "/ASCIIHexDecode", "/AHx"):
            blocks = ascii_decoded(blocks, name)
        else:
            break  # pictures (DCT, JPX, CCITT, JBIG2) are judged by whoever draws them
    size = 0
    for block in blocks:
        size += len(block)
        if size > MAX_STREAM:
            break
    return size


def inflated(blocks: Iterable[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj()
    try:
        for block in blocks:
            while block and not unpacker.eof:
                yield unpacker.decompress(block, 1 << 20)
                block = unpacker.unconsumed_tail
    except zlib.error:
        return  # damaged streams are common; viewers show what they can


def ascii_decoded(blocks: Iterable[bytes], name: str) -> list[bytes]:
    from pypdf.filters import ASCII85Decode, ASCIIHexDecode

    decoder: Any = ASCII85Decode if name in ("/ASCII85Decode", "/A85") else ASCIIHexDecode
    joined = b""
    for block in blocks:
        joined += block
        if len(joined) > MAX_STREAM:
            raise Problem("bomb")
    decoded = decoder.decode(joined)
    return [decoded.encode("latin-1") if isinstance(decoded, str) else decoded]


def lzw(data: bytes) -> bytes:
    from pypdf.filters import LZWDecode

    if len(data) > 20_000_000:
        raise Problem("limits")
    decoded: Any = LZWDecode.decode(data)
    return decoded.encode("latin-1") if isinstance(decoded, str) else bytes(decoded)


def read_text(reader: Any) -> dict[str, Any]:
    """Whether the first pages hold text, and which words of secrecy; None where it cannot be told."""
    found, words = 0, set()
    try:
        for page in reader.pages[:TEXT_PAGES]:
            content = page.get_contents()
            if content is None or len(content.get_data()) > TEXT_STREAM:
                continue
            text = page.extract_text()
            found += len("".join(text.split()))
            words |= set(SECRET.findall(text))
    except Exception:
        return {"searchable": None, "secret": sorted(words)}
    return {"searchable": found >= ENOUGH_TEXT, "secret": sorted(words)}


def main() -> None:
    limit_process()
    logging.disable(logging.CRITICAL)
    try:
        said = inspect(sys.stdin.buffer.read())
    except Problem as problem:
        said = {"problem": str(problem)}
    except MemoryError:
        said = {"problem": "limits"}
    except Exception as error:
        said = {"problem": "bomb" if "Limit" in type(error).__name__ else "broken"}
    print(json.dumps(said))  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
