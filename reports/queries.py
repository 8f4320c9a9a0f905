"""Reading applications together with what came of them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from qa_portal.campaigns.models import Campaign
from qa_portal.jobs.models import Job
from reports.enums import EXPORT_CIRCULAR, IMPORT_CAMPAIGN
from reports.statistics import CampaignStatistics
from submissions.models import Application

# Name in the address → columns; the number settles what is equal.
ORDERS: dict[str, str] = {
    "number": "number",
    "title": "title",
    "applicant": "applicant_name",
    "unit": "recommending_unit__name",
    "district": "district",
    "sales": "new_sales",
    "rank": "standing__rank",
}
DEFAULT_ORDER = "number"
RECENT = 10


def applications_for(user: Any, campaign: Campaign) -> QuerySet[Application]:
    """The applications of a year that this person may see, with unit, decision and standing."""
    return (
        Application.objects.visible_to(user)
        .counted()
        .filter(campaign=campaign)
        .select_related("recommending_unit", "decision", "standing")
    )


def in_order(applications: QuerySet[Application], order: str) -> QuerySet[Application]:
    """Sort by a name of ORDERS, with "-" descending; unknown names sort by number. Missing values last."""
    name = order.removeprefix("-")
    column = F(ORDERS.get(name, ORDERS[DEFAULT_ORDER]))
    by = column.desc(nulls_last=True) if order.startswith("-") else column.asc(nulls_last=True)
    return applications.order_by(by, "number")


@dataclass(frozen=True, slots=True)
class Readiness:
    """One thing the circular of a year needs, whether it is there, and where to put it right.

    `for_staff`: only bureau staff may open that page.
    """

    label: Any
    is_ready: bool
    note: Any
    url: str
    for_staff: bool = True


def readiness_of(campaign: Campaign, statistics: CampaignStatistics) -> list[Readiness]:
    """What the circular of a year still lacks: no query beyond the statistics."""
    year = {"year": campaign.year}
    total = statistics.count("applications.total")
    undecided = total - statistics.count("results.total") - statistics.count("not_selected.total")
    applications = reverse("reports:applications", kwargs=year)
    has_dates = bool(campaign.signed_on and campaign.printed_on)
    return [
        Readiness(_("Applications"), total > 0, _("%(count)s applications") % {"count": total}, applications, False),
        Readiness(
            _("Decisions"),
            total > 0 and undecided == 0,
            _("%(count)s not decided yet") % {"count": undecided} if undecided else _("all decided"),
            f"{applications}?result=UNDECIDED" if undecided else applications,
            False,
        ),
        Readiness(
            _("Figures of the year before"),
            bool(statistics.context["previous_year"]),
            _("%(year)s") % {"year": campaign.year - 1}
            if statistics.context["previous_year"]
            else _("not imported: comparisons are left out"),
            reverse("reports:import"),
        ),
        Readiness(
            _("Document number"),
            bool(campaign.document_number),
            campaign.document_number or _("missing"),
            reverse("reports:circular_settings", kwargs=year),
        ),
        Readiness(
            _("Dates of signing and printing"),
            has_dates,
            f"{campaign.signed_on} / {campaign.printed_on}" if has_dates else _("missing"),
            reverse("reports:circular_settings", kwargs=year),
        ),
    ]


def circular_exports_for(user: Any, campaign: Campaign) -> QuerySet[Job]:
    """The last exports of a year's circular that this person may see, newest first."""
    jobs = Job.objects.visible_to(user).filter(kind=EXPORT_CIRCULAR, params__year=campaign.year)
    return jobs.order_by("-created_at")[:RECENT]


def imports_for(user: Any) -> QuerySet[Job]:
    """The last checks and imports that this person may see, newest first."""
    return Job.objects.visible_to(user).filter(kind=IMPORT_CAMPAIGN).order_by("-created_at")[:RECENT]
