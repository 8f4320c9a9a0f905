"""Writing memberships and invitations: who belongs where, who invites whom."""

import hashlib
import secrets
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from qa_portal.accounts.enums import APPROVED_ROLES, OPEN_STATES, Role
from qa_portal.accounts.models import RoleGrant, User
from qa_portal.accounts.operations import create_person, end_grant, request_role
from qa_portal.audit.operations import record
from qa_portal.core.errors import Refusal
from qa_portal.organisations.mails import post_invitation
from qa_portal.organisations.models import Invitation, Membership, Organisation
from qa_portal.organisations.rules import has_owner, kinds_for_role, roles_in
from qa_portal.organisations.scope import may_invite, may_manage_members, may_manage_membership


def digest_of(key: str) -> str:
    """What is kept of an invitation's key."""
    return hashlib.sha256(key.encode()).hexdigest()


def join(user: User, organisation: Organisation, *, by: User | None, is_owner: bool = False) -> Membership:
    """Make a person a member. Raises Refusal when they belong somewhere, or the organisation has an owner."""
    if is_owner and not has_owner(organisation.kind):
        raise Refusal(_("Such an organisation has no owner."), code="owner")
    try:
        with transaction.atomic():
            membership = Membership.objects.create(user=user, organisation=organisation, is_owner=is_owner)
            after = {"user": user.pk, "organisation": organisation.pk, "is_owner": is_owner}
            record("membership.joined", membership, by=by, after=after)
    except IntegrityError:
        raise Refusal(
            _("%(person)s belongs to an organisation already, or %(organisation)s has an owner.")
            % {"person": user, "organisation": organisation},
            code="member",
        ) from None
    return membership


def invite(email: str, *, role: Role, organisation: Organisation, by: User, name: str = "") -> tuple[Invitation, str]:
    """Invite a person by mail into an organisation with a role; returns the invitation and its key.

    The first person of an enterprise or unit becomes its owner. The same answer whether the address is
    known or not. Raises Refusal for a role that does not fit the organisation, without permission, or
    while an invitation of that address is open.
    """
    if organisation.kind not in kinds_for_role(role):
        raise Refusal(_("This role does not exist in such an organisation."), field="role", code="role")
    if not may_invite(by, organisation, role):
        raise Refusal(_("You may not invite into this organisation with this role."), code="forbidden")
    key = secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            Invitation.objects.filter(
                email=email.lower(), organisation=organisation, accepted_at=None, expires_at__lte=timezone.now()
            ).update(withdrawn_at=timezone.now())
            invitation = Invitation.objects.create(
                email=email.lower(),
                name=name,
                role=role,
                organisation=organisation,
                is_owner=_lacks_owner(organisation),
                key_digest=digest_of(key),
                invited_by=by,
            )
            post_invitation(invitation, key)
            after = {"email": invitation.email, "role": str(role), "organisation": organisation.pk}
            record("invitation.sent", invitation, by=by, after=after)
    except IntegrityError:
        raise Refusal(
            _("This address has an open invitation already."),
            fix=_("Withdraw it first to send another one."),
            field="email",
            code="invited",
        ) from None
    return invitation, key


def _lacks_owner(organisation: Organisation) -> bool:
    """An enterprise or unit that nobody owns now."""
    owners = Membership.objects.current().filter(organisation=organisation, is_owner=True)
    return has_owner(organisation.kind) and not owners.exists()


def open_invitation(key: str) -> Invitation | None:
    """The invitation of a link, if it can still be accepted."""
    return _open_invitations(key).select_related("organisation").first()


def _open_invitations(key: str) -> QuerySet[Invitation]:
    return Invitation.objects.filter(
        key_digest=digest_of(key), accepted_at=None, withdrawn_at=None, expires_at__gt=timezone.now()
    )


def accept(key: str, *, user: User | None = None, name: str = "", password: str = "") -> Membership:
    """Accept an invitation: by a signed-in person with that address, or as a new person with a password.

    Bureau roles wait for a security administrator; the others are in force at once. Of two people who
    were both invited as the first one, the faster becomes the owner. Raises Refusal for a link that has
    expired or was used, or whose sender may not invite any more, for another address, and when the
    address belongs to an account that is not signed in.
    """
    with transaction.atomic():
        row = _locked_invitation(key)
        if user is None:
            user = _new_person(row.email, name=name, password=password)
        elif user.email.lower() != row.email:
            raise Refusal(_("The invitation was sent to another address."), code="address")
        is_owner = row.is_owner and _lacks_owner(row.organisation)
        membership = join(user, row.organisation, by=user, is_owner=is_owner)
        request_role(user, Role(row.role), by=_approvable(row))
        row.accepted_at = timezone.now()
        row.save(update_fields=["accepted_at"])
        record("invitation.accepted", row, by=user, after={"user": user.pk})
    return membership


