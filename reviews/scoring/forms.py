"""The score sheet as a form: values of the page, what changed of them, and what its template prints."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from qa_portal.campaigns.models import Criterion
from reviews.enums import Flag, RecusalCode
from reviews.models import Assignment
from reviews.scoring.operations import save_sheet
from reviews.scoring.queries import sheet_of, values_of
from reviews.scoring.sheets import (
    MAX_TEXT,
    MIN_COMMENT,
    Gap,
    bands_of,
    cleaned,
    field_of,
    gaps_of,
    problem_of,
    total_of,
    unscored,
)
from submissions.enums import Level
from submissions.form.reading import read_base, write_base

MINE, THEIRS = "mine", "theirs"
NO_CHOICE = "—"


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that another window changed meanwhile: both values, and theirs for the next save."""

    key: str
    label: Any
    theirs: list[str]
    mine: list[str]
    by: str
    at: Any
    kept: str


@dataclass(frozen=True, slots=True)
class ScoreField:
    """The input of one criterion."""

    criterion: Criterion
    name: str
    value: str
    problem: str
    conflict: Conflict | None

    @property
    def bands(self) -> list[tuple[Any, Any, Any]]:
        return bands_of(self.criterion)


@dataclass(frozen=True, slots=True)
class PlainField:
    """A choice or a text of the sheet."""

    name: str
    label: Any
    value: str
    conflict: Conflict | None
    options: tuple[tuple[str, Any, bool], ...] = ()
    hint: Any = ""
    least: int = 0
    most: int = MAX_TEXT
    gap: str = ""


LABELS: dict[str, Any] = {
    "level": gettext_lazy("Level"),
    "comment": gettext_lazy("Comment"),
    "strengths": gettext_lazy("Strengths"),
    "gaps": gettext_lazy("Gaps"),
    "bottleneck": gettext_lazy("Bottleneck technology"),
    "digital": gettext_lazy("Digital technologies"),
}
CHOICES: dict[str, Any] = {"level": Level.choices, "bottleneck": Flag.choices, "digital": Flag.choices}


