"""What the operators watch of the audit trail."""

import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from qa_portal.audit.queries import end_of_chain, read_anchors
from qa_portal.core.metrics import Gauge


def audit_gauges() -> Iterator[Gauge]:
    """Length of the trail, and how old its last anchor is; without one the age is that of the epoch."""
    path = Path(settings.AUDIT_ANCHOR)
    try:
        anchors, noted_at = read_anchors(path), path.stat().st_mtime
    except (OSError, ValueError):
        anchors, noted_at = [], 0.0
    anchored = max((anchor.sequence for anchor in anchors), default=0)
    yield Gauge("portal_audit_entries", "Entries of the audit trail.", (((), end_of_chain().sequence),))
    yield Gauge("portal_audit_anchored_entries", "Entries up to the last anchor.", (((), anchored),))
    yield Gauge("portal_audit_anchor_age_seconds", "Time since the last anchor.", (((), time.time() - noted_at),))
