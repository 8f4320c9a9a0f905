"""Reading the trail page by page: no step looks at more rows than it shows."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from qa_portal.audit.labels import action_label, kind_label
from qa_portal.audit.models import AuditEvent
from qa_portal.audit.rules import FIRST_HASH

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Entries, newest first; the sequence numbers from which the neighbouring pages go on, None at the ends."""

    events: list[AuditEvent]
    newer: int | None
    older: int | None

    @property
    def newest(self) -> int:
        return self.events[0].sequence

    @property
    def oldest(self) -> int:
        return self.events[-1].sequence


def trail_page(events: QuerySet[AuditEvent], *, before: int | None = None, after: int | None = None) -> TrailPage:
    """The page below the entry `before`, or above the entry `after`; the newest one without either.

    Keys instead of page numbers: the millionth entry costs what the first one costs, nothing is counted,
    and entries that are added meanwhile move nothing.
    """
    if after is not None:
        rows = list(events.filter(sequence__gt=after).order_by("sequence")[: PER_PAGE + 1])
        shown = rows[:PER_PAGE][::-1]
        has_newer, has_older = len(rows) > PER_PAGE, True
    else:
        found = events.order_by("-sequence")
        rows = list((found if before is None else found.filter(sequence__lt=before))[: PER_PAGE + 1])
        shown = rows[:PER_PAGE]
        has_newer, has_older = before is not None, len(rows) > PER_PAGE
    if not shown:
        return TrailPage([], None, None)
    return TrailPage(shown, shown[0].sequence if has_newer else None, shown[-1].sequence if has_older else None)


def known_values(field: str) -> list[str]:
    """The different values of an indexed column: one look into the index for each, never at all rows."""
    table, column = AuditEvent._meta.db_table, connection.ops.quote_name(field)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH RECURSIVE found(value) AS (
                SELECT MIN({column}) FROM {table}
                UNION ALL
                SELECT (SELECT MIN({column}) FROM {table} WHERE {column} > found.value)
                FROM found WHERE found.value IS NOT NULL
            ) SELECT value FROM found WHERE value IS NOT NULL"""  # noqa: S608 - names of the model
        )
        return [row[0] for row in cursor.fetchall()]


def action_choices() -> list[tuple[str, str]]:
    """The actions in the trail, by their names."""
    return sorted(((code, action_label(code)) for code in known_values("action")), key=lambda one: one[1])


def kind_choices() -> list[tuple[str, str]]:
    """The kinds of objects in the trail, by their names."""
    return sorted(((code, kind_label(code)) for code in known_values("object_type")), key=lambda one: one[1])


# ------------------------------------------------------------------ the chain
def faults_in(events: Sequence[AuditEvent]) -> list[str]:
    """What is wrong with these entries: content that does not fit its seal, or a missing one before it."""
    previous = {event.sequence: event.hash for event in events}
    wanted = [event.sequence - 1 for event in events if event.sequence > 1 and event.sequence - 1 not in previous]
    if wanted:
        found = AuditEvent.objects.filter(sequence__in=wanted)
        previous |= dict(found.values_list("sequence", "hash"))
    return [fault for event in events if (fault := _fault_of(event, previous))]


def _fault_of(event: AuditEvent, previous: dict[int, str]) -> str:
    if event.hash != event.computed_hash():
        return _("entry %(sequence)d was changed: %(event)s") % {"sequence": event.sequence, "event": event}
    before = previous.get(event.sequence - 1, "") if event.sequence > 1 else FIRST_HASH
    if not before:
        return _("entry %(sequence)d is missing: %(evidence)s") % {
            "sequence": event.sequence - 1,
            "evidence": _("the next one is %(sequence)d") % {"sequence": event.sequence},
        }
    if event.previous_hash != before:
        return _("entry %(sequence)d does not follow the one before it: %(event)s") % {
            "sequence": event.sequence,
            "event": event,
        }
    return ""


# ------------------------------------------------------------------ one entry
@dataclass(frozen=True, slots=True)
class Difference:
    """One value before and after; `name` is empty where the entry holds a single value."""

    name: str
    before: str
    after: str

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


def differences(before: Any, after: Any) -> list[Difference]:
    """Both sides of an entry, by name: PostgreSQL does not keep the order in which they were written."""
    left, right = dict(_flat(before)), dict(_flat(after))
    return [Difference(name, left.get(name, ""), right.get(name, "")) for name in sorted({*left, *right})]


def _flat(value: Any, name: str = "") -> Iterable[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for key, part in value.items():
            yield from _flat(part, f"{name}.{key}" if name else str(key))
    elif value is not None:
        yield name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
