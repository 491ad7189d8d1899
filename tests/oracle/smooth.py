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
        self.unit: list[float] = []

    def variable(
        self,
        linear: float,
        square: float = 0.0,
        *,
        touches: dict[int, float] | None = None,
        most: float = np.inf,
        unit: float = 1.0,
    ) -> int:
        """Add a variable ≥ 0 with cost linear·x + ½·square·x² and its entries in the balances; `unit` is its size."""
        index = len(self.linear)
        self.unit.append(unit)
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

    def root(self, x: int, unit: float, exponent: float, gain: float) -> None:
        """Subtract `gain`·(x/unit)^exponent, 0 < exponent < 1, from the cost."""
        under = self.variable(-gain)
        self.cones.append((exponent, [(x, 1.0 / unit), (None, 1.0), (under, 1.0)]))

    def solve(self) -> tuple[float, np.ndarray, np.ndarray]:
        """Return objective, x, and price at each node.

        Variables are counted in their units, balances in the largest amount that one of them moves: the method
        needs numbers near one.
        """
        n, m = len(self.linear), len(self.supplied)
        unit = np.array(self.unit)
        linear, square = np.array(self.linear) * unit, np.array(self.square) * unit**2
        scale = np.abs(linear).max()
        size = np.full(m, 1e-12)
        for i, j, a in self.balance:
            size[i] = max(size[i], abs(a) * unit[j])
        rows = [(i, j, -a * unit[j] / size[i]) for i, j, a in self.balance]
        right = list(self.supplied / size)  # supply − use + supplied = 0
        for j, a, b in self.bounds:
            rows.append((len(right), j, a))
            right.append(b / unit[j])
        cones = [clarabel.ZeroConeT(m), clarabel.NonnegativeConeT(len(self.bounds))]
        for alpha, members in self.cones:
            for j, a in members:
                if j is not None:
                    rows.append((len(right), j, -a * unit[j]))
                right.append(0.0 if j is not None else a)
            cones.append(clarabel.PowerConeT(alpha))
        i, j, a = zip(*rows, strict=True)
        matrix = sparse.csc_matrix((a, (i, j)), shape=(len(right), n))
        options = clarabel.DefaultSettings()
        options.verbose = False
        options.tol_gap_abs = options.tol_gap_rel = options.tol_feas = 1e-10
        found = clarabel.DefaultSolver(
            sparse.diags(square / scale).tocsc(), linear / scale, matrix, np.array(right), cones, options
        ).solve()
        told = str(found.status)
        assert told in ("Solved", "AlmostSolved"), told
        return found.obj_val * scale, np.array(found.x) * unit, np.array(found.z[:m]) * scale / size


