"""One flow problem: seats of applications, loads of experts, one organisation once per application.

    application (supply k) → (application, organisation), capacity = cap → expert, cost → sink, U − L
    expert: demand L; sink: the rest

The middle node is left out where an organisation has no more candidates than its cap. Organisations do not
overlap, so the matrix is totally unimodular and the integer optimum is that of the linear problem.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

Numbers = np.ndarray[Any, np.dtype[Any]]
COST_LIMIT = 1 << 62


class Infeasible(Exception):
    """No assignment keeps every rule."""


@dataclass(frozen=True)
class Problem:
    """Arrays over pairs, applications and experts; `taken` lists groups of which seats are gone.

    Pairs are sorted by application and expert, so the arcs stand in one order whatever the database
    returned. A conflict is an absent pair, never a high cost.
    """

    application_of: Numbers
    expert_of: Numbers
    cost: Numbers
    demand: Numbers
    minimum: Numbers
    maximum: Numbers
    organisation_of: Numbers
    cap: int
    taken: Numbers | None = None  # columns application, organisation of pairs that hold already
    slack: int | None = None  # cost of a seat left empty, or None: no seat may stay empty
    reward: int | None = None  # gain of a seat towards a minimum load, or None: minimum loads are hard

    def only(self, places: Numbers) -> "Problem":
        """The same problem with these pairs (indices or mask)."""
        return replace(
            self,
            application_of=self.application_of[places],
            expert_of=self.expert_of[places],
            cost=self.cost[places],
        )

    def group_limits(self) -> tuple[Numbers, Numbers, Numbers]:
        """Group (application, organisation) of each pair, and size and remaining capacity of each group."""
        width = int(self.organisation_of.max()) + 1 if len(self.organisation_of) else 1
        keys = self.application_of.astype(np.int64) * width + self.organisation_of[self.expert_of]
        found, group_of, size = np.unique(keys, return_inverse=True, return_counts=True)
        limit = np.full(len(found), self.cap, np.int64)
        if self.taken is not None and len(self.taken):
            used, count = np.unique(self.taken[:, 0] * width + self.taken[:, 1], return_counts=True)
            place = np.searchsorted(found, used)
            known = place < len(found)
            known[known] = found[place[known]] == used[known]
            limit[place[known]] = np.maximum(0, limit[place[known]] - count[known])
        return group_of.reshape(-1), size, limit


@dataclass(frozen=True)
class Arcs:
    """What the solver gets. The arcs of the pairs stand first, in the order of the pairs."""

    tail: Numbers
    head: Numbers
    capacity: Numbers
    cost: Numbers
    supply: Numbers
    slack_from: int  # arcs of empty seats begin here, one for each application
    rewarded_from: int  # arcs of the minimum loads, one for each expert; then the arcs above it


def arcs_of(problem: Problem) -> Arcs:
    """The network. Raises OverflowError where costs could leave 64 bits."""
    applications, experts = len(problem.demand), len(problem.minimum)
    sink = applications + experts
    group_of, size, limit = problem.group_limits()
    needs_node = size > limit
    node_of = np.full(len(size), -1, np.int64)
    node_of[needs_node] = sink + 1 + np.arange(int(needs_node.sum()))
    tail = problem.application_of.astype(np.int64)
    grouped = needs_node[group_of] if len(group_of) else np.zeros(0, bool)
    first = np.full(len(size), -1, np.int64)
    first[group_of[::-1]] = np.arange(len(group_of))[::-1]
    openers = first[needs_node]  # one pair of each group tells its application
    tail = np.where(grouped, node_of[group_of] if len(group_of) else tail, tail)
    soft = problem.reward is not None
    tails = [tail, problem.application_of[openers].astype(np.int64)]
    heads = [problem.expert_of.astype(np.int64) + applications, node_of[needs_node]]
    capacities = [np.ones(len(tail), np.int64), limit[needs_node]]
    costs = [problem.cost.astype(np.int64), np.zeros(len(openers), np.int64)]
    slack_from = len(tail) + len(openers)
    if problem.slack is not None:
        tails.append(np.arange(applications))
        heads.append(np.full(applications, sink))
        capacities.append(problem.demand)
        costs.append(np.full(applications, problem.slack))
    rewarded_from = sum(map(len, tails))
    if soft:
        tails.append(np.arange(experts) + applications)
        heads.append(np.full(experts, sink))
        capacities.append(problem.minimum)
        costs.append(np.full(experts, -(problem.reward or 0)))
    tails.append(np.arange(experts) + applications)
    heads.append(np.full(experts, sink))
    capacities.append(problem.maximum - problem.minimum)
    costs.append(np.zeros(experts, np.int64))
    supply = np.zeros(sink + 1 + len(openers), np.int64)
    supply[:applications] = problem.demand
    if not soft:
        supply[applications:sink] = -problem.minimum
    supply[sink] = -int(supply.sum())
    cost = np.concatenate(costs)
    if len(cost) and int(np.abs(cost).max()) * (len(supply) + 1) >= COST_LIMIT:
        raise OverflowError("the costs of this problem do not fit into 64 bits")
    return Arcs(
        np.concatenate(tails).astype(np.int32), np.concatenate(heads).astype(np.int32),
        np.concatenate(capacities), cost, supply, slack_from, rewarded_from,
    )  # fmt: skip


def min_cost_flows(problem: Problem) -> Numbers:
    """Flow of every arc of `arcs_of(problem)` at the least cost. Raises Infeasible."""
    from ortools.graph.python import min_cost_flow

    arcs = arcs_of(problem)
    if arcs.supply[len(problem.demand) + len(problem.minimum)] > 0:
        raise Infeasible  # the sink would have to send: more minimum loads than seats
    solver = min_cost_flow.SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(arcs.tail, arcs.head, arcs.capacity, arcs.cost)
    solver.set_nodes_supplies(np.arange(len(arcs.supply), dtype=np.int32), arcs.supply)
    status = solver.solve()
    # reading flows without a solution would end the process
    if status == solver.INFEASIBLE:
        raise Infeasible
    if status != solver.OPTIMAL:
        raise RuntimeError(f"the flow solver ended with {status.name}")
    flows: Numbers = solver.flows(np.arange(len(arcs.tail), dtype=np.int32))
    return flows


def choose_here(problem: Problem) -> Numbers:
    """Places of the chosen pairs, ascending, computed in this process. Raises Infeasible."""
    return np.flatnonzero(min_cost_flows(problem)[: len(problem.cost)])


def is_feasible_here(problem: Problem) -> bool:
    """Whether some assignment keeps every rule, by maximum flow."""
    from ortools.graph.python import max_flow

    arcs = arcs_of(problem)
    total, loads = int(problem.demand.sum()), int(problem.minimum.sum())
    if loads > total:
        return False
    applications, experts = len(problem.demand), len(problem.minimum)
    sink, source, end = applications + experts, len(arcs.supply), len(arcs.supply) + 1
    tail = np.concatenate([
        arcs.tail, np.full(applications, source), np.arange(experts) + applications, [sink],
    ]).astype(np.int32)  # fmt: skip
    head = np.concatenate([arcs.head, np.arange(applications), np.full(experts, end), [end]]).astype(np.int32)
    capacity = np.concatenate([arcs.capacity, problem.demand, problem.minimum, [total - loads]]).astype(np.int64)
    solver = max_flow.SimpleMaxFlow()
    solver.add_arcs_with_capacity(tail, head, capacity)
    status = solver.solve(source, end)
    if status != solver.OPTIMAL:
        raise RuntimeError(f"the flow solver ended with {status}")
    return bool(solver.optimal_flow() == total)
