"""What the pages of an expert show, put together in Python so that templates only print it.

Everything about an application comes from its blind copy: no template of an expert gets the model.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviews.models import Assignment
from reviews.scoring.queries import Desk, DeskRow
from submissions.blind import BlindClaim, BlindFile, BlindSection, blind_copy, blind_matrix
from submissions.form.dossier import Dossier
from submissions.form.sections import INDICATORS

STATES: dict[str, tuple[str, Any]] = {
    "declare": ("info", gettext_lazy("Declare first")),
    "new": ("neutral", gettext_lazy("Not begun")),
    "begun": ("wait", gettext_lazy("Being scored")),
    "complete": ("info", gettext_lazy("Complete, not locked")),
    "locked": ("ok", gettext_lazy("Locked")),
}
STRIP_WIDTH = 240  # pixels of the own distribution


@dataclass(frozen=True, slots=True)
class ShownCase:
    """An application as far as a list of an expert may show it: its number and its title."""

    number: str
    title: str


@dataclass(frozen=True, slots=True)
class DeskLine:
    """One row of the desk."""

    pk: int
    case: ShownCase
    kind: str
    label: Any
    gaps: int
    total: Decimal | None
    version: int
    is_open: bool
    is_leave: bool
    state: str


def case_of(seat: Assignment) -> ShownCase:
    return ShownCase(seat.application.number or "", seat.application.title)


def line_of(row: DeskRow) -> DeskLine:
    kind, label = STATES[row.state]
    if row.seat.is_locked and row.is_open:  # type: ignore[attr-defined]
        kind, label = "wait", _("Open for correction")
    sheet = getattr(row.seat, "sheet", None)
    is_typed = row.state in ("begun", "complete", "locked")
    return DeskLine(
        row.seat.pk, case_of(row.seat), kind, label, len(row.gaps), row.total if is_typed else None,
        sheet.version if sheet else 0, row.is_open, bool(row.seat.has_leave), row.state,  # type: ignore[attr-defined]
    )  # fmt: skip


def lines_of(desk: Desk) -> list[DeskLine]:
    return [line_of(row) for row in desk.rows]


# ------------------------------------------------------------------ the case


@dataclass(frozen=True, slots=True)
class ShownDossier:
    """The blind copy in the order in which an expert reads it: indicators and claims first."""

    indicators: BlindSection | None
    matrix: list[BlindClaim]
    sections: list[BlindSection]
    files: tuple[BlindFile, ...]

    @property
    def first_file(self) -> BlindFile | None:
        return next((one for one in self.files if one.is_shown), None)


def dossier_shown(dossier: Dossier) -> ShownDossier:
    blind = blind_copy(dossier)
    first = [one for one in blind.sections if one.title == INDICATORS.title]
    rest = [one for one in blind.sections if one.title != INDICATORS.title]
    return ShownDossier(first[0] if first else None, blind_matrix(dossier), rest, blind.files)


# ------------------------------------------------------------------ the own distribution


@dataclass(frozen=True, slots=True)
class Mark:
    """One of my totals on the strip: where it stands (pixels), and whether it is this case."""

    place: Decimal
    total: Decimal
    is_here: bool


def strip_of(desk: Desk, here: Assignment) -> list[Mark]:
    """My own totals of the year, those begun included; nothing of anybody else."""
    top = sum((one.maximum for one in desk.criteria), Decimal(0)) or Decimal(1)
    marks = [
        Mark((row.total / top * STRIP_WIDTH).quantize(Decimal("0.1")), row.total, row.seat.pk == here.pk)
        for row in desk.rows
        if row.total
    ]
    return sorted(marks, key=lambda one: (one.total, one.is_here))
