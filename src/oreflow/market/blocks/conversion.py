"""Plants: what they make and use, and what a step of their output costs.

    balance(n) gains  a[n,j]·x[j,m,t]     a > 0 made, a < 0 used, per unit of main output

    cost of step m:  v_j + g_j·(k_m − 1) + extra cost

| symbol | meaning | unit |
|---|---|---|
| x[j,m,t] | output of plant j on step m | unit/period |
| a[n,j] | flow coefficients, yields included | unit/unit |
| v_j | worth of a unit at base prices: outputs less inputs; equals marginal cost at the observed output | USD/unit |
| g_j | worth of all outputs at base prices: what the elasticity of supply is about | USD/unit |
| k_m | price ratio of the step | 1 |

The dual of a step's upper bound is the rent of that tonne (USD/unit, positive).
"""

from __future__ import annotations

import numpy as np

from oreflow.market.layout import Arrays, Entries, Layout
from oreflow.market.view import View, spread


def entries(layout: Layout) -> list[Entries]:
    """Return the matrix part: each step of a plant makes and uses as the plant does."""
    net, steps = layout.base.net, layout.base.steps["plants"]
    order = np.argsort(net.entry_plant, kind="stable")
    counts = np.bincount(net.entry_plant, minlength=len(net.plants))
    begin = np.concatenate([[0], np.cumsum(counts)[:-1]])
    per_step = counts[steps.owner]
    col = np.repeat(np.arange(len(steps)), per_step)
    within = np.arange(per_step.sum()) - np.repeat(np.cumsum(per_step) - per_step, per_step)
    entry = order[begin[steps.owner][col] + within]
    return [Entries(row=net.entry_node[entry], col=layout.start["plants"] + col, val=net.entry_coef[entry])]


def fill(view: View, arrays: Arrays) -> None:
    """Write the cost of each step."""
    layout = view.layout
    base, steps = layout.base, layout.base.steps["plants"]
    # What it makes and uses outside the scope stands at fixed prices and is part of its cost here.
    inside = base.plant_value - base.net.plant_outside
    cost = inside[steps.owner] + base.plant_gross[steps.owner] * (steps.mid - 1.0)
    extra = spread(view.mean(view.beliefs.plant_cost), steps.owner)
    arrays.cost[:, layout.slice("plants")] = view.beta[:-1, None] * (cost + extra)
