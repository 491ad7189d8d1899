"""Steps laid anew around a solution: the same columns, finer where the market stands.

A curve cut into a few steps over its whole range gives prices within the width of a step. Where the smooth curves
balance is worked out from the solution (`oreflow.market.between`); there the steps of each curve are laid again, as
many as before: a narrow one around its point where the curve is free to move, an edge where it stands at a limit, the
others wider and wider to both ends. In these steps the point is itself a solution, which is proven like any other; only
where it is none is the programme solved again, from its own last basis. Prices are then those of the smooth curves,
with an error that falls by its square each round. The matrix is untouched, since all steps of a curve have the same
coefficients.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from oreflow.market.between import Flags, Point, Unit, balanced
from oreflow.market.curves import Steps
from oreflow.market.highs import BASIC, LOWER, UPPER, Basis, Ints32
from oreflow.market.layout import Arrays
from oreflow.market.network import Floats
from oreflow.market.solve import Solution, Solver
from oreflow.market.view import View

ROUNDS = 6
"""Most rounds; it stops when the point is proven to be a solution in its own steps, as a rule after two to four."""
POWER = 2.0
"""How fast steps grow away from the point: with the distance in steps to this power."""
STRETCH = 1.5
"""How far steps of a curve without end reach beyond its point."""
FINEST = 1e-3
"""Half the step that a free curve stands in, as a share of the way to its nearer end."""
FEWEST = 3
"""Steps of a curve, without one that stays, below which it is left as it is."""


def refined(solver: Solver, view: View, solution: Solution, rounds: int = ROUNDS) -> tuple[View, Solution]:
    """Lay steps around a solution and solve again, in rounds.

    Args:
        solver: Solver that has just found the solution.
        view: What agents see; its base has the steps that calibration cut.
        solution: Its solution.
        rounds: Number of rounds.

    Returns:
        The view whose base holds the last steps, and its solution. Iterations and seconds count all rounds.

    Raises:
        InfeasibleError: As `Solver.solve`.
        NumericalError: As `Solver.solve`.
    """
    coarse = view.layout.base.steps
    arrays = solver.problem.numbers(view)
    x, price, start = solution.x, solution.price, solver.basis()
    units = _units(view)
    found: Solution | None = None
    for _ in range(rounds):
        point = balanced(solver.problem, view, arrays, x, price, units)
        view, start = _relaid(view, units, coarse, point, start)
        arrays = solver.problem.numbers(view)
        x, price = _filled(view, units, arrays, point, x), point.price
        found = solver.judge(arrays, x, price)
        if found is not None:
            break
    if found is None:  # some curve stands at a corner that smooth ones do not have, or more rounds are wanted
        found = solver.solve(arrays, start=start)
    return view, replace(
        found,
        iterations=solution.iterations + found.iterations,
        seconds=solution.seconds + found.seconds,
    )


def _filled(view: View, units: dict[str, Unit], arrays: Arrays, point: Point, x: Floats) -> Floats:
    """Return the columns that carry what each curve carries, filled from the cheapest step."""
    layout = view.layout
    out = x.copy()
    for family in units:
        part, steps = layout.slice(family), layout.base.steps[family]
        if not len(steps):
            continue
        upper = arrays.upper[:, part]
        filled = np.cumsum(np.where(np.isinf(upper), 0.0, upper), axis=1)
        before = np.concatenate([np.zeros((layout.periods, 1)), filled[:, :-1]], axis=1)
        before = before - before[:, steps.first][:, steps.owner]
        out[:, part] = np.clip(point.quantity[family][:, steps.owner] - before, arrays.lower[:, part], upper)
    return out


def _relaid(
    view: View, units: dict[str, Unit], coarse: dict[str, Steps], point: Point, basis: Basis
) -> tuple[View, Basis]:
    """Return the view with steps around where curves stand, and the basis that says the same in the new steps."""
    layout = view.layout
    col = basis[0].reshape(layout.periods, -1).copy()
    steps = dict(coarse)
    for family, u in units.items():
        part = layout.slice(family)
        old = coarse[family]
        if not len(old):
            continue
        here, free = point.quantity[family], point.free[family]
        at = np.divide(here, u.carries, out=np.zeros_like(here), where=u.carries > 0)
        # A stock has no most: where it has grown beyond its steps they are laid further out.
        steps[family], col[:, part] = _family(
            old, at, free, u.exponent, col[:, part], open_=family == "stores"
        )
    base = replace(layout.base, steps=steps)
    return replace(view, layout=replace(layout, base=base)), (col.ravel(), basis[1])


def _units(view: View) -> dict[str, Unit]:
    """Family to what its ratios mean; chemistries are cut in shares of their room and left out."""
    layout, beliefs = view.layout, view.beliefs
    base, net = layout.base, layout.base.net
    ones = np.ones((layout.periods, 1))
    out = {
        "plants": Unit(
            layout.per * base.balanced.plant_q * view.mean(beliefs.availability),
            view.elasticity(net.supply_elasticity, view.draw.es),
            ones,
        ),
        "routes": Unit(layout.per * base.route_unit, ones, ones),
        "demands": Unit(
            layout.per * base.balanced.demand_q * view.mean(beliefs.demand),
            -view.elasticity(net.demand_ed, view.draw.ed),
            ones,
        ),
    }
    if not layout.static:
        bend = np.full_like(ones, -1.0 / (view.draw.eta or net.parameter("convenience_eta")))
        bend[-1] = -net.parameter("terminal_s")  # at the end what is left is worth more than holding it
        size = net.store_s0 * view.mean(beliefs.cover) * ~net.store_reserve
        out["stores"] = Unit(size, ones, bend)
    return out


def _family(
    old: Steps, at: Floats, free: Flags, exponent: Floats, status: Ints32, *, open_: bool
) -> tuple[Steps, Ints32]:
    """Lay the steps of one family. `at` is where each curve stands, as a ratio of quantities, shape (T, curves)."""
    periods = len(at)
    exponent = np.broadcast_to(exponent, at.shape)
    lo, hi, mid = (np.tile(v, (periods, 1)) for v in (old.lo, old.hi, old.mid))
    status = status.copy()
    size = np.diff(np.append(old.first, len(old)))
    cut_by_price = bool((exponent != 1.0).any())
    # The first step of supply and demand holds what comes, or is wanted, at any price; it stays.
    lead = int(cut_by_price)
    for count in np.unique(size):
        steps = int(count) - lead
        if steps < FEWEST:
            continue
        mine = np.flatnonzero(size == count)
        cols = old.first[mine][:, None] + np.arange(count)
        e = exponent[:, mine]
        falling = bool((e < 0).any())  # demand is filled from the dearest
        top = old.lo if falling else old.hi
        last = top[cols[:, -1]] ** e
        first = top[cols[:, 0]] ** e if lead else np.zeros_like(last)
        if open_:
            last = np.maximum(last, STRETCH * at[:, mine])
        basic = (status[:, cols] == BASIC).any(axis=2)
        here = at[:, mine]
        inside = (here > first + 1e-6 * last) & (here < last * (1 - 1e-6))
        centred = free[:, mine] & inside
        edges = _edges(np.where(inside, here, 0.5 * (first + last)), first, last, centred, steps)
        ratio = edges ** (1.0 / e[:, :, None])
        low, high = (ratio[:, :, 1:], ratio[:, :, :-1]) if falling else (ratio[:, :, :-1], ratio[:, :, 1:])
        middle = np.sqrt(low * high) if cut_by_price else 0.5 * (low + high)
        below = (steps - centred) // 2
        step = np.arange(steps)
        central = (step == below[:, :, None]) & centred[:, :, None]
        middle = np.where(central, here[:, :, None] ** (1.0 / e[:, :, None]), middle)
        rest = cols[:, lead:]
        for whole, new in ((lo, low), (hi, high), (mid, middle)):
            whole[:, rest] = np.where(inside[:, :, None], new, whole[:, rest])
        told = np.where(step < below[:, :, None], UPPER, LOWER)
        told = np.where(central & basic[:, :, None], BASIC, told)
        status[:, rest] = np.where(inside[:, :, None], told, status[:, rest])
        if lead:
            status[:, cols[:, 0]] = np.where(inside, UPPER, status[:, cols[:, 0]])
    return Steps(old.owner, lo, hi, mid, old.first), status


def _edges(here: Floats, first: Floats, last: Floats, free: Flags, steps: int) -> Floats:
    """Edges from `first` to `last`, closest at `here`: a narrow step around it where a curve is free, else an edge.

    Shapes (T, curves) in, (T, curves, steps + 1) out.
    """
    out = np.empty((*here.shape, steps + 1))
    for centred in (False, True):
        below = (steps - centred) // 2
        above = steps - centred - below
        half = FINEST * np.minimum(here - first, last - here) if centred else np.zeros_like(here)
        left, right = here - half, here + half
        down = (np.arange(below, -1, -1) / below) ** POWER
        up = (np.arange(above + 1) / above) ** POWER
        edges = np.concatenate(
            [
                left[..., None] - (left - first)[..., None] * down,
                right[..., None] + (last - right)[..., None] * (up if centred else up[1:]),
            ],
            axis=-1,
        )
        np.copyto(out, edges, where=(free == centred)[..., None])
    return out
