"""Import of a campaign year: one pass over the tables inside one transaction, all or nothing.

Rows are checked and written in batches as they are read, so memory stays flat; the first error stops the
writing, not the checking, and the transaction is rolled back. A dry run is the same run, rolled back.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from qa_portal.audit.operations import record
from qa_portal.campaigns.models import Campaign, Criterion
from qa_portal.campaigns.operations import create_campaign
from qa_portal.campaigns.rules import DEFAULT_CRITERIA
from qa_portal.core.errors import Refusal
from qa_portal.core.importing.problems import Problem
from qa_portal.core.importing.rows import Checking, EnoughProblems, Values
from qa_portal.organisations.enums import Channel
from reports.importing import sources
from reports.importing.columns import APPLICATION_COLUMNS, review_columns
from reports.importing.writing import YearWriter
from reports.operations import prefill_circular
from reviews.columns import EXPERT_COLUMNS
from reviews.operations import refresh_standings
from submissions.enums import COUNTED_STATES
from submissions.models import Application

Progress = Callable[[int, int, str], None]
YEARS = range(1990, 3000)
IMPORT_LOCK = 0x5141  # any number that nothing else in the portal locks


@dataclass
class ImportReport:
    """What an import wrote, or would have written, or why it did not."""

    year: int | None = None
    dry_run: bool = False
    replaced: bool = False
    applications: int = 0
    experts: int = 0
    reviews: int = 0
    results: dict[str, int] = field(default_factory=dict)
    new_enterprises: int = 0
    new_units: list[str] = field(default_factory=list)
    removed: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_ok(self) -> bool:
        return not self.problems


class _RolledBack(Exception):
    """Ends the transaction of a dry run or of a run with errors."""


def import_campaign(
    folder: Path, *, by: Any, dry_run: bool = False, replace: bool = False, progress: Progress | None = None
) -> ImportReport:
    """Import the year in `folder` (contracts, section 1); `by` is a person or None for the command line.

    Errors of the tables are in the report and nothing is written. Raises Refusal when the year exists and
    `replace` is not asked for, or its circular is published.
    """
    report = ImportReport(dry_run=dry_run)
    tables, report.problems = sources.tables_in(folder)
    if report.problems:
        return report
    checking = Checking(tables, report.problems, progress or (lambda done, total, label: None))
    try:
        with transaction.atomic():
            _one_at_a_time()
            _Run(checking, report, replace=replace).read(by=by)
            if dry_run or report.problems:
                raise _RolledBack
    except _RolledBack:
        pass
    return report


def _one_at_a_time() -> None:
    """Let imports wait for each other: two could add the same enterprise. On SQLite they do so anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORT_LOCK])


def _was_filed_here(campaign: Campaign) -> bool:
    """Applications that people wrote in the portal are not for an import to replace."""
    written = Q(sections__isnull=False) | Q(submissions__isnull=False) | ~Q(state__in=COUNTED_STATES)
    return Application.objects.filter(written, campaign=campaign).exists()


