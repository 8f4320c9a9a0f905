"""Forms of the recommending unit."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from submissions.enums import EvidenceType
from submissions.evidence.rules import ENDINGS
from submissions.form.sections import EVIDENCE_KEY, SECTIONS


def _helper() -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    return helper


def note_places() -> list[tuple[Any, Any]]:
    """Where a note may hang, as choices: the whole, then each section with its fields, then the evidence."""
    groups: list[tuple[Any, Any]] = [("", _("The whole application"))]
    for section in SECTIONS:
        fields = [(f"{section.key}.{spec.key}", spec.label) for spec in section.fields]
        groups.append((section.title, [(section.key, _("The whole section")), *fields]))
    types = [(f"{EVIDENCE_KEY}.{one.value}", f"{one.value} {one.label}") for one in EvidenceType]
    groups.append((_("Evidence"), [(EVIDENCE_KEY, _("The whole section")), *types]))
    return groups


class NoteForm(forms.Form):
    """A guidance note on a field, a section, or the whole application."""

    section = forms.ChoiceField(label=_("About"), required=False, choices=[])
    text = forms.CharField(
        label=_("What should be improved"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    due_on = forms.DateField(
        label=_("Please answer by"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    helper = _helper()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["section"].choices = note_places()  # type: ignore[attr-defined]

    @property
    def place(self) -> tuple[str, str]:
        """Section and field; "" for the whole."""
        section, _dot, field = self.cleaned_data["section"].partition(".")
        return section, field


class ReplyForm(forms.Form):
    """An answer below a note."""

    text = forms.CharField(label=_("Answer"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class RecommendForm(forms.Form):
    """Opinion and place; a reason where no guidance note was given."""

    opinion = forms.CharField(label=_("Opinion"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    place = forms.IntegerField(
        label=_("Place in the unit"), required=False, min_value=1, max_value=999, help_text=_("1 is first.")
    )
    no_guidance_reason = forms.CharField(
        label=_("Why no guidance was needed"),
        required=False,
        max_length=300,
        help_text=_("Only when you gave no guidance note."),
    )
    helper = _helper()


class StepReasonForm(forms.Form):
    """The reason for a step."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    helper = _helper()


class LetterForm(forms.Form):
    """The scan of a sealed letter."""

    file = forms.FileField(
        label=_("Scan of the sealed letter (PDF or picture)"),
        allow_empty_file=True,  # refused by its content, with the others
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(ENDINGS)}),
        error_messages={"required": _("Choose the file first.")},
    )
    helper = _helper()
