"""Making a backup and restoring it into an empty installation."""

import os
import tarfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import SpooledTemporaryFile, TemporaryDirectory
from typing import IO, cast

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from qa_portal.audit.models import AuditEvent, AuditHead
from qa_portal.audit.queries import end_of_chain, read_anchors, verify_trail
from qa_portal.audit.rules import FIRST_HASH
from qa_portal.core.errors import Refusal
from qa_portal.files.backup import databases
from qa_portal.files.backup.archive import (
    ANCHORS,
    FILES,
    Manifest,
    Writer,
    blocks,
    check_members,
    extract,
    read_manifest,
)
from qa_portal.files.models import StoredFile

IN_MEMORY = 4 << 20


def make_backup(target: Path) -> Manifest:
    """Write the backup, readable by its owner only; it appears under its name when it is complete.

    First the database, then the files that it names: they never change, so both belong together. Files
    that the storage lost, or that expired meanwhile, are listed as missing. Raises Refusal.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    try:
        with (
            TemporaryDirectory(prefix="portal-backup-") as folder,
            open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as sink,
        ):
            with tarfile.open(fileobj=sink, mode="w") as tar:
                manifest = _write(Writer(tar), Path(folder) / databases.member_name())
            sink.flush()
            os.fsync(sink.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _write(writer: Writer, copy: Path) -> Manifest:
    with databases.copied(copy) as ask:
        heads = ask(f"SELECT sequence, hash FROM {AuditHead._meta.db_table}")  # noqa: S608 - a constant
        applied = ask("SELECT app, name FROM django_migrations ORDER BY app, name")
        keys = ask(f"SELECT key, sha256 FROM {StoredFile._meta.db_table} ORDER BY key")  # noqa: S608 - a constant
        manifest = Manifest(
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            database=copy.name,
            migrations={app: [name for other, name in applied if other == app] for app, _name in applied},
            rows=databases.count_rows(ask),
            audit_sequence=heads[0][0] if heads else 0,
            audit_hash=heads[0][1] if heads else FIRST_HASH,
        )
    with copy.open("rb") as content:
        writer.add(copy.name, content)
    anchors = Path(settings.AUDIT_ANCHOR)
    if anchors.exists():
        with anchors.open("rb") as content:
            writer.add(ANCHORS, content)
    for key, sha256 in keys:
        if not _add_file(writer, key, sha256):
            manifest.missing.append(key)
    writer.finish(manifest)
    return manifest


def _add_file(writer: Writer, key: str, sha256: str) -> bool:
    """Whether the storage still held exactly what was stored."""
    name = f"{FILES}{key}"
    with SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
        try:
            with closing(default_storage.open(key, "rb")) as content:
                for block in content.chunks(1 << 20):
                    spool.write(block)
        except FileNotFoundError:
            return False
        spool.seek(0)
        writer.add(name, cast(IO[bytes], spool))
    return bool(writer.members[name]["sha256"] == sha256)


# ------------------------------------------------------------------ back again
def restore_backup(source: Path) -> Manifest:
    """Fill an empty installation and prove that it is whole: row counts, files, audit trail.

    Everything that can be refused is refused before the first write. Raises Refusal.
    """
    try:
        tar = tarfile.open(source, mode="r:")  # noqa: SIM115 - closed below
    except (OSError, tarfile.TarError) as error:
        raise Refusal(f"{source} cannot be read as a backup ({error}).") from error
    with tar, TemporaryDirectory(prefix="portal-restore-") as folder:
        manifest = read_manifest(tar)
        check_members(tar, manifest)
        _refuse_foreign(manifest)
        _refuse_full()
        copy = Path(folder) / manifest.database
        extract(tar, manifest.database, copy)
        databases.fill(copy)
        for key in manifest.stored_files:
            _put_file(tar, key)
        _put_anchors(tar, manifest)
    _prove(manifest)
    return manifest


def _refuse_foreign(manifest: Manifest) -> None:
    if manifest.database != databases.member_name():
        raise Refusal(
            f"The backup holds {manifest.database}, but the portal runs on {connection.vendor}.",
            fix="Set DATABASE_URL to a database of the same kind.",
        )
    known = set(MigrationLoader(None).disk_migrations)
    unknown = [
        f"{app}.{name}" for app, names in manifest.migrations.items() for name in names if (app, name) not in known
    ]
    if unknown:
        raise Refusal(f"The backup is of a later release: {unknown[0]} is unknown.", fix="Install that release first.")


def _refuse_full() -> None:
    if not databases.is_empty():
        raise Refusal("The database is not empty.", fix="Restore into a new one, and then switch to it.")
    try:
        folders, files = default_storage.listdir("")
    except FileNotFoundError:
        return
    if folders or files:
        raise Refusal("The storage already holds files.", fix="Restore into an empty folder or bucket.")


def _put_file(tar: tarfile.TarFile, key: str) -> None:
    with SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
        for block in blocks(tar, f"{FILES}{key}"):
            spool.write(block)
        spool.seek(0)
        if default_storage.save(key, File(spool)) != key:
            raise Refusal(f"The storage did not take {key} under its name.")


def _put_anchors(tar: tarfile.TarFile, manifest: Manifest) -> None:
    """Anchors that are here were kept outside the backup and prove more: they stay."""
    path = Path(settings.AUDIT_ANCHOR)
    if ANCHORS in manifest.members and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        extract(tar, ANCHORS, path)


def _prove(manifest: Manifest) -> None:
    rows = databases.count_rows(databases.ask_now)
    differing = sorted(name for name in rows.keys() | manifest.rows.keys() if rows.get(name) != manifest.rows.get(name))
    if differing:
        name = differing[0]
        raise Refusal(f"{name} has {rows.get(name)} rows, the backup {manifest.rows.get(name)}.")
    finding = verify_trail(read_anchors(Path(settings.AUDIT_ANCHOR)))
    if finding.fault:
        raise Refusal(f"The audit trail does not hold: {finding.fault}", fix="Is AUDIT_KEY the one of the backup?")
    end = end_of_chain()
    if (end.sequence, end.hash, AuditEvent.objects.count()) != (
        manifest.audit_sequence, manifest.audit_hash, manifest.audit_sequence,
    ):  # fmt: skip
        raise Refusal("The audit trail does not end where the backup ended.")