class _Run:
    """One import: the tables in order, and what later tables must know of earlier ones."""

    def __init__(self, checking: Checking, report: ImportReport, *, replace: bool) -> None:
        self.checking = checking
        self.note = checking.note
        self.report = report
        self.replace = replace
        self.writer: YearWriter | None = None  # once the year is known
        self.applications: dict[str, int] = {}  # number → position
        self.experts: dict[str, int] = {}  # code → position

    @property
    def writes(self) -> YearWriter | None:
        """The writer as long as there is no error."""
        return None if self.report.problems else self.writer

    def read(self, *, by: Any) -> None:
        try:
            self._applications()
            self._experts()
            self._reviews()
        except EnoughProblems:
            return
        if writer := self.writes:
            self.checking.finished()
            refresh_standings(writer.campaign)
            record(
                "campaign.imported",
                writer.campaign,
                by=by,
                after={
                    "applications": self.report.applications,
                    "experts": self.report.experts,
                    "reviews": self.report.reviews,
                    "replaced": self.report.replaced,
                },
            )

    # ------------------------------------------------------------------ the year

    def _open_year(self, year: int, row: int) -> None:
        """Lock or create the campaign of the first well-formed number; Refusal where it must stay as it is."""
        self.report.year = year
        campaign = Campaign.objects.select_for_update().filter(year=year).first()
        if campaign is None:
            if year not in YEARS:
                self.note("applications", row, "申报编号", gettext_noop("the year is not plausible"))
                return
            campaign = create_campaign(year)
            prefill_circular(campaign)
            self.writer = YearWriter(campaign, self.report)
            return
        if campaign.is_published:
            raise Refusal(
                _("The circular of %(year)s is published: its figures must not change.") % {"year": year},
                code="published",
            )
        if not self.replace:
            raise Refusal(
                _("The year %(year)s exists already.") % {"year": year},
                fix=_("Replace it on purpose (--replace), or correct the numbers."),
                code="exists",
            )
        if _was_filed_here(campaign):
            raise Refusal(
                _("The year %(year)s holds applications that were filed in the portal.") % {"year": year},
                fix=_("An import must not remove them."),
                code="filed_here",
            )
        self.writer = YearWriter(campaign, self.report)
        self.writer.remove_year()
        self.report.replaced = True

    def _criteria(self) -> list[Criterion]:
        """The score sheet of the year; the standard one where the year could not be read."""
        if self.writer is not None:
            return list(self.writer.campaign.criteria.order_by("position"))
        return [
            Criterion(position=position, name=name, maximum=maximum)
            for position, (name, maximum) in enumerate(DEFAULT_CRITERIA, start=1)
        ]

    # ------------------------------------------------------------------ tables

    def _applications(self) -> None:
        is_empty = True
        for row, values in self.checking.rows("applications", APPLICATION_COLUMNS):
            is_empty = False
            if (number := values.get("number")) is not None:
                if self.report.year is None:
                    self._open_year(int(number[:4]), row)
                self._check_number(row, number)
            self._check_unit(row, values)
            if writer := self.writes:
                writer.add_application(values)
        if is_empty and self.checking.is_complete("applications"):
            self.note("applications", None, "", gettext_noop("the table has no rows"))
        if writer := self.writes:
            writer.flush_applications()

    def _check_number(self, row: int, number: str) -> None:
        """A number is there once, and of the year of the first one."""
        if number in self.applications:
            self.note("applications", row, "申报编号", gettext_noop('"%(value)s" is there twice'), value=number)
        elif int(number[:4]) != self.report.year:
            self.note(
                "applications",
                row,
                "申报编号",
                gettext_noop('"%(value)s" is not of the year %(year)s: one folder holds one year'),
                value=number,
                year=self.report.year,
            )
        self.applications.setdefault(number, len(self.applications))

    def _check_unit(self, row: int, values: Values) -> None:
        """A recommending unit is required except for 自行申报, where it is empty."""
        if "channel" not in values or "recommending_unit" not in values:
            return
        is_self, unit = values["channel"] == Channel.SELF, values["recommending_unit"]
        if is_self and unit:
            self.note("applications", row, "推荐单位", gettext_noop("must be empty for 自行申报"))
        elif not is_self and not unit:
            self.note("applications", row, "推荐单位", gettext_noop("is required except for 自行申报"))

    def _experts(self) -> None:
        for row, values in self.checking.rows("experts", EXPERT_COLUMNS):
            if (code := values.get("code")) is not None:
                if code in self.experts:
                    self.note("experts", row, "专家编号", gettext_noop('"%(value)s" is there twice'), value=code)
                self.experts.setdefault(code, len(self.experts))
            if writer := self.writes:
                writer.add_expert(values)
        if writer := self.writes:
            writer.flush_experts()

    def _reviews(self) -> None:
        criteria = self._criteria()
        keys = [f"points:{one.position}" for one in criteria]
        seen: set[int] = set()  # pairs of application and expert as one number: a set of tuples is far larger
        for row, values in self.checking.rows("reviews", review_columns(criteria)):
            application = self._known(row, values, "number", "申报编号", "applications", self.applications)
            expert = self._known(row, values, "expert", "专家编号", "experts", self.experts)
            if application is not None and expert is not None:
                pair = application * (len(self.experts) + 1) + expert
                if pair in seen:
                    self.note(
                        "reviews",
                        row,
                        "专家编号",
                        gettext_noop('"%(value)s" has reviewed %(number)s already in another row'),
                        value=values["expert"],
                        number=values["number"],
                    )
                seen.add(pair)
            if writer := self.writes:
                points = [values[key] for key in keys]
                writer.add_review(values, criteria, points, sum(points, Decimal()))
        if writer := self.writes:
            writer.flush_reviews()

    def _known(self, row: int, values: Values, key: str, header: str, table: str, known: dict[str, int]) -> int | None:
        """The position of what a review names; an orphan is an error unless its table could not be read."""
        value = values.get(key)
        if value is None:
            return None
        if value not in known and self.checking.is_complete(table):
            self.note(
                "reviews",
                row,
                header,
                gettext_noop('"%(value)s" is not in the table %(table)s'),
                value=value,
                table=table,
            )
        return known.get(value)
