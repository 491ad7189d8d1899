"""Routes: what leaves one node arrives at another later; bans, tariffs, and the time it takes to qualify a supplier.

    balance(from, t) loses f[a,t];  balance(to, t′) gains the share of f[a,t] that arrives in t′, lag_a after it left

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


def entries(layout: Layout) -> list[Entries]:
    """Return the matrix part: −1 where it leaves, its share of +1 in each period in which some of it arrives."""
    net, steps = layout.base.net, layout.base.steps["routes"]
    k = layout.start["routes"] + np.arange(len(steps))
    out = [Entries(row=net.route_from[steps.owner], col=k, val=-np.ones(len(steps)))]
    for later, share in enumerate(layout.arrivals):
        hit = np.flatnonzero((share > 0).sum(axis=0)[steps.owner])
        if len(hit):
            owner = steps.owner[hit]
            out.append(Entries(row=net.route_to[owner], col=k[hit], val=share[:, owner], shift=later))
    return out


def fill(view: View, arrays: Arrays) -> None:
    """Write cost and bounds of each step, and arrivals of what left before the window."""
    layout = view.layout
    base, net, steps = layout.base, layout.base.net, layout.base.steps["routes"]
    if not len(net.routes):
        return
    p_to, p_from = base.price[net.route_to], base.price[net.route_from]
    new = base.balanced.route_q <= 0
    # Worth of what arrives, discounted to when it leaves: inside the window and after it.
    inside, after = layout.discounted
    indifferent = (inside + after) * p_to - p_from
    dearer = np.maximum(indifferent, net.route_freight) + net.parameter("new_route_premium") * p_to
    anchor = np.where(new, dearer, indifferent)
    sigma = view.draw.sigma or net.parameter("route_sigma")
    slope = np.where(new[steps.owner], steps.mid, steps.mid - 1.0) / sigma
    extra = view.mean(view.beliefs.route_cost)
    if view.tariff is not None:
        extra = extra + view.tariff
    # Goods still under way at the end are worth their price after it.
    late = after * view.far[net.route_to]
    if layout.static and base.imported:
        # Without transit an importer's price is pinned by its supplier: the steps around the base flow become one.
        pinned = np.isin(steps.owner, list(base.imported.values()))
        slope = np.where(pinned & ((steps.hi == 1.0) | (steps.lo == 1.0)), 0.0, slope)
    part = layout.slice("routes")
    cost = spread(anchor + extra - late, steps.owner) + p_to[steps.owner] * slope
    arrays.cost[:, part] = view.beta[:-1, None] * cost

    unit = base.route_unit
    below = unit[steps.owner] * steps.lo
    width = unit[steps.owner] * (steps.hi - steps.lo)
    allowed = view.bound(view.beliefs.limit, 1.0)
    free = np.isinf(allowed)
    limit = np.where(free, np.inf, np.where(free, 0.0, allowed) * np.where(new, 0.0, unit))
    if not layout.static:
        growth = net.parameter("qualification_ramp") * base.route_ref
        limit = envelope(limit, view.state.route, growth, layout.spans)
    arrays.upper[:, part] = layout.per * np.clip(spread(limit, steps.owner) - below, 0.0, width)

    for t in range(layout.periods if not layout.static else 0):
        arriving = view.state.transit[layout.begin[t] : layout.begin[t + 1]].sum(axis=0)
        arrays.row_lower[t, : len(net.nodes)] -= np.bincount(
            net.route_to, weights=arriving, minlength=len(net.nodes)
        )
