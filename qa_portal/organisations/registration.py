"""Writing enterprises that come by themselves: registration, claim of an imported one, profile."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qa_portal.accounts.enums import Role
from qa_portal.accounts.models import User
from qa_portal.accounts.operations import request_role
from qa_portal.audit.operations import record
from qa_portal.core.errors import Refusal
from qa_portal.organisations.enums import OrganisationKind
from qa_portal.organisations.membership import join
from qa_portal.organisations.models import Enterprise, EnterpriseProfile, Membership, Organisation
from qa_portal.organisations.rules import InvalidUscc, normalise_uscc
from qa_portal.organisations.scope import may_edit_profile, may_register

PROFILE_FIELDS = (
    "ownership", "registration_type", "size_sector", "employees", "revenue", "assets",
    "sector", "tech_giant", "high_tech", "specialised", "specialised_certificate", "specialised_until",
)  # fmt: skip


def register_enterprise(person: User, *, uscc: str, name: str, district: str) -> Membership:
    """Bring an enterprise into the portal and make the person its owner, with the role of applicant.

    An enterprise that is there without people (from an import) is claimed: it keeps its name. One that
    has people, or whose owner is invited, is refused with the same words whoever they are. Raises
    Refusal also for a person who has a role, and for a code that fails its check.
    """
    if not may_register(person):
        raise Refusal(_("You have a role already; nobody holds two roles."), code="second_role")
    try:
        code = normalise_uscc(uscc)
    except InvalidUscc as error:
        raise Refusal(_("This is not a valid credit code."), field="uscc", code=error.reason) from None
    try:
        with transaction.atomic():
            found = Organisation.objects.select_for_update().filter(uscc=code).first()
            if found is not None:
                _refuse_if_taken(found)
            organisation = found or Enterprise.objects.create(name=name.strip(), uscc=code, district=district)
            before = {"district": organisation.district}
            if not organisation.district:
                organisation.district = district
                organisation.save(update_fields=["district"])
            EnterpriseProfile.objects.get_or_create(organisation_id=organisation.pk)
            membership = join(person, organisation, by=person, is_owner=True)
            request_role(person, Role.APPLICANT, by=None)
            action = "organisation.claimed" if found else "organisation.registered"
            record(action, membership.organisation, by=person, before=before, after={"uscc": code, "name": name})
    except IntegrityError:  # somebody registered the same code in this moment
        raise _taken() from None
    return membership


def _refuse_if_taken(organisation: Organisation) -> None:
    """Somebody belongs to it, or is invited to: only they can bring others in."""
    is_invited = organisation.invitations.filter(
        accepted_at=None, withdrawn_at=None, expires_at__gt=timezone.now()
    ).exists()
    has_members = Membership.objects.current().filter(organisation=organisation).exists()
    if organisation.kind != OrganisationKind.ENTERPRISE or has_members or is_invited:
        raise _taken()


def _taken() -> Refusal:
    return Refusal(
        _("This code cannot be registered again."),
        fix=_("Ask the colleague who looks after the portal in your enterprise for an invitation."),
        field="uscc",
        code="taken",
    )


def profile_for(user: Any) -> EnterpriseProfile | None:
    """The profile of the person's own enterprise, a blank one before the first save; None outside an enterprise."""
    own = Membership.objects.current().filter(user=user, organisation__kind=OrganisationKind.ENTERPRISE)
    place = own.select_related("organisation__profile").first()
    if place is None:
        return None
    kept: EnterpriseProfile | None = getattr(place.organisation, "profile", None)
    return kept or EnterpriseProfile(organisation=place.organisation)


def save_profile(profile: EnterpriseProfile, data: Mapping[str, Any], *, by: User) -> EnterpriseProfile:
    """Write the profile and the district of the own enterprise; only the fields of PROFILE_FIELDS and `district`."""
    own = profile_for(by) if may_edit_profile(by) else None
    if own is None or own.organisation_id != profile.organisation_id:
        raise Refusal(_("Only members of the enterprise keep its profile."), code="forbidden")
    with transaction.atomic():
        rows = EnterpriseProfile.objects.select_for_update(of=("self",)).select_related("organisation")
        row, _is_new = rows.get_or_create(organisation_id=profile.organisation_id)
        before = _as_event(row)
        for name in PROFILE_FIELDS:
            if name in data:
                setattr(row, name, data[name])
        row.save()
        if data.get("district"):
            row.organisation.district = data["district"]
            row.organisation.save(update_fields=["district"])
        after = _as_event(row)
        if after != before:
            record("organisation.profile_saved", row.organisation, by=by, before=before, after=after)
    return row


def _as_event(row: EnterpriseProfile) -> dict[str, Any]:
    return {"district": row.organisation.district, **{name: getattr(row, name) for name in PROFILE_FIELDS}}
