"""What the pages of an applicant read: own applications, the open year, units that may recommend."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from qa_portal.campaigns.models import Campaign
from qa_portal.organisations.enums import UNIT_KINDS, District
from qa_portal.organisations.models import Membership, RecommendingUnit
from submissions.deadlines import with_extension
from submissions.models import Application


def open_campaign() -> Campaign | None:
    """The year of the call: the newest published one with a filing window, whether it is open now or not."""
    known = Campaign.objects.filter(filing_opens_at__isnull=False, filing_closes_at__isnull=False)
    return known.filter(is_in_preparation=False).newest_first().first()


def own_applications(user: Any) -> QuerySet[Application]:
    """The applications of the person's enterprise, newest first, with all that a list shows; one query."""
    own = Application.objects.visible_to(user).select_related("campaign", "recommending_unit")
    return with_extension(own).order_by("-campaign__year", "-pk")


@dataclass(frozen=True, slots=True)
class UnitGroup:
    """The units of one channel, those of the own district first."""

    label: Any
    units: list[tuple[int, str, bool]]  # key, name, is of the own district


def units_by_channel(district: str, campaign: Campaign | None = None) -> list[UnitGroup]:
    """Everybody who can recommend, with a year only who takes part in it; one query."""
    everybody = RecommendingUnit.objects.order_by("name")
    if campaign is not None:
        everybody = everybody.exclude(absences__campaign=campaign)
    found = list(everybody.values_list("kind", "pk", "name", "district"))
    groups = []
    for kind in UNIT_KINDS:
        units = [(key, name, bool(district) and where == district) for one, key, name, where in found if one == kind]
        groups.append(UnitGroup(kind.label, sorted(units, key=lambda unit: not unit[2])))
    return [group for group in groups if group.units]


def own_district(user: Any) -> str:
    """The district of the person's enterprise; "" without one."""
    own = Membership.objects.current().filter(user=user).values_list("organisation__district", flat=True)
    return own.first() or ""


def district_name(district: str) -> str:
    return str(dict(District.choices).get(district, ""))
