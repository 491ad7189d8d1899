"""A price that follows another through the plants between them: concentrate after the metal made from it.

    p_in = now_in + (p_out − now_out)·(out/in)

The slope is the coefficient of the conversion process; what the converter keeps stays as it is in the base year. At a
low price of the product the converter's cost eats the whole of it: the price of the input stops at a small share of
what it is now.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np

from oreflow.atlas import World
from oreflow.errors import DataError, UsageError
from oreflow.respond.prices.paths import Paths, extended, from_ensemble, from_process
from oreflow.respond.prices.process import Process
from oreflow.respond.prices.table import hub_node, lookup, price_now, process_of, table, unit_of

LEAST = 0.05
"""Lowest price of an input as a share of its price now."""


@dataclass(frozen=True, slots=True)
class Link:
    """How a price follows that of the product made from it.

    Attributes:
        commodity: The input.
        product: What is made from it.
        process: The process between them.
        slope: USD/unit of the input for each USD/unit of the product.
    """

    commodity: str
    product: str
    process: str
    slope: float


def link_of(world: World, commodity: str) -> Link | None:
    """Return the product whose price a commodity follows, or none.

    Args:
        world: World.
        commodity: Commodity without a price process of its own.
    """
    flows, known = world["flows"], {k[0] for k in table()}
    outputs = lookup(world["processes"], "process", "output")
    rows = flows[(flows["commodity"] == commodity) & (flows["role"] == "input")]
    for process, coefficient in zip(rows["process"], rows["coefficient"], strict=True):
        product = str(outputs[process])
        if product in known:
            return Link(commodity, product, str(process), 1.0 / float(coefficient))
    return None


def futures(
    world: World,
    node: str,
    *,
    start: str,
    months: int,
    draws: int = 1000,
    seed: int = 1,
    ensemble: object = None,
    process: Process | None = None,
    shared: float | None = None,
    now: float | None = None,
) -> Paths:
    """Return monthly futures of a price from what the world knows of it.

    An ensemble of market outcomes, where one is given, comes first; a price process goes on from its end. Without
    one the process starts from the price of the base year. A commodity without a process follows the product made of
    it.

    Args:
        world: World.
        node: ``commodity@REGION``.
        start: First month; that of the ensemble where one is given.
        months: Length in months.
        draws: Number of futures; those of a smaller ensemble go on in several ways each, a larger one is kept whole.
        seed: Seed.
        ensemble: Ensemble that keeps the price.
        process: Process in place of the one that the world knows: of the product, where the commodity follows one.
        shared: Correlation of the changes of two minerals; that of the table by default.
        now: Price from which they start, USD/unit; that of the base year by default. An ensemble has its own.

    Returns:
        The futures. Those of two minerals move together as far as `shared` says; one that follows another moves
        with it.

    Raises:
        UsageError: The market is not the hub, and there is no ensemble; or there is one, and a price now as well.
        UnknownNameError: There is no such commodity, or the ensemble does not keep its price.
        DataError: Nothing is known of how the price moves.
    """
    from oreflow.shock.ensemble import Ensemble

    commodity = node.partition("@")[0]
    year = price_now(world, commodity)
    link = None if (commodity, "level") in table() else link_of(world, commodity)
    if now is not None and ensemble is not None:
        raise UsageError("an ensemble begins with prices of its own; give a price now without it.")
    if now is not None and not (math.isfinite(now) and now > 0):
        raise UsageError(f"the price now is {now:g}; give a finite number above 0.")
    if shared is None:
        shared = table()["any", "correlation"].value
    stream = (seed, crc32((link.product if link else commodity).encode()))
    near = _more(from_ensemble(ensemble, node), draws) if isinstance(ensemble, Ensemble) else None
    if near is None and node != hub_node(world, commodity):
        raise UsageError(
            f"prices of {commodity} are drawn at {hub_node(world, commodity)}, not at {node}. Name that market, or "
            "give an ensemble that keeps the other (--price-draws)."
        )
    if link is None:
        process = process or process_of(world, commodity)
        if now is not None:
            process = process.with_(start=now)
        if near is not None:
            return extended(near, process, months, seed=stream, shared=shared)
        return from_process(
            process, node=node, start=start, months=months, draws=draws, seed=stream, shared=shared
        )
    product = process or process_of(world, link.product)
    base = price_now(world, link.product)
    if now is not None:
        product = product.with_(start=max(base + (now - year) / link.slope, LEAST * base))
    unit = f"USD/{unit_of(world, commodity)}"
    if near is not None:
        ends = np.maximum(base + (near.values[:, -1] - year) / link.slope, LEAST * base)
        left = months - near.span
        values = near.monthly().values[:, :months]
        if left > 0:
            later = product.simulate(left, draws=near.draws, seed=stream, shared=shared, start=ends)
            values = np.concatenate([values, _follow(later, link, year, base)], axis=1)
        return Paths(
            values, 1, near.start, node, unit, f"{near.source}, then following {link.product}", near.now
        )
    made = from_process(
        product,
        node=hub_node(world, link.product),
        start=start,
        months=months,
        draws=draws,
        seed=stream,
        shared=shared,
    )
    values = _follow(made.values, link, year, base)
    start_price = year if now is None else now
    return Paths(values, 1, start, node, unit, f"following {link.product}: {made.source}", start_price)


def _follow(product: np.ndarray, link: Link, now: float, base: float) -> np.ndarray:
    return np.maximum(now + (product - base) * link.slope, LEAST * now)


def _more(near: Paths, draws: int) -> Paths:
    """Near futures, each as often as it takes to have so many; what comes after is drawn anew for each."""
    if near.draws >= draws:
        return near
    return replace(near, values=near.values[np.arange(draws) % near.draws])


def mover(world: World, commodity: str) -> str:
    """Return the commodity whose process moves a price: its own, or the product's that it follows."""
    link = None if (commodity, "level") in table() else link_of(world, commodity)
    return link.product if link is not None else commodity


def known(world: World) -> tuple[str, ...]:
    """Return the commodities whose price can be drawn."""
    out = []
    for commodity in world["commodities"]["commodity"]:
        try:
            if (commodity, "level") not in table() and link_of(world, commodity) is None:
                process_of(world, commodity)
        except DataError:
            continue
        out.append(str(commodity))
    return tuple(out)
