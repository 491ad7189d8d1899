"""Where each variable and row stands in the LP: periods one after another, families in a fixed order inside each."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from oreflow.market.calibrate import Base
from oreflow.market.network import Floats, Ints

CURVES = ("plants", "mixes", "routes", "demands", "stores")
"""Families of curves, in the order of their columns."""
FAMILIES = (*CURVES, "reserves")
"""All families of columns; reserves have no curves."""


@dataclass(frozen=True)
class Quota:
    """Rows of trade that share one limit.

    Attributes:
        routes: Indices of the routes.
        profile: Limit by month of the horizon, shape (months,), unit/yr.
        name: What to call it in messages.
    """

    routes: Ints
    profile: Floats
    name: str


@dataclass(frozen=True)
class Layout:
    """Column and row numbers of one period.

    Attributes:
        base: Calibrated market.
        spans: Length of each period in months, shape (T,).
        static: One period without stocks and transit, for long-run prices.
        quotas: Shared limits on trade.
        per: Length of each period in years, shape (T, 1): turns rates a year into amounts.
        begin: First month of each period, and the end, shape (T + 1,).
        commercial: Indices of stores that answer prices; `reserve` of those that do not.
    """

    base: Base
    spans: tuple[int, ...]
    static: bool = False
    quotas: tuple[Quota, ...] = ()
    per: Floats = field(init=False)
    begin: Ints = field(init=False)
    commercial: Ints = field(init=False)
    reserve: Ints = field(init=False)
    start: dict[str, int] = field(init=False)
    size: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        net = self.base.net
        put = object.__setattr__
        spans = np.array(self.spans, dtype=np.int64)
        put(self, "per", spans[:, None] / 12.0)
        put(self, "begin", np.concatenate([[0], np.cumsum(spans)]))
        put(self, "commercial", np.flatnonzero(~net.store_reserve & (net.store_s0 > 0)))
        put(self, "reserve", np.flatnonzero(net.store_reserve))
        steps = self.base.steps
        size = {name: len(steps[name]) for name in CURVES}
        size["reserves"] = 0 if self.static else 3 * len(self.reserve)
        starts = np.concatenate([[0], np.cumsum([size[f] for f in FAMILIES])])
        put(self, "size", size)
        put(self, "start", dict(zip(FAMILIES, starts.tolist(), strict=False)))

    @property
    def periods(self) -> int:
        """Number of periods T."""
        return len(self.spans)

    @cached_property
    def arrivals(self) -> list[Floats]:
        """Share of what leaves in a period that arrives so many periods later, when it leaves evenly.

        One item for each number of periods later, up to the last at which anything arrives within the horizon; each
        of shape (T, routes), nought where that is after the horizon.
        """
        lag = self.base.net.route_lag
        if self.static:
            return [np.ones((1, len(lag)))]
        spans = np.array(self.spans)[:, None]
        first = self.begin[:-1, None] + lag
        last = first + spans
        out = []
        for later in range(self.periods):
            share = np.zeros((self.periods, len(lag)))
            here = slice(0, self.periods - later)
            start, end = self.begin[later:-1, None], self.begin[later + 1 :, None]
            share[here] = np.clip(np.minimum(last[here], end) - np.maximum(first[here], start), 0.0, None)
            if (
                later
                and not share.any()
                and bool((end >= last[here].max(axis=1, keepdims=True, initial=0.0)).all())
            ):
                break
            out.append(share / spans)
        return out

    @cached_property
    def discounted(self) -> tuple[Floats, Floats]:
        """Discount factor from departure to arrival, inside and after the window; each (T, routes)."""
        beta = self.discount[:, None]
        inside, arrived = np.zeros_like(self.arrivals[0]), np.zeros_like(self.arrivals[0])
        for later, share in enumerate(self.arrivals):
            here = slice(0, self.periods - later)
            inside[here] += beta[later:-1] / beta[:-1][here] * share[here]
            arrived += share
        return inside, beta[-1] / beta[:-1] * np.maximum(1.0 - arrived, 0.0)

    @cached_property
    def discount(self) -> Floats:
        """Discount factor at the beginning of each period and at the end, shape (T + 1,)."""
        rate = self.base.net.parameter("discount_rate")
        factor: Floats = (1.0 + rate) ** (-self.begin / 12.0)
        return factor

    @property
    def columns(self) -> int:
        """Columns in a period."""
        return sum(self.size.values())

    @property
    def rows(self) -> int:
        """Rows in a period: nodes, reserves, quotas."""
        return len(self.base.net.nodes) + (0 if self.static else len(self.reserve)) + len(self.quotas)

    @property
    def reserve_row(self) -> int:
        """First reserve row of a period."""
        return len(self.base.net.nodes)

    @property
    def quota_row(self) -> int:
        """First quota row of a period."""
        return self.rows - len(self.quotas)

    def slice(self, family: str) -> slice:
        """Columns of a family within a period."""
        return slice(self.start[family], self.start[family] + self.size[family])

    def row_name(self, row: int) -> str:
        """Say in words what a row of a period balances."""
        net = self.base.net
        if row < len(net.nodes):
            return f"balance of {net.nodes[row]}"
        if row < self.quota_row:
            return f"stock of reserve {net.stores[self.reserve[row - self.reserve_row]]}"
        return f"quota {self.quotas[row - self.quota_row].name}"


@dataclass(frozen=True)
class Entries:
    """Matrix entries of the columns of every period.

    Attributes:
        row: Row within its period, shape (n,).
        col: Column within its period, shape (n,).
        val: Value, shape (n,), or (T, n) where it differs by period; zeros are left out.
        shift: Periods by which the row comes after the column.
    """

    row: Ints
    col: Ints
    val: Floats
    shift: int = 0


@dataclass
class Arrays:
    """Numbers of the LP that a scenario can change, by period: shapes (T, columns) and (T, rows)."""

    cost: Floats
    lower: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats

    @classmethod
    def zeros(cls, layout: Layout, *, columns: bool = True) -> Arrays:
        """Return arrays of a layout: nothing costs, nothing is allowed, balances at zero; on request, rows only."""
        t, c, r = layout.periods, layout.columns if columns else 0, layout.rows
        return cls(
            np.zeros((t, c)), np.zeros((t, c)), np.zeros((t, c)), np.zeros((t, r)), np.full((t, r), np.inf)
        )
