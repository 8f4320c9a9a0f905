"""Who may do what with notice, objections and letters; one sentence each, deny first."""

from typing import Any

from qa_portal.accounts.enums import Role
from qa_portal.accounts.rules import has_role, is_bureau, is_bureau_staff
from submissions.policy import leads, owns


def may_see_publicity(user: Any) -> bool:
    """Bureau and inspectors follow notice, objections and letters."""
    return has_role(user, Role.STAFF, Role.LEADER, Role.INSPECTOR)


def may_open_notice(user: Any) -> bool:
    """Leaders open the public notice and publish."""
    return leads(user)


def may_handle_objections(user: Any) -> bool:
    """Bureau staff handle objections, and make and release letters."""
    return is_bureau_staff(user)


def may_read_objectors(user: Any) -> bool:
    """Name, contact and evidence of an objection are for the bureau alone."""
    return is_bureau(user)


def may_decide_objection(user: Any, objection: Any) -> bool:
    """Staff who took no part in the decision that is objected to."""
    round_ = objection.notice.round
    return is_bureau_staff(user) and user.pk not in (round_.proposed_by_id, round_.decided_by_id, round_.frozen_by_id)


def may_answer(user: Any, objection: Any) -> bool:
    """Members of the enterprise answer what concerns its application."""
    return owns(user, objection.application)
