"""Reading what a recommending unit works on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from qa_portal.campaigns.models import Campaign
from qa_portal.organisations.models import EnterpriseProfile, Organisation
from submissions.enums import COUNTED_STATES, State
from submissions.form.sections import SECTIONS
from submissions.form.spec import Kind, filled_rows
from submissions.models import Application, GuidanceNote, UnitQuota
from submissions.policy import organisation_id_of

# Submitted first, then what waits for the applicant, then what is done
ORDER = {State.PENDING_RECOMMENDATION: 0, State.RETURNED: 1}


def unit_of(user: Any) -> Organisation | None:
    """The recommending unit of the person, if any."""
    return Organisation.objects.filter(pk=organisation_id_of(user) or 0).first()


def with_open_notes(applications: QuerySet[Application]) -> QuerySet[Application]:
    """Add `note_count` and `open_note_count`: guidance notes, and those not resolved."""
    notes = GuidanceNote.objects.filter(application=OuterRef("pk"), parent=None).order_by().values("application")
    return applications.annotate(
        note_count=Coalesce(Subquery(notes.annotate(n=Count("pk")).values("n")), 0),
        open_note_count=Coalesce(Subquery(notes.annotate(n=Count("pk", filter=Q(resolved_at=None))).values("n")), 0),
    )


def queue_for(user: Any, campaign: Campaign) -> QuerySet[Application]:
    """The applications of a year that name the person's unit, those that wait for it first."""
    applications = Application.objects.visible_to(user).filter(
        campaign=campaign, recommending_unit=organisation_id_of(user)
    )
    return with_open_notes(applications.select_related("recommendation")).order_by("-state", "submitted_at", "pk")


def notes_of(application: Application) -> list[GuidanceNote]:
    """Notes of an application with author and replies: two queries."""
    notes = application.guidance_notes.filter(parent=None).select_related("author", "resolved_by")
    return list(notes.prefetch_related("replies__author"))


@dataclass(frozen=True, slots=True)
class Change:
    """A field that differs between two submissions, as texts."""

    section: Any
    label: Any
    before: str
    after: str


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What changed from one frozen content to another, in the order of the form."""
    found = []
    old, new = before.get("sections", {}), after.get("sections", {})
    for section in SECTIONS:
        for spec in section.fields:
            was = as_text(spec.kind, old.get(section.key, {}).get(spec.key))
            now = as_text(spec.kind, new.get(section.key, {}).get(spec.key))
            if was != now:
                found.append(Change(section.title, spec.label, was, now))
    return found


def as_text(kind: Kind, value: Any) -> str:
    """A value of a section as readable text; rows line by line."""
    if value in (None, "", []):
        return ""
    if kind == Kind.ROWS:
        rows = filled_rows(value)
        return "\n".join(" · ".join(str(cell) for key, cell in row.items() if key != "id" and cell) for row in rows)
    if kind == Kind.CHOICES:
        return "、".join(str(one) for one in value)
    return str(value)


@dataclass(frozen=True, slots=True)
class UnitYear:
    """A unit's year in counts, for the dashboard."""

    year: int
    filed: int
    recommended: int
    returned: int
    declined: int
    with_notes: int
    winners: int


def unit_year(unit: Organisation, campaign: Campaign) -> UnitYear:
    """Counts of a unit in a year: one query."""
    applications = with_open_notes(
        Application.objects.filter(campaign=campaign, recommending_unit=unit.pk).exclude(state=State.DRAFT)
    )
    after_recommendation = (State.FORMAL_CHECK, State.CORRECTION, State.REFUSED, *COUNTED_STATES)
    counts = applications.aggregate(
        filed=Count("pk"),
        recommended=Count("pk", filter=Q(state__in=after_recommendation)),
        returned=Count("pk", filter=Q(state=State.RETURNED)),
        declined=Count("pk", filter=Q(state=State.NOT_RECOMMENDED)),
        with_notes=Count("pk", filter=Q(note_count__gt=0)),
        winners=Count("pk", filter=Q(decision__result__in=("FIRST_PRIZE", "SECOND_PRIZE", "THIRD_PRIZE"))),
    )
    return UnitYear(year=campaign.year, **counts)


def specialised_without_filing(unit: Organisation, campaign: Campaign) -> QuerySet[EnterpriseProfile]:
    """专精特新 enterprises of the unit's district that have not begun an application this year."""
    filed = Application.objects.filter(campaign=campaign).values("applicant")
    profiles = EnterpriseProfile.objects.filter(specialised=True).exclude(organisation__in=filed)
    profiles = profiles.filter(organisation__district=unit.district) if unit.district else profiles.none()
    return profiles.select_related("organisation").order_by("organisation__name")


def places_left(unit: Organisation, campaign: Campaign) -> tuple[int, int] | None:
    """(taken, places) of the unit's quota; None without a quota."""
    quota = UnitQuota.objects.filter(campaign=campaign, unit=unit.pk).first()
    if quota is None:
        return None
    taken = Application.objects.filter(
        campaign=campaign, recommending_unit=unit.pk, recommendation__isnull=False
    ).exclude(state__in=(State.WITHDRAWN, State.REFUSED))
    return taken.count(), quota.places
