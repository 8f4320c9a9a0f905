"""What the bureau does about locked reviews: leave to score again, void, closing with fewer, reminders.

Staff never edit a score. Whoever asks for leave does not decide on it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from qa_portal.accounts.rules import is_bureau_staff
from qa_portal.audit.operations import record
from qa_portal.campaigns.models import Campaign
from qa_portal.core.errors import Refusal
from qa_portal.outbox.operations import post
from reviews.enums import AssignmentEnd, ReviewEnd
from reviews.models import Assignment, Expert, Review, ScoringLeave
from reviews.operations import refresh_standings
from reviews.scoring.notices import LEAVE_GIVEN, LEAVE_REFUSED, REMIND, tell_staff
from reviews.scoring.operations import close_if_complete, end_review, end_seat, lock_seat, lock_year
from reviews.scoring.policy import may_ask_leave, may_decide_leave
from reviews.scoring.queries import with_progress
from submissions.enums import State, Step
from submissions.models import Application
from submissions.operations import take_step

SCORING_STATES = (State.IN_REVIEW, State.SCORED)


def _forbidden() -> Refusal:
    return Refusal(_("Only bureau staff may do this."), code="forbidden")


def _too_late() -> Refusal:
    return Refusal(
        _("This application is past its scoring."),
        fix=_("After the decision a change needs a record of the committee."), code="state",
    )  # fmt: skip


def _needs_reason(reason: str) -> str:
    if not reason.strip():
        raise Refusal(_("Give a reason."), field="reason", code="reason")
    return reason.strip()[:300]


# ------------------------------------------------------------------ leave to score again


def ask_leave(seat: Assignment, *, reason: str, by: Any) -> ScoringLeave:
    """Ask for leave to correct a locked review, or to score after the end; staff are told."""
    reason = _needs_reason(reason)
    with transaction.atomic():
        row = lock_seat(seat)
        if not may_ask_leave(by, row):
            raise _forbidden()
        if row.application.state not in SCORING_STATES:
            raise _too_late()
        if row.has_leave or row.leaves.waiting().exists():
            raise Refusal(_("Such a request is there already."), code="twice")
        leave = ScoringLeave.objects.create(assignment=row, reason=reason, requested_by=by)
        record("leave.requested", row, by=by, after={"application": row.application.number}, reason=reason)
        tell_staff(
            "review.leave_asked", params={"number": row.application.number},
            url=reverse("scoring:case", args=[row.application_id]), but=[by.pk],
        )  # fmt: skip
    return leave


def decide_leave(
    leave: ScoringLeave, *, is_approved: bool, expires_at: datetime | None = None, by: Any
) -> ScoringLeave:
    """Approve until a moment, or refuse; by staff who did not ask. Approving opens a closed application again."""
    now = timezone.now()
    if is_approved and (expires_at is None or expires_at <= now):
        raise Refusal(_("Give an end that lies ahead."), field="expires_at", code="expires_at")
    with transaction.atomic():
        year = lock_year(leave.assignment.application.campaign_id)
        row = ScoringLeave.objects.select_for_update(of=("self",)).select_related("assignment__expert").get(pk=leave.pk)
        if not may_decide_leave(by, row):
            raise Refusal(_("Another person of the bureau's staff decides on it."), code="second_person")
        if row.is_approved is not None:
            raise Refusal(_("This was decided already."), code="twice")
        application = Application.objects.get(pk=row.assignment.application_id)
        if is_approved and (application.state not in SCORING_STATES or row.assignment.ended_at is not None):
            raise _too_late()
        row.is_approved, row.decided_by, row.decided_at = is_approved, by, now
        row.expires_at = expires_at if is_approved else None
        row.save()
        if is_approved and application.state == State.SCORED:
            take_step(application, Step.REOPEN_SCORING, by=by, seen_version=application.version, reason=row.reason)
            refresh_standings(year)
        record(
            "leave.approved" if is_approved else "leave.refused", row.assignment, by=by,
            after={"application": application.number, "until": row.expires_at}, reason=row.reason,
        )  # fmt: skip
        _tell_expert(row, application)
    return row


def _tell_expert(leave: ScoringLeave, application: Application) -> None:
    person = leave.assignment.expert.user
    if person is None:
        return
    number, event = application.number, str(leave.pk)
    if leave.is_approved:
        post(
            LEAVE_GIVEN, event=event, to=person, params={"number": number, "until": leave.expires_at},
            path=reverse("scoring:sheet", args=[leave.assignment_id]), expires_at=leave.expires_at,
        )  # fmt: skip
    elif leave.requested_by_id == person.pk:
        post(LEAVE_REFUSED, event=event, to=person, params={"number": number}, path=reverse("scoring:tasks"))


# ------------------------------------------------------------------ void, close


def void_review(review: Review, *, reason: str, is_conflict: bool, by: Any) -> Review:
    """Declare a locked review void, and end its seat, so that a substitute can be called. Never edits it."""
    reason = _needs_reason(reason)
    if not is_bureau_staff(by):
        raise _forbidden()
    with transaction.atomic():
        year = lock_year(review.application.campaign_id)
        row = Review.objects.select_for_update(of=("self",)).select_related("application", "expert").get(pk=review.pk)
        if row.ended_at is not None or row.locked_at is None:
            raise Refusal(_("This review does not count any more."), code="ended")
        if row.application.state not in SCORING_STATES:
            raise _too_late()
        end_review(row, ReviewEnd.RECUSED if is_conflict else ReviewEnd.VOID, reason, timezone.now())
        record(
            f"review.{row.ended_because}", row, by=by, reason=reason,
            before={"application": row.application.number, "expert": row.expert.code, "version": row.version},
        )  # fmt: skip
        seats = Assignment.objects.active().filter(application=row.application, expert=row.expert)
        for seat in seats.select_related("application"):
            end_seat(seat, AssignmentEnd.CONFLICT if is_conflict else AssignmentEnd.REPLACED, reason, by=by)
        if row.application.state == State.SCORED:
            refresh_standings(year)
    return row


def close_scoring(application: Application, *, seen_version: int, reason: str, by: Any) -> Application:
    """Close an application with fewer reviews than the year asks for: every standing seat is locked, one at least."""
    reason = _needs_reason(reason)
    if not is_bureau_staff(by):
        raise _forbidden()
    with transaction.atomic():
        year = lock_year(application.campaign_id)
        seats = with_progress(application.assignments.open_to_experts(), timezone.now())
        states = list(seats.values_list("is_locked", "has_leave"))
        if not states or not all(locked and not leave for locked, leave in states):
            raise Refusal(
                _("Some experts have not locked their reviews."), fix=_("Remind or replace them first."), code="seats"
            )
        row = take_step(application, Step.CLOSE_SCORING, by=by, seen_version=seen_version, reason=reason)
        refresh_standings(year)
    return row


def close_complete(now: datetime | None = None) -> int:
    """Close what became complete without a lock: leaves that expired unused. Returns how many applications."""
    now = now or timezone.now()
    lapsed = ScoringLeave.objects.filter(
        is_approved=True, used_at__isnull=True, expires_at__lte=now, assignment__application__state=State.IN_REVIEW
    )
    closed = 0
    for campaign in Campaign.objects.filter(pk__in=lapsed.values("assignment__application__campaign")):
        with transaction.atomic():
            year = lock_year(campaign.pk)
            waiting = Application.objects.filter(
                campaign=year, state=State.IN_REVIEW, pk__in=lapsed.values("assignment__application")
            )
            done = sum(close_if_complete(one, year, now) for one in waiting.order_by("pk"))
            if done:
                refresh_standings(year)
        closed += done
    return closed


# ------------------------------------------------------------------ reminders


def remind(campaign: Campaign, codes: Iterable[str], *, by: Any) -> list[str]:
    """Tell experts what they have left; returns the codes of those who were told."""
    if not is_bureau_staff(by):
        raise _forbidden()
    with transaction.atomic():
        told = []
        experts = Expert.objects.filter(campaign=campaign, code__in=list(codes), user__isnull=False)
        for expert in experts.select_related("user").order_by("code"):
            seats = Assignment.objects.open_to_experts().filter(expert=expert, application__state=State.IN_REVIEW)
            left = with_progress(seats, timezone.now()).filter(is_locked=False).count()
            if left:
                # once a day, however often somebody asks for it
                post(
                    REMIND, event=f"{expert.pk}:{timezone.localdate()}", to=expert.user,
                    params={"year": campaign.year, "count": left}, path=reverse("scoring:tasks"),
                )  # fmt: skip
                told.append(expert.code)
        if told:
            record("review.reminded", campaign, by=by, after={"experts": told})
    return told
