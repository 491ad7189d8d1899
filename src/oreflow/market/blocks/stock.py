"""Commercial stocks: held for their convenience, drawn when prices rise.

    balance(n, t) loses S[s,t] and gains (1 − loss)·S[s,t−1]

    gain  β_t·(ψ(S) − h)·S,  ψ(S) = κ·(S/S0)^(−1/η),  κ = p0·(1 − β·(1 − loss)) + h
    after the last period  β_T·p∞·(1 − loss)·(S/S0)^(−s)

| symbol | meaning | unit |
|---|---|---|
| S[s,t] | stock at the end of t, as the sum of its steps | unit |
| ψ | convenience yield: what holding a tonne for a period is worth | USD/unit |
| κ | its value at the observed stock, which makes holding S0 just worth while | USD/unit |
| η | elasticity of stocks to ψ (an assumption to be ranged) | 1 |
| p∞ | price after the window | USD/unit |
| s | how fast the worth of what is left falls with its amount | 1 |

Without ψ a stock is dumped at once and a halt makes the price *fall*. `cover` multiplies S0: owners wish to hold more.
The dual of a step's bound is the net worth of one more tonne of stock held (USD/unit).
"""

from __future__ import annotations

import numpy as np

from oreflow.market.layout import Arrays, Entries, Layout
from oreflow.market.view import View, spread


def entries(layout: Layout) -> list[Entries]:
    """Return the matrix part: −1 in the period, what is left of it in the next."""
    if layout.static:
        return []
    net, steps = layout.base.net, layout.base.steps["stores"]
    k = layout.start["stores"] + np.arange(len(steps))
    node = net.store_node[steps.owner]
    keep = (1.0 - net.store_loss)[steps.owner] ** np.array(layout.spans)[:, None]
    return [Entries(row=node, col=k, val=-np.ones(len(steps))), Entries(row=node, col=k, val=keep, shift=1)]


def fill(view: View, arrays: Arrays) -> None:
    """Write worth and size of each step, and the stock that is there at the start."""
    layout = view.layout
    base, net, steps = layout.base, layout.base.net, layout.base.steps["stores"]
    if layout.static or not len(steps):
        return
    owner = steps.owner
    commercial = ~net.store_reserve
    months = np.array(layout.spans)[:, None]
    keep = (1.0 - net.store_loss) ** months
    hold = net.store_hold * months
    p0 = base.price[net.store_node]
    kappa = p0 * (1.0 - (view.beta[1:] / view.beta[:-1])[:, None] * keep) + hold
    eta = view.draw.eta or net.parameter("convenience_eta")
    yield_ = kappa[:, owner] * steps.mid ** (-1.0 / eta)
    gain = view.beta[:-1, None] * (yield_ - hold[:, owner])
    last_mid = np.broadcast_to(steps.mid, gain.shape)[-1]
    far = (view.far[net.store_node] * keep[-1])[owner] * last_mid ** -net.parameter("terminal_s")
    gain[-1] += view.beta[-1] * far
    part = layout.slice("stores")
    arrays.cost[:, part] = -gain
    size = spread(net.store_s0 * view.mean(view.beliefs.cover), owner)
    room = np.where(np.isnan(net.store_cap), np.inf, net.store_cap)[owner]
    width = np.clip(room - size * steps.lo, 0.0, size * (steps.hi - steps.lo))
    arrays.upper[:, part] = np.where(commercial[owner], width, 0.0)
    # A stock above the last step stays possible: the last step is open.
    last = np.append(steps.first[1:], len(steps)) - 1
    open_ = last[commercial[owner[last]] & np.isnan(net.store_cap[owner[last]])]
    arrays.upper[:, layout.start["stores"] + open_] = np.inf
    there = np.where(commercial, view.state.stock * keep[0], 0.0)
    np.subtract.at(arrays.row_lower[0], net.store_node, there)
