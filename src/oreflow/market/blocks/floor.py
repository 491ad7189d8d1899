"""A price floor or contract for difference: its plants decide as if the price were never below the floor.

    cost of step m of plant j:  at most 0 where its price, k_m·max(p0, K), is below the floor K
    payment_t = max(0, K − p_t)·x_t,  returned share of the upside above K

The payment is settled after the solve. What the floor does in the market is that tonnes which cost less than K keep
coming when the price falls below their cost.
"""

from __future__ import annotations

import numpy as np

from oreflow.market.layout import Arrays
from oreflow.market.network import Floats
from oreflow.market.view import View


def fill(view: View, arrays: Arrays) -> None:
    """Lower the cost of steps that the floor pays for."""
    layout = view.layout
    base, net, steps = layout.base, layout.base.net, layout.base.steps["plants"]
    if not np.isfinite(net.plant_floor).any():
        return
    price = np.maximum(base.price[net.plant_main], 1e-9)
    ratio = (net.plant_floor / price)[steps.owner]
    # A floor above the base price is what the observed output answers: the curve is anchored on it.
    above = np.maximum(ratio, 1.0)
    paid = steps.mid * above <= ratio
    raised = np.where((ratio > 1.0) & ~paid, base.plant_gross[steps.owner] * steps.mid * (above - 1.0), 0.0)
    cost = arrays.cost[:, layout.slice("plants")]
    cost += view.beta[:-1, None] * raised
    np.copyto(cost, np.minimum(cost, 0.0), where=paid)


def payment(floor: float, price: Floats, output: Floats, *, upside: float = 0.0) -> Floats:
    """Return what the floor pays in each period (negative: what is paid back).

    Args:
        floor: Floor price K, USD/unit.
        price: Market price, shape (T,), USD/unit.
        output: Output, shape (T,), unit/period.
        upside: Share of the price above K that is paid back.

    Returns:
        Payment to the plant, shape (T,), USD/period.
    """
    return (np.maximum(floor - price, 0.0) - upside * np.maximum(price - floor, 0.0)) * output
