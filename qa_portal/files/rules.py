"""Names and types of files: what people see, never where a file lies."""

import re
import unicodedata
from pathlib import PurePosixPath

MAX_NAME_BYTES = 200
NAMELESS = "file"
OTHER_TYPE = "application/octet-stream"
# Served under their own type. Anything else, HTML and SVG above all, is only a stream of bytes.
SERVED_TYPES = frozenset(
    {
        "application/pdf", "application/zip", "text/csv", "text/plain", "image/png", "image/jpeg",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
)  # fmt: skip


def shown_name(name: str) -> str:
    """The name as people see it: no folders, nothing invisible, at most 200 bytes with its ending.

    Characters that do not print go: line ends, NUL, and those that turn the direction of writing, with
    which `gpj.exe` would look like an image.
    """
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    name = "".join(char for char in name if unicodedata.category(char)[0] != "C")
    name = re.sub(r"\s+", " ", name).strip(" .")
    suffix = PurePosixPath(name).suffix
    if len(suffix.encode()) > MAX_NAME_BYTES // 4:
        suffix = ""
    stem = name.removesuffix(suffix) if suffix else name
    room = MAX_NAME_BYTES - len(suffix.encode())
    return (stem.encode()[:room].decode(errors="ignore").rstrip() + suffix) or NAMELESS


def served_type(content_type: str) -> str:
    """The type that a browser is told."""
    plain = content_type.partition(";")[0].strip().lower()
    if plain not in SERVED_TYPES:
        return OTHER_TYPE
    return f"{plain}; charset=utf-8" if plain.startswith("text/") else plain
