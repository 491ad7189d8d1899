"""The deterministic equivalent: every history written out, in one linear programme.

A node of the scenario tree is a stage with its noise and all that came before. With Z_c = c·x_c + Θ_c the cost from
node c on, the cost after a node is, for the chance m to go on and conditional chances p,

    expectation   Θ ≥ m·Σ p_c·Z_c
    CVaR          Θ ≥ m·(η + Σ p_c·u_c / level),  u_c ≥ Z_c − η,  u_c ≥ 0     (Rockafellar and Uryasev 2000)
    mix           the weighted sum of both
    worst case    Θ ≥ m·Z_c for every c

Its size grows with the number of histories; it is there to check the cuts against on small problems.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from oreflow.errors import InfeasibleError, ModelError, UsageError
from oreflow.market import highs
from oreflow.market.network import Floats, Ints
from oreflow.respond.risk import CVaR, Expectation, Mix, Risk, WorstCase
from oreflow.respond.sddp.graph import Graph

LARGEST = 500_000
"""Columns of the largest tree that is written out."""


@dataclass(frozen=True, eq=False)
class Extensive:
    """Solution of the whole tree.

    Attributes:
        value: Risk-adjusted cost.
        first: Columns of the first stage, by (node, noise) and name.
        columns: Number of columns of the programme; `rows` likewise.
    """

    value: float
    first: dict[tuple[str, int], dict[str, float]]
    columns: int
    rows: int


def deterministic_equivalent(
    graph: Graph, *, initial_state: ArrayLike, horizon: int | None = None, risk: Risk | None = None
) -> Extensive:
    """Solve a problem as one linear programme over its scenario tree.

    Args:
        graph: The policy graph.
        initial_state: State to begin with.
        horizon: Stages after which everything ends at no cost; needed where there is a cycle.
        risk: Nested risk measure, one of ours; the expectation by default.

    Returns:
        The optimum.

    Raises:
        UsageError: The graph has a cycle and no horizon is given, the tree is too large, or the measure is none of
            ours.
        InfeasibleError: No solution.
        ModelError: No end.
    """
    if horizon is None and graph.cyclic:
        raise UsageError("a graph with a cycle has no last stage: give a horizon, in stages.")
    measure = risk or Expectation()
    if not isinstance(measure, Expectation | CVaR | Mix | WorstCase):
        raise UsageError(f"the risk measure {type(measure).__name__} is not known as a linear programme.")
    state = graph.state(graph.root[0][0], initial_state, what="initial state")
    tree = _Tree(graph, measure, horizon)
    theta, first = tree.grow(state)
    return tree.solved(theta, first)


@dataclass
class _Tree:
    """The programme while it is written: columns and rows are added at the end."""

    graph: Graph
    measure: Expectation | CVaR | Mix | WorstCase
    horizon: int | None
    lower: list[Floats] = field(default_factory=list)
    upper: list[Floats] = field(default_factory=list)
    row_lower: list[Floats] = field(default_factory=list)
    row_upper: list[Floats] = field(default_factory=list)
    entries: list[tuple[Ints, Ints, Floats]] = field(default_factory=list)
    width: int = 0
    height: int = 0

    def grow(self, state: Floats) -> tuple[int, list[tuple[int, int, int]]]:
        """Write the tree out; return the column of its cost and (node, noise, first column) of the first stage."""
        theta, outcomes = self._after(-1, None, state, 0)
        first = [(node, noise, offset) for node, noise, offset in outcomes]
        return theta, first

    def _after(
        self, node: int, parent: int | None, state: Floats | None, depth: int
    ) -> tuple[int, list[tuple[int, int, int]]]:
        """Write what follows a vertex; return the column of its cost, −1 for nothing, and the vertices."""
        graph = self.graph
        following = graph.starts if node == -1 else graph.children[node]
        if not following or (self.horizon is not None and depth >= self.horizon):
            return -1, []
        m = 1.0 if node == -1 else float(graph.onward[node])
        chances, costs, placed = [], [], []
        for j, p in following:
            stage = graph.nodes[j]
            for k, noise in enumerate(stage.noises):
                offset = self._stage(j, k, state)
                if parent is not None:
                    out = graph.nodes[node].state_out + parent
                    self._row_pairs(offset + stage.state_in, out)
                later, _ = self._after(j, offset, None, depth + 1)
                chances.append(p * noise.probability / m)
                cost = stage.numbers(k)[0]
                used = np.flatnonzero(cost)
                cols, values = used + offset, cost[used]
                if later >= 0:
                    cols, values = np.append(cols, later), np.append(values, 1.0)
                costs.append((cols, values))
                placed.append((j, k, offset))
        return self._worth(m, np.array(chances), costs), placed

    def _stage(self, node: int, noise: int, state: Floats | None) -> int:
        """Write a stage; return its first column."""
        stage = self.graph.nodes[node]
        _, lower, upper, row_lower, row_upper = stage.numbers(noise)
        lower, upper = lower.copy(), upper.copy()
        lower[stage.state_in] = -np.inf if state is None else state
        upper[stage.state_in] = np.inf if state is None else state
        offset = self._columns(lower, upper)
        matrix = stage.matrix.tocoo()
        self._rows(
            matrix.row.astype(np.int64),
            matrix.col.astype(np.int64) + offset,
            matrix.data,
            row_lower,
            row_upper,
        )
        return offset

    def _worth(self, m: float, chances: Floats, costs: list[tuple[Ints, Floats]]) -> int:
        """Write what the outcomes are worth before they are known; return the column."""
        theta = self._columns(np.array([-np.inf]), np.array([np.inf]))
        if isinstance(self.measure, WorstCase):
            for chance, (cols, values) in zip(chances, costs, strict=True):
                if chance > 0:
                    self._at_least(np.append(cols, theta), np.append(-m * values, 1.0))
            return theta
        weight, level = _tail(self.measure)
        mean = -m * (1.0 - weight) * chances
        entries = [*(c for c, _ in costs), np.array([theta])]
        factors = [*(p * v for p, (_, v) in zip(mean, costs, strict=True)), np.ones(1)]
        if weight > 0:
            eta = self._columns(np.array([-np.inf]), np.array([np.inf]))
            excess = self._columns(np.zeros(len(costs)), np.full(len(costs), np.inf))
            for k, (c, v) in enumerate(costs):
                self._at_least(np.append(c, [excess + k, eta]), np.append(-v, [1.0, 1.0]))
            entries.append(np.append(eta, excess + np.arange(len(costs))))
            factors.append(-m * weight * np.append(1.0, chances / level))
        self._at_least(np.concatenate(entries), np.concatenate(factors))
        return theta

    def _columns(self, lower: Floats, upper: Floats) -> int:
        offset = self.width
        self.lower.append(lower)
        self.upper.append(upper)
        self.width += len(lower)
        if self.width > LARGEST:
            raise UsageError(
                f"the scenario tree has more than {LARGEST:,} columns: it grows with the number of histories. Take "
                "fewer stages or noises."
            )
        return offset

    def _rows(self, row: Ints, col: Ints, value: Floats, lower: Floats, upper: Floats) -> None:
        self.entries.append((row + self.height, col, value))
        self.row_lower.append(lower)
        self.row_upper.append(upper)
        self.height += len(lower)

    def _row_pairs(self, first: Ints, second: Ints) -> None:
        """Write first − second = 0, pair by pair."""
        rows, zero = np.arange(len(first)), np.zeros(len(first))
        value = np.repeat([1.0, -1.0], len(first))
        self._rows(np.tile(rows, 2), np.concatenate([first, second]), value, zero, zero)

    def _at_least(self, cols: Ints, values: Floats) -> None:
        """Write Σ value·column ≥ 0."""
        self._rows(np.zeros(len(cols), np.int64), cols, values, np.zeros(1), np.full(1, np.inf))

    def solved(self, theta: int, first: list[tuple[int, int, int]]) -> Extensive:
        """Solve what was written."""
        row, col, value = (np.concatenate([e[i] for e in self.entries]) for i in range(3))
        shape = (self.height, self.width)
        model = highs.model(sparse.coo_matrix((value, (row, col)), shape=shape).tocsc())
        cost = np.zeros(self.width)
        cost[theta] = 1.0
        model.costs(None, cost)
        model.bounds(None, np.concatenate(self.lower), np.concatenate(self.upper))
        model.sides(None, np.concatenate(self.row_lower), np.concatenate(self.row_upper))
        status = model.run()
        if status == highs.INFEASIBLE:
            raise InfeasibleError(
                "the deterministic equivalent has no solution: some history cannot be lived through."
            )
        if status != highs.OPTIMAL:
            raise ModelError(
                f"the deterministic equivalent could not be solved (status {status}): it may have no end."
            )
        x = model.solution()[0]
        found = {}
        for node, noise, offset in first:
            names = self.graph.nodes[node].columns
            values = x[offset : offset + len(names)]
            found[self.graph.nodes[node].name, noise] = dict(zip(names, map(float, values), strict=True))
        return Extensive(model.objective, found, self.width, self.height)


def _tail(measure: Expectation | CVaR | Mix) -> tuple[float, float]:
    """Return the weight of CVaR in a measure, and its level."""
    if isinstance(measure, CVaR):
        return 1.0, measure.level
    return (measure.weight, measure.level) if isinstance(measure, Mix) else (0.0, 1.0)
