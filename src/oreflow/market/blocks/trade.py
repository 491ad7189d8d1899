"""Routes: what leaves one node arrives at another later; bans, tariffs, and the time it takes to qualify a supplier.

    balance(from, t) loses f[a,t];  balance(to, t + lag_a) gains f[a,t]

    cost of step m:  c_a + p_to·(f_m/f0 − 1)/σ + tariff + extra cost,   c_a = β^lag·p_to − p_from  (base prices)
    Σ_m f[a,m,t] ≤ min(limit·f0, last flow + growth·reference·(t + 1))

| symbol | meaning | unit |
|---|---|---|
| f[a,m,t] | shipment leaving in t on step m | unit/period |
| c_a | freight and calibrated wedge together | USD/unit |
| σ | substitutability of routes: a flow grows by σ % when its advantage grows by 1 % of price | 1 |
| f0 | flow in the base | unit/period |

Without the premium on both sides of the observed flow routes reroute all or nothing. A new route costs its freight or
what makes it indifferent, whichever is more, and a premium. Goods still under way at the end are worth their price
after the window. The dual of the bound is the worth of one more tonne of quota (USD/unit).
"""

from __future__ import annotations

import numpy as np

from oreflow.market.blocks.capacity import envelope
from oreflow.market.layout import Arrays, Entries, Layout
from oreflow.market.view import View, spread


def entries(layout: Layout) -> Entries:
    """Return the matrix part: −1 where it leaves, +1 where it arrives, `lag` periods later."""
    net, steps = layout.base.net, layout.base.steps["routes"]
    k = layout.start["routes"] + np.arange(len(steps))
    ones = np.ones(len(steps))
    return Entries(
        row=np.concatenate([net.route_from[steps.owner], net.route_to[steps.owner]]),
        col=np.concatenate([k, k]),
        val=np.concatenate([-ones, ones]),
        shift=np.concatenate([np.zeros(len(steps), np.int64), layout.lag[steps.owner]]),
    )


def fill(view: View, arrays: Arrays) -> None:
    """Write cost and bounds of each step, and arrivals of what left before the window."""
    layout = view.layout
    base, net, steps = layout.base, layout.base.net, layout.base.steps["routes"]
    if not len(net.routes):
        return
    per = layout.months / 12.0
    rate = net.parameter("discount_rate")
    beta_lag = (1.0 + rate) ** (-layout.lag * layout.months / 12.0)
    p_to, p_from = base.price[net.route_to], base.price[net.route_from]
    new = base.balanced.route_q <= 0
    indifferent = beta_lag * p_to - p_from
    anchor = np.where(
        new,
        np.maximum(indifferent, net.route_freight) + net.parameter("new_route_premium") * p_to,
        indifferent,
    )
    sigma = view.draw.sigma or net.parameter("route_sigma")
    slope = np.where(new[steps.owner], steps.mid, steps.mid - 1.0) / sigma
    cost = anchor[steps.owner] + p_to[steps.owner] * slope
    extra = view.mean(view.beliefs.route_cost)
    if view.tariff is not None:
        extra = extra + view.tariff
    part = layout.slice("routes")
    arrays.cost[:, part] = view.beta[:-1, None] * (cost[None, :] + spread(extra, steps.owner))

    reference = per * base.route_ref
    unit = np.where(new, reference, per * base.balanced.route_q)
    below = unit[steps.owner] * steps.lo
    width = unit[steps.owner] * (steps.hi - steps.lo)
    banned = view.mean(np.minimum(view.beliefs.limit, 1e6))
    limit = np.where(banned < 1e5, banned * np.where(new, 0.0, unit), np.inf)
    if layout.static:
        top = limit
    else:
        growth = net.parameter("qualification_ramp") * layout.months * reference
        top = envelope(limit, view.state.route * per, growth)
    arrays.upper[:, part] = np.clip(spread(top, steps.owner) - below, 0.0, width)

    # What left before the window arrives; what leaves too late to arrive is worth the price after it.
    n = len(net.nodes)
    for t in range(min(len(view.state.transit), layout.periods) if not layout.static else 0):
        arrived = np.bincount(net.route_to, weights=view.state.transit[t], minlength=n)
        arrays.row_lower[t, :n] -= arrived
    late = np.arange(layout.periods)[:, None] + layout.lag[None, :] >= layout.periods
    if late.any():
        worth = np.where(late, (beta_lag * view.far[net.route_to])[None, :], 0.0)
        arrays.cost[:, part] -= view.beta[:-1, None] * spread(worth, steps.owner)
