"""Large problems in a child process: the same answer, progress, cancel, time limit."""

import time
from dataclasses import replace
from resource import RUSAGE_CHILDREN, getrusage

import numpy as np
import pytest

from reviews.assignment import solving
from reviews.assignment.inputs import Expert, Inputs
from reviews.assignment.messages import TimeLimit
from reviews.assignment.network import Infeasible, Problem, choose_here
from reviews.assignment.panel_solving import PanelProblem, solve_panels
from reviews.assignment.planning import make_plan, problem_of
from reviews.assignment.shortage import Shortage
from reviews.assignment.watching import Watch
from tests.reviews.assignment.builders import roomy_year


class Stop(Exception):
    """What a cancelled job raises."""


def stop(_done: int, _total: int, _label: str) -> None:
    raise Stop


def test_a_child_gives_the_same_answer() -> None:
    problem, _places = problem_of(roomy_year(), ratio=1, floor=0)
    assert solving.solve_in_child("choose", problem, Watch()).tolist() == choose_here(problem).tolist()
    assert bool(solving.solve_in_child("feasible", problem, Watch()))


def test_a_child_says_that_nothing_is_feasible() -> None:
    problem, _places = problem_of(roomy_year(), ratio=40, floor=0)
    with pytest.raises(Infeasible):
        solving.solve_in_child("choose", problem, Watch())


def test_a_child_that_fails_tells_why() -> None:
    problem, _places = problem_of(roomy_year(), ratio=1, floor=0)
    with pytest.raises(RuntimeError, match="KeyError"):
        solving.solve_in_child("unknown", problem, Watch())


def test_cancel_and_time_limit_end_the_child() -> None:
    """A child needs longer to start than either takes to be noticed."""
    problem, _places = problem_of(roomy_year(), ratio=1, floor=0)
    watch = Watch(stop)
    with pytest.raises(Stop):
        solving.solve_in_child("choose", problem, watch)
    with pytest.raises(TimeLimit, match="0 seconds"):
        solving.solve_in_child("choose", problem, Watch(seconds=0))


def test_a_cancelled_child_works_no_longer() -> None:
    """Two million pairs need many seconds of CPU; a child that is stopped at once needs next to none."""
    applications, experts, each = 20_000, 2_000, 100
    chance = np.random.default_rng(1)
    problem = Problem(
        application_of=np.repeat(np.arange(applications, dtype=np.int32), each),
        expert_of=chance.integers(0, experts, applications * each).astype(np.int32),
        cost=chance.integers(-100, 0, applications * each),
        demand=np.full(applications, 5),
        minimum=np.full(experts, 20),
        maximum=np.full(experts, 60),
        organisation_of=np.arange(experts) // 2,
        cap=1,
    )
    before = getrusage(RUSAGE_CHILDREN).ru_utime
    with pytest.raises(Stop):
        solving.choose(problem, Watch(StopAtThird()))
    assert getrusage(RUSAGE_CHILDREN).ru_utime - before < 2


class StopAtThird:
    """Lets the computation begin, then cancels it."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, _done: int, _total: int, _label: str) -> None:
        self.calls += 1
        if self.calls == 3:
            raise Stop


def test_a_job_hears_of_each_step_and_can_stop_before_any() -> None:
    seen = []
    make_plan(roomy_year(), Watch(lambda *state: seen.append(state)))
    assert {label for _done, _total, label in seen} == {"Looking for the best smallest match"}
    assert all(0 <= done <= total for done, total, _label in seen)
    with pytest.raises(Stop):
        make_plan(roomy_year(), Watch(stop))


def test_remaining_time() -> None:
    assert Watch().remaining is None
    watch = Watch(seconds=1000)
    left = watch.remaining
    assert left is not None
    assert 0 < left <= 1000


def test_panels_can_be_stopped() -> None:
    problem = PanelProblem(
        size=2, most_recused=1, organisations={f"E{one}": f"O{one}" for one in range(9)},
        price={("P1", f"E{one}"): one for one in range(9)}, recusals={"P1": {}},
    )  # fmt: skip
    assert solve_panels(problem, Watch()) == {"P1": ["E0", "E1"]}
    with pytest.raises(Stop):
        solve_panels(problem, Watch(stop))


def test_a_thousand_applications_are_planned_in_a_child_process() -> None:
    """50,000 pairs: more than this process solves itself. CPU is that of this process alone."""
    chance = np.random.default_rng(1)
    codes = [f"E{place:03d}" for place in range(200)]
    inputs = Inputs.build(
        applications={f"2020-{place:04d}": 5 for place in range(1000)},
        experts={code: Expert(f"O{place // 2}", 0, 60) for place, code in enumerate(codes)},
        pairs=(
            (f"2020-{place:04d}", codes[code], int(chance.integers(1, 101)))
            for place in range(1000)
            for code in chance.choice(200, 50, replace=False)
        ),
    )
    assert len(inputs.score) > solving.SMALL
    started = time.process_time()
    plan = make_plan(inputs)
    assert (plan.ratio, plan.is_draw) == (3, True)
    assert time.process_time() - started < 5
    one_employer = replace(inputs, organisations=("O1",) * len(inputs.codes))
    with pytest.raises(Shortage) as caught:
        make_plan(one_employer)
    assert caught.value.report.missing == 4 * 1000
    assert {line.rule for line in caught.value.report.lines} == {"organisation"}
