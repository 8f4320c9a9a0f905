"""Filters of the audit trail."""

import json
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qa_portal.audit.browsing import action_choices, kind_choices
from qa_portal.audit.models import AuditEvent

SYSTEM = "system"  # as a person: what the portal did by itself
MAX_PEOPLE = 500


class AuditFilterForm(forms.Form):
    """Every filter is one parameter of the address."""

    person = forms.CharField(label=_("Person: name, e-mail address or number"), required=False, max_length=100)
    action = forms.ChoiceField(label=_("Action"), required=False, choices=[])
    kind = forms.ChoiceField(label=_("Kind of object"), required=False, choices=[])
    object = forms.CharField(label=_("Object"), required=False, max_length=64)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    text = forms.CharField(label=_("Text"), required=False, max_length=100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["action"].choices = [("", _("All")), *action_choices()]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [("", _("All")), *kind_choices()]  # type: ignore[attr-defined]
        for field in self.fields.values():
            is_choice = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select" if is_choice else "form-control"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("The end lies before the start."))
        return cleaned

    def chips(self) -> list[dict[str, Any]]:
        """The filters in force, for the chips above the table."""
        found = []
        for name, value in self.cleaned_data.items() if self.is_valid() else ():
            if value not in (None, ""):
                field = self.fields[name]
                text = dict(getattr(field, "choices", ())).get(value, value)
                found.append({"name": name, "label": field.label, "text": text})
        return found

    def in_force(self) -> dict[str, str]:
        """The filters in force as texts, for the entry that an export leaves."""
        return {name: str(value) for name, value in self.cleaned_data.items() if value not in (None, "")}


def filtered(events: QuerySet[AuditEvent], wanted: dict[str, Any]) -> QuerySet[AuditEvent]:
    """The entries that satisfy all filters; days are those of the portal's time zone."""
    if wanted["person"]:
        events = events.filter(_by_person(wanted["person"].strip()))
    if wanted["action"]:
        events = events.filter(action=wanted["action"])
    if wanted["kind"]:
        events = events.filter(object_type=wanted["kind"])
    if wanted["object"]:
        events = events.filter(object_id=wanted["object"].strip())
    if wanted["since"]:
        events = events.filter(occurred_at__gte=_start_of(wanted["since"]))
    if wanted["until"]:
        events = events.filter(occurred_at__lt=_start_of(wanted["until"] + timedelta(days=1)))
    return _with_text(events, wanted["text"].strip()) if wanted["text"].strip() else events


def _by_person(text: str) -> Q:
    """By number also those who are deleted; by name or address those who are not."""
    if text == SYSTEM:
        return Q(actor_id__isnull=True)
    if text.isascii() and text.isdigit() and len(text) < 19:
        return Q(actor_id=int(text))
    people = get_user_model().objects.filter(Q(name__icontains=text) | Q(email__icontains=text))
    return Q(actor_id__in=list(people.values_list("pk", flat=True)[:MAX_PEOPLE]))


def _start_of(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _with_text(events: QuerySet[AuditEvent], text: str) -> QuerySet[AuditEvent]:
    """The text in reason, person, object, request or in what was before and after."""
    # SQLite keeps JSON with escaped Chinese characters, PostgreSQL without
    forms_of_text = {text, json.dumps(text)[1:-1]}
    condition = Q(reason__icontains=text) | Q(actor_label__icontains=text)
    condition |= Q(object_id=text) | Q(request_id=text) | Q(ip=text)
    events = events.annotate(before_text=Cast("before", TextField()), after_text=Cast("after", TextField()))
    for one in forms_of_text:
        condition |= Q(before_text__icontains=one) | Q(after_text__icontains=one)
    return events.filter(condition)
