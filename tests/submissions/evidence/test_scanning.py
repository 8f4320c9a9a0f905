"""The virus scanner: what it says decides, and while it is silent others wait."""

import io
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from qa_portal.accounts.enums import Role
from qa_portal.audit.queries import events_for
from qa_portal.core.errors import Refusal
from submissions.enums import ScanState
from submissions.evidence.access import evidence_for
from submissions.evidence.operations import add_evidence, scan_waiting
from submissions.evidence.scanning import Scan, ScannerError, ask_clamd, scan
from submissions.models import Application, EvidenceFile
from tests.submissions.evidence import files
from tests.submissions.pages import support


def read(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def answer(connection: socket.socket, verdict: bytes | None) -> None:
    """Speak INSTREAM as clamd does; `verdict` None decides by the test virus."""
    assert read(connection, 10) == b"zINSTREAM\0"
    content = b""
    while size := struct.unpack(">I", read(connection, 4))[0]:
        content += read(connection, size)
    found = b"stream: Eicar-Signature FOUND" if files.EICAR in content else b"stream: OK"
    connection.sendall((found if verdict is None else verdict) + b"\0")


@contextmanager
def clamd(listener: socket.socket, verdict: bytes | None = None) -> Iterator[None]:
    """A server that answers as clamd does until the end of the block."""

    def serve() -> None:
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            with connection:
                answer(connection, verdict)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


@pytest.fixture
def listener(settings: Any) -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.CLAMAV_URL = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        settings.CLAMAV_TIMEOUT = 5
        yield server


def test_without_a_scanner_files_are_not_scanned() -> None:
    assert scan(io.BytesIO(files.EICAR)) == Scan(ScanState.NOT_SCANNED)


def test_the_scanner_finds_the_test_virus_in_a_long_file(listener: socket.socket) -> None:
    with clamd(listener):
        assert scan(io.BytesIO(b"x" * 300_000)) == Scan(ScanState.CLEAN)
        found = scan(io.BytesIO(b"x" * 70_000 + files.EICAR))
    assert found == Scan(ScanState.INFECTED, "Eicar-Signature")


def test_a_unix_socket_works_too(settings: Any, tmp_path: Path) -> None:
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(tmp_path / "clamd"))
    server.listen()
    settings.CLAMAV_URL = f"unix://{tmp_path}/clamd"
    with clamd(server):
        assert scan(io.BytesIO(b"x")) == Scan(ScanState.CLEAN)


def test_an_answer_that_is_no_verdict_is_no_verdict(listener: socket.socket) -> None:
    with clamd(listener, b"INSTREAM size limit exceeded. ERROR"), pytest.raises(ScannerError):
        ask_clamd(io.BytesIO(b"x"))


def test_a_scanner_that_is_away_gives_no_verdict(settings: Any) -> None:
    settings.CLAMAV_URL = "tcp://127.0.0.1:1"
    assert scan(io.BytesIO(b"x")) == Scan(ScanState.NOT_SCANNED)


@pytest.mark.django_db
def test_an_infected_file_is_refused_and_put_on_record(
    draft: Application, owner: Any, listener: socket.socket, own_storage: Path
) -> None:
    with clamd(listener, b"stream: Eicar-Signature FOUND"), pytest.raises(Refusal) as refusal:
        add_evidence(draft, "EV04", io.BytesIO(files.pdf()), "x.pdf", by=owner)
    assert (refusal.value.code, EvidenceFile.objects.count(), own_storage.exists()) == ("virus", 0, False)
    event = events_for(draft).get()
    assert (event.action, event.after) == ("evidence.infected", {"name": "x.pdf", "virus": "Eicar-Signature"})


@pytest.mark.django_db
def test_others_wait_until_a_file_is_clean(draft: Application, owner: Any, settings: Any, listener: Any) -> None:
    staff = support.person("staff", Role.STAFF)
    address, settings.CLAMAV_URL = settings.CLAMAV_URL, "tcp://127.0.0.1:1"
    made = add_evidence(draft, "EV04", io.BytesIO(files.pdf()), "x.pdf", by=owner)
    Application.objects.filter(pk=draft.pk).update(state="withdrawn")
    assert made.scan == ScanState.NOT_SCANNED
    assert (evidence_for(owner).count(), evidence_for(staff).count(), scan_waiting()) == (1, 0, 0)
    settings.CLAMAV_URL = address
    with clamd(listener):
        assert scan_waiting() == 1
    assert (evidence_for(owner).count(), evidence_for(staff).count()) == (1, 1)


@pytest.mark.django_db
def test_a_file_found_infected_later_is_gone_for_everybody(draft: Application, owner: Any, listener: Any) -> None:
    listener.close()
    made = add_evidence(draft, "EV04", io.BytesIO(files.pdf()), "x.pdf", by=owner)
    assert made.scan == ScanState.NOT_SCANNED
    EvidenceFile.objects.filter(pk=made.pk).update(scan=ScanState.INFECTED)
    assert evidence_for(owner).count() == 0


@pytest.mark.django_db
def test_without_a_scanner_others_do_not_wait(draft: Application, owner: Any) -> None:
    add_evidence(draft, "EV04", io.BytesIO(files.pdf()), "x.pdf", by=owner)
    Application.objects.filter(pk=draft.pk).update(state="withdrawn")
    assert evidence_for(support.person("staff", Role.STAFF)).count() == 1
