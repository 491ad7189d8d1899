"""How much of a plant's curve is there: elasticity, availability, capacity, ramp and minimum run.

    x[j,m,t] ≤ α_t·(Q_j(k_m⁺) − Q_j(k_m⁻)),   Σ_m x ≤ min(capacity·α_t, ramp envelope)
    Q_j(k) = q0_j·k^es

| symbol | meaning | unit |
|---|---|---|
| α_t | availability: expected share of the plant that runs | 1 |
| q0_j | output in the base | unit/period |
| es | price elasticity of supply, growing with time since the news | 1 |

Steps are filled from the cheapest, so a limit on their sum is written by cutting the upper bounds of the last ones:
no row is needed. The ramp envelope starts from the last output and grows by the ramp rate each month; where
availability holds a plant down, the envelope restarts from there.
"""

from __future__ import annotations

import numpy as np

from oreflow.market.layout import Arrays
from oreflow.market.network import Floats
from oreflow.market.view import View, spread


def envelope(limit: Floats, last: Floats, growth: Floats, spans: tuple[int, ...]) -> Floats:
    """Return the largest rate when its growth is limited.

    Args:
        limit: Rate allowed in each period, shape (T, n).
        last: Rate before the first, shape (n,).
        growth: Largest growth of the rate a month, shape (n,); infinite where there is no limit.
        spans: Length of each period in months.

    Returns:
        Shape (T, n): min(limit_t, reached_{t−1} + growth·months_t).
    """
    if not np.isfinite(growth).any():
        return limit
    out = np.empty_like(limit)
    reached = last
    for t, months in enumerate(spans):
        reached = np.minimum(limit[t], reached + growth * months)
        out[t] = reached
    return out


def fill(view: View, arrays: Arrays) -> None:
    """Write the bounds of each step."""
    layout = view.layout
    base, net, steps = layout.base, layout.base.net, layout.base.steps["plants"]
    if not len(steps):
        return
    available = view.mean(view.beliefs.availability)
    es = spread(view.elasticity(net.supply_elasticity, view.draw.es), steps.owner)
    q0 = spread(base.balanced.plant_q * available, steps.owner)
    below = q0 * np.where(steps.lo > 0, steps.lo, 0.0) ** es
    width = q0 * steps.hi**es - below
    limit = base.plant_cap * view.mean(view.beliefs.capacity) * available
    growth = np.where(np.isnan(net.plant_ramp), np.inf, net.plant_ramp * base.plant_cap)
    if not layout.static:
        limit = envelope(limit, view.state.plant, growth, layout.spans)
    upper = np.clip(spread(limit, steps.owner) - below, 0.0, width)
    least = np.where(np.isnan(net.plant_min), 0.0, net.plant_min) * limit
    part = layout.slice("plants")
    arrays.upper[:, part] = layout.per * upper
    arrays.lower[:, part] = layout.per * np.clip(spread(least, steps.owner) - below, 0.0, upper)
