"""What agents see when they look ahead: beliefs, the state they start from, the curves in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from oreflow.errors import UnknownNameError
from oreflow.market.calibrate import Base
from oreflow.market.change import ATTRIBUTES, Change
from oreflow.market.layout import Layout, Quota
from oreflow.market.network import Floats, Ints

BEYOND = 24
"""Months after a window whose mean beliefs set the price that stocks are worth at its end."""


@dataclass(frozen=True)
class Draw:
    """One draw of what is not known for sure; the default is the middle of every range.

    Attributes:
        es: Multiplier of supply elasticities, a number or shape (plants,).
        ed: Multiplier of demand elasticities, a number or shape (demands,).
        eta: Elasticity of stocks to their convenience yield; None for the parameter.
        sigma: Substitutability of routes; None for the parameter.
    """

    es: float | Floats = 1.0
    ed: float | Floats = 1.0
    eta: float | None = None
    sigma: float | None = None


@dataclass(frozen=True)
class State:
    """Where the market stands at the start of a window.

    Attributes:
        stock: Shape (stores,), units.
        transit: Shape (months, routes), what left before and arrives in each of the next months, units.
        plant: Output in the last period, shape (plants,), unit/yr.
        route: Flow in the last period, shape (routes,), unit/yr.
        mix: Share-carrying flow in the last period, shape (mixes,), GWh/yr.
    """

    stock: Floats
    transit: Floats
    plant: Floats
    route: Floats
    mix: Floats

    @classmethod
    def of(cls, base: Base) -> State:
        """Return the stationary state of the base."""
        lag = base.net.route_lag
        months = np.arange(int(np.ceil(lag.max(initial=0.0))))[:, None]
        return cls(
            stock=base.net.store_s0.copy(),
            transit=np.clip(lag - months, 0.0, 1.0) * (base.balanced.route_q / 12.0),
            plant=base.balanced.plant_q.copy(),
            route=base.balanced.route_q.copy(),
            mix=base.balanced.mix_q.copy(),
        )


@dataclass(frozen=True)
class Believed:
    """One attribute of every row over time: constant but for the rows that a change names.

    Attributes:
        usual: Value where nothing is said, shape (n,).
        index: Rows of which something is said, rising, shape (k,).
        months: Their value by month of the horizon, shape (months, k).
    """

    usual: Floats
    index: Ints
    months: Floats

    def after(self, average: Callable[[Floats], Floats]) -> Believed:
        """Return the same with the months averaged."""
        return replace(self, months=average(self.months))

    def of(self, rows: Ints) -> Believed:
        """Return what is believed of some rows, given in rising order."""
        if not len(self.index) or not len(rows):
            return Believed(self.usual[rows], self.index[:0], self.months[:, :0])
        at = np.searchsorted(rows, self.index)
        kept = np.flatnonzero((at < len(rows)) & (rows[np.minimum(at, len(rows) - 1)] == self.index))
        return Believed(self.usual[rows], at[kept], self.months[:, kept])


class Beliefs:
    """Changes laid out by month for every row of the market.

    Args:
        base: Calibrated market.
        changes: Changes believed.
        months: Months to lay out; beyond a profile its last value holds.

    Attributes:
        quotas: Limits on several routes together.
        outside: Rows that a change names and that are not in the scope.

    Raises:
        UnknownNameError: A change names a table, row or attribute that is not there.
    """

    def __init__(self, base: Base, changes: tuple[Change, ...], months: int) -> None:
        net = base.net
        self.months = months
        self.quotas: list[Quota] = []
        self.outside: list[str] = []
        said: dict[str, list[_Said]] = {name: [] for name in FAMILY}
        for change in changes:
            self._hear(change, net.rows, said)
        self.by_name = {name: _laid(usual, said[name], months) for name, usual in net.usual.items()}

    def __getattr__(self, name: str) -> Believed:
        known: dict[str, Believed] = self.__dict__.get("by_name", {})
        if name not in known:
            raise AttributeError(name)
        return known[name]

    @property
    def touched(self) -> dict[str, Ints]:
        """Family to the rows of which something is said."""
        found: dict[str, list[Ints]] = {}
        for name, believed in self.by_name.items():
            found.setdefault(FAMILY[name], []).append(believed.index)
        return {family: np.unique(np.concatenate(rows)) for family, rows in found.items()}

    def after(self, end: int, base: Base) -> Beliefs:
        """Return beliefs that hold the mean over the `BEYOND` months from `end` for ever.

        A quota over several routes has no row of its own then: it is shared out by their base flows.

        Args:
            end: Month from the start of the horizon.
            base: Calibrated market.
        """
        first = min(end, self.months - 1)

        def average(by_month: Floats) -> Floats:
            mean: Floats = by_month[first : first + BEYOND].mean(axis=0, keepdims=True)
            return mean

        mean = object.__new__(Beliefs)
        mean.months, mean.quotas, mean.outside = 1, [], []
        mean.by_name = {name: b.after(average) for name, b in self.by_name.items()}
        limit = self.by_name["limit"].after(lambda months: bounded(months, 1.0, average))
        for quota in self.quotas:
            usual = max(float(base.balanced.route_q[quota.routes].sum()), 1e-12)
            share = bounded(quota.profile[:, None], usual, average) / usual
            told: list[_Said] = [(limit.index, limit.months, np.minimum), (quota.routes, share, np.minimum)]
            limit = _laid(limit.usual, told, 1)
        mean.by_name["limit"] = limit
        return mean

    def _hear(
        self,
        change: Change,
        rows: dict[str, dict[str, int]],
        said: dict[str, list[_Said]],
    ) -> None:
        if change.table not in ATTRIBUTES:
            raise UnknownNameError("table", change.table, ATTRIBUTES)
        if change.attribute not in ATTRIBUTES[change.table]:
            raise UnknownNameError("attribute", change.attribute, ATTRIBUTES[change.table])
        known = rows[change.table]
        self.outside += [r for r in change.rows if r not in known]
        index = np.array([known[r] for r in change.rows if r in known], dtype=np.int64)
        if not len(index):
            return
        profile = _extend(np.asarray(change.profile, dtype=float), self.months)
        if (change.table, change.attribute) == ("trade", "quota"):
            self.quotas.append(Quota(index, profile, ", ".join(change.rows[:2])))
            return
        name, combine = _COMBINE[change.table, change.attribute]
        said[name].append((index, profile[:, None], combine))


_Combine = Callable[[Floats, Floats], Floats]
_Said = tuple[Ints, Floats, _Combine]
"""Rows, what is said of them by month, (months, 1 or rows), and how it joins what was said before."""

FAMILY = {
    "availability": "plants", "capacity": "plants", "plant_cost": "plants",
    "limit": "routes", "tariff": "routes", "route_cost": "routes",
    "demand": "demands", "draw": "stores", "fill": "stores", "cover": "stores",
    "ceiling": "mixes", "mix_ramp": "mixes",
}  # fmt: skip
"""What is believed to the family of curves that it moves."""


def _laid(usual: Floats, said: list[_Said], months: int) -> Believed:
    """Lay out what is said of the rows of one attribute, one after another."""
    if not said:
        return Believed(usual, np.zeros(0, np.int64), np.zeros((months, 0)))
    index = np.unique(np.concatenate([rows for rows, _, _ in said]))
    laid = np.tile(usual[index], (months, 1))
    for rows, value, combine in said:
        at = np.searchsorted(index, rows)
        laid[:, at] = combine(laid[:, at], value)
    return Believed(usual, index, laid)


def _replace(old: Floats, new: Floats) -> Floats:
    return np.broadcast_to(new, old.shape)


_COMBINE: dict[tuple[str, str], tuple[str, Callable[[Floats, Floats], Floats]]] = {
    ("plants", "availability"): ("availability", np.multiply),
    ("plants", "capacity"): ("capacity", np.multiply),
    ("plants", "cost"): ("plant_cost", np.add),
    ("trade", "limit"): ("limit", np.minimum),
    ("trade", "tariff"): ("tariff", np.add),
    ("trade", "cost"): ("route_cost", np.add),
    ("demands", "quantity"): ("demand", np.multiply),
    ("stores", "draw"): ("draw", np.add),
    ("stores", "fill"): ("fill", np.add),
    ("stores", "cover"): ("cover", np.multiply),
    ("mixes", "ceiling"): ("ceiling", _replace),
    ("mixes", "ramp"): ("mix_ramp", _replace),
}


def _extend(profile: Floats, months: int) -> Floats:
    if len(profile) >= months:
        return profile[:months]
    return np.concatenate([profile, np.full(months - len(profile), profile[-1])])


@dataclass(frozen=True)
class View:
    """A window as agents see it.

    Attributes:
        layout: Columns and rows.
        beliefs: Beliefs by month of the horizon.
        month: First month of the window.
        news: Month of the last news; elasticities grow from there.
        state: Where the market stands.
        draw: Elasticities in force.
        far: Price after the window by node, USD/unit.
        tariff: Specific equivalent of ad-valorem tariffs, shape (T, routes), USD/unit.
    """

    layout: Layout
    beliefs: Beliefs
    month: int
    news: int
    state: State
    draw: Draw
    far: Floats
    tariff: Floats | None = None
    beta: Floats = field(init=False)
    tau: Floats = field(init=False)

    def __post_init__(self) -> None:
        lay = self.layout
        object.__setattr__(self, "beta", lay.discount)
        tau = np.maximum(self.month - self.news, 0) + 0.5 * (lay.begin[1:] + lay.begin[:-1])
        object.__setattr__(self, "tau", tau)

    def prices(self, duals: Floats) -> Floats:
        """Return the price at each node, USD/unit, (T, nodes), from duals of the rows, (T, rows)."""
        price: Floats = duals[:, : len(self.layout.base.net.nodes)] / self.beta[:-1, None]
        return price

    def average(self, by_month: Floats) -> Floats:
        """Average over the months of each period: (months, n) to (T, n)."""
        lay = self.layout
        index = np.minimum(self.month + np.arange(lay.begin[-1]), len(by_month) - 1)
        mean: Floats = np.add.reduceat(by_month[index], lay.begin[:-1], axis=0) / np.diff(lay.begin)[:, None]
        return mean

    def mean(self, believed: Believed) -> Floats:
        """Average a belief over the months of each period, shape (T, n)."""
        return self._filled(believed, self.average)

    def bound(self, believed: Believed, outside: float) -> Floats:
        """Average a bound that may be absent, as `bounded` does, shape (T, n)."""
        return self._filled(believed, lambda months: bounded(months, outside, self.average))

    def _filled(self, believed: Believed, average: Callable[[Floats], Floats]) -> Floats:
        out = np.broadcast_to(believed.usual, (self.layout.periods, len(believed.usual)))
        if len(believed.index):
            out = out.copy()
            out[:, believed.index] = average(believed.months)
        return out

    def elasticity(self, pair: Floats, multiplier: float | Floats) -> Floats:
        """Elasticity by period, (T, n): grows from its low to its high value with time since the news."""
        memory = self.layout.base.net.parameter("tau_months")
        grown = 1.0 - np.exp(-self.tau / memory)
        return (pair[:, 0] + (pair[:, 1] - pair[:, 0]) * grown[:, None]) * multiplier


def bounded(by_month: Floats, outside: float, mean: Callable[[Floats], Floats]) -> Floats:
    """Average a bound over months in some of which there may be none.

    Args:
        by_month: Bound, infinite where there is none.
        outside: What counts in a month without bound when others have one: the base flow.
        mean: How to average.

    Returns:
        Means; infinite only where the bound is absent throughout.
    """
    absent = np.isinf(by_month)
    averaged = mean(np.where(absent, outside, by_month))
    return np.where(mean(absent.astype(np.float64)) > 1.0 - 1e-9, np.inf, averaged)


def spread(values: Floats, owner: Ints) -> Floats:
    """Repeat values of curves for their steps: (T, curves) to (T, steps)."""
    return values[..., owner]
