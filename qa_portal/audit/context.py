"""Where an action comes from: address, browser and request id of the running request or job, and its request."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Origin:
    """Empty texts where nothing is known, as in a command."""

    ip: str = ""
    user_agent: str = ""
    request_id: str = ""


UNKNOWN = Origin()
_origin: ContextVar[Origin] = ContextVar("audit_origin", default=UNKNOWN)
_request: ContextVar[HttpRequest | None] = ContextVar("audit_request", default=None)


def current_origin() -> Origin:
    """The origin of what runs now, in this thread."""
    return _origin.get()


def current_request() -> HttpRequest | None:
    """The request that is served now, in this thread; None in a job or command."""
    return _request.get()


@contextmanager
def acting_from(origin: Origin, request: HttpRequest | None = None) -> Iterator[None]:
    """Everything recorded inside carries this origin."""
    token, served = _origin.set(origin), _request.set(request)
    try:
        yield
    finally:
        _origin.reset(token)
        _request.reset(served)
