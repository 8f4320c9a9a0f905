"""Filters of the table of applications."""

from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from qa_portal.campaigns.models import Campaign
from qa_portal.organisations.enums import UNIT_KINDS, Channel, District, Ownership, SizeClass
from qa_portal.organisations.models import RecommendingUnit
from reports.labels import figure_label
from reports.statistics import rows_behind
from reviews.enums import Result
from submissions.enums import HighEndCategory, Industry, Level
from submissions.models import Application

UNDECIDED = "UNDECIDED"
NONE = "NONE"
YES_NO = (("1", _("Yes")), ("0", _("No")))
SHOWN = ("channel", "district", "industry", "result")  # beside the search; the others open on demand


def _known_figure(path: str) -> None:
    if rows_behind(path) is None:
        raise ValidationError(_("There is no figure “%(path)s”."), params={"path": path})


def _or_none(choices: Any, label: Any) -> list[tuple[Any, Any]]:
    return [*choices, (NONE, label)]


class ApplicationFilter(django_filters.FilterSet):
    """Every filter is one parameter of the address; `figure` opens the rows behind a figure of the statistics."""

    q = django_filters.CharFilter(label=_("Search"), method="search")
    channel = django_filters.ChoiceFilter(label=_("Channel"), choices=Channel.choices)
    unit = django_filters.ModelChoiceFilter(
        label=_("Recommending unit"), field_name="recommending_unit", queryset=RecommendingUnit.objects.none()
    )
    district = django_filters.ChoiceFilter(label=_("District"), choices=District.choices)
    industry = django_filters.ChoiceFilter(label=_("Industry"), choices=Industry.choices)
    category = django_filters.ChoiceFilter(
        label=_("High-end category"),
        method="by_category",
        choices=_or_none(HighEndCategory.choices, _("Not a high-end product")),
    )
    ownership = django_filters.ChoiceFilter(label=_("Ownership"), choices=Ownership.choices)
    size = django_filters.ChoiceFilter(label=_("Size class"), field_name="size_class", choices=SizeClass.choices)
    specialised = django_filters.ChoiceFilter(label=_("Specialised enterprise"), choices=YES_NO)
    bottleneck = django_filters.ChoiceFilter(label=_("Bottleneck technology"), choices=YES_NO)
    level = django_filters.ChoiceFilter(
        label=_("Level"), method="by_level", choices=_or_none(Level.choices, _("No level"))
    )
    result = django_filters.ChoiceFilter(
        label=_("Result"), method="by_result", choices=[*Result.choices, (UNDECIDED, _("Not decided yet"))]
    )
    figure = django_filters.CharFilter(
        label=_("Figure"), method="by_figure", validators=[_known_figure], widget=forms.HiddenInput
    )

    class Meta:
        model = Application
        fields: list[str] = []

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in self.filters.values():
            if isinstance(one, django_filters.ChoiceFilter | django_filters.ModelChoiceFilter):
                one.extra["empty_label"] = _("All")
        # only units that recommended this year; evaluated when the page shows the list
        self.filters["unit"].queryset = (
            RecommendingUnit.objects.filter(kind__in=UNIT_KINDS, recommended_applications__campaign=campaign)
            .distinct()
            .order_by("kind", "name")
        )

    def search(self, applications: Any, _name: str, text: str) -> Any:
        return applications.matching(text)

    def by_category(self, applications: QuerySet[Application], _name: str, value: str) -> QuerySet[Application]:
        return applications.filter(high_end_category="" if value == NONE else value)

    def by_level(self, applications: QuerySet[Application], _name: str, value: str) -> QuerySet[Application]:
        return applications.filter(level="" if value == NONE else value)

    def by_result(self, applications: QuerySet[Application], _name: str, value: str) -> QuerySet[Application]:
        return applications.filter(Q(decision__isnull=True) if value == UNDECIDED else Q(decision__result=value))

    def by_figure(self, applications: QuerySet[Application], _name: str, path: str) -> QuerySet[Application]:
        return applications.filter(rows_behind(path) or Q(pk__in=[]))

    def get_form_class(self) -> Any:
        """The form with the looks of the portal."""
        form = super().get_form_class()
        for field in form.base_fields.values():
            is_choice = isinstance(field, forms.ChoiceField | forms.ModelChoiceField)
            field.widget.attrs["class"] = "form-select" if is_choice else "form-control"
        form.base_fields["q"].widget.input_type = "search"
        return form

    def shown_fields(self) -> list[Any]:
        """The filters that always stand beside the search."""
        return [self.form[name] for name in SHOWN]

    def further_fields(self) -> list[Any]:
        """The filters that open on demand."""
        return [field for field in self.form.visible_fields() if field.name not in ("q", *SHOWN)]

    def has_further(self) -> bool:
        """A filter of those that open on demand is in force."""
        return any(self.data.get(field.name) for field in self.further_fields())

    def chips(self) -> list[dict[str, Any]]:
        """The filters in force, for the chips above the table."""
        found = []
        for name, value in self.form.cleaned_data.items() if self.form.is_valid() else ():
            if value in (None, ""):
                continue
            field = self.form.fields[name]
            if name == "figure":
                text: Any = figure_label(value)
            elif isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
                text = dict(field.choices).get(value, value)  # type: ignore[arg-type]
            else:
                text = value
            found.append({"name": name, "label": field.label, "text": text})
        return found
