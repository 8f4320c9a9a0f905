"""After the draw: filling seats that became free, by the same tickets, touching nothing else.

A seat becomes free when an expert declines, a conflict is found or an expert drops out; a third opinion adds
one, and so does the replacement of a fixed pair. All other pairs stay fixed. The seats go to the candidates of
the shortlist first, the smallest sum of tickets; only where none is left, to other eligible experts,
again by ticket. For one seat this is the next ticket of the list. Minimum loads do not bind here: they
were a rule of the draw.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from reviews.assignment.drawing import PROTOCOL, drawn_pairs, read_manifest
from reviews.assignment.inputs import Inputs, Numbers, as_inputs
from reviews.assignment.messages import InputError, Message, gettext_noop
from reviews.assignment.network import Infeasible, Problem
from reviews.assignment.planning import ticket_array
from reviews.assignment.shortage import Shortage, report_of
from reviews.assignment.solving import choose
from reviews.assignment.tickets import (
    LOTTERY_BITS,
    Pair,
    canonical,
    draw_digest,
    draw_seed,
    sha256,
)
from reviews.assignment.watching import Watch

CHANGE_PROTOCOL = "change-v1"


@dataclass(frozen=True)
class Change:
    """What happened since the draw.

    `void`: pairs that end, with the code of the reason; `barred`: further pairs that may not come about (new
    conflicts); `unavailable`: experts who take nothing more; `extra`: additional seats by number.
    `earlier`: the change files before this one, in their order.
    """

    void: Sequence[tuple[str, str, str]] = ()
    barred: Sequence[Pair] = ()
    unavailable: Sequence[str] = ()
    extra: Mapping[str, int] = field(default_factory=dict)
    earlier: Sequence[bytes] = ()


@dataclass(frozen=True, slots=True)
class Changed:
    """A change file: pairs that ended, that were added, and all that hold now. Codes, sorted."""

    void: tuple[tuple[str, str, str], ...]
    added: tuple[Pair, ...]
    pairs: tuple[Pair, ...]


def read_change(change_bytes: bytes) -> Changed:
    """The content of a change file. Raises InputError."""
    try:
        content = json.loads(change_bytes)
        if content["protocol"] != CHANGE_PROTOCOL:
            raise ValueError(content["protocol"])
        return Changed(*(tuple(tuple(row) for row in content[key]) for key in ("void", "added", "pairs")))
    except (ValueError, KeyError, TypeError):
        raise InputError([Message(gettext_noop("This is not a file of changes after a draw."))]) from None


@dataclass(frozen=True)
class _State:
    """What holds when the seats are filled."""

    held: set[Pair]
    closed: set[Pair]  # void or barred, ever
    unavailable: set[str]
    extra: Counter[str]


def substitute(
    inputs: Inputs | bytes, manifest_bytes: bytes, draw_bytes: bytes, change: Change, watch: Watch | None = None
) -> bytes:
    """The content of a change file: who takes the free seats. The draw itself stays as it was published.

    Raises InputError for a change that does not fit the draw, Shortage if seats cannot be filled.
    """
    inputs, watch = as_inputs(inputs), watch or Watch()
    manifest = read_manifest(manifest_bytes, inputs.sha256, PROTOCOL)
    draw = json.loads(draw_bytes)
    secrets = draw["secrets"]
    seed = draw_seed(sha256(manifest_bytes), secrets["bureau"], secrets["inspector"], draw["beacon_value"])
    state = _state(inputs, draw_bytes, change)
    watch.step(0, 1, gettext_noop("Filling free seats by ticket"))
    places, problem = _open_problem(inputs, state)
    rings = np.ones(len(places), np.int64)
    shortlist = inputs.places_of([(number, code) for number, code in manifest["shortlist"]])
    rings[np.isin(places, shortlist)] = 0
    luck = ticket_array(inputs, places, seed, "draw-v1", LOTTERY_BITS)
    width = LOTTERY_BITS + int(problem.demand.sum()).bit_length()
    try:
        chosen = choose(replace(problem, cost=rings * 2**width + luck), watch)
    except Infeasible:
        raise Shortage(report_of(_remaining(inputs, places, problem), watch)) from None
    added = inputs.code_pairs(places[chosen])
    pairs = sorted([*state.held, *added])
    content: dict[str, Any] = {
        "protocol": CHANGE_PROTOCOL,
        "draw_sha256": sha256(draw_bytes),
        "counter": len(change.earlier) + 1,
        "previous": sha256(change.earlier[-1]) if change.earlier else "",
        "void": sorted(change.void),
        "barred": sorted(change.barred),
        "unavailable": sorted(change.unavailable),
        "extra": {number: seats for number, seats in change.extra.items() if seats},
        "added": added,
        "pairs": pairs,
        "digest": draw_digest(pairs),
    }
    return canonical(content)


def _state(inputs: Inputs, draw_bytes: bytes, change: Change) -> _State:
    """Replay the draw and the earlier changes, then this one. Raises InputError."""
    held, closed, gone, extra = set(drawn_pairs(draw_bytes)), set[Pair](), set[str](), Counter[str]()
    for earlier in change.earlier:
        content = json.loads(earlier)
        held = set(read_change(earlier).pairs)
        closed |= {(number, code) for number, code, _reason in content["void"]}
        closed |= {(number, code) for number, code in content["barred"]}
        gone |= set(content["unavailable"])
        extra.update(content["extra"])
    faults = []
    for number, code, reason in change.void:
        if (number, code) not in held or not reason.strip():
            text = gettext_noop("%(number)s/%(expert)s: not a pair that holds, or no reason given.")
            faults.append(Message(text, {"number": number, "expert": code}))
    ending = {(number, code) for number, code, _reason in change.void}
    for number, code in sorted(set(change.barred) & (held - ending)):
        text = gettext_noop("%(number)s/%(expert)s: the pair still holds; end it to bar it.")
        faults.append(Message(text, {"number": number, "expert": code}))
    known, numbers = set(inputs.codes), set(inputs.numbers)
    for code in sorted({*change.unavailable, *(code for _number, code in change.barred)} - known):
        faults.append(Message(gettext_noop("%(expert)s is not an expert of this draw."), {"expert": code}))
    for number in sorted({*change.extra, *(number for number, _code in change.barred)} - numbers):
        faults.append(Message(gettext_noop("%(number)s is not an application of this draw."), {"number": number}))
    if any(seats < 0 for seats in change.extra.values()):
        faults.append(Message(gettext_noop("The number of additional seats cannot be negative.")))
    if faults:
        raise InputError(faults)
    return _State(
        held - ending,
        closed | ending | set(change.barred),
        gone | set(change.unavailable),
        extra + Counter(change.extra),
    )


def _open_problem(inputs: Inputs, state: _State) -> tuple[Numbers, Problem]:
    """Places of the pairs that may fill a free seat, and the problem over them (costs still zero)."""
    held = inputs.places_of(sorted(state.held))
    held_application, held_expert = inputs.application_of[held], inputs.expert_of[held]
    extra = np.array([state.extra[number] for number in inputs.numbers], np.int64)
    need = inputs.demand + extra - np.bincount(held_application, minlength=len(inputs.numbers))
    load = np.bincount(held_expert, minlength=len(inputs.codes))
    may_take = np.array([code not in state.unavailable for code in inputs.codes], bool)
    is_open = (need > 0)[inputs.application_of] & may_take[inputs.expert_of]
    is_open[held] = False
    closed = [pair for pair in sorted(state.closed) if _is_eligible(inputs, pair)]
    is_open[inputs.places_of(closed)] = False
    places = np.flatnonzero(is_open)
    problem = Problem(
        application_of=inputs.application_of[places],
        expert_of=inputs.expert_of[places],
        cost=np.zeros(len(places), np.int64),
        demand=np.maximum(need, 0),
        minimum=np.zeros(len(inputs.codes), np.int64),
        maximum=np.maximum(inputs.maximum - load, 0),
        organisation_of=inputs.organisation_of,
        cap=inputs.settings.organisation_cap,
        taken=np.column_stack([held_application, inputs.organisation_of[held_expert]]),
    )
    return places, problem


def _is_eligible(inputs: Inputs, pair: Pair) -> bool:
    try:
        inputs.places_of([pair])
    except KeyError:
        return False
    return True


def _remaining(inputs: Inputs, places: Numbers, problem: Problem) -> Inputs:
    """The free seats as inputs of their own, for the report of a shortage."""
    group_of, _size, limit = problem.group_limits()
    kept = places[limit[group_of] > 0] if len(places) else places
    return replace(
        inputs.with_settings(score_floor=0),
        demand=problem.demand,
        minimum=problem.minimum,
        maximum=problem.maximum,
        application_of=inputs.application_of[kept],
        expert_of=inputs.expert_of[kept],
        score=inputs.score[kept],
    )
