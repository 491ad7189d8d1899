"""Final demand: steps of an iso-elastic curve through the observed point, the first one wanted at nearly any price.

    balance(n) loses y[d,k,t];  gain  w_k·y[d,k,t],   0 ≤ y ≤ D(k⁻) − D(k⁺),   D(k) = d0·k^(−ed)

| symbol | meaning | unit |
|---|---|---|
| y[d,k,t] | demand served on step k | unit/period |
| w_k | worth of the step: base price × price ratio; the value of lost load on the first | USD/unit |
| ed | price elasticity of demand, absolute, growing with time since the news | 1 |

What stays unserved of the first step is demand lost at the value of lost load. The dual of a step's bound is the
consumer's surplus of that tonne (USD/unit, positive).
"""

from __future__ import annotations

import numpy as np

from oreflow.market.layout import Arrays, Entries, Layout
from oreflow.market.view import View, spread


def entries(layout: Layout) -> list[Entries]:
    """Return the matrix part: −1 at the demand's node."""
    net, steps = layout.base.net, layout.base.steps["demands"]
    k = len(steps)
    return [
        Entries(row=net.demand_node[steps.owner], col=layout.start["demands"] + np.arange(k), val=-np.ones(k))
    ]


def fill(view: View, arrays: Arrays) -> None:
    """Write worth and size of each step."""
    layout = view.layout
    base, net, steps = layout.base, layout.base.net, layout.base.steps["demands"]
    if not len(steps):
        return
    ed = spread(view.elasticity(net.demand_ed, view.draw.ed), steps.owner)
    d0 = layout.per * spread(base.balanced.demand_q * view.mean(view.beliefs.demand), steps.owner)
    width = d0 * (steps.lo**-ed - np.where(np.isinf(steps.hi), np.inf, steps.hi) ** -ed)
    part = layout.slice("demands")
    arrays.upper[:, part] = width
    worth = base.price[net.demand_node[steps.owner]] * steps.mid
    arrays.cost[:, part] = -view.beta[:-1, None] * worth
