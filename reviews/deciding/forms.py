"""Forms of lines, committee and settings."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

from reviews.deciding.operations import SETTINGS, Ballot
from reviews.enums import GRADES
from reviews.models import OutcomeSettings

MOST_RANKS = 1_000_000


def _helper() -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    return helper


def _line(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=MOST_RANKS,
        widget=forms.NumberInput(attrs={"step": 1, "inputmode": "numeric"}),
    )


class LinesForm(forms.Form):
    """The last rank of each grade."""

    first_to = _line(_("First prizes to rank"))
    second_to = _line(_("Second prizes to rank"))
    third_to = _line(_("Third prizes to rank"))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for before, name in (("first_to", "second_to"), ("second_to", "third_to")):
            if data.get(before) is not None and data.get(name) is not None and data[name] < data[before]:
                self.add_error(name, _("Each line must lie at or behind the one before it."))
        return data


class MeetingForm(forms.Form):
    """A meeting of the committee, with a vote on each grade and, if need be, on one application."""

    held_on = forms.DateField(label=_("Held on"), widget=forms.DateInput(attrs={"type": "date"}))
    members = forms.IntegerField(label=_("Members of the committee"), min_value=1, max_value=999)
    present = forms.IntegerField(label=_("Members present"), min_value=1, max_value=999)
    number = forms.CharField(
        label=_("Vote on one application"),
        required=False,
        max_length=9,
        help_text=_("Its number; leave empty for votes on whole grades."),
    )
    note = forms.CharField(
        label=_("Minutes"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, numbers: dict[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.numbers = numbers
        self.helper = _helper()
        for key, label in [*((one.value, one.label) for one in GRADES), ("one", _("The application"))]:
            for part, word in (("in_favour", _("in favour")), ("against", _("against")), ("abstained", _("abstained"))):
                self.fields[f"{key}-{part}"] = forms.IntegerField(
                    label=f"{label} · {word}", required=False, min_value=0, max_value=999
                )

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"].strip()
        if number and number not in self.numbers:
            raise forms.ValidationError(_("The proposal has no application with this number."))
        return number

    def ballots(self) -> list[Ballot]:
        """The votes that were filled in."""
        data = self.cleaned_data
        found: list[Ballot] = []
        for key in [*(one.value for one in GRADES), "one"]:
            counts = [data.get(f"{key}-{part}") for part in ("in_favour", "against", "abstained")]
            if all(count is None for count in counts) or (key == "one" and not data.get("number")):
                continue
            in_favour, against, abstained = (count or 0 for count in counts)
            chosen: dict[str, Any] = {"application": self.numbers[data["number"]]} if key == "one" else {"grade": key}
            found.append(Ballot(in_favour, against, abstained, **chosen))
        return found


class OutcomeSettingsForm(forms.ModelForm):
    """How the year is decided and made public."""

    band = forms.DecimalField(
        label=_("Band around a line (points)"), min_value=0, max_value=100, max_digits=5, decimal_places=2
    )

    class Meta:
        model = OutcomeSettings
        fields = list(SETTINGS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = _helper()
        for name in ("notice_days", "acknowledge_days", "answer_days", "objection_days"):
            self.fields[name].widget.attrs["min"] = 1
            self.fields[name].validators.append(MinValueValidator(1))
        self.fields["compared_at_least"].validators.append(MinValueValidator(2))
