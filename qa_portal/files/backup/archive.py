"""The tar file: members, each with size and SHA-256 in the manifest, which is the last member."""

import hashlib
import io
import json
import re
import tarfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from qa_portal.core.errors import Refusal

FORMAT = 1
MANIFEST = "manifest.json"
ANCHORS = "audit-anchor.jsonl"
FILES = "files/"
KNOWN = re.compile(r"database\.(sqlite3|dump)|audit-anchor\.jsonl|files/[0-9a-f]{2}/[0-9a-f]{32}(_[A-Za-z0-9]{7})?")
BLOCK = 1 << 20


@dataclass(slots=True)
class Manifest:
    """What the archive holds, and what must be found after it was restored."""

    made_at: str
    database: str
    migrations: dict[str, list[str]]
    rows: dict[str, int]
    audit_sequence: int
    audit_hash: str
    members: dict[str, dict[str, Any]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    format: int = FORMAT

    @property
    def stored_files(self) -> list[str]:
        """Keys of the files that the archive holds."""
        return [name.removeprefix(FILES) for name in self.members if name.startswith(FILES)]


class Writer:
    """Adds members to a tar and remembers their checksums."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.members: dict[str, dict[str, Any]] = {}

    def add(self, name: str, content: IO[bytes]) -> None:
        digest, size = hashlib.sha256(), 0
        while block := content.read(BLOCK):
            digest.update(block)
            size += len(block)
        content.seek(0)
        self._write(name, content, size)
        self.members[name] = {"size": size, "sha256": digest.hexdigest()}

    def finish(self, manifest: Manifest) -> None:
        manifest.members = self.members
        text = json.dumps(asdict(manifest), indent=1, sort_keys=True, ensure_ascii=False).encode()
        self._write(MANIFEST, io.BytesIO(text), len(text))

    def _write(self, name: str, content: IO[bytes], size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        self._tar.addfile(info, content)


def read_manifest(tar: tarfile.TarFile) -> Manifest:
    """The manifest. Raises Refusal when the file is no backup, or of a later form."""
    try:
        data = json.loads(_open(tar, MANIFEST).read())
        manifest = Manifest(**data)
    except (Refusal, ValueError, TypeError) as error:
        raise Refusal("This is not a backup of the portal: its manifest is missing or unreadable.") from error
    if manifest.format != FORMAT:
        raise Refusal(f"This backup has form {manifest.format}; this release reads form {FORMAT}.")
    return manifest


def check_members(tar: tarfile.TarFile, manifest: Manifest) -> None:
    """Read every member once. Raises Refusal naming the first that is missing, foreign or damaged."""
    present = {member.name for member in tar.getmembers() if member.isreg()} - {MANIFEST}
    if strange := sorted(name for name in present | set(manifest.members) if not KNOWN.fullmatch(name)):
        raise Refusal(f"{strange[0]} does not belong into a backup.")
    if differing := sorted(present ^ set(manifest.members)):
        raise Refusal(f"{differing[0]} is in the archive or in its manifest, not in both.")
    for name, expected in manifest.members.items():
        digest, size = hashlib.sha256(), 0
        for block in blocks(tar, name):
            digest.update(block)
            size += len(block)
        if {"size": size, "sha256": digest.hexdigest()} != expected:
            raise Refusal(f"{name} is damaged: its checksum differs from the manifest.", fix="Take another backup.")


def blocks(tar: tarfile.TarFile, name: str) -> Iterator[bytes]:
    with _open(tar, name) as content:
        while block := content.read(BLOCK):
            yield block


def extract(tar: tarfile.TarFile, name: str, target: Path) -> None:
    with target.open("wb") as sink:
        for block in blocks(tar, name):
            sink.write(block)


def _open(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    try:
        content = tar.extractfile(name)
    except KeyError:
        content = None
    if content is None:
        raise Refusal(f"{name} is missing from the archive.")
    return content
