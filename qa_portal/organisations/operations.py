"""Where the people of the demonstration belong."""

from django.conf import settings

from qa_portal.accounts.enums import Role
from qa_portal.accounts.models import User
from qa_portal.organisations.enums import District, OrganisationKind
from qa_portal.organisations.membership import join
from qa_portal.organisations.models import Membership, Organisation

BUREAU = {"kind": OrganisationKind.BUREAU, "name": "上海市市场监督管理局"}
# Invented, but for the bureau and its district; the credit code is well-formed and belongs to nobody.
DEMONSTRATION_ORGANISATIONS: dict[Role, dict[str, str]] = {
    Role.APPLICANT: {
        "kind": OrganisationKind.ENTERPRISE,
        "name": "上海启明精密轴承有限公司",
        "uscc": "91310112MA1X00000H",
        "district": District.MINHANG,
    },
    Role.RECOMMENDER: {
        "kind": OrganisationKind.DISTRICT_BUREAU,
        "name": "闵行区市场监督管理局",
        "district": District.MINHANG,
    },
    Role.EXPERT: {"kind": OrganisationKind.EMPLOYER, "name": "申江大学"},
}
OWNERS = (Role.APPLICANT, Role.RECOMMENDER)


def create_demonstration_memberships() -> list[Membership]:
    """Bring the demonstration accounts into their organisations; who belongs somewhere stays there."""
    made = []
    for email, _password, role in settings.DEMONSTRATION_ACCOUNTS:
        user = User.objects.filter(email=email).first()
        if user is None or user.memberships.current().exists():
            continue
        organisation = _organisation_for(Role(role))
        has_owner = organisation.memberships.current().filter(is_owner=True).exists()
        made.append(join(user, organisation, by=None, is_owner=role in OWNERS and not has_owner))
    return made


def _organisation_for(role: Role) -> Organisation:
    """The organisation of a role, made when it is missing; without one of its own, the bureau."""
    described = DEMONSTRATION_ORGANISATIONS.get(role, BUREAU)
    keys = ("uscc",) if "uscc" in described else ("kind", "name")
    known = {key: described[key] for key in keys}
    organisation, _made = Organisation.objects.get_or_create(**known, defaults=described)
    return organisation
