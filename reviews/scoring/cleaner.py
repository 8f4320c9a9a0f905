"""The process that takes out of one file what says who made it: standard input to standard output.

Run by `files.cleaned`, with the kind of the file as its argument; imports nothing of the portal. It limits
itself before it reads a byte. Of a PDF only the pages stay, drawn as they are: no author, program, dates,
attachments, notes, outline, hidden structure; of a picture its points. What a page shows cannot be judged here.
"""

import io
import logging
import resource
import sys
from typing import Any

CPU_SECONDS = 60
MEMORY = 2 << 30
MAX_PIXELS = 120_000_000
MAX_OBJECTS = 300_000
QUALITY = 88
# keys that a dictionary of a page or picture may lose: they say where it comes from, or lead out of the page
TRACES = frozenset(
    {
        "/Metadata", "/PieceInfo", "/LastModified", "/Annots", "/AA", "/A", "/AF", "/B", "/StructParents",
        "/StructParent", "/Thumb", "/SeparationInfo", "/OPI", "/Dur", "/Trans", "/PresSteps", "/DPart", "/ID", "/PZ",
        "/VP",
    }
)  # fmt: skip
PAGE_KEYS = frozenset(
    {"/Type", "/Parent", "/Resources", "/Contents", "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox",
     "/Rotate", "/Group", "/UserUnit", "/Tabs"}
)  # fmt: skip
CATALOG_KEYS = frozenset({"/Type", "/Pages", "/OCProperties"})
# markers of a JPEG that draw it: colours (APP2, APP14) and the tables; others are APPn and comments
KEPT_APPS = (0xE0, 0xE2, 0xEE)


def limit_process() -> None:
    """Memory, processor time, no files, no children."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def clean_pdf(data: bytes) -> bytes:
    """The pages of a PDF in a new file. Twice: what the first pass has cut off, the second does not copy."""
    return _pages_of(_pages_of(data))


def _pages_of(data: bytes) -> bytes:
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import DictionaryObject, NameObject

    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted:
        raise ValueError("encrypted")
    writer = PdfWriter()
    for page in reader.pages:
        for key in [one for one in page if one not in PAGE_KEYS]:
            del page[key]
        writer.add_page(page)
    catalog = writer.root_object
    for key in [one for one in catalog if one not in CATALOG_KEYS]:
        del catalog[key]
    if "/OCProperties" in reader.root_object:  # which layers are shown
        catalog[NameObject("/OCProperties")] = reader.root_object["/OCProperties"].clone(writer)
    if len(writer._objects) > MAX_OBJECTS:
        raise ValueError("too many objects")
    for thing in writer._objects:
        if isinstance(thing, DictionaryObject):
            _clean_dictionary(thing)
    writer.metadata = None
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def _clean_dictionary(thing: Any) -> None:
    for key in [one for one in thing if one in TRACES]:
        del thing[key]
    if thing.get("/Subtype") == "/Image" and str(thing.get("/Filter")) in ("/DCTDecode", "['/DCTDecode']"):
        thing._data = clean_jpeg(thing._data)


def clean_jpeg(data: bytes) -> bytes:
    """A JPEG without comments and notes of cameras and programs; what draws it stays, byte for byte."""
    if not data.startswith(b"\xff\xd8"):
        return data
    kept, at = [data[:2]], 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == 0xDA:  # the picture itself follows
            break
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if not ((0xE0 <= marker <= 0xEF and marker not in KEPT_APPS) or marker == 0xFE):
            kept.append(data[at:end])
        at = end
    return b"".join([*kept, data[at:]])


def clean_picture(data: bytes, kind: str) -> bytes:
    """The points of a picture, upright, made anew."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    with Image.open(io.BytesIO(data), formats=["PNG" if kind == "png" else "JPEG"]) as opened:
        upright = ImageOps.exif_transpose(opened)
        if kind == "png":
            plain = upright.convert("RGBA" if "A" in upright.getbands() or "transparency" in upright.info else "RGB")
        else:
            plain = upright.convert("L" if upright.mode == "L" else "RGB")
    bare = Image.frombytes(plain.mode, plain.size, plain.tobytes())
    buffer = io.BytesIO()
    if kind == "png":
        bare.save(buffer, "PNG", optimize=False)
    else:
        bare.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


def main() -> None:
    limit_process()
    logging.disable(logging.CRITICAL)
    kind, data = sys.argv[1], sys.stdin.buffer.read()
    try:
        made = clean_pdf(data) if kind == "pdf" else clean_picture(data, kind)
    except Exception:
        sys.exit(3)
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
