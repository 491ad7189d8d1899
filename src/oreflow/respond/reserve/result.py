"""What a reserve's answer holds, and how it turns into plain values."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from oreflow.market.network import Floats
from oreflow.respond.reserve.market import Markets
from oreflow.respond.reserve.outlook import Ahead
from oreflow.respond.reserve.residual import SOURCES
from oreflow.respond.reserve.rule import Line
from oreflow.respond.reserve.runs import Estimate
from oreflow.respond.reserve.spec import Spec

WORST = 0.05
"""Share of histories that makes the shortfall at risk."""


@dataclass(frozen=True)
class Strategy:
    """A strategy beside no reserve, on the same histories.

    Attributes:
        name: ``none``, ``policy``, ``rule``, or days of cover.
        saving: What it saves against no reserve over a history, discounted, million USD.
        saving_worst: Fall of the mean cost of the worst histories (`WORST`), million USD.
        by_regime: By regime, the part of the saving that falls into its quarters, million USD; the rest is what is
            left in stock at the end.
        shortfall: By commodity, demand given up or not served a year, units.
        at_risk: The same in the worst histories (`WORST`).
        tied_up: Mean worth of the stock at base prices, million USD.
        bought: By commodity, bought a year, units.
        released: By commodity, released a year, units.
        eased: By commodity, shortage that a unit released takes away, units; the rest takes the place of imports. None
            where nothing is released.
        price: By commodity, mean price in the regime in which it is dearest without a reserve, USD/unit; not a number
            where that never comes.
    """

    name: str
    saving: Estimate
    saving_worst: float
    by_regime: dict[str, float]
    shortfall: dict[str, Estimate]
    at_risk: dict[str, float]
    tied_up: float
    bought: dict[str, float]
    released: dict[str, float]
    eased: dict[str, float | None]
    price: dict[str, float]


@dataclass(frozen=True)
class Target:
    """Where a stock settles while a regime lasts.

    Attributes:
        regime: Regime.
        state: Form and place.
        mineral: Mineral.
        commodity: Commodity; empty for a form without a market.
        unit: Unit.
        stock: Stock, units.
        days: Days of the region's use.
        first: Worth of the first unit bought, from the opening stock, over what it costs to buy at the base
        price and to
            take in, less one: what the next dollar spent on it gains.
        value: The same at the target.
    """

    regime: str
    state: str
    mineral: str
    commodity: str
    unit: str
    stock: float
    days: float
    first: float
    value: float


@dataclass(frozen=True)
class Size:
    """A point of the sizing curve.

    Attributes:
        budget: Budget, USD.
        saving: What it saves against no reserve, million USD.
        tied_up: Mean worth of the stock, million USD.
        at_risk: Cost of shortage in the worst histories, million USD a year: demand for what the policy holds that is
            given up, at its worth.
        shortfall: By commodity, shortfall at risk, units a year.
    """

    budget: float
    saving: Estimate
    tied_up: float
    at_risk: float
    shortfall: dict[str, float]


@dataclass(frozen=True)
class Fan:
    """Quantiles of a path over histories.

    Attributes:
        what: ``stock``, ``price`` or ``short``.
        name: Form and place, or commodity.
        unit: Unit.
        quantiles: 5, 25, 50, 75 and 95 %, shape (5, T).
        without: Median without a reserve, shape (T,).
    """

    what: str
    name: str
    unit: str
    quantiles: Floats
    without: Floats


@dataclass(frozen=True)
class Trained:
    """How the policy was found.

    Attributes:
        iterations: Iterations.
        bound: Bound on the risk-adjusted cost, million USD.
        stopped: Why it stopped.
        rise: Rise of the bound over the last tenth of iterations, as a share.
        seconds: Wall time.
    """

    iterations: int
    bound: float
    stopped: str
    rise: float
    seconds: float


@dataclass(frozen=True)
class Reserve:
    """The answer.

    Attributes:
        spec: Specification.
        markets: Focal markets, with the regimes.
        world: Hash of the world.
        targets: Target stocks by regime and form.
        rule: The rule in words, line by line.
        rule_loss: Share of the policy's saving that the rule gives up.
        strategies: Policy, rule and days of cover beside no reserve.
        sizing: Sizing curve, by rising budget; empty where it was not asked for.
        budget_worth: By regime, what one more dollar of budget saves a quarter, USD.
        fans: Histories of the policy.
        forecasts: Price forecasts, to stand beside; empty where they were not asked for.
        histories: Number of histories.
        quarters: Their length.
        trained: How the policy was found.
        seconds: Wall time of all.
    """

    spec: Spec
    markets: Markets
    world: str
    targets: tuple[Target, ...]
    rule: tuple[Line, ...]
    rule_loss: Estimate
    strategies: tuple[Strategy, ...]
    sizing: tuple[Size, ...]
    budget_worth: tuple[float, ...]
    fans: tuple[Fan, ...]
    forecasts: tuple[Ahead, ...]
    histories: int
    quarters: int
    trained: Trained
    seconds: float

    @property
    def next_dollar(self) -> tuple[Target, ...]:
        """Forms by what the next dollar spent on them gains at the start, most first."""
        start = self.spec.start or self.markets.chain.names[0]
        mine = [t for t in self.targets if t.regime == start and t.commodity]
        return tuple(sorted(mine, key=lambda t: -t.first))

    def to_plain(self) -> dict[str, Any]:
        """Return the answer as plain values."""
        m = self.markets
        return {
            "spec": _plain(self.spec),
            "world": self.world,
            "regimes": {
                "names": list(m.chain.names),
                "matrix": m.chain.matrix.tolist(),
                "low": m.chain.low.tolist(),
                "high": m.chain.high.tolist(),
                "stationary": m.chain.stationary().tolist(),
                "quarters": [None if not np.isfinite(q) else float(q) for q in m.chain.quarters()],
                "how": m.chain.how,
                "source": m.chain.source,
                "quality": m.chain.quality,
            },
            "markets": [
                {
                    "regime": r.name,
                    "commodity": c,
                    "unit": m.unit[c],
                    "price": m.curves[k][c].base_price,
                    "price_full_model": m.full[k][c][0],
                    "price_first_year_with_stocks": m.first_year[k][c],
                    "use": m.curves[k][c].base_use,
                    "use_full_model": m.full[k][c][1],
                    "split": m.curves[k][c].split,
                    "steps": {
                        "price": m.curves[k][c].price.tolist(),
                        "supply": dict(zip(SOURCES, m.curves[k][c].supply.tolist(), strict=True)),
                        "outflow": m.curves[k][c].outflow,
                        "demand": m.curves[k][c].demand.tolist(),
                        "firm": m.curves[k][c].firm,
                        "worth_of_firm": m.curves[k][c].voll,
                    },
                }
                for k, r in enumerate(m.regimes)
                for c in m.commodities
            ],
            "outcomes": [_plain(o) for o in m.outcomes],
            "targets": [_plain(t) for t in self.targets],
            "rule": [_plain(line) for line in self.rule],
            "rule_loss": _plain(self.rule_loss),
            "strategies": [_plain(s) for s in self.strategies],
            "sizing": [_plain(s) for s in self.sizing],
            "budget_worth_a_quarter": list(self.budget_worth),
            "next_dollar": [{"state": t.state, "gain": t.first} for t in self.next_dollar],
            "fans": [_plain(f) for f in self.fans],
            "forecasts": [_plain(f) for f in self.forecasts],
            "histories": self.histories,
            "quarters": self.quarters,
            "trained": _plain(self.trained),
            "seconds": self.seconds,
        }

    def strategy(self, name: str) -> Strategy:
        """Return a strategy by its name."""
        return next(s for s in self.strategies if s.name == name)


def _plain(value: Any) -> Any:
    """Plain values: numbers that are none as null."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value
