"""Who may do what with organisations and the people in them: rules that need a look into the database."""

from typing import Any

from qa_portal.accounts.enums import Role
from qa_portal.accounts.rules import has_role, is_bureau, may_manage_people, may_request_role
from qa_portal.organisations.enums import OrganisationKind
from qa_portal.organisations.models import Membership, Organisation
from qa_portal.organisations.rules import kinds_for_role, roles_in


def owns(user: Any, organisation: Organisation) -> bool:
    """The person is the current owner of the organisation."""
    return Membership.objects.current().filter(user=user, organisation=organisation, is_owner=True).exists()


def may_invite(user: Any, organisation: Organisation, role: Role) -> bool:
    """Owners invite colleagues into their own enterprise or unit; staff and administrators as for roles."""
    if not user.is_authenticated or not user.is_active:
        return False
    if organisation.kind not in kinds_for_role(role):
        return False
    if has_role(user, Role.APPLICANT, Role.RECOMMENDER):
        return has_role(user, role) and owns(user, organisation)
    return may_request_role(user, role, None)


def roles_to_invite(user: Any, organisation: Organisation) -> list[Role]:
    """The roles with which the person may invite into an organisation."""
    return [role for role in roles_in(organisation.kind) if may_invite(user, organisation, role)]


def may_manage_members(user: Any, organisation: Organisation) -> bool:
    """The owner ends memberships and hands over; so do system administrators, when the owner cannot any more."""
    if not user.is_authenticated or not user.is_active:
        return False
    return has_role(user, Role.SYSTEM_ADMIN) or owns(user, organisation)


def may_manage_membership(user: Any, membership: Membership) -> bool:
    """Everybody leaves on their own; other memberships are ended by who manages the members."""
    if not user.is_authenticated or not user.is_active:
        return False
    return membership.user_id == user.pk or may_manage_members(user, membership.organisation)


def may_see_all_organisations(user: Any) -> bool:
    """The bureau and those who manage people see every organisation."""
    return is_bureau(user) or may_manage_people(user)


def may_see_organisation(user: Any, organisation: Organisation) -> bool:
    """Members see their own organisation; the bureau and those who manage people see all."""
    if not user.is_authenticated or not user.is_active:
        return False
    if may_see_all_organisations(user):
        return True
    return Membership.objects.current().filter(user=user, organisation=organisation).exists()


def may_see_membership(user: Any, membership: Membership) -> bool:
    """As the organisation; but experts of one employer do not see each other: who reviews is secret."""
    if not may_see_organisation(user, membership.organisation):
        return False
    if may_see_all_organisations(user) or membership.user_id == user.pk:
        return True
    return membership.organisation.kind != OrganisationKind.EMPLOYER


def may_register(user: Any) -> bool:
    """A signed-in person without a role brings an enterprise into the portal."""
    return bool(user.is_authenticated and user.is_active and not user.roles)


def may_edit_profile(user: Any) -> bool:
    """Members of an enterprise keep its profile."""
    return has_role(user, Role.APPLICANT)


def may_import_units(user: Any) -> bool:
    """Bureau staff and system administrators bring in recommending units and invite their contacts."""
    return has_role(user, Role.STAFF, Role.SYSTEM_ADMIN)
