"""Reading what a recommending unit works on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from qa_portal.campaigns.models import Campaign
from qa_portal.organisations.models import Organisation
from submissions.changes import Change, changes_between, only_about
from submissions.enums import State
from submissions.form.sections import BY_KEY, EVIDENCE_KEY
from submissions.links import TITLES
from submissions.models import Application, GuidanceNote, Submission, UnitQuota
from submissions.policy import organisation_id_of
from submissions.recommending.summary import recommended_by

# Submitted first, then what waits for the applicant, then what is done
ORDER = {State.PENDING_RECOMMENDATION: 0, State.RETURNED: 1, State.CORRECTION: 2, State.FORMAL_CHECK: 3}


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


def queue_for(user: Any, campaign: Campaign, state: str = "") -> QuerySet[Application]:
    """The applications of a year that name the person's unit, those that wait for it first, oldest first."""
    applications = Application.objects.visible_to(user).filter(
        campaign=campaign, recommending_unit=organisation_id_of(user)
    )
    applications = applications.filter(state=state) if state in ORDER else applications
    turn = Case(
        *(When(state=one, then=Value(place)) for one, place in ORDER.items()),
        default=Value(len(ORDER)), output_field=IntegerField(),
    )  # fmt: skip
    listed = with_open_notes(applications.select_related("recommendation")).annotate(turn=turn)
    return listed.order_by("turn", "submitted_at", "pk")


def notes_of(application: Application) -> list[GuidanceNote]:
    """Notes of an application with author and replies: two queries."""
    notes = application.guidance_notes.filter(parent=None).select_related("author", "resolved_by")
    return list(notes.prefetch_related("replies__author"))


@dataclass(frozen=True, slots=True)
class ShownNote:
    """A note with the name of its place, and what changed there since it was written."""

    note: GuidanceNote
    where: Any
    about: str
    changes: Sequence[Change]
    is_compared: bool
    is_overdue: bool


def shown_notes(notes: Iterable[GuidanceNote], versions: Sequence[Submission], today: Any) -> list[ShownNote]:
    """Each note beside the change since the version that its author saw. `versions`: the first first."""
    compared: dict[int, list[Change]] = {}
    shown = []
    for note in notes:
        seen = next((one for one in reversed(versions) if one.submitted_at <= note.created_at), None)
        is_compared = seen is not None and seen is not versions[-1]
        if seen is not None and is_compared and seen.pk not in compared:
            compared[seen.pk] = changes_between(seen.content, versions[-1].content)
        changes = only_about(compared[seen.pk], note.section, note.field) if seen and is_compared else []
        is_overdue = note.due_on is not None and note.resolved_at is None and note.due_on < today
        about = f"{note.section}.{note.field}" if note.field else note.section
        shown.append(ShownNote(note, place_name(note.section, note.field), about, changes, is_compared, is_overdue))
    return shown


def place_name(section: str, field: str = "") -> str:
    """Where a note hangs, in words; "" for the whole application."""
    if not section:
        return ""
    title = str(TITLES.get(section, section))
    if not field:
        return title
    if section == EVIDENCE_KEY:
        return f"{title} · {field}"
    labels = {one.key: one.label for one in BY_KEY[section].fields} if section in BY_KEY else {}
    return f"{title} · {labels.get(field, field)}"


@dataclass(frozen=True, slots=True)
class Places:
    """The quota of a unit in a year: places, and how many are taken."""

    taken: int
    places: int

    @property
    def left(self) -> int:
        return max(0, self.places - self.taken)


def places_of(unit: Organisation, campaign: Campaign) -> Places | None:
    """The unit's quota; None without a limit. Two queries at most."""
    quota = UnitQuota.objects.filter(campaign=campaign, unit=unit.pk).first()
    return None if quota is None else Places(recommended_by(unit, campaign).count(), quota.places)


def free_place(unit: Any, campaign: Campaign) -> int:
    """The place after the last one in the unit's order."""
    taken = recommended_by(unit, campaign).order_by("-recommendation__place")
    return (taken.values_list("recommendation__place", flat=True).first() or 0) + 1
