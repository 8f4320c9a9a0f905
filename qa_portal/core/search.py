"""What the search box of the masthead looks through.

An app states what it offers in a module `search`, which is imported when the portal starts:

    @search_group("people", title=_("People"), may=may_manage_people, hit=person_hit)
    def people_found(user: Any, text: str) -> QuerySet[User]:
        ...

The queryset is limited to what the person may see; the page asks for no more rows than it shows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from qa_portal.core.policy import Policy

Find = Callable[[Any, str], QuerySet[Any]]


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of the result: what it is called, where it stands, and what tells it apart."""

    title: Any
    url: str
    note: Any = ""


@dataclass(frozen=True, slots=True)
class SearchGroup:
    """Hits of one kind. `may` says who searches them at all, `find` gives the rows of a person."""

    name: str
    title: Any
    may: Policy
    find: Find
    hit: Callable[[Any], Hit]


_groups: dict[str, SearchGroup] = {}
_jumps: list[Callable[[Any, str], str]] = []


def search_group(name: str, *, title: Any, may: Policy, hit: Callable[[Any], Hit]) -> Callable[[Find], Find]:
    """Register what finds rows of one kind. Raises ValueError for a name that is taken."""

    def register(find: Find) -> Find:
        if name in _groups:
            raise ValueError(f"search group {name} is registered twice")
        _groups[name] = SearchGroup(name, title, may, find, hit)
        return find

    return register


def jumps_to(jump: Callable[[Any, str], str]) -> Callable[[Any, str], str]:
    """Register what knows the one page that a text names exactly; "" when it names none."""
    _jumps.append(jump)
    return jump


def groups_for(user: Any) -> list[SearchGroup]:
    """What this person may search; [] for people who have nothing to search."""
    return [group for group in _groups.values() if group.may(user)]


def page_named(user: Any, text: str) -> str:
    """Address of the one page that the text names exactly, "" otherwise."""
    return next((url for jump in _jumps if (url := jump(user, text))), "")
