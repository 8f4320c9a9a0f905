"""Who looks into the outbox."""

from typing import Any

from qa_portal.accounts.rules import is_bureau, is_bureau_staff


def may_read_outbox(user: Any) -> bool:
    """Bureau staff and leaders see what was sent to whom."""
    return is_bureau(user)


def may_manage_outbox(user: Any) -> bool:
    """Bureau staff send again, hold and release, and edit the texts; they alone see whole addresses."""
    return is_bureau_staff(user)
