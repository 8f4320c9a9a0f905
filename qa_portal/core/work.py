"""What stands on the home page of a person: what needs them, what waits for others, what changed lately.

An app states its own in a module `work`, which is imported when the portal starts:

    @needs_me
    def unanswered_corrections(user: Any) -> Iterable[WorkItem]:
        if not is_applicant(user):
            return []
        ...

A provider decides itself what the person may see, asks the policy before the database, and costs one
query or a few, however many items there are.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class WorkItem:
    """Something that the person has to do: a verb, what it is about, where, and until when."""

    verb: Any
    object: Any
    url: str
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class WaitItem:
    """Something that waits for somebody else, and since when."""

    who: Any
    object: Any
    since: datetime
    url: str = ""


@dataclass(frozen=True, slots=True)
class ChangeItem:
    """Something that happened; `kind` is the look of its state (ok, wait, bad, neutral, info)."""

    text: Any
    at: datetime
    url: str = ""
    kind: str = "neutral"
    state: Any = ""


@dataclass(frozen=True, slots=True)
class Work:
    """The three blocks of the home page."""

    needs_me: list[WorkItem]
    waits: list[WaitItem]
    changes: list[ChangeItem]


SHOWN_CHANGES = 8

NeedsMe = Callable[[Any], Iterable[WorkItem]]
Waits = Callable[[Any], Iterable[WaitItem]]
Changes = Callable[[Any], Iterable[ChangeItem]]

_needs_me: list[NeedsMe] = []
_waits: list[Waits] = []
_changes: list[Changes] = []


def needs_me(provider: NeedsMe) -> NeedsMe:
    """Register a provider of things that the person has to do."""
    _needs_me.append(provider)
    return provider


def waits_for_others(provider: Waits) -> Waits:
    """Register a provider of things that wait for somebody else."""
    _waits.append(provider)
    return provider


def changed_lately(provider: Changes) -> Changes:
    """Register a provider of what happened lately."""
    _changes.append(provider)
    return provider


def work_of(user: Any) -> Work:
    """All that concerns a person now: most urgent first, longest waiting first, newest change first."""
    todo = [item for provider in _needs_me for item in provider(user)]
    waiting = [item for provider in _waits for item in provider(user)]
    changes = [item for provider in _changes for item in provider(user)]
    return Work(
        # without a day of their own, things stand in the order of the providers
        needs_me=sorted(todo, key=lambda item: (item.due is None, item.due.timestamp() if item.due else 0)),
        waits=sorted(waiting, key=lambda item: item.since),
        changes=sorted(changes, key=lambda item: item.at, reverse=True)[:SHOWN_CHANGES],
    )
