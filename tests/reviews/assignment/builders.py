"""Small years for the engine, made from one number, and certificates of their draws."""

import random
from typing import NamedTuple

from reviews.assignment.drawing import Commitments, Secrets, make_draw, make_manifest, make_shortlist
from reviews.assignment.inputs import Expert, Inputs, Settings
from reviews.assignment.planning import Plan, make_plan
from reviews.assignment.tickets import commitment

BUREAU, INSPECTOR = "11" * 32, "22" * 32
SECRETS = Secrets(BUREAU, INSPECTOR)
COMMITMENTS = Commitments(commitment(BUREAU), commitment(INSPECTOR))
RULES = ("C1", "C2", "C10")


def year(seed: int, *, applications: int = 4, experts: int = 7, seats: int = 2, ratio: int = 1) -> Inputs:
    """A random small year, feasible or not: conflicts, missing pairs, shared organisations, loads."""
    chance = random.Random(seed)  # noqa: S311 - a year, not a draw
    numbers = [f"2020-{place:04d}" for place in range(1, applications + 1)]
    codes = [f"E{place:03d}" for place in range(1, experts + 1)]
    pairs, conflicts = [], []
    for number in numbers:
        for code in codes:
            lot = chance.random()
            if lot < 0.12:
                conflicts.append((number, code, chance.choice(RULES)))
            if lot < 0.85:
                pairs.append((number, code, chance.randint(1, 100)))
    people = {}
    for code in codes:
        low = chance.choice((0, 0, 1))
        people[code] = Expert(f"O{chance.randrange(experts - 1)}", low, low + chance.randint(1, 3))
    return Inputs.build(
        applications={number: chance.randint(1, seats) for number in numbers},
        experts=people,
        pairs=pairs,
        conflicts=conflicts,
        settings=Settings(organisation_cap=chance.choice((1, 1, 2)), shortlist_ratio=ratio),
    )


def roomy_year(
    *, applications: int = 12, experts: int = 24, seats: int = 2, ratio: int = 3, minimum: int = 0, seed: int = 1
) -> Inputs:
    """A year with room for a draw: one conflict per application, two experts of each organisation."""
    chance = random.Random(seed)  # noqa: S311 - a year, not a draw
    numbers = [f"2020-{place:04d}" for place in range(1, applications + 1)]
    codes = [f"E{place:03d}" for place in range(1, experts + 1)]
    conflicts = [(number, codes[place % experts], "C1") for place, number in enumerate(numbers)]
    return Inputs.build(
        applications=dict.fromkeys(numbers, seats),
        experts={code: Expert(f"O{place // 2:02d}", minimum, 3) for place, code in enumerate(codes)},
        pairs=[(number, code, chance.randint(1, 100)) for number in numbers for code in codes],
        conflicts=conflicts,
        settings=Settings(shortlist_ratio=ratio),
    )


class Certificate(NamedTuple):
    """The three files of a draw and the plan behind them."""

    inputs: bytes
    manifest: bytes
    draw: bytes
    plan: Plan


def certificate(
    inputs: Inputs | None = None, *, value: str = "2020123", counter: int = 1, reason: str = ""
) -> Certificate:
    """Plan, freeze and draw with known secrets."""
    plan = make_plan(inputs or roomy_year())
    manifest = make_manifest(
        plan.inputs, make_shortlist(plan.inputs), campaign=2020, counter=counter, reason=reason,
        commitments=COMMITMENTS, beacon="lottery issue 2020123; if it fails, the next one",
    )  # fmt: skip
    return Certificate(plan.inputs.to_bytes(), manifest, make_draw(plan.inputs, manifest, SECRETS, value), plan)
