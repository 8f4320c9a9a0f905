"""Forms of the page of evidence: they validate, they do not save."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from submissions.enums import EvidenceType
from submissions.evidence.rules import ENDINGS


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """One or more files."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        chosen = (data if isinstance(data, list | tuple) else [data]) or [None]
        # an empty file is refused with the others, by its content
        self.allow_empty_file = True
        return [super(ManyFilesField, self).clean(one, initial) for one in chosen]


class UploadForm(forms.Form):
    """Files of one type."""

    type = forms.ChoiceField(choices=EvidenceType.choices, widget=forms.HiddenInput)
    file = ManyFilesField(
        label=_("Files"),
        widget=ManyFilesInput(attrs={"accept": ",".join(ENDINGS)}),
        error_messages={"required": _("Choose at least one file.")},
    )


class ReplaceForm(forms.Form):
    """The next version of a file."""

    file = forms.FileField(
        label=_("File"), allow_empty_file=True, error_messages={"required": _("Choose at least one file.")}
    )


class StartForm(forms.Form):
    """What a browser says of a file before it sends the first piece."""

    type = forms.ChoiceField(choices=EvidenceType.choices)
    name = forms.CharField(max_length=500, strip=False)
    size = forms.IntegerField(min_value=0)
    mark = forms.CharField(max_length=40, required=False)
    replaces = forms.IntegerField(required=False, min_value=1)
