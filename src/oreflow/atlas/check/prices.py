"""Prices stand where the market looks for them and are of a size that commodity can have."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from importlib import resources

import numpy as np

from oreflow.atlas.check.chain import BASE, Chain
from oreflow.atlas.check.finding import Finding, each
from oreflow.atlas.quantities import plain

_JUMP = 3.0
_SPREAD = 4.0
_COST_HIGH, _COST_LOW = 5.0, 0.01


@cache
def plausible() -> dict[str, tuple[float, float]]:
    """Return the range in which the price of a commodity can lie, USD a balance unit.

    Returns:
        Commodity to its low and high end; wide enough for the extremes of the last twenty years, narrow enough
        that a slip of unit (lithium for carbonate, pounds for kilograms, kWh for GWh) stands out.
    """
    text = resources.files("oreflow.atlas.check").joinpath("price_ranges.csv").read_text("utf-8")
    return {r["commodity"]: (float(r["low"]), float(r["high"])) for r in csv.DictReader(text.splitlines())}


def run(chain: Chain) -> Iterator[Finding]:
    """Check hub prices, sizes, jumps, differences between regions, and costs against prices.

    Args:
        chain: World to check.

    Yields:
        Findings.
    """
    yield from _hubs(chain)
    yield from _sizes(chain)
    yield from _jumps(chain)
    yield from _costs(chain)


def _hubs(chain: Chain) -> Iterator[Finding]:
    table = chain.world["commodities"]
    active = set(chain.nodes.index.get_level_values("commodity")) if len(chain.nodes) else set()
    active |= set(chain.world["demands"]["commodity"])
    for commodity, hub in zip(table["commodity"], table["price_hub"], strict=True):
        if commodity in active and commodity not in chain.hub_prices:
            where = f"at its hub {hub}" if hub else "and no hub"
            yield Finding(
                "error",
                "prices.hub",
                "commodities",
                commodity,
                "price_hub",
                f"{commodity} is made or used but has no price for {BASE} {where}.",
                f"Add prices row {commodity}, {hub or 'REGION'}, {BASE} in USD per {chain.unit[commodity]}.",
            )


def _sizes(chain: Chain) -> Iterator[Finding]:
    prices, ranges = chain.world["prices"], plausible()
    low = prices["commodity"].map({c: r[0] for c, r in ranges.items()}).to_numpy(dtype="float64")
    high = prices["commodity"].map({c: r[1] for c, r in ranges.items()}).to_numpy(dtype="float64")
    value = prices["value"].to_numpy()
    with np.errstate(invalid="ignore"):
        bad = (value < low) | (value > high)
    yield from each(
        "warning",
        "prices.size",
        "prices",
        prices,
        bad,
        "value",
        lambda r: (
            f"{plain(r['value'])} USD per {chain.unit.get(str(r['commodity']), 'unit')} of {r['commodity']} lies "
            f"outside {plain(ranges[str(r['commodity'])][0])}…{plain(ranges[str(r['commodity'])][1])}."
        ),
        "Look for a slip of unit: metal for compound, lb for kg, kWh for GWh, tax included.",
    )
    yield from each(
        "error",
        "prices.zero",
        "prices",
        prices,
        value == 0,
        "value",
        lambda r: f"the price of {r['commodity']} in {r['region']} in {r['period']} is 0.",
        "Give a price above zero or leave the row out.",
    )


def _jumps(chain: Chain) -> Iterator[Finding]:
    prices = chain.world["prices"].sort_values(["commodity", "region", "period"], kind="stable")
    for kind, length in (("year", 4), ("month", 7)):
        rows = prices[prices["period"].str.len() == length]
        same = (rows["commodity"] == rows["commodity"].shift()) & (rows["region"] == rows["region"].shift())
        before = rows["value"].shift()
        ratio = rows["value"] / before.where(before > 0)
        bad = same & ((ratio > _JUMP) | (ratio < 1 / _JUMP))
        yield from each(
            "info",
            "prices.jump",
            "prices",
            rows.assign(before=before),
            bad,
            "value",
            lambda r, k=kind: (  # type: ignore[misc]
                f"{r['commodity']} in {r['region']} goes from {plain(r['before'])} to {plain(r['value'])} in one {k}."
            ),
            "Confirm it with the source.",
        )
    now = prices[prices["period"] == str(BASE)]
    for commodity, here in now.groupby("commodity"):
        values = here["value"].to_numpy()
        if values.max() <= _SPREAD * values.min():
            continue
        region = here["region"].iloc[int(values.argmax())]
        yield Finding(
            "warning",
            "prices.spread",
            "prices",
            f"{commodity}.{region}.{BASE}",
            "value",
            f"{commodity} costs {plain(values.min())} to {plain(values.max())} USD in {BASE}, by region.",
            "Look for two units or two products under one name.",
        )


def _costs(chain: Chain) -> Iterator[Finding]:
    plants, processes = chain.world["plants"], chain.world["processes"]
    output = dict(zip(processes["process"], processes["output"], strict=True))
    price = plants["process"].map(output).map(chain.hub_prices).to_numpy(dtype="float64")
    cost = plants["cost"].to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        bad = (cost > _COST_HIGH * price) | ((cost < _COST_LOW * price) & (cost > 0))
    yield from each(
        "warning",
        "prices.cost",
        "plants",
        plants.assign(price=price),
        bad,
        "cost",
        lambda r: f"{r['plant']} costs {plain(r['cost'])} a unit against a price of {plain(r['price'])}.",
        "Look for a slip of unit in the cost.",
    )
