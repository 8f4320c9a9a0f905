#!/usr/bin/env python3
"""Measure the assignment of experts at the sizes that the portal promises to hold.

    tools/benchmark_assignment.py                 # all sizes
    tools/benchmark_assignment.py 145x60          # one of them

Prints CPU time and peak memory of each step, child processes included. A year is invented from a fixed seed.
`flow` is the exact optimum above the highest floor; the other steps make a whole verifiable draw.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from reviews.assignment.drawing import (  # noqa: E402
    Commitments,
    Secrets,
    drawn_pairs,
    make_draw,
    make_manifest,
    make_shortlist,
)
from reviews.assignment.inputs import Inputs, Settings  # noqa: E402
from reviews.assignment.planning import best_choice, highest_floor, make_plan  # noqa: E402
from reviews.assignment.tickets import commitment  # noqa: E402
from reviews.assignment.verify_draw import verify  # noqa: E402
from reviews.assignment.watching import Watch  # noqa: E402

# applications, experts, candidates per application, minimum and maximum load, is the draw checked as well
SIZES = {
    "145x60": (145, 60, 58, 10, 15, True),
    "1000x300": (1_000, 300, 288, 10, 25, True),
    "10000x1000": (10_000, 1_000, 50, 20, 60, True),
    "100000x10000": (100_000, 10_000, 50, 10, 60, False),
}
SEATS = 5


def year(applications: int, experts: int, candidates: int, minimum: int, maximum: int) -> Inputs:
    """Invented applications with random candidates, two experts of each organisation."""
    chance = np.random.default_rng(1)
    rows = [np.sort(chance.choice(experts, candidates, replace=False)) for _ in range(applications)]
    return Inputs(
        settings=Settings(),
        numbers=tuple(f"2030-{place:06d}" for place in range(applications)),
        demand=np.full(applications, SEATS),
        codes=tuple(f"E{place:05d}" for place in range(experts)),
        organisations=tuple(f"O{place // 2:05d}" for place in range(experts)),
        minimum=np.full(experts, minimum),
        maximum=np.full(experts, maximum),
        application_of=np.repeat(np.arange(applications, dtype=np.int32), candidates),
        expert_of=np.concatenate(rows).astype(np.int32),
        score=chance.integers(1, 101, applications * candidates).astype(np.int16),
        conflicts=(),
        fixed=(),
    )


def cpu() -> float:
    """Seconds of this process and of the children that ended."""
    return sum(one.ru_utime + one.ru_stime for one in (getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN)))


def megabytes() -> int:
    """Peaks of this process and of its largest child, added: more than were ever in use at once."""
    return (getrusage(RUSAGE_SELF).ru_maxrss + getrusage(RUSAGE_CHILDREN).ru_maxrss) // 1024


def measure(name: str) -> None:
    """Print one line of JSON for each step."""
    *shape, is_checked = SIZES[name]
    inputs = year(*shape)
    found: dict[str, Any] = {}

    def step(label: str, function: Callable[[], Any]) -> Any:
        used, clock = cpu(), time.monotonic()
        result = function()
        row = {"size": name, "step": label, "cpu": round(cpu() - used, 2), "clock": round(time.monotonic() - clock, 2)}
        print(json.dumps(row | {"mb": megabytes()} | found), flush=True)  # noqa: T201
        found.clear()
        return result

    def flow() -> None:
        floor = highest_floor(inputs, 1, Watch())
        best = best_choice(inputs.with_settings(score_floor=floor or 0))
        found.update(floor=floor, match=int(inputs.score[best].sum(dtype=np.int64)))

    step("flow", flow)
    plan = step("plan", lambda: make_plan(inputs))
    bureau, inspector = "11" * 32, "22" * 32
    commitments = Commitments(commitment(bureau), commitment(inspector))

    def manifest_of(shortlist: list[tuple[str, str]]) -> bytes:
        return make_manifest(
            plan.inputs, shortlist, campaign=2030, counter=1, reason="", commitments=commitments, beacon="benchmark"
        )

    manifest = step("shortlist", lambda: manifest_of(make_shortlist(plan.inputs)))
    draw = step("draw", lambda: make_draw(plan.inputs, manifest, Secrets(bureau, inspector), "1"))
    if len(drawn_pairs(draw)) != SEATS * len(inputs.numbers):
        raise SystemExit("the draw is not complete")
    if is_checked:
        data = plan.inputs.to_bytes()
        checks = step("verify", lambda: verify(data, manifest, draw))
        if not all(check.passed for check in checks):
            raise SystemExit(f"the draw was refused: {checks}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the assignment of experts.")
    parser.add_argument("sizes", nargs="*", metavar="SIZE", help=f"of {', '.join(SIZES)}; all of them")
    parser.add_argument("--here", action="store_true", help="measure in this process, for one size")
    chosen = parser.parse_args()
    for name in chosen.sizes or SIZES:
        if name not in SIZES:
            parser.error(f"unknown size {name}")
        if chosen.here:
            measure(name)
        else:  # a process of its own, so that each size has its own peak of memory
            subprocess.run([sys.executable, __file__, "--here", name], check=True)  # noqa: S603


if __name__ == "__main__":
    main()
