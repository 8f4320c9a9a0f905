"""How far the review of a year is, for the bureau: done and left, never a score.

Everything here counts locks. Figures of scores come only from applications whose scoring is closed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.db.models import Max, QuerySet

from qa_portal.campaigns.models import Campaign
from qa_portal.core.numbers import half_up
from qa_portal.notices.models import Notice
from reviews.models import Assignment, Review, ScoringLeave
from reviews.scoring.agreement import Agreement, alpha
from reviews.scoring.notices import REMIND
from reviews.scoring.policy import knows_experts, watches_review
from reviews.scoring.queries import with_progress
from submissions.enums import State
from submissions.models import Application

REVIEWED = (State.IN_REVIEW, State.SCORED)


@dataclass(slots=True)
class ExpertLine:
    """What one expert has done and left; `name` is "" for those who know experts by code."""

    code: str
    name: str
    done: int = 0
    left: int = 0
    undeclared: int = 0
    user_id: int | None = None
    reminded_at: datetime | None = None

    @property
    def total(self) -> int:
        return self.done + self.left


@dataclass(slots=True)
class CaseLine:
    """How many reviews an application has and needs, and how many experts hold a seat."""

    application: Application
    need: int
    have: int = 0
    seats: int = 0

    @property
    def missing_seats(self) -> int:
        return max(0, self.need - self.seats)

    @property
    def kind(self) -> str:
        if self.application.state != State.IN_REVIEW:
            return "ok"
        return "bad" if self.missing_seats else "wait"


@dataclass(slots=True)
class Progress:
    """See the module."""

    campaign: Campaign
    experts: list[ExpertLine]
    cases: list[CaseLine]
    waiting: list[ScoringLeave]
    agreement: Agreement | None
    is_over: bool
    experts_behind: list[ExpertLine] = field(default_factory=list)

    @property
    def have(self) -> int:
        return sum(min(one.have, one.need) for one in self.cases)

    @property
    def need(self) -> int:
        return sum(one.need for one in self.cases)

    @property
    def closed(self) -> int:
        return sum(one.application.state != State.IN_REVIEW for one in self.cases)

    @property
    def short(self) -> int:
        return sum(one.missing_seats for one in self.cases if one.application.state == State.IN_REVIEW)


def reviewed(user: Any, campaign: Campaign) -> QuerySet[Application]:
    """Applications of a year in review or just scored, for those who watch it."""
    found = Application.objects.filter(campaign=campaign, state__in=REVIEWED)
    return found.order_by("number") if watches_review(user) else found.none()


def progress_of(user: Any, campaign: Campaign, now: datetime) -> Progress:
    """The state of the review: six queries, however many seats there are."""
    cases = {one.pk: CaseLine(one, campaign.reviews_per_application) for one in reviewed(user, campaign)}
    experts: dict[int, ExpertLine] = {}
    seats = Assignment.objects.open_to_experts().filter(application__in=reviewed(user, campaign))
    rows = with_progress(seats, now).values_list(
        "application_id", "expert_id", "expert__code", "expert__name", "expert__user_id", "accepted_at", "is_locked"
    )
    for application, key, code, name, person, accepted_at, is_locked in rows:
        shown = name if knows_experts(user) else ""
        line = experts.setdefault(key, ExpertLine(code, shown, user_id=person))
        cases[application].seats += 1
        if is_locked:
            line.done, cases[application].have = line.done + 1, cases[application].have + 1
        else:
            line.left += 1
            line.undeclared += accepted_at is None
    lines = sorted(experts.values(), key=lambda one: one.code)
    _add_reminders(lines)
    waiting = ScoringLeave.objects.waiting().filter(assignment__application__campaign=campaign)
    return Progress(
        campaign, lines, list(cases.values()),
        list(waiting.select_related("assignment__application", "assignment__expert", "requested_by")),
        agreement_of(campaign), campaign.review_closes_at is not None and campaign.review_closes_at <= now,
        [one for one in lines if one.left],
    )  # fmt: skip


def _add_reminders(lines: Iterable[ExpertLine]) -> None:
    people = {one.user_id: one for one in lines if one.user_id}
    last = Notice.objects.filter(recipient__in=list(people), key=REMIND).order_by()
    for person, at in last.values_list("recipient").annotate(at=Max("created_at")):
        people[person].reminded_at = at


def agreement_of(campaign: Campaign) -> Agreement | None:
    """How far the experts agree over the applications whose scoring is closed; one query."""
    totals: dict[int, list[Fraction]] = {}
    rows = Review.objects.in_the_open().filter(application__campaign=campaign, locked_at__isnull=False)
    for application, total in rows.order_by().values_list("application_id", "total"):
        totals.setdefault(application, []).append(Fraction(total))
    return alpha(totals.values())


def alpha_text(agreement: Agreement | None) -> str | None:
    """To 0.01; None without enough reviews."""
    return None if agreement is None else f"{half_up(agreement.alpha, 2):.2f}"
