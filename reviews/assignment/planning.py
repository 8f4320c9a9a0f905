"""Before the draw: how many candidates per seat are possible, and how good the worst pair can be."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from hashlib import sha256

import numpy as np

from reviews.assignment.inputs import Inputs
from reviews.assignment.messages import gettext_noop
from reviews.assignment.network import Infeasible, Numbers, Problem
from reviews.assignment.shortage import Shortage, report_of
from reviews.assignment.solving import choose, is_feasible
from reviews.assignment.tickets import LOTTERY_BITS, SHORTLIST_BITS, shortlist_seed, tickets
from reviews.assignment.watching import Watch

PART = 100_000
DRAW, ASSIGNMENT = "draw", "assignment"


@dataclass(frozen=True, slots=True)
class Plan:
    """`inputs` with the settings that can be kept; `asked_ratio` is what was wished for."""

    inputs: Inputs
    asked_ratio: int

    @property
    def ratio(self) -> int:
        """Candidates per seat."""
        return self.inputs.settings.shortlist_ratio

    @property
    def floor(self) -> int:
        """The highest match that every candidate can reach."""
        return self.inputs.settings.score_floor

    @property
    def is_draw(self) -> bool:
        """With one candidate per seat nothing is left to chance: that is an assignment, and called so."""
        return self.ratio > 1

    @property
    def mode(self) -> str:
        return DRAW if self.is_draw else ASSIGNMENT


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a ratio means: the likeliest pair's share of trial draws, and the mean match against the optimum."""

    ratio: int
    floor: int
    largest_share: Fraction
    match: Fraction
    trials: int

    @property
    def is_draw(self) -> bool:
        return self.ratio > 1


def problem_of(inputs: Inputs, *, ratio: int, floor: int, cost: Numbers | None = None) -> tuple[Problem, Numbers]:
    """Everything times `ratio`, pairs from `floor` on; and the places of those pairs in the inputs.

    `cost` has one entry for each pair of the inputs; without it the match is maximised.
    """
    places = np.flatnonzero(inputs.score >= floor)
    whole = Problem(
        application_of=inputs.application_of,
        expert_of=inputs.expert_of,
        cost=-inputs.score.astype(np.int64) if cost is None else cost,
        demand=inputs.demand * ratio,
        minimum=inputs.minimum * ratio,
        maximum=inputs.maximum * ratio,
        organisation_of=inputs.organisation_of,
        cap=inputs.settings.organisation_cap * ratio,
    )
    return whole.only(places), places


def ceiling(inputs: Inputs, ratio: int) -> int:
    """No floor above this one is feasible: every application alone needs so many candidates of its own."""
    order = np.lexsort((-inputs.score, inputs.application_of))
    application, score = inputs.application_of[order], inputs.score[order]
    width = int(inputs.organisation_of.max()) + 1 if len(inputs.codes) else 1
    group = application.astype(np.int64) * width + inputs.organisation_of[inputs.expert_of[order]]
    counted = _place_in_group(group) < inputs.settings.organisation_cap * ratio
    application, score = application[counted], score[counted]
    needed = inputs.demand * ratio
    at_need = _place_in_group(application.astype(np.int64)) == needed[application] - 1
    if int(at_need.sum()) < int((needed > 0).sum()):
        return -1
    return int(score[at_need].min(initial=100))


def _place_in_group(group: Numbers) -> Numbers:
    """0, 1, 2 … within each value of `group`, in the order of the array."""
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(group) else np.zeros(0, np.int64)
    sizes = np.diff(np.r_[starts, len(group)])
    place = np.empty(len(group), np.int64)
    place[order] = np.arange(len(group)) - np.repeat(starts, sizes)
    return place


def highest_floor(inputs: Inputs, ratio: int, watch: Watch) -> int | None:
    """The highest smallest match of a pair with which `ratio` candidates per seat exist; None: not even without.

    Never below the floor of the settings, which is what the bureau asks for at least.
    """
    lowest, highest = inputs.settings.score_floor, ceiling(inputs, ratio)
    scores = [int(one) for one in np.unique(inputs.score) if lowest <= one <= highest]
    candidates = [lowest, *(one for one in scores if one > lowest)]

    def holds(floor: int) -> bool:
        return is_feasible(problem_of(inputs, ratio=ratio, floor=floor)[0], watch)

    if highest < lowest and inputs.demand.any():
        return None
    if not holds(candidates[0]):
        return None
    good, bad = 0, len(candidates)
    while bad - good > 1:
        middle = (good + bad) // 2
        if holds(candidates[middle]):
            good = middle
        else:
            bad = middle
    return candidates[good]


