"""Predicates over a person's roles. Deny first; no database access beyond the cached roles."""

from datetime import datetime, timedelta
from typing import Any

from qa_portal.accounts.enums import ADMINISTRATORS, SECOND_FACTOR_ROLES, Role


def has_role(user: Any, *roles: Role) -> bool:
    """An active, signed-in person holds one of the roles."""
    if not user.is_authenticated or not user.is_active:
        return False
    return not user.roles.isdisjoint(roles)


def is_bureau(user: Any) -> bool:
    """Bureau staff and leaders work with all files of a year."""
    return has_role(user, Role.STAFF, Role.LEADER)


def is_bureau_staff(user: Any) -> bool:
    """Bureau staff change the year: import, settings, exports."""
    return has_role(user, Role.STAFF)


def is_administrator(user: Any) -> bool:
    """One of the 三员; they run the portal and see no business data."""
    return has_role(user, *ADMINISTRATORS)


def needs_second_factor(user: Any) -> bool:
    """Bureau, expert and administrator accounts need a second factor."""
    return has_role(user, *SECOND_FACTOR_ROLES)


def is_system_admin(user: Any) -> bool:
    """The system administrator alone opens the technical administration."""
    return has_role(user, Role.SYSTEM_ADMIN)


def is_password_too_old(set_at: datetime, now: datetime, max_age_days: int) -> bool:
    """A password must be changed after so many days; 0 days: never."""
    return max_age_days > 0 and now - set_at >= timedelta(days=max_age_days)


# Pages that stay open while a duty of the account (new password, second factor) is unmet.
ACCOUNT_VIEWS = ("account_", "mfa_", "usersessions_", "accounts:")
FRAME_VIEWS = ("set_language", "display_size", "keep_alive", "help")


def is_account_view(view_name: str) -> bool:
    """The view serves one's own account, its sign-in, or the frame of the page; no business data."""
    return view_name.startswith(ACCOUNT_VIEWS) or view_name in FRAME_VIEWS


def may_manage_people(user: Any) -> bool:
    """System administrators create accounts and ask for roles; security administrators decide on them."""
    return has_role(user, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)


def may_request_role(user: Any, role: Role, person: Any) -> bool:
    """System administrators ask for any role of somebody else; bureau staff for recommenders and experts."""
    if person is not None and person.pk == user.pk:
        return False
    if has_role(user, Role.SYSTEM_ADMIN):
        return True
    return has_role(user, Role.STAFF) and role in (Role.RECOMMENDER, Role.EXPERT)


def may_approve_grant(user: Any, grant: Any) -> bool:
    """A security administrator decides on grants of others that others asked for."""
    if user.pk in (grant.user_id, grant.requested_by_id):
        return False
    return has_role(user, Role.SECURITY_ADMIN)


def may_deactivate(user: Any, person: Any) -> bool:
    """System and security administrators deactivate anybody but themselves."""
    return may_manage_people(user) and user.pk != person.pk
