"""Production, trade and consumption agree: by node in the base year, and by country over the years."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from oreflow.atlas.check.chain import BASE, Chain
from oreflow.atlas.check.finding import Finding, each

WORLD_GAP = 0.10
"""Share by which the world's production and use of a commodity may differ before it is a warning."""
NODE_GAP = 0.25
"""The same at a region."""
NODE_FLOOR = 0.01
"""Regions that move less than this share of the world's production are left out."""
REPORT_GAP = 0.10
"""Share by which plants may differ from the statistics of a large producer."""

_MEND = "The market reconciles it; a large gap means that one of the figures is wrong."


def run(chain: Chain) -> Iterator[Finding]:
    """Check balances by commodity, by node, by year, and plants against statistics.

    Args:
        chain: World to check.

    Yields:
        Findings.
    """
    if len(chain.nodes):
        yield from _world(chain)
        yield from _nodes(chain)
    yield from _trade(chain)
    yield from _against_statistics(chain)
    yield from _by_year(chain)


def _world(chain: Chain) -> Iterator[Finding]:
    totals = chain.world_totals
    use = totals["processed"] + totals["demand"]
    gap = _gap(totals["production"], use)
    for commodity, made, used, g in zip(gap.index, totals["production"], use, gap, strict=True):
        unit = chain.unit.get(str(commodity), "unit")
        if made == 0 or used == 0:
            continue
        yield Finding(
            "warning" if abs(g) > WORLD_GAP else "info",
            "balance.world",
            "commodities",
            str(commodity),
            "",
            f"{BASE}: the world makes {made:,.0f} and uses {used:,.0f} {unit}/yr, a gap of {round(g, 4) + 0.0:+.1%}.",
            _MEND,
        )


def _nodes(chain: Chain) -> Iterator[Finding]:
    nodes = chain.nodes
    supply = nodes["production"] + nodes["imports"]
    use = nodes["processed"] + nodes["demand"] + nodes["exports"]
    world = chain.world_totals["production"].reindex(nodes.index.get_level_values("commodity")).to_numpy()
    size = np.maximum(supply.to_numpy(), use.to_numpy())
    gap = _gap(supply, use).to_numpy()
    # where one side is missing altogether the checks of the network speak
    matters = (size > NODE_FLOOR * world) & (supply.to_numpy() > 0) & (use.to_numpy() > 0)
    for (commodity, region), row, g in zip(
        nodes.index[matters], nodes[matters].to_dict("records"), gap[matters], strict=True
    ):
        if abs(g) <= NODE_GAP:
            continue
        figures = ", ".join(f"{k} {v:,.0f}" for k, v in row.items())
        yield Finding(
            "warning",
            "balance.node",
            "commodities",
            f"{commodity}@{region}",
            "",
            f"{BASE}: supply is {g:+.0%} of use [{chain.unit.get(str(commodity), 'unit')}/yr]: {figures}.",
            _MEND,
        )


def _trade(chain: Chain) -> Iterator[Finding]:
    """Exports come from production or imports of the same year."""
    trade = chain.world["trade"]
    yield from each(
        "error",
        "balance.self_trade",
        "trade",
        trade,
        trade["origin"] == trade["destination"],
        "destination",
        lambda r: f"{r['commodity']} is traded from {r['origin']} to itself.",
        "Leave out trade within a region.",
    )
    nodes = chain.nodes
    if nodes.empty:
        return
    short = nodes["exports"] > (nodes["production"] + nodes["imports"]) * 1.1 + 1e-9
    for (commodity, region), row in zip(nodes.index[short], nodes[short].to_dict("records"), strict=True):
        world = float(chain.world_totals["production"].get(commodity, 0.0))
        yield Finding(
            "warning" if row["exports"] > NODE_FLOOR * world else "info",
            "balance.exports",
            "trade",
            f"{commodity}@{region}",
            "quantity",
            f"{BASE}: {region} exports {row['exports']:,.0f} {chain.unit.get(str(commodity), 'unit')} of "
            f"{commodity} but makes {row['production']:,.0f} and imports {row['imports']:,.0f}.",
            "Raise its production or lower its exports.",
        )


