"""The base year of a world as supply and use by node, shared by the checks."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd

from oreflow.atlas.world import World

BASE = 2025
"""Base year of a world."""


class Chain:
    """A world seen as commodities at regions.

    Args:
        world: World to look at.
    """

    def __init__(self, world: World) -> None:
        self.world = world

    @cached_property
    def unit(self) -> dict[str, str]:
        """Commodity to its balance unit."""
        table = self.world["commodities"]
        return dict(zip(table["commodity"], table["unit"], strict=True))

    @cached_property
    def stage(self) -> dict[str, str]:
        """Commodity to its stage."""
        table = self.world["commodities"]
        return dict(zip(table["commodity"], table["stage"], strict=True))

    @cached_property
    def outputs(self) -> pd.DataFrame:
        """Rows of plant, region, commodity, coefficient and quantity (unit/yr) made in the base year."""
        processes = self.world["processes"][["process", "output"]]
        main = processes.rename(columns={"output": "commodity"}).assign(coefficient=1.0)
        flows = self.world["flows"]
        listed = flows.loc[flows["role"] == "output", ["process", "commodity", "coefficient"]]
        # the main output counts once, whether the table of flows repeats it or not
        both = pd.concat([listed, main], ignore_index=True).drop_duplicates(["process", "commodity"])
        return self._by_plant(both)

    @cached_property
    def inputs(self) -> pd.DataFrame:
        """Rows of plant, region, commodity, coefficient and quantity (unit/yr) used in the base year."""
        flows = self.world["flows"]
        return self._by_plant(flows.loc[flows["role"] == "input", ["process", "commodity", "coefficient"]])

    def _by_plant(self, flows: pd.DataFrame) -> pd.DataFrame:
        plants = self.world["plants"][["plant", "process", "region", "output", "capacity", "status"]]
        rows = plants.merge(flows, on="process", how="inner")
        return rows.assign(quantity=rows["output"] * rows["coefficient"])

    @cached_property
    def trade(self) -> pd.DataFrame:
        """Trade of the base year with a flow above zero."""
        trade = self.world["trade"]
        return trade[(trade["year"] == BASE) & (trade["quantity"] > 0)]

    @cached_property
    def cells(self) -> pd.DataFrame:
        """Rows of commodity (a cell), region and quantity that final uses take through their mixes."""
        mixes = self.world["mixes"][["use", "region", "cell", "share"]]
        demands = self.world["demands"][["commodity", "region", "quantity"]]
        uses = demands.groupby(["commodity", "region"], as_index=False)["quantity"].sum()
        rows = mixes.merge(uses, left_on=["use", "region"], right_on=["commodity", "region"])
        rows = rows.assign(quantity=rows["quantity"] * rows["share"])
        return rows[["cell", "region", "quantity"]].rename(columns={"cell": "commodity"})

    @cached_property
    def mixed(self) -> set[str]:
        """Commodities that are met by mixes of others, such as ``ev_battery``."""
        return set(self.world["mixes"]["use"])

    @cached_property
    def nodes(self) -> pd.DataFrame:
        """Balance of each node in the base year, in the unit of its commodity a year.

        Index commodity and region; columns production, imports, exports, processed (used by plants and mixes)
        and demand. Uses met by mixes appear as the cells they take.
        """
        demands = self.world["demands"]
        final = demands[~demands["commodity"].isin(self.mixed)]
        trade = self.trade
        parts = {
            "production": _sum(self.outputs, "region"),
            "imports": _sum(trade, "destination"),
            "exports": _sum(trade, "origin"),
            "processed": _sum(pd.concat([self.inputs, self.cells], ignore_index=True), "region"),
            "demand": _sum(final, "region"),
        }
        nodes = pd.DataFrame(parts).fillna(0.0)
        nodes.index = nodes.index.set_names(["commodity", "region"])
        return nodes[(nodes.to_numpy() != 0).any(axis=1)] if len(nodes) else nodes

    @cached_property
    def world_totals(self) -> pd.DataFrame:
        """`nodes` summed over regions, index commodity."""
        return self.nodes.groupby(level="commodity").sum()

    @cached_property
    def hub_prices(self) -> dict[str, float]:
        """Commodity to its price of the base year at its hub, USD a unit."""
        prices = self.world["prices"]
        now = prices[prices["period"] == str(BASE)]
        known = {(c, r): v for c, r, v in zip(now["commodity"], now["region"], now["value"], strict=True)}
        table = self.world["commodities"]
        pairs = zip(table["commodity"], table["price_hub"], strict=True)
        return {c: float(known[c, hub]) for c, hub in pairs if (c, hub) in known}


def _sum(frame: pd.DataFrame, region: str) -> pd.Series[float]:
    if frame.empty:
        index = pd.MultiIndex.from_arrays([np.array([], dtype=object)] * 2, names=["commodity", "region"])
        return pd.Series(np.array([], dtype="float64"), index=index)
    out = frame.groupby(["commodity", region])["quantity"].sum()
    out.index = out.index.set_names(["commodity", "region"])
    return out
