"""What stored files are for, and who may fetch them.

An app states its purposes when the portal starts, in `AppConfig.ready` or its `tasks` module:

    register_purpose("circular_export", may_fetch=is_bureau, keep_for=timedelta(days=30))
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q

from qa_portal.core.policy import Policy

Scope = Callable[[Any], Q]


@dataclass(frozen=True, slots=True)
class Purpose:
    """See `register_purpose`."""

    name: str
    may_fetch: Policy
    scope: Scope | None
    is_own_only: bool
    max_size: int | None
    keep_for: timedelta | None

    def visible_to(self, user: Any) -> Q | None:
        """The files of this purpose that the person may fetch, as a condition; None for no file."""
        if not self.may_fetch(user):
            return None
        condition = Q(purpose=self.name)
        if self.is_own_only:
            condition &= Q(owner=user)
        if self.scope is not None:
            condition &= self.scope(user)
        return condition


_purposes: dict[str, Purpose] = {}


def register_purpose(
    name: str,
    *,
    may_fetch: Policy,
    scope: Scope | None = None,
    own_only: bool = False,
    max_size: int | None = None,
    keep_for: timedelta | None = None,
) -> Purpose:
    """State a purpose. The policy is asked at every download, of the owner too.

    `scope` narrows it to a condition on StoredFile, as `Q(evidence__in=…visible_to(user))`;
    `own_only` to the person's own files. `max_size` is in bytes; `keep_for` lets files expire.
    Raises ValueError for a name that is taken.
    """
    if name in _purposes:
        raise ValueError(f"file purpose {name} is registered twice")
    purpose = Purpose(name, may_fetch, scope, own_only, max_size, keep_for)
    _purposes[name] = purpose
    return purpose


def purpose_for(name: str) -> Purpose:
    """The purpose of that name. Raises LookupError for one that nobody registered."""
    try:
        return _purposes[name]
    except KeyError:
        raise LookupError(f"no file purpose {name}") from None


def visible_files(user: Any) -> Q:
    """Every file that the person may fetch, as one condition."""
    allowed = Q(pk__in=[])
    for purpose in _purposes.values():
        condition = purpose.visible_to(user)
        if condition is not None:
            allowed |= condition
    return allowed
