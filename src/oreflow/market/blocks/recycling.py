"""Scrap from past sales: how much metal comes back when products end their lives.

    scrap_t = collection·recovery·Σ_a sales_{t−a}·(F(a+1) − F(a)),   F Weibull with the given mean lifetime and shape

A recycling plant makes no more than the scrap there is, or than it was observed to make where that is more. Sales of
the years before the base are those of the base less their growth.
"""

from __future__ import annotations

from math import gamma

import numpy as np

from oreflow.atlas import World
from oreflow.market.network import Floats, Network

MEMORY = 60
"""Years of past sales that scrap is counted from."""
SUFFIX = "_recycling"
"""Ending of the processes that live on scrap."""


def limited(world: World, net: Network, used: Floats) -> Floats:
    """Return the capacity of each plant, a recycler's cut to the scrap that past sales give back.

    Args:
        world: World with lifetimes, collection and recovery in its table ``recycling``.
        net: Network of the scope.
        used: What is used at each node in the base, unit/yr.

    Returns:
        Shape (plants,), unit/yr.
    """
    capacity = net.plant_cap.copy()
    table = world["recycling"].dropna(subset=["lifetime", "shape", "collection", "recovery"])
    known = {name: row for row, name in enumerate(table["commodity"] + "@" + table["region"])}
    rates = table[["lifetime", "shape", "collection", "recovery"]].to_numpy(dtype=float)
    recyclers = [j for j, process in enumerate(net.plant_process) if process.endswith(SUFFIX)]
    recyclers = [j for j in recyclers if net.nodes[net.plant_main[j]] in known]
    if not recyclers:
        return capacity
    past = (1.0 + net.parameter("scrap_sales_growth")) ** -np.arange(MEMORY, dtype=float)[::-1]
    for j in recyclers:
        node = int(net.plant_main[j])
        lifetime, shape, collection, recovery = (float(v) for v in rates[known[net.nodes[node]]])
        sales = used[node] * past
        there = scrap(sales, lifetime=lifetime, shape=shape, collection=collection, recovery=recovery)[-1]
        capacity[j] = min(capacity[j], there)
    return capacity


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
