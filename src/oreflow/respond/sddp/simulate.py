"""Simulated histories of a policy, and what they cost on average.

All histories go forward together, stage by stage, and those that meet the same noise at the same node are solved one
after another, each from the basis of the one before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from oreflow.errors import UnknownNameError, UsageError
from oreflow.market.network import Floats, Ints
from oreflow.respond.sddp.graph import Graph
from oreflow.respond.sddp.sampling import generator, walk

if TYPE_CHECKING:
    from oreflow.respond.sddp.lp import StageLP

Z95 = 1.959963984540054


@dataclass(frozen=True, eq=False)
class Simulation:
    """Histories; T is the longest. Where one has ended, nodes and noises are −1 and the rest is not a number.

    Attributes:
        costs: Cost of each history, shape (n,): Σ weight × stage cost.
        stage_costs: Shape (n, T).
        weights: Worth now of a unit of cost then, shape (n, T): the chance to get so far where that is weighed and
            not drawn.
        states: Outgoing states, shape (n, T, k).
        nodes: Shape (n, T); `noises` likewise.
        columns: Names of the columns asked for; `values` has shape (n, T, c), not a number where a stage has none.
        rows: Names of the rows asked for; `duals` has shape (n, T, r): the price of one more unit at the time.
        state_names: Names of the k states.
        left: Weight of what lies beyond the depth; nought where histories end by themselves.
    """

    costs: Floats
    stage_costs: Floats
    weights: Floats
    states: Floats
    nodes: Ints
    noises: Ints
    columns: tuple[str, ...]
    values: Floats
    rows: tuple[str, ...]
    duals: Floats
    state_names: tuple[str, ...]
    left: float

    @property
    def mean(self) -> float:
        """Mean cost."""
        return float(self.costs.mean())

    @property
    def error(self) -> float:
        """Standard error of the mean; not a number for one history."""
        n = len(self.costs)
        return float(self.costs.std(ddof=1)) / sqrt(n) if n > 1 else nan

    @property
    def interval(self) -> tuple[float, float]:
        """95 % confidence interval of the mean cost."""
        half = Z95 * self.error
        return self.mean - half, self.mean + half

    def column(self, name: str) -> Floats:
        """Return a column that was asked for, shape (n, T).

        Args:
            name: Its name.

        Raises:
            UnknownNameError: It was not asked for.
        """
        if name not in self.columns:
            raise UnknownNameError("column of the simulation", name, self.columns)
        return self.values[:, :, self.columns.index(name)]

    def state(self, name: str) -> Floats:
        """Return an outgoing state, shape (n, T).

        Args:
            name: Its name.

        Raises:
            UnknownNameError: There is no such state.
        """
        if name not in self.state_names:
            raise UnknownNameError("state", name, self.state_names)
        return self.states[:, :, self.state_names.index(name)]

    def to_plain(self) -> dict[str, Any]:
        """Return the summary as plain values."""
        low, high = self.interval
        return {
            "histories": len(self.costs),
            "mean": self.mean,
            "interval_95": [low, high],
            "left": self.left,
        }


def simulate(
    graph: Graph,
    programmes: Sequence[StageLP],
    n: int,
    *,
    seed: int,
    state: Floats,
    depth: int | None,
    start: int | None,
    paths: Sequence[Sequence[tuple[int, int]]] | None,
    columns: Sequence[str],
    rows: Sequence[str],
) -> Simulation:
    """Walk `n` histories; see `Policy.simulate`."""
    if n < 1:
        raise UsageError(f"simulate at least one history, not {n}.")
    _known("column", columns, (s.columns for s in graph.nodes))
    _known("row", rows, (s.rows for s in graph.nodes))
    drawn = graph.cyclic and depth is None and paths is None
    if paths is None:
        paths = [walk(graph, generator(seed, i), depth=depth, start=start) for i in range(n)]
    else:
        _possible(graph, paths, n)
    longest, k = max(map(len, paths)), len(state)
    nodes, noises = np.full((n, longest), -1), np.full((n, longest), -1)
    for i, path in enumerate(paths):
        nodes[i, : len(path)], noises[i, : len(path)] = np.array(path).T
    weights = np.where(nodes >= 0, 1.0, 0.0)
    if not drawn:
        for t in range(1, longest):
            weights[:, t] *= weights[:, t - 1] * graph.onward[nodes[:, t - 1]]
    states, costs = np.full((n, longest, k), nan), np.full((n, longest), nan)
    values, duals = np.full((n, longest, len(columns)), nan), np.full((n, longest, len(rows)), nan)
    want = [_places(s.columns, columns) for s in graph.nodes]
    want_rows = [_places(s.rows, rows) for s in graph.nodes]
    incoming = np.tile(state, (n, 1))
    for t in range(longest):
        alive = np.flatnonzero(nodes[:, t] >= 0)
        for i in alive[np.lexsort((noises[alive, t], nodes[alive, t]))]:
            node = int(nodes[i, t])
            lp = programmes[node]
            objective = lp.solve(incoming[i], int(noises[i, t]))
            x, later = lp.point()
            costs[i, t] = objective - later
            states[i, t] = x[graph.nodes[node].state_out]
            here, there = want[node]
            values[i, t, here] = x[there]
            if rows:
                here, there = want_rows[node]
                duals[i, t, here] = lp.duals()[there]
        incoming[alive] = states[alive, t]
    ends = (nodes >= 0).sum(axis=1) - 1
    every = np.arange(n)
    left = 0.0 if drawn else float((weights[every, ends] * graph.onward[nodes[every, ends]]).mean())
    return Simulation(
        costs=np.where(nodes >= 0, weights * costs, 0.0).sum(axis=1),
        stage_costs=costs,
        weights=weights,
        states=states,
        nodes=nodes,
        noises=noises,
        columns=tuple(columns),
        values=values,
        rows=tuple(rows),
        duals=duals,
        state_names=graph.nodes[graph.root[0][0]].states,
        left=left,
    )


def _possible(graph: Graph, paths: Sequence[Sequence[tuple[int, int]]], n: int) -> None:
    """Refuse paths that the graph does not have."""
    if len(paths) != n:
        raise UsageError(f"{len(paths)} paths are given for {n} histories.")
    for i, path in enumerate(paths):
        if not path:
            raise UsageError(f"path {i} is empty.")
        for t, (node, noise) in enumerate(path):
            stage = graph.nodes[graph.index(node)]
            before = path[t - 1][0] if t else -1
            if t and node not in (j for j, _ in graph.children[before]):
                came = graph.nodes[before].name
                raise UsageError(f"path {i} goes from {came!r} to {stage.name!r}, which never follows it.")
            if not 0 <= noise < len(stage.noises):
                known = map(str, range(len(stage.noises)))
                raise UnknownNameError("noise", str(noise), known, where=f"path {i}, stage {stage.name!r}")


def _known(kind: str, asked: Sequence[str], names: Any) -> None:
    every = {name for some in names for name in some}
    for name in asked:
        if name not in every:
            raise UnknownNameError(kind, name, every)


def _places(names: tuple[str, ...], asked: Sequence[str]) -> tuple[Ints, Ints]:
    """Return which of the names asked for are there, and where."""
    at = {name: j for j, name in enumerate(names)}
    found = [(i, at[name]) for i, name in enumerate(asked) if name in at]
    return np.array([i for i, _ in found], dtype=np.int64), np.array([j for _, j in found], dtype=np.int64)