def make_plan(inputs: Inputs, watch: Watch | None = None) -> Plan:
    """Settings that can be kept: the wished ratio, else fewer candidates per seat, with the highest floor.

    Raises Shortage if not even one candidate per seat exists.
    """
    watch = watch or Watch()
    asked = inputs.settings.shortlist_ratio
    for ratio in range(asked, 0, -1):
        watch.step(asked - ratio, asked + 1, gettext_noop("Looking for the best smallest match"))
        floor = highest_floor(inputs, ratio, watch)
        if floor is not None:
            return Plan(inputs.with_settings(shortlist_ratio=ratio, score_floor=floor), asked)
    watch.step(asked, asked + 1, gettext_noop("Looking for the cause of the shortage"))
    raise Shortage(report_of(inputs, watch))


def best_choice(inputs: Inputs, watch: Watch | None = None) -> Numbers:
    """Places of the pairs with the highest sum of matches above the floor of the settings. Raises Shortage."""
    watch = watch or Watch()
    problem, places = problem_of(inputs, ratio=1, floor=inputs.settings.score_floor)
    try:
        chosen: Numbers = places[choose(problem, watch)]
    except Infeasible:
        raise Shortage(report_of(inputs, watch)) from None
    return chosen


def shortlist_places(inputs: Inputs, watch: Watch) -> Numbers:
    """Places of the candidates: the best match, ties settled by tickets of the inputs' own hash. Raises Infeasible."""
    chosen = inputs.settings
    problem, places = problem_of(inputs, ratio=chosen.shortlist_ratio, floor=chosen.score_floor)
    ties = ticket_array(inputs, places, shortlist_seed(inputs.sha256), "shortlist-v1", SHORTLIST_BITS)
    cost = problem.cost * 2**SHORTLIST_BITS + ties
    found: Numbers = places[choose(replace(problem, cost=cost), watch)]
    return found


def ticket_array(inputs: Inputs, places: Numbers, seed: bytes, label: str, bits: int) -> Numbers:
    """Tickets of the pairs at these places, in their order; in parts, so that millions fit into memory."""
    found = np.empty(len(places), np.int64)
    for start in range(0, len(places), PART):
        part = slice(start, start + PART)
        found[part] = tickets(seed, label, inputs.code_pairs(places[part]), bits)
    return found


def lottery_places(inputs: Inputs, shortlist: Numbers, seed: bytes, watch: Watch) -> Numbers:
    """Places of the drawn pairs: the smallest sum of tickets inside the shortlist. Raises Infeasible."""
    luck = ticket_array(inputs, shortlist, seed, "draw-v1", LOTTERY_BITS)
    problem, _places = problem_of(inputs, ratio=1, floor=0)
    drawn: Numbers = shortlist[choose(replace(problem.only(shortlist), cost=luck), watch)]
    return drawn


def forecast(inputs: Inputs, watch: Watch | None = None, *, trials: int = 60) -> list[Forecast]:
    """What each feasible ratio would mean, from trial draws whose seeds have nothing to do with the real one.

    Raises Shortage if nothing is feasible.
    """
    return list(_forecasts(inputs, watch or Watch(), trials))


def _forecasts(inputs: Inputs, watch: Watch, trials: int) -> Iterator[Forecast]:
    optimum = int(inputs.score[best_choice(inputs, watch)].sum(dtype=np.int64))
    ratios = range(inputs.settings.shortlist_ratio, 0, -1)
    for row, ratio in enumerate(ratios):
        floor = highest_floor(inputs, ratio, watch)
        if floor is None:
            continue
        planned = inputs.with_settings(shortlist_ratio=ratio, score_floor=floor)
        shortlist = shortlist_places(planned, watch)
        counts, total = np.zeros(len(inputs.score), np.int64), 0
        for trial in range(trials):
            watch.step(row * trials + trial, len(ratios) * trials, gettext_noop("Trial draws"))
            drawn = lottery_places(planned, shortlist, sha256(f"trial|{ratio}|{trial}".encode()).digest(), watch)
            counts[drawn] += 1
            total += int(inputs.score[drawn].sum(dtype=np.int64))
        match = Fraction(total, trials * optimum) if optimum else Fraction(1)
        yield Forecast(ratio, floor, Fraction(int(counts.max(initial=0)), trials), match, trials)
