"""Who may do what in the stage of the experts; one sentence of the rulebook each, deny first."""

from datetime import datetime
from typing import Any

from qa_portal.accounts.enums import Role
from qa_portal.accounts.rules import has_role, is_bureau_staff
from submissions.enums import SECRET_STATES, State


def reviews(user: Any) -> bool:
    """Experts review; which applications, `seats_of` says."""
    return has_role(user, Role.EXPERT)


def watches_review(user: Any) -> bool:
    """The bureau and the inspector see how far the review is."""
    return has_role(user, Role.STAFF, Role.LEADER, Role.INSPECTOR)


def knows_experts(user: Any) -> bool:
    """Staff and the inspector know experts by name; leaders and the committee by code."""
    return has_role(user, Role.STAFF, Role.INSPECTOR)


def holds(user: Any, seat: Any) -> bool:
    """The seat is the person's own, released, and it stands."""
    return reviews(user) and seat.expert.user_id == user.pk and seat.released_at is not None and seat.ended_at is None


def may_declare(user: Any, seat: Any) -> bool:
    """The expert of a seat says whether there is a conflict, or declines, while the application is in review."""
    return holds(user, seat) and seat.application.state == State.IN_REVIEW


def may_open_case(user: Any, seat: Any) -> bool:
    """The expert opens the blind copy after declaring to have no conflict, until the result is public."""
    return holds(user, seat) and seat.accepted_at is not None and seat.application.state in SECRET_STATES


def is_review_open(campaign: Any, now: datetime) -> bool:
    """opens_at <= now < closes_at by the server's clock; a year without an opening is closed."""
    opens_at, closes_at = campaign.review_opens_at, campaign.review_closes_at
    return opens_at is not None and opens_at <= now and (closes_at is None or now < closes_at)


def may_score(user: Any, seat: Any, now: datetime, *, is_locked: bool, has_leave: bool) -> bool:
    """The expert writes the own sheet: unlocked while the review is open, or with an approved leave in force."""
    if not may_open_case(user, seat) or seat.application.state != State.IN_REVIEW:
        return False
    return has_leave or (is_review_open(seat.application.campaign, now) and not is_locked)


def may_ask_leave(user: Any, seat: Any) -> bool:
    """The expert of a seat, or staff, ask for leave to correct or to score late."""
    if seat.ended_at is not None or seat.accepted_at is None:
        return False
    return holds(user, seat) or is_bureau_staff(user)


def may_decide_leave(user: Any, leave: Any) -> bool:
    """Bureau staff decide on what somebody else asked for."""
    return is_bureau_staff(user) and user.pk != leave.requested_by_id


def may_see_reviews_of(user: Any, application: Any) -> bool:
    """Scores, comments and versions of an application: after its scoring is closed, for those who watch."""
    return watches_review(user) and application.state != State.IN_REVIEW
