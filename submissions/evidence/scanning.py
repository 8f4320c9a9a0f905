"""The virus scanner: clamd's INSTREAM protocol over TCP or a Unix socket (settings.CLAMAV_URL)."""

import logging
import socket
import struct
from dataclasses import dataclass
from typing import IO
from urllib.parse import urlsplit

from django.conf import settings

from submissions.enums import ScanState

log = logging.getLogger(__name__)
BLOCK = 1 << 16
LONGEST_ANSWER = 4096


class ScannerError(Exception):
    """The scanner is not there, or said something that it should not."""


@dataclass(frozen=True, slots=True)
class Scan:
    """`virus` is the scanner's name of what it found, or ""."""

    state: ScanState
    virus: str = ""


def is_scanner_configured() -> bool:
    """A scanner is named; only then must others wait until a file is clean."""
    return bool(settings.CLAMAV_URL)


def scan(file: IO[bytes]) -> Scan:
    """What the scanner says; NOT_SCANNED without a scanner, or while it does not answer."""
    if not is_scanner_configured():
        return Scan(ScanState.NOT_SCANNED)
    file.seek(0)
    try:
        return ask_clamd(file)
    except (OSError, ScannerError) as error:
        log.warning("the virus scanner did not answer: %s", error)
        return Scan(ScanState.NOT_SCANNED)
    finally:
        file.seek(0)


def ask_clamd(file: IO[bytes]) -> Scan:
    """Send a file and read the verdict. Raises ScannerError, or OSError of the connection."""
    with _connection() as connection:
        connection.sendall(b"zINSTREAM\0")
        while block := file.read(BLOCK):
            connection.sendall(struct.pack(">I", len(block)) + block)
        connection.sendall(struct.pack(">I", 0))
        answer = _read_answer(connection)
    verdict = answer.removeprefix("stream:").strip()
    if verdict == "OK":
        return Scan(ScanState.CLEAN)
    if verdict.endswith(" FOUND"):
        return Scan(ScanState.INFECTED, verdict.removesuffix(" FOUND"))
    raise ScannerError(verdict[:200] or "no answer")


def _read_answer(connection: socket.socket) -> str:
    answer = b""
    while len(answer) < LONGEST_ANSWER and not answer.endswith(b"\0"):
        part = connection.recv(LONGEST_ANSWER)
        if not part:
            break
        answer += part
    return answer.rstrip(b"\0").decode(errors="replace").strip()


def _connection() -> socket.socket:
    address = urlsplit(settings.CLAMAV_URL)
    if address.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(settings.CLAMAV_TIMEOUT)
        try:
            connection.connect(address.path)
        except OSError:
            connection.close()
            raise
        return connection
    if address.scheme != "tcp" or not address.hostname:
        raise ScannerError("CLAMAV_URL must be tcp://host:port or unix:///path")
    return socket.create_connection((address.hostname, address.port or 3310), timeout=settings.CLAMAV_TIMEOUT)
