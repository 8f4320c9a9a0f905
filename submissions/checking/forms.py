"""Forms of the formal check."""

from collections.abc import Mapping
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from qa_portal.organisations.enums import Channel, SizeClass
from qa_portal.organisations.models import RecommendingUnit
from submissions.checking.operations import CONFIRMED
from submissions.enums import COUNTED_STATES, HighEndCategory, Industry, Level, State
from submissions.models import Application

BLANK = [("", "—")]
# in a queue before acceptance
QUEUED = [(one.value, one.label) for one in State if one not in (State.DRAFT, *COUNTED_STATES)]


class QueueForm(forms.Form):
    """What of the queue is wanted; the units are those of the chosen channel."""

    text = forms.CharField(label=_("Number, project or enterprise"), max_length=100, required=False)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All states")), *QUEUED])
    channel = forms.ChoiceField(label=_("Channel"), required=False, choices=[("", _("All channels")), *Channel.choices])
    unit = forms.ModelChoiceField(
        label=_("Recommending unit"),
        required=False,
        queryset=RecommendingUnit.objects.none(),
        empty_label=_("All units"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = RecommendingUnit.objects.order_by("kind", "name")
        chosen = self.data.get("channel", "")
        field: Any = self.fields["unit"]
        field.queryset = units.filter(kind=chosen) if chosen in Channel.values else units

    def wanted(self) -> dict[str, Any]:
        """The filters that make sense; nonsense in an address filters nothing."""
        self.is_valid()
        data = getattr(self, "cleaned_data", {})
        unit = data.get("unit")
        return {
            "text": data.get("text", ""),
            "state": data.get("state", ""),
            "channel": data.get("channel", ""),
            "unit": unit.pk if unit else None,
        }


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
        for name, field in self.fields.items():
            look = "form-check-input" if name in ("bottleneck", "specialised") else "form-select"
            field.widget.attrs["class"] = "form-control" if name == "digital_technologies" else look

    def pairs(self, claimed: Mapping[str, str]) -> list[tuple[Any, str, str, bool]]:
        """For each value: its field, what was claimed, what is confirmed, and whether the two differ."""
        found = []
        for key in CONFIRMED:
            now = self._words(key)
            found.append((self[key], claimed.get(key, "—"), now, now != claimed.get(key, "—")))
        return found

    def _words(self, key: str) -> str:
        value = getattr(self.instance, key)
        if isinstance(value, bool):
            return str(_("Yes") if value else _("No"))
        labels: dict[Any, Any] = dict(getattr(self.fields[key], "choices", ()))
        return str(labels.get(value, value) or "—")
