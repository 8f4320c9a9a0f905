"""Forms of django-allauth without placeholders: the label above the field says the same and stays."""

from typing import Any

from allauth.account import forms
from allauth.mfa.base import forms as code_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as passkey_forms
from django import forms as django_forms
from django.utils.translation import gettext_lazy as _

from qa_portal.accounts.models import User
from qa_portal.accounts.second_factor import SecondFactorAdapter, use_once


class WithoutPlaceholders:
    """Takes the placeholders away that repeat the label."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # type: ignore[attr-defined]
            field.widget.attrs.pop("placeholder", None)


# ------------------------------------------------------------------ signing in and up
class LoginForm(WithoutPlaceholders, forms.LoginForm):
    """Sign in; the field is called `username` for password managers.

    The link to a new password stands below the button, not between address and password.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        self.fields["login"].label = _("E-mail address")
        self.fields["password"].help_text = ""


class SignupForm(WithoutPlaceholders, forms.SignupForm):
    """Create an account for oneself; it holds no role yet."""

    field_order = ["name", "email", "password1", "password2"]
    name = django_forms.CharField(
        label=_("Name"), max_length=100, widget=django_forms.TextInput(attrs={"autocomplete": "name"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")
        self.fields["password2"].label = _("Password again")

    def try_save(self, request: Any) -> Any:
        """A known address costs the time of a password hash too, and so does not give itself away."""
        if self.account_already_exists:
            User().set_password(self.cleaned_data["password1"])
        return super().try_save(request)


class ReauthenticateForm(WithoutPlaceholders, forms.ReauthenticateForm):
    """Confirm with the password that it is still you."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


# ------------------------------------------------------------------ password and address
class ResetPasswordForm(WithoutPlaceholders, forms.ResetPasswordForm):
    """Ask for a link to a new password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")


class WithNewPassword(WithoutPlaceholders):
    """The two fields of a new password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = _("New password")  # type: ignore[attr-defined]
        self.fields["password2"].label = _("New password again")  # type: ignore[attr-defined]


class ResetPasswordKeyForm(WithNewPassword, forms.ResetPasswordKeyForm):
    """Set the new password with the link."""


class ChangePasswordForm(WithNewPassword, forms.ChangePasswordForm):
    """Change the own password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].help_text = ""
        self.fields["oldpassword"].label = _("Present password")


class SetPasswordForm(WithNewPassword, forms.SetPasswordForm):
    """Set a first password."""


class AddEmailForm(WithoutPlaceholders, forms.AddEmailForm):
    """Change the own e-mail address; it counts once it is confirmed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("New e-mail address")


# ------------------------------------------------------------------ second factor
class WithCode(WithoutPlaceholders):
    """The field of a code: digits on the keyboard of a telephone, filled in by the browser where it can."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]  # type: ignore[attr-defined]
        code.label = _("Code")
        code.widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code"}


class CodeOnce(WithCode):
    """An authenticator code opens once, although it stays valid for a while."""

    user: Any
    authenticator: Authenticator

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        if self.authenticator.type == Authenticator.Type.TOTP and not use_once(self.user, code):
            raise SecondFactorAdapter().validation_error("incorrect_code")
        return code


class AuthenticateForm(CodeOnce, code_forms.AuthenticateForm):
    """Sign in with a code of the app, or a recovery code."""


class ReauthenticateWithCodeForm(CodeOnce, code_forms.ReauthenticateForm):
    """Confirm with a code that it is still you."""


class ActivateTOTPForm(WithCode, totp_forms.ActivateTOTPForm):
    """Set the authenticator app up with a first code, which then signs nobody in."""

    user: Any

    def clean_code(self) -> str:
        code: str = super().clean_code()
        use_once(self.user, code)
        return code


class AddPasskeyForm(WithoutPlaceholders, passkey_forms.AddWebAuthnForm):
    """Add a passkey, or a security key that only confirms the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the key")
        self.fields["name"].help_text = _("So that you can tell your keys apart.")
        self.fields["passwordless"].label = _("Sign in with this key alone, without a password")
        self.fields["passwordless"].help_text = _("The key then asks for a fingerprint, a face or its PIN.")
        self.fields["passwordless"].initial = True


class EditPasskeyForm(WithoutPlaceholders, passkey_forms.EditWebAuthnForm):
    """Rename a key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the key")
