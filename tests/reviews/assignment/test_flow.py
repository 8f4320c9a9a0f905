"""The flow against an independent exact model, and the rules that every assignment keeps."""

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model

from reviews.assignment.inputs import Expert, Inputs, Settings
from reviews.assignment.network import Infeasible, arcs_of, choose_here, is_feasible_here
from reviews.assignment.planning import best_choice, ceiling, highest_floor, make_plan, problem_of
from reviews.assignment.shortage import Shortage
from reviews.assignment.watching import Watch
from tests.reviews.assignment.builders import roomy_year, year

SEEDS = st.integers(0, 10_000)


def exact_optimum(inputs: Inputs, *, floor: int = 0, may_be_empty: bool = False) -> int | None:
    """The best sum of matches by CP-SAT, or None; with `may_be_empty` the fewest empty seats, without minimum loads."""
    model = cp_model.CpModel()
    rows = [
        (number, code, int(score), model.new_bool_var(f"{number}{code}"))
        for (number, code), score in zip(inputs.code_pairs(np.arange(len(inputs.score))), inputs.score, strict=True)
        if score >= floor
    ]
    empty: list[Any] = []
    for number, seats in zip(inputs.numbers, inputs.demand, strict=True):
        empty.append(model.new_int_var(0, int(seats) if may_be_empty else 0, f"empty {number}"))
        model.add(sum(one for n, _e, _s, one in rows if n == number) + empty[-1] == int(seats))
        for organisation in sorted(set(inputs.organisations)):
            same = [
                o for n, e, _s, o in rows if n == number and inputs.organisations[inputs.codes.index(e)] == organisation
            ]
            model.add(sum(same) <= inputs.settings.organisation_cap)
    for code, low, high in zip(inputs.codes, inputs.minimum, inputs.maximum, strict=True):
        load = sum(one for _n, e, _s, one in rows if e == code)
        model.add(load <= int(high))
        if not may_be_empty:
            model.add(load >= int(low))
    if may_be_empty:
        model.minimize(sum(empty))
    else:
        model.maximize(sum(score * one for _n, _e, score, one in rows))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    status = solver.solve(model)
    return round(solver.objective_value) if status == cp_model.OPTIMAL else None


def assert_rules(inputs: Inputs, pairs: list[tuple[str, str]]) -> None:
    """Conflicts, exact seats, distinct experts, loads, organisations."""
    unit = dict(zip(inputs.codes, inputs.organisations, strict=True))
    assert len(set(pairs)) == len(pairs)
    assert not {(number, code) for number, code, _rule in inputs.conflicts} & set(pairs)
    seats = Counter(number for number, _code in pairs)
    assert [seats[number] for number in inputs.numbers] == inputs.demand.tolist()
    loads = Counter(code for _number, code in pairs)
    limits = zip(inputs.codes, inputs.minimum, inputs.maximum, strict=True)
    assert [code for code, low, high in limits if not low <= loads[code] <= high] == []
    groups = Counter((number, unit[code]) for number, code in pairs)
    assert max(groups.values(), default=0) <= inputs.settings.organisation_cap


@settings(max_examples=60)
@given(SEEDS)
def test_the_flow_is_the_exact_optimum_or_the_shortage_is_exact(seed: int) -> None:
    """Invariants 2, 4, 5, 6, 7: feasible exactly when CP-SAT finds it so, with the same best sum."""
    inputs = year(seed)
    expected = exact_optimum(inputs)
    assert is_feasible_here(problem_of(inputs, ratio=1, floor=0)[0]) is (expected is not None)
    if expected is None:
        with pytest.raises(Shortage) as caught:
            best_choice(inputs)
        report = caught.value.report
        assert report.missing == exact_optimum(inputs, may_be_empty=True)
        assert report.missing + sum(load.missing for load in report.loads) > 0
        return
    places = best_choice(inputs)
    assert int(inputs.score[places].sum()) == expected
    assert_rules(inputs, inputs.code_pairs(places))


