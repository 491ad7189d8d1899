"""`Outcome`: what the market did, period by period, with units on every variable and the proof of every solve."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from oreflow.market.calibrate import Base
from oreflow.market.network import Floats, Ints
from oreflow.market.proof import Residuals
from oreflow.market.settings import Settings

if TYPE_CHECKING:
    from oreflow.market.engine import Step

VARIABLES: dict[str, tuple[str, str, str]] = {
    "price": ("node", "USD/unit", "price: dual of the balance divided by the discount factor"),
    "output": ("plant", "unit/period", "output of the plant's main product"),
    "mix": ("mix", "GWh/period", "cells delivered to a use"),
    "flow": ("route", "unit/period", "shipments leaving"),
    "served": ("demand", "unit/period", "demand served"),
    "unserved": ("demand", "unit/period", "demand lost at the value of lost load"),
    "stock": ("store", "unit", "stock at the end of the period"),
    "utilisation": ("plant", "1", "output as a share of nameplate capacity"),
    "capacity_rent": (
        "plant",
        "USD/unit",
        "what one more unit of capacity would earn: margin less cost at the limit",
    ),
    "margin": ("plant", "USD/unit", "worth of outputs less inputs at the period's prices"),
    "producer_surplus": ("plant", "USD/period", "margin less cost, over all steps that run"),
    "consumer_surplus": ("demand", "USD/period", "worth less price, over all steps served"),
}
"""Variable to dimension, unit and meaning."""


@dataclass(frozen=True)
class Outcome:
    """Result of clearing the market.

    Attributes:
        data: Dataset with the variables of `VARIABLES`, dimension ``period`` labelled ``YYYY-MM``.
        residuals: Proof of each solve.
        far: Price after the horizon by node, as agents saw it last, USD/unit.
        outside: Rows that a scenario named and that are not in the scope.
        iterations: Simplex iterations of all solves.
        seconds: Time inside the solver.
        price_gap: Largest relative distance between a price and what one more unit cost when it was asked for, over
            the nodes tried; NaN where none was.
    """

    data: xr.Dataset
    residuals: tuple[Residuals, ...]
    far: Floats
    outside: tuple[str, ...]
    iterations: int
    seconds: float
    price_gap: float = float("nan")

    @property
    def worst(self) -> float:
        """Largest relative residual of all solves."""
        return max((r.worst for r in self.residuals), default=0.0)

    def price(self, commodity: str, region: str) -> xr.DataArray:
        """Return a price path, USD/unit."""
        return self.data["price"].sel(node=f"{commodity}@{region}")


@dataclass
class Recorder:
    """Collects accepted periods into an outcome.

    Args:
        base: Calibrated market.
        settings: Horizon.
    """

    base: Base
    settings: Settings
    _parts: dict[str, list[Floats]] = field(default_factory=dict)
    _residuals: list[Residuals] = field(default_factory=list)
    _outside: list[str] = field(default_factory=list)
    _iterations: int = 0
    _seconds: float = 0.0
    _far: Floats | None = None
    price_gap: float = float("nan")

    def outside(self, rows: list[str]) -> None:
        """Note rows that the scope does not hold."""
        self._outside += [r for r in rows if r not in self._outside]

    def stationary(self, periods: int) -> None:
        """Record periods before any news: the base."""
        base, net = self.base, self.base.net
        if not periods:
            return
        per = self.settings.months / 12.0
        values = {
            "price": base.price,
            "output": base.balanced.plant_q * per,
            "mix": base.balanced.mix_q * per,
            "flow": base.balanced.route_q * per,
            "served": base.balanced.demand_q * per,
            "unserved": np.zeros(len(net.demands)),
            "stock": net.store_s0,
            "utilisation": base.balanced.plant_q / np.maximum(base.plant_cap, 1e-12),
            "capacity_rent": np.zeros(len(net.plants)),
            "margin": base.plant_value,
            "producer_surplus": np.full(len(net.plants), np.nan),
            "consumer_surplus": np.full(len(net.demands), np.nan),
        }
        for name, value in values.items():
            self._parts.setdefault(name, []).append(np.tile(value, (periods, 1)))

    def record(self, step: Step) -> None:
        """Record the accepted periods of a look ahead."""
        for name, value in _read(step, self.settings.months).items():
            self._parts.setdefault(name, []).append(value)
        self._residuals.append(step.solution.residuals)
        self._iterations += step.solution.iterations
        self._seconds += step.solution.seconds
        self._far = step.view.far

    def arrays(self, names: Iterable[str]) -> dict[str, Floats]:
        """Return some variables as plain arrays, each (n, periods): for draws, of which only numbers are kept."""
        return {name: np.concatenate(self._parts[name]).T for name in names}

    def outcome(self) -> Outcome:
        """Return everything recorded as one dataset."""
        net = self.base.net
        coordinates: dict[str, object] = {
            "period": self.settings.labels,
            "node": net.nodes,
            "plant": net.plants,
            "mix_row": net.mixes,
            "route": net.routes,
            "demand": net.demands,
            "store": net.stores,
            "commodity": ("node", net.node_commodity),
            "region": ("node", net.node_region),
        }
        data = {}
        for name, (dim, unit, text) in VARIABLES.items():
            axis = "mix_row" if dim == "mix" else dim
            data[name] = xr.DataArray(
                np.concatenate(self._parts[name]).T,
                dims=(axis, "period"),
                attrs={"unit": unit, "description": text},
            )
        return Outcome(
            data=xr.Dataset(data, coords=coordinates, attrs={"months_per_period": self.settings.months}),
            residuals=tuple(self._residuals),
            far=self.base.price if self._far is None else self._far,
            outside=tuple(self._outside),
            iterations=self._iterations,
            seconds=self._seconds,
            price_gap=self.price_gap,
        )


def _read(step: Step, months: int) -> dict[str, Floats]:
    """Turn the part of a solution that was acted on into named variables by period of the settings, each (k, n)."""
    view, k = step.view, len(step.covered)
    x = step.solution.x[:k]
    layout = view.layout
    base, net, steps = layout.base, layout.base.net, layout.base.steps
    per = layout.per[:k]
    price = view.prices(step.solution.price)[:k]
    total = {
        f: steps[f].total(x[:, layout.slice(f)]) for f in ("plants", "mixes", "routes", "demands", "stores")
    }
    worth = np.zeros((k, len(net.plants)))
    np.add.at(worth.T, net.entry_plant, (price[:, net.entry_node] * net.entry_coef).T)
    margin = worth + net.plant_outside
    # Rent of capacity: margin less marginal cost at the limit, where output stands at it.
    available = view.mean(view.beliefs.availability)[:k]
    limit = per * base.plant_cap * view.mean(view.beliefs.capacity)[:k] * available
    es = view.elasticity(net.supply_elasticity, view.draw.es)[:k]
    full = per * base.balanced.plant_q * available
    at_limit = (total["plants"] >= limit * (1 - 1e-6)) & (limit > 0) & (full > 0)
    ratio = np.divide(limit, full, out=np.ones_like(limit), where=full > 0) ** (1.0 / es)
    rent = np.where(
        at_limit, np.maximum(margin - base.plant_value - base.plant_gross * (ratio - 1.0), 0.0), 0.0
    )
    plant_cost = base.plant_value[steps["plants"].owner] + base.plant_gross[steps["plants"].owner] * (
        steps["plants"].until(k).mid - 1.0
    )
    surplus = margin * total["plants"] - steps["plants"].total(x[:, layout.slice("plants")] * plant_cost)
    gain = base.price[net.demand_node[steps["demands"].owner]] * steps["demands"].until(k).mid
    served = x[:, layout.slice("demands")]
    first = steps["demands"].first
    wanted = per * base.balanced.demand_q * view.mean(view.beliefs.demand)[:k]
    ed = view.elasticity(net.demand_ed, view.draw.ed)[:k]
    sure = wanted * steps["demands"].until(k).lo[..., first] ** -ed  # what is wanted at nearly any price
    amounts = {
        "output": total["plants"],
        "mix": total["mixes"],
        "flow": total["routes"],
        "served": total["demands"],
        "unserved": np.maximum(sure - served[:, first], 0.0),
        "producer_surplus": surplus,
        "consumer_surplus": steps["demands"].total(served * gain)
        - price[:, net.demand_node] * total["demands"],
    }
    levels = {
        "price": price,
        "utilisation": total["plants"] / np.maximum(base.plant_cap * per, 1e-12),
        "capacity_rent": rent,
        "margin": margin,
    }
    # Periods of the settings inside a longer one share its amounts and have its levels.
    length = np.array(layout.spans[:k])
    parts = np.minimum(layout.begin[1 : k + 1], step.months) - layout.begin[:k]
    which = np.repeat(np.arange(k), parts // months)
    out = {name: value[which] * (months / length[which])[:, None] for name, value in amounts.items()}
    out |= {name: value[which] for name, value in levels.items()}
    out["stock"] = _by_month(step, parts, months)
    return out


def _by_month(step: Step, parts: Ints, months: int) -> Floats:
    """Stocks at the end of each period of the settings, on the line between the ends of longer ones."""
    ends = step.stocks()
    before = np.concatenate([step.view.state.stock[None, :], ends[:-1]])
    rows = []
    for start, end, part in zip(before, ends, parts // months, strict=True):
        share = (np.arange(part) + 1.0)[:, None] / part
        rows.append(start + share * (end - start))
    return np.concatenate(rows)
