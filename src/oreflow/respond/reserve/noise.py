r"""What may differ from quarter to quarter within a regime: supply, demand and price, in a few outcomes.

Supply comes from the ensemble of market outcomes. Every hazard but export measures (those are regimes) is drawn and the
full market solved over a year; the price at the focal node in its last quarter says how scarce supply is. That price
is turned into a multiple m of what imports bring: the one at which the calm market, as a step curve, clears there,

    m_i :  clear(curve; supply = m_i) = p_i.

All minerals share a draw, so that what hits two of them together does. Draws are gathered into a few outcomes by cutting
the value of what they cost into classes of equal size, worst apart: each outcome is the mean of its class. Demand is
log-normal at three points with the mean, spread and skew of the law (Gauss–Hermite), independent of supply.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from oreflow.atlas import World
from oreflow.errors import DataError
from oreflow.market import Settings
from oreflow.market.network import Floats
from oreflow.respond.reserve.residual import Curve

KINDS = ("outage", "accident", "strike", "weather", "conflict", "power_cut", "permit")
"""Hazards that make noise; export measures make regimes."""
LEAST = 0.2
"""Smallest multiple of imports."""


@dataclass(frozen=True)
class Outcome:
    """One outcome of a quarter.

    Attributes:
        probability: Its chance.
        supply: Commodity to multiple of imports.
        demand: Commodity to multiple of final demand.
        price: Commodity to multiple of the price of imports.
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
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Floats]:
    """Draw futures of the hazards and return the price of each commodity a year in.

    Args:
        world: World.
        minerals: Mineral to its commodities of the reserve.
        region: Focal region.
        draws: Futures.
        seed: Seed; a draw is the same for every mineral.
        progress: Called with draws done and draws in all.

    Returns:
        Commodity to prices relative to the base, shape (draws,).

    Raises:
        DataError: No future of a mineral could be solved.
    """
    from oreflow.shock.ensemble import HazardChoice
    from oreflow.shock.ensemble import Spec as Futures
    from oreflow.shock.ensemble.model import Model, Work

    settings = Settings(start="2026-01", periods=4, step="quarter", ahead=(3, 3, 3, 3, 6))
    out: dict[str, Floats] = {}
    done = 0
    for mineral, commodities in minerals.items():
        watch = tuple(f"{c}@{region}" for c in commodities)
        spec = Futures(
            name=f"reserve-{mineral}", scope=(mineral,), settings=settings, draws=draws, seed=seed,
            hazards=HazardChoice(only=KINDS), watch=watch,
        )  # fmt: skip
        model = Model(Work(world, spec))
        found = np.full((draws, len(watch)), np.nan)
        for i in range(draws):
            row = model.draw(i).rows[0]
            if row.paths is not None:
                found[i] = row.paths[-1, : len(watch)]
            done += 1
            if progress:
                progress(done, draws * len(minerals))
        if np.isnan(found).all():
            raise DataError(f"noise: no future of {mineral} could be solved.")
        base = [model.base.price[model.base.net.nodes.index(w)] for w in watch]
        ratio = found / np.array(base)
        # A future that could not be solved says nothing: the mean of the others stands for it.
        ratio = np.where(np.isnan(ratio), np.nanmean(ratio, axis=0), ratio)
        out |= {c: ratio[:, k] for k, c in enumerate(commodities)}
    return out


def multiples(curve: Curve, ratio: Floats) -> Floats:
    """Return the multiples of imports at which a calm market clears at some prices.

    Args:
        curve: The calm market.
        ratio: Prices relative to the price at which it clears, shape (n,).

    Returns:
        Shape (n,); between `LEAST` and its inverse.
    """
    grid = np.geomspace(LEAST, 1.0 / LEAST, 400)
    cleared = np.array([float(curve.clear(0.0, supply=m)[0]) for m in grid]) / curve.base_price
    # Price falls as supply grows. Between two multiples it is interpolated, since steps make it jump.
    cleared = np.maximum.accumulate(cleared[::-1])[::-1]
    rising, first = np.unique(cleared[::-1], return_index=True)
    back = grid[::-1]
    last = np.append(first[1:], len(back)) - 1
    # The middle of the stretch of multiples that share a price stands for it.
    middle = np.sqrt(back[first] * back[last])
    found = np.exp(np.interp(np.log(ratio), np.log(rising), np.log(middle)))
    usual = np.exp(np.interp(0.0, np.log(rising), np.log(middle)))
    out: Floats = found / usual
    return out


def gathered(
    supply: dict[str, Floats], weight: dict[str, float], *, atoms: int, demand_sigma: float
) -> tuple[Outcome, ...]:
    """Gather draws into outcomes.

    Args:
        supply: Commodity to multiples of imports, shape (draws,).
        weight: Commodity to what a unit of its log multiple is worth, to order draws by.
        atoms: Classes of supply.
        demand_sigma: Log standard deviation of demand.

    Returns:
        Outcomes: each class of supply with each of three levels of demand.
    """
    names = list(supply)
    logs = np.log(np.array([supply[c] for c in names]))  # (commodities, draws)
    score = np.array([weight[c] for c in names]) @ logs
    order = np.argsort(score, kind="stable")
    parts = [p for p in np.array_split(order, min(atoms, len(order))) if len(p)]
    points, weights = np.array([-np.sqrt(3.0), 0.0, np.sqrt(3.0)]), np.array([1 / 6, 2 / 3, 1 / 6])
    levels = np.exp(demand_sigma * points - 0.5 * demand_sigma**2) if demand_sigma > 0 else np.ones(1)
    chances = weights if demand_sigma > 0 else np.ones(1)
    return tuple(
        Outcome(
            float(len(part) / len(order) * chance),
            {c: float(np.exp(logs[i, part]).mean()) for i, c in enumerate(names)},
            dict.fromkeys(names, float(level)),
            dict.fromkeys(names, 1.0),
        )
        for part in parts
        for level, chance in zip(levels, chances, strict=True)
    )
