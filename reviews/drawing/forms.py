"""Forms of the draw: they validate, operations act."""

from math import ceil
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviews.models.draw import LARGEST_RATIO


def _helper() -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    return helper


class OverrideForm(forms.Form):
    """Who shall take whose place."""

    number = forms.CharField(label=gettext_lazy("Application number"), max_length=9)
    out = forms.CharField(label=gettext_lazy("Code of the expert who leaves"), max_length=20)
    expert = forms.CharField(label=gettext_lazy("Code of the expert who takes over"), max_length=20)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)
    helper = _helper()


class PrepareForm(forms.Form):
    """The settings of an attempt; what is proposed follows from seats and experts."""

    ratio = forms.IntegerField(
        label=gettext_lazy("Candidates per seat"),
        min_value=1,
        max_value=LARGEST_RATIO,
        initial=3,
        help_text=gettext_lazy("Three candidates are chosen by match for each seat, then one of them is drawn."),
    )
    organisation_cap = forms.IntegerField(
        label=gettext_lazy("Experts of one organisation per application"), min_value=1, max_value=5, initial=1
    )
    minimum_load = forms.IntegerField(
        label=gettext_lazy("Applications per expert, at least"), min_value=0, max_value=200
    )
    maximum_load = forms.IntegerField(
        label=gettext_lazy("Applications per expert, at most"), min_value=1, max_value=200
    )
    beacon = forms.CharField(
        label=gettext_lazy("Public value that will be read"),
        max_length=300,
        help_text=gettext_lazy(
            "A value that nobody can know yet, and what counts if it fails: for example the numbers of a lottery issue."
        ),
    )
    helper = _helper()

    def __init__(self, *args: Any, seats: int, experts: int, needs_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mean = seats / experts if experts else 0
        self.initial.setdefault("minimum_load", int(mean * 0.6))
        self.initial.setdefault("maximum_load", max(1, ceil(mean * 1.25)))
        if needs_reason:
            self.fields["reason"] = forms.CharField(label=gettext_lazy("Reason for another draw"), max_length=300)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        low, high = data.get("minimum_load"), data.get("maximum_load")
        if low is not None and high is not None and low > high:
            self.add_error("maximum_load", _("must not be below the least"))
        return data
