"""Who may do what with applications, and what counts as what."""

from typing import Any

from django.db.models import Q

from qa_portal.accounts.rules import is_bureau
from qa_portal.organisations.enums import SME_SIZES, Ownership
from submissions.enums import Industry, Level


def may_read_applications(user: Any) -> bool:
    """The bureau reads all applications of all years."""
    return is_bureau(user)


# What each figure of the circular counts, as one predicate over applications. Statistics, lists and
# the pages behind a number all use these, so they cannot disagree.
STRATEGIC = ~Q(industry=Industry.OTHER)
INTERNATIONAL_ADVANCED = Q(level__in=(Level.INTL_LEADING, Level.INTL_ADVANCED))
DOMESTIC_LEADING = Q(level=Level.DOM_LEADING)
HIGH_END = ~Q(high_end_category="")
PRIVATE = Q(ownership=Ownership.PRIVATE)
SPECIALISED = Q(specialised=True)
BOTTLENECK = Q(bottleneck=True)
DIGITAL = ~Q(digital_technologies="")
SME = Q(size_class__in=SME_SIZES)