@dataclass
class SheetForm:
    """See the module. `shows_gaps` names at each field what is lacking before it can be locked."""

    seat: Assignment
    criteria: list[Criterion]
    values: dict[str, str]
    base: dict[str, Any]
    shows_gaps: bool = False
    conflicts: dict[str, Conflict] = field(default_factory=dict)

    @classmethod
    def of(cls, seat: Assignment, criteria: list[Criterion], *, shows_gaps: bool = False) -> "SheetForm":
        """The form as the server has it."""
        values = values_of(sheet_of(seat), criteria)
        return cls(seat, criteria, values, dict(values), shows_gaps)

    def read(self, data: Any) -> None:
        """Take over what was posted, and the base on which it was written."""
        self.base = {name: str(text) for name, text in read_base(data.get("base", "")).items()}
        for name in self.values:
            if (kept := data.get(f"theirs-{name}")) and (choice := data.get(f"resolve-{name}")) in (MINE, THEIRS):
                self.base[name] = str(read_base(kept).get("value", ""))
                self.values[name] = self.base[name] if choice == THEIRS else cleaned(name, data.get(name, ""))
            elif name in data:
                self.values[name] = cleaned(name, data[name])

    def save(self, by: Any) -> bool:
        """Save what changed; False where another window changed the same field meanwhile. Raises Refusal."""
        changes = {name: text for name, text in self.values.items() if text != self.base.get(name, "")}
        if not changes:
            return True
        saved = save_sheet(self.seat, changes, base=self.base, by=by)
        self.base |= {name: text for name, text in changes.items() if name not in saved.conflicts}
        for name, found in saved.conflicts.items():
            self.conflicts[name] = Conflict(
                name, self._label(name), [self._text(name, found["theirs"])], [self._text(name, found["mine"])],
                found["by"], timezone.localtime(found["at"]),
                json.dumps({"value": found["theirs"]}, ensure_ascii=False),
            )  # fmt: skip
        return not saved.conflicts

    def _label(self, name: str) -> Any:
        return LABELS.get(name) or next(one.name for one in self.criteria if field_of(one) == name)

    def _text(self, name: str, value: str) -> str:
        return str(dict(CHOICES[name]).get(value, NO_CHOICE)) if name in CHOICES else value or NO_CHOICE

    # ------------------------------------------------------------------ for the template

    @property
    def base_text(self) -> str:
        return write_base(self.base)

    @property
    def gaps(self) -> list[Gap]:
        return gaps_of(self.values, self.criteria)

    @property
    def errors(self) -> list[dict[str, str]]:
        """Slips always, gaps only where they are asked for; each with the address of its field."""
        found = self.gaps if self.shows_gaps else [Gap(one.name, one.problem) for one in self.scores if one.problem]
        return [{"text": gap.text, "label": "", "url": f"#f-{gap.field}"} for gap in found]

    @property
    def scores(self) -> list[ScoreField]:
        return [
            ScoreField(one, name, self.values[name], problem_of(one, self.values[name]), self.conflicts.get(name))
            for one in self.criteria
            for name in (field_of(one),)
        ]

    @property
    def level(self) -> PlainField:
        return self._choice("level", hint=_("What the evidence shows, not what is claimed."))

    @property
    def flags(self) -> list[PlainField]:
        return [self._choice(name) for name in ("bottleneck", "digital")]

    @property
    def texts(self) -> list[PlainField]:
        hint = _("At least %(count)s signs: what convinced you, and what is missing. Name no enterprise and no person.")
        return [
            self._plain("comment", hint=hint % {"count": MIN_COMMENT}, least=MIN_COMMENT),
            self._plain("strengths"),
            self._plain("gaps"),
        ]

    def _choice(self, name: str, hint: Any = "") -> PlainField:
        options = tuple((value, label, value == self.values[name]) for value, label in CHOICES[name])
        return PlainField(name, LABELS[name], self.values[name], self.conflicts.get(name), options, hint,
                          gap=self._gap(name))  # fmt: skip

    def _plain(self, name: str, hint: Any = "", least: int = 0) -> PlainField:
        return PlainField(name, LABELS[name], self.values[name], self.conflicts.get(name), (), hint, least,
                          gap=self._gap(name))  # fmt: skip

    def _gap(self, name: str) -> str:
        return next((gap.text for gap in self.gaps if gap.field == name), "") if self.shows_gaps else ""

    @property
    def computed(self) -> dict[str, str]:
        """What the page shows of the whole sheet, by the id of its place."""
        return {"sheet-total": f"{total_of(self.values, self.criteria).normalize():f}", "sheet-left": self.left}

    @property
    def total(self) -> str:
        return self.computed["sheet-total"]

    @property
    def maximum(self) -> str:
        return f"{sum((one.maximum for one in self.criteria), Decimal(0)).normalize():f}"

    @property
    def left(self) -> str:
        count = unscored(self.values, self.criteria)
        if count:
            return ngettext("%(count)s criterion is not scored", "%(count)s criteria are not scored", count) % {
                "count": count
            }
        return _("All criteria are scored") if not self.gaps else _("Level or comment is missing")


class RecusalForm(forms.Form):
    """Why an expert steps back from an application."""

    code = forms.ChoiceField(
        label=gettext_lazy("Which case is it?"),
        choices=RecusalCode.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose which case it is.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Explanation"), max_length=280, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Give a reason.")},
    )  # fmt: skip


class ReasonForm(forms.Form):
    """A reason."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=280, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Give a reason.")},
    )  # fmt: skip


class LeaveForm(forms.Form):
    """Until when somebody may score again."""

    expires_at = forms.DateTimeField(
        label=gettext_lazy("Valid until"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={
            "required": gettext_lazy("Give an end that lies ahead."),
            "invalid": gettext_lazy("Give date and time, such as 2026-07-20 17:00."),
        },
    )

    def clean_expires_at(self) -> Any:
        at = self.cleaned_data["expires_at"]
        now = timezone.now()
        if not now < at <= now + timedelta(days=60):
            raise forms.ValidationError(_("Give an end that lies ahead, within 60 days."))
        return at


def seen_seats(data: Mapping[str, Any]) -> dict[int, int]:
    """The versions of sheets that a confirmation page showed, by key of the seat; nonsense is left out."""
    found = {}
    for text in data.getlist("seat"):  # type: ignore[attr-defined]
        key, _colon, version = str(text).partition(":")
        if key.isascii() and key.isdigit() and version.isascii() and version.isdigit() and len(text) < 30:
            found[int(key)] = int(version)
    return found
