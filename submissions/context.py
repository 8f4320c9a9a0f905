"""What the check needs beyond the dossier: the calendar, the year's other applications, earlier figures."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from qa_portal.campaigns.models import Campaign
from qa_portal.organisations.models import RecommendingUnit
from submissions.enums import State
from submissions.form.checks import CheckSettings, Context, Twin
from submissions.form.dossier import AMOUNTS, Dossier
from submissions.models import Application
from submissions.similarity import similar_to

# What is over without success may be filed again in the same year
OVER = (State.WITHDRAWN, State.REFUSED, State.NOT_RECOMMENDED)


def context_for(
    application: Application, dossier: Dossier, *, now: datetime | None = None, is_full: bool = True,
    is_check: bool = False,
) -> Context:  # fmt: skip
    """Look everything up. `is_full` False leaves out what only warnings need (earlier years, similar texts).

    The sealed letter of the unit comes after the submission: only the formal check (`is_check`) asks for it.
    """
    settings = settings_for(application.campaign)
    if not is_check:
        settings = replace(settings, needs_letter=False)
    closes_at = application.campaign.filing_closes_at
    return Context(
        settings=settings,
        today=timezone.localdate(now),
        closing_day=timezone.localdate(closes_at) if closes_at else None,
        unit_kind=unit_kind(dossier, application.campaign),
        twins=twins_of(application, str(dossier.get("project", "title")).strip()),
        top_amounts=top_amounts(application.campaign.year, settings) if is_full else {},
        similar=similar_to(application, dossier, above=settings.similarity) if is_full else (),
    )


def settings_for(campaign: Campaign) -> CheckSettings:
    """The thresholds that the bureau set for a year."""
    return CheckSettings(
        summary_pages=campaign.summary_pages,
        novelty_months=campaign.novelty_months,
        needs_letter=campaign.needs_letter,
        evidence=campaign.evidence_rules,
        deviation=campaign.deviation,
        profit_share=campaign.profit_percent / 100,
        top_share=campaign.top_percent / 100,
        top_sample=campaign.top_sample,
        months_in_use=campaign.months_in_use,
        similarity=campaign.similarity_percent / 100,
    )


def unit_kind(dossier: Dossier, campaign: Campaign) -> str:
    """The kind of the chosen recommending unit; "" where none of this year is chosen."""
    key = str(dossier.get("project", "recommending_unit")).strip()
    if not (key.isascii() and key.isdigit() and len(key) <= 18):
        return ""
    units = RecommendingUnit.objects.exclude(absences__campaign=campaign)
    return units.filter(pk=int(key)).values_list("kind", flat=True).first() or ""


def twins_of(application: Application, title: str) -> tuple[Twin, ...]:
    """Submitted applications of the year by the same enterprise, or with the same title."""
    filed = Application.objects.filter(campaign=application.campaign_id).exclude(pk=application.pk)
    filed = filed.exclude(state__in=(State.DRAFT, *OVER))
    own = filed.filter(applicant=application.applicant_id)
    same = filed.filter(title=title) if title else filed.none()
    found = {}
    for one in (own | same).order_by("number")[:20]:
        is_own = one.applicant_id == application.applicant_id
        found[one.pk] = Twin(is_own, bool(title) and one.title == title, one.number or "" if is_own else "")
    return tuple(found.values())


def top_amounts(year: int, settings: CheckSettings) -> dict[str, Decimal]:
    """For each amount, the value above which only the top share of all earlier years lies."""
    earlier = Application.objects.counted().filter(campaign__year__lt=year)
    count = earlier.count()
    if count < settings.top_sample:
        return {}
    place = int(count * settings.top_share)
    return {key: earlier.order_by(f"-{key}").values_list(key, flat=True)[place] for key in AMOUNTS}
