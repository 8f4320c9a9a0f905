"""Files are taken for what they are; whatever is dangerous or broken is refused with a reason."""

import io
import resource
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa_portal.core.errors import Refusal
from submissions.evidence.pdf import look_into_pdf
from submissions.evidence.rules import CHECKS, Inspected, inspect
from tests.submissions.evidence import files

HTML = b"<!DOCTYPE html><script>alert(1)</script>"
GOOD: dict[str, Callable[[], bytes]] = {
    "a.pdf": files.pdf,
    "a.PDF": files.pdf,
    "a.ofd": files.ofd,
    "a.png": files.picture,
    "a.jpg": lambda: files.picture("JPEG"),
    "扫描件.jpeg": lambda: files.picture("JPEG"),
}
HOSTILE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "empty": ("a.pdf", lambda: b"", "empty"),
    "page as PDF": ("a.pdf", lambda: HTML, "type_mismatch"),
    "page before PDF": ("a.pdf", lambda: b"<script>alert(1)</script>" + files.pdf(), "type_mismatch"),
    "PDF after white space": ("a.pdf", lambda: b"\n" + files.pdf(), "type_mismatch"),
    "page in the head of a PDF": ("a.pdf", lambda: b"%PDF-1.7\n<script>1</script>\n" + files.pdf(), "mixed"),
    "zip behind a PDF": ("a.pdf", lambda: files.pdf() + files.archive({"x.exe": b"MZ"}), "mixed"),
    "text behind a PDF": ("a.pdf", lambda: files.pdf() + b"A" * 5000, "mixed"),
    "picture as PDF": ("a.pdf", files.picture, "type_mismatch"),
    "PDF as picture": ("a.png", files.pdf, "type_mismatch"),
    "SVG": ("a.svg", lambda: b"<svg onload=alert(1)>", "type"),
    "SVG as PNG": ("a.png", lambda: b"<svg onload=alert(1)>", "type_mismatch"),
    "page": ("a.html", lambda: HTML, "type"),
    "no ending": ("a", files.pdf, "type"),
    "two endings": ("a.pdf.exe", files.pdf, "type"),
    "zip": ("a.zip", lambda: files.archive({"a.pdf": files.pdf()}), "type"),
    "Word": ("a.docx", files.docm, "office"),
    "macro": ("a.docm", files.docm, "office"),
    "macro as PDF": ("a.pdf", files.docm, "office"),
    "macro as OFD": ("a.ofd", files.docm, "office"),
    "old Office as PDF": ("a.pdf", lambda: files.OLE, "office"),
    "encrypted": ("a.pdf", files.encrypted_pdf, "encrypted"),
    "protected, empty password": ("a.pdf", lambda: files.encrypted_pdf(""), "encrypted"),
    "cut": ("a.pdf", lambda: files.pdf()[: len(files.pdf()) // 2], "broken"),
    "only a head": ("a.pdf", lambda: b"%PDF-1.7\n%%EOF", "broken"),
    "pages in a circle": ("a.pdf", files.endless_pdf, "broken"),
    "script": ("a.pdf", files.pdf_with_script, "active"),
    "hidden script": ("a.pdf", files.pdf_with_hidden_script, "active"),
    "form of scripts": ("a.pdf", files.pdf_with_form_of_scripts, "active"),
    "launch": ("a.pdf", files.pdf_that_launches, "active"),
    "attachment": ("a.pdf", files.pdf_with_attachment, "attachments"),
    "PDF bomb": ("a.pdf", files.pdf_bomb, "bomb"),
    "PDF bomb, packed twice": ("a.pdf", lambda: files.pdf_bomb(twice=True), "bomb"),
    "huge picture": ("a.png", files.huge_png, "bomb"),
    "cut PNG": ("a.png", lambda: files.picture()[:-20], "broken"),
    "PNG with a wrong checksum": ("a.png", lambda: files.picture()[:-1] + b"x", "broken"),
    "page behind a PNG": ("a.png", lambda: files.picture() + HTML, "mixed"),
    "cut JPG": ("a.jpg", lambda: files.picture("JPEG")[:200], "broken"),
    "page behind a JPG": ("a.jpg", lambda: files.picture("JPEG") + HTML, "mixed"),
    "zip behind a JPG": ("a.jpg", lambda: files.picture("JPEG") + files.archive({"a": b"b"}), "mixed"),
    "zip as OFD": ("a.ofd", lambda: files.archive({"a.xml": b"<x/>"}), "type_mismatch"),
    "OFD with entities": ("a.ofd", lambda: files.archive({"OFD.xml": b"<!DOCTYPE x>" + files.OFD_XML}),
                          "type_mismatch"),
    "program in OFD": ("a.ofd", lambda: files.ofd(run_exe=b"MZ"), "attachments"),
    "archive in OFD": ("a.ofd", lambda: files.ofd(more_zip=files.ofd()), "attachments"),
    "OFD bomb": ("a.ofd", lambda: files.ofd(big_xml=b"0" * 150_000_000), "bomb"),
    "OFD with a lie": ("a.ofd", files.lying_ofd, "broken"),
    "OFD of many entries": ("a.ofd", lambda: files.archive({f"{n}.xml": b"" for n in range(6000)}), "bomb"),
    "cut OFD": ("a.ofd", lambda: files.ofd()[:-30], "broken"),
}  # fmt: skip


def refused(content: bytes, name: str) -> str:
    """The code of the refusal; it always says what to do."""
    with pytest.raises(Refusal) as refusal:
        inspect(io.BytesIO(content), name)
    assert refusal.value.message
    assert refusal.value.fix
    assert refusal.value.field == "file"
    return refusal.value.code


@pytest.mark.parametrize("name", GOOD)
def test_good_files_are_taken_for_what_they_are(name: str) -> None:
    file = io.BytesIO(GOOD[name]())
    found = inspect(file, name)
    types = {"pdf": "application/pdf", "ofd": "application/ofd", "jpg": "image/jpeg", "png": "image/png"}
    assert (found.content_type, file.tell()) == (types[found.ending], 0)


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_refused_with_a_reason(case: str) -> None:
    name, make, code = HOSTILE[case]
    assert refused(make(), name) == code


def test_what_a_pdf_holds_is_told() -> None:
    assert inspect(io.BytesIO(files.pdf(pages=3)), "a.pdf") == Inspected("pdf", "application/pdf", 3, True, ())


def test_a_scan_has_no_text_to_search() -> None:
    found = inspect(io.BytesIO(files.pdf(text="")), "a.pdf")
    assert (found.pages, found.is_searchable) == (1, False)


def test_what_is_in_an_archive_is_counted_to_its_end() -> None:
    """A reader that stops at the stated size would find nothing wrong with it."""
    with zipfile.ZipFile(io.BytesIO(files.lying_ofd())) as archive:
        assert len(archive.read("Doc_0/Res.xml")) == 1000


def test_a_bomb_costs_this_process_neither_time_nor_memory() -> None:
    bomb = files.pdf_bomb(900)
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    assert refused(bomb, "a.pdf") == "bomb"
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert time.monotonic() - start < 10
    assert used < 50_000  # kB


def test_an_inspector_that_takes_too_long_is_ended() -> None:
    start = time.monotonic()
    assert look_into_pdf(io.BytesIO(files.pdf()), wall_seconds=0.01).problem == "limits"
    assert time.monotonic() - start < 5


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(place=st.integers(0, 700), junk=st.binary(min_size=1, max_size=40))
def test_a_damaged_pdf_is_taken_or_refused_and_never_an_accident(place: int, junk: bytes) -> None:
    content = files.pdf()
    content = content[:place] + junk + content[place + len(junk) :]
    with suppress(Refusal):
        inspect(io.BytesIO(content), "a.pdf")


@settings(max_examples=300)
@given(content=st.binary(max_size=300), ending=st.sampled_from([one for one in CHECKS if one != "pdf"]))
def test_any_bytes_are_taken_or_refused(content: bytes, ending: str) -> None:
    heads = {"ofd": b"PK\x03\x04", "jpg": b"\xff\xd8\xff", "jpeg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}
    assert refused(heads[ending] + content, f"a.{ending}") in {"broken", "mixed", "bomb", "type_mismatch"}
