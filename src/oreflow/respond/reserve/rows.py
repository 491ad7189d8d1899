"""Columns and rows of a stage under construction, and those of the focal markets."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from oreflow.market.network import Floats, Ints
from oreflow.respond.reserve.market import Markets
from oreflow.respond.reserve.noise import Outcome
from oreflow.respond.reserve.residual import FOREIGN, SOURCES
from oreflow.respond.reserve.spec import QUARTER
from oreflow.respond.reserve.states import Held

MILLION = 1e6
LAST = 1e-6
"""Share by which demand is worth more than supply of its price, so that what is to be had at a price is used first."""
TINY = 1e-7
"""Steps narrower than this, in scaled units, are left out."""


@dataclass
class Builder:
    """Columns and rows under construction."""

    names: list[str] = field(default_factory=list)
    cost: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    entries: list[tuple[int, int, float]] = field(default_factory=list)

    def column(self, name: str, cost: float = 0.0, upper: float = np.inf) -> int:
        """Add a column and return its number."""
        self.names.append(name)
        self.cost.append(cost)
        self.upper.append(upper)
        return len(self.names) - 1

    def row(self, name: str, low: float, high: float, *terms: tuple[int, float]) -> int:
        """Add a row of (column, coefficient) and return its number."""
        self.rows.append(name)
        self.low.append(low)
        self.high.append(high)
        i = len(self.rows) - 1
        self.entries += [(i, j, v) for j, v in terms]
        return i

    def matrix(self) -> sparse.csc_matrix:
        """Return the matrix in compressed columns."""
        i, j, v = (np.array(x) for x in zip(*self.entries, strict=True))
        return sparse.coo_matrix((v, (i, j)), shape=(len(self.rows), len(self.names))).tocsc()


def calm_cost(markets: Markets) -> float:
    """Return what a quarter costs in the first regime without a reserve and without noise, million USD.

    By merit order: supply up to the clearing price, and the worth of the demand that is given up below it.
    """
    total = 0.0
    for c, curve in markets.curves[0].items():
        regime = markets.regimes[0]
        level = np.broadcast_to(regime.price.get(c, 1.0) * curve.price, curve.supply.shape)
        costs = np.concatenate([level.ravel(), curve.price, [curve.voll]])
        widths = np.concatenate(
            [curve.supply.ravel(), curve.demand * regime.demand, [curve.firm * regime.demand]]
        )
        need = curve.outflow + (curve.demand.sum() + curve.firm) * regime.demand
        order = np.argsort(costs, kind="stable")
        reach = np.minimum(np.cumsum(widths[order]), need)
        total += float(np.diff(reach, prepend=0.0) @ costs[order])
    return total * QUARTER / MILLION


@dataclass(frozen=True)
class MarketRows:
    """Where a commodity's market stands in a stage, and how an outcome edits it.

    Attributes:
        commodity: Commodity.
        balance: Row of its balance.
        supply: Columns of supply, shape (n,).
        price: Their prices, million USD per scaled unit.
        width: Their widths, scaled.
        foreign: Which of them are imports.
        given: Columns of demand given up, firm demand last, shape (m,).
        most: Their widths, scaled.
        wanted: Demand at the lowest price, scaled.
        outflow: What is used by plants and shipped out, scaled.
    """

    commodity: str
    balance: int
    supply: Ints
    price: Floats
    width: Floats
    foreign: NDArray[np.bool_]
    given: Ints
    most: Floats
    wanted: float
    outflow: float

    @property
    def bounded(self) -> Ints:
        """Columns whose upper bound an outcome edits."""
        return np.concatenate([self.supply, self.given])

    def upper(self, outcome: Outcome) -> Floats:
        """Return their upper bounds."""
        there = np.where(self.foreign, outcome.supply[self.commodity], 1.0)
        return np.concatenate([self.width * there, self.most * outcome.demand[self.commodity]])

    def cost(self, outcome: Outcome) -> Floats:
        """Return the costs of supply."""
        out: Floats = self.price * outcome.price[self.commodity]
        return out

    def side(self, outcome: Outcome) -> float:
        """Return the side of the balance."""
        return self.wanted * outcome.demand[self.commodity] + self.outflow


def market(
    b: Builder,
    markets: Markets,
    held: tuple[Held, ...],
    buy: list[int],
    release: list[int],
    c: str,
    scale: float,
    k: int,
) -> MarketRows:
    """Add supply, demand, balance and eligibility of one commodity in one regime.

    Args:
        b: The stage under construction.
        markets: Focal markets.
        held: States.
        buy: Column of buying of each state.
        release: Column of giving out of each state.
        c: Commodity.
        scale: Units in a scaled unit.
        k: Number of the regime.

    Returns:
        Where its market stands.
    """
    curve, regime = markets.curves[k][c], markets.regimes[k]
    size, unit, level = QUARTER / scale, scale / MILLION, regime.price.get(c, 1.0)
    supply: list[tuple[int, int, float, float]] = []  # column, source, width, price
    for s, source in enumerate(SOURCES):
        for p, width in zip(curve.price, curve.supply[s] * size, strict=True):
            if width > TINY:
                x = b.column(f"{c} {source} at {p:.6g}", level * p * unit, float(width))
                supply.append((x, s, float(width), float(level * p * unit)))
    most = np.append(curve.demand, curve.firm) * size * regime.demand
    given = [
        b.column(f"{c} given up at {p:.6g}", float(p * (1.0 + LAST) * unit), float(width))
        for p, width in zip(curve.price, most[:-1], strict=True)
    ]
    unserved = b.column(f"{c} unserved", curve.voll * unit, float(most[-1]))
    mine = [j for j, h in enumerate(held) if h.form.commodity == c]
    wanted, outflow = float(most.sum()), curve.outflow * size
    row = b.row(
        f"balance of {c}", wanted + outflow, wanted + outflow,
        *((x, 1.0) for x, *_ in supply), *((x, 1.0) for x in given), (unserved, 1.0),
        *((release[j], 1.0) for j in mine), *((buy[j], -1.0) for j in mine),
    )  # fmt: skip
    short = b.column(f"short of {c}")
    # Short is what would be taken at the price of the first regime and is not.
    missed = [x for x, p in zip(given, curve.price, strict=True) if p > markets.base_price(c) * (1.0 + 1e-9)]
    b.row(f"shortage of {c}", 0.0, 0.0, (short, -1.0), *((x, 1.0) for x in missed), (unserved, 1.0))
    b.row(
        f"eligible supply of {c}", -np.inf, 0.0,
        *((buy[j], 1.0) for j in mine), *((x, -1.0) for x, s, *_ in supply if SOURCES[s] != "other"),
    )  # fmt: skip
    columns, sources, widths, prices = (np.array(v) for v in zip(*supply, strict=True))
    return MarketRows(
        c, row, columns, prices, widths, FOREIGN[sources], np.array([*given, unserved]), most, wanted, outflow
    )
