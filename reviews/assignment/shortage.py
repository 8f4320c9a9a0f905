"""Why an assignment is impossible: where seats stay empty, which rule is to blame, what would free them."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from reviews.assignment.inputs import Inputs, Numbers
from reviews.assignment.messages import AssignmentError, Message, gettext_noop
from reviews.assignment.network import Problem, arcs_of
from reviews.assignment.solving import flows
from reviews.assignment.watching import Watch

# rules besides the codes of the conflicts
LOAD, ORGANISATION, FLOOR, FIELD = "load", "organisation", "floor", "field"
USED, RECUSAL = "used", "recusal"  # of panels
EMPTY_SEAT, LOW_LOAD = 1_000, 1  # an empty seat weighs more than a minimum load that is missed

NAMES = {
    LOAD: gettext_noop("maximum load"),
    ORGANISATION: gettext_noop("one expert of an organisation per application"),
    FLOOR: gettext_noop("smallest match"),
    FIELD: gettext_noop("field of expertise"),
    USED: gettext_noop("needed in another panel"),
    RECUSAL: gettext_noop("recusal"),
}
REMEDIES = {
    LOAD: gettext_noop("Raise the maximum load, or add experts who can take this application."),
    ORGANISATION: gettext_noop("Add experts of other organisations for this application."),
    FLOOR: gettext_noop("Lower the smallest match, or add experts who match better."),
    FIELD: gettext_noop("Add experts of this field."),
    USED: gettext_noop("Add experts of this field."),
}
CONFLICT_REMEDY = gettext_noop("Add experts of this field who have no conflict with this application.")


@dataclass(frozen=True, slots=True)
class ShortageLine:
    """An application with empty seats. `rule` is a conflict code or load, organisation, floor, field."""

    number: str
    missing: int
    rule: str
    removed: Mapping[str, int]  # candidates that each rule removed
    remedy: Message


@dataclass(frozen=True, slots=True)
class LoadLine:
    """An expert whose minimum load cannot be reached."""

    code: str
    missing: int


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change of the settings and how many seats would still be missing after it."""

    change: Message
    missing: int


@dataclass(frozen=True, slots=True)
class ShortageReport:
    """The sum of `lines` is the number of missing seats, the least that any assignment leaves empty."""

    lines: tuple[ShortageLine, ...]
    loads: tuple[LoadLine, ...]
    remedies: tuple[Remedy, ...]

    @property
    def missing(self) -> int:
        return sum(line.missing for line in self.lines)


class Shortage(AssignmentError):
    """Not every seat can be filled, or not every minimum load reached; `report` says where and why."""

    def __init__(self, report: ShortageReport) -> None:
        self.report = report
        super().__init__(_messages(report))


def _messages(report: ShortageReport) -> Iterator[Message]:
    if report.missing:
        text = gettext_noop("%(missing)s seats of %(count)s applications cannot be filled.")
        yield Message(text, {"missing": report.missing, "count": len(report.lines)})
    for line in report.lines[:20]:
        text = gettext_noop("%(number)s: %(missing)s experts are missing; most candidates were removed by: %(rule)s.")
        rule = Message(NAMES[line.rule]) if line.rule in NAMES else line.rule
        yield Message(text, {"number": line.number, "missing": line.missing, "rule": rule})
    for load in report.loads[:20]:
        text = gettext_noop("%(expert)s: %(missing)s applications are missing to reach the minimum load.")
        yield Message(text, {"expert": load.code, "missing": load.missing})
    for remedy in report.remedies:
        yield remedy.change


def _soft_problem(inputs: Inputs) -> Problem:
    places = np.flatnonzero(inputs.score >= inputs.settings.score_floor)
    return Problem(
        application_of=inputs.application_of[places],
        expert_of=inputs.expert_of[places],
        cost=np.zeros(len(places), np.int64),
        demand=inputs.demand,
        minimum=inputs.minimum,
        maximum=inputs.maximum,
        organisation_of=inputs.organisation_of,
        cap=inputs.settings.organisation_cap,
        slack=EMPTY_SEAT,
        reward=LOW_LOAD,
    )


@dataclass(frozen=True)
class _Fullest:
    """An assignment that leaves as few seats empty as possible, then misses as little minimum load."""

    chosen: Numbers  # mask over the pairs of the problem
    empty: Numbers  # seats of each application
    missed: Numbers  # minimum load of each expert
    is_full: Numbers  # whether each expert carries the maximum load


