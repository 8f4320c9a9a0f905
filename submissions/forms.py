"""The pages of a section: one form built from the specification, with what its template prints.

`SectionForm` holds the values of the page (from the server or as posted) and saves what changed by
`save_fields`. Nothing here knows a single field by name but the few that a browser can complete.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qa_portal.core.errors import Refusal
from submissions.applicants import UnitGroup
from submissions.form.checks import Finding
from submissions.form.computed import computed_of
from submissions.form.progress import is_missing
from submissions.form.reading import changed_fields, new_row_id, posted_values, read_base, row_step, write_base
from submissions.form.spec import Field, Kind, Section
from submissions.links import anchor_of
from submissions.operations import save_fields
from submissions.wording import value_text

AUTOCOMPLETE = {"contact_phone": "tel", "contact_email": "email"}
TYPES = {"contact_phone": "tel", "contact_email": "email"}
COUNTED = (Kind.TEXT, Kind.LONG_TEXT)
MINE, THEIRS = "mine", "theirs"


@dataclass(frozen=True, slots=True)
class ShownCell:
    """One input: everything that its template prints."""

    spec: Field
    name: str
    id: str
    value: Any
    options: tuple[tuple[str, Any, bool], ...] = ()
    groups: tuple[UnitGroup, ...] = ()
    errors: tuple[str, ...] = ()

    @property
    def count(self) -> int | None:
        """Signs written, for texts."""
        return len(str(self.value)) if self.spec.kind in COUNTED else None

    @property
    def is_over(self) -> bool:
        return self.count is not None and self.count > self.spec.limit

    @property
    def width(self) -> str:
        """Class of the cell in a row: a long text takes all columns, a name or an amount two."""
        if self.spec.kind == Kind.LONG_TEXT:
            return "is-full"
        return "is-wide" if self.spec.limit >= 60 or self.spec.unit or self.spec.kind == Kind.MONTH else ""

    @property
    def lines(self) -> int:
        """Height of a long text."""
        return max(3, min(14, self.spec.limit // 60))

    @property
    def described_by(self) -> str:
        parts = [f"{self.id}-hint"] if self.spec.help else []
        parts += [f"{self.id}-error"] if self.errors else []
        parts += [f"{self.id}-count"] if self.count is not None else []
        return " ".join(parts)

    @property
    def autocomplete(self) -> str:
        return AUTOCOMPLETE.get(self.spec.key, "off")

    @property
    def type(self) -> str:
        return "month" if self.spec.kind == Kind.MONTH else TYPES.get(self.spec.key, "text")

    @property
    def inputmode(self) -> str:
        return {Kind.DECIMAL: "decimal", Kind.YEAR: "numeric"}.get(self.spec.kind, "")


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One row of a table field."""

    id: str
    cells: tuple[ShownCell, ...]
    change: str = ""  # of an indicator


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that somebody else changed meanwhile: both values, who and when, and theirs for the next save."""

    key: str
    label: Any
    theirs: list[str]
    mine: list[str]
    by: str
    at: Any
    kept: str  # theirs, as JSON


@dataclass(frozen=True, slots=True)
class ShownField:
    """One field of the section: an input, or rows of inputs."""

    spec: Field
    cell: ShownCell | None = None
    rows: tuple[ShownRow, ...] = ()
    blank: ShownRow | None = None  # the row that the page adds by itself
    errors: tuple[str, ...] = ()
    conflict: Conflict | None = None

    @property
    def is_full(self) -> bool:
        return len(self.rows) >= self.spec.max_rows

    @property
    def id(self) -> str:
        return f"f-{self.spec.key}"


@dataclass
class SectionForm:
    """See the module. `units` are those who may recommend, `units_by_key` their names."""

    application: Any
    section: Section
    values: dict[str, Any]
    base: dict[str, Any]
    units: tuple[UnitGroup, ...] = ()
    findings: Iterable[Finding] = ()
    shows_missing: bool = False
    posted: frozenset[str] = frozenset()
    conflicts: dict[str, Conflict] = field(default_factory=dict)

    @classmethod
    def of(cls, application: Any, section: Section, **fields: Any) -> "SectionForm":
        """The form as the server has it; one query."""
        data = application.sections.filter(section=section.key).values_list("data", flat=True).first() or {}
        values = {spec.key: data.get(spec.key, spec.empty()) for spec in section.fields}
        return cls(application, section, values, dict(values), **fields)

    def read(self, data: Any) -> None:
        """Take over what was posted, and the base on which it was written."""
        self.base = read_base(data.get("base", ""))
        posted = posted_values(self.section, data, self.base)
        self.values |= posted
        self.posted = frozenset(posted)
        for spec in self.section.fields:
            if (kept := data.get(f"theirs-{spec.key}")) and (choice := data.get(f"resolve-{spec.key}")):
                self._resolve(spec, kept, choice)
        self.values = row_step(self.section, self.values, data.get("do", ""))

    def _resolve(self, spec: Field, kept: str, choice: str) -> None:
        """The person chose between two values: what they saw of the other one is the new base."""
        theirs = read_base(kept).get("value")
        if theirs is None or choice not in (MINE, THEIRS):
            return
        self.base[spec.key] = theirs
        if choice == THEIRS:
            self.values[spec.key] = theirs

    def save(self, by: Any) -> bool:
        """Save what changed; False where somebody else changed the same field meanwhile. Raises Refusal."""
        posted = {key: value for key, value in self.values.items() if key in self.posted}
        changes = changed_fields(self.section, posted, self.base)
        if not changes:
            return True
        saved = save_fields(self.application, self.section.key, changes, base=self.base, by=by)
        self.base |= {key: value for key, value in changes.items() if key not in saved.conflicts}
        for key, found in saved.conflicts.items():
            spec = self.section.field(key)
            self.conflicts[key] = Conflict(
                key,
                spec.label,
                self._lines(spec, found["theirs"]),
                self._lines(spec, found["mine"]),
                found["by"],
                found["at"],
                json.dumps({"value": found["theirs"]}, ensure_ascii=False),
            )
        return not saved.conflicts

    def _lines(self, spec: Field, value: Any) -> list[str]:
        """A value in lines to compare, a row a line."""
        if spec.kind != Kind.ROWS:
            return [value_text(spec, value, self.unit_names)]
        return [" · ".join(value_text(one, row.get(one.key, "")) for one in spec.columns) for row in value] or ["—"]

    # ------------------------------------------------------------------ for the template

    @property
    def unit_names(self) -> dict[str, str]:
        return {str(key): name for group in self.units for key, name, _own in group.units}

    @property
    def base_text(self) -> str:
        return write_base(self.base)

    @property
    def computed(self) -> dict[str, str]:
        return computed_of(self.section.key, self.values)

    @property
    def totals(self) -> list[tuple[str, Any, str]]:
        """Place, label and text of the totals under a table."""
        columns = {column.key: column for spec in self.section.fields for column in spec.columns}
        return [
            (place, columns[place.removeprefix("total-")].label, text)
            for place, text in self.computed.items()
            if place.startswith("total-")
        ]

    @property
    def fields(self) -> list[ShownField]:
        return [self._shown(spec) for spec in self.section.fields]

    @property
    def errors(self) -> list[dict[str, str]]:
        """All shown errors for the summary on top, each with the address of its field."""
        return [{"text": one.text, "label": "", "url": f"#{anchor_of(one)}"} for one in self._shown_findings()]

    def _shown_findings(self) -> list[Finding]:
        found = [one for one in self.findings if one.section == self.section.key]
        return [one for one in found if self.shows_missing or not is_missing(one)]

    def _errors_at(self, key: str, row: str = "") -> tuple[str, ...]:
        return tuple(one.text for one in self._shown_findings() if (one.field, one.row) == (key, row))

    def _shown(self, spec: Field) -> ShownField:
        conflict = self.conflicts.get(spec.key)
        errors = self._errors_at(spec.key)
        if spec.kind != Kind.ROWS:
            cell = self._cell(spec, spec.key, f"f-{spec.key}", self.values[spec.key], errors)
            return ShownField(spec, cell=cell, errors=errors, conflict=conflict)
        rows = [row for row in self.values[spec.key] if isinstance(row, Mapping)]
        missing = max(0, (spec.min_rows if spec.required else 0) - len(rows))
        rows += [{"id": new_row_id()} for _n in range(missing)]
        changes = self.computed
        return ShownField(
            spec,
            rows=tuple(self._row(spec, row, changes.get(f"change-{row.get('id')}", "")) for row in rows),
            blank=self._row(spec, {"id": "__row__"}, ""),
            errors=errors,
            conflict=conflict,
        )

    def _row(self, spec: Field, row: Mapping[str, str], change: str) -> ShownRow:
        key = str(row.get("id", ""))
        errors = self._errors_at(spec.key, key)
        cells = tuple(
            self._cell(
                column,
                f"{spec.key}-{key}-{column.key}",
                f"f-{spec.key}-{key}-{column.key}",
                row.get(column.key, ""),
                tuple(text for text in errors if str(column.label) in text),
            )
            for column in spec.columns
        )
        return ShownRow(key, cells, change)

    def _cell(self, spec: Field, name: str, key: str, value: Any, errors: tuple[str, ...]) -> ShownCell:
        chosen = value if isinstance(value, list) else [str(value)]
        options = tuple((choice, label, choice in chosen) for choice, label in spec.choices)
        groups = self.units if spec.kind == Kind.UNIT else ()
        return ShownCell(spec, name, key, value, options, tuple(groups), errors)


class ReasonForm(forms.Form):
    """Why an application is withdrawn."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"})
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput())


class SubmitForm(forms.Form):
    """The last confirmation: a reason for each warning, and that all was read."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput())
    seen_digest = forms.CharField(max_length=64, widget=forms.HiddenInput())
    confirm = forms.BooleanField(
        label=_("I have read all answers. Everything is true, and I may submit it for the enterprise."),
        error_messages={"required": _("Confirm before submitting.")},
    )

    def __init__(self, *args: Any, warnings: Iterable[Finding], answers: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.warnings: list[tuple[str, str]] = []
        for place, one in enumerate(warnings):
            name = f"warning-{place}"
            self.warnings.append((name, one.key))
            self.fields[name] = forms.CharField(
                label=one.text,
                max_length=300,
                initial=answers.get(one.key, ""),
                widget=forms.Textarea(attrs={"rows": 2}),
                error_messages={"required": _("Mend it, or say why it may stand.")},
            )
        self.order_fields([*(name for name, _key in self.warnings), "confirm", "seen_version", "seen_digest"])

    def answers(self) -> dict[str, str]:
        """Key of each warning → the reason given."""
        return {key: self.cleaned_data[name] for name, key in self.warnings}


def refused(form: forms.BaseForm, refusal: Refusal) -> None:
    """Show a refusal as an error of its field, or of the whole form."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
