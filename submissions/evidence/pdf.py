"""A look into a PDF by a process of its own: its memory and time are limited, the portal stays up."""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

INSPECTOR = Path(__file__).with_name("pdf_inspector.py")
WALL_SECONDS = 40
PROBLEMS = frozenset({"broken", "encrypted", "active", "attachments", "bomb", "mixed", "limits"})


@dataclass(frozen=True, slots=True)
class PdfLook:
    """`problem` is "" or one of PROBLEMS; `is_searchable` is None where the text could not be read."""

    problem: str = ""
    pages: int | None = None
    is_searchable: bool | None = None
    secret_words: tuple[str, ...] = ()


def look_into_pdf(file: IO[bytes], *, wall_seconds: float = WALL_SECONDS) -> PdfLook:
    """What the inspector says; a process that died of its limits is the problem "limits"."""
    with tempfile.TemporaryFile() as copy:
        file.seek(0)
        while block := file.read(1 << 20):
            copy.write(block)
        copy.seek(0)
        # -I: neither the environment nor the working folder decides what is imported
        command = [sys.executable, "-I", str(INSPECTOR)]
        try:
            done = subprocess.run(  # noqa: S603 - our own script, the file is its standard input
                command, stdin=copy, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=wall_seconds,
                env={"LANG": "C.UTF-8"}, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return PdfLook("limits")
    if done.returncode != 0:
        return PdfLook("limits")
    return _answer(done.stdout)


def _answer(output: bytes) -> PdfLook:
    try:
        said = json.loads(output[-10_000:].decode().strip().splitlines()[-1])
    except (ValueError, IndexError):
        return PdfLook("limits")
    if said.get("problem"):
        return PdfLook(said["problem"] if said["problem"] in PROBLEMS else "broken")
    return PdfLook("", int(said["pages"]), said["searchable"], tuple(said["secret"]))