def _fullest(problem: Problem, watch: Watch) -> _Fullest:
    arcs, flow = arcs_of(problem), flows(problem, watch)
    experts = len(problem.minimum)
    reached = flow[arcs.rewarded_from : arcs.rewarded_from + experts]
    load = reached + flow[arcs.rewarded_from + experts :]
    return _Fullest(
        chosen=flow[: len(problem.cost)] > 0,
        empty=flow[arcs.slack_from : arcs.rewarded_from],
        missed=problem.minimum - reached,
        is_full=load >= problem.maximum,
    )


def missing_seats(problem: Problem, watch: Watch) -> int:
    """The least number of seats that stay empty."""
    return int(_fullest(problem, watch).empty.sum())


def report_of(inputs: Inputs, watch: Watch) -> ShortageReport:
    """The report for one candidate per seat, under the floor and the loads of the inputs."""
    problem = _soft_problem(inputs)
    found = _fullest(problem, watch)
    conflicts: dict[str, list[tuple[str, str]]] = {}
    for number, code, rule in inputs.conflicts:
        conflicts.setdefault(number, []).append((code, rule))
    short = np.flatnonzero(found.empty)
    lines = tuple(_line(inputs, problem, found, int(place), conflicts) for place in short)
    loads = tuple(LoadLine(inputs.codes[place], int(found.missed[place])) for place in np.flatnonzero(found.missed))
    missing = int(found.empty.sum())
    return ShortageReport(lines, loads, tuple(_remedies(inputs, problem, missing, bool(loads), watch)))


def _line(
    inputs: Inputs, problem: Problem, found: _Fullest, place: int, conflicts: Mapping[str, list[tuple[str, str]]]
) -> ShortageLine:
    """Each expert without a seat is counted under one rule; those with several conflicts under each."""
    number, cap = inputs.numbers[place], inputs.settings.organisation_cap
    clashing = conflicts.get(number, [])
    removed = Counter(rule for _code, rule in clashing)
    eligible = inputs.score[inputs.application_of == place]
    removed[FLOOR] = int((eligible < inputs.settings.score_floor).sum())
    mine = problem.application_of == place
    unit = inputs.organisation_of
    at_cap = np.bincount(unit[problem.expert_of[mine & found.chosen]], minlength=len(unit) + 1) >= cap
    left = problem.expert_of[mine & ~found.chosen]
    removed[ORGANISATION] = int(at_cap[unit[left]].sum())
    removed[LOAD] = int((found.is_full[left] & ~at_cap[unit[left]]).sum())
    blamed = max(sorted(removed), key=lambda rule: removed[rule])
    if not removed[blamed]:
        blamed = FIELD
    removed[FIELD] = len(inputs.codes) - len(eligible) - len({code for code, _rule in clashing})
    counts = {rule: count for rule, count in sorted(removed.items()) if count > 0}
    remedy = Message(REMEDIES.get(blamed, CONFLICT_REMEDY))
    return ShortageLine(number, int(found.empty[place]), blamed, counts, remedy)


def _remedies(inputs: Inputs, problem: Problem, missing: int, is_underloaded: bool, watch: Watch) -> Iterator[Remedy]:
    """Changes of one setting that free seats, each computed, best last resort last."""
    if is_underloaded:
        yield Remedy(Message(gettext_noop("Lower the minimum load of the experts named.")), missing)
    if not missing:
        return

    def after(extra: int) -> int:
        return missing_seats(replace(problem, maximum=problem.maximum + extra), watch)

    most = int(problem.demand.sum())
    reachable = after(most)
    if reachable < missing:
        extra = _smallest(lambda number: after(number) <= reachable, most)
        text = gettext_noop("With a maximum load higher by %(extra)s for everybody, %(missing)s seats are missing.")
        yield Remedy(Message(text, {"extra": extra, "missing": reachable}), reachable)
    changed = {
        gettext_noop("Without the smallest match, %(missing)s seats are missing."): _soft_problem(
            inputs.with_settings(score_floor=0)
        ),
        gettext_noop("With one more expert of an organisation allowed, %(missing)s seats are missing."): replace(
            problem, cap=problem.cap + 1
        ),
    }
    for text, other in changed.items():
        left = missing_seats(other, watch)
        if left < missing:
            yield Remedy(Message(text, {"missing": left}), left)


def _smallest(holds: Callable[[int], bool], known: int) -> int:
    """The smallest number from 1 for which `holds` is true, which it is for `known` and all above it."""
    low, high = 0, known
    while high - low > 1:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle
    return high
