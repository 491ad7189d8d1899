"""What regions make, use and import of a commodity in the base year of the world's own tables."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from oreflow.atlas.world import World
from oreflow.errors import UnknownNameError
from oreflow.gauge.concentration import joined, weakest


def made_by_region(world: World, commodity: str) -> pd.Series:
    """Return the base output of a commodity by region, joint products included.

    Args:
        world: World.
        commodity: Commodity.

    Returns:
        Region to quantity in the commodity's unit a year; regions without a plant for it are left out.
    """
    return _by_region(world, commodity, "output")


def used_by_region(world: World, commodity: str) -> pd.Series:
    """Return the base use of a commodity by region: final demand, input to plants, cells that go into batteries.

    Args:
        world: World.
        commodity: Commodity.

    Returns:
        Region to quantity in the commodity's unit a year; regions without use are left out.
    """
    demand = world.demands[world.demands["commodity"] == commodity]
    final = demand.groupby("region")["quantity"].sum()
    cells = world.mixes[world.mixes["cell"] == commodity].merge(
        world.demands.rename(columns={"use": "purpose", "commodity": "use"})[["use", "region", "quantity"]],
        on=["use", "region"],
    )
    mixed = (cells["share"] * cells["quantity"]).groupby(cells["region"]).sum()
    total = final.add(_by_region(world, commodity, "input"), fill_value=0.0).add(mixed, fill_value=0.0)
    return total[total > 0]


def _by_region(world: World, commodity: str, role: str) -> pd.Series:
    flows = world.flows[(world.flows["commodity"] == commodity) & (world.flows["role"] == role)]
    coefficient = flows.set_index("process")["coefficient"]
    plants = world.plants[world.plants["process"].isin(coefficient.index)]
    quantity = plants["output"] * plants["process"].map(coefficient).astype(float)
    return quantity.groupby(plants["region"]).sum()


@dataclass(frozen=True, slots=True)
class Imports:
    """Imports of a commodity into a region in one year.

    Attributes:
        by_origin: Origin to quantity, in the commodity's unit a year, largest first.
        year: Calendar year.
        source: Source keys, joined by ``;``.
        vintage: Editions, joined by ``;``.
        quality: Weakest quality among the rows.
    """

    by_origin: pd.Series
    year: int
    source: str
    vintage: str
    quality: str


def imports_of(world: World, commodity: str, region: str, *, year: int | None = None) -> Imports:
    """Return the imports of a commodity into a region by origin.

    Args:
        world: World.
        commodity: Commodity.
        region: Importing region.
        year: Calendar year; by default the latest in the table for the commodity.

    Returns:
        Imports; empty where the region imports none.

    Raises:
        UnknownNameError: The region is unknown.
    """
    if region not in set(world.regions["region"]):
        raise UnknownNameError("region", region, world.regions["region"])
    rows = world.trade[world.trade["commodity"] == commodity]
    when = int(year if year is not None else (rows["year"].max() if len(rows) else 0))
    rows = rows[(rows["year"] == when) & (rows["destination"] == region) & (rows["quantity"] > 0)]
    return Imports(
        by_origin=rows.groupby("origin")["quantity"].sum().sort_values(ascending=False, kind="stable"),
        year=when,
        source=joined(rows["source"]),
        vintage=joined(rows["vintage"]),
        quality=weakest(rows["quality"]),
    )
