"""Writing people and roles. Every change of a role is one transaction with its audit entry."""

from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from qa_portal.accounts.enums import APPROVED_ROLES, OPEN_STATES, GrantState, Role
from qa_portal.accounts.models import RoleGrant, User
from qa_portal.accounts.rules import may_approve_grant, may_deactivate, may_request_role
from qa_portal.audit.operations import record
from qa_portal.core.errors import Refusal


def request_role(user: User, role: Role, *, by: User | None, reason: str = "") -> RoleGrant:
    """Give a person a role: in force at once, or waiting for a security administrator (APPROVED_ROLES).

    `by` is None for the portal itself (registration, installation), whose grants need no approval.
    Raises Refusal when `by` may not give this role, or the person has an open grant already.
    """
    if by is not None and not may_request_role(by, role, user):
        raise Refusal(_("You may not give this role."), code="forbidden")
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if RoleGrant.objects.filter(user=user, state__in=OPEN_STATES).exists():
            raise Refusal(
                _("%(person)s has a role already.") % {"person": user},
                fix=_("End that role first: nobody holds two roles."),
                code="second_role",
            )
        needs_approval = by is not None and role in APPROVED_ROLES
        grant = RoleGrant.objects.create(
            user=user,
            role=role,
            state=GrantState.PENDING if needs_approval else GrantState.ACTIVE,
            requested_by=by,
            reason=reason,
        )
        record("role.requested" if needs_approval else "role.granted", grant, by=by, after=_as_event(grant))
        if not needs_approval:
            _new_epoch(user)
    return grant


def decide_grant(grant: RoleGrant, *, approve: bool, by: User, reason: str = "") -> RoleGrant:
    """Approve or refuse a waiting grant; never one's own, never one that one asked for oneself."""
    with transaction.atomic():
        row = RoleGrant.objects.select_for_update().select_related("user").get(pk=grant.pk)
        if not may_approve_grant(by, row):
            raise Refusal(_("Another security administrator must decide this."), code="forbidden")
        if row.state != GrantState.PENDING:
            raise Refusal(_("This grant is decided already."), code="decided")
        before = _as_event(row)
        row.state = GrantState.ACTIVE if approve else GrantState.REFUSED
        row.decided_by, row.decided_at, row.reason = by, timezone.now(), reason or row.reason
        row.save(update_fields=["state", "decided_by", "decided_at", "reason"])
        record("role.approved" if approve else "role.refused", row, by=by, before=before, after=_as_event(row))
        if approve:
            _new_epoch(row.user)
    return row


def end_grant(grant: RoleGrant, *, by: User | None, reason: str) -> RoleGrant:
    """End a role with a reason; the person's open sign-ins end with it."""
    if not reason.strip():
        raise Refusal(_("Give a reason."), field="reason", code="reason")
    if by is not None and not may_request_role(by, Role(grant.role), grant.user):
        raise Refusal(_("You may not end this role."), code="forbidden")
    with transaction.atomic():
        row = RoleGrant.objects.select_for_update().select_related("user").get(pk=grant.pk)
        if row.state not in OPEN_STATES:
            raise Refusal(_("This role has ended already."), code="ended")
        before = _as_event(row)
        row.state, row.ended_at, row.reason = GrantState.ENDED, timezone.now(), reason
        row.save(update_fields=["state", "ended_at", "reason"])
        record("role.ended", row, by=by, before=before, after=_as_event(row), reason=reason)
        _new_epoch(row.user)
    return row


def set_active(user: User, *, active: bool, by: User, reason: str) -> User:
    """Deactivate a person, or let them in again; deactivation ends all open sign-ins at once."""
    if not reason.strip():
        raise Refusal(_("Give a reason."), field="reason", code="reason")
    if not may_deactivate(by, user):
        raise Refusal(_("You may not do this."), code="forbidden")
    with transaction.atomic():
        row = User.objects.select_for_update().get(pk=user.pk)
        before, row.is_active = row.is_active, active
        row.save(update_fields=["is_active"])
        action = "person.reactivated" if active else "person.deactivated"
        record(action, row, by=by, before={"is_active": before}, after={"is_active": active}, reason=reason)
        _new_epoch(row)
        if not active:
            UserSession.objects.filter(user=row).delete()
    return row


def _new_epoch(user: User) -> None:
    """End the open sign-ins: their session hash holds the old epoch."""
    User.objects.filter(pk=user.pk).update(role_epoch=F("role_epoch") + 1)
    user.refresh_from_db(fields=["role_epoch"])
    user.__dict__.pop("roles", None)


