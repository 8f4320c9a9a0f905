"""Forms of the public, of staff and of the applicant."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from reviews.enums import Result


def _helper() -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    return helper


class ObjectionForm(forms.Form):
    """An objection by anybody; name and contact are needed unless the person insists."""

    number = forms.ChoiceField(label=_("Project"))
    name = forms.CharField(
        label=_("Your name"), required=False, max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    contact = forms.CharField(
        label=_("Telephone or e-mail address"), required=False, max_length=200,
        help_text=_("The applicant does not learn who objects."),
    )  # fmt: skip
    facts = forms.CharField(label=_("Facts"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6}))
    evidence = forms.FileField(label=_("Evidence (one file)"), required=False)
    anonymous = forms.BooleanField(
        label=_("Send without name"), required=False,
        help_text=_("It is recorded, but not handled as an objection."),
    )  # fmt: skip

    def __init__(self, *args: Any, rows: list[dict[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = _helper()
        choices = [(row["number"], f"{row['number']} {row['title']}") for row in rows]
        self.fields["number"].choices = [("", "—"), *choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not data.get("anonymous"):
            for name, message in (("name", _("Give your name.")), ("contact", _("Say how we can reach you."))):
                if not str(data.get(name) or "").strip() and name not in self.errors:
                    self.add_error(name, message)
        return data


class SharedFactsForm(forms.Form):
    shared_facts = forms.CharField(
        label=_("Facts as told to the applicant"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Nothing in it may tell who objected."),
    )  # fmt: skip
    helper = _helper()


class DismissForm(forms.Form):
    decision = forms.CharField(
        label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3, "id": "id_dismiss"})
    )
    helper = _helper()


class UpholdForm(forms.Form):
    """Another result, with the vote of the committee on it."""

    result = forms.ChoiceField(label=_("New result"), choices=Result.choices)
    not_selected_reason = forms.CharField(label=_("Reason for not being selected"), required=False, max_length=200)
    held_on = forms.DateField(label=_("Held on"), widget=forms.DateInput(attrs={"type": "date"}))
    members = forms.IntegerField(label=_("Members of the committee"), min_value=1, max_value=999)
    present = forms.IntegerField(label=_("Members present"), min_value=1, max_value=999)
    in_favour = forms.IntegerField(label=_("In favour"), min_value=0, max_value=999)
    against = forms.IntegerField(label=_("Against"), min_value=0, max_value=999, initial=0)
    abstained = forms.IntegerField(label=_("Abstained"), min_value=0, max_value=999, initial=0)
    decision = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    helper = _helper()


class AnswerForm(forms.Form):
    answer = forms.CharField(label=_("Your answer"), max_length=4000, widget=forms.Textarea(attrs={"rows": 8}))
    helper = _helper()
