"""Who may do what on the way to a decision; one sentence each, deny first."""

from typing import Any

from qa_portal.accounts.enums import Role
from qa_portal.accounts.rules import has_role, is_bureau, is_bureau_staff


def may_see_decision(user: Any) -> bool:
    """Bureau, committee and inspectors read lines, proposal, record and proof; experts are codes there."""
    return has_role(user, Role.STAFF, Role.LEADER, Role.COMMITTEE, Role.INSPECTOR)


def may_prepare_decision(user: Any) -> bool:
    """Bureau staff set lines, propose, record the committee and decide."""
    return is_bureau_staff(user)


def may_freeze(user: Any, round_: Any = None) -> bool:
    """Leader or staff who took no part in what they freeze: neither proposed it nor decided."""
    if not is_bureau(user):
        return False
    return round_ is None or user.pk not in (round_.proposed_by_id, round_.decided_by_id)
