"""Reminders: an app says who is to be reminded of what now; each reminder is sent once.

An app states its own in a module `reminders`, which is imported when the portal starts:

    @reminds("drafts before filing closes")
    def drafts_before_closing(now: datetime) -> Iterable[Due]:
        ...

A provider leaves out who has done the thing already, and costs a constant number of queries. The kind's
`wanted` is asked once more when the message is sent.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from qa_portal.outbox.models import Message
from qa_portal.outbox.operations import key_of, post
from qa_portal.outbox.rules import nearest_step

log = logging.getLogger(__name__)
CHUNK = 500  # keys looked up at once; SQLite takes no more than 32,766 values


@dataclass(frozen=True, slots=True)
class Due:
    """Something of which people are to be reminded now; `event` is the same for the same reminder."""

    kind: str
    event: str
    people: Sequence[Any]
    path: str
    params: Mapping[str, Any] = field(default_factory=dict)
    about: models.Model | None = None
    expires_at: datetime | None = None


Provider = Callable[[datetime], Iterable[Due]]
_providers: dict[str, Provider] = {}


def reminds(name: str) -> Callable[[Provider], Provider]:
    """Register a provider. Raises ValueError for a name that is taken."""

    def register(provider: Provider) -> Provider:
        if name in _providers:
            raise ValueError(f"reminder {name} is registered twice")
        _providers[name] = provider
        return provider

    return register


def step_event(
    subject: str, deadline: datetime, steps: Iterable[timedelta], now: datetime, since: datetime | None = None
) -> str | None:
    """The event of the reminder of a deadline that is due now, or None (see `rules.nearest_step`).

    It holds the deadline: when that moves, the reminders of the new one are others.
    """
    step = nearest_step(deadline, steps, now, since)
    if step is None:
        return None
    return f"{subject}:{deadline.astimezone(UTC):%Y%m%dT%H%M%SZ}:{int(step.total_seconds() // 3600)}h"


def run_reminders(now: datetime | None = None) -> int:
    """Write the reminders that are due; how many are new. Run it as often and in as many places as you like."""
    count = 0
    for name, provider in _providers.items():
        try:
            due = list(provider(now or timezone.now()))
            for one, person in _unwritten(due):
                count += _write(one, person)
        except Exception:
            # a provider that fails silences no other one
            log.exception("reminders of %s failed", name)
    return count


def _unwritten(due: Iterable[Due]) -> Iterator[tuple[Due, Any]]:
    """Reminders without a message, each with its person; a few queries, however many are written already."""
    wanted = {key_of(one.kind, one.event, person): (one, person) for one in due for person in one.people}
    keys = list(wanted)
    for start in range(0, len(keys), CHUNK):
        part = keys[start : start + CHUNK]
        known = set(Message.objects.filter(key__in=part).values_list("key", flat=True))
        yield from (wanted[key] for key in part if key not in known)


def _write(due: Due, person: Any) -> bool:
    with transaction.atomic():
        made = post(
            due.kind, event=due.event, to=person, params=due.params, path=due.path, about=due.about,
            expires_at=due.expires_at,
        )  # fmt: skip
    return made is not None
