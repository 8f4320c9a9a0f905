"""Copying a database at one moment, and putting the copy into an empty one.

PostgreSQL is copied by its own pg_dump and pg_restore, SQLite by its online backup. What is counted for the
manifest is read from the same moment: the exported snapshot, or the copy itself.
"""

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from qa_portal.core.errors import Refusal

Ask = Callable[[str], list[tuple[Any, ...]]]


def member_name() -> str:
    """Name of the copy in the archive; tells the two kinds apart."""
    return "database.sqlite3" if connection.vendor == "sqlite" else "database.dump"


def is_empty() -> bool:
    """The database has no table at all."""
    return not connection.introspection.table_names()


# ------------------------------------------------------------------ copying
@contextmanager
def copied(target: Path) -> Iterator[Ask]:
    """Copy the database to `target`; inside, questions are answered as of the moment of the copy.

    Raises Refusal when a program of PostgreSQL is missing, too old or fails.
    """
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(target)) as copy:
            connection.connection.backup(copy)
            yield lambda sql: copy.execute(sql).fetchall()
        return
    program = _program("pg_dump", at_least=connection_version())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

        def ask(sql: str) -> list[tuple[Any, ...]]:
            cursor.execute(sql)
            return list(cursor.fetchall())

        [(snapshot,)] = ask("SELECT pg_export_snapshot()")
        _run(program, "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={target}")
        yield ask


def count_rows(ask: Ask) -> dict[str, int]:
    """Rows of every table."""
    if connection.vendor == "sqlite":
        names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    else:
        names = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    tables = sorted(name for (name,) in ask(names))
    return {name: ask(f'SELECT count(*) FROM "{name}"')[0][0] for name in tables}  # noqa: S608 - names of our tables


def ask_now(sql: str) -> list[tuple[Any, ...]]:
    """Answer from the portal's own connection."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


# ------------------------------------------------------------------ putting back
def fill(source: Path) -> None:
    """Put a copy into the empty database. Raises Refusal when PostgreSQL's program fails."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(source)) as copy:
            copy.backup(connection.connection)
        return
    name = str(connection.settings_dict["NAME"])
    program = _program("pg_restore")
    connection.close()
    _run(
        program, "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", f"--dbname={name}",
        str(source),
    )  # fmt: skip


# ------------------------------------------------------------------ programs of PostgreSQL
def connection_version() -> int:
    """Major version of the server."""
    connection.ensure_connection()
    return int(connection.pg_version) // 10000  # type: ignore[attr-defined]


def _program(name: str, *, at_least: int = 0) -> str:
    """Where a program is. Raises Refusal when it is missing or older than the server."""
    path = shutil.which(name, path=settings.PG_PROGRAMS or None)
    if path is None:
        raise Refusal(f"{name} is not installed.", fix="Install postgresql-client, or set PG_PROGRAMS to its folder.")
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    found = re.search(r"(\d+)", said)
    version = int(found[1]) if found else 0
    if version < at_least:
        raise Refusal(
            f"{path} is of PostgreSQL {version}, the server of {at_least}.",
            fix=f"Install postgresql-client-{at_least}.",
        )
    return path


def _run(program: str, *arguments: str) -> None:
    """Run a program on the portal's database; the password goes through the environment."""
    data = connection.settings_dict
    given = {
        "PGHOST": data["HOST"], "PGPORT": data["PORT"], "PGUSER": data["USER"], "PGPASSWORD": data["PASSWORD"],
        "PGDATABASE": data["NAME"],
    }  # fmt: skip
    env = {**os.environ, **{name: str(value) for name, value in given.items() if value}}
    for option in ("sslmode", "sslrootcert"):
        if option in data.get("OPTIONS", {}):
            env[f"PG{option.upper()}"] = str(data["OPTIONS"][option])
    done = subprocess.run([program, *arguments], env=env, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no reason given"]
        raise Refusal(f"{Path(program).name} failed: {lines[0]}")
