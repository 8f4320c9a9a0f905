"""Reading the trail, and proving that nobody changed it."""

import json
from dataclasses import dataclass
from pathlib import Path

from django.db import models
from django.utils.translation import gettext as _

from qa_portal.audit.models import AuditEvent, AuditHead
from qa_portal.audit.rules import FIRST_HASH


def events_for(obj: models.Model) -> models.QuerySet[AuditEvent]:
    """The history of one object, oldest first."""
    return AuditEvent.objects.filter(object_type=obj._meta.label_lower, object_id=str(obj.pk))


@dataclass(frozen=True, slots=True)
class Anchor:
    """The end of the chain at some time, noted outside the database."""

    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class Finding:
    """`count` good entries from the start; `fault` says what is wrong with the next one, or is empty."""

    count: int
    fault: str = ""


def verify_trail(anchors: list[Anchor]) -> Finding:
    """Walk the whole chain and compare it with its end and with the anchors.

    Writers may go on meanwhile: the end is read before and after, entries between only continue it.
    """
    known: dict[int, list[tuple[str, str]]] = {}
    for anchor in anchors:
        known.setdefault(anchor.sequence, []).append((anchor.hash, _("the anchor")))
    if (end := end_of_chain()).sequence:
        known.setdefault(end.sequence, []).append((end.hash, _("the end of the chain")))
    count, previous = 0, FIRST_HASH
    for event in AuditEvent.objects.order_by("sequence").iterator(chunk_size=2000):
        fault = _fault_of(event, count + 1, previous) or _disagreement(event, known.pop(event.sequence, []))
        if fault:
            return Finding(count, fault)
        count, previous = event.sequence, event.hash
    if known:
        sequence, [(_hash, source), *_more] = min(known.items())
        return Finding(count, _missing(count + 1, _("%(source)s knows entry %(sequence)d") % {
            "source": source, "sequence": sequence}))  # fmt: skip
    if (end := end_of_chain()).sequence < count:
        return Finding(count, _("the end of the chain was set back to entry %d") % end.sequence)
    return Finding(count)


def end_of_chain() -> Anchor:
    """Where the next entry will be appended; sequence 0 for an empty trail."""
    head = AuditHead.objects.first()
    return Anchor(head.sequence, head.hash) if head else Anchor(0, FIRST_HASH)


def _missing(sequence: int, evidence: str) -> str:
    return _("entry %(sequence)d is missing: %(evidence)s") % {"sequence": sequence, "evidence": evidence}


def _fault_of(event: AuditEvent, expected: int, previous: str) -> str:
    """What is wrong with an entry in its place; "" when it is sound."""
    if event.sequence != expected:
        return _missing(expected, _("the next one is %(sequence)d") % {"sequence": event.sequence})
    if event.hash != event.computed_hash():
        return _("entry %(sequence)d was changed: %(event)s") % {"sequence": expected, "event": event}
    if event.previous_hash != previous:
        return _("entry %(sequence)d does not follow the one before it: %(event)s") % {
            "sequence": expected, "event": event}  # fmt: skip
    return ""


def _disagreement(event: AuditEvent, known: list[tuple[str, str]]) -> str:
    for expected_hash, source in known:
        if expected_hash != event.hash:
            return _("entry %(sequence)d is not the one that %(source)s knows") % {
                "sequence": event.sequence, "source": source}  # fmt: skip
    return ""


def read_anchors(path: Path) -> list[Anchor]:
    """The anchors of a file of one JSON object per line; [] when there is none.

    Raises ValueError naming the line that is no anchor.
    """
    if not path.exists():
        return []
    anchors = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            noted = json.loads(line)
            anchors.append(Anchor(int(noted["sequence"]), str(noted["hash"])))
        except (ValueError, KeyError, TypeError):
            raise ValueError(f"{path}:{number}") from None
    return anchors
