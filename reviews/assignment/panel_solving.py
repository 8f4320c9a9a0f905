"""Panels by CP-SAT: recusals tie several members to one application, which a flow cannot express."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reviews.assignment.watching import Watch

POLL_SECONDS = 0.1


@dataclass(frozen=True)
class PanelProblem:
    """Members per panel, members in conflict with one application at most, and what each seat costs."""

    size: int
    most_recused: int
    organisations: Mapping[str, str]
    price: Mapping[tuple[str, str], int]  # (panel, expert code) of the pools
    recusals: Mapping[str, Mapping[str, list[str]]]  # panel: {expert code: [number, …]}
    recusal_price: int = 0


def solve_panels(problem: PanelProblem, watch: Watch) -> dict[str, list[str]] | None:
    """The cheapest members of every panel, sorted; None if no panels keep the rules.

    Raises TimeLimit, or what the watch's `progress` raises.
    """
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    seat, _empty = _rules(model, problem, may_be_empty=False)
    cost = {
        (panel, code): price + problem.recusal_price * len(problem.recusals[panel].get(code, ()))
        for (panel, code), price in problem.price.items()
    }
    model.minimize(sum(cost[key] * variable for key, variable in seat.items()))
    solver, status = _solve(model, watch)
    if status == cp_model.INFEASIBLE:
        return None
    found: dict[str, list[str]] = {panel: [] for panel in problem.recusals}
    for panel, code in sorted(seat):
        if solver.boolean_value(seat[panel, code]):
            found[panel].append(code)
    return found


def fewest_empty_seats(problem: PanelProblem, watch: Watch) -> dict[str, int]:
    """Panels with seats that stay empty, when as few as possible do."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    _seat, empty = _rules(model, problem, may_be_empty=True)
    model.minimize(sum(empty.values()))
    solver, _status = _solve(model, watch)
    return {panel: int(solver.value(one)) for panel, one in empty.items() if solver.value(one)}


def _rules(
    model: Any, problem: PanelProblem, *, may_be_empty: bool
) -> tuple[dict[tuple[str, str], Any], dict[str, Any]]:
    """Variables of the seats, and of the empty seats of each panel."""
    seat = {key: model.new_bool_var("|".join(key)) for key in sorted(problem.price)}
    empty: dict[str, Any] = {}
    by_expert: dict[str, list[Any]] = {}
    for (_panel, code), variable in seat.items():
        by_expert.setdefault(code, []).append(variable)
    for variables in by_expert.values():
        model.add_at_most_one(variables)
    for panel, conflicts in problem.recusals.items():
        pool = {code: variable for (own, code), variable in seat.items() if own == panel}
        empty[panel] = model.new_int_var(0, problem.size if may_be_empty else 0, f"empty|{panel}")
        model.add(sum(pool.values()) + empty[panel] == problem.size)
        groups: dict[str, list[Any]] = {}
        recused: dict[str, list[Any]] = {}
        for code, variable in pool.items():
            groups.setdefault(problem.organisations[code], []).append(variable)
            for number in conflicts.get(code, ()):
                recused.setdefault(number, []).append(variable)
        for variables in groups.values():
            model.add_at_most_one(variables)
        for variables in recused.values():
            model.add(sum(variables) <= problem.most_recused)
    return seat, empty


def _solve(model: Any, watch: Watch) -> tuple[Any, Any]:
    """Solve to the end in a thread of its own, which lets go of Python's lock, so the watch can stop it."""
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 2
    solver.parameters.random_seed = 1
    answer: list[Any] = []
    thread = threading.Thread(target=lambda: answer.append(solver.solve(model)), name="panels")
    thread.start()
    try:
        while thread.is_alive():
            thread.join(POLL_SECONDS)
            watch.tick()
    finally:
        solver.stop_search()
        thread.join()
    if not answer or answer[0] not in (cp_model.OPTIMAL, cp_model.INFEASIBLE):
        raise RuntimeError(f"the panel solver ended with {solver.status_name()}")
    return solver, answer[0]
