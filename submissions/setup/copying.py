"""A new year from the last one: settings, score sheet, quotas, units and texts, with the dates moved."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from qa_portal.audit.operations import record
from qa_portal.campaigns.models import CalendarDay, Campaign, Criterion
from qa_portal.campaigns.operations import create_campaign
from qa_portal.campaigns.registry import COPIERS, copier
from submissions.models import UnitAbsence, UnitQuota
from submissions.setup.dates import moved_day, moved_moment

DATES = (
    "call_issued_on", "filing_opens_at", "filing_closes_at", "recommendation_closes_at",
    "review_opens_at", "review_closes_at",
)  # fmt: skip
COPIED = (
    "reviews_per_application", "trim_from", "first_prize_quota", "second_prize_quota", "third_prize_quota",
    "active_districts", "main_recipients", "cc_units", "return_days", "check_days", "correction_days",
    "corrections_allowed", "evidence_rules", "evidence_file_mb", "evidence_total_mb", "needs_letter",
    "summary_pages", "novelty_months", "months_in_use", "deviation", "profit_percent", "top_percent",
    "top_sample", "similarity_percent",
)  # fmt: skip
TEXTS = ("call_notice", "declaration_text")
# What belongs to one year alone: its number and state, and the signed document
OWN = (
    "id", "year", "document_number", "signed_on", "printed_on", "is_in_preparation", "call_published_at",
    "settings_version", "published_at",
)  # fmt: skip


def source_for(year: int) -> Campaign | None:
    """The year that a new one copies: the last before it, else the newest of all; None where there is none."""
    years = Campaign.objects.newest_first()
    return years.filter(year__lt=year).first() or years.first()


def in_year(text: str, source: int, year: int) -> str:
    """A text with the year written anew: 2020年 → 2021年."""
    return text.replace(f"{source}年", f"{year}年")


def copy_year(year: int, *, by: Any) -> Campaign:
    """Create a year in preparation from the one before it; the caller holds the transaction.

    Raises IntegrityError where the year is there. The first year of all has the standard settings.
    """
    source = source_for(year)
    if source is None:
        made = create_campaign(year)
        made.is_in_preparation = True
        made.save(update_fields=["is_in_preparation"])
        record("campaign.created", made, by=by, after={"copied_from": None})
        return made
    made = Campaign(year=year, is_in_preparation=True)
    for name in COPIED:
        setattr(made, name, getattr(source, name))
    for name in TEXTS:
        setattr(made, name, in_year(getattr(source, name), source.year, year))
    dates = moved_dates(source, year)
    for name, value in dates.items():
        setattr(made, name, value)
    made.save(force_insert=True)
    counts = {name: copy(source, made) for name, copy in sorted(COPIERS.items())}
    record(
        "campaign.created",
        made,
        by=by,
        after={
            "copied_from": source.year,
            "counts": counts,
            "dates": {name: [getattr(source, name), value] for name, value in dates.items()},
        },
    )
    return made


def moved_dates(source: Campaign, year: int) -> dict[str, date | datetime]:
    """The dates of `source` in another year; what is not set is left out. One query."""
    days = {name: value for name in DATES if (value := getattr(source, name)) is not None}
    if not days:
        return {}
    overrides = dict(CalendarDay.objects.values_list("day", "is_working"))
    years = year - source.year
    return {
        name: moved_moment(value, years, overrides)
        if isinstance(value, datetime)
        else moved_day(value, years, overrides)
        for name, value in days.items()
    }


def year_in_words(moment: date | datetime) -> str:
    """A date of the settings as the pages show it."""
    if isinstance(moment, datetime):
        return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S")
    return moment.isoformat()


@copier("criteria")
def copy_criteria(source: Campaign, made: Campaign) -> int:
    rows = [
        Criterion(
            campaign=made,
            position=one.position,
            name=one.name,
            maximum=one.maximum,
            step=one.step,
            anchors=one.anchors,
        )
        for one in source.criteria.all()
    ]
    return len(Criterion.objects.bulk_create(rows))


@copier("quotas")
def copy_quotas(source: Campaign, made: Campaign) -> int:
    rows = [UnitQuota(campaign=made, unit_id=one.unit_id, places=one.places) for one in source.unit_quotas.all()]
    return len(UnitQuota.objects.bulk_create(rows))


@copier("absences")
def copy_absences(source: Campaign, made: Campaign) -> int:
    rows = [UnitAbsence(campaign=made, unit_id=one.unit_id) for one in source.unit_absences.all()]
    return len(UnitAbsence.objects.bulk_create(rows))
