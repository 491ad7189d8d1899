"""Ad-valorem tariffs: solve, put the specific equivalent in, solve again, until the price stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from oreflow.market.highs import Basis
from oreflow.market.solve import Solution
from oreflow.market.view import View

ROUNDS = 8
"""Most times that the specific equivalent is worked out again."""


def settled(
    view: View,
    solve: Callable[[View, Basis | None], Solution],
    basis: Callable[[], Basis],
    start: Basis | None,
    *,
    tolerance: float = 0.005,
) -> tuple[View, Solution, int]:
    """Solve a view; with ad-valorem tariffs, until their specific equivalent fits the prices.

    Args:
        view: What agents see.
        solve: Solves a view from a basis (None: that of the base).
        basis: Basis of the last solution.
        start: Basis of the first solve.
        tolerance: Settled when no price moves by more than this share.

    Returns:
        The view with its specific tariffs, its solution, and the number of solves.
    """
    solution = solve(view, start)
    rate = view.mean(view.beliefs.tariff)
    if not rate.any():
        return view, solution, 1
    net = view.layout.base.net
    price = view.prices(solution.price)
    solves = 1
    while solves <= ROUNDS:
        # The duty is on the value at the border: the price inside is that value and the duty.
        view = replace(view, tariff=rate / (1.0 + rate) * price[:, net.route_to])
        solution = solve(view, basis())
        solves += 1
        new = view.prices(solution.price)
        moved = np.max(np.abs(new - price) / np.maximum(price, 1e-9), initial=0.0)
        price = new
        if moved < tolerance:
            break
    return view, solution, solves
