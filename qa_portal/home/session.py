"""How long a sign-in lasts without a request, and when the page begins to warn."""

import time

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from qa_portal.accounts.session import SEEN_AT, SIGNED_IN_AT

WARN_SECONDS = 5 * 60


def seconds_left(request: HttpRequest) -> int:
    """Seconds until the sign-in ends if nothing is asked of the server any more, by the clock of the server."""
    now = int(time.time())
    idle_until = int(request.session.get(SEEN_AT, now)) + int(settings.SESSION_IDLE_SECONDS)
    over_at = int(request.session.get(SIGNED_IN_AT, now)) + int(settings.SESSION_COOKIE_AGE)
    return max(0, min(idle_until, over_at) - now)


def stay(request: HttpRequest) -> int:
    """“I am still here”: count the idle time anew; seconds left from now on."""
    request.session[SEEN_AT] = int(time.time())
    return seconds_left(request)


def warn_seconds(request: HttpRequest) -> int:
    """So many seconds before the end the page warns: five minutes, or half of a shorter time."""
    return min(WARN_SECONDS, int(settings.SESSION_IDLE_SECONDS) // 2)


def person_mark(request: HttpRequest) -> str:
    """Tells two people at one browser apart without naming them: what one typed is not offered to the other."""
    return salted_hmac("qa_portal.home.session", str(request.user.pk)).hexdigest()[:16]