def _against_statistics(chain: Chain) -> Iterator[Finding]:
    """Plants of a region against what statistics report for the base year, latest edition."""
    stats = _statistics(chain)
    stats = stats[stats["year"] == BASE]
    if stats.empty or chain.outputs.empty:
        return
    reported = stats.groupby(["commodity", "region"])["quantity"].sum()
    made = chain.outputs.groupby(["commodity", "region"])["quantity"].sum()
    both = pd.DataFrame({"reported": reported, "made": made}).dropna()
    world = reported.groupby(level="commodity").sum().reindex(both.index.get_level_values(0)).to_numpy()
    gap = _gap(both["made"], both["reported"]).to_numpy()
    large = both["reported"].to_numpy() > 0.05 * world
    for (commodity, region), row, g, matters in zip(
        both.index, both.to_dict("records"), gap, large & (np.abs(gap) > REPORT_GAP), strict=True
    ):
        if matters:
            yield Finding(
                "warning",
                "balance.statistics",
                "production",
                f"{commodity}@{region}",
                "quantity",
                f"{BASE}: plants in {region} make {row['made']:,.0f} {chain.unit.get(str(commodity), 'unit')} of "
                f"{commodity}, {g:+.0%} against the {row['reported']:,.0f} that statistics report.",
                "Say in a note why they differ, or correct the plants.",
            )


def _by_year(chain: Chain) -> Iterator[Finding]:
    """Apparent consumption (production + imports − exports) of each year is not below zero."""
    trade, stats = chain.world["trade"], _statistics(chain)
    if trade.empty or stats.empty:
        return
    made = stats.groupby(["commodity", "region", "year"])["quantity"].sum()
    came = trade.groupby(["commodity", "destination", "year"])["quantity"].sum()
    left = trade.groupby(["commodity", "origin", "year"])["quantity"].sum()
    for part in (came, left):
        part.index = part.index.set_names(["commodity", "region", "year"])
    table = pd.DataFrame({"made": made, "came": came, "left": left})
    table = table[table["made"].notna()].fillna(0.0)
    net = table["made"] + table["came"] - table["left"]
    world = made.groupby(level=["commodity", "year"]).sum()
    size = world.reindex(
        pd.MultiIndex.from_arrays([table.index.get_level_values(k) for k in (0, 2)])
    ).to_numpy()
    years = set(trade["year"])
    short = (net < -0.05 * table["left"]) & (-net.to_numpy() > NODE_FLOOR * size)
    for (commodity, region, year), row in zip(
        table.index[short], table[short].to_dict("records"), strict=True
    ):
        if year not in years or year == BASE:
            continue
        yield Finding(
            "info",
            "balance.year",
            "trade",
            f"{commodity}@{region}.{year}",
            "quantity",
            f"{year}: {region} makes {row['made']:,.0f} and imports {row['came']:,.0f} "
            f"{chain.unit.get(str(commodity), 'unit')} of {commodity}, yet exports {row['left']:,.0f}.",
            "Stocks, re-exports or the content assumed for a trade code may explain it.",
        )


def _statistics(chain: Chain) -> pd.DataFrame:
    """Production statistics by region, one edition (the latest) a figure."""
    stats = chain.world["production"]
    regions = chain.world["regions"]
    member = {
        m: r for r, ms in zip(regions["region"], regions["members"], strict=True) for m in ms.split(";")
    }
    if stats.empty:
        return stats.assign(region=pd.Series([], dtype=object))
    latest = stats.sort_values("edition", kind="stable").drop_duplicates(
        ["commodity", "stage", "country", "year"], keep="last"
    )
    # one stage a commodity: the one that counts most of it
    size = latest.groupby(["commodity", "year", "stage"])["quantity"].sum().reset_index()
    main = size.sort_values("quantity", kind="stable").drop_duplicates(["commodity", "year"], keep="last")
    latest = latest.merge(main[["commodity", "year", "stage"]], on=["commodity", "year", "stage"])
    return latest.assign(region=latest["country"].map(member).fillna("ROW"))


def _gap(supply: pd.Series[float], use: pd.Series[float]) -> pd.Series[float]:
    """Difference as a share of the larger side; between -1 and 1."""
    larger = supply.where(supply > use, use)
    gap: pd.Series[float] = (supply - use) / larger.where(larger > 0)
    return gap.fillna(0.0)
