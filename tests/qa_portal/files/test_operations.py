"""Storing and removing files."""

import hashlib
import io
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from qa_portal.core.errors import Refusal
from qa_portal.files.models import StoredFile
from qa_portal.files.operations import expire_files, is_intact, open_file, remove_file, store, sweep_orphans
from qa_portal.files.registry import register_purpose
from qa_portal.files.tasks import expire, sweep
from tests.qa_portal.files.test_rules import odd_names

CONTENT = "质量攻关".encode() * 50_000
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def blocks() -> Iterator[bytes]:
    for start in range(0, len(CONTENT), 7001):
        yield CONTENT[start : start + 7001]


def files_on_disk(settings: Any) -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    "make",
    [
        lambda: CONTENT,
        lambda: io.BytesIO(CONTENT),
        lambda: ContentFile(CONTENT),
        lambda: SimpleUploadedFile("x", CONTENT),
        blocks,
    ],
    ids=["bytes", "open file", "Django file", "upload", "blocks"],
)
def test_a_file_is_kept_as_it_is(owner: Any, settings: Any, make: Any) -> None:
    stored = store(make(), name="通报.pdf", purpose="test.export", owner=owner, content_type="application/pdf")
    stored.refresh_from_db()
    assert (stored.name, stored.content_type, stored.size) == ("通报.pdf", "application/pdf", len(CONTENT))
    assert stored.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert stored.key == f"{stored.pk.hex[:2]}/{stored.pk.hex}"
    with open_file(stored) as file:
        assert file.read() == CONTENT
    assert files_on_disk(settings) == [Path(settings.MEDIA_ROOT) / stored.key]
    assert is_intact(stored)


def test_an_empty_file_is_a_file(owner: Any) -> None:
    stored = store(b"", name="empty.txt", purpose="test.export", owner=None)
    assert (stored.size, stored.owner, is_intact(stored)) == (0, None, True)


@hypothesis_settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(odd_names)
def test_no_name_leads_out_of_the_storage(owner: Any, settings: Any, name: str) -> None:
    stored = store(b"x", name=name, purpose="test.export", owner=owner)
    path = Path(settings.MEDIA_ROOT, stored.key).resolve()
    assert path.is_relative_to(Path(settings.MEDIA_ROOT).resolve())
    assert path.name == stored.pk.hex
    assert StoredFile.objects.get(pk=stored.pk).name == stored.name


@pytest.mark.parametrize(("size", "fits"), [(1024**2, True), (1024**2 + 1, False)])
def test_a_file_past_the_limit_is_refused(owner: Any, settings: Any, size: int, fits: bool) -> None:
    if fits:
        assert store(b"x" * size, name="a", purpose="test.upload", owner=owner).size == size
        return
    with pytest.raises(Refusal) as refused:
        store(b"x" * size, name="a", purpose="test.upload", owner=owner)
    assert (refused.value.code, refused.value.field) == ("file_too_large", "file")
    assert (StoredFile.objects.count(), files_on_disk(settings)) == (0, [])


def test_too_large_is_noticed_before_everything_is_read(owner: Any) -> None:
    read = []

    def endless() -> Iterator[bytes]:
        while True:
            read.append(1)
            yield b"x" * 2**16

    with pytest.raises(Refusal):
        store(endless(), name="a", purpose="test.upload", owner=owner)
    assert len(read) == 17


def test_a_row_that_cannot_be_written_leaves_no_content(owner: Any, settings: Any) -> None:
    wrong = datetime(2000, 1, 1, tzinfo=UTC)
    with pytest.raises(IntegrityError), transaction.atomic():
        store(b"x", name="a", purpose="test.export", owner=owner, expires_at=wrong)
    assert files_on_disk(settings) == []


def test_purposes_are_registered_once_and_before_use(owner: Any) -> None:
    with pytest.raises(LookupError, match="no file purpose nothing"):
        store(b"x", name="a", purpose="nothing", owner=owner)
    with pytest.raises(ValueError, match="registered twice"):
        register_purpose("test.export", may_fetch=lambda user: True)


