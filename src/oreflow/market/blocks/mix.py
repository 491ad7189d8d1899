"""Chemistries: cells of several kinds meet the demand of a use, each up to its ceiling and no faster than its ramp.

    balance(cell) loses m[c,t];  balance(use) gains m[c,t]
    m[c,t] ≤ min(ceiling·D, last + ramp·D·(t + 1)),   D the base demand of the use

    cost:  p_use − p_cell at the observed share, a slope on both sides, the cost of switching beyond it

| symbol | meaning | unit |
|---|---|---|
| m[c,t] | cells of kind c delivered to the use | GWh/period |
| switching cost | extra cost of a kWh beyond the observed share: lines converted, cells redesigned | USD/GWh |

This is the sodium-ion hedge: when lithium cells grow dearer by more than the switching cost, sodium cells take share,
at the pace of their ramp. The dual of the bound is what a faster ramp would be worth (USD/GWh).
"""

from __future__ import annotations

import numpy as np

from oreflow.market.blocks.capacity import envelope
from oreflow.market.layout import Arrays, Entries, Layout
from oreflow.market.view import View, spread

ROOM = 1.05
"""Growth of a chemistry with its market, up to here, is no switch."""


def entries(layout: Layout) -> list[Entries]:
    """Return the matrix part: −1 at the cell, +1 at the use."""
    net, steps = layout.base.net, layout.base.steps["mixes"]
    k = layout.start["mixes"] + np.arange(len(steps))
    ones = np.ones(len(steps))
    return [
        Entries(row=net.mix_from[steps.owner], col=k, val=-ones),
        Entries(row=net.mix_to[steps.owner], col=k, val=ones),
    ]


def fill(view: View, arrays: Arrays) -> None:
    """Write cost and bounds of each step."""
    layout = view.layout
    base, net, steps = layout.base, layout.base.net, layout.base.steps["mixes"]
    if not len(net.mixes):
        return
    owner = steps.owner
    total, q0 = base.mix_total, base.balanced.mix_q
    ceiling = view.mean(view.beliefs.ceiling)
    most = np.maximum(np.maximum(ceiling, net.mix_ceiling) * total, q0 * ROOM)
    # Edges: in shares of the observed flow up to it, then in shares of the room up to the ceiling.
    above = steps.lo >= 1.0
    reach = spread(most - q0, owner)
    lo = np.where(above, q0[owner] + (steps.lo - 1.0) * reach, q0[owner] * steps.lo)
    hi = np.where(above, q0[owner] + (steps.hi - 1.0) * reach, q0[owner] * steps.hi)
    first = above & (steps.lo == 1.0)  # growth with the market before any switch
    grown = np.minimum((q0 * ROOM)[owner], q0[owner] + reach)
    hi = np.where(first, grown, hi)
    # What lies above begins where that growth ends: where the ceiling is near, some steps are left empty.
    lo = np.where(above & ~first, np.maximum(lo, grown), lo)
    lo = np.where(np.roll(first, 1), grown, lo)
    hi = np.maximum(hi, lo)
    value = np.where(base.balanced.mix_q > 0, base.mix_value, np.maximum(base.mix_value, 0.0))
    slope = base.price[net.mix_to][owner] * (steps.mid - 1.0) / net.parameter("mix_sigma")
    switch = np.where(above & ~first, net.mix_switch[owner], 0.0)
    part = layout.slice("mixes")
    arrays.cost[:, part] = view.beta[:-1, None] * (value[owner] + slope + switch)[None, :]
    limit = np.maximum(ceiling * total, np.minimum(q0 * ROOM, ceiling * total + (ceiling > 0) * q0 * ROOM))
    if not layout.static:
        ramp = view.mean(view.beliefs.mix_ramp)
        limit = envelope(limit, view.state.mix, ramp.mean(axis=0) * total, layout.spans)
    arrays.upper[:, part] = layout.per * np.clip(spread(limit, owner) - lo, 0.0, hi - lo)
