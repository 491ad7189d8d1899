"""How likely it is that a country stops supplying: from its political stability, by one formula for all.

    p = s^(1 − g) · u^g,   so   ln p = (1 − g)·ln s + g·ln u,

with g the instability of `oreflow.gauge.geopolrisk` (0 stable to 1), s the chance a year of a complete stop of about
a year in the most stable country and u in the least stable one. s and u are the parameters ``stop_stable`` and
``stop_unstable``, assumed, each with a range. The form is the simplest that is monotone, stays between s and u, and
lets risk grow by equal factors; we know of no estimate of it in the literature. It sees instability, not intent: that
a stable government stops exports as a lever is not in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oreflow.atlas.world import World
from oreflow.errors import DataError
from oreflow.gauge.geopolrisk import instability

BAN = "ban"
"""Kind of policy that counts as a complete stop."""


@dataclass(frozen=True, slots=True)
class Probability:
    """Chance a year of a complete stop of about a year, and where it comes from.

    Attributes:
        value: The chance, 0 to 1.
        low: With both parameters at the low end of their range.
        high: With both at the high end.
        governance: Political stability, about -2.5 to 2.5; NaN where there is none.
        instability: The same turned round, on 0 to 1.
        source: Source keys, joined by ``;``.
        quality: ``derived``; ``assumed`` where the country has no indicator and the middle stands in.
    """

    value: float
    low: float
    high: float
    governance: float
    instability: float
    source: str
    quality: str


def stop_probability(instabilities: ArrayLike, *, stable: float, unstable: float) -> NDArray[np.float64]:
    """Return the chance of a stop from instability: log-linear between two ends.

    Args:
        instabilities: 0 (stable) to 1, any shape.
        stable: Chance at 0, a year.
        unstable: Chance at 1, a year; at least `stable`.

    Returns:
        Same shape, between the two.

    Raises:
        DataError: An instability lies outside 0 to 1, or the ends are not 0 < stable <= unstable <= 1.
    """
    g = np.asarray(instabilities, dtype=float)
    if not ((g >= 0) & (g <= 1)).all():
        raise DataError(f"chance of a stop: instability lies between 0 and 1, got {g.tolist()}.")
    if not 0 < stable <= unstable <= 1:
        raise DataError(
            f"chance of a stop: stop_stable is {stable:g} and stop_unstable {unstable:g}; both lie above 0 and "
            "at most at 1, and the second is not the smaller."
        )
    return np.clip(stable ** (1.0 - g) * unstable**g, stable, unstable)


def probabilities(world: World) -> dict[str, Probability]:
    """Return the chance of a stop for every region of a world.

    Args:
        world: World with ``regions`` and the parameters ``stop_stable`` and ``stop_unstable``.

    Returns:
        Region to its chance.

    Raises:
        UnknownNameError: A parameter is missing.
        DataError: The parameters are out of range.
    """
    rows = world.parameters.set_index("parameter")[["value", "low", "high"]]
    ends = {}
    for name in ("stop_stable", "stop_unstable"):
        world.parameter(name)  # raises with the nearest name where it is missing
        three = rows.loc[name].to_numpy(dtype=float)
        ends[name] = np.where(np.isnan(three), three[0], three)
    table = world.regions
    governance = table["governance"].to_numpy(dtype=float)
    g = instability(governance)
    value, low, high = (
        stop_probability(g, stable=float(stable), unstable=float(unstable))
        for stable, unstable in zip(ends["stop_stable"], ends["stop_unstable"], strict=True)
    )
    return {
        str(region): Probability(
            value=float(value[i]),
            low=float(low[i]),
            high=float(high[i]),
            governance=float(governance[i]),
            instability=float(g[i]),
            source=str(table["source"].iloc[i]),
            quality="assumed" if np.isnan(governance[i]) else "derived",
        )
        for i, region in enumerate(table["region"])
    }


def bans_on_record(world: World, pairs: set[tuple[str, str]], *, until: int) -> tuple[tuple[str, ...], int]:
    """Return the bans of the table of policies that hit the suppliers screened, to hold the formula against.

    The table lists what was found, so that the count is a lower bound.

    Args:
        world: World.
        pairs: (commodity, country) screened.
        until: Last calendar year counted.

    Returns:
        Names of the bans that began by then, whoever they were aimed at; and the number of calendar years from the
        first policy of the table to `until` (0 where there is none).
    """
    table = world.policies
    began = table["start"].str.extract(r"^(\d{4})", expand=False).astype(float)
    counted = (table["kind"] == BAN) & table["state"].isin(["base", "past"]) & (began <= until)
    mine = [pair in pairs for pair in zip(table["commodity"], table["origin"], strict=True)]
    names = table.loc[counted & np.array(mine, dtype=bool), "policy"]
    first = began.min()
    return tuple(names), 0 if np.isnan(first) or first > until else int(until - first + 1)
