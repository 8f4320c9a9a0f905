"""Files of the audit trail."""

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qa_portal.audit.labels import action_label, kind_label
from qa_portal.audit.models import AuditEvent
from qa_portal.core.exports import Row, RowExport

CHUNK = 2_000


def _json(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)


class AuditExport(RowExport):
    """Every field of the entries, oldest first, with the seals, so that the file can be checked."""

    is_noted = False

    columns = {
        "sequence": _("Sequence number"),
        "occurred_at": _("Time"),
        "actor_id": _("Person number"),
        "actor_label": _("Person"),
        "action_label": _("Action"),
        "action": _("Code of the action"),
        "kind": _("Kind of object"),
        "object_type": _("Code of the kind"),
        "object_id": _("Object"),
        "before": _("Before"),
        "after": _("After"),
        "reason": _("Reason"),
        "ip": _("Address"),
        "user_agent": _("Browser"),
        "request_id": _("Request"),
        "previous_hash": _("Seal of the entry before"),
        "hash": _("Seal"),
    }

    def __init__(self, events: QuerySet[AuditEvent], name: str) -> None:
        self.events = events
        self.name = name

    def rows(self) -> Iterator[Row]:
        for one in self.events.order_by("sequence").iterator(chunk_size=CHUNK):
            yield (
                one.sequence, timezone.localtime(one.occurred_at).isoformat(), one.actor_id, one.actor_label,
                action_label(one.action), one.action, kind_label(one.object_type), one.object_type, one.object_id,
                _json(one.before), _json(one.after), one.reason, one.ip, one.user_agent, one.request_id,
                one.previous_hash, one.hash,
            )  # fmt: skip
