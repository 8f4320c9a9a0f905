"""The only writer of the audit trail."""

import json
import logging
from pathlib import Path
from typing import Any

from django.db import connection, models
from django.utils import timezone

from qa_portal.audit.context import current_origin
from qa_portal.audit.models import AuditEvent, AuditHead
from qa_portal.audit.queries import Anchor, end_of_chain
from qa_portal.audit.rules import as_data, storable

log = logging.getLogger(__name__)


def record(
    action: str, obj: models.Model, *, by: Any, before: Any = None, after: Any = None, reason: str = ""
) -> AuditEvent:
    """Append one entry in the running transaction: it stays exactly if the change stays.

    `action` is a verb code such as `application.submit`; `by` the person, or None for the portal
    itself; `before` and `after` whatever `rules.as_data` accepts. E-mail addresses and telephone
    numbers are masked. The end of the chain stays locked until the commit, so that entries cannot
    overtake each other: record late in a long transaction, and once for a bulk change.

    Raises RuntimeError outside a transaction, TypeError for data that cannot be kept exactly.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("record() belongs into the transaction of the change that it records")
    head, _made = AuditHead.objects.select_for_update().get_or_create(pk=AuditHead.ONLY)
    origin = current_origin()
    event = AuditEvent(
        sequence=head.sequence + 1,
        occurred_at=timezone.now(),
        actor_id=getattr(by, "pk", None),
        actor_label=storable("system" if by is None else str(by), 200),
        ip=storable(origin.ip, 45),
        user_agent=storable(origin.user_agent, 300),
        request_id=storable(origin.request_id, 64),
        action=as_data(action),
        object_type=obj._meta.label_lower,
        object_id=str(obj.pk),
        before=as_data(before),
        after=as_data(after),
        reason=storable(str(reason)),
        previous_hash=head.hash,
    )
    event.hash = event.computed_hash()
    event.save(force_insert=True)
    head.sequence, head.hash = event.sequence, event.hash
    head.save(update_fields=["sequence", "hash"])
    return event


def note_end(path: Path) -> Anchor:
    """Append the end of the chain to a file outside the database, and to the log; sequence 0 notes nothing."""
    end = end_of_chain()
    if end.sequence:
        line = {"sequence": end.sequence, "hash": end.hash, "noted_at": timezone.now().isoformat()}
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        log.info("audit trail anchored at entry %d: %s", end.sequence, end.hash)
    return end