def _locked_invitation(key: str) -> Invitation:
    """The open invitation of a link, with its organisation, both locked; Refusal where there is none."""
    rows = _open_invitations(key).select_for_update(of=("self", "organisation"))
    row = rows.select_related("organisation", "invited_by").first()
    if row is None or (row.invited_by and not may_invite(row.invited_by, row.organisation, Role(row.role))):
        raise Refusal(_("This invitation is not valid any more."), fix=_("Ask for a new one."), code="invitation")
    return row


def _new_person(email: str, *, name: str, password: str) -> User:
    """A person with the address to which the link went: opening it proves that the address is theirs."""
    try:
        with transaction.atomic():
            user = create_person(email, password, name=name, is_verified=True)
            record("person.created", user, by=user, after={"email": user.email})
    except IntegrityError:
        raise Refusal(
            _("There is an account with this address."),
            fix=_("Sign in first, then open the link again."),
            code="account",
        ) from None
    return user


def _approvable(invitation: Invitation) -> User | None:
    """Who asked for the role: the administrator of a bureau role; an owner only brings colleagues in."""
    return invitation.invited_by if invitation.role in APPROVED_ROLES else None


def withdraw(invitation: Invitation, *, by: User) -> Invitation:
    """Make the link of an invitation worthless."""
    with transaction.atomic():
        row = Invitation.objects.select_for_update().select_related("organisation").get(pk=invitation.pk)
        if not may_invite(by, row.organisation, Role(row.role)):
            raise Refusal(_("You may not withdraw this invitation."), code="forbidden")
        if row.accepted_at or row.withdrawn_at:
            raise Refusal(_("This invitation is closed already."), code="closed")
        row.withdrawn_at = timezone.now()
        row.save(update_fields=["withdrawn_at"])
        record("invitation.withdrawn", row, by=by)
    return row


def hand_over(organisation: Organisation, *, to: User, by: User) -> Membership:
    """Make another member the owner; the owner so far stays a member."""
    with transaction.atomic():
        row = Organisation.objects.select_for_update().get(pk=organisation.pk)
        if not may_manage_members(by, row):
            raise Refusal(_("Only the owner hands over."), code="forbidden")
        if not has_owner(row.kind):
            raise Refusal(_("Such an organisation has no owner."), code="owner")
        members = list(Membership.objects.current().select_related("user").filter(organisation=row))
        so_far = next((one for one in members if one.is_owner), None)
        theirs = next((one for one in members if one.user_id == to.pk), None)
        if theirs is None or theirs.is_owner or not theirs.user.is_active:
            raise Refusal(_("Choose another member of the organisation."), field="to", code="member")
        if so_far is not None:
            so_far.is_owner = False
            so_far.save(update_fields=["is_owner"])
        theirs.is_owner = True
        theirs.save(update_fields=["is_owner"])
        before = {"owner": so_far.user_id if so_far else None}
        record("membership.handed_over", theirs, by=by, before=before, after={"owner": to.pk})
    return theirs


def give_role(person: User, role: Role, *, by: User, reason: str = "") -> RoleGrant:
    """Give a person a role that fits where they belong; see `request_role` for who may and what waits."""
    place = member_of(person)
    if place is not None and place.organisation.kind not in kinds_for_role(role):
        raise Refusal(_("This role does not exist in the organisation of the person."), field="role", code="role")
    return request_role(person, role, by=by, reason=reason)


def leave(membership: Membership, *, by: User, reason: str) -> Membership:
    """End a membership, and the role that came with it. An owner hands over first."""
    if not reason.strip():
        raise Refusal(_("Give a reason."), field="reason", code="reason")
    with transaction.atomic():
        # the organisation first, as when it is handed over: the other order would lock both out
        Organisation.objects.select_for_update().get(pk=membership.organisation_id)
        places = Membership.objects.select_for_update(of=("self",)).select_related("user", "organisation")
        row = places.get(pk=membership.pk)
        if not may_manage_membership(by, row):
            raise Refusal(_("You may not end this membership."), code="forbidden")
        if row.ended_at:
            raise Refusal(_("This membership has ended already."), code="ended")
        if row.is_owner and Membership.objects.current().filter(organisation=row.organisation).count() > 1:
            raise Refusal(_("The owner must hand over first."), code="owner")
        row.ended_at = timezone.now()
        row.save(update_fields=["ended_at"])
        record("membership.ended", row, by=by, reason=reason)
        roles = roles_in(row.organisation.kind)
        for grant in RoleGrant.objects.filter(user=row.user, state__in=OPEN_STATES, role__in=roles):
            end_grant(grant, by=None, reason=reason)
    return row


def member_of(user: Any) -> Membership | None:
    """The current membership of a person with its organisation; one query."""
    return Membership.objects.current().select_related("organisation").filter(user=user).first()
