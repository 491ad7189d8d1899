"""What agents see when they look ahead: beliefs, the state they start from, the curves in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from oreflow.errors import UnknownNameError
from oreflow.market.calibrate import Base
from oreflow.market.change import ATTRIBUTES, Change
from oreflow.market.layout import Layout, Quota
from oreflow.market.network import Floats, Ints


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


class Beliefs:
    """Changes laid out by month for every row of the market.

    Args:
        base: Calibrated market.
        changes: Changes believed.
        months: Months to lay out; beyond a profile its last value holds.

    Raises:
        UnknownNameError: A change names a table, row or attribute that is not there.
    """

    def __init__(self, base: Base, changes: tuple[Change, ...], months: int) -> None:
        net = base.net
        self.months = months
        self.availability = np.ones((months, len(net.plants)))
        self.capacity = np.ones((months, len(net.plants)))
        self.plant_cost = np.zeros((months, len(net.plants)))
        self.limit = np.full((months, len(net.routes)), np.inf)
        self.tariff = np.zeros((months, len(net.routes)))
        self.route_cost = np.zeros((months, len(net.routes)))
        self.demand = np.ones((months, len(net.demands)))
        self.draw = np.zeros((months, len(net.stores)))
        self.fill = np.zeros((months, len(net.stores)))
        self.cover = np.ones((months, len(net.stores)))
        self.ceiling = np.tile(net.mix_ceiling, (months, 1))
        self.mix_ramp = np.tile(net.mix_ramp, (months, 1))
        self.quotas: list[Quota] = []
        rows = {
            table: {name: i for i, name in enumerate(names)}
            for table, names in (
                ("plants", net.plants),
                ("trade", net.routes),
                ("demands", net.demands),
                ("stores", net.stores),
                ("mixes", net.mixes),
            )
        }
        self.outside: list[str] = []
        for change in changes:
            self._put(change, rows)

    def _put(self, change: Change, rows: dict[str, dict[str, int]]) -> None:
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
        array = getattr(self, name)
        array[:, index] = combine(array[:, index], profile[:, None])


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

    def mean(self, by_month: Floats) -> Floats:
        """Average a belief over the months of each period: (months, n) to (T, n)."""
        lay = self.layout
        last = len(by_month) - 1
        if np.ptp(by_month, axis=0).max(initial=0.0) == 0.0:  # nothing changes: the common case
            return np.broadcast_to(by_month[0], (lay.periods, by_month.shape[1]))
        index = np.minimum(self.month + np.arange(lay.begin[-1]), last)
        mean: Floats = np.add.reduceat(by_month[index], lay.begin[:-1], axis=0) / np.diff(lay.begin)[:, None]
        return mean

    def bound(self, by_month: Floats, outside: float) -> Floats:
        """Average a bound that may be absent, as `bounded` does: (months, n) to (T, n)."""
        return bounded(by_month, outside, self.mean)

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
