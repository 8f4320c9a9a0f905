"""Uploads in pieces: in order, resumable, within the deadline to the second, and gone when not finished."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from qa_portal.core.errors import Refusal
from qa_portal.files.models import StoredFile
from qa_portal.files.operations import expire_files
from submissions.evidence.operations import add_evidence
from submissions.evidence.uploads import (
    CHUNK,
    WrongOffset,
    add_chunk,
    cancel_upload,
    expire_uploads,
    finish_upload,
    start_upload,
)
from submissions.models import Application, EvidenceFile, EvidenceUpload
from tests.plugins.parallel import at_once
from tests.submissions.evidence import files
from tests.submissions.pages import support

pytestmark = pytest.mark.django_db


def begin(application: Application, by: Any, content: bytes, name: str = "报告.pdf", **fields: Any) -> EvidenceUpload:
    return start_upload(application, "EV04", name, len(content), by=by, mark="1", **fields)


def send(upload: EvidenceUpload, content: bytes, by: Any, *, size: int = 400) -> None:
    for offset in range(upload.received, len(content), size):
        add_chunk(upload, offset, content[offset : offset + size], by=by)


def test_pieces_become_the_file_they_were_and_are_gone(
    draft: Application, owner: Any, own_storage: Path, django_capture_on_commit_callbacks: Any
) -> None:
    content = files.pdf(pages=4)
    upload = begin(draft, owner, content)
    send(upload, content, owner)
    with django_capture_on_commit_callbacks(execute=True):
        made = finish_upload(upload, by=owner)
    assert (made.stored.name, made.stored.size, made.pages, made.type) == ("报告.pdf", len(content), 4, "EV04")
    assert sum(path.is_file() for path in own_storage.rglob("*")) == 1
    assert (EvidenceUpload.objects.count(), StoredFile.objects.count()) == (0, 1)


def test_the_same_file_goes_on_where_it_stopped(draft: Application, owner: Any) -> None:
    content = files.pdf()
    upload = begin(draft, owner, content)
    add_chunk(upload, 0, content[:100], by=owner)
    again = begin(draft, owner, content)
    assert (again.pk, again.received) == (upload.pk, 100)
    send(again, content, owner)
    assert finish_upload(again, by=owner).stored.size == len(content)


def test_another_person_or_another_file_begins_anew(draft: Application, owner: Any, own: Any) -> None:
    content = files.pdf()
    upload = begin(draft, owner, content)
    colleague = support.person("colleague", organisation=own, is_owner=False)
    others = [
        begin(draft, colleague, content),
        begin(draft, owner, content + b" "),
        begin(draft, owner, content, "b.pdf"),
    ]
    assert upload.pk not in [one.pk for one in others]
    with pytest.raises(Refusal):
        add_chunk(upload, 0, content[:10], by=colleague)


def test_pieces_come_in_order_and_once(draft: Application, owner: Any) -> None:
    content = files.pdf()
    upload = begin(draft, owner, content)
    add_chunk(upload, 0, content[:100], by=owner)
    for offset in (0, 50, 101, 500):
        with pytest.raises(WrongOffset) as refusal:
            add_chunk(upload, offset, content[offset : offset + 100], by=owner)
        assert refusal.value.received == 100
    with pytest.raises(WrongOffset):
        finish_upload(upload, by=owner)


@pytest.mark.parametrize("piece", [b"", b"x" * (CHUNK + 1), b"x" * 5000])
def test_a_piece_of_a_wrong_size_is_refused(draft: Application, owner: Any, piece: bytes) -> None:
    upload = begin(draft, owner, b"x" * 4000)
    with pytest.raises(Refusal) as refusal:
        add_chunk(upload, 0, piece, by=owner)
    assert (refusal.value.code, upload.chunks.count(), StoredFile.objects.count()) == ("chunk", 0, 0)


@pytest.mark.parametrize(("seconds", "is_taken"), [(-1, True), (0, False), (1, False)])
def test_each_piece_asks_the_clock(draft: Application, owner: Any, seconds: int, is_taken: bool) -> None:
    content = files.pdf()
    upload = begin(draft, owner, content)
    EvidenceUpload.objects.update(expires_at=support.CLOSES + timedelta(days=1))
    add_chunk(upload, 0, content[:100], by=owner)
    with time_machine.travel(support.CLOSES + timedelta(seconds=seconds), tick=False):
        if is_taken:
            assert add_chunk(upload, 100, content[100:200], by=owner) == 200
        else:
            with pytest.raises(Refusal) as refusal:
                add_chunk(upload, 100, content[100:200], by=owner)
            assert refusal.value.code == "closed"
    upload.refresh_from_db()
    assert upload.received == (200 if is_taken else 100)


@pytest.mark.parametrize(("seconds", "is_taken"), [(-1, True), (0, False), (1, False)])
def test_an_upload_begun_before_and_finished_after_the_deadline_is_none(
    draft: Application, owner: Any, seconds: int, is_taken: bool
) -> None:
    content = files.pdf()
    upload = begin(draft, owner, content)
    EvidenceUpload.objects.update(expires_at=support.CLOSES + timedelta(days=1))
    send(upload, content, owner)
    with time_machine.travel(support.CLOSES + timedelta(seconds=seconds), tick=False):
        if is_taken:
            finish_upload(upload, by=owner)
        else:
            with pytest.raises(Refusal) as refusal:
                finish_upload(upload, by=owner)
            assert refusal.value.code == "closed"
    assert EvidenceFile.objects.count() == is_taken


def test_a_hostile_file_is_refused_at_the_end_and_its_pieces_go(draft: Application, owner: Any) -> None:
    content = files.pdf_with_script()
    upload = begin(draft, owner, content)
    send(upload, content, owner)
    with pytest.raises(Refusal) as refusal:
        finish_upload(upload, by=owner)
    assert refusal.value.code == "active"
    assert (EvidenceUpload.objects.count(), StoredFile.objects.count(), EvidenceFile.objects.count()) == (0, 0, 0)


def test_what_can_be_said_before_is_said_before(draft: Application, owner: Any, settings: Any) -> None:
    codes = []
    for name, size in (("a.docx", 10), ("a.exe", 10), ("a.pdf", 0), ("a.pdf", settings.EVIDENCE_MAX_FILE + 1)):
        with pytest.raises(Refusal) as refusal:
            start_upload(draft, "EV04", name, size, by=owner)
        codes.append(refusal.value.code)
    assert codes == ["office", "type", "empty", "too_large"]


def test_uploads_under_way_count_against_the_total(draft: Application, owner: Any, settings: Any) -> None:
    settings.EVIDENCE_MAX_TOTAL = 1000
    start_upload(draft, "EV04", "a.pdf", 600, by=owner)
    with pytest.raises(Refusal) as refusal:
        start_upload(draft, "EV04", "b.pdf", 401, by=owner)
    assert refusal.value.code == "total"
    start_upload(draft, "EV04", "b.pdf", 400, by=owner)


def test_replacing_in_pieces_keeps_the_former_version(draft: Application, owner: Any) -> None:
    former = add_evidence(draft, "EV04", io.BytesIO(files.pdf("a")), "a.pdf", by=owner)
    content = files.pdf("b")
    upload = begin(draft, owner, content, replaces=former)
    send(upload, content, owner)
    made = finish_upload(upload, by=owner)
    former.refresh_from_db()
    assert former.replaced_by == made


def test_what_is_not_finished_in_a_day_goes(draft: Application, owner: Any, clock: Any) -> None:
    content = files.pdf()
    upload = begin(draft, owner, content)
    add_chunk(upload, 0, content[:100], by=owner)
    clock.shift(timedelta(hours=24) - timedelta(seconds=1))
    assert expire_uploads() == 0
    clock.shift(timedelta(seconds=1))
    with pytest.raises(Refusal) as refusal:
        add_chunk(upload, 100, content[100:200], by=owner)
    assert (refusal.value.code, expire_uploads(), StoredFile.objects.count()) == ("over", 1, 0)


def test_pieces_whose_upload_is_gone_go_a_day_later(draft: Application, owner: Any, clock: Any) -> None:
    """An application that is removed takes its uploads along, and leaves their pieces behind."""
    upload = begin(draft, owner, b"x" * 500)
    add_chunk(upload, 0, b"x" * 100, by=owner)
    EvidenceUpload.objects.filter(pk=upload.pk).delete()
    clock.shift(timedelta(hours=48) - timedelta(seconds=1))
    assert (expire_files(), StoredFile.objects.count()) == (0, 1)
    clock.shift(timedelta(seconds=1))
    assert (expire_files(), StoredFile.objects.count()) == (1, 0)


def test_cancelling_forgets_the_pieces(draft: Application, owner: Any) -> None:
    upload = begin(draft, owner, b"x" * 500)
    add_chunk(upload, 0, b"x" * 100, by=owner)
    cancel_upload(upload, by=owner)
    assert (EvidenceUpload.objects.count(), StoredFile.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_the_same_piece_twice_at_once_is_kept_once(draft: Application, owner: Any) -> None:
    upload = begin(draft, owner, b"x" * 500)
    results = at_once(2, lambda _number: add_chunk(upload, 0, b"x" * 100, by=owner))
    assert sorted(type(one).__name__ for one in results) == ["WrongOffset", "int"]
    assert (upload.chunks.count(), StoredFile.objects.count()) == (1, 1)


# ------------------------------------------------------------------ over HTTP


def test_the_journey_of_a_script(client: Client, draft: Application) -> None:
    content = files.pdf()
    data = {"type": "EV04", "name": "a.pdf", "size": len(content), "mark": "7"}
    started = client.post(reverse("submissions:upload_start", kwargs={"pk": draft.pk}), data).json()
    assert started["received"] == 0
    chunk = {"content_type": "application/octet-stream"}
    first = client.put(started["chunk"], content[:300], headers={"Upload-Offset": "0"}, **chunk)
    lost = client.put(started["chunk"], content[:300], headers={"Upload-Offset": "0"}, **chunk)
    assert (first.status_code, first.json(), lost.status_code, lost.json()["received"]) == (
        200,
        {"received": 300},
        409,
        300,
    )
    rest = client.put(started["chunk"], content[300:], headers={"Upload-Offset": "300"}, **chunk)
    assert rest.json() == {"received": len(content)}
    done = client.post(started["finish"])
    made = EvidenceFile.objects.get()
    assert done.json() == {"id": made.pk, "type": "EV04", "sha256": made.stored.sha256}


def test_a_refusal_says_what_to_do_in_json(client: Client, draft: Application) -> None:
    data = {"type": "EV04", "name": "a.docx", "size": 5}
    response = client.post(reverse("submissions:upload_start", kwargs={"pk": draft.pk}), data)
    assert (response.status_code, response.json()) == (
        409,
        {
            "message": "Office files are not taken: they can carry macros.",
            "fix": "Save it as PDF and upload the PDF.",
            "code": "office",
        },
    )


@pytest.mark.parametrize("offset", ["", "x", "-1", "１", "9" * 20])
def test_an_odd_offset_is_refused(client: Client, draft: Application, owner: Any, offset: str) -> None:
    upload = begin(draft, owner, b"x" * 500)
    address = reverse("submissions:upload_chunk", kwargs={"upload": upload.pk})
    response = client.put(address, b"x", headers={"Upload-Offset": offset.encode().decode("latin-1")})
    assert (response.status_code, response.json()["code"]) == (409, "chunk")


def test_an_upload_is_nobody_else_s(draft: Application, owner: Any, own: Any) -> None:
    upload = begin(draft, owner, b"x" * 500)
    colleague = support.person("colleague", organisation=own, is_owner=False)
    stranger = support.person("stranger", organisation=support.enterprise())
    for person in (colleague, stranger):
        browser = support.english(person)
        for name, method in (("chunk", "put"), ("finish", "post"), ("cancel", "post")):
            address = reverse(f"submissions:upload_{name}", kwargs={"upload": upload.pk})
            assert getattr(browser, method)(address).status_code == 404
    assert EvidenceUpload.objects.count() == 1
