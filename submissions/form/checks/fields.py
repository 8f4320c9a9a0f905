"""P01 and P09: required fields, limits, types."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from submissions.form.checks.base import ERROR, PROFILE, Context, Finding, as_month, error, rule
from submissions.form.dossier import Dossier, as_decimal
from submissions.form.sections import SECTIONS
from submissions.form.spec import Field, Kind, Section, filled_rows, is_empty

PROFILE_LABELS = {"district": _("District"), "ownership": _("Ownership")}


@rule
def p01_required_and_limits(dossier: Dossier, context: Context) -> Iterator[Finding]:
    """Required fields are filled, nothing is over its limit, numbers are numbers (and P09: not negative)."""
    for section in SECTIONS:
        for spec in section.fields:
            value = dossier.get(section.key, spec.key)
            if is_empty(spec, value) or (isinstance(value, str) and not value.strip()):
                if spec.required:
                    yield Finding(
                        "P01", ERROR, section.key, spec.key, gettext_noop("“%(label)s” is required."),
                        {"label": spec.label},
                    )  # fmt: skip
            elif spec.kind == Kind.ROWS:
                yield from _rows(section, spec, value)
            elif spec.kind != Kind.CHOICES:
                yield from _cell(section, spec, value)


@rule
def p01_profile(dossier: Dossier, context: Context) -> Iterator[Finding]:
    """What the profile of the enterprise must say: district and ownership are counted in the statistics."""
    for key, label in PROFILE_LABELS.items():
        if dossier.profile and not dossier.profile.get(key):
            message = gettext_noop("The profile of your enterprise lacks “%(label)s”.")
            yield error("P01", PROFILE, key, message, label=label)


def _rows(section: Section, spec: Field, value: Any) -> Iterator[Finding]:
    rows = filled_rows(value)
    if len(rows) > spec.max_rows:
        yield Finding(
            "P01", ERROR, section.key, spec.key,
            gettext_noop("“%(label)s” has %(count)s rows; at most %(limit)s are possible."),
            {"label": spec.label, "count": len(rows), "limit": spec.max_rows},
        )  # fmt: skip
    for place, row in enumerate(rows, start=1):
        row_id = str(row.get("id") or place)
        for column in spec.columns:
            cell = str(row.get(column.key, "")).strip()
            if cell:
                yield from _cell(section, column, cell, of=spec, row=row_id)
            elif column.required:
                yield Finding(
                    "P01", ERROR, section.key, spec.key, gettext_noop("Row %(row)s: “%(label)s” is required."),
                    {"label": column.label, "row": place}, row_id,
                )  # fmt: skip


def _cell(section: Section, spec: Field, value: Any, *, of: Field | None = None, row: str = "") -> Iterator[Finding]:
    where, text = of.key if of else spec.key, str(value).strip()
    if spec.kind in (Kind.TEXT, Kind.LONG_TEXT) and len(text) > spec.limit:
        yield Finding(
            "P01", ERROR, section.key, where,
            gettext_noop("“%(label)s” has %(count)s signs; at most %(limit)s are possible."),
            {"label": spec.label, "count": len(text), "limit": spec.limit}, row,
        )  # fmt: skip
    elif spec.kind == Kind.DECIMAL:
        yield from _number(section, spec, text, where, row)
    elif message := _wrong_kind(spec, text):
        yield Finding("P01", ERROR, section.key, where, message, {"label": spec.label, "value": text[:40]}, row)


def _number(section: Section, spec: Field, text: str, where: str, row: str) -> Iterator[Finding]:
    number = as_decimal(text)
    if number is None:
        message = gettext_noop("“%(label)s”: “%(value)s” is not a number.")
        yield Finding("P01", ERROR, section.key, where, message, {"label": spec.label, "value": text[:40]}, row)
    elif number < 0 and not spec.negative:
        message = gettext_noop("“%(label)s” must not be negative.")
        yield Finding("P09", ERROR, section.key, where, message, {"label": spec.label}, row)


def _wrong_kind(spec: Field, text: str) -> str:
    """Why a value is not of its kind, as a msgid; "" when it is."""
    if spec.kind in (Kind.CHOICE, Kind.YES_NO) and text not in {choice for choice, _label in spec.choices}:
        return gettext_noop("“%(label)s”: choose one of the list.")
    if spec.kind == Kind.MONTH and as_month(text) is None:
        return gettext_noop("“%(label)s”: write the month as 2020-06.")
    if spec.kind == Kind.YEAR and not (len(text) == 4 and text.isascii() and text.isdigit()):
        return gettext_noop("“%(label)s”: write the year with four digits.")
    if spec.kind == Kind.UNIT and not (text.isascii() and text.isdigit()):
        return gettext_noop("“%(label)s”: choose one of the list.")
    return ""
