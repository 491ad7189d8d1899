"""What happens to a synthetic market: four kinds of scenario, each draw of a kind from its own seed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from oreflow.market import Base, Change, News
from oreflow.market.network import Floats, Ints

SEED = 1
Random = np.random.Generator


def drawn(base: Base, kind: str, months: int, i: int, *, seed: int = SEED) -> tuple[Change, ...]:
    """Return a draw of a kind of scenario; the same for the same arguments, whatever was drawn before.

    Args:
        base: Calibrated market.
        kind: One of `KINDS`.
        months: Months of the horizon.
        i: Number of the draw.
        seed: Seed of all draws.
    """
    rng = np.random.default_rng([seed, list(KINDS).index(kind), i])
    return KINDS[kind](base, months, rng)


def news(base: Base, months: int, i: int, *, seed: int = SEED) -> list[News]:
    """Return draw *i* of an ensemble, the kinds in turn, as it is heard at the start."""
    kind = list(KINDS)[i % len(KINDS)]
    return [News(0, drawn(base, kind, months, i, seed=seed))]


def _halt(base: Base, months: int, rng: Random) -> tuple[Change, ...]:
    """Up to three plants stand still for up to half a year; the larger, the likelier."""
    net, size = base.net, base.balanced.plant_q
    within = np.bincount(net.plant_main, weights=size, minlength=len(net.nodes))
    odds = np.sqrt(size / within[net.plant_main]) * (size > 0)
    hit = rng.choice(len(size), size=int(rng.integers(1, 4)), replace=False, p=odds / odds.sum())
    return tuple(
        Change("plants", (net.plants[j],), "availability", _spell(months, rng, 1.0, 0.0, longest=6))
        for j in hit
    )


def _demand(base: Base, months: int, rng: Random) -> tuple[Change, ...]:
    """One commodity is wanted more or less everywhere from some month on."""
    net = base.net
    node = int(rng.choice(net.demand_node))
    rows = [
        d
        for d, at in zip(net.demands, net.demand_node, strict=True)
        if net.node_commodity[at] == net.node_commodity[node]
    ]
    profile = np.ones(months)
    profile[int(rng.integers(0, max(months // 2, 1))) :] = np.exp(rng.normal(0.0, 0.1))
    return (Change("demands", tuple(rows), "quantity", profile),)


def _ban(base: Base, months: int, rng: Random) -> tuple[Change, ...]:
    """One region lets nothing of one commodity out for up to a year."""
    net = base.net
    origin = int(rng.choice(net.route_from[base.balanced.route_q > 0]))
    rows = _names(net.routes, np.flatnonzero(net.route_from == origin))
    return (Change("trade", rows, "limit", _spell(months, rng, np.inf, 0.0, longest=12)),)


def _cost(base: Base, months: int, rng: Random) -> tuple[Change, ...]:
    """One region taxes its imports of one commodity, and making something grows dearer in another."""
    net = base.net
    to = int(rng.choice(net.route_to[base.balanced.route_q > 0]))
    taxed = _names(net.routes, np.flatnonzero(net.route_to == to))
    at = int(rng.choice(net.plant_main))
    dearer = _names(net.plants, np.flatnonzero(net.plant_main == at))
    start = int(rng.integers(0, max(months // 2, 1)))
    rate, more = np.zeros(months), np.zeros(months)
    rate[start:] = rng.uniform(0.05, 0.3)
    more[start:] = rng.uniform(0.05, 0.2) * base.price[at]
    return Change("trade", taxed, "tariff", rate), Change("plants", dearer, "cost", more)


KINDS: dict[str, Callable[[Base, int, Random], tuple[Change, ...]]] = {
    "halt": _halt,
    "demand": _demand,
    "ban": _ban,
    "cost": _cost,
}
"""Name of each kind to what draws it."""


def _spell(months: int, rng: Random, usual: float, during: float, *, longest: int) -> Floats:
    """Return a profile that differs for some months: the last value is the usual one, which holds after it."""
    start = int(rng.integers(0, max(months // 2, 1)))
    end = start + int(rng.integers(1, longest + 1))
    profile = np.full(max(months, end) + 1, usual)
    profile[start:end] = during
    return profile


def _names(names: list[str], index: Ints) -> tuple[str, ...]:
    return tuple(names[i] for i in index)
