"""Reading people and organisations."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from qa_portal.accounts.enums import OPEN_STATES, GrantState, Role
from qa_portal.accounts.models import RoleGrant, User
from qa_portal.accounts.rules import may_manage_people
from qa_portal.jobs.models import Job
from qa_portal.jobs.queries import own_jobs
from qa_portal.organisations.enums import UNIT_KINDS, OrganisationKind
from qa_portal.organisations.models import Invitation, Membership, Organisation
from qa_portal.organisations.scope import may_see_all_organisations

RECENT_IMPORTS = 10


def people_for(user: Any) -> QuerySet[Any]:
    """All people, for the administrators who manage them; with role and organisation as annotations."""
    if not may_manage_people(user):
        return User.objects.none()
    grants = RoleGrant.objects.filter(user=OuterRef("pk"), state__in=OPEN_STATES)
    places = Membership.objects.current().filter(user=OuterRef("pk"))
    return User.objects.annotate(
        role=Subquery(grants.values("role")[:1]),
        role_state=Subquery(grants.values("state")[:1]),
        organisation_id=Subquery(places.values("organisation")[:1]),
        organisation_name=Subquery(places.values("organisation__name")[:1]),
        organisation_kind=Subquery(places.values("organisation__kind")[:1]),
    ).order_by("email")


def people_matching(people: QuerySet[Any], text: str, role: str) -> QuerySet[Any]:
    """People whose name, address or organisation holds every word of `text`, with a role if given."""
    for word in text.split()[:8]:
        people = people.filter(
            Q(name__icontains=word) | Q(email__icontains=word) | Q(organisation_name__icontains=word)
        )
    return people.filter(role=role) if role else people


def waiting_grants(user: Any) -> QuerySet[RoleGrant]:
    """Role grants that wait for a decision, oldest first."""
    grants = RoleGrant.objects.filter(state=GrantState.PENDING).select_related("user", "requested_by")
    return grants.order_by("requested_at") if may_manage_people(user) else grants.none()


def organisations_for(user: Any) -> QuerySet[Organisation]:
    """The organisations that a person may see, as `may_see_organisation` has it."""
    if not user.is_authenticated or not user.is_active:
        return Organisation.objects.none()
    if may_see_all_organisations(user):
        return Organisation.objects.all()
    own = Membership.objects.current().filter(user=user).values("organisation")
    return Organisation.objects.filter(pk__in=own)


def memberships_for(user: Any) -> QuerySet[Membership]:
    """The memberships that a person may see, ended ones included, as `may_see_membership` has it."""
    memberships = Membership.objects.filter(organisation__in=organisations_for(user))
    if may_see_all_organisations(user):
        return memberships
    return memberships.filter(Q(user_id=user.pk) | ~Q(organisation__kind=OrganisationKind.EMPLOYER))


def people_of(organisation_ids: Iterable[int], role: Role) -> dict[int, list[User]]:
    """The active members of organisations who hold a role there now, by organisation; one query."""
    found: dict[int, list[User]] = {pk: [] for pk in organisation_ids}
    members = Membership.objects.current().filter(
        organisation__in=list(found),
        user__is_active=True,
        user__role_grants__state=GrantState.ACTIVE,
        user__role_grants__role=role,
    )
    for one in members.select_related("user").order_by("user_id"):
        found[one.organisation_id].append(one.user)
    return found


def invitations_for(user: Any) -> QuerySet[Invitation]:
    """The invitations that a person may see: those of the organisations, but of employers only the bureau."""
    invitations = Invitation.objects.filter(organisation__in=organisations_for(user))
    if may_see_all_organisations(user):
        return invitations
    return invitations.exclude(organisation__kind=OrganisationKind.EMPLOYER)


def with_member_count(organisations: QuerySet[Organisation]) -> QuerySet[Organisation]:
    """Add `member_count`, the number of people who belong to each now."""
    members = (
        Membership.objects.current()
        .filter(organisation=OuterRef("pk"))
        .order_by()
        .values("organisation")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return organisations.annotate(member_count=Coalesce(Subquery(members), 0))


def organisations_matching(organisations: QuerySet[Organisation], text: str, kind: str) -> QuerySet[Organisation]:
    """Organisations whose name or credit code holds every word of `text`; recommending units without a kind."""
    for word in text.split()[:8]:
        organisations = organisations.filter(Q(name__icontains=word) | Q(uscc__icontains=word))
    kinds = [kind] if kind else UNIT_KINDS
    return organisations.filter(kind__in=kinds).order_by("kind", "name")


def with_people(organisations: QuerySet[Organisation], user: Any) -> QuerySet[Organisation]:
    """Load current members and open invitations that the person may see: two queries more."""
    members = memberships_for(user).filter(ended_at=None).select_related("user").order_by("-is_owner", "joined_at")
    invitations = invitations_for(user).filter(accepted_at=None, withdrawn_at=None, expires_at__gt=timezone.now())
    return organisations.prefetch_related(
        Prefetch("memberships", members, to_attr="current_members"),
        Prefetch("invitations", invitations.order_by("created_at"), to_attr="open_invitations"),
    )


def own_organisation(user: Any) -> Organisation | None:
    """The organisation to which the person belongs now, with its people."""
    own = Membership.objects.current().filter(user=user).values("organisation")
    return with_people(Organisation.objects.filter(pk__in=own), user).first()


def bureau_for(user: Any) -> Organisation | None:
    """The municipal bureau, for those who may see it; None before somebody belongs to it."""
    return organisations_for(user).filter(kind=OrganisationKind.BUREAU).first()


def bureau() -> Organisation:
    """The municipal bureau itself; made on first use."""
    found, _is_new = Organisation.objects.get_or_create(kind=OrganisationKind.BUREAU, name="上海市市场监督管理局")
    return found


def imports_for(user: Any, kind: str) -> QuerySet[Job]:
    """The person's last checks and imports of a kind, newest first."""
    return own_jobs(user).filter(kind=kind).order_by("-created_at")[:RECENT_IMPORTS]
