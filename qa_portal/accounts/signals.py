"""What django-allauth reports goes into the audit trail and ends other sign-ins."""

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from allauth.usersessions.models import UserSession
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.contrib.sessions.models import Session
from django.db.models.signals import post_delete
from django.dispatch import receiver

from qa_portal.accounts import session
from qa_portal.accounts.operations import note_event, note_failure
from qa_portal.accounts.queries import factors_of


# ------------------------------------------------------------------ signing in
@receiver(user_logged_in)
def begin_session(request: Any, **kwargs: Any) -> None:
    session.begin(request.session)


@receiver(account.user_logged_in)
def note_sign_in(request: Any, user: Any, **kwargs: Any) -> None:
    by_factor = session.has_second_factor(request.session, user)
    note_event("session.signed_in", user, by=user, second_factor=by_factor)


@receiver(user_login_failed)
def note_failed_sign_in(credentials: dict[str, Any], **kwargs: Any) -> None:
    note_failure("session.failed", str(credentials.get("email", "")))


@receiver(account.user_signed_up)
def note_sign_up(user: Any, **kwargs: Any) -> None:
    note_event("person.signed_up", user, by=user, email=user.email)


@receiver(post_delete, sender=UserSession)
def remove_session(instance: UserSession, **kwargs: Any) -> None:
    """Whatever ends a sign-in, signing out or the deletion of the person, its session goes from the server."""
    Session.objects.filter(session_key=instance.session_key).delete()


# ------------------------------------------------------------------ password and address
@receiver([account.password_changed, account.password_set])
def note_password_change(user: Any, **kwargs: Any) -> None:
    note_event("password.changed", user, by=user)


@receiver(account.password_reset)
def note_password_reset(user: Any, **kwargs: Any) -> None:
    note_event("password.reset", user, by=user)


@receiver(account.email_confirmed)
def note_confirmed_address(email_address: Any, **kwargs: Any) -> None:
    note_event("email.confirmed", email_address.user, by=email_address.user, email=email_address.email)


@receiver(account.email_changed)
def note_changed_address(user: Any, from_email_address: Any, to_email_address: Any, **kwargs: Any) -> None:
    if from_email_address is not None:  # else it is the first address, which email.confirmed tells
        note_event("email.changed", user, by=user, email=to_email_address.email)


# ------------------------------------------------------------------ second factors
@receiver(mfa.authenticator_added)
def note_added_factor(request: Any, user: Any, authenticator: Any, **kwargs: Any) -> None:
    note_event("factor.added", user, by=user, kind=authenticator.type)
    if authenticator.type != authenticator.Type.RECOVERY_CODES:
        session.note_second_factor(request.session, user)
        end_other_sessions(request, user)


@receiver(mfa.authenticator_removed)
def note_removed_factor(request: Any, user: Any, authenticator: Any, **kwargs: Any) -> None:
    note_event("factor.removed", user, by=user, kind=authenticator.type)
    if not factors_of(user):
        session.forget_second_factor(request.session)
    end_other_sessions(request, user)


@receiver(mfa.authenticator_reset)
def note_new_codes(user: Any, authenticator: Any, **kwargs: Any) -> None:
    note_event("factor.reset", user, by=user, kind=authenticator.type)


@receiver(mfa.authenticator_used)
def note_used_factor(request: Any, user: Any, **kwargs: Any) -> None:
    session.note_second_factor(request.session, user)


@receiver(mfa.authentication_failed)
def note_failed_factor(user: Any, authenticator: Any, **kwargs: Any) -> None:
    note_event("factor.failed", user, by=user, kind=authenticator.type)
