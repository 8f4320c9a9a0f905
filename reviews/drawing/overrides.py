"""Putting an expert in another's place by hand: asked for with a reason, approved by a second person."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qa_portal.audit.operations import record
from qa_portal.core.errors import Refusal
from qa_portal.notices.operations import notify
from reviews.enums import AssignmentEnd, AssignmentSource
from reviews.models import Assignment, Conflict, Expert, Override, Review
from reviews.pool.conflicts import kinship_of
from reviews.rules import may_approve_draw, may_run_draw


def ask_override(assignment: Assignment, expert: Expert, *, reason: str, by: Any) -> Override:
    """Ask to replace the expert of an assignment; the drawn pair stays on record.

    Raises Refusal when the other has a conflict, is not confirmed, reviews the application already or shares
    the organisation of somebody who does, or when a review of the place is locked.
    """
    if not may_run_draw(by):
        raise Refusal(_("This is not yours to do."), code="forbidden")
    if not reason.strip():
        raise Refusal(_("Give a reason."), field="reason", code="reason")
    with transaction.atomic():
        row = (
            Assignment.objects.select_for_update(of=("self",))
            .select_related("application__campaign")
            .get(pk=assignment.pk)
        )
        _check(row, expert)
        if Override.objects.filter(assignment=row, decided_at__isnull=True).exists():
            raise Refusal(_("Somebody has asked to replace this expert already."), code="open")
        override = Override.objects.create(assignment=row, expert=expert, reason=reason.strip()[:300], requested_by=by)
        after = {"application": row.application.number, "out": row.expert_id, "in": expert.pk}
        record("override.asked", override, by=by, after=after, reason=reason)
    return override


def _check(row: Assignment, expert: Expert) -> None:
    """The rules of the draw hold for a change by hand, too."""
    if row.ended_at is not None or row.released_at is None:
        raise Refusal(_("This assignment does not stand any more."), code="ended")
    if Review.objects.valid().filter(application=row.application_id, expert=row.expert_id).exists():
        raise Refusal(_("The expert has locked a review of it already."), code="locked")
    campaign = row.application.campaign
    if expert.campaign_id != campaign.pk or expert.confirmed_at is None or not expert.is_available:
        raise Refusal(_("Choose a confirmed and available expert of this year."), field="expert", code="expert")
    if Conflict.objects.active().filter(application=row.application_id, expert=expert).exists():
        raise Refusal(_("This expert has a conflict with the application."), field="expert", code="conflict")
    others = Assignment.objects.active().filter(application=row.application_id).exclude(pk=row.pk)
    taken = list(others.values_list("expert_id", "expert__employer_id"))
    if expert.pk == row.expert_id or expert.pk in {one for one, _employer in taken}:
        raise Refusal(_("This expert reviews the application already."), field="expert", code="twice")
    kinship = kinship_of(campaign)
    if kinship.of(expert.employer_id) in {kinship.of(employer) for _one, employer in taken}:
        raise Refusal(_("Another expert of this organisation reviews the application."), field="expert", code="cap")


def decide_override(override: Override, *, approve: bool, by: Any) -> None:
    """A second person approves or refuses; only an approval changes anything."""
    if not may_approve_draw(by):
        raise Refusal(_("This is not yours to do."), code="forbidden")
    with transaction.atomic():
        row = (
            Override.objects.select_for_update(of=("self",)).select_related("assignment", "expert").get(pk=override.pk)
        )
        if row.decided_at is not None:
            raise Refusal(_("This has been decided already."), code="decided")
        if row.requested_by_id == by.pk:
            raise Refusal(_("Somebody else must approve what you asked for."), code="second person")
        now = timezone.now()
        if approve:
            _replace(row, now)
        row.decided_by, row.decided_at, row.is_approved = by, now, approve
        row.save(update_fields=["decided_by", "decided_at", "is_approved"])
        record("override.approved" if approve else "override.refused", row, by=by, reason=row.reason)


def _replace(row: Override, now: Any) -> None:
    seat = (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("application__campaign")
        .get(pk=row.assignment_id)
    )
    _check(seat, row.expert)
    seat.ended_at, seat.ended_because, seat.ended_reason = now, AssignmentEnd.REPLACED, row.reason
    seat.save(update_fields=["ended_at", "ended_because", "ended_reason"])
    Assignment.objects.create(
        application=seat.application,
        expert=row.expert,
        source=AssignmentSource.OVERRIDE,
        created_at=now,
        released_at=now,
    )
    if row.expert.user is not None:
        notify(row.expert.user, text=_("You have applications to review."), url="/")
