"""The way of an application to its acceptance, said a second time: not in the words of workflow and policy.

One `Case` follows one application through whatever the state machine does to it. It knows who acts, until
when, and where that leads; what it does not foresee must not happen.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from submissions.enums import State, Step

S, T = State, Step
APPLICANT, UNIT, STAFF = "applicant", "unit", "staff"
FILING, ANSWER, RECOMMENDATION = "filing", "answer", "recommendation"
# (step, state) → side that acts, deadline that stops it, state it leads to, whether a reason is due
RULES: dict[tuple[Step, State], tuple[str, str, State, bool]] = {
    (T.SUBMIT, S.DRAFT): (APPLICANT, FILING, S.PENDING_RECOMMENDATION, False),
    (T.SUBMIT, S.RETURNED): (APPLICANT, ANSWER, S.PENDING_RECOMMENDATION, False),
    (T.SUBMIT, S.CORRECTION): (APPLICANT, ANSWER, S.FORMAL_CHECK, False),
    (T.RETURN, S.PENDING_RECOMMENDATION): (UNIT, RECOMMENDATION, S.RETURNED, True),
    (T.RECOMMEND, S.PENDING_RECOMMENDATION): (UNIT, RECOMMENDATION, S.FORMAL_CHECK, False),
    (T.DECLINE, S.PENDING_RECOMMENDATION): (UNIT, "", S.NOT_RECOMMENDED, True),
    (T.ASK_CORRECTION, S.FORMAL_CHECK): (STAFF, "", S.CORRECTION, True),
    (T.ACCEPT, S.FORMAL_CHECK): (STAFF, "", S.ACCEPTED, False),
    (T.REFUSE, S.FORMAL_CHECK): (STAFF, "", S.REFUSED, True),
    (T.REFUSE, S.CORRECTION): (STAFF, "", S.REFUSED, True),
    (T.WITHDRAW, S.DRAFT): (APPLICANT, "", S.WITHDRAWN, True),
    (T.WITHDRAW, S.PENDING_RECOMMENDATION): (APPLICANT, "", S.WITHDRAWN, True),
    (T.WITHDRAW, S.RETURNED): (APPLICANT, "", S.WITHDRAWN, True),
    (T.WITHDRAW, S.FORMAL_CHECK): (APPLICANT, "", S.WITHDRAWN, True),
    (T.WITHDRAW, S.CORRECTION): (APPLICANT, "", S.WITHDRAWN, True),
}
# the steps of filing; those of review and decision are parts of operations with tests of their own
STEPS = tuple(dict.fromkeys(step for step, _state in RULES))
WRITTEN = {S.DRAFT: FILING, S.RETURNED: ANSWER, S.CORRECTION: ANSWER}  # state → deadline of writing
GUIDED = (S.PENDING_RECOMMENDATION, S.RETURNED, S.FORMAL_CHECK, S.CORRECTION)


@dataclass(frozen=True)
class Calendar:
    """The dates of the year."""

    opens: datetime
    closes: datetime
    recommendation: datetime


@dataclass
class Case:
    """What must be true of one application. `sides`: person → the side on which they stand for it."""

    calendar: Calendar
    sides: dict[str, str]
    is_self_filed: bool = False
    state: State = S.DRAFT
    version: int = 0
    text: str = ""
    submissions: int = 0
    corrections: int = 0
    notes: int = 0
    judged: int = 0
    uploads: int = 0
    due: datetime | None = None
    extended_until: datetime | None = None
    submitted_at: datetime | None = None
    accepted_at: datetime | None = None
    is_recommended: bool = False
    is_bottleneck: bool = False

    def is_in_time(self, deadline: str, now: datetime) -> bool:
        if deadline == FILING:
            is_extended = self.extended_until is not None and now < self.extended_until
            return self.calendar.opens <= now and (now < self.calendar.closes or is_extended)
        if deadline == ANSWER:
            return self.due is None or now < self.due
        return deadline == "" or now < self.calendar.recommendation

    def acts(self, person: str, step: Step, now: datetime) -> bool:
        """The rulebook lets this person take this step now."""
        rule = RULES.get((step, self.state))
        return rule is not None and self.sides.get(person) == rule[0] and self.is_in_time(rule[1], now)

    def writes(self, person: str, now: datetime) -> bool:
        """Sections, evidence, answers to warnings."""
        is_written = self.state in WRITTEN and self.sides.get(person) == APPLICANT
        return is_written and self.is_in_time(WRITTEN[self.state], now)

    def guides(self, person: str) -> bool:
        return self.state in GUIDED and self.sides.get(person) in (UNIT, STAFF)

    def checks(self, person: str) -> bool:
        return self.state == S.FORMAL_CHECK and self.sides.get(person) == STAFF

    def holds_place(self) -> bool:
        """It takes one of the unit's places."""
        return self.is_recommended and self.state not in (S.WITHDRAWN, S.REFUSED)

    def hinders(self, step: Step, others: Iterable["Case"], *, opinion: str, why: str, places: int) -> bool:
        """What the step itself asks for is not there."""
        if step == T.SUBMIT:
            return not self.text
        if step == T.RECOMMEND:
            taken = sum(one.holds_place() for one in others if one is not self)
            return not opinion or not (why or self.notes) or taken >= places
        return step == T.ASK_CORRECTION and self.corrections >= 1

    def move(self, step: Step, now: datetime, due: datetime) -> None:
        """The step was taken; `due` is the end of five working days."""
        self.state = RULES[step, self.state][2]
        self.version += 1
        if step == T.SUBMIT:
            self.submissions += 1
            self.submitted_at = self.submitted_at or now
            self.due = None
            if self.is_self_filed:
                self.state = S.FORMAL_CHECK
        elif step == T.RETURN:
            self.due = min(due, self.calendar.recommendation)
        elif step == T.ASK_CORRECTION:
            self.corrections, self.due = self.corrections + 1, due
        elif step == T.ACCEPT:
            self.accepted_at, self.due = now, None
        elif step == T.RECOMMEND:
            self.is_recommended = True

    def row(self) -> tuple[object, ...]:
        """What the database must hold, as `workflow_machine.row_of` reads it."""
        return (
            self.state, self.version, self.submissions > 0, self.corrections, self.due, self.submitted_at,
            self.accepted_at, self.is_bottleneck, self.text, self.submissions, self.notes, self.judged,
            self.uploads, self.is_recommended, self.extended_until,
        )  # fmt: skip
