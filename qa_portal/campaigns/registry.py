"""What other apps know of a year: what of theirs is copied into a new one, and what a change would hurt.

An app states its own in `ready` of its configuration; campaigns know nothing of applications, reviews and
circulars.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from qa_portal.campaigns.models import Campaign


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a change would hurt what is there already; `field` is the name of the setting."""

    field: str
    message: str


# setting → value before and after; see `submissions.setup.changes` for the names
Changes = Mapping[str, tuple[Any, Any]]
Guard = Callable[[Campaign, Changes], Iterable[Objection]]
# copies something from one year to another, returns how much
Copier = Callable[[Campaign, Campaign], int]

GUARDS: list[Guard] = []
COPIERS: dict[str, Copier] = {}


def guard(function: Guard) -> Guard:
    """Register a guard: it is asked before settings of a year change, under the lock of the year."""
    GUARDS.append(function)
    return function


def copier(name: str) -> Callable[[Copier], Copier]:
    """Register what is copied into a new year under a name that stays (it stands in the audit trail)."""

    def register(function: Copier) -> Copier:
        COPIERS[name] = function
        return function

    return register


def objections_to(campaign: Campaign, changes: Changes) -> list[Objection]:
    """Everything that speaks against a change."""
    return [one for ask in GUARDS for one in ask(campaign, changes)]
