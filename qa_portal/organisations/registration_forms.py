"""Forms of an enterprise about itself: they validate, operations save."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qa_portal.organisations.enums import District, Ownership
from qa_portal.organisations.models import SECTOR_PATTERN, EnterpriseProfile
from qa_portal.organisations.rules import InvalidUscc, normalise_uscc
from qa_portal.organisations.sizes import size_sectors_of

# 国统字〔2023〕14号; the earlier scheme 国统字〔2011〕86号 is not asked for any more
REGISTRATION_TYPES = (
    ("100", _("Domestic capital")),
    ("200", _("Capital from Hong Kong, Macao or Taiwan")),
    ("300", _("Foreign capital")),
    ("400", _("Farmers' cooperative")),
    ("500", _("Individual business")),
    ("900", _("Other type of registration")),
)
SIZE_SECTORS = (
    (1, _("Agriculture, forestry, animal husbandry, fishery")),
    (2, _("Manufacturing, mining, power, heat, gas and water")),
    (3, _("Construction")),
    (4, _("Wholesale")),
    (5, _("Retail")),
    (6, _("Transport")),
    (7, _("Storage")),
    (8, _("Post")),
    (9, _("Accommodation")),
    (10, _("Catering")),
    (11, _("Information transmission")),
    (12, _("Software and information technology services")),
    (13, _("Real estate development")),
    (14, _("Property management")),
    (15, _("Leasing and business services")),
    (16, _("Sectors not listed elsewhere")),
)
USCC_PROBLEMS = {
    "length": _("A credit code has 18 characters."),
    "characters": _("A credit code has digits and capital letters without I, O, S, V and Z."),
    "check": _("The check character is wrong: please compare the code with the licence."),
}


def _helper() -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    return helper


class RegistrationForm(forms.Form):
    """An enterprise as on its licence."""

    uscc = forms.CharField(
        label=_("Unified social credit code"),
        max_length=60,
        help_text=_("18 characters, as on the business licence; spaces and small letters do no harm."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    name = forms.CharField(
        label=_("Name of the enterprise"),
        max_length=100,
        help_text=_("As on the business licence."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    district = forms.ChoiceField(
        label=_("District"), choices=[("", "—"), *District.choices], help_text=_("Where the enterprise is registered.")
    )
    helper = _helper()

    def clean_uscc(self) -> str:
        try:
            return normalise_uscc(self.cleaned_data["uscc"])
        except InvalidUscc as error:
            raise forms.ValidationError(USCC_PROBLEMS[error.reason]) from None


class ProfileForm(forms.Form):
    """What an enterprise says of itself: last full year, the legal person without its group."""

    district = forms.ChoiceField(label=_("District"), choices=[("", "—"), *District.choices])
    ownership = forms.ChoiceField(
        label=_("Ownership"),
        choices=[("", "—"), *Ownership.choices],
        help_text=_("By who controls the enterprise, not by its form of registration."),
    )
    registration_type = forms.ChoiceField(
        label=_("Registration type"), required=False, choices=[("", "—"), *REGISTRATION_TYPES]
    )
    sector = forms.RegexField(
        SECTOR_PATTERN,
        label=_("Sector (GB/T 4754-2017)"),
        required=False,
        strip=True,
        help_text=_("Four digits, for example 3512; as reported to the statistics office."),
        error_messages={"invalid": _("A class of GB/T 4754 has four digits and begins with 01 to 97.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "number", "maxlength": "4"}),
    )
    size_sector = forms.TypedChoiceField(label=_("Sector for the size class"), coerce=int, choices=SIZE_SECTORS)
    employees = forms.IntegerField(
        label=_("Employees"),
        min_value=0,
        max_value=9_999_999,
        required=False,
        help_text=_("Persons, end of the last full year."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "number"}),
    )
    revenue = forms.DecimalField(
        label=_("Revenue (10,000 CNY)"),
        min_value=0,
        max_digits=14,
        decimal_places=2,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "number"}),
    )
    assets = forms.DecimalField(
        label=_("Assets (10,000 CNY)"),
        min_value=0,
        max_digits=14,
        decimal_places=2,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "number"}),
    )
    tech_giant = forms.BooleanField(label=_("We are a technology little giant"), required=False)
    high_tech = forms.BooleanField(label=_("We are a high-tech enterprise"), required=False)
    specialised = forms.BooleanField(label=_("We hold a certificate as specialised enterprise"), required=False)
    specialised_certificate = forms.CharField(label=_("Certificate number"), max_length=60, required=False)
    specialised_until = forms.DateField(
        label=_("Certificate valid until"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    helper = _helper()

    @classmethod
    def of(cls, profile: EnterpriseProfile, data: Any = None) -> "ProfileForm":
        """The form filled with what is kept."""
        kept = {name: getattr(profile, name) for name in cls.base_fields if name != "district"}
        return cls(data, initial={**kept, "district": profile.organisation.district})

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        sector, size_sector = data.get("sector"), data.get("size_sector")
        if sector and size_sector and size_sector not in (fitting := size_sectors_of(sector)):
            names = gettext(" or ").join(str(label) for key, label in SIZE_SECTORS if key in fitting)
            message = gettext("Class %(sector)s belongs to: %(names)s.")
            self.add_error("size_sector", message % {"sector": sector, "names": names})
        if data.get("specialised"):
            for name in ("specialised_certificate", "specialised_until"):
                if name not in self.errors and not data.get(name):
                    self.add_error(name, _("Needed for a specialised enterprise."))
        return data
