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
LARGE = 0.05
"""Share of the reported world production from which on a producer counts as large."""
REPORT_GAP = 0.10
"""Share by which plants may differ from the statistics of a large producer."""

_OTHERS = "OTH"
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
    for (commodity, stage), rows in stats.groupby(["commodity", "stage"]):
        reported = rows.groupby("region")["quantity"].sum()
        made = _made(chain, str(commodity), str(stage)).reindex(reported.index).fillna(0.0)
        gap = _gap(made, reported)
        large = (reported > LARGE * reported.sum()) & (made > 0) & (gap.abs() > REPORT_GAP)
        for region in reported.index[large]:
            yield Finding(
                "warning",
                "balance.statistics",
                "production",
                f"{commodity}@{region}.{stage}",
                "quantity",
                f"{BASE}: plants in {region} make {made[region]:,.0f} {chain.unit.get(str(commodity), 'unit')} "
                f"({commodity}, {stage}), {made[region] / reported[region] - 1:+.0%} against the "
                f"{reported[region]:,.0f} that statistics report.",
                "Say in a note why they differ, or correct the plants.",
            )


def _made(chain: Chain, commodity: str, stage: str) -> pd.Series[float]:
    """What plants make of a statistic's commodity, by region.

    A statistic of mines counts all that is mined, also where a plant goes from ore to metal in one step
    (leached copper, carbonate from brine); recycling is no mine.
    """
    outputs = chain.outputs
    if stage == "mine":
        kind = dict(zip(chain.world["processes"]["process"], chain.world["processes"]["kind"], strict=True))
        mined = (outputs["process"].map(kind) == "extraction") & ~outputs["process"].str.endswith(
            "_recycling"
        )
        outputs = outputs[mined & outputs["commodity"].isin(_chain_of(chain, commodity))]
    else:
        outputs = outputs[outputs["commodity"] == commodity]
    return outputs.groupby("region")["quantity"].sum()


def _chain_of(chain: Chain, commodity: str) -> set[str]:
    """Commodities of the same mineral that turn into this one, or it into them."""
    table = chain.world["commodities"]
    mineral = dict(zip(table["commodity"], table["mineral"], strict=True))
    flows = chain.world["flows"]
    inputs = flows.loc[flows["role"] == "input", ["process", "commodity"]]
    pairs = inputs.merge(chain.world["processes"][["process", "output"]], on="process")
    out = {commodity}
    for _ in range(len(mineral)):
        linked = pairs[pairs["commodity"].isin(out) | pairs["output"].isin(out)]
        found = {
            c for c in (*linked["commodity"], *linked["output"]) if mineral.get(c) == mineral.get(commodity)
        }
        if found <= out:
            break
        out |= found
    return out


def _by_year(chain: Chain) -> Iterator[Finding]:
    """Apparent consumption (production + imports − exports) of each year is not below zero."""
    trade, stats = chain.world["trade"], _statistics(chain)
    if trade.empty or stats.empty:
        return
    # one stage a commodity: the one that counts most of it
    size = stats.groupby(["commodity", "year", "stage"])["quantity"].sum().reset_index()
    main = size.sort_values("quantity", kind="stable").drop_duplicates(["commodity", "year"], keep="last")
    stats = stats.merge(main[["commodity", "year", "stage"]], on=["commodity", "year", "stage"])
    made = stats.groupby(["commodity", "region", "year"])["quantity"].sum()
    came = trade.groupby(["commodity", "destination", "year"])["quantity"].sum()
    left = trade.groupby(["commodity", "origin", "year"])["quantity"].sum()
    for part in (came, left):
        part.index = part.index.set_names(["commodity", "region", "year"])
    table = pd.DataFrame({"made": made, "came": came, "left": left})
    table = table[table["made"].notna()].fillna(0.0)
    net = table["made"] + table["came"] - table["left"]
    world = made.groupby(level=["commodity", "year"]).sum()
    pairs = pd.MultiIndex.from_arrays([table.index.get_level_values(i) for i in (0, 2)])
    scale = world.reindex(pairs).to_numpy()
    years = set(trade["year"])
    short = (net < -0.05 * table["left"]) & (-net.to_numpy() > NODE_FLOOR * scale)
    for (commodity, region, year), row in zip(
        table.index[short], table.loc[short].to_dict("records"), strict=True
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
    latest = latest.assign(region=latest["country"].map(member))
    # "other countries" may lie in any region; the one that gathers them cannot be compared
    rest = member.get(_OTHERS, "ROW")
    count = ["commodity", "stage", "year"]
    gathered = latest.loc[latest["country"] == _OTHERS, count].assign(region=rest)
    latest = latest.merge(gathered, on=[*count, "region"], how="left", indicator=True)
    keep = (latest["_merge"] == "left_only") & latest["region"].notna() & (latest["country"] != _OTHERS)
    return latest[keep].drop(columns="_merge")


def _gap(supply: pd.Series[float], use: pd.Series[float]) -> pd.Series[float]:
    """Difference as a share of the larger side; between -1 and 1."""
    larger = supply.where(supply > use, use)
    gap: pd.Series[float] = (supply - use) / larger.where(larger > 0)
    return gap.fillna(0.0)
