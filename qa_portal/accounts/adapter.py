"""How django-allauth is used: sign-up, mails, limits, renewed sign-in and the audit of leaving."""

import time
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context as allauth_context
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qa_portal.accounts.operations import end_sign_in, note_event, note_failure
from qa_portal.accounts.queries import FACTORS


def portal_name() -> str:
    """The name that stands in mails, authenticator apps and passkey dialogues."""
    return _("Shanghai Key Product Quality Breakthroughs")


def at_portal(url: str) -> str:
    """The address with scheme and host of PORTAL_URL: what the request claims as its host never counts."""
    own, parts = urlsplit(settings.PORTAL_URL), urlsplit(url)
    return urlunsplit((own.scheme, own.netloc, parts.path, parts.query, parts.fragment))


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": format_lazy(
            gettext_lazy("Too many failed attempts. Wait {minutes} minutes, or set a new password by e-mail."),
            minutes=settings.LOGIN_LOCK_MINUTES,
        ),
        "email_password_mismatch": gettext_lazy("E-mail address or password is wrong."),
        "incorrect_code": gettext_lazy("This code is wrong or was used already."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGNUP_IS_OPEN)

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        user.name = form.cleaned_data.get("name", "")
        return super().save_user(request, user, form, commit)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:home")

    # ------------------------------------------------------------------ mails
    def format_email_subject(self, subject: str) -> str:
        return f"[{portal_name()}] {subject}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        links = {name: at_portal(value) for name, value in context.items() if name.endswith("_url")}
        site = SimpleNamespace(name=portal_name(), domain=settings.PORTAL_URL)
        super().send_mail(template_prefix, email, {**context, **links, "current_site": site})

    # ------------------------------------------------------------------ limits
    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """By e-mail address alone: another host name or address does not buy another five tries."""
        return str(credentials.get("email", "")).strip().lower()

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except Exception:
            email = self._get_login_attempts_cache_key(request, **credentials)
            # one entry for each lock, however many tries follow
            if cache.add(f"portal-locked:{email}", 1, settings.LOGIN_LOCK_MINUTES * 60):
                note_failure("session.locked", email)
            raise

    # ------------------------------------------------------------------ renewed sign-in
    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """A sign-in of the last minutes need not be repeated at once."""
        request = allauth_context.request
        records = get_authentication_records(request, request.user)
        if records and time.time() - records[-1]["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT:
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Who has a second factor confirms with it; the password alone does not change factors."""
        methods = super().get_reauthentication_methods(user)
        if user.is_authenticated and is_mfa_enabled(user, FACTORS):
            methods = [method for method in methods if method["id"] != "reauthenticate"]
        return methods

    # ------------------------------------------------------------------ leaving
    def logout(self, request: HttpRequest) -> None:
        user: Any = request.user
        key = request.session.session_key
        note_event("session.signed_out", user, by=user)
        UserSession.objects.filter(session_key=key).delete()
        super().logout(request)


class SessionsAdapter(DefaultUserSessionsAdapter):
    def end_sessions(self, sessions: Iterable[UserSession]) -> None:
        for session in sessions:
            end_sign_in(session, by=allauth_context.request.user)
