"""Background work: import of a year, export of its circular."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qa_portal.audit.operations import record
from qa_portal.campaigns.queries import campaign_of
from qa_portal.core.errors import Refusal
from qa_portal.core.importing.problems import Problem, TableError, problems_as_csv
from qa_portal.files.models import StoredFile
from qa_portal.files.operations import open_file, store
from qa_portal.files.registry import register_purpose
from qa_portal.jobs.registry import job_kind
from qa_portal.jobs.running import JobRun
from reports.circular import CircularError, render
from reports.enums import CIRCULAR_FILE, EXPORT_CIRCULAR, IMPORT_CAMPAIGN, IMPORT_PROBLEMS, IMPORT_TABLE
from reports.importing.sources import unpacked
from reports.importing.year import ImportReport, import_campaign
from reports.publication import circular_of
from reports.rules import may_export_circular, may_import_year

SHOWN_PROBLEMS = 200  # on the page; the download holds all
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
}

register_purpose(IMPORT_TABLE, may_fetch=may_import_year, own_only=True, keep_for=timedelta(days=1))
register_purpose(IMPORT_PROBLEMS, may_fetch=may_import_year, keep_for=timedelta(days=30))
register_purpose(CIRCULAR_FILE, may_fetch=may_export_circular)


# ------------------------------------------------------------------ import


@job_kind(
    IMPORT_CAMPAIGN,
    title=gettext_lazy("Import of a year"),
    may_see=may_import_year,
    result_template="reports/_import_result.html",
    atomic=True,
)
def run_import(run: JobRun) -> dict[str, Any]:
    """Check or import the uploaded tables; the errors become a page and a file."""
    params = run.params
    try:
        with _tables(params["files"]) as folder:
            report = import_campaign(
                folder,
                by=run.job.owner,
                dry_run=params["dry_run"],
                replace=params["replace"],
                progress=run.progress,
            )
    except TableError as error:
        report = ImportReport(dry_run=params["dry_run"])
        report.problems = [Problem("archive.zip", error.row, error.column, error.message, error.params)]
    result = _as_result(report)
    if report.problems:
        stored = store(
            problems_as_csv(report.problems),
            name=_("Errors of the import") + ".csv",
            purpose=IMPORT_PROBLEMS,
            owner=run.job.owner,
            content_type="text/csv; charset=utf-8",
        )
        result["problems_url"] = reverse("files:download", args=[stored.pk])
    elif not report.dry_run:
        result |= {
            "url": reverse("reports:overview", kwargs={"year": report.year}),
            "url_label": _("Open the year %(year)s") % {"year": report.year},
        }
    return result


@contextmanager
def _tables(files: dict[str, str]) -> Iterator[Path]:
    """A temporary folder with the uploaded tables, unpacked where it was a zip file."""
    with TemporaryDirectory(prefix="import-") as name:
        folder = Path(name)
        for file_name, file_id in files.items():
            stored = StoredFile.objects.filter(pk=file_id).first()
            if stored is None:
                raise Refusal(_("The uploaded tables are not kept any more."), fix=_("Upload them again."))
            with open_file(stored) as source, (folder / file_name).open("wb") as sink:
                shutil.copyfileobj(source, sink, 1 << 20)
        if "archive.zip" in files:
            with unpacked(folder / "archive.zip") as inner:
                yield inner
        else:
            yield folder


def _as_result(report: ImportReport) -> dict[str, Any]:
    """The report as JSON for the page of the job."""
    return {
        "year": report.year,
        "dry_run": report.dry_run,
        "replaced": report.replaced,
        "applications": report.applications,
        "experts": report.experts,
        "reviews": report.reviews,
        "results": report.results,
        "new_enterprises": report.new_enterprises,
        "new_units": report.new_units,
        "removed": report.removed,
        "problem_count": len(report.problems),
        "problems": [problem.as_json() for problem in report.problems[:SHOWN_PROBLEMS]],
    }


# ------------------------------------------------------------------ export


@job_kind(EXPORT_CIRCULAR, title=gettext_lazy("Export of the circular"), may_see=may_export_circular)
def run_export(run: JobRun) -> dict[str, Any]:
    """Write the circular in the chosen form and keep the file for the bureau."""
    campaign, ending = campaign_of(run.params["year"]), run.params["ending"]
    run.progress(0, 4, _("Counting"))
    try:
        document = circular_of(campaign)
        run.progress(1, 4, _("Setting the pages"))
        content = render(document, ending, progress=lambda done, total: run.progress(1 + done, 2 + total))
    except CircularError as error:
        raise Refusal(_(error.msgid) % error.params) from error
    run.progress(1, 1)
    with transaction.atomic():
        stored = store(
            content,
            name=_("Circular %(year)s") % {"year": campaign.year} + f".{ending}",
            purpose=CIRCULAR_FILE,
            owner=run.job.owner,
            content_type=TYPES[ending],
        )
        record("circular.exported", campaign, by=run.job.owner, after={"form": ending, "sha256": stored.sha256})
        result = {"url": reverse("files:download", args=[stored.pk]), "url_label": stored.name, "year": campaign.year}
        run.succeed(result)
    return result
