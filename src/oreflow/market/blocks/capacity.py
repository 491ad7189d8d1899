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


def envelope(limit: Floats, last: Floats, growth: Floats) -> Floats:
    """Return the most that can run when growth a period is limited.

    Args:
        limit: What is allowed in each period, shape (T, n).
        last: What ran before the first, shape (n,).
        growth: Largest growth a period, shape (n,); infinite where there is none.

    Returns:
        Shape (T, n): min(limit_t, reached_{t−1} + growth).
    """
    if not np.isfinite(growth).any():
        return limit
    out = np.empty_like(limit)
    reached = last
    for t in range(len(limit)):
        reached = np.minimum(limit[t], reached + growth)
        out[t] = reached
    return out


def fill(view: View, arrays: Arrays) -> None:
    """Write the bounds of each step."""
    layout = view.layout
    base, net, steps = layout.base, layout.base.net, layout.base.steps["plants"]
    if not len(steps):
        return
    per = layout.months / 12.0
    available = view.mean(view.beliefs.availability)
    es_pair = np.where(np.isfinite(net.plant_es), net.plant_es, net.parameter("conversion_es"))
    es = spread(view.elasticity(es_pair, view.draw.es), steps.owner)
    q0 = per * spread(base.balanced.plant_q * available, steps.owner)
    below = q0 * np.where(steps.lo > 0, steps.lo, 0.0) ** es
    width = q0 * steps.hi**es - below
    limit = per * base.plant_cap * view.mean(view.beliefs.capacity) * available
    growth = np.where(np.isnan(net.plant_ramp), np.inf, net.plant_ramp * layout.months * base.plant_cap * per)
    if not layout.static:
        limit = envelope(limit, np.maximum(view.state.plant * per, 0.0), growth)
    upper = np.clip(spread(limit, steps.owner) - below, 0.0, width)
    least = np.where(np.isnan(net.plant_min), 0.0, net.plant_min) * limit
    part = layout.slice("plants")
    arrays.upper[:, part] = upper
    arrays.lower[:, part] = np.clip(spread(least, steps.owner) - below, 0.0, upper)
