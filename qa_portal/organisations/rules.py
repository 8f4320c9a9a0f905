"""Rules about organisations: the credit code and the short names of districts."""

import re
import unicodedata

from stdnum.cn import uscc as stdnum_uscc

from qa_portal.accounts.enums import Role
from qa_portal.organisations.enums import UNIT_KINDS, District, OrganisationKind

# registering authority and category, region, body, check character. Of the first two stdnum.validate
# allows digits only, while the standard gives letters to some (A, N, Y).
USCC = re.compile(r"[0-9A-HJ-NP-RT-UW-Y]{2}[0-9]{6}[0-9A-HJ-NP-RT-UW-Y]{10}")
LONGEST = 100  # characters, with all spaces between them


class InvalidUscc(ValueError):
    """`reason` is one of "length", "characters", "check"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def normalise_uscc(text: str) -> str:
    """The credit code in stored form: half-width, upper-case, no spaces; raises InvalidUscc.

    GB 32100-2015: 18 characters of an alphabet of 31 with a check character. Region and the inner
    check digit are not judged: codes of merged districts stay legal.
    """
    code = "".join(unicodedata.normalize("NFKC", text[:LONGEST]).split()).upper()
    if len(code) != 18 or len(text) > LONGEST:
        raise InvalidUscc("length")
    if not USCC.fullmatch(code):
        raise InvalidUscc("characters")
    if code[-1] != stdnum_uscc.calc_check_digit(code):
        raise InvalidUscc("check")
    return code


def district_of_unit(name: str) -> District | None:
    """The district that a district bureau stands for, by its name; None for any other name."""
    for district in District:
        if name.startswith(district.term):
            return district
    return None


def short_name(district: District) -> str:
    """The district as running text names it: 闵行区 → 闵行, 浦东新区 → 浦东, 临港新片区 → 临港."""
    return district.term.removesuffix("新片区").removesuffix("新区").removesuffix("区")


def kinds_for_role(role: Role) -> tuple[OrganisationKind, ...]:
    """Kinds of organisations in which people hold a role."""
    if role == Role.APPLICANT:
        return (OrganisationKind.ENTERPRISE,)
    if role == Role.RECOMMENDER:
        return UNIT_KINDS
    if role == Role.EXPERT:
        return (OrganisationKind.EMPLOYER,)
    return (OrganisationKind.BUREAU,)


def roles_in(kind: str) -> list[Role]:
    """The roles that people of such an organisation may hold."""
    return [role for role in Role if kind in kinds_for_role(role)]


def has_owner(kind: str) -> bool:
    """Enterprises and recommending units have an owner; the bureau and experts' employers have none."""
    return kind == OrganisationKind.ENTERPRISE or kind in UNIT_KINDS
