"""Forms of the formal check."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

from qa_portal.organisations.enums import SizeClass
from submissions.checking.operations import CONFIRMED
from submissions.enums import HighEndCategory, Industry, Level
from submissions.models import Application

BLANK = [("", "—")]


class ConfirmForm(forms.ModelForm):
    """The values that count, prefilled with what stands now."""

    class Meta:
        model = Application
        fields = list(CONFIRMED)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.fields["industry"] = forms.ChoiceField(label=self.fields["industry"].label, choices=Industry.choices)
        self.fields["size_class"] = forms.ChoiceField(label=self.fields["size_class"].label, choices=SizeClass.choices)
        self.fields["level"] = forms.ChoiceField(
            label=self.fields["level"].label, required=False, choices=[*BLANK, *Level.choices]
        )
        self.fields["high_end_category"] = forms.ChoiceField(
            label=self.fields["high_end_category"].label, required=False, choices=[*BLANK, *HighEndCategory.choices]
        )
