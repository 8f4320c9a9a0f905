"""Importing one table that a person uploads: check or write, all or nothing, in the background.

An app states what it imports and gives the function that reads and writes:

    UNITS = TableImport("import_units", "units", may_import_units, import_units)

`register` makes the job and the two purposes of files known; `start` is what its view calls.
"""

import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from qa_portal.audit.operations import record
from qa_portal.core.errors import Refusal
from qa_portal.core.importing.problems import Problem, problems_as_csv
from qa_portal.core.importing.rows import Checking, EnoughProblems
from qa_portal.core.policy import Policy
from qa_portal.files.models import StoredFile
from qa_portal.files.operations import open_file, store
from qa_portal.files.registry import register_purpose
from qa_portal.jobs.models import Job
from qa_portal.jobs.operations import enqueue
from qa_portal.jobs.registry import job_kind
from qa_portal.jobs.running import JobRun

ENDINGS = (".csv", ".xlsx")
SHOWN_PROBLEMS = 200  # on the page; the download holds all
MAX_UPLOAD = 20_000_000  # bytes; a table of people or units is small


@dataclass
class TableReport:
    """What an import wrote, or would have written: counts by name, or the problems."""

    counts: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def count(self, name: str, by: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + by


# Reads and writes the rows: (rows, report, by, params); runs in a transaction that errors roll back.
ReadAndWrite = Callable[[Checking, TableReport, Any, dict[str, Any]], None]


@dataclass(frozen=True)
class TableImport:
    """A kind of import: the name of its job, of its table, who may, and what reads and writes it."""

    kind: str
    table: str
    may_import: Policy
    read_and_write: ReadAndWrite

    @property
    def upload_purpose(self) -> str:
        return f"{self.kind}_table"

    @property
    def problems_purpose(self) -> str:
        return f"{self.kind}_problems"


class _RolledBack(Exception):
    """Ends the transaction of a check or of an import with errors."""


def register(what: TableImport, *, title: Any, template: str) -> None:
    """Make the job and its files known to the portal; called from the `tasks` module of the app."""
    register_purpose(
        what.upload_purpose,
        may_fetch=what.may_import,
        own_only=True,
        max_size=MAX_UPLOAD,
        keep_for=timedelta(days=1),
    )
    register_purpose(what.problems_purpose, may_fetch=what.may_import, own_only=True, keep_for=timedelta(days=30))
    job_kind(what.kind, title=title, result_template=template, atomic=True)(lambda run: _run(what, run))


def start(what: TableImport, file: UploadedFile, *, dry_run: bool, by: Any, title: str, **params: Any) -> Job:
    """Keep the uploaded table for a day and start the job that checks or imports it."""
    if not what.may_import(by):
        raise Refusal(_("You may not import this."), code="forbidden")
    with transaction.atomic():
        stored = store(file, name=file.name or what.table, purpose=what.upload_purpose, owner=by)
        given = {"file": str(stored.pk), "dry_run": dry_run, **params}
        return enqueue(what.kind, by=by, params=given, title=title)


def import_table(
    what: TableImport, path: Path, *, by: Any, dry_run: bool, progress: Any = None, **params: Any
) -> TableReport:
    """Check the table at `path`, and write it unless this is a check or something is wrong with it."""
    report = TableReport()
    checking = Checking({what.table: path}, report.problems, progress or (lambda done, total, label: None))
    try:
        with transaction.atomic():
            with suppress(EnoughProblems):
                what.read_and_write(checking, report, by, params)
            if dry_run or report.problems:
                raise _RolledBack
    except _RolledBack:
        pass
    return report


# ------------------------------------------------------------------ the job
def _run(what: TableImport, run: JobRun) -> dict[str, Any]:
    params = dict(run.params)
    file_id, dry_run = params.pop("file"), params.pop("dry_run")
    by = run.job.owner
    if not what.may_import(by):
        raise Refusal(_("You may not import this."), code="forbidden")
    with TemporaryDirectory(prefix="import-") as folder:
        path = _fetched(file_id, Path(folder), what.table)
        report = import_table(what, path, by=by, dry_run=dry_run, progress=run.progress, **params)
    result = {
        "dry_run": dry_run,
        "counts": report.counts,
        "params": params,
        "problem_count": len(report.problems),
        "problems": [problem.as_json() for problem in report.problems[:SHOWN_PROBLEMS]],
    }
    if report.problems:
        result["problems_url"] = _problems_url(what, report.problems, by)
    elif not dry_run:
        record(f"{what.table}.imported", run.job, by=by, after=report.counts | params)
    return result


def _fetched(file_id: str, folder: Path, table: str) -> Path:
    """The uploaded table under its own short name."""
    stored = StoredFile.objects.filter(pk=file_id).first()
    if stored is None:
        raise Refusal(_("The uploaded table is not kept any more."), fix=_("Upload it again."))
    path = folder / f"{table}{PurePosixPath(stored.name.lower()).suffix}"
    with open_file(stored) as source, path.open("wb") as sink:
        shutil.copyfileobj(source, sink, 1 << 20)
    return path


def _problems_url(what: TableImport, problems: list[Problem], owner: Any) -> str:
    stored = store(
        problems_as_csv(problems),
        name=_("Errors of the import") + ".csv",
        purpose=what.problems_purpose,
        owner=owner,
        content_type="text/csv; charset=utf-8",
    )
    return reverse("files:download", args=[stored.pk])