@settings(max_examples=12)
@given(SEEDS)
def test_the_floor_is_the_highest_that_can_be_kept(seed: int) -> None:
    """Invariant 12, too: a higher floor never lowers the worst pair."""
    inputs = year(seed)
    floor = highest_floor(inputs, 1, Watch())
    feasible = [
        score for score in sorted({0, *map(int, inputs.score)}) if exact_optimum(inputs, floor=score) is not None
    ]
    assert floor == (feasible[-1] if feasible else None)
    assert floor is None or floor <= ceiling(inputs, 1)
    worst = [int(inputs.score[best_choice(inputs.with_settings(score_floor=one))].min()) for one in feasible]
    assert all(reached >= asked for reached, asked in zip(worst, feasible, strict=True))


@settings(max_examples=25)
@given(SEEDS, st.integers(0, 200))
def test_a_new_conflict_never_raises_the_match(seed: int, which: int) -> None:
    """Invariant 8."""
    inputs = year(seed)
    pairs = [
        (n, e, int(s)) for (n, e), s in zip(inputs.code_pairs(np.arange(len(inputs.score))), inputs.score, strict=True)
    ]
    before = exact_optimum(inputs)
    number, code, _score = pairs[which % len(pairs)]
    after = Inputs.build(
        applications=dict(zip(inputs.numbers, map(int, inputs.demand), strict=True)),
        experts={
            one: Expert(unit, int(low), int(high))
            for one, unit, low, high in zip(
                inputs.codes, inputs.organisations, inputs.minimum, inputs.maximum, strict=True
            )
        },
        pairs=pairs,
        conflicts=[*inputs.conflicts, (number, code, "C5")],
        settings=inputs.settings,
    )
    try:
        chosen = best_choice(after)
    except Shortage:
        return
    assert before is not None
    assert (number, code) not in after.code_pairs(chosen)
    assert int(after.score[chosen].sum()) <= before


def test_the_first_wish_is_for_three_candidates_a_seat() -> None:
    plan = make_plan(roomy_year())
    assert (plan.ratio, plan.asked_ratio, plan.is_draw, plan.mode) == (3, 3, True, "draw")


@pytest.mark.parametrize(("experts", "ratio", "mode"), [(6, 3, "draw"), (4, 2, "draw"), (2, 1, "assignment")])
def test_fewer_candidates_a_seat_are_said_to_be_fewer(experts: int, ratio: int, mode: str) -> None:
    """Two seats and as many experts, each of an own organisation: 3 candidates a seat, 2, or only 1."""
    inputs = Inputs.build(
        applications={"2020-0001": 2},
        experts={f"E{place}": Expert(f"O{place}", 0, 1) for place in range(experts)},
        pairs=[("2020-0001", f"E{place}", 10 + place) for place in range(experts)],
    )
    plan = make_plan(inputs)
    assert (plan.ratio, plan.mode, plan.is_draw) == (ratio, mode, ratio > 1)
    assert plan.floor == 10


def test_more_minimum_loads_than_seats_are_reported_without_an_empty_seat() -> None:
    inputs = Inputs.build(
        applications={"2020-0001": 1},
        experts={"E1": Expert("O1", 1, 1), "E2": Expert("O2", 1, 1)},
        pairs=[("2020-0001", "E1", 5), ("2020-0001", "E2", 5)],
    )
    with pytest.raises(Shortage) as caught:
        make_plan(inputs)
    report = caught.value.report
    assert (report.missing, [load.missing for load in report.loads]) == (0, [1])


