"""The blank form 空白表 of a year: every field with its limit and room to write, made from the form itself."""

from dataclasses import dataclass
from typing import Any

from django.forms import BooleanField
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qa_portal.campaigns.models import Campaign
from qa_portal.organisations.registration_forms import ProfileForm
from submissions.enums import EvidenceType as E
from submissions.form.requirements import ALWAYS, REQUIREMENTS, condition_of
from submissions.form.sections import SECTIONS, YES_NO
from submissions.form.spec import Field, Kind, Section

LONG = 200  # from so many signs on a text gets room
BLANK_ROWS = 3
COUNTED = (Kind.TEXT, Kind.LONG_TEXT)


@dataclass(frozen=True, slots=True)
class BlankField:
    """One field on paper."""

    label: Any
    is_required: bool
    hints: tuple[str, ...]
    choices: tuple[Any, ...] = ()
    columns: tuple["BlankField", ...] = ()
    is_tall: bool = False
    lines: range = range(0)


@dataclass(frozen=True, slots=True)
class BlankSection:
    title: Any
    help: Any
    key: str
    fields: tuple[BlankField, ...]


@dataclass(frozen=True, slots=True)
class BlankEvidence:
    """A type of evidence, when it is needed, and what it is."""

    code: str
    label: Any
    when: Any
    help: Any


def blank_sections() -> list[BlankSection]:
    """The profile and all sections of the form, in their order."""
    profile = tuple(
        BlankField(
            field.label,
            bool(field.required),
            (str(field.help_text),) if field.help_text else (),
            tuple(label for _value, label in YES_NO)
            if isinstance(field, BooleanField)
            else tuple(label for value, label in getattr(field, "choices", ()) if value != ""),
        )
        for field in ProfileForm.base_fields.values()
    )
    help_text = _("Filled in once for the enterprise; all its applications of the year use it.")
    first = BlankSection(_("Profile of the enterprise"), help_text, "profile", profile)
    return [first, *(_section(section) for section in SECTIONS)]


def _section(section: Section) -> BlankSection:
    return BlankSection(section.title, section.help, section.key, tuple(_field(spec) for spec in section.fields))


def _field(spec: Field) -> BlankField:
    rows = min(spec.max_rows, max(spec.min_rows, BLANK_ROWS))
    return BlankField(
        spec.label,
        spec.required,
        tuple(_hints(spec)),
        tuple(label for _value, label in spec.choices),
        tuple(_field(column) for column in spec.columns),
        spec.kind == Kind.LONG_TEXT and spec.limit >= LONG,
        range(rows) if spec.kind == Kind.ROWS else range(0),
    )


def _hints(spec: Field) -> list[str]:
    """What stands below the label: unit, limit, number of rows, help."""
    hints = [str(spec.unit)] if spec.unit else []
    if spec.kind in COUNTED:
        hints.append(_("at most %(limit)s signs") % {"limit": spec.limit})
    if spec.kind == Kind.MONTH:
        hints.append(_("year and month, such as 2020-06"))
    if spec.kind == Kind.ROWS:
        most = ngettext("at most %(count)s row", "at most %(count)s rows", spec.max_rows) % {"count": spec.max_rows}
        if spec.min_rows:
            least = _("at least %(count)s") % {"count": spec.min_rows}
            most = f"{least}{_(', ')}{most}"
        hints.append(most)
    return [*hints, str(spec.help)] if spec.help else hints


def blank_evidence(campaign: Campaign) -> list[BlankEvidence]:
    """All types of evidence as this year asks for them."""
    limits = {"novelty_months": campaign.novelty_months, "summary_pages": campaign.summary_pages}
    rules = campaign.evidence_rules | ({E.RECOMMENDATION_LETTER.value: ALWAYS} if campaign.needs_letter else {})
    return [
        BlankEvidence(one.type.value, one.type.label, condition_of(one, rules), one.help % limits)
        for one in REQUIREMENTS
    ]
