"""Clearing away what the daily work left behind: old jobs, notices and mails. The audit trail is never cleared."""

from dataclasses import asdict, dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qa_portal.audit.models import AuditHead
from qa_portal.audit.operations import record
from qa_portal.core.errors import Refusal
from qa_portal.jobs.operations import forget_jobs
from qa_portal.notices.operations import forget_notices
from qa_portal.outbox.operations import forget_messages

# Cybersecurity Law of the PRC, article 21 (3): records of the operation are kept for six months at least
LEAST_DAYS = 180


@dataclass(frozen=True, slots=True)
class Cleared:
    """How many rows went."""

    jobs: int
    notices: int
    messages: int


def clear_records(days: int) -> Cleared:
    """Remove finished jobs, notices and messages that are older than so many days. Raises Refusal below LEAST_DAYS."""
    if days < LEAST_DAYS:
        raise Refusal(
            _("Records are kept for %(least)d days at least; %(days)d are too few.")
            % {"least": LEAST_DAYS, "days": days},
            code="retention",
        )
    before = timezone.now() - timedelta(days=days)
    with transaction.atomic():
        cleared = Cleared(forget_jobs(before), forget_notices(before), forget_messages(before))
        after = {"days": days} | asdict(cleared)
        record("records.cleared", AuditHead(pk=AuditHead.ONLY), by=None, after=after)
    return cleared
