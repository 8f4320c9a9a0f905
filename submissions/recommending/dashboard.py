"""A unit's year in figures against the year before, and enterprises of its area that have not filed."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from qa_portal.audit.models import AuditEvent
from qa_portal.campaigns.calendar import working_days_between
from qa_portal.campaigns.models import Campaign
from qa_portal.core.numbers import half_up
from qa_portal.organisations.models import Enterprise, Organisation
from submissions.enums import COUNTED_STATES, State, Step
from submissions.models import Application, FilingReminder, GuidanceNote, Submission

WINNERS = ("FIRST_PRIZE", "SECOND_PRIZE", "THIRD_PRIZE")
# a result is told when its notice is open; before, nobody outside the bureau knows it
PUBLIC_RESULT = (
    State.PUBLIC_NOTICE, State.UNDER_OBJECTION, State.CONFIRMED, State.PUBLISHED, State.ARCHIVED,
)  # fmt: skip
RECOMMENDED = (State.FORMAL_CHECK, State.CORRECTION, State.REFUSED, *COUNTED_STATES)
ANSWERS = tuple(f"application.{step.value}" for step in (Step.RECOMMEND, Step.RETURN, Step.DECLINE))
RETURN = f"application.{Step.RETURN.value}"


@dataclass(frozen=True, slots=True)
class UnitYear:
    """A unit's year in counts. `turnaround` is the mean of working days from a submission to the unit's answer.

    `returned` counts applications that went back at least once. None: the portal does not know it.
    """

    year: int
    filed: int
    recommended: int
    returned: int | None
    declined: int
    accepted: int
    winners: int | None
    notes: int
    with_notes: int
    turnaround: Decimal | None


def unit_year(unit: Organisation, campaign: Campaign) -> UnitYear:
    """The figures of a unit in a year: a handful of queries, whatever the number of applications."""
    applications = Application.objects.filter(campaign=campaign, recommending_unit=unit.pk).exclude(state=State.DRAFT)
    is_told = campaign.is_published or _is_old(campaign)
    told = Q() if is_told else Q(state__in=PUBLIC_RESULT)
    counts = applications.aggregate(
        filed=Count("pk"),
        recommended=Count("pk", filter=Q(state__in=RECOMMENDED)),
        declined=Count("pk", filter=Q(state=State.NOT_RECOMMENDED)),
        accepted=Count("pk", filter=Q(state__in=COUNTED_STATES)),
        winners=Count("pk", filter=Q(decision__result__in=WINNERS) & told),
        told=Count("pk", filter=Q(state__in=PUBLIC_RESULT)),
    )
    if not counts.pop("told") and not is_told:
        counts["winners"] = None
    notes = GuidanceNote.objects.filter(application__in=applications.values("pk"), parent=None).aggregate(
        notes=Count("pk"), with_notes=Count("application", distinct=True)
    )
    returned, turnaround = _answers(applications)
    return UnitYear(campaign.year, returned=returned, turnaround=turnaround, **counts, **notes)


def _is_old(campaign: Campaign) -> bool:
    """A year that was imported whole, and is not the newest: its results are known to everybody."""
    return campaign.filing_opens_at is None and Campaign.objects.filter(year__gt=campaign.year).exists()


def _answers(applications: QuerySet[Application]) -> tuple[int | None, Decimal | None]:
    """How many applications were returned, and the mean turnaround; None where nothing was submitted here."""
    submitted: dict[int, list[datetime]] = {}
    rows = Submission.objects.filter(application__in=applications.values("pk")).order_by("submitted_at")
    for key, at in rows.values_list("application", "submitted_at"):
        submitted.setdefault(key, []).append(at)
    if not submitted:
        return None, None
    events = AuditEvent.objects.filter(
        action__in=ANSWERS, object_type=Application._meta.label_lower, object_id__in=[str(key) for key in submitted]
    )
    spans, returned = [], set()
    for about, action, at in events.order_by("sequence").values_list("object_id", "action", "occurred_at"):
        before = [one for one in submitted[int(about)] if one <= at]
        if before:
            spans.append((before[-1], at))
        if action == RETURN:
            returned.add(about)
    days = working_days_between(spans)
    return len(returned), half_up(Fraction(sum(days), len(days)), 1) if days else None


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the dashboard: this year, the year before, the change; None is not known."""

    label: Any
    now: Any
    before: Any
    unit: Any = ""

    @property
    def change(self) -> Any:
        return None if self.now is None or self.before is None else self.now - self.before


def figures_of(now: UnitYear, before: UnitYear | None) -> list[Figure]:
    """All lines, in the order of the work."""
    names = (
        ("filed", _("Filed"), ""),
        ("recommended", _("Recommended"), ""),
        ("returned", _("Returned for changes"), ""),
        ("declined", _("Not recommended"), ""),
        ("accepted", _("Accepted by the bureau"), ""),
        ("winners", _("Winners"), ""),
        ("notes", _("Guidance notes"), ""),
        ("with_notes", _("Applications with guidance notes"), ""),
        ("turnaround", _("Mean time until the unit answers"), _("working days")),
    )
    return [Figure(label, getattr(now, key), getattr(before, key, None), unit) for key, label, unit in names]


# ------------------------------------------------------------------ who has not filed


def specialised_without_filing(unit: Organisation, campaign: Campaign) -> QuerySet[Any]:
    """专精特新 enterprises of the unit's area that have not filed this year, with draft, account, last reminder.

    The area of a district bureau is its district; that of a group or association are the enterprises
    which it recommended before. An enterprise counts as specialised by its profile, or as it filed earlier.
    """
    mine = Application.objects.filter(applicant=OuterRef("pk"), campaign=campaign)
    earlier = Application.objects.filter(applicant=OuterRef("pk"), campaign__year__lt=campaign.year)
    if unit.district:
        area: Any = Q(district=unit.district) | Exists(earlier.filter(district=unit.district, specialised=True))
    else:
        area = Q(Exists(earlier.filter(recommending_unit=unit.pk)))
    reminders = FilingReminder.objects.filter(campaign=campaign, enterprise=OuterRef("pk")).order_by()
    found = Enterprise.objects.filter(area)
    found = found.filter(Q(profile__specialised=True) | Exists(earlier.filter(specialised=True)))
    found = found.exclude(Exists(mine.exclude(state__in=(State.DRAFT, State.WITHDRAWN))))
    return found.annotate(
        has_draft=Exists(mine.filter(state=State.DRAFT)),
        reminded_at=Subquery(reminders.values("enterprise").annotate(last=Max("sent_at")).values("last")),
        people=Count(
            "memberships",
            filter=Q(memberships__ended_at__isnull=True, memberships__user__is_active=True),
            distinct=True,
        ),
    ).order_by("-has_draft", "name")
