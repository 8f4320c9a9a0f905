"""What a call still lacks before it can be published."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from qa_portal.campaigns.models import Campaign
from qa_portal.campaigns.rules import SHEET_TOTAL
from qa_portal.core.templatetags.portal import money
from qa_portal.organisations.models import RecommendingUnit

# section → columns without which the call says too little
NEEDED: dict[str, tuple[str, ...]] = {
    "dates": (
        "call_issued_on", "filing_opens_at", "filing_closes_at", "recommendation_closes_at",
        "review_opens_at", "review_closes_at",
    ),
    "texts": ("call_notice",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing or does not fit: the section and field where it is mended."""

    section: str
    field: str
    text: Any


def gaps_of(campaign: Campaign, now: datetime) -> list[Gap]:
    """Everything that the call lacks, in the order of the sections; two queries."""
    gaps = [
        Gap(section, name, _("“%(label)s” is missing.") % {"label": campaign._meta.get_field(name).verbose_name})  # type: ignore[union-attr]
        for section, names in NEEDED.items()
        for name in names
        if not getattr(campaign, name)
    ]
    gaps += [Gap("dates", name, text) for name, text in order_problems(campaign)]
    if campaign.filing_closes_at is not None and campaign.filing_closes_at <= now:
        gaps.append(Gap("dates", "filing_closes_at", _("Filing closes in the past.")))
    total = sum((one.maximum for one in campaign.criteria.all()), Decimal(0))
    if total != SHEET_TOTAL:
        text = _("The maxima of the score sheet add up to %(total)s, not to %(whole)s.")
        gaps.append(Gap("scoring", "", text % {"total": money(total), "whole": money(SHEET_TOTAL)}))
    if not RecommendingUnit.objects.exclude(absences__campaign=campaign).exists():
        gaps.append(Gap("units", "", _("No recommending unit takes part.")))
    return sorted(gaps, key=lambda gap: ORDER.index(gap.section))


ORDER = ("dates", "scoring", "units", "quotas", "evidence", "texts")


def order_problems(dates: Any) -> list[tuple[str, str]]:
    """Field and words for each date that stands before one that it must follow. `dates` has the columns."""
    problems = []
    for earlier, later, text in (
        ("filing_opens_at", "filing_closes_at", _("Filing must close after it opens.")),
        ("filing_closes_at", "recommendation_closes_at", _("Recommendation must not close before filing.")),
        ("recommendation_closes_at", "review_opens_at", _("Review must not open before recommendation closes.")),
        ("review_opens_at", "review_closes_at", _("Review must close after it opens.")),
    ):
        first, second = getattr(dates, earlier), getattr(dates, later)
        is_strict = earlier.endswith("opens_at")
        if first is not None and second is not None and (second < first or (is_strict and second == first)):
            problems.append((later, text))
    issued, opens = dates.call_issued_on, dates.filing_opens_at
    if issued is not None and opens is not None and issued > timezone.localdate(opens):
        problems.append(("call_issued_on", _("The notice must be issued before filing opens.")))
    return problems