def market(
    base: Base,
    *,
    availability: dict[str, float] | None = None,
    demand: float = 1.0,
    spans: tuple[int, ...] = (),
) -> np.ndarray:
    """Return the price at every node of a base without steps, from the news on, everything known at once.

    Args:
        base: Calibrated market, of which steps are not looked at. Chemistries, quotas, reserves and offtakes are
            not there; nor, without periods, routes that are not used.
        availability: Plant to the share of it that runs, throughout.
        demand: Multiplier of all demand, throughout.
        spans: Lengths of the periods in months; none for a month without stocks and transit.

    Returns:
        Price, shape (nodes,), or (T, nodes) with periods.
    """
    net, b, p = base.net, base.balanced, base.price
    n, g = len(net.nodes), net.parameters
    lengths = spans or (1,)
    begin = np.concatenate([[0], np.cumsum(lengths)])
    beta = (1 + g["discount_rate"]) ** (-begin / 12)
    problem = Smooth(n * len(lengths))
    for t, months in enumerate(lengths):
        year = months / 12
        grown = 1 - np.exp(-0.5 * (begin[t] + begin[t + 1]) / g["tau_months"])
        problem.supplied[t * n : (t + 1) * n] += b.difference * year
        for j, name in enumerate(net.plants):
            runs = (availability or {}).get(name, 1.0)
            q0 = b.plant_q[j] * year * runs
            if q0 <= 0:
                continue
            mine = net.entry_plant == j
            entries = dict(zip((t * n + net.entry_node[mine]).tolist(), net.entry_coef[mine], strict=True))
            value = sum(a * p[i - t * n] for i, a in entries.items())
            gross = sum(a * p[i - t * n] for i, a in entries.items() if a > 0)
            pair = net.plant_es[j] if np.isfinite(net.plant_es[j]).all() else np.full(2, g["conversion_es"])
            es = pair[0] + (pair[1] - pair[0]) * grown
            x = problem.variable(
                beta[t] * (value - gross), touches=entries, most=base.plant_cap[j] * year * runs, unit=q0
            )
            problem.power(x, q0, 1 + 1 / es, beta[t] * gross * q0 / (1 + 1 / es))
        for a in range(len(net.routes)):
            start, end, f0 = int(net.route_from[a]), int(net.route_to[a]), b.route_q[a] * year
            new = f0 <= 0
            if new and not spans:
                continue
            unit = base.route_ref[a] * year if new else f0
            # What leaves evenly in a period arrives evenly over as long, its transit later.
            first = begin[t] + (net.route_lag[a] if spans else 0.0)
            share = [
                max(min(first + months, begin[u + 1]) - max(first, begin[u]), 0.0) / months
                for u in range(len(lengths))
            ]
            late = 1 - sum(share)
            worth = (sum(s * beta[u] for u, s in enumerate(share)) + late * beta[-1]) * p[end] - beta[t] * p[
                start
            ]
            slope = beta[t] * p[end] / g["route_sigma"]
            if new:  # dearer than what its ends are worth
                worth = max(worth, beta[t] * net.route_freight[a]) + beta[t] * g["new_route_premium"] * p[end]
            # Changing suppliers takes time.
            most = (
                b.route_q[a] + g["qualification_ramp"] * base.route_ref[a] * begin[t + 1] if spans else np.inf
            )
            touches = {u * n + end: s for u, s in enumerate(share) if s > 0}
            touches[t * n + start] = touches.get(t * n + start, 0.0) - 1.0
            after = late * beta[-1] * p[end] if spans else 0.0  # sold at the base's price after the window
            problem.variable(
                worth - (0.0 if new else slope) - after,
                slope / unit,
                touches=touches,
                most=most * year,
                unit=unit,
            )
            if spans:  # on its way since before
                left = net.route_lag[a] - np.arange(begin[t], begin[t + 1])
                problem.supplied[t * n + end] += b.route_q[a] / 12 * np.clip(left, 0, 1).sum()
        for i, node in enumerate(net.demand_node):
            d0 = b.demand_q[i] * year * demand
            if d0 <= 0:
                continue
            ed = net.demand_ed[i, 0] + (net.demand_ed[i, 1] - net.demand_ed[i, 0]) * grown
            curve = 1 / ed - 1
            y = problem.variable(0.0, touches={t * n + int(node): -1.0}, unit=d0)
            problem.inverse(y, d0, curve, beta[t] * p[node] * d0 / curve)
        for s, node in enumerate(net.store_node if spans else []):
            s0 = net.store_s0[s]
            if net.store_reserve[s] or s0 <= 0:
                continue
            keep, hold = (1 - net.store_loss[s]) ** months, net.store_hold[s] * months
            touches = {t * n + int(node): -1.0}
            if t + 1 < len(lengths):
                touches[(t + 1) * n + int(node)] = (1 - net.store_loss[s]) ** lengths[t + 1]
            level = problem.variable(beta[t] * hold, touches=touches, unit=s0)
            kappa = p[node] * (1 - beta[t + 1] / beta[t] * keep) + hold
            curve = 1 / g["convenience_eta"] - 1
            problem.inverse(level, s0, curve, beta[t] * kappa * s0 / curve)
            if t == 0:
                problem.supplied[int(node)] += s0 * keep
            if t == len(lengths) - 1:
                problem.root(
                    level, s0, 1 - g["terminal_s"], beta[-1] * p[node] * keep * s0 / (1 - g["terminal_s"])
                )
    price = problem.solve()[2].reshape(len(lengths), n) / beta[:-1, None]
    return price if spans else price[0]
