"""Reading the stage of the experts."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404

from qa_portal.campaigns.models import Campaign, Criterion
from reviews.models import Assignment, Expert, ExpertPledge, Review, ScoreSheet, ScoringLeave
from reviews.models.assignment import AssignmentQuerySet
from reviews.scoring.policy import is_review_open, reviews
from reviews.scoring.sheets import PLAIN, Gap, empty_values, gaps_of, is_begun, total_of
from submissions.enums import State


def own_review(**more: Any) -> Any:
    """The valid locked review of a seat, for a subquery."""
    return Review.objects.valid().filter(application=OuterRef("application"), expert=OuterRef("expert"), **more)


def with_progress(seats: AssignmentQuerySet, now: datetime) -> Any:
    """Add `is_locked` and `has_leave`: a list then asks nothing per row."""
    leaves = ScoringLeave.objects.in_force(now).filter(assignment=OuterRef("pk"))
    return seats.annotate(is_locked=Exists(own_review()), has_leave=Exists(leaves))


def seats_of(user: Any) -> AssignmentQuerySet:
    """The seats of an expert: released, and standing."""
    if not reviews(user):
        return Assignment.objects.none()
    return Assignment.objects.open_to_experts().filter(expert__user=user.pk)


def seat_for(user: Any, pk: int, now: datetime) -> Any:
    """Fetch and authorise in one call: a foreign seat, one that ended and one that never was are the same 404."""
    seats = with_progress(seats_of(user), now)
    return get_object_or_404(seats.select_related("application__campaign", "expert", "sheet"), pk=pk)


def has_signed(expert: Expert) -> bool:
    """The expert has signed the pledge of the year."""
    return ExpertPledge.objects.filter(expert=expert).exists()


def criteria_of(campaign: Campaign) -> list[Criterion]:
    """The score sheet of a year in its order."""
    return list(campaign.criteria.order_by("position"))


def values_of(sheet: ScoreSheet | None, criteria: Iterable[Criterion]) -> dict[str, str]:
    """What a sheet holds, by name of the input; empty values where there is none yet."""
    values = empty_values(criteria)
    if sheet is not None:
        values |= {f"points-{key}": text for key, text in sheet.points.items() if f"points-{key}" in values}
        values |= {name: getattr(sheet, name) for name in PLAIN}
    return values


def sheet_of(seat: Assignment) -> ScoreSheet | None:
    """The sheet of a seat that was fetched with it."""
    sheet: ScoreSheet | None = getattr(seat, "sheet", None)
    return sheet


def place_of(seat: Assignment) -> str:
    """Where a seat stands in its expert's list: another order for each expert, the same for ever.

    Nothing of scores, drafts or time goes into it.
    """
    return hashlib.sha256(f"{seat.expert_id}:{seat.application_id}".encode()).hexdigest()


# ------------------------------------------------------------------ the desk of an expert


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One application on an expert's desk."""

    seat: Assignment
    values: dict[str, str]
    gaps: list[Gap]
    total: Decimal
    is_open: bool  # it can be written now

    @property
    def state(self) -> str:
        """locked, declare, complete, begun or new."""
        if self.seat.is_locked and not self.is_open:  # type: ignore[attr-defined]
            return "locked"
        if self.seat.accepted_at is None:
            return "declare"
        if not self.gaps:
            return "complete"
        return "begun" if is_begun(self.values) else "new"


@dataclass(frozen=True, slots=True)
class Desk:
    """What an expert has of one year, in a fixed order."""

    campaign: Campaign
    expert: Expert
    criteria: list[Criterion]
    rows: list[DeskRow]

    @property
    def locked(self) -> int:
        return sum(row.state == "locked" for row in self.rows)

    @property
    def lockable(self) -> list[DeskRow]:
        return [row for row in self.rows if row.state == "complete" and row.is_open]

    @property
    def unfinished(self) -> list[DeskRow]:
        return [row for row in self.rows if row.state in ("declare", "begun", "new")]

    def after(self, seat: Assignment) -> DeskRow | None:
        """The next row that is not finished, going round from this one; None when it is the last."""
        keys = [row.seat.pk for row in self.rows]
        start = keys.index(seat.pk) + 1 if seat.pk in keys else 0
        round_ = [*self.rows[start:], *self.rows[:start]]
        return next((row for row in round_ if row.seat.pk != seat.pk and row in self.unfinished), None)


def desk_of(user: Any, campaign: Campaign, now: datetime) -> Desk | None:
    """The desk of an expert in a year; None where there is no seat. Two queries."""
    seats = with_progress(seats_of(user).filter(application__campaign=campaign), now)
    found = list(seats.select_related("application", "expert", "sheet"))
    return desk_with(campaign, found, now) if found else None


def desk_with(campaign: Campaign, seats: Sequence[Assignment], now: datetime) -> Desk:
    """The desk from seats that were fetched with their progress; one query."""
    criteria = criteria_of(campaign)
    rows = []
    for seat in sorted(seats, key=place_of):
        seat.application.campaign = campaign
        values = values_of(sheet_of(seat), criteria)
        rows.append(
            DeskRow(seat, values, gaps_of(values, criteria), total_of(values, criteria), _is_open(seat, campaign, now))
        )
    return Desk(campaign, seats[0].expert, criteria, rows)


def _is_open(seat: Any, campaign: Campaign, now: datetime) -> bool:
    if seat.application.state != State.IN_REVIEW:
        return False
    return seat.has_leave or (is_review_open(campaign, now) and not seat.is_locked)


def campaigns_of(user: Any) -> list[Campaign]:
    """The years in which an expert has seats, newest first."""
    return list(Campaign.objects.filter(pk__in=seats_of(user).values("application__campaign")).newest_first())


def own_totals(user: Any, campaign: Campaign) -> list[Decimal]:
    """Totals of the expert's own locked reviews of a year."""
    found = Review.objects.valid().filter(expert__user=user.pk, application__campaign=campaign, locked_at__isnull=False)
    return list(found.order_by("pk").values_list("total", flat=True))


# ------------------------------------------------------------------ whether scoring is complete


def seats_that_count(application: Any) -> Any:
    """Seats of an application that stand and are released."""
    return application.assignments.open_to_experts()


def is_complete(application: Any, now: datetime) -> bool:
    """Every standing seat is locked, there are as many reviews as the year asks for, and no leave is in force."""
    seats = list(with_progress(seats_that_count(application), now).values_list("is_locked", "has_leave"))
    locked = sum(is_locked for is_locked, _leave in seats)
    return (
        locked == len(seats)
        and locked >= application.campaign.reviews_per_application
        and not any(leave for _locked, leave in seats)
    )
