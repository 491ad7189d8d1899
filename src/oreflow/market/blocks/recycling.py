"""Scrap from past sales: how much metal comes back when products end their lives.

    scrap_t = collection·recovery·Σ_a sales_{t−a}·(F(a+1) − F(a)),   F Weibull with the given mean lifetime and shape

A recycling plant's capacity is the scrap there is, or what it was observed to make where that is more.
"""

from __future__ import annotations

from math import gamma

import numpy as np

from oreflow.market.network import Floats


def retired(lifetime: float, shape: float, years: int) -> Floats:
    """Return the share of a year's sales that ends its life in each later year.

    Args:
        lifetime: Mean lifetime, yr.
        shape: Weibull shape.
        years: Number of years.

    Returns:
        Shape (years,); sums to the share retired within them.
    """
    scale = lifetime / gamma(1.0 + 1.0 / shape)
    cdf = 1.0 - np.exp(-((np.arange(years + 1) / scale) ** shape))
    return np.diff(cdf)


def scrap(sales: Floats, *, lifetime: float, shape: float, collection: float, recovery: float) -> Floats:
    """Return the metal recovered in each year from the sales of that and earlier years.

    Args:
        sales: Metal in products sold, shape (years,), unit/yr, oldest first.
        lifetime: Mean lifetime, yr.
        shape: Weibull shape.
        collection: Share collected.
        recovery: Share recovered of that.

    Returns:
        Shape (years,), unit/yr.
    """
    return collection * recovery * np.convolve(sales, retired(lifetime, shape, len(sales)))[: len(sales)]
