"""One application for those who watch the review: seats, requests, and versions once its scoring is closed."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from reviews.models import Assignment, Review, ScoringLeave
from reviews.scoring.policy import knows_experts, may_decide_leave, may_see_reviews_of
from reviews.scoring.queries import criteria_of, with_progress
from submissions.models import Application


@dataclass(frozen=True, slots=True)
class Version:
    """One version of one expert's review; `delta` is the change of the total against the version before."""

    review: Review
    expert: str
    points: list[Decimal | None]
    delta: Decimal | None


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat as the bureau sees it: who, since when, locked or not; never a score."""

    seat: Assignment
    expert: str
    is_locked: bool
    leave: ScoringLeave | None  # in force, or waiting for a decision
    may_decide: bool


@dataclass(frozen=True, slots=True)
class History:
    """See the module. `versions` is empty while anybody still scores."""

    seats: list[Seat]
    ended: list[Seat]
    criteria: list[Any]
    versions: list[Version]
    leaves: list[ScoringLeave]

    @property
    def may_close(self) -> bool:
        return bool(self.seats) and all(one.is_locked and (one.leave is None) for one in self.seats)


def expert_label(user: Any, expert: Any) -> str:
    """Name and code for those who know experts by name, the code for others."""
    return f"{expert.code} {expert.name}" if knows_experts(user) else str(expert.code)


def case_history(user: Any, application: Application, now: datetime) -> History:
    """Six queries at most, however many seats and versions there are."""
    rows = with_progress(Assignment.objects.filter(application=application), now)
    seats = list(
        rows.filter(released_at__isnull=False).select_related("expert", "application").order_by("expert__code", "pk")
    )
    leaves = list(
        ScoringLeave.objects.filter(assignment__in=[one.pk for one in seats])
        .select_related("requested_by", "decided_by", "assignment__expert")
        .order_by("-requested_at", "-pk")
    )
    open_ones = {
        one.assignment_id: one
        for one in leaves
        if one.is_approved is None
        or (one.is_approved and one.used_at is None and one.expires_at and one.expires_at > now)
    }
    shown = [_seat(user, one, open_ones.get(one.pk)) for one in seats]
    criteria = criteria_of(application.campaign)
    versions = _versions(user, application, criteria) if may_see_reviews_of(user, application) else []
    return History(
        [one for one in shown if one.seat.ended_at is None], [one for one in shown if one.seat.ended_at], criteria,
        versions, leaves,
    )  # fmt: skip


def _seat(user: Any, seat: Any, leave: ScoringLeave | None) -> Seat:
    may_decide = leave is not None and leave.is_approved is None and may_decide_leave(user, leave)
    return Seat(seat, expert_label(user, seat.expert), seat.is_locked, leave, may_decide)


def _versions(user: Any, application: Application, criteria: list[Any]) -> list[Version]:
    rows = application.reviews.filter(locked_at__isnull=False).select_related("expert").prefetch_related("scores")
    found, before = [], dict[int, Decimal]()
    for review in rows.order_by("expert__code", "version"):
        points = {score.criterion_id: score.points for score in review.scores.all()}
        former = before.get(review.expert_id)
        found.append(
            Version(
                review, expert_label(user, review.expert), [points.get(one.pk) for one in criteria],
                None if former is None else review.total - former,
            )
        )  # fmt: skip
        before[review.expert_id] = review.total
    return found
