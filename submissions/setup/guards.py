"""What of a year must not change any more because of what is filed: each guard says why, in one sentence."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qa_portal.campaigns.models import Campaign
from qa_portal.campaigns.registry import Changes, Objection, guard
from qa_portal.organisations.models import RecommendingUnit
from submissions.enums import State
from submissions.evidence.operations import MEGABYTE
from submissions.form.requirements import ALWAYS
from submissions.models import Application, EvidenceFile, Recommendation

# These take no place of a unit's quota, and nothing more is asked of them
OVER = (State.WITHDRAWN, State.REFUSED, State.NOT_RECOMMENDED)
# A threshold that makes an error stricter: setting → whether a higher value is stricter
STRICTER: dict[str, bool] = {
    "months_in_use": True, "summary_pages": False, "novelty_months": False, "deviation": False,
}  # fmt: skip


def changed_to(changes: Changes, name: str) -> Any:
    """The new value of a setting; None where it does not change."""
    return changes[name][1] if name in changes else None


def submitted(campaign: Campaign) -> Any:
    """Applications of the year that were submitted and are not over."""
    return Application.objects.filter(campaign=campaign, submitted_at__isnull=False).exclude(state__in=OVER)


@guard
def filing_window(campaign: Campaign, changes: Changes) -> Iterator[Objection]:
    """Filing never closes in the past, nor opens after somebody has begun."""
    now = timezone.now()
    if "filing_closes_at" in changes and campaign.has_begun:
        yield from _closes(campaign, changes["filing_closes_at"][1], now)
    if "filing_opens_at" in changes:
        opens, begun = changes["filing_opens_at"][1], Application.objects.filter(campaign=campaign).count()
        if begun and (opens is None or opens > now):
            message = ngettext(
                "%(count)s application has been begun: filing cannot open later.",
                "%(count)s applications have been begun: filing cannot open later.",
                begun,
            )
            yield Objection("filing_opens_at", message % {"count": begun})


def _closes(campaign: Campaign, closes: datetime | None, now: datetime) -> Iterator[Objection]:
    begun = Application.objects.filter(campaign=campaign).count()
    if closes is None and begun:
        yield Objection("filing_closes_at", _("Applications have been begun: filing needs an end."))
    elif closes is not None and closes <= now:
        drafts = Application.objects.filter(campaign=campaign, state=State.DRAFT).count()
        message = _("Filing would be closed at once; %(count)s drafts could not be submitted any more.")
        yield Objection("filing_closes_at", message % {"count": drafts})


@guard
def recommendation_window(campaign: Campaign, changes: Changes) -> Iterator[Objection]:
    """Recommendation does not close while units still have something to recommend."""
    if "recommendation_closes_at" not in changes or not campaign.has_begun:
        return
    closes = changes["recommendation_closes_at"][1]
    waiting = Application.objects.filter(
        campaign=campaign, state__in=(State.PENDING_RECOMMENDATION, State.RETURNED)
    ).count()
    if waiting and closes is not None and closes <= timezone.now():
        message = _("Recommendation would be closed at once; %(count)s applications wait for their unit.")
        yield Objection("recommendation_closes_at", message % {"count": waiting})


@guard
def extensions(campaign: Campaign, changes: Changes) -> Iterator[Objection]:
    """An extension that was given stays inside the time for recommending."""
    closes = changed_to(changes, "recommendation_closes_at")
    if closes is None:
        return
    last = campaign.applications.filter(state=State.DRAFT).aggregate(last=Max("extensions__until"))["last"]
    if last is not None and closes < last:
        shown = timezone.localtime(last).strftime("%Y-%m-%d %H:%M:%S")
        message = _("An application was extended until %(until)s; recommendation cannot close before.")
        yield Objection("recommendation_closes_at", message % {"until": shown})


@guard
def quotas(campaign: Campaign, changes: Changes) -> Iterator[Objection]:
    """A quota is not set below what is recommended already."""
    wanted = {int(name.partition(":")[2]): after for name, (_b, after) in changes.items() if name.startswith("quota:")}
    limited = {unit: places for unit, places in wanted.items() if places is not None}
    if not limited:
        return
    taken = (
        Recommendation.objects.filter(application__campaign=campaign, application__recommending_unit__in=limited)
        .exclude(application__state__in=(State.WITHDRAWN, State.REFUSED))
        .values_list("application__recommending_unit", "application__recommending_unit__name")
        .annotate(count=Count("pk"))
        .order_by("application__recommending_unit")
    )
    for unit, name, count in taken:
        if count > limited[unit]:
            message = _("%(unit)s has recommended %(count)s applications already; the quota cannot be lower.")
            yield Objection(f"quota:{unit}", message % {"unit": name, "count": count})


@guard
def units(campaign: Campaign, changes: Changes) -> Iterator[Objection]:
    """A unit that applications name stays."""
    leaving = [
        int(name.partition(":")[2]) for name, (_b, after) in changes.items() if name.startswith("unit:") and not after
    ]
    named = Count("recommended_applications", filter=Q(recommended_applications__campaign=campaign))
    for unit in RecommendingUnit.objects.filter(pk__in=leaving).annotate(named=named).filter(named__gt=0):
        message = _("%(count)s applications name %(unit)s; it takes part.")
        yield Objection(f"unit:{unit.pk}", message % {"unit": unit.name, "count": unit.named})


@guard
def required_evidence(campaign: Campaign, changes: Changes) -> Iterator[Objection]:
    """No further type of evidence is asked of applications that were submitted without it."""
    asked = [
        name.partition(":")[2]
        for name, (_b, after) in changes.items()
        if name.startswith("evidence_rules:") and after == ALWAYS
    ]
    fields = {code: f"evidence_rules:{code}" for code in asked}
    if changed_to(changes, "needs_letter"):
        fields["EV14"] = "needs_letter"
    for code, field in fields.items():
        current = EvidenceFile.objects.current().filter(application=OuterRef("pk"), type=code)
        lacking = submitted(campaign).filter(~Exists(current)).count()
        if lacking:
            message = _("%(count)s applications were submitted without %(code)s; it cannot be required any more.")
            yield Objection(field, message % {"count": lacking, "code": code})


@guard
def sizes(campaign: Campaign, changes: Changes) -> Iterator[Objection]:
    """The sizes are not set below what applications hold."""
    files = EvidenceFile.objects.current().filter(application__campaign=campaign)
    if (limit := changed_to(changes, "evidence_file_mb")) is not None:
        largest = files.aggregate(size=Max("stored__size"))["size"] or 0
        if largest > limit * MEGABYTE:
            message = _("A file of %(size)s MB is there already; the limit cannot be lower.")
            yield Objection("evidence_file_mb", message % {"size": -(-largest // MEGABYTE)})
    if (limit := changed_to(changes, "evidence_total_mb")) is not None:
        totals = files.order_by().values("application").annotate(size=Sum("stored__size"))
        largest = totals.aggregate(largest=Max("size"))["largest"] or 0
        if largest > limit * MEGABYTE:
            message = _("An application holds %(size)s MB already; the limit cannot be lower.")
            yield Objection("evidence_total_mb", message % {"size": -(-largest // MEGABYTE)})


@guard
def thresholds(campaign: Campaign, changes: Changes) -> Iterator[Objection]:
    """What blocks a submission does not become stricter for those who have submitted."""
    stricter = [
        name
        for name, is_higher in STRICTER.items()
        if name in changes and (changes[name][1] > changes[name][0]) == is_higher
    ]
    if not stricter:
        return
    count = submitted(campaign).count()
    for name in stricter if count else ():
        message = _("%(count)s applications were submitted by the rule so far; it cannot become stricter.")
        yield Objection(name, message % {"count": count})
