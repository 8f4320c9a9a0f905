"""The life of an application as data: what may follow what, who may do it, whether a reason is due."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from submissions.enums import State, Step
from submissions.policy import (
    checks,
    is_before_recommendation_closes,
    leads,
    may_resubmit,
    may_submit,
    owns,
    recommends,
    runs_review,
    runs_review_or_portal,
)

May = Callable[[Any, Any, datetime], bool]


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table. `target` may depend on the application; `may(user, application, now)` is the policy.

    A move of the review is a part of an operation of that stage, which checks more than the table can say;
    no button takes it alone.
    """

    sources: frozenset[State]
    target: State
    may: May
    needs_reason: bool = False
    is_of_review: bool = False


def _of(*states: State) -> frozenset[State]:
    return frozenset(states)


MOVES: dict[tuple[Step, State], Move] = {}


def _add(
    step: Step,
    sources: frozenset[State],
    target: State,
    may: May,
    *,
    needs_reason: bool = False,
    is_of_review: bool = False,
) -> None:
    for source in sources:
        MOVES[step, source] = Move(sources, target, may, needs_reason, is_of_review)


_add(Step.SUBMIT, _of(State.DRAFT), State.PENDING_RECOMMENDATION, may_submit)
_add(Step.SUBMIT, _of(State.RETURNED), State.PENDING_RECOMMENDATION, may_resubmit)
_add(Step.SUBMIT, _of(State.CORRECTION), State.FORMAL_CHECK, may_resubmit)
_add(Step.RETURN, _of(State.PENDING_RECOMMENDATION), State.RETURNED, is_before_recommendation_closes, needs_reason=True)
_add(Step.RECOMMEND, _of(State.PENDING_RECOMMENDATION), State.FORMAL_CHECK, is_before_recommendation_closes)
_add(Step.DECLINE, _of(State.PENDING_RECOMMENDATION), State.NOT_RECOMMENDED, recommends, needs_reason=True)
_add(Step.ASK_CORRECTION, _of(State.FORMAL_CHECK), State.CORRECTION, checks, needs_reason=True)
_add(Step.ACCEPT, _of(State.FORMAL_CHECK), State.ACCEPTED, checks)
_add(Step.REFUSE, _of(State.FORMAL_CHECK, State.CORRECTION), State.REFUSED, checks, needs_reason=True)
_add(
    Step.WITHDRAW,
    _of(State.DRAFT, State.PENDING_RECOMMENDATION, State.RETURNED, State.FORMAL_CHECK, State.CORRECTION),
    State.WITHDRAWN,
    owns,
    needs_reason=True,
)


def _add_review(
    step: Step, sources: frozenset[State], target: State, may: May = runs_review, *, needs_reason: bool = False
) -> None:
    _add(step, sources, target, may, needs_reason=needs_reason, is_of_review=True)


_add_review(Step.OPEN_REVIEW, _of(State.ACCEPTED), State.IN_REVIEW)
_add_review(Step.RECALL_REVIEW, _of(State.IN_REVIEW), State.ACCEPTED, needs_reason=True)
_add_review(Step.CLOSE_SCORING, _of(State.IN_REVIEW), State.SCORED, runs_review_or_portal)
_add_review(Step.REOPEN_SCORING, _of(State.SCORED), State.IN_REVIEW, needs_reason=True)
_add_review(Step.CALL_TO_DEFENCE, _of(State.SCORED), State.DEFENCE)
_add_review(Step.DECIDE, _of(State.SCORED, State.DEFENCE), State.DECIDED)
_add_review(Step.TAKE_BACK_DECISION, _of(State.DECIDED), State.SCORED, needs_reason=True)
_add_review(Step.OPEN_NOTICE, _of(State.DECIDED), State.PUBLIC_NOTICE, leads)
_add_review(Step.HANDLE_OBJECTION, _of(State.PUBLIC_NOTICE), State.UNDER_OBJECTION, needs_reason=True)
_add_review(Step.DISMISS_OBJECTION, _of(State.UNDER_OBJECTION), State.CONFIRMED, needs_reason=True)
_add_review(Step.UPHOLD_OBJECTION, _of(State.UNDER_OBJECTION), State.DECIDED, needs_reason=True)
_add_review(Step.CONFIRM, _of(State.PUBLIC_NOTICE), State.CONFIRMED, runs_review_or_portal)
_add_review(Step.PUBLISH, _of(State.CONFIRMED, State.DECIDED), State.PUBLISHED, leads)
_add_review(Step.ARCHIVE, _of(State.PUBLISHED), State.ARCHIVED)


def move_for(step: Step, state: State) -> Move | None:
    """The move of a step from a state, or None where the table has none."""
    return MOVES.get((step, State(state)))


def steps_open_to(user: Any, application: Any, now: datetime) -> list[Step]:
    """The steps of filing that this person may take now: buttons and tests are made from it."""
    return [
        step
        for step in Step
        if (move := move_for(step, State(application.state)))
        and not move.is_of_review
        and move.may(user, application, now)
    ]