def test_nobody_and_nothing_are_no_crash() -> None:
    """Invariant 3: applications without a pair, a year without experts, a year without seats."""
    with pytest.raises(Shortage) as caught:
        make_plan(Inputs.build(applications={"2020-0001": 2}, experts={}, pairs=[]))
    assert [(line.number, line.missing, line.rule) for line in caught.value.report.lines] == [("2020-0001", 2, "field")]
    empty = Inputs.build(
        applications={"2020-0001": 0}, experts={"E1": Expert("O1", 0, 1)}, pairs=[("2020-0001", "E1", 9)]
    )
    assert best_choice(make_plan(empty).inputs).tolist() == []


def test_costs_that_could_leave_64_bits_are_refused() -> None:
    problem, _places = problem_of(roomy_year(), ratio=1, floor=0)
    with pytest.raises(OverflowError):
        arcs_of(replace(problem, cost=problem.cost * 2**56))


def test_an_infeasible_flow_is_never_read() -> None:
    problem, _places = problem_of(year(1).with_settings(), ratio=50, floor=0)
    with pytest.raises(Infeasible):
        choose_here(problem)


# ------------------------------------------------------------------ shortage
def short_year(**changes: Any) -> Inputs:
    """One application with two seats; E1 and E2 share an organisation, E3 is full up, E4 is in conflict."""
    given_: dict[str, Any] = {
        "applications": {"2020-0001": 2, "2020-0002": 1},
        "experts": {
            "E1": Expert("O1", 0, 1), "E2": Expert("O1", 0, 1), "E3": Expert("O3", 0, 1), "E4": Expert("O4", 0, 1),
        },
        "pairs": [
            ("2020-0001", "E1", 50), ("2020-0001", "E2", 50), ("2020-0001", "E3", 50), ("2020-0001", "E4", 50),
            ("2020-0002", "E3", 50),
        ],
        "conflicts": [("2020-0001", "E4", "C1")],
    }  # fmt: skip
    return Inputs.build(**(given_ | changes))


def shortage_of(inputs: Inputs) -> Any:
    with pytest.raises(Shortage) as caught:
        make_plan(inputs)
    return caught.value


def test_the_report_names_application_rule_and_what_would_free_the_seat() -> None:
    found = shortage_of(short_year())
    assert found.report.missing == 1
    changes = {remedy.change.text: (remedy.missing, dict(remedy.change.params)) for remedy in found.report.remedies}
    assert changes == {
        "With a maximum load higher by %(extra)s for everybody, %(missing)s seats are missing.": (
            0,
            {"extra": 1, "missing": 0},
        ),
        "With one more expert of an organisation allowed, %(missing)s seats are missing.": (0, {"missing": 0}),
    }
    assert str(found.messages[0]) == "1 seats of 1 applications cannot be filled."


@pytest.mark.parametrize(
    ("changes", "rule", "removed"),
    [
        # E2 has no place beside E1, E4 is in conflict: the code comes first among equals
        ({"applications": {"2020-0001": 3, "2020-0002": 0}}, "C1", {"C1": 1, "organisation": 1}),
        (
            {"applications": {"2020-0001": 2, "2020-0002": 0}, "settings": Settings(score_floor=51)},
            "floor", {"C1": 1, "floor": 3},
        ),
        (
            {
                "applications": {"2020-0001": 4, "2020-0002": 0}, "settings": Settings(organisation_cap=2),
                "conflicts": [("2020-0001", "E4", "C1"), ("2020-0001", "E3", "C2"), ("2020-0001", "E3", "C1")],
            },
            "C1", {"C1": 2, "C2": 1},
        ),
        (
            {
                "applications": {"2020-0001": 2, "2020-0002": 0}, "conflicts": [],
                "experts": {f"E{place}": Expert(f"O{place}", 0, int(place == 1)) for place in range(1, 5)},
            },
            "load", {"load": 3},
        ),
    ],
)  # fmt: skip
def test_the_rule_that_removed_most_candidates_is_blamed(changes: Any, rule: str, removed: Any) -> None:
    line = shortage_of(short_year(**changes)).report.lines[0]
    assert (line.number, line.rule, line.removed) == ("2020-0001", rule, removed)
