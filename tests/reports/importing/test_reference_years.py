"""The two complete years give exactly the agreed figures and ranking, however their tables are written."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from tests.builders import HEADERS, Tables, csv_bytes, read_year, write_year
from tests.reports.importing.support import printed, run_import

YEARS = (2019, 2020)
pytestmark = pytest.mark.django_db


@pytest.fixture
def expected(expected_dir: Path) -> Callable[[int], tuple[Any, Any]]:
    """Statistics and ranking of a year."""

    def of(year: int) -> tuple[Any, Any]:
        folder = expected_dir / str(year)
        names = ("expected.json", "expected_ranking.json")
        figures, ranking = (json.loads((folder / name).read_text(encoding="utf-8")) for name in names)
        return figures, ranking

    return of


def outcome(year: int) -> tuple[Any, Any]:
    return printed("campaign_statistics", year), printed("campaign_ranking", year)


def without_changes(figures: dict[str, Any]) -> dict[str, Any]:
    """The same figures where there is no year before."""
    results = {
        name: {**one, "change_points": None} if isinstance(one, dict) and "change_points" in one else one
        for name, one in figures["results"].items()
    }
    return {**figures, "results": results}


# ------------------------------------------------------------------ order and repetition
def test_both_years_in_order(reference_dir: Path, expected: Any) -> None:
    assert run_import(reference_dir / "2019").startswith("2019: imported ")
    assert run_import(reference_dir / "2020").startswith("2020: imported 145 applications, ")
    assert [outcome(year) for year in YEARS] == [expected(year) for year in YEARS]


def test_the_later_year_first(reference_dir: Path, expected: Any) -> None:
    for year in reversed(YEARS):
        run_import(reference_dir / str(year))
    assert [outcome(year) for year in YEARS] == [expected(year) for year in YEARS]


def test_a_year_without_the_one_before_has_no_changes(reference_dir: Path, expected: Any) -> None:
    run_import(reference_dir / "2020")
    figures, ranking = expected(2020)
    assert outcome(2020) == (without_changes(figures), ranking)
    assert figures != without_changes(figures)


@pytest.mark.parametrize("order", [(2019, 2020), (2020, 2019), (2020,), (2020, 2020)])
def test_replacing_years_changes_nothing(reference_dir: Path, expected: Any, order: tuple[int, ...]) -> None:
    for year in YEARS:
        run_import(reference_dir / str(year))
    for year in order:
        run_import(reference_dir / str(year), "--replace")
    assert [outcome(year) for year in YEARS] == [expected(year) for year in YEARS]


def test_a_dry_run_says_what_it_would_do(reference_dir: Path) -> None:
    said = run_import(reference_dir / "2020", "--dry-run")
    rows = {name: len(table) for name, table in read_year(reference_dir / "2020").items()}
    assert said.splitlines()[0] == (
        f"2020: would import {rows['applications']} applications, {rows['experts']} experts, {rows['reviews']} reviews"
    )


# ------------------------------------------------------------------ forms of the tables
def turned(tables: Tables) -> dict[str, list[str]]:
    """The headers in another order."""
    return {name: [*HEADERS[name][3:], *reversed(HEADERS[name][:3])] for name in tables}


def write_turned(folder: Path, tables: Tables) -> None:
    folder.mkdir(exist_ok=True)
    for name, headers in turned(tables).items():
        (folder / f"{name}.csv").write_bytes(csv_bytes(tables[name], headers))


def write_with_blank_lines(folder: Path, tables: Tables) -> None:
    write_year(folder, tables)
    for path in folder.glob("*.csv"):
        lines = path.read_bytes().split(b"\r\n")
        blank = [b"", b"," * (lines[0].count(b",")), b' ,"", ']
        mixed = lines[:2] + blank + lines[2:] + blank + [b""]
        path.write_bytes(b"\r\n".join(mixed))


def write_with_spaces(folder: Path, tables: Tables) -> None:
    """Blanks around cells, an ideographic one too; trailing columns without content."""
    spaced = {
        name: [{key: f" {value}\u3000" for key, value in row.items()} for row in rows] for name, rows in tables.items()
    }
    write_year(folder, spaced)


FORMS: dict[str, Callable[[Path, Tables], Any]] = {
    "csv without BOM": lambda folder, tables: write_year(folder, tables, encoding="utf-8"),
    "csv in GB18030": lambda folder, tables: write_year(folder, tables, encoding="gb18030"),
    "csv with LF": lambda folder, tables: write_year(folder, tables, line_end="\n"),
    "csv with CR": lambda folder, tables: write_year(folder, tables, line_end="\r"),
    "csv with CR in GB18030": lambda folder, tables: write_year(folder, tables, encoding="gb18030", line_end="\r"),
    "columns in another order": write_turned,
    "blank lines": write_with_blank_lines,
    "blanks around cells": write_with_spaces,
    "xlsx with numbers": lambda folder, tables: write_year(folder, tables, kind="xlsx"),
    "xlsx with text": lambda folder, tables: write_year(folder, tables, kind="xlsx", as_text=True),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_tables_gives_the_same(form: str, reference_dir: Path, tmp_path: Path, expected: Any) -> None:
    for year in YEARS:
        FORMS[form](tmp_path / str(year), read_year(reference_dir / str(year)))
        run_import(tmp_path / str(year))
    assert [outcome(year) for year in YEARS] == [expected(year) for year in YEARS]


def test_tables_of_different_kinds_and_endings_in_capitals(reference_dir: Path, tmp_path: Path, expected: Any) -> None:
    run_import(reference_dir / "2019")
    tables = read_year(reference_dir / "2020")
    write_year(tmp_path, {"reviews": tables["reviews"]}, kind="xlsx")
    (tmp_path / "reviews.xlsx").rename(tmp_path / "Reviews.XLSX")
    for name in ("applications", "experts"):
        (tmp_path / f"{name}.csv").write_bytes(csv_bytes(tables[name], HEADERS[name]))
    (tmp_path / "notes.txt").write_text("other files are left alone")
    run_import(tmp_path)
    assert outcome(2020) == expected(2020)


def test_a_year_known_by_its_outcome_only(reference_dir: Path, tmp_path: Path, expected: Any) -> None:
    """Without experts and reviews the figures are the same and nothing has a rank."""
    run_import(reference_dir / "2019")
    tables = read_year(reference_dir / "2020")
    write_year(tmp_path, {"applications": tables["applications"]})
    run_import(tmp_path)
    figures, ranking = outcome(2020)
    assert figures == expected(2020)[0]
    assert ranking == [
        {"rank": None, "number": row["申报编号"], "score": None, "result": row["评审结果"] or None}
        for row in sorted(tables["applications"], key=lambda row: row["申报编号"])
    ]


# ------------------------------------------------------------------ as a script sees it
@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_real_processes_print_the_same(reference_dir: Path, expected: Any, process_env: dict[str, str]) -> None:
    """Migrate, import and print by `manage.py`, with DATABASE_URL naming the database."""
    env = {**process_env, "DATABASE_URL": os.environ["DATABASE_URL"]}
    if connection.vendor == "sqlite":
        env["DATABASE_URL"] = f"sqlite:///{process_env['PORTAL_VAR_DIR']}/process.sqlite3"
    else:
        # the database of this test, which is migrated and empty
        server, _slash, query = env["DATABASE_URL"].partition("?")
        name = str(connection.settings_dict["NAME"])
        env["DATABASE_URL"] = f"{server.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")

    def manage(*arguments: str) -> str:
        command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), *arguments]
        done = subprocess.run(command, env=env, capture_output=True, text=True, encoding="utf-8", check=False)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    manage("migrate", "-v0")
    for year in YEARS:
        assert manage("import_campaign", str(reference_dir / str(year))).startswith(f"{year}: imported ")
    printed_by_process = [
        tuple(json.loads(manage(command, str(year))) for command in ("campaign_statistics", "campaign_ranking"))
        for year in YEARS
    ]
    assert printed_by_process == [expected(year) for year in YEARS]
