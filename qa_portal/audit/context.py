"""Where an action comes from: address, browser and request id of the running request or job."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """Empty texts where nothing is known, as in a command."""

    ip: str = ""
    user_agent: str = ""
    request_id: str = ""


UNKNOWN = Origin()
_origin: ContextVar[Origin] = ContextVar("audit_origin", default=UNKNOWN)


def current_origin() -> Origin:
    """The origin of what runs now, in this thread."""
    return _origin.get()


@contextmanager
def acting_from(origin: Origin) -> Iterator[None]:
    """Everything recorded inside carries this origin."""
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)
