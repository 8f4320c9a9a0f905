"""Forms of the settings, one for each section: they validate, `Wanted` says what they ask for."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qa_portal.campaigns.models import Campaign
from qa_portal.core.templatetags.portal import money
from qa_portal.organisations.enums import UNIT_KINDS
from qa_portal.organisations.models import RecommendingUnit
from submissions.enums import EvidenceType
from submissions.evidence.operations import MEGABYTE
from submissions.form.requirements import ALWAYS, NEVER, WAIVABLE
from submissions.setup.changes import Columns, Quotas, Sheet, Units, Wanted
from submissions.setup.copying import year_in_words
from submissions.setup.gaps import order_problems
from submissions.setup.sheet import CriterionRows

MOST_PLACES = 999


def _number() -> forms.TextInput:
    return forms.TextInput(attrs={"inputmode": "decimal", "class": "number"})


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S")


class SettingsForm(forms.ModelForm):
    """What every section has: the version that the page showed, and a reason once the year has begun."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput(), min_value=0)
    reason = forms.CharField(
        label=_("Reason for the change"),
        max_length=500,
        help_text=_("The year has begun: the reason stands in the audit trail beside what changed."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    class Meta:
        model = Campaign
        fields: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, is_locked: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen_version"] = self.instance.settings_version
        for name, value in self.initial.items():
            if isinstance(value, Decimal):
                self.initial[name] = money(value).replace(",", "")
        self.add_fields()
        if not self.instance.has_begun or is_locked:
            del self.fields["reason"]
        for field in self.fields.values():
            field.disabled = is_locked
        self.order_fields([name for name in self.fields if name not in ("reason", "seen_version")])
        self.helper = FormHelper()
        self.helper.form_tag = False

    def add_fields(self) -> None:
        """More fields than the columns."""

    def wanted(self) -> Wanted:
        """What the valid form asks for."""
        return Columns({name: self.cleaned_data[name] for name in self._meta.fields or ()})

    def field_of(self, name: str) -> str | None:
        """The field that shows a setting, by its name in `changes`; None where none does."""
        return name if name in self.fields else None


class DatesForm(SettingsForm):
    """The calendar of the year."""

    class Meta(SettingsForm.Meta):
        fields = (
            "call_issued_on", "filing_opens_at", "filing_closes_at", "recommendation_closes_at", "return_days",
            "check_days", "correction_days", "corrections_allowed", "review_opens_at", "review_closes_at",
        )  # fmt: skip
        widgets = {
            "call_issued_on": _day(),
            **{
                name: _moment()
                for name in (
                    "filing_opens_at", "filing_closes_at", "recommendation_closes_at", "review_opens_at",
                    "review_closes_at",
                )
            },
            **{
                name: _number()
                for name in ("return_days", "check_days", "correction_days", "corrections_allowed")
            },
        }  # fmt: skip
        help_texts = {
            "filing_closes_at": _("Shanghai time, to the second: what comes at this second is too late."),
            "return_days": _("After a unit has returned an application; never beyond the end of recommendation."),
            "check_days": _("From the end of recommendation; the call names the day."),
        }

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("return_days", "check_days", "correction_days"):
            if name in data and not 1 <= (data[name] or 0) <= 60:
                self.add_error(name, _("Give 1 to 60 working days."))
        if data.get("corrections_allowed") is not None and data["corrections_allowed"] > 5:
            self.add_error("corrections_allowed", _("Give at most 5."))
        return data

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        for name, text in order_problems(self.instance):
            if name not in self.errors:
                self.add_error(name, text)

    def _get_validation_exclusions(self) -> set[str]:
        """The order of the dates is said at their fields, above."""
        return super()._get_validation_exclusions() | {"filing_opens_at", "review_opens_at"}  # type: ignore[misc]


class ScoringForm(SettingsForm):
    """The score sheet, how many review, what is dropped, how many prizes."""

    class Meta(SettingsForm.Meta):
        fields = (
            "reviews_per_application", "trim_from", "first_prize_quota", "second_prize_quota", "third_prize_quota",
        )  # fmt: skip
        widgets = {name: _number() for name in fields}
        help_texts = {
            "trim_from": _("From so many reviews on, one highest and one lowest total do not count. 0: never."),
            "first_prize_quota": _("Empty: no limit."),
        }

    rows: CriterionRows

    def add_fields(self) -> None:
        self.rows = CriterionRows(self.instance, self.data if self.is_bound else None)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        reviews, trims = data.get("reviews_per_application"), data.get("trim_from")
        if reviews is not None and not 1 <= reviews <= 15:
            self.add_error("reviews_per_application", _("Give 1 to 15."))
        if trims is not None and trims in (1, 2):
            self.add_error(
                "trim_from", _("Dropping two of fewer than three reviews would leave none: give 0, or 3 and more.")
            )
        for text in self.rows.clean():
            self.add_error(None, text)
        return data

    def _get_validation_exclusions(self) -> set[str]:
        """What the database would say of these is said at their fields."""
        return super()._get_validation_exclusions() | {"trim_from", "reviews_per_application"}  # type: ignore[misc]

    def wanted(self) -> Wanted:
        return Sheet(self.rows.cleaned, Columns({name: self.cleaned_data[name] for name in self._meta.fields or ()}))


class EvidenceForm(SettingsForm):
    """What an application must contain, and the thresholds of the check."""

    class Meta(SettingsForm.Meta):
        fields = (
            "evidence_file_mb", "evidence_total_mb", "needs_letter", "summary_pages", "novelty_months",
            "months_in_use", "deviation", "similarity_percent", "profit_percent", "top_percent", "top_sample",
        )  # fmt: skip
        widgets = {name: _number() for name in fields if name != "needs_letter"}
        help_texts = {
            "needs_letter": _("Otherwise the unit adds its letter when it recommends."),
            "deviation": _("A larger difference blocks the submission."),
            "similarity_percent": _("More is a warning that must be answered; the matching passages are shown."),
        }

    def add_fields(self) -> None:
        for type in EvidenceType:
            if type == EvidenceType.RECOMMENDATION_LETTER:
                continue
            choices = [("", _("as the form says")), (ALWAYS, _("always required"))]
            choices += [(NEVER, _("not required"))] if type in WAIVABLE else []
            self.fields[f"evidence-{type.value}"] = forms.ChoiceField(
                label=f"{type.value} {type.label}",
                choices=choices,
                required=False,
                initial=self.instance.evidence_rules.get(type.value, ""),
            )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        ranges = {
            "evidence_file_mb": (1, settings.EVIDENCE_MAX_FILE // MEGABYTE),
            "evidence_total_mb": (1, settings.EVIDENCE_MAX_TOTAL // MEGABYTE),
            "summary_pages": (1, 500), "novelty_months": (1, 120), "months_in_use": (0, 60), "deviation": (0, 100),
            "similarity_percent": (1, 100), "profit_percent": (1, 100), "top_percent": (0, 50),
            "top_sample": (1, 10_000),
        }  # fmt: skip
        for name, (least, most) in ranges.items():
            if data.get(name) is not None and not least <= data[name] <= most:
                self.add_error(name, gettext("Give %(least)s to %(most)s.") % {"least": least, "most": most})
        file, total = data.get("evidence_file_mb"), data.get("evidence_total_mb")
        if file and total and file > total:
            self.add_error("evidence_total_mb", _("All files together must have room for one of the largest."))
        return data

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() | {"evidence_file_mb"}  # type: ignore[misc]

    def wanted(self) -> Wanted:
        rules = {
            name.partition("-")[2]: value
            for name, value in self.cleaned_data.items()
            if name.startswith("evidence-") and value
        }
        columns = {name: self.cleaned_data[name] for name in self._meta.fields or ()}
        return Columns({**columns, "evidence_rules": rules})

    def field_of(self, name: str) -> str | None:
        return super().field_of(name.replace("evidence_rules:", "evidence-"))

    def groups(self) -> list[tuple[Any, list[Any]]]:
        """The fields under headings."""
        sizes = ("evidence_file_mb", "evidence_total_mb")
        of = {name: self[name] for name in self.fields if name not in ("reason", "seen_version")}
        types = [field for name, field in of.items() if name.startswith("evidence-")]
        rest = [field for name, field in of.items() if name not in (*sizes, "needs_letter") and field not in types]
        return [
            (_("Required evidence"), [*types, of["needs_letter"]]),
            (_("Sizes"), [of[name] for name in sizes]),
            (_("Thresholds of the check"), rest),
        ]


class TextsForm(SettingsForm):
    """The notice, and the words above the declarations."""

    class Meta(SettingsForm.Meta):
        fields = ("call_notice", "declaration_text")
        widgets = {
            "call_notice": forms.Textarea(attrs={"rows": 16, "lang": "zh-Hans"}),
            "declaration_text": forms.Textarea(attrs={"rows": 6, "lang": "zh-Hans"}),
        }
        help_texts = {
            "call_notice": _("Shown on the page of the call; an empty line begins a new paragraph."),
            "declaration_text": _("Shown above the four declarations, and printed on the blank form."),
        }

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name, most in (("call_notice", 20_000), ("declaration_text", 3_000)):
            if name in data:
                data[name] = data[name].replace("\r\n", "\n").strip()
                if len(data[name]) > most:
                    self.add_error(name, gettext("At most %(most)s signs.") % {"most": most})
        return data


# ------------------------------------------------------------------ units


class UnitsForm(SettingsForm):
    """Which units take part: a box for each, by kind."""

    def add_fields(self) -> None:
        absent = set(self.instance.unit_absences.values_list("unit", flat=True))
        self.units = list(RecommendingUnit.objects.order_by("name").values_list("kind", "pk", "name"))
        for kind in UNIT_KINDS:
            units = [(key, name) for one, key, name in self.units if one == kind]
            if units:
                self.fields[str(kind)] = forms.TypedMultipleChoiceField(
                    label=kind.label,
                    choices=units,
                    coerce=int,
                    required=False,
                    initial=[key for key, _name in units if key not in absent],
                    widget=forms.CheckboxSelectMultiple,
                )

    def wanted(self) -> Wanted:
        return Units({key: key in self.cleaned_data[kind] for kind, key, _name in self.units})

    def field_of(self, name: str) -> str | None:
        wanted = name.partition(":")[2]
        return next((kind for kind, key, _name in self.units if str(key) == wanted), None)


class QuotasForm(SettingsForm):
    """Places of every unit that takes part; empty is no limit."""

    def add_fields(self) -> None:
        kept = dict(self.instance.unit_quotas.values_list("unit", "places"))
        units = RecommendingUnit.objects.exclude(absences__campaign=self.instance.pk).order_by("name")
        self.units: list[tuple[str, int]] = []
        for kind, key, name in units.values_list("kind", "pk", "name"):
            self.units.append((kind, key))
            self.fields[f"unit-{key}"] = forms.IntegerField(
                label=name,
                min_value=0,
                max_value=MOST_PLACES,
                required=False,
                initial=kept.get(key),
                widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "number"}),
            )

    def groups(self) -> list[tuple[Any, list[Any]]]:
        """The fields by kind of unit."""
        return [
            (kind.label, fields)
            for kind in UNIT_KINDS
            if (fields := [self[f"unit-{key}"] for one, key in self.units if one == kind])
        ]

    def wanted(self) -> Wanted:
        return Quotas({key: self.cleaned_data[f"unit-{key}"] for _kind, key in self.units})

    def field_of(self, name: str) -> str | None:
        return super().field_of(name.replace("quota:", "unit-"))


FORMS: dict[str, type[SettingsForm]] = {
    "dates": DatesForm,
    "scoring": ScoringForm,
    "units": UnitsForm,
    "quotas": QuotasForm,
    "evidence": EvidenceForm,
    "texts": TextsForm,
}


# ------------------------------------------------------------------ pages beside the sections


class YearForm(forms.Form):
    """The year to be set up, or the year typed to confirm that its call is published."""

    year = forms.IntegerField(
        label=_("Year"), widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "number"})
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput(), required=False)

    def __init__(self, *args: Any, expected: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clean_year(self) -> int:
        year: int = self.cleaned_data["year"]
        if self.expected is not None and year != self.expected:
            raise forms.ValidationError(_("Type the year %(year)s."), params={"year": self.expected})
        return year


class ExtensionForm(forms.Form):
    """Until when one application may still be filed, and why."""

    until = forms.DateTimeField(label=_("Extended until"), widget=_moment())
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.campaign = campaign
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clean_until(self) -> datetime:
        """A draft that comes after the end of recommendation could not be recommended any more."""
        until: datetime = self.cleaned_data["until"]
        last = self.campaign.recommendation_closes_at
        if last is not None and until > last:
            message = gettext("Recommendation closes at %(moment)s: the extension cannot end later.")
            raise forms.ValidationError(message % {"moment": year_in_words(last)})
        return until


class DayForm(forms.Form):
    """A holiday, or a day that is made up."""

    day = forms.DateField(label=_("Day"), widget=_day())
    is_working = forms.TypedChoiceField(
        label=_("What it is"),
        choices=[("0", _("Free day")), ("1", _("Working day"))],
        coerce=lambda value: value == "1",
        initial="0",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("Note"), max_length=100, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False


class DayListForm(forms.Form):
    """A pasted list of days."""

    days = forms.CharField(
        label=_("List of days"),
        max_length=20_000,
        help_text=_("One day a line: the date, then 休 (free) or 班 (working), then a note. 2021-10-01 休 国庆节"),
        widget=forms.Textarea(attrs={"rows": 8, "lang": "zh-Hans"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False


def add_objections(form: SettingsForm, objections: Iterable[Any]) -> None:
    """Show each objection at the field of its setting, or above the form."""
    for one in objections:
        form.add_error(form.field_of(one.field), one.message)
