"""Forms about experts and conflicts: they validate, operations save."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qa_portal.organisations.models import Organisation
from qa_portal.organisations.rules import InvalidUscc, normalise_uscc
from reviews.enums import ConflictCode, ConflictSource, EmploymentKind, FieldLevel, Tie
from reviews.models import Expert
from submissions.enums import Industry

ANY = ("", gettext_lazy("All"))
STATES = (
    ("confirmed", gettext_lazy("Confirmed")),
    ("unconfirmed", gettext_lazy("Not confirmed")),
    ("unavailable", gettext_lazy("Not available")),
)
CONFLICT_STATES = (
    ("active", gettext_lazy("In force")),
    ("dismissed", gettext_lazy("Dismissed")),
    ("all", gettext_lazy("All, ended ones too")),
)


def _helper() -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    return helper


class ExpertFilterForm(forms.Form):
    """Search of the pool."""

    text = forms.CharField(label=gettext_lazy("Code, name or employer"), required=False, max_length=100)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False, choices=[ANY, *STATES])
    industry = forms.ChoiceField(
        label=gettext_lazy("Field of expertise"), required=False, choices=[ANY, *Industry.choices]
    )


class ConflictFilterForm(forms.Form):
    """Search of the conflicts."""

    text = forms.CharField(label=gettext_lazy("Number, applicant or expert"), required=False, max_length=100)
    code = forms.ChoiceField(label=gettext_lazy("Kind"), required=False, choices=[ANY, *ConflictCode.choices])
    source = forms.ChoiceField(label=gettext_lazy("Source"), required=False, choices=[ANY, *ConflictSource.choices])
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False, choices=CONFLICT_STATES, initial="active")


class ConfirmForm(forms.Form):
    """What staff confirm of an expert: a level for each field that he knows, loads, availability."""

    title = forms.CharField(label=gettext_lazy("Professional title"), max_length=50, required=False)
    credentials = forms.CharField(
        label=gettext_lazy("Credentials"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Certificates and appointments that show why this person may judge the field."),
    )
    minimum_load = forms.IntegerField(label=gettext_lazy("At least"), min_value=0, max_value=200, required=False)
    maximum_load = forms.IntegerField(
        label=gettext_lazy("At most"),
        min_value=1,
        max_value=200,
        required=False,
        help_text=gettext_lazy("Applications for this expert; empty: as the draw is set."),
    )
    is_available = forms.BooleanField(label=gettext_lazy("Available this year"), required=False)
    unavailable_reason = forms.CharField(label=gettext_lazy("Why not available"), max_length=200, required=False)
    helper = _helper()

    def __init__(self, *args: Any, expert: Expert, **kwargs: Any) -> None:
        known = dict(expert.levels.values_list("industry", "level"))
        # what the table said becomes the first proposal
        claimed = {Industry.by_term()[term] for term in expert.fields.split("、") if term in Industry.by_term()}
        super().__init__(*args, **kwargs)
        for name in self.base_fields:
            self.initial[name] = getattr(expert, name)
        for industry in Industry:
            proposed = FieldLevel.WORKS if not known and industry in claimed else ""
            self.initial[f"level_{industry.value}"] = known.get(industry.value, proposed)
        for industry in Industry:
            self.fields[f"level_{industry.value}"] = forms.TypedChoiceField(
                label=industry.label,
                choices=[("", _("Not a field of this expert")), *FieldLevel.choices],
                coerce=int,
                empty_value=None,
                required=False,
            )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        low, high = data.get("minimum_load"), data.get("maximum_load")
        if low is not None and high is not None and low > high:
            self.add_error("maximum_load", _("must not be below the least"))
        if not data.get("is_available") and not data.get("unavailable_reason"):
            self.add_error("unavailable_reason", _("Say why the expert is not available."))
        if not any(self.levels.values()) and not self.errors:
            self.add_error(None, _("Choose at least one field with its level."))
        return data

    @property
    def levels(self) -> dict[str, int]:
        """Level by industry; 0 for none."""
        return {one.value: self.cleaned_data.get(f"level_{one.value}") or 0 for one in Industry}

    @property
    def changes(self) -> dict[str, Any]:
        """The other values, for the operation."""
        return {name: self.cleaned_data[name] for name in self.base_fields}


class EmploymentForm(forms.Form):
    """A place where an expert worked."""

    organisation = forms.CharField(label=gettext_lazy("Organisation"), max_length=200)
    uscc = forms.CharField(label=gettext_lazy("Unified social credit code"), max_length=40, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Capacity"), choices=EmploymentKind.choices)
    until = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Empty while it goes on."),
    )
    helper = _helper()

    def clean_uscc(self) -> str:
        text: str = self.cleaned_data["uscc"]
        if not text:
            return ""
        try:
            return normalise_uscc(text)
        except InvalidUscc as problem:
            raise forms.ValidationError(str(problem)) from problem


class DeclareForm(forms.Form):
    """A conflict that staff write down."""

    number = forms.CharField(label=gettext_lazy("Application number"), max_length=9)
    expert = forms.CharField(label=gettext_lazy("Expert code"), max_length=20)
    code = forms.ChoiceField(label=gettext_lazy("Kind"), choices=ConflictCode.choices)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)
    helper = _helper()


class TieForm(forms.Form):
    """Two organisations that are one."""

    one = forms.CharField(
        label=gettext_lazy("Organisation"), max_length=200, help_text=gettext_lazy("Name or credit code")
    )
    other = forms.CharField(label=gettext_lazy("Belongs together with"), max_length=200)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Tie.choices)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)
    helper = _helper()

    def _organisation(self, name: str) -> Organisation:
        text = self.cleaned_data[name].strip()
        found = list(Organisation.objects.filter(uscc=text.upper())[:1]) or list(
            Organisation.objects.filter(name=text).order_by("pk")[:1]
        )
        if not found:
            raise forms.ValidationError(_("The portal knows no organisation of this name or code."))
        return found[0]

    def clean_one(self) -> Organisation:
        return self._organisation("one")

    def clean_other(self) -> Organisation:
        return self._organisation("other")
