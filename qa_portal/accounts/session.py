"""What a session remembers about its sign-in: since when, last seen, by a second factor or not."""

import time
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils import timezone

SIGNED_IN_AT = "portal_signed_in_at"
SEEN_AT = "portal_seen_at"
SECOND_FACTOR_OF = "portal_second_factor_of"
SECONDS_BETWEEN_NOTES = 60


def begin(session: SessionBase) -> None:
    """A sign-in begins now; seconds since 1970."""
    session[SIGNED_IN_AT] = session[SEEN_AT] = int(time.time())


def is_signed_in(session: SessionBase) -> bool:
    """The session claims a person; costs no query for the person."""
    return SESSION_KEY in session


def reason_to_end(session: SessionBase) -> str:
    """Why the sign-in is over: `idle` after SESSION_IDLE_SECONDS without a request, `age` after
    SESSION_COOKIE_AGE in any case; "" while it goes on.
    """
    now = int(time.time())
    if now - session.get(SIGNED_IN_AT, now) >= settings.SESSION_COOKIE_AGE:
        return "age"
    if now - session.get(SEEN_AT, now) >= settings.SESSION_IDLE_SECONDS:
        return "idle"
    return ""


def note_activity(request: HttpRequest) -> None:
    """Remember that the session is in use; writes at most once a minute."""
    session = request.session
    now = int(time.time())
    session.setdefault(SIGNED_IN_AT, now)
    if now - session.get(SEEN_AT, 0) < SECONDS_BETWEEN_NOTES:
        return
    session[SEEN_AT] = now
    if not request.user.is_authenticated:
        return
    seen = UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=timezone.now())
    if not seen:
        UserSession.objects.create_from_request(request)


def note_second_factor(session: SessionBase, user: Any) -> None:
    """This session was opened, or confirmed, with a second factor of this person."""
    session[SECOND_FACTOR_OF] = user.pk


def forget_second_factor(session: SessionBase) -> None:
    session.pop(SECOND_FACTOR_OF, None)


def has_second_factor(session: SessionBase, user: Any) -> bool:
    """The session was confirmed with a second factor of the person who is signed in now."""
    return bool(session.get(SECOND_FACTOR_OF) == user.pk)
