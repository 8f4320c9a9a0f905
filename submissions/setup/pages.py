"""What the pages of the settings show, put together in Python so that templates only print it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qa_portal.audit.queries import events_for
from qa_portal.campaigns.models import Campaign
from submissions.enums import State
from submissions.models import Application, FilingExtension
from submissions.setup.copying import year_in_words
from submissions.setup.gaps import ORDER, Gap

TITLES: dict[str, Any] = {
    "dates": gettext_lazy("Dates"),
    "scoring": gettext_lazy("Score sheet"),
    "units": gettext_lazy("Units that take part"),
    "quotas": gettext_lazy("Quotas of the units"),
    "evidence": gettext_lazy("Evidence and checks"),
    "texts": gettext_lazy("Texts"),
}
LEADS: dict[str, Any] = {
    "dates": gettext_lazy("From the notice to the end of the review, by Shanghai time."),
    "scoring": gettext_lazy("The maxima add up to 100: the maximum of a criterion is its weight."),
    "units": gettext_lazy("Enterprises choose among these. A unit that is imported later takes part by itself."),
    "quotas": gettext_lazy("How many applications a unit may recommend; empty is no limit."),
    "evidence": gettext_lazy("What every application must contain, and when the check blocks or asks."),
    "texts": gettext_lazy("What enterprises read. The parts of the circular have a page of their own."),
}
COUNTS: dict[str, Any] = {
    "criteria": gettext_lazy("Criteria of the score sheet"),
    "quotas": gettext_lazy("Quotas of units"),
    "absences": gettext_lazy("Units that do not take part"),
    "texts": gettext_lazy("Texts of the circular"),
}
MOST_FOUND = 20


@dataclass(frozen=True, slots=True)
class Task:
    """A section in the list, with what it lacks."""

    title: Any
    url: str
    gaps: int


def address(view: str, **kwargs: Any) -> str:
    """Address of a page of another app; "" where there is none."""
    try:
        return reverse(view, kwargs=kwargs)
    except NoReverseMatch:
        return ""


def section_url(year: int, section: str) -> str:
    return reverse("setup:section", kwargs={"year": year, "section": section})


def tasks_of(campaign: Campaign, gaps: list[Gap]) -> list[Task]:
    """The sections in their order."""
    return [
        Task(TITLES[key], section_url(campaign.year, key), sum(gap.section == key for gap in gaps)) for key in ORDER
    ]


def gap_links(campaign: Campaign, gaps: list[Gap]) -> list[tuple[str, Any]]:
    """Address and words of each gap, down to the field."""
    return [
        (section_url(campaign.year, gap.section) + (f"#div_id_{gap.field}" if gap.field else ""), gap.text)
        for gap in gaps
    ]


def state_of(campaign: Campaign, now: datetime) -> tuple[str, str]:
    """Kind and words of the state of a year."""
    if campaign.is_published:
        return "ok", _("Circular published")
    if campaign.is_in_preparation:
        return "wait", _("In preparation")
    opens, closes = campaign.filing_opens_at, campaign.filing_closes_at
    if opens is None or closes is None:
        return "neutral", _("Imported, without a call")
    if now < opens:
        return "info", _("Call published")
    return ("ok", _("Filing is open")) if now < closes else ("neutral", _("Filing has closed"))


def years_with_counts() -> QuerySet[Campaign]:
    """All years, newest first, with the number of applications that are no drafts; one query."""
    filed = Count("applications", filter=~Q(applications__state=State.DRAFT))
    return Campaign.objects.newest_first().annotate(filed=filed)


# ------------------------------------------------------------------ what was copied


@dataclass(frozen=True, slots=True)
class Copied:
    """What a year took from another one."""

    source: int
    counts: list[tuple[Any, int]]
    dates: list[tuple[Any, str, str]]  # label, before, after


def copied_into(campaign: Campaign) -> Copied | None:
    """What the year was made from, by the audit trail; None for others. One query."""
    event = events_for(campaign).filter(action="campaign.created").first()
    after = event.after if event else None
    if not isinstance(after, dict) or not after.get("copied_from"):
        return None
    counts = [(COUNTS.get(name, name), count) for name, count in after.get("counts", {}).items()]
    dates = [
        (campaign._meta.get_field(name).verbose_name, _shown(old), _shown(new))  # type: ignore[union-attr]
        for name, (old, new) in after.get("dates", {}).items()
    ]
    return Copied(after["copied_from"], counts, dates)


def _shown(kept: str) -> str:
    """A date or moment as the audit trail keeps it, for people."""
    return year_in_words(datetime.fromisoformat(kept)) if "T" in kept else kept


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the settings that was made with a reason."""

    at: datetime
    who: str
    reason: str
    lines: list[tuple[str, str, str]]


def changes_of(campaign: Campaign, most: int = 20) -> list[Change]:
    """The latest changes of the settings, newest first; one query."""
    events = events_for(campaign).filter(action="campaign.settings_changed").order_by("-sequence")[:most]
    return [Change(one.occurred_at, one.actor_label, one.reason, _lines(one.before, one.after)) for one in events]


def _lines(before: Any, after: Any) -> list[tuple[str, str, str]]:
    before, after = before or {}, after or {}
    return [(setting_label(name), _value(before.get(name)), _value(after.get(name))) for name in after]


def setting_label(name: str) -> str:
    """A setting in words, by its name in the audit trail."""
    head, _colon, rest = name.partition(":")
    if head == "evidence_rules":
        return _("Evidence %(code)s") % {"code": rest}
    if head == "criterion":
        return _("Score sheet")
    if head in ("quota", "unit"):
        return str(TITLES["quotas" if head == "quota" else "units"])
    return str(Campaign._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _value(kept: Any) -> str:
    if kept is None or kept == "":
        return "—"
    if isinstance(kept, bool):
        return _("Yes") if kept else _("No")
    text = str(kept)
    try:
        return year_in_words(datetime.fromisoformat(text)) if "T" in text else text[:200]
    except ValueError:
        return text[:200]


# ------------------------------------------------------------------ extensions


def drafts_matching(campaign: Campaign, text: str) -> list[Application]:
    """Drafts of a year by name or credit code of the enterprise, the first few; one query.

    The bureau sees nothing of what a draft says: who wrote it, and when it was begun, tell drafts apart.
    """
    if not text.strip():
        return []
    found = Application.objects.filter(campaign=campaign, state=State.DRAFT).select_related("applicant")
    for word in text.split()[:4]:
        found = found.filter(Q(applicant_name__icontains=word) | Q(applicant__uscc__icontains=word))
    return list(found.defer("title").order_by("applicant_name", "pk")[:MOST_FOUND])


def extensions_of(campaign: Campaign) -> QuerySet[FilingExtension]:
    """Every extension of a year, newest first."""
    found = FilingExtension.objects.filter(application__campaign=campaign)
    return found.select_related("application", "granted_by").order_by("-granted_at", "-pk")


def frame_of(campaign: Campaign) -> dict[str, Any]:
    """What every page of a year shows."""
    kind, words = state_of(campaign, timezone.now())
    return {"campaign": campaign, "state_kind": kind, "state": words}
