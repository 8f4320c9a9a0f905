"""How far an application is: the state of each section and the meter, by the rules of the check itself."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from submissions.form.checks import ERROR, Finding
from submissions.form.dossier import Dossier
from submissions.form.sections import SECTIONS
from submissions.form.spec import Kind, Section, filled_rows, is_empty

# the two texts with which P01 says that something required is missing
MISSING = ("“%(label)s” is required.", "Row %(row)s: “%(label)s” is required.")


class SectionState(models.TextChoices):
    """State of a section in the task list."""

    NOT_STARTED = "not_started", _("Not started")
    IN_PROGRESS = "in_progress", _("In progress")
    TO_MEND = "to_mend", _("To be mended")
    DONE = "done", _("Filled in")


@dataclass(frozen=True, slots=True)
class Progress:
    """One section: its state, how many required items are missing, what else blocks the submission."""

    section: Section
    state: SectionState
    missing: int
    problems: int
    is_optional: bool


@dataclass(frozen=True, slots=True)
class Meter:
    """Required items that are there, of all that are required."""

    present: int
    required: int

    @property
    def missing(self) -> int:
        return self.required - self.present


def is_missing(finding: Finding) -> bool:
    """The finding says that a required item is empty."""
    return finding.rule == "P01" and finding.message in MISSING


def progress_of(
    dossier: Dossier, found: Sequence[Finding], to_mend: Collection[str] = (), sections: Sequence[Section] = SECTIONS
) -> list[Progress]:
    """The state of every section, in order. `to_mend` are the sections of which somebody asked for changes."""
    return [_progress(section, dossier, found, section.key in to_mend) for section in sections]


def _progress(section: Section, dossier: Dossier, found: Sequence[Finding], is_to_mend: bool) -> Progress:
    errors = [one for one in found if one.kind == ERROR and one.section == section.key]
    missing = sum(is_missing(one) for one in errors)
    problems = len(errors) - missing
    is_blank = all(is_empty(spec, dossier.get(section.key, spec.key)) for spec in section.fields)
    if is_blank:
        state = SectionState.NOT_STARTED
    elif is_to_mend or problems:
        state = SectionState.TO_MEND
    else:
        state = SectionState.IN_PROGRESS if missing else SectionState.DONE
    is_optional = not any(spec.required for spec in section.fields)
    return Progress(section, state, missing, problems, is_optional)


def meter_of(dossier: Dossier, found: Sequence[Finding]) -> Meter:
    """Required fields and required cells of filled rows, less what P01 names as missing."""
    required = 0
    for section in SECTIONS:
        for spec in section.fields:
            required += spec.required
            if spec.kind == Kind.ROWS:
                rows = filled_rows(dossier.get(section.key, spec.key))
                required += len(rows) * sum(column.required for column in spec.columns)
    return Meter(required - sum(is_missing(one) for one in found), required)
