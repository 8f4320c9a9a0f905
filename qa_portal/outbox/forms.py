"""Forms of the outbox."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from qa_portal.outbox.enums import State
from qa_portal.outbox.operations import faults_of
from qa_portal.outbox.registry import MessageKind, all_kinds
from qa_portal.outbox.rendering import Text


class OutboxFilterForm(forms.Form):
    """Every filter is one parameter of the address."""

    text = forms.CharField(label=_("Receiver"), required=False, max_length=100)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *State.choices])
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        titles = sorted(((one.name, str(one.title)) for one in all_kinds()), key=lambda one: one[1])
        self.fields["kind"].choices = [("", _("All")), *titles]  # type: ignore[attr-defined]
        for field in self.fields.values():
            is_choice = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select" if is_choice else "form-control"

    def chips(self) -> list[dict[str, Any]]:
        """The filters in force, for the chips above the table."""
        found = []
        for name, value in self.cleaned_data.items() if self.is_valid() else ():
            if value:
                field = self.fields[name]
                text = dict(getattr(field, "choices", ())).get(value, value)
                found.append({"name": name, "label": field.label, "text": text})
        return found


class MessageTextForm(forms.Form):
    """Subject and text of a kind in one language; unknown placeholders are refused where they stand."""

    subject = forms.CharField(label=_("Subject"), max_length=200)
    body = forms.CharField(
        label=_("Text"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("Plain text. An empty line begins a new paragraph."),
    )

    def __init__(self, *args: Any, kind: MessageKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            for name, fault in faults_of(self.kind.name, self.text(data)).items():
                self.add_error(name, fault)
        return data

    @staticmethod
    def text(data: dict[str, Any]) -> Text:
        return Text(data["subject"], data["body"])


class MailLanguageForm(forms.Form):
    """In which language a person wants mails."""

    language = forms.ChoiceField(
        label=_("Language of mails"),
        choices=settings.LANGUAGES,
        widget=forms.RadioSelect,
        help_text=_("For reminders and news of your applications. The pages follow the choice at their top."),
    )
