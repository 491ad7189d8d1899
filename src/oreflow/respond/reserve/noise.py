r"""What may differ from quarter to quarter within a regime: supply, demand and price, in a few outcomes.

Supply comes from the ensemble of market outcomes. Every hazard but export measures (those are regimes) is drawn and
the full market solved over a year. Supply lost elsewhere in the world shifts what the region can buy upwards: the
price at its node in the last quarter, relative to the mean of all draws (the base year has had its share of outages),
is the multiple of the prices at which supply is to be had,

    λ_i = p_i/mean(p).

All minerals share a draw, so that what hits two of them together does. Draws are gathered into a few outcomes by
cutting their order by cost into classes of equal size: each outcome is the mean of its class. Demand is log-normal at
two points with the mean and spread of the law, independent of supply.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from oreflow.atlas import World
from oreflow.errors import DataError
from oreflow.market import Settings
from oreflow.market.network import Floats

KINDS = ("outage", "accident", "strike", "weather", "conflict", "power_cut", "permit")
"""Hazards that make noise; export measures make regimes."""


@dataclass(frozen=True)
class Outcome:
    """One outcome of a quarter.

    Attributes:
        probability: Its chance.
        supply: Commodity to multiple of imports.
        demand: Commodity to multiple of final demand.
        price: Commodity to multiple of the price of supply.
    """

    probability: float
    supply: dict[str, float]
    demand: dict[str, float]
    price: dict[str, float]


def from_rows(
    rows: Sequence[tuple[float, dict[str, tuple[float, float, float]]]], commodities: Sequence[str]
) -> tuple[Outcome, ...]:
    """Return outcomes of a file.

    Args:
        rows: Probability and, by commodity, multiples of supply, demand and price.
        commodities: Commodities of the reserve; those that a row leaves out stay as usual.

    Returns:
        The outcomes, probabilities scaled to sum to one.
    """
    total = sum(p for p, _ in rows)
    return tuple(
        Outcome(
            p / total,
            *({c: of.get(c, (1.0, 1.0, 1.0))[k] for c in commodities} for k in range(3)),
        )
        for p, of in rows
    )


def prices(
    world: World,
    minerals: dict[str, tuple[str, ...]],
    region: str,
    *,
    draws: int,
    seed: int,
    quarters: int = 4,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Floats]:
    """Draw futures of the hazards and return the price of each commodity by quarter.

    Args:
        world: World.
        minerals: Mineral to its commodities of the reserve.
        region: Focal region.
        draws: Futures.
        seed: Seed; a draw is the same for every mineral.
        quarters: Length of a future.
        progress: Called with draws done and draws in all.

    Returns:
        Commodity to prices relative to the base, shape (draws, quarters).

    Raises:
        DataError: No future of a mineral could be solved.
    """
    from oreflow.shock.ensemble import HazardChoice
    from oreflow.shock.ensemble import Spec as Futures
    from oreflow.shock.ensemble.model import Model, Work

    settings = Settings(start="2026-01", periods=quarters, step="quarter", ahead=(3, 3, 6))
    out: dict[str, Floats] = {}
    done = 0
    for mineral, commodities in minerals.items():
        watch = tuple(f"{c}@{region}" for c in commodities)
        spec = Futures(
            name=f"reserve-{mineral}", scope=(mineral,), settings=settings, draws=draws, seed=seed,
            hazards=HazardChoice(only=KINDS), watch=watch,
        )  # fmt: skip
        model = Model(Work(world, spec))
        found = np.full((draws, quarters, len(watch)), np.nan)
        for i in range(draws):
            row = model.draw(i).rows[0]
            if row.paths is not None:
                found[i] = row.paths[:, : len(watch)]
            done += 1
            if progress:
                progress(done, draws * len(minerals))
        if np.isnan(found).all():
            raise DataError(f"noise: no future of {mineral} could be solved.")
        base = [model.base.price[model.base.net.nodes.index(w)] for w in watch]
        ratio = found / np.array(base)
        # A future that could not be solved says nothing: the mean of the others stands for it.
        ratio = np.where(np.isnan(ratio), np.nanmean(ratio, axis=0), ratio)
        out |= {c: ratio[:, :, k] for k, c in enumerate(commodities)}
    return out


def gathered(
    level: dict[str, Floats], weight: dict[str, float], *, atoms: int, demand_sigma: float
) -> tuple[Outcome, ...]:
    """Gather draws into outcomes.

    Args:
        level: Commodity to multiples of the prices of supply, shape (draws,).
        weight: Commodity to what a unit of its log multiple costs, to order draws by.
        atoms: Classes of supply.
        demand_sigma: Log standard deviation of demand.

    Returns:
        Outcomes: each class of supply with each of two levels of demand.
    """
    names = list(level)
    logs = np.log(np.array([level[c] for c in names]))  # (commodities, draws)
    score = np.array([weight[c] for c in names]) @ logs
    order = np.argsort(score, kind="stable")
    parts = [p for p in np.array_split(order, min(atoms, len(order))) if len(p)]
    # Two points of equal weight at one plus and minus the standard deviation of the log-normal with mean one.
    spread = np.sqrt(np.expm1(demand_sigma**2))
    demands = np.array([1.0 - spread, 1.0 + spread]) if demand_sigma > 0 else np.ones(1)
    return tuple(
        Outcome(
            float(len(part) / len(order) / len(demands)),
            dict.fromkeys(names, 1.0),
            dict.fromkeys(names, float(demand)),
            {c: float(np.exp(logs[i, part]).mean()) for i, c in enumerate(names)},
        )
        for part in parts
        for demand in demands
    )
