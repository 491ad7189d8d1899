"""Steps laid anew around a solution: the same columns, finer where the market stands.

A curve cut into a few steps over its whole range gives prices within the width of a step. The solution says where each
curve stands in each period; its steps are laid again, as many as before, close together there and wide apart far away,
and the programme is solved again from its own last basis: the column that was basic in a curve is the one in the
middle of the new steps, columns below it are full and columns above it empty. After three or four rounds prices are
those of the smooth curves. The matrix is untouched, since all steps of a curve have the same coefficients.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from oreflow.market.curves import Steps
from oreflow.market.highs import BASIC, LOWER, UPPER, Basis, Ints32
from oreflow.market.network import Floats
from oreflow.market.solve import Solution, Solver
from oreflow.market.view import View

POWERS = (2.0, 3.0, 4.0)
"""How close steps come to the solution in each round: the step next to it is (1/n)^power of the way to the end."""
FEWEST = 5
"""Steps of a curve below which it is left as it is."""

Flags = NDArray[np.bool_]


def refined(
    solver: Solver, view: View, solution: Solution, powers: Sequence[float] = POWERS
) -> tuple[View, Solution]:
    """Lay steps around a solution and solve again, in rounds.

    Args:
        solver: Solver that has just found the solution.
        view: What agents see; its base has the steps that calibration cut.
        solution: Its solution.
        powers: How fine each round is.

    Returns:
        The view whose base holds the last steps, and its solution. Iterations and seconds count all rounds.

    Raises:
        InfeasibleError: As `Solver.solve`.
        NumericalError: As `Solver.solve`.
    """
    coarse = view.layout.base.steps
    iterations, seconds = solution.iterations, solution.seconds
    for power in powers:
        view, start = _relaid(view, coarse, solution, solver.basis(), power)
        solution = solver.solve(solver.problem.numbers(view), start=start)
        iterations, seconds = iterations + solution.iterations, seconds + solution.seconds
    return view, replace(solution, iterations=iterations, seconds=seconds)


def _relaid(
    view: View, coarse: dict[str, Steps], solution: Solution, basis: Basis, power: float
) -> tuple[View, Basis]:
    """Return the view with steps around the solution, and the basis that says the same in the new steps."""
    layout = view.layout
    col = basis[0].reshape(layout.periods, -1).copy()
    steps = dict(coarse)
    for family, (unit, exponent) in _units(view).items():
        part = layout.slice(family)
        old = coarse[family]
        if not len(old):
            continue
        quantity = layout.base.steps[family].total(solution.x[:, part])
        at = np.divide(quantity, unit, out=np.zeros_like(quantity), where=unit > 0)
        steps[family], col[:, part] = _family(old, at, exponent, col[:, part], power)
    base = replace(layout.base, steps=steps)
    return replace(view, layout=replace(layout, base=base)), (col.ravel(), basis[1])


def _units(view: View) -> dict[str, tuple[Floats, Floats]]:
    """Family to the quantity that its ratios are of, and the exponent from price ratio to quantity ratio, (T, n)."""
    layout, beliefs = view.layout, view.beliefs
    base, net = layout.base, layout.base.net
    es_pair = np.where(np.isfinite(net.plant_es), net.plant_es, net.parameter("conversion_es"))
    unit = np.where(base.balanced.route_q > 0, base.balanced.route_q, base.route_ref)
    ones = np.ones((layout.periods, 1))
    out = {
        "plants": (
            layout.per * base.balanced.plant_q * view.mean(beliefs.availability),
            view.elasticity(es_pair, view.draw.es),
        ),
        "routes": (layout.per * unit, ones),
        "demands": (
            layout.per * base.balanced.demand_q * view.mean(beliefs.demand),
            -view.elasticity(net.demand_ed, view.draw.ed),
        ),
    }
    if not layout.static:
        out["stores"] = (net.store_s0 * view.mean(beliefs.cover) * ~net.store_reserve, ones)
    return out


def _family(old: Steps, at: Floats, exponent: Floats, status: Ints32, power: float) -> tuple[Steps, Ints32]:
    """Lay the steps of one family. `at` is where each curve stands, as a ratio of quantities, shape (T, curves)."""
    periods = len(at)
    exponent = np.broadcast_to(exponent, at.shape)
    lo, hi, mid = (np.tile(v, (periods, 1)) for v in (old.lo, old.hi, old.mid))
    status = status.copy()
    size = np.diff(np.append(old.first, len(old)))
    cut_by_price = bool((exponent != 1.0).any())
    for count in np.unique(size):
        if count < FEWEST:
            continue
        mine = np.flatnonzero(size == count)
        cols = old.first[mine][:, None] + np.arange(count)
        e = exponent[:, mine]
        # In ratios of quantity steps rise from nought whatever the curve; demand is filled from the dearest.
        top = old.hi if not (e < 0).any() else old.lo
        first, last = (top[cols[:, k]] ** e for k in (0, -1))
        basic = (status[:, cols] == BASIC).any(axis=2)
        here = at[:, mine]
        inside = (here > first * (1 + 1e-9)) & (here < last * (1 - 1e-9))
        edges = _edges(
            np.where(inside, here, 0.5 * (first + last)), first, last, basic, int(count) - 1, power
        )
        ratio = edges ** (1.0 / e[:, :, None])
        low, high = (
            (ratio[:, :, 1:], ratio[:, :, :-1]) if (e < 0).any() else (ratio[:, :, :-1], ratio[:, :, 1:])
        )
        middle = np.sqrt(low * high) if cut_by_price else 0.5 * (low + high)
        rest = cols[:, 1:]
        for whole, new in ((lo, low), (hi, high), (mid, middle)):
            whole[:, rest] = np.where(inside[:, :, None], new, whole[:, rest])
        below = (int(count) - 1 - basic) // 2
        step = np.arange(count - 1)
        told = np.where(step < below[:, :, None], UPPER, LOWER)
        told = np.where((step == below[:, :, None]) & basic[:, :, None], BASIC, told)
        status[:, rest] = np.where(inside[:, :, None], told, status[:, rest])
        status[:, cols[:, 0]] = np.where(inside, UPPER, status[:, cols[:, 0]])
    return Steps(old.owner, lo, hi, mid, old.first), status


def _edges(here: Floats, first: Floats, last: Floats, basic: Flags, steps: int, power: float) -> Floats:
    """Edges from `first` to `last`, closest at `here`: one step centred on it where a column is basic, else an edge.

    Shapes (T, curves) in, (T, curves, steps + 1) out.
    """
    out = np.empty((*here.shape, steps + 1))
    for centred in (False, True):
        below = (steps - centred) // 2
        above = steps - centred - below
        half = (
            0.5 * np.minimum((here - first) / below**power, (last - here) / above**power)
            if centred
            else np.zeros_like(here)
        )
        left, right = here - half, here + half
        down = (np.arange(below, -1, -1) / below) ** power
        up = (np.arange(above + 1) / above) ** power
        edges = np.concatenate(
            [
                left[..., None] - (left - first)[..., None] * down,
                right[..., None] + (last - right)[..., None] * (up if centred else up[1:]),
            ],
            axis=-1,
        )
        np.copyto(out, edges, where=(basic == centred)[..., None])
    return out
