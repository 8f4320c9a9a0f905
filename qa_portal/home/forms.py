"""Forms of the frame."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qa_portal.accounts.enums import Role

LONGEST_TEXT = 1000


class LocalTimeInput(forms.DateTimeInput):
    """The browser's own field for day and time."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class AnnouncementForm(forms.Form):
    """A text for the home page of some roles, for a time."""

    text = forms.CharField(
        label=_("Text"),
        help_text=_("Plain text in Chinese, at most 1,000 characters."),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4, "lang": "zh-Hans"}),
    )
    roles = forms.MultipleChoiceField(
        label=_("Shown to"),
        help_text=_("Choose none to show it to everybody."),
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    valid_from = forms.DateTimeField(
        label=_("Shown from"), help_text=_("Empty: from now on."), required=False, widget=LocalTimeInput()
    )
    valid_to = forms.DateTimeField(
        label=_("Shown until"), help_text=_("Empty: until it is withdrawn."), required=False, widget=LocalTimeInput()
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        end = data.get("valid_to")
        if end and end <= (data.get("valid_from") or timezone.now()):
            self.add_error("valid_to", _("The end must be later than the start."))
        return data
