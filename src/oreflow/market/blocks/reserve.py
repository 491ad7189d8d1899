"""Government reserves: they move only by their policy or by an event, within their rates and space.

    S[s,t] = (1 − loss)·S[s,t−1] + inj[s,t] − wdr[s,t],   0 ≤ S ≤ capacity
    balance(n) gains wdr − inj;  inj, wdr fixed to what policy and events say

| symbol | meaning | unit |
|---|---|---|
| S[s,t] | stock at the end of t | unit |
| inj, wdr | put in, drawn | unit/period |

The dual of the stock row is what one more tonne in the reserve would be worth (USD/unit).
"""

from __future__ import annotations

import numpy as np

from oreflow.errors import ScenarioError
from oreflow.market.layout import Arrays, Entries, Layout
from oreflow.market.view import View


def entries(layout: Layout) -> list[Entries]:
    """Return the matrix part; columns are level, put in, drawn for each reserve."""
    net, reserve = layout.base.net, layout.reserve
    r = 0 if layout.static else len(reserve)
    node = net.store_node[reserve[:r]]
    row = layout.reserve_row + np.arange(r)
    level = layout.start["reserves"] + np.arange(r)
    into, out = level + r, level + 2 * r
    keep = (1.0 - net.store_loss[reserve[:r]]) ** np.array(layout.spans)[:, None]
    one = np.ones(r)
    return [
        Entries(row=row, col=level, val=one),
        Entries(row=row, col=level, val=-keep, shift=1),
        Entries(
            row=np.concatenate([row, node]),
            col=np.concatenate([into, into]),
            val=np.concatenate([-one, -one]),
        ),
        Entries(
            row=np.concatenate([row, node]), col=np.concatenate([out, out]), val=np.concatenate([one, one])
        ),
    ]


def fill(view: View, arrays: Arrays) -> None:
    """Write levels, flows and the stock at the start.

    Raises:
        ScenarioError: A draw or fill is above the store's rate.
    """
    layout = view.layout
    net, reserve = layout.base.net, layout.reserve
    if layout.static or not len(reserve):
        return
    r = len(reserve)
    start = layout.start["reserves"]
    cap = np.where(np.isnan(net.store_cap), np.inf, net.store_cap)[reserve]
    arrays.upper[:, start : start + r] = cap
    for offset, believed, rate, what in (
        (r, view.beliefs.fill, net.store_in, "fill"),
        (2 * r, view.beliefs.draw, net.store_out, "draw"),
    ):
        flow = view.mean(believed)[:, reserve]
        over = flow > np.where(np.isnan(rate), np.inf, rate)[reserve] * (1 + 1e-9)
        if over.any():
            s = reserve[np.flatnonzero(over.any(axis=0))[0]]
            raise ScenarioError(
                f"{what} of {net.stores[s]} is {flow.max():.6g} a month, above its rate of {rate[s]:.6g}. Lower it."
            )
        arrays.lower[:, start + offset : start + offset + r] = flow * 12.0 * layout.per
        arrays.upper[:, start + offset : start + offset + r] = flow * 12.0 * layout.per
    rows = slice(layout.reserve_row, layout.reserve_row + r)
    arrays.row_upper[:, rows] = 0.0
    keep = (1.0 - net.store_loss[reserve]) ** layout.spans[0]
    arrays.row_lower[0, rows] = arrays.row_upper[0, rows] = view.state.stock[reserve] * keep
