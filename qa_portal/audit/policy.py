"""Who reads the trail."""

from typing import Any

AUDITOR = "auditor"  # Role.AUDITOR; roles stand above the trail, which everything writes to


def may_read_audit(user: Any) -> bool:
    """Only the audit administrator reads the trail."""
    if not user.is_authenticated or not user.is_active:
        return False
    return AUDITOR in user.roles
