"""Make reported production, trade and use balance, moving good figures little and weak ones more.

min Σ ((x − x̂)/σ)²  subject to  supply = use at every node,  0 ≤ x

with σ = (relative error of the figure's quality) × x̂ plus a small floor. What cannot be closed at a node without
moving figures by many σ is left as a statistical difference there, and listed.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.linalg import spsolve

from oreflow.errors import NumericalError
from oreflow.market.network import Floats, Network

FLOOR = 1e-4
"""Smallest σ, as a share of the commodity's world flow."""
GAP = 1e-5
"""σ of a statistical difference, as a share of world flow: figures move by many of their errors first."""
CLOSED = 1e-12
"""Gap at a node, as a share of world flow, that is rounding."""
RIDGE = 1e-16
"""Added where no figure can move, so that the rest can be solved; small against the smallest σ² of a figure."""


@dataclass(frozen=True)
class Balanced:
    """Quantities a year that balance at every node.

    Attributes:
        plant_q: Output, shape (plants,), unit/yr.
        mix_q: Shape (mixes,), GWh/yr.
        route_q: Shape (routes,), unit/yr.
        demand_q: Shape (demands,), unit/yr.
        difference: Statistical difference by node, unit/yr, added to supply.
        adjustments: One row a figure: kind, name, commodity, reported, reconciled, change, relative, in_sigma.
    """

    plant_q: Floats
    mix_q: Floats
    route_q: Floats
    demand_q: Floats
    difference: Floats
    adjustments: pd.DataFrame


def incidence(net: Network, *, per_plant: bool = True) -> sparse.csr_matrix:
    """Return the balance matrix: nodes × (plants, mixes, routes, demands), supply positive."""
    n, p, m, r, d = len(net.nodes), len(net.plants), len(net.mixes), len(net.routes), len(net.demands)
    ones = np.ones
    rows = [net.entry_node, net.mix_from, net.mix_to, net.route_from, net.route_to, net.demand_node]
    cols = [
        net.entry_plant,
        p + np.arange(m),
        p + np.arange(m),
        p + m + np.arange(r),
        p + m + np.arange(r),
        p + m + r + np.arange(d),
    ]
    vals = [net.entry_coef, -ones(m), ones(m), -ones(r), ones(r), -ones(d)]
    return sparse.csr_matrix(
        (np.concatenate(vals), (np.concatenate(rows), np.concatenate(cols))), shape=(n, p + m + r + d)
    )


def reconcile(net: Network) -> Balanced:
    """Balance the observed year.

    Args:
        net: Network of the scope.

    Returns:
        Balanced quantities and the list of adjustments.

    Raises:
        NumericalError: The quadratic programme did not converge.
    """
    a = incidence(net)
    x0 = np.concatenate([net.plant_q, net.mix_q, net.route_q, net.demand_q])
    relative = np.concatenate([net.plant_sigma, net.mix_sigma, net.route_sigma, net.demand_sigma])
    k = a.shape[1]
    scale = _world_flow(net)  # by node: its commodity's world flow
    # Scale of each figure: the world flow of a node it touches, so that floors mean the same everywhere.
    pattern = a.tocoo()
    touched = np.zeros(k)
    np.maximum.at(touched, pattern.col, scale[pattern.row])
    sigma = relative * x0 + FLOOR * np.where(touched > 0, touched, 1.0)
    # Nothing idle starts by itself, no new route opens: those stay at zero.
    fixed = x0 <= 0
    gap_sigma = GAP * scale  # a statistical difference is the last resort
    x = _settled(a, x0, sigma, fixed, gap_sigma)
    if x is None:
        x = _solve(a, x0, sigma, fixed, gap_sigma, scale)
    x = _closed(a, np.where(fixed, 0.0, x), sigma, fixed, scale)
    # What is left unbalanced is the statistical difference, so that balance is exact.
    gap = -(a @ x)
    gap[np.abs(gap) < 1e-9 * scale] = 0.0
    p, m, r = len(net.plants), len(net.mixes), len(net.routes)
    commodity = np.array(net.node_commodity)
    names = net.plants + net.mixes + net.routes + net.demands
    kinds = ["plant"] * p + ["mix"] * m + ["trade"] * r + ["demand"] * len(net.demands)
    nodes = np.concatenate([net.plant_main, net.mix_to, net.route_to, net.demand_node])
    table = pd.DataFrame(
        {
            "kind": kinds,
            "name": names,
            "commodity": commodity[nodes],
            "reported": x0,
            "reconciled": x,
            "change": x - x0,
            "relative": np.divide(x - x0, x0, out=np.zeros_like(x), where=x0 > 0),
            "in_sigma": (x - x0) / sigma,
        }
    )
    return Balanced(
        plant_q=x[:p],
        mix_q=x[p : p + m],
        route_q=x[p + m : p + m + r],
        demand_q=x[p + m + r :],
        difference=gap,
        adjustments=table.loc[~fixed].sort_values("in_sigma", key=np.abs, ascending=False, ignore_index=True),
    )


