"""Evidence files for tests: good ones of every kind, and hostile ones, all made here."""

import io
import struct
import zipfile
import zlib
from typing import Any

import pikepdf
from PIL import Image
from pypdf import PdfWriter

OFD_XML = b'<?xml version="1.0" encoding="UTF-8"?><ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016" Version="1.1"/>'


def pdf(text: str = "Quality before and after, test report of the weld seams", pages: int = 1) -> bytes:
    """A PDF with this text on every page."""
    document = pikepdf.new()
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    for _page in range(pages):
        page = document.add_blank_page(page_size=(595, 842))
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=document.make_indirect(font)))
        page.Contents = document.make_stream(f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET".encode())
    return saved(document)


def saved(document: Any, **options: Any) -> bytes:
    """The bytes of a document; the same for the same document, unless it is encrypted."""
    buffer = io.BytesIO()
    document.save(buffer, deterministic_id="encryption" not in options, **options)
    return buffer.getvalue()


def changed_pdf(change: Any) -> bytes:
    """A good PDF after `change(document)`."""
    document = pikepdf.open(io.BytesIO(pdf()))
    change(document)
    return saved(document)


def pdf_with_script() -> bytes:
    def add(document: Any) -> None:
        document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")

    return changed_pdf(add)


def pdf_with_hidden_script() -> bytes:
    """The script hangs in an object that nothing refers to, packed in an object stream."""
    document = pikepdf.open(io.BytesIO(pdf()))
    action = document.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)"))
    document.Root.PieceInfo = pikepdf.Dictionary(X=action)
    return saved(document, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def pdf_that_launches() -> bytes:
    def add(document: Any) -> None:
        target = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")
        link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=target)
        document.pages[0].Annots = pikepdf.Array([document.make_indirect(link)])

    return changed_pdf(add)


def pdf_with_attachment() -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(pdf()))
    writer.add_attachment("macro.docm", b"PK")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def pdf_with_form_of_scripts() -> bytes:
    def add(document: Any) -> None:
        document.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=document.make_stream(b"<xdp/>"))

    return changed_pdf(add)


def encrypted_pdf(key: str = "key") -> bytes:
    document = pikepdf.open(io.BytesIO(pdf()))
    return saved(document, encryption=pikepdf.Encryption(user=key, owner="owner"))


def pdf_bomb(megabytes: int = 400, *, twice: bool = False) -> bytes:
    """A well-formed PDF whose page unpacks to this size; `twice` packs the packed stream again."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * 1_000_000) for _place in range(megabytes)) + packer.flush()
    filters: Any = pikepdf.Name.FlateDecode
    if twice:
        packed = zlib.compress(packed, 9)
        filters = pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.FlateDecode])
    document = pikepdf.open(io.BytesIO(pdf()))
    stream = pikepdf.Stream(document, b"")
    stream.write(packed, filter=filters)
    document.pages[0].Contents = document.make_indirect(stream)
    return saved(document, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)


def endless_pdf() -> bytes:
    """Pages that contain each other."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Count 9/Kids[3 0 R]>>endobj\n"
        b"3 0 obj<</Type/Pages/Count 9/Kids[2 0 R]>>endobj\n"
        b"trailer<</Root 1 0 R/Size 4>>\n%%EOF\n"
    )


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, "white").save(buffer, kind)
    return buffer.getvalue()


def huge_png() -> bytes:
    """40,000 × 40,000 points stated in a few bytes."""
    header = struct.pack(">II5B", 40_000, 40_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _png_chunk(b"IHDR", header) + _png_chunk(b"IEND", b"")


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def archive(entries: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in entries.items():
            target.writestr(name, content)
    return buffer.getvalue()


def ofd(**more: bytes) -> bytes:
    """An OFD document; `more` are further entries, with _ for the dot of the ending."""
    entries = {"OFD.xml": OFD_XML, "Doc_0/Document.xml": b"<x/>"}
    return archive(entries | {name.replace("_", "."): content for name, content in more.items()})


def lying_ofd(real: int = 80_000_000, stated: int = 1000) -> bytes:
    """An OFD whose directory states size and checksum of the beginning of an entry only."""
    content = bytearray(archive({"OFD.xml": OFD_XML, "Doc_0/Res.xml": b"0" * real}))
    for mark, offset in ((b"PK\x03\x04", 14), (b"PK\x01\x02", 16)):
        at = content.rfind(mark) + offset
        content[at : at + 4] = struct.pack("<I", zlib.crc32(b"0" * stated))
        content[at + 8 : at + 12] = struct.pack("<I", stated)
    return bytes(content)


def docm() -> bytes:
    return archive({"[Content_Types].xml": b"<Types/>", "word/vbaProject.bin": b"macro"})


OLE = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 2000
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
