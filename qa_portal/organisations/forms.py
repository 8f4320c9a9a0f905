"""Forms about people and organisations: they validate, operations save."""

from pathlib import PurePosixPath
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from qa_portal.accounts.enums import Role
from qa_portal.accounts.models import User
from qa_portal.organisations.enums import OrganisationKind
from qa_portal.organisations.models import Membership, Organisation
from qa_portal.organisations.rules import roles_in
from qa_portal.organisations.table_import import ENDINGS, MAX_UPLOAD


def _helper() -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    return helper


class InvitationForm(forms.Form):
    """Whom to invite. The roles to choose from are those that the organisation has."""

    name = forms.CharField(label=_("Name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(label=_("Role"), choices=[])
    helper = _helper()

    def __init__(self, *args: Any, roles: list[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(role.value, role.label) for role in roles]
        self.fields["role"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            self.fields["role"].initial = choices[0][0]
            self.fields["role"].widget = forms.HiddenInput()


class AcceptForm(forms.Form):
    """Name and password of a new person."""

    name = forms.CharField(label=_("Name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=_("At least 10 characters; not only digits, not a common password."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    helper = _helper()

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, User(email=self.email, name=self.cleaned_data.get("name", "")))
        return password


class RoleForm(forms.Form):
    """The role of a person who has none; roles that fit the kind of organisation they belong to."""

    role = forms.ChoiceField(label=_("Role"), choices=[])
    reason = forms.CharField(label=_("Reason"), max_length=500)
    helper = _helper()

    def __init__(self, *args: Any, kind: str | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = roles_in(kind) if kind else list(Role)
        self.fields["role"].choices = [(role.value, role.label) for role in roles]  # type: ignore[attr-defined]


class HandOverForm(forms.Form):
    """The member who becomes the owner."""

    to = forms.ModelChoiceField(label=_("New owner"), queryset=User.objects.none())
    helper = _helper()

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        heirs = Membership.objects.current().filter(organisation=organisation, is_owner=False)
        members = User.objects.filter(pk__in=heirs.values("user"), is_active=True).order_by("name", "email")
        self.fields["to"].queryset = members  # type: ignore[attr-defined]


class PeopleFilterForm(forms.Form):
    """Search and role of the list of people."""

    text = forms.CharField(label=_("Search"), required=False, max_length=100)
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[("", _("All roles")), *Role.choices])


class OrganisationFilterForm(forms.Form):
    """Search and kind of the list of organisations."""

    OTHER_KINDS = (OrganisationKind.ENTERPRISE, OrganisationKind.EMPLOYER, OrganisationKind.BUREAU)

    text = forms.CharField(label=_("Search"), required=False, max_length=100)
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", _("Recommending units")), *((kind.value, kind.label) for kind in OTHER_KINDS)],
    )


class TableImportForm(forms.Form):
    """One table, to be checked or imported."""

    CHECK, IMPORT = "check", "import"

    file = forms.FileField(label=_("Table"), help_text=_("CSV or Excel (.xlsx)"))
    mode = forms.ChoiceField(
        label=_("What to do"),
        choices=[(CHECK, _("Check only and show what would be written")), (IMPORT, _("Import"))],
        initial=CHECK,
        widget=forms.RadioSelect,
    )
    helper = _helper()

    @property
    def is_check(self) -> bool:
        return bool(self.cleaned_data["mode"] == self.CHECK)

    def clean_file(self) -> UploadedFile:
        """A CSV or Excel file of a size that a table of units or people can have."""
        file: UploadedFile = self.cleaned_data["file"]
        if PurePosixPath((file.name or "").lower()).suffix not in ENDINGS:
            text = _("This must be a file that ends in %(endings)s.")
            raise forms.ValidationError(text, params={"endings": ", ".join(ENDINGS)})
        if (file.size or 0) > MAX_UPLOAD:
            raise forms.ValidationError(_("The file is larger than %d MB.") % (MAX_UPLOAD // 1_000_000))
        return file