def _world_flow(net: Network) -> Floats:
    """World supply of each node's commodity, unit/yr (at least 1e-6)."""
    commodity = pd.Categorical(net.node_commodity)
    supply = np.zeros(len(net.nodes))
    positive = net.entry_coef > 0
    np.add.at(
        supply,
        net.entry_node[positive],
        (net.entry_coef * net.plant_q[net.entry_plant])[positive],
    )
    np.add.at(supply, net.mix_to, net.mix_q)
    total = np.bincount(commodity.codes, weights=supply, minlength=len(commodity.categories))
    used = np.zeros(len(net.nodes))
    np.add.at(used, net.demand_node, net.demand_q)
    total = np.maximum(total, np.bincount(commodity.codes, weights=used, minlength=len(total)))
    flow: Floats = np.maximum(total[commodity.codes], 1e-6)
    return flow


def _settled(
    a: sparse.csr_matrix, x0: Floats, sigma: Floats, fixed: np.ndarray, gap_sigma: Floats, *, rounds: int = 50
) -> Floats | None:
    """Solve in closed form, holding at zero what would fall below.

    x = x0 − D Aᵀ(A D Aᵀ + G)⁻¹ A x0 with D = σ², G = gap_sigma². Returns None where the held figures do not settle.
    """
    scaled = sparse.csr_matrix(sparse.diags(1.0 / gap_sigma) @ a)
    held = np.zeros(len(x0), dtype=bool)
    for _ in range(rounds):
        start = np.where(fixed | held, 0.0, x0)
        moved = sparse.csr_matrix(scaled @ sparse.diags(np.where(fixed | held, 0.0, sigma**2)))
        system = sparse.csc_matrix(moved @ scaled.T + sparse.identity(a.shape[0]))
        pull = spsolve(system, scaled @ start)
        x = start - moved.T @ pull
        # A held figure is let go where moving it up would lower the sum.
        wants = (scaled.T @ pull) * sigma**2 - x0 < 0
        new = ~fixed & np.where(held, ~wants, x < 0)
        if (new == held).all():
            settled: Floats = np.maximum(x, 0.0)
            return settled
        held = new
    return None


def _solve(
    a: sparse.csr_matrix, x0: Floats, sigma: Floats, fixed: np.ndarray, gap_sigma: Floats, scale: Floats
) -> Floats:
    """Solve with Clarabel in units of σ: y = (x − x0)/σ, g = gap/gap_sigma."""
    clarabel: Any = import_module("clarabel")  # a compiled module without type information

    n = a.shape[0]
    free = np.flatnonzero(~fixed)
    af = a[:, free]
    # Between the size of the flows and that of the differences: at either end the solver may stall.
    row_scale = sparse.diags(1.0 / np.sqrt(gap_sigma * scale))
    k = len(free)
    # Equality: row_scale (A (x0 + σ y) + gap) = 0; bound: y ≥ −x0/σ
    eq = row_scale @ sparse.hstack([af @ sparse.diags(sigma[free]), sparse.diags(gap_sigma)])
    lower = sparse.hstack([-sparse.identity(k), sparse.csr_matrix((k, n))])
    rhs = np.concatenate([-(row_scale @ (af @ x0[free])), x0[free] / sigma[free]])
    options = clarabel.DefaultSettings()
    options.verbose = False
    options.tol_gap_abs = options.tol_gap_rel = options.tol_feas = 1e-10
    solution = clarabel.DefaultSolver(
        sparse.csc_matrix(2.0 * sparse.identity(k + n)),
        np.zeros(k + n),
        sparse.csc_matrix(sparse.vstack([eq, lower])),
        rhs,
        [clarabel.ZeroConeT(n), clarabel.NonnegativeConeT(k)],
        options,
    ).solve()
    if str(solution.status) not in ("Solved", "AlmostSolved"):
        raise NumericalError(
            f"reconciliation did not converge ({solution.status}); run `oreflow world check`."
        )
    y = np.array(solution.x)
    x = np.zeros(len(x0))
    x[free] = np.maximum(x0[free] + sigma[free] * y[:k], 0.0)
    return x


def _closed(
    a: sparse.csr_matrix, x: Floats, sigma: Floats, fixed: np.ndarray, scale: Floats, *, rounds: int = 20
) -> Floats:
    """Close the small gaps that are left wherever figures can.

    A negative difference is a use without a price: a node whose only mine is halted could not meet it. Each round
    moves the figures that are above zero by the least in units of their errors, x − D Aᵀ(A D Aᵀ)⁻¹ A x with D = σ²;
    what would fall below zero stays there.
    """
    scaled = sparse.csr_matrix(sparse.diags(1.0 / scale) @ a)
    ridge = RIDGE * sparse.identity(a.shape[0])  # for nodes that no figure can close
    for _ in range(rounds):
        gap = scaled @ x
        if np.abs(gap).max(initial=0.0) < CLOSED:
            break
        weight = np.where(fixed | (x <= 0), 0.0, sigma**2)
        moved = sparse.csr_matrix(scaled @ sparse.diags(weight))
        x = np.maximum(x - moved.T @ spsolve(sparse.csc_matrix(moved @ scaled.T + ridge), gap), 0.0)
    return x