def _as_event(grant: RoleGrant) -> dict[str, Any]:
    return {"user": grant.user_id, "role": str(grant.role), "state": str(grant.state)}


def create_person(email: str, password: str | None, *, name: str = "", is_verified: bool = False) -> User:
    """Create a person with an e-mail address; verified only where somebody vouches for the address."""
    user = User.objects.create_user(email, password, name=name)
    EmailAddress.objects.create(user=user, email=user.email, verified=is_verified, primary=True)
    return user


# People of the demonstration, invented; their role stands beside the name on every page.
DEMONSTRATION_NAMES = {
    Role.APPLICANT: "陈启明", Role.RECOMMENDER: "沈闵行", Role.EXPERT: "顾思远", Role.STAFF: "周怡然",
    Role.LEADER: "陆正平", Role.COMMITTEE: "徐明达", Role.INSPECTOR: "何清源", Role.SYSTEM_ADMIN: "金志强",
    Role.SECURITY_ADMIN: "郑安宁", Role.AUDITOR: "秦知微",
}  # fmt: skip


def create_demonstration_accounts() -> list[User]:
    """The accounts of the demonstration profile that are missing; existing ones keep their password."""
    made = []
    for email, password, role in settings.DEMONSTRATION_ACCOUNTS:
        with transaction.atomic():
            if User.objects.filter(email=email).exists():
                continue
            user = create_person(email, password, name=DEMONSTRATION_NAMES[Role(role)], is_verified=True)
            request_role(user, Role(role), by=None)
            made.append(user)
    return made


# ------------------------------------------------------------------ sign-ins
def note_failure(action: str, email: str) -> None:
    """Record a sign-in that failed; the number 0 stands for an address without an account."""
    person = User.objects.filter(email__iexact=email).first() or User(pk=0)
    with transaction.atomic():
        record(action, person, by=AnonymousUser(), after={"email": email})


def note_event(action: str, user: User, *, by: Any, **after: Any) -> None:
    """Record what a person did to the own account."""
    with transaction.atomic():
        record(action, user, by=by, after=after or None)


def end_sign_in(sign_in: UserSession, *, by: Any) -> None:
    """End one sign-in of a person: its session is gone with the next request."""
    with transaction.atomic():
        record("session.ended", sign_in.user, by=by, after={"ip": sign_in.ip, "since": sign_in.created_at})
        sign_in.end()


def expire_sign_in(request: HttpRequest, reason: str) -> None:
    """Sign a person out whose session was idle (`idle`) or open (`age`) for too long."""
    key = request.session.session_key
    if request.user.is_authenticated:
        with transaction.atomic():
            record("session.expired", request.user, by=request.user, after={"why": reason})
            UserSession.objects.filter(session_key=key).delete()
    logout(request)


# a person who comes back late is still told why: until then SessionLifeMiddleware ends the sign-in
LATE_RETURN = timedelta(hours=1)


def forget_sign_ins() -> int:
    """Remove what sign-ins left on the server when nobody came back; returns how many sign-ins went.

    A session that is idle for too long opens nothing any more, but its row would stay until the cookie's
    end. Sessions of nobody, as from a sign-in that was not finished, go when they expire.
    """
    now = timezone.now()
    limit, gone = now - timedelta(seconds=settings.SESSION_IDLE_SECONDS) - LATE_RETURN, 0
    idle = UserSession.objects.filter(last_seen_at__lte=limit)
    for pk in list(idle.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            row = idle.select_for_update(of=("self",)).select_related("user").filter(pk=pk).first()
            if row is not None:
                if Session.objects.filter(session_key=row.session_key).exists():
                    record("session.expired", row.user, by=None, after={"why": "idle"})
                row.delete()
                gone += 1
    Session.objects.filter(expire_date__lte=now).delete()
    return gone


def switch_account(request: HttpRequest, target: User) -> None:
    """Sign in as another account of the demonstration, in place of the running sign-in."""
    before = request.user
    with transaction.atomic():
        record("session.switched", target, by=before, before={"person": before.pk}, after={"person": target.pk})
        UserSession.objects.filter(session_key=request.session.session_key).delete()
        logout(request)
        login(request, target, backend=settings.AUTHENTICATION_BACKENDS[0])
        UserSession.objects.create_from_request(request)
