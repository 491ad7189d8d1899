"""The same market with smooth curves: quadratic programmes around the last solution until prices stay.

    min Σ ∫ c_j(q_j)   subject to the rows of the compiled problem,  lower ≤ q ≤ upper

Steps of a curve stand in the same rows, so a curve is one variable; its first step (what is wanted at any price, what
runs at any) stays a step, which keeps curves smooth. Marginal cost is replaced by its tangent, the quadratic programme
is solved by an interior-point method (Clarabel), and the next point is the lowest one on the way to its solution.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from benchmarks.models import Look
from oreflow.errors import NumericalError
from oreflow.market.network import Floats

ROUNDS = 60
SETTLED = 1e-5
"""Largest relative change of a price in the last round: an interior point knows them no better."""
NEAR = 1e-9
"""Share of all cost that a way saves when it is taken whole, whatever cost says of its end."""
FLATTEST = 1e-9
"""Least slope, as a share of price over quantity, that keeps a programme quadratic."""

Marginal = Callable[[Floats], tuple[Floats, Floats]]


@dataclass(frozen=True)
class Smooth:
    """The optimum with smooth curves.

    Attributes:
        price: Duals of the rows, shape (T, rows), not divided by the discount factor.
        rounds: Quadratic programmes solved.
    """

    price: Floats
    rounds: int


def smooth(look: Look) -> Smooth:
    """Return the optimum of a programme whose steps are taken for the curves that they stand for.

    Args:
        look: A programme with transit and stocks, without mixes and reserves.

    Raises:
        ValueError: It has mixes or reserves, or no stocks.
        NumericalError: Prices did not settle.
    """
    layout = look.view.layout
    if layout.static or layout.size["mixes"] or layout.size["reserves"]:
        raise ValueError("smooth curves are known for plants, routes, demands and stores of a window.")
    arrays, periods = look.arrays(), layout.periods
    curves = [_plants(look), _demands(look), _stores(look), _routes(look)]
    steps = [layout.base.steps[c.family] for c in curves]
    # Curves, then the first steps of those that keep theirs.
    kept = [(c, s) for c, s in zip(curves, steps, strict=True) if c.offset is not None]
    first = [layout.start[c.family] + s.first for c, s in zip(curves, steps, strict=True)]
    first += first[: len(kept)]
    column = (np.arange(periods)[:, None] * layout.columns + np.concatenate(first)).ravel()
    matrix = look.problem.matrix[:, column]

    def summed(of: Floats) -> Floats:
        whole = [s.total(of[:, layout.slice(c.family)]) for c, s in zip(curves, steps, strict=True)]
        step = [of[:, layout.slice(c.family)][:, s.first] for c, s in kept]
        rest = [w - f for w, f in zip(whole, step, strict=False)]
        return np.concatenate([*rest, *whole[len(kept) :], *step], axis=1)

    lower, upper, point = (summed(a) for a in (arrays.lower, arrays.upper, look.solve().x))
    flat = np.concatenate([arrays.cost[:, layout.slice(c.family)][:, s.first] for c, s in kept], axis=1)
    ends = np.cumsum([len(s.first) for s in steps])

    def marginal(quantity: Floats) -> tuple[Floats, Floats]:
        *parts, _ = np.split(quantity, ends, axis=1)
        both = [
            c.marginal(q if c.offset is None else q + c.offset) for c, q in zip(curves, parts, strict=True)
        ]
        level = np.concatenate([*(b[0] for b in both), flat], axis=1)
        return level, np.concatenate([*(b[1] for b in both), np.zeros_like(flat)], axis=1)

    size = np.where(np.isfinite(upper), upper, point)
    size = np.maximum(size, 1e-9 * size.max(axis=0) + 1e-9)
    point = np.clip(point, lower, upper)
    level, _ = marginal(point)
    worth = float(np.mean(np.abs(level) * size))
    passed = np.maximum(abs(matrix) @ size.ravel(), 1e-9)
    usual = np.tile(layout.base.price, periods)
    # Small curves and nodes are as exact as large ones when neither what passes nor what it is worth is small.
    unit = np.sqrt(size * worth / np.maximum(np.abs(level), 1e-3 * np.abs(level).mean()))
    row = np.sqrt(passed * worth / usual)
    rows = sparse.diags(1.0 / row) @ matrix @ sparse.diags(unit.ravel())
    sides = arrays.row_lower.ravel()
    price = np.zeros(len(passed))
    for rounds in range(1, ROUNDS + 1):
        level, slope = marginal(point)
        slope = np.maximum(slope, FLATTEST * np.abs(level) / size)
        found, dual = _quadratic(
            (slope * unit**2 / worth).ravel(),
            ((level - slope * point) * unit / worth).ravel(),
            rows,
            sides / row,
            (lower / unit).ravel(),
            (upper / unit).ravel(),
        )
        way = found.reshape(point.shape) * unit - point
        # Close to the optimum whole steps settle by themselves, and what cost says of the way is rounding.
        near = abs(float((level * way).sum())) < NEAR * float(np.abs(level * size).sum())
        share = 1.0 if near else _lowest(marginal, point, way)
        before, price = price, dual * worth / row
        moved = np.max(np.abs(price - before) / np.maximum(np.abs(price), 1e-3 * np.abs(price).mean()))
        point = point + share * way
        if moved < SETTLED and share == 1.0:
            return Smooth(price.reshape(periods, -1), rounds)
    raise NumericalError(f"prices still move by {moved:.1g} after {ROUNDS} quadratic programmes.")


def _quadratic(
    square: Floats, linear: Floats, rows: Any, sides: Floats, lower: Floats, upper: Floats
) -> tuple[Floats, Floats]:
    """Minimise ½ x·diag(square)·x + linear·x with rows·x ≥ sides and bounds; return x and the duals of the rows."""
    import clarabel

    n = len(linear)
    limited = np.flatnonzero(np.isfinite(upper))
    one = sparse.identity(n, format="csr")
    matrix = sparse.csc_matrix(sparse.vstack([-rows, -one, one[limited]]))
    right = np.concatenate([-sides, -lower, upper[limited]])
    options = clarabel.DefaultSettings()
    options.verbose = False
    options.tol_gap_abs = options.tol_gap_rel = options.tol_feas = 1e-11
    found = clarabel.DefaultSolver(
        sparse.diags(square).tocsc(), linear, matrix, right, [clarabel.NonnegativeConeT(len(right))], options
    ).solve()
    if str(found.status) not in ("Solved", "AlmostSolved"):
        raise NumericalError(f"the quadratic programme stopped: {found.status}.")
    return np.array(found.x), np.array(found.z[: len(sides)])


def _lowest(marginal: Marginal, point: Floats, way: Floats) -> float:
    """Return the share of a way after which cost rises again, at most 1."""

    def climbs(share: float) -> bool:
        return float((marginal(point + share * way)[0] * way).sum()) > 0.0

    if not climbs(1.0):
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if climbs(middle) else (middle, high)
    return low if low < 1.0 - 1e-9 else 1.0


@dataclass(frozen=True)
class _Curves:
    """Smooth curves of a family: marginal cost and its slope at a quantity, and what stays a step below them."""

    family: str
    marginal: Marginal
    offset: Floats | None


def _power(ratio: Floats, exponent: Floats) -> tuple[Floats, Floats]:
    """Return ratio^exponent and its slope by the ratio."""
    ratio = np.maximum(ratio, 1e-12)
    value = ratio**exponent
    return value, exponent * value / ratio


def _plants(look: Look) -> _Curves:
    view, base = look.view, look.view.layout.base
    beta = view.beta[:-1, None]
    es = view.elasticity(np.where(np.isfinite(base.net.plant_es), base.net.plant_es, np.nan), view.draw.es)
    unit = view.layout.per * np.maximum(base.balanced.plant_q * view.mean(view.beliefs.availability), 1e-12)
    inside = base.plant_value - base.net.plant_outside + view.mean(view.beliefs.plant_cost)
    steps = base.steps["plants"]

    def marginal(quantity: Floats) -> tuple[Floats, Floats]:
        k, slope = _power(quantity / unit, 1.0 / es)
        return beta * (inside + base.plant_gross * (k - 1.0)), beta * base.plant_gross * slope / unit

    return _Curves("plants", marginal, unit * steps.hi[steps.first] ** es)


def _routes(look: Look) -> _Curves:
    view, layout, base = look.view, look.view.layout, look.view.layout.base
    net, beta = base.net, view.beta[:-1, None]
    arrays = look.arrays()
    new = base.balanced.route_q <= 0
    unit = layout.per * np.where(new, base.route_ref, base.balanced.route_q)
    steps, sigma = base.steps["routes"], view.draw.sigma or net.parameter("route_sigma")
    # What the first step costs less its premium is what every unit costs.
    premium = np.where(new, steps.mid[steps.first], steps.mid[steps.first] - 1.0) / sigma
    worth = base.price[net.route_to]
    level = arrays.cost[:, layout.slice("routes")][:, steps.first] / beta - worth * premium

    def marginal(quantity: Floats) -> tuple[Floats, Floats]:
        ratio = quantity / unit
        rise = np.where(new, ratio, ratio - 1.0) / sigma
        return beta * (level + worth * rise), beta * worth / (sigma * unit)

    return _Curves("routes", marginal, None)


def _demands(look: Look) -> _Curves:
    view, layout, base = look.view, look.view.layout, look.view.layout.base
    beta = view.beta[:-1, None]
    ed = view.elasticity(base.net.demand_ed, view.draw.ed)
    unit = layout.per * base.balanced.demand_q * view.mean(view.beliefs.demand)
    worth = base.price[base.net.demand_node]
    steps = base.steps["demands"]

    def marginal(quantity: Floats) -> tuple[Floats, Floats]:
        k, slope = _power(quantity / unit, -1.0 / ed)
        return -beta * worth * k, -beta * worth * slope / unit

    return _Curves("demands", marginal, unit * steps.lo[steps.first] ** -ed)


def _stores(look: Look) -> _Curves:
    view, layout, base = look.view, look.view.layout, look.view.layout.base
    net, months = base.net, np.array(layout.spans)[:, None]
    beta = view.beta
    keep = (1.0 - net.store_loss) ** months
    hold = net.store_hold * months
    kappa = base.price[net.store_node] * (1.0 - (beta[1:] / beta[:-1])[:, None] * keep) + hold
    eta = view.draw.eta or net.parameter("convenience_eta")
    unit = net.store_s0 * view.mean(view.beliefs.cover)
    steps = base.steps["stores"]
    left = np.zeros_like(unit)
    left[-1] = beta[-1] * view.far[net.store_node] * keep[-1]

    def marginal(quantity: Floats) -> tuple[Floats, Floats]:
        ratio = quantity / unit
        yields = kappa * ratio ** (-1.0 / eta)
        s = net.parameter("terminal_s")
        after = left * ratio**-s
        level = -beta[:-1, None] * (yields - hold) - after
        slope = (beta[:-1, None] * yields / eta + s * after) / (ratio * unit)
        return level, slope

    return _Curves("stores", marginal, unit * steps.hi[steps.first])
