"""Solving a large problem in a process of its own, which can be watched and stopped.

python -m reviews.assignment.solving choose < problem.npz > answer.npy
"""

import subprocess
import sys
import tempfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from reviews.assignment.network import (
    Infeasible,
    Numbers,
    Problem,
    choose_here,
    is_feasible_here,
    min_cost_flows,
)
from reviews.assignment.watching import Watch

TASKS = {"choose": choose_here, "feasible": is_feasible_here, "flows": min_cost_flows}
SMALL = 40_000  # pairs, solved in less than a quarter of a second
INFEASIBLE = 3  # exit status
ROOT = Path(__file__).resolve().parent.parent.parent
POLL_SECONDS = 0.1


def choose(problem: Problem, watch: Watch) -> Numbers:
    """Places of the chosen pairs, ascending: the cheapest choice. Raises Infeasible or TimeLimit."""
    chosen: Numbers = _run("choose", problem, watch)
    return chosen


def is_feasible(problem: Problem, watch: Watch) -> bool:
    """Whether some assignment keeps every rule."""
    return bool(_run("feasible", problem, watch))


def flows(problem: Problem, watch: Watch) -> Numbers:
    """Flow of every arc, for problems with slack or rewards. Raises Infeasible or TimeLimit."""
    found: Numbers = _run("flows", problem, watch)
    return found


def _run(name: str, problem: Problem, watch: Watch) -> Any:
    watch.tick()
    return TASKS[name](problem) if len(problem.cost) <= SMALL else solve_in_child(name, problem, watch)


def solve_in_child(name: str, problem: Problem, watch: Watch) -> Any:
    """Run a task of TASKS. Raises Infeasible, TimeLimit, or what the watch's `progress` raises.

    Both ends are files: a pipe would block while the child computes. Whatever happens here, the child
    ends: it is killed, and it limits its own time, should this process be killed first.
    """
    with tempfile.TemporaryFile() as question, tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as errors:
        values = {field.name: getattr(problem, field.name) for field in fields(problem)}
        np.savez(question, allow_pickle=False, **{key: value for key, value in values.items() if value is not None})
        question.seek(0)
        seconds = "" if watch.remaining is None else str(int(watch.remaining) + 2)
        # -I would forget the portal's folder; the arguments are constants of this module
        command = [sys.executable, "-m", "reviews.assignment.solving", name, seconds]
        with subprocess.Popen(command, cwd=ROOT, stdin=question, stdout=answer, stderr=errors) as child:  # noqa: S603
            try:
                while True:
                    try:
                        status = child.wait(POLL_SECONDS)
                        break
                    except subprocess.TimeoutExpired:
                        watch.tick()
            finally:
                child.kill()
        if status == INFEASIBLE:
            raise Infeasible
        if status:
            watch.tick()  # the child's own limit of time is the watch's
            errors.seek(0)
            raise RuntimeError(f"the solver ended with {status}: {errors.read()[-500:].decode(errors='replace')}")
        answer.seek(0)
        return np.load(answer, allow_pickle=False)


def main(name: str, seconds: str) -> int:
    """Read a problem from the standard input, write the answer to the standard output."""
    if seconds and sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    with np.load(sys.stdin.buffer, allow_pickle=False) as stored:
        values: dict[str, Any] = {key: stored[key] if stored[key].ndim else int(stored[key]) for key in stored.files}
    problem = Problem(**values)
    del values
    try:
        result = TASKS[name](problem)
    except Infeasible:
        return INFEASIBLE
    np.save(sys.stdout.buffer, np.asarray(result), allow_pickle=False)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
