"""Equilibria with smooth curves, solved by an interior-point method over power cones.

A curve that is a power of a quantity is the edge of a power cone {(x, y, z): x^α·y^(1−α) ≥ |z|}, so that iso-elastic
supply and demand need no steps at all: what Clarabel returns is the optimum itself, to nine digits.
"""

from __future__ import annotations

import clarabel
import numpy as np
from scipy import sparse

from oreflow.market import Base


class Smooth:
    """min ½ xᵀPx + qᵀx subject to balance at every node and cones.

    Args:
        nodes: Number of nodes.
    """

    def __init__(self, nodes: int) -> None:
        self.linear: list[float] = []
        self.square: list[float] = []
        self.balance: list[tuple[int, int, float]] = []
        self.bounds: list[tuple[int, float, float]] = []  # coefficient·x ≤ right-hand side
        self.cones: list[tuple[float, list[tuple[int | None, float]]]] = []
        self.supplied = np.zeros(nodes)

    def variable(
        self,
        linear: float,
        square: float = 0.0,
        *,
        touches: dict[int, float] | None = None,
        most: float = np.inf,
    ) -> int:
        """Add a variable ≥ 0 with cost linear·x + ½·square·x² and its entries in the balances."""
        index = len(self.linear)
        self.linear.append(linear)
        self.square.append(square)
        self.bounds.append((index, -1.0, 0.0))
        if np.isfinite(most):
            self.bounds.append((index, 1.0, most))
        self.balance += [(node, index, a) for node, a in (touches or {}).items()]
        return index

    def power(self, x: int, unit: float, exponent: float, cost: float) -> None:
        """Add the cost `cost`·(x/unit)^exponent, exponent > 1."""
        epigraph = self.variable(cost)
        self.cones.append((1.0 / exponent, [(epigraph, 1.0), (None, 1.0), (x, 1.0 / unit)]))

    def inverse(self, x: int, unit: float, exponent: float, cost: float) -> None:
        """Add the cost `cost`·(x/unit)^(−exponent), exponent > 0."""
        epigraph = self.variable(cost)
        self.cones.append((1.0 / (1.0 + exponent), [(epigraph, 1.0), (x, 1.0 / unit), (None, 1.0)]))

    def solve(self) -> tuple[float, np.ndarray, np.ndarray]:
        """Return objective, x, and price at each node."""
        n, m = len(self.linear), len(self.supplied)
        scale = max(abs(v) for v in self.linear)
        rows = [(i, j, -a) for i, j, a in self.balance]
        right = list(self.supplied)  # supply − use + supplied = 0
        for j, a, b in self.bounds:
            rows.append((len(right), j, a))
            right.append(b)
        cones = [clarabel.ZeroConeT(m), clarabel.NonnegativeConeT(len(self.bounds))]
        for alpha, members in self.cones:
            for j, a in members:
                if j is not None:
                    rows.append((len(right), j, -a))
                right.append(0.0 if j is not None else a)
            cones.append(clarabel.PowerConeT(alpha))
        i, j, a = zip(*rows, strict=True)
        matrix = sparse.csc_matrix((a, (i, j)), shape=(len(right), n))
        options = clarabel.DefaultSettings()
        options.verbose = False
        options.tol_gap_abs = options.tol_gap_rel = options.tol_feas = 1e-10
        found = clarabel.DefaultSolver(
            sparse.diags(np.array(self.square) / scale).tocsc(),
            np.array(self.linear) / scale,
            matrix,
            np.array(right),
            cones,
            options,
        ).solve()
        assert str(found.status) in ("Solved", "AlmostSolved"), found.status
        return found.obj_val * scale, np.array(found.x), np.array(found.z[:m]) * scale


def market(base: Base, *, availability: dict[str, float] | None = None, demand: float = 1.0) -> np.ndarray:
    """Return the static price at every node of a base without steps: half a month after the news, no stocks."""
    net, b, p = base.net, base.balanced, base.price
    grown = 1 - np.exp(-0.5 / net.parameter("tau_months"))
    problem = Smooth(len(net.nodes))
    problem.supplied += b.difference / 12
    for j, name in enumerate(net.plants):
        runs = (availability or {}).get(name, 1.0)
        q0 = b.plant_q[j] / 12 * runs
        entries = {
            int(n): a
            for i, n, a in zip(net.entry_plant, net.entry_node, net.entry_coef, strict=True)
            if i == j
        }
        value = sum(a * p[n] for n, a in entries.items())
        gross = sum(a * p[n] for n, a in entries.items() if a > 0)
        es = net.plant_es[j, 0] + (net.plant_es[j, 1] - net.plant_es[j, 0]) * grown
        x = problem.variable(value - gross, touches=entries, most=base.plant_cap[j] / 12 * runs)
        problem.power(x, q0, 1 + 1 / es, gross * q0 / (1 + 1 / es))
    for a in range(len(net.routes)):
        start, end, f0 = int(net.route_from[a]), int(net.route_to[a]), b.route_q[a] / 12
        if f0 > 0:
            slope = p[end] / net.parameter("route_sigma")
            problem.variable(p[end] - p[start] - slope, slope / f0, touches={start: -1.0, end: 1.0})
    for i, node in enumerate(net.demand_node):
        ed = net.demand_ed[i, 0] + (net.demand_ed[i, 1] - net.demand_ed[i, 0]) * grown
        d0, curve = b.demand_q[i] / 12 * demand, 1 / ed - 1
        y = problem.variable(0.0, touches={int(node): -1.0})
        problem.inverse(y, d0, curve, p[node] * d0 / curve)
    return problem.solve()[2]
