"""A bound from above: what a policy costs that can be followed, under any coherent risk measure and without sampling.

The cost-to-go V is convex in the state, so planes through its points lie above it (inner approximation, Philpott, de
Matos and Finardi 2013). At states x_p with values u_p,

    U(x) = min Σ λ_p·u_p    subject to    Σ λ_p·x_p = x,  Σ λ_p = 1,  λ ≥ 0

Without a cycle the values are found from the last stage back: u_p is what the stages that follow cost when they look
ahead by their own U. With one they are found by turns, and the bounds of MacQueen (1966) end them: where another turn
raises no value of node i by more than δ_i, U + Δ lies above V for Δ = max δ_i / (1 − m_i), with m_i the chance to go
on. After that turn the values need m_i·Δ. Where a cycle can be left for good, Δ is nought at least.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from oreflow.errors import ModelError, UsageError
from oreflow.market import highs
from oreflow.market.network import Floats
from oreflow.respond.sddp.cuts import PLACES
from oreflow.respond.sddp.lp import Edits
from oreflow.respond.sddp.stage import Stage

if TYPE_CHECKING:
    from oreflow.respond.sddp.policy import Policy

CORNERS = 6
"""States up to which the corners of their range are among the points."""
SLIP = 1e-5
"""Share of the bounds by which they may cross for what the solver leaves open."""
SETTLED = 1e-6
"""Share of the bound by which a turn must lower it for another to follow."""


@dataclass(frozen=True)
class Upper:
    """A bound from above.

    Attributes:
        value: Of the risk-adjusted cost of the best policy: another policy, which can be followed, costs no more.
        bound: Bound from below, that of the cuts.
        points: States at which the cost-to-go was bounded, over all nodes.
        turns: Turns through a cycle; 1 where there is none.
    """

    value: float
    bound: float
    points: int
    turns: int

    @property
    def gap(self) -> float:
        """Distance of the bounds, as a share of the larger."""
        return (self.value - self.bound) / max(abs(self.value), abs(self.bound), 1e-9)


def upper_bound(policy: Policy, *, points: int, turns: int) -> Upper:
    """Bound the risk-adjusted cost from above; see `Policy.upper_bound`."""
    if points < 1 or turns < 1:
        raise UsageError(f"an upper bound needs a point and a turn at least, not {points} and {turns}.")
    graph = policy.graph
    again = _recurrent(policy)
    endless = [graph.nodes[i].name for i in again if graph.onward[i] >= 1.0 - 1e-9]
    if endless:
        raise UsageError(
            f"an upper bound needs a chance to stop at every stage of a cycle, and {endless[0]!r} goes on for certain. "
            "Spread the discount over all of its edges."
        )
    inner = [_Inner(s, _points(policy, i, points)) for i, s in enumerate(graph.nodes)]
    value, turn = np.inf, 1
    if again:
        for i in _backwards(policy, ()):
            inner[i].put(_values(policy, inner, i))
        for i in again:
            inner[i].put(np.array([policy.value(i, x) for x in inner[i].points]))
        for number in range(1, turns + 1):
            turn, shift = number, _turn(policy, inner, again)
            if shift is None:  # a point fell out, and with it what the others stood on
                continue
            before, value = value, min(value, _from_the_start(policy, inner, again, shift))
            if before - value <= SETTLED * max(1.0, abs(value)):
                break
    else:
        value = _from_the_start(policy, inner, again, 0.0)
    if not np.isfinite(value):
        raise ModelError(
            "no upper bound: from the points that were visited some noise leads to states beyond all of them. Train "
            "longer, or give finite bounds to the columns of the outgoing states."
        )
    if value < policy.bound - SLIP * max(1.0, abs(value), abs(policy.bound)):
        given = [s.name for s in graph.nodes if s.floor is not None]
        raise ModelError(
            f"the bound of the cuts, {policy.bound:.8g}, lies above what a policy costs that can be followed, "
            f"{value:.8g}: a floor that was given is no lower bound (stages {', '.join(map(repr, given[:4]))})."
            if given
            else f"the bound of the cuts, {policy.bound:.8g}, lies above an upper bound, {value:.8g}: the numbers lie "
            "too far apart for the solver; see the stability report."
        )
    return Upper(value, policy.bound, sum(len(n.points) for n in inner), turn)


class _Inner:
    """A stage that looks ahead by values at points, in the solver."""

    def __init__(self, stage: Stage, points: Floats) -> None:
        self.stage, self.points = stage, points
        self.values = np.zeros(len(points))
        m, n = stage.matrix.shape
        count, states = points.shape
        links = np.zeros((states + 1, n + count)) if count else np.zeros((0, n))
        if count:
            links[np.arange(states), stage.state_out] = 1.0
            links[:states, n:], links[states, n:] = -points.T, 1.0
        wide = sparse.hstack([stage.matrix, sparse.csc_matrix((m, count))])
        self._n = n
        self._model = highs.model(sparse.csc_matrix(sparse.vstack([wide, sparse.csc_matrix(links)])))
        self._model.option("presolve", "off")
        self._edits, self._noise = Edits(stage, np.ones(m), np.ones(n)), -1
        ones = np.append(np.zeros(states), 1.0) if count else np.zeros(0)
        self._model.costs(None, np.append(stage.cost, np.zeros(count)))
        self._model.bounds(
            None, np.append(stage.lower, np.zeros(count)), np.append(stage.upper, np.ones(count))
        )
        self._model.sides(None, np.append(stage.row_lower, ones), np.append(stage.row_upper, ones))

    def put(self, values: Floats, shift: float = 0.0) -> None:
        """Set the values of the points; those without one are left out."""
        self.values = values
        if len(values):
            which = np.arange(self._n, self._n + len(values)).astype(np.int32)
            there = np.isfinite(values)
            self._model.costs(which, np.where(there, values + shift, 0.0))
            self._model.bounds(which, np.zeros(len(values)), there.astype(float))

    def solve(self, state: Floats, noise: int) -> float:
        """Return the cost from this stage on; infinite where no decision leads to the points."""
        self._edits.apply(self._model, state, noise, fresh=noise != self._noise)
        self._noise = noise
        if self._model.run() != highs.OPTIMAL:
            self._model.forget()
            if self._model.run() != highs.OPTIMAL:
                return float(np.inf)
        return self._model.objective


def _recurrent(policy: Policy) -> list[int]:
    """Return the nodes that may come again."""
    leads = policy.graph.passage > 0
    reach = leads.copy()
    for _ in range(len(leads)):
        reach = reach | (reach.astype(int) @ leads.astype(int) > 0)
    return [int(i) for i in np.flatnonzero(np.diag(reach))]


def _points(policy: Policy, node: int, most: int) -> Floats:
    """Return states after a node: corners of their range, and of those visited ones that lie far apart."""
    stage, family = policy.graph.nodes[node], policy.graph.families[node]
    if not family:
        return np.zeros((0, len(stage.state_out)))
    visited = np.concatenate([p.points for i in family for p in policy.later[i].pools])
    visited = np.unique(np.round(visited, PLACES), axis=0)
    low, high = (np.stack([f[stage.state_out] for f in fs]) for fs in zip(*_ranges(stage), strict=True))
    lowest, highest = low.min(axis=0), high.max(axis=0)
    if len(visited):
        lowest = np.where(np.isfinite(lowest), lowest, visited.min(axis=0))
        highest = np.where(np.isfinite(highest), highest, visited.max(axis=0))
    found = np.zeros((0, len(lowest)))
    if len(lowest) <= CORNERS and np.isfinite(lowest).all() and np.isfinite(highest).all():
        found = np.unique(np.array(list(product(*zip(lowest, highest, strict=True)))), axis=0)
    return np.concatenate([found, _spread(visited, found, np.maximum(highest - lowest, 1e-12), most)])


def _ranges(stage: Stage) -> list[tuple[Floats, Floats]]:
    """Return the bounds of the columns under each noise."""
    return [stage.numbers(k)[1:3] for k in range(len(stage.noises))]


def _spread(visited: Floats, found: Floats, width: Floats, most: int) -> Floats:
    """Choose so many of some states, each the farthest from those before."""
    if len(visited) <= most:
        return visited
    scaled, chosen = visited / width, [] if len(found) else [len(visited) - 1]
    near = np.full(len(visited), np.inf)
    for other in [*(found / width), *(scaled[c] for c in chosen)]:
        near = np.minimum(near, np.abs(scaled - other).max(axis=1))
    while len(chosen) < most:
        chosen.append(int(np.argmax(near)))
        near = np.minimum(near, np.abs(scaled - scaled[chosen[-1]]).max(axis=1))
    return visited[chosen]


def _worth(
    policy: Policy, inner: Sequence[_Inner], following: Sequence[tuple[int, float]], state: Floats
) -> float:
    """Return the risk-adjusted cost of what follows at a state."""
    chances = np.concatenate([p * policy.graph.nodes[j].probabilities for j, p in following])
    costs = np.array(
        [inner[j].solve(state, k) for j, _ in following for k in range(len(policy.graph.nodes[j].noises))]
    )
    m = float(chances.sum())
    chances = chances / m
    if not np.isfinite(costs[chances > 0]).all():
        return float(np.inf)
    costs = np.where(chances > 0, costs, costs[chances > 0].min())
    return m * float(policy.settings.risk.weights(costs, chances) @ costs)


def _values(policy: Policy, inner: Sequence[_Inner], node: int) -> Floats:
    following = policy.graph.children[node]
    return np.array([_worth(policy, inner, following, x) for x in inner[node].points])


def _turn(policy: Policy, inner: Sequence[_Inner], again: Sequence[int]) -> float | None:
    """Put the values after another turn; return what they must be lifted by, None where a point fell out."""
    new = {i: _values(policy, inner, i) for i in again}
    shift, whole = -np.inf, True
    for i in again:
        there = np.isfinite(inner[i].values)
        after = np.where(there, new[i], np.inf)
        whole &= bool(np.isfinite(after[there]).all()) and bool(there.any())
        if whole:
            rise = float((after[there] - inner[i].values[there]).max())
            shift = max(shift, rise / (1.0 - float(policy.graph.onward[i])))
        inner[i].put(after)
    if not whole:
        return None
    if any(j not in again for i in again for j, _ in policy.graph.children[i]):
        shift = max(shift, 0.0)
    onward = policy.graph.onward[list(again)]
    return shift * float(onward.max() if shift > 0 else onward.min())


def _from_the_start(policy: Policy, inner: Sequence[_Inner], again: Sequence[int], shift: float) -> float:
    """Return the cost from the start, the values of nodes that may come again lifted by `shift`."""
    held = {i: inner[i].values for i in again}
    for i in again:
        inner[i].put(held[i], shift)
    for i in _backwards(policy, again):
        inner[i].put(_values(policy, inner, i))
    value = _worth(policy, inner, policy.graph.starts, np.array(policy.settings.initial_state))
    for i in again:
        inner[i].put(held[i])
    return value


def _backwards(policy: Policy, again: Sequence[int]) -> list[int]:
    """Return the other nodes, each after those that may follow it; those that lead to others are left out."""
    done, order = set(again), []
    left = [i for i in range(len(policy.graph.nodes)) if i not in done]
    while left:
        ready = [i for i in left if all(j in done for j, _ in policy.graph.children[i])]
        order += ready
        done.update(ready)
        left = [i for i in left if i not in done] if ready else []
    return order
