"""Textbook markets with a closed form: a check on the market model, and a rule of thumb beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oreflow.errors import DataError


def price_ratio(cut: float, *, elasticity: float) -> float:
    """Return price over price before, when a share of supply is lost and both curves have constant elasticity.

    Supply S (1 - cut) P^es meets demand D P^ed, so P/P0 = (1 - cut)^(1 / (ed - es)).

    Args:
        cut: Share of supply lost at the old price, 0 to below 1.
        elasticity: |ed| + es over the horizon in question.

    Returns:
        Ratio of at least 1.

    Raises:
        DataError: The cut is not within 0 to 1 or the elasticity not above zero.
    """
    if not 0 <= cut < 1 or not elasticity > 0:
        raise DataError(
            f"price ratio: the cut must be 0 to below 1 and the elasticity above zero ({cut}, {elasticity})."
        )
    return float((1.0 - cut) ** (-1.0 / elasticity))


@dataclass(frozen=True, slots=True)
class Oligopoly:
    """Equilibrium of a market with few sellers.

    Attributes:
        quantity: Shape (n,), output by firm.
        price: Price.
    """

    quantity: NDArray[np.float64]
    price: float


def cournot(intercept: float, slope: float, costs: ArrayLike) -> Oligopoly:
    """Return the Cournot equilibrium with linear demand p = a - b Q and constant unit costs.

    With every firm selling, q_i = (a - n c_i + Σ_{j≠i} c_j) / ((n + 1) b); firms too costly to sell are dropped,
    costliest first. Cournot (1838); see Tirole (1988), ch. 5.

    Args:
        intercept: a, price at which nothing is sold.
        slope: b, fall in price per unit.
        costs: Shape (n,), unit costs.

    Returns:
        Output of each firm (0 for those that stay out) and the price.

    Raises:
        DataError: The slope is not above zero or there is no firm.
    """
    c = np.asarray(costs, dtype=float)
    if not slope > 0 or c.ndim != 1 or c.size == 0:
        raise DataError("Cournot: the slope must be above zero and at least one unit cost given.")
    cheapest = np.sort(c)
    # With the n cheapest firms in, the price is (a + Σ c) / (n + 1); a firm is in while its cost is below that price.
    price = intercept
    for n, cost in enumerate(cheapest, start=1):
        if cost >= price:
            break
        price = (intercept + cheapest[:n].sum()) / (n + 1)
    return Oligopoly(quantity=np.maximum(price - c, 0.0) / slope, price=float(price))
