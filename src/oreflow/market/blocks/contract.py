"""Binding offtakes: a minimum flow from a plant's region to where it is owed.

    Σ_m f[a,m,t] ≥ contract_k·α_t      for the route a of contract k, α_t the availability of its plant

A plant that is halted owes nothing for that time (force majeure). The dual of the lower bound is what being released
from a tonne of the contract would be worth (USD/unit).
"""

from __future__ import annotations

import numpy as np

from oreflow.market.layout import Arrays
from oreflow.market.view import View, spread


def fill(view: View, arrays: Arrays) -> None:
    """Raise the lower bounds of the routes that carry contracts."""
    layout = view.layout
    base, net, steps = layout.base, layout.base.net, layout.base.steps["routes"]
    if not len(net.contract_q) or layout.static:
        return
    available = view.mean(view.beliefs.availability)
    least = np.zeros((layout.periods, len(net.routes)))
    np.add.at(least.T, net.contract_route, (net.contract_q * layout.per * available[:, net.contract_plant]).T)
    part = layout.slice("routes")
    unit = base.route_unit
    below = layout.per * unit[steps.owner] * steps.lo
    width = layout.per * unit[steps.owner] * (steps.hi - steps.lo)
    arrays.lower[:, part] = np.clip(
        spread(least, steps.owner) - below, 0.0, np.minimum(width, arrays.upper[:, part])
    )
