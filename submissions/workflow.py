"""The life of an application as data: what may follow what, who may do it, whether a reason is due."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from submissions.enums import State, Step
from submissions.policy import checks, is_before_recommendation_closes, may_resubmit, may_submit, owns, recommends

May = Callable[[Any, Any, datetime], bool]


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table. `target` may depend on the application; `may(user, application, now)` is the policy."""

    sources: frozenset[State]
    target: State
    may: May
    needs_reason: bool = False


def _of(*states: State) -> frozenset[State]:
    return frozenset(states)


MOVES: dict[tuple[Step, State], Move] = {}


def _add(step: Step, sources: frozenset[State], target: State, may: May, *, needs_reason: bool = False) -> None:
    for source in sources:
        MOVES[step, source] = Move(sources, target, may, needs_reason)


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


def move_for(step: Step, state: State) -> Move | None:
    """The move of a step from a state, or None where the table has none."""
    return MOVES.get((step, State(state)))


def steps_open_to(user: Any, application: Any, now: datetime) -> list[Step]:
    """The steps that this person may take now: buttons and tests are made from it."""
    return [
        step for step in Step if (move := move_for(step, State(application.state))) and move.may(user, application, now)
    ]
