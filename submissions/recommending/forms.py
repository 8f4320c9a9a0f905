"""Forms of the recommending unit."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from submissions.form.sections import EVIDENCE_KEY, SECTIONS


def _helper() -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    return helper


class NoteForm(forms.Form):
    """A guidance note on a section, or on the whole application."""

    section = forms.ChoiceField(label=_("About"), required=False, choices=[])
    text = forms.CharField(
        label=_("What should be improved"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    due_on = forms.DateField(
        label=_("Please answer by"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    helper = _helper()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sections = [(section.key, section.title) for section in SECTIONS]
        self.fields["section"].choices = [  # type: ignore[attr-defined]
            ("", _("The whole application")), *sections, (EVIDENCE_KEY, _("Evidence")),
        ]  # fmt: skip


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