# ------------------------------------------------------------------ integrity
@pytest.mark.parametrize("content", [b"Y", b"xx", b"", None])
def test_content_that_was_changed_shows(owner: Any, settings: Any, content: bytes | None) -> None:
    stored = store(b"x", name="a", purpose="test.export", owner=owner)
    path = Path(settings.MEDIA_ROOT) / stored.key
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert not is_intact(stored)


# ------------------------------------------------------------------ removing
def test_the_content_goes_after_the_commit(owner: Any, settings: Any, django_capture_on_commit_callbacks: Any) -> None:
    stored = store(b"x", name="a", purpose="test.export", owner=owner)
    with django_capture_on_commit_callbacks(execute=True):
        remove_file(stored)
        assert len(files_on_disk(settings)) == 1
    assert (StoredFile.objects.count(), files_on_disk(settings)) == (0, [])


@pytest.mark.parametrize(("seconds", "gone"), [(-1, 0), (0, 1), (1, 1)])
def test_files_expire(
    owner: Any, settings: Any, seconds: int, gone: int, django_capture_on_commit_callbacks: Any
) -> None:
    with time_machine.travel(NOON, tick=False):
        upload = store(b"x", name="upload", purpose="test.upload", owner=owner)
        kept = store(b"x", name="kept", purpose="test.export", owner=owner)
    assert (upload.expires_at, kept.expires_at) == (NOON + timedelta(days=1), None)
    later = NOON + timedelta(days=1, seconds=seconds)
    with time_machine.travel(later, tick=False), django_capture_on_commit_callbacks(execute=True):
        assert StoredFile.objects.visible_to(owner).count() == 1 - gone
        assert expire_files() == gone
    assert len(files_on_disk(settings)) == 2 - gone


def test_the_regular_task_removes_what_expired(owner: Any) -> None:
    with time_machine.travel(NOON - timedelta(days=400), tick=False):
        store(b"x", name="old", purpose="test.upload", owner=owner)
    expire()
    assert StoredFile.objects.count() == 0


# ------------------------------------------------------------------ content without a row
def undone(owner: Any) -> str:
    """The key of content whose row was rolled back."""
    try:
        with transaction.atomic():
            key: str = store(b"x", name="a", purpose="test.export", owner=owner).key
            raise RuntimeError
    except RuntimeError:
        return key


def of_age(settings: Any, key: str, age: timedelta) -> None:
    """Make the content as old as this at NOON."""
    then = (NOON - age).timestamp()
    os.utime(Path(settings.MEDIA_ROOT) / key, (then, then))


def test_a_rolled_back_file_leaves_content_that_is_swept_after_a_day(owner: Any, settings: Any) -> None:
    old, young = undone(owner), undone(owner)
    kept = store(b"x", name="kept", purpose="test.export", owner=owner)
    of_age(settings, old, timedelta(days=1, seconds=1))
    of_age(settings, young, timedelta(days=1) - timedelta(seconds=1))
    of_age(settings, kept.key, timedelta(days=400))
    with time_machine.travel(NOON, tick=False):
        assert sweep_orphans() == 1
        assert sweep_orphans() == 0
    left = [default_storage.exists(key) for key in (old, young, kept.key)]
    assert left == [False, True, True]


def test_what_is_not_ours_is_left_alone(owner: Any, settings: Any) -> None:
    names = ["ab/readme.txt", "notes/0123456789abcdef0123456789abcdef", "ab/0123456789abcdef0123456789abcdef.bak"]
    for name in names:
        default_storage.save(name, ContentFile(b"x"))
        of_age(settings, name, timedelta(days=400))
    with time_machine.travel(NOON, tick=False):
        assert sweep_orphans() == 0
    assert [default_storage.exists(name) for name in names] == [True, True, True]


def test_a_storage_in_which_nothing_was_ever_stored_is_no_error(db: None) -> None:
    assert sweep_orphans() == 0


def test_the_regular_task_sweeps(owner: Any, settings: Any) -> None:
    key = undone(owner)
    of_age(settings, key, timedelta(days=4000))
    sweep()
    assert not default_storage.exists(key)
