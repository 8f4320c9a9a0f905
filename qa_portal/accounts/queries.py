"""What an account still owes, and the accounts of the demonstration."""

from enum import Enum
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from qa_portal.accounts.models import User
from qa_portal.accounts.rules import is_password_too_old, needs_second_factor
from qa_portal.accounts.session import has_second_factor

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class Duty(Enum):
    """What comes before any other page; `view` is where it is done."""

    NEW_PASSWORD = "account_change_password"  # noqa: S105
    ENROL = "mfa_index"
    CONFIRM = "mfa_reauthenticate"

    @property
    def view(self) -> str:
        return str(self.value)


def factors_of(user: Any) -> list[str]:
    """The kinds of second factors that a person has set up; recovery codes alone are none."""
    return list(Authenticator.objects.filter(user=user, type__in=FACTORS).values_list("type", flat=True))


def owes_second_factor(request: HttpRequest) -> bool:
    """The role asks for a second factor, and this session has none."""
    return (
        settings.SECOND_FACTOR_REQUIRED
        and needs_second_factor(request.user)
        and not has_second_factor(request.session, request.user)
    )


def owes_password(user: Any) -> bool:
    """The password is older than PASSWORD_MAX_AGE_DAYS."""
    return user.has_usable_password() and is_password_too_old(
        user.password_set_at, timezone.now(), settings.PASSWORD_MAX_AGE_DAYS
    )


def duty_of(request: HttpRequest) -> Duty | None:
    """What the person who is signed in must do first, or None."""
    if owes_password(request.user):
        return Duty.NEW_PASSWORD
    if owes_second_factor(request):
        return Duty.CONFIRM if factors_of(request.user) else Duty.ENROL
    return None


def demonstration_account(email: str) -> User | None:
    """An account that the demonstration offers; None for any other person."""
    if email not in {account[0] for account in settings.DEMONSTRATION_ACCOUNTS}:
        return None
    return User.objects.filter(email=email, is_active=True).first()
