"""Production, trade and consumption agree in the base year, by commodity and by node."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from oreflow.atlas.check.chain import BASE, Chain
from oreflow.atlas.check.finding import Finding, each
from oreflow.atlas.check.years import gap_of, statistics

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

_MEND = "The market reconciles it; a large gap means that one of the figures is wrong."


def run(chain: Chain) -> Iterator[Finding]:
    """Check balances by commodity and by node, and plants against statistics.

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


def _world(chain: Chain) -> Iterator[Finding]:
    totals = chain.world_totals
    use = totals["processed"] + totals["demand"]
    gap = gap_of(totals["production"], use)
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
    gap = gap_of(supply, use).to_numpy()
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
    stats = statistics(chain)
    stats = stats[stats["year"] == BASE]
    if stats.empty or chain.outputs.empty:
        return
    for (commodity, stage), rows in stats.groupby(["commodity", "stage"]):
        reported = rows.groupby("region")["quantity"].sum()
        ours = made(chain, str(commodity), str(stage)).reindex(reported.index).fillna(0.0)
        gap = gap_of(ours, reported)
        large = (reported > LARGE * reported.sum()) & (ours > 0) & (gap.abs() > REPORT_GAP)
        for region in reported.index[large]:
            yield Finding(
                "warning",
                "balance.statistics",
                "production",
                f"{commodity}@{region}.{stage}",
                "quantity",
                f"{BASE}: plants in {region} make {ours[region]:,.0f} {chain.unit.get(str(commodity), 'unit')} "
                f"({commodity}, {stage}), {ours[region] / reported[region] - 1:+.0%} against the "
                f"{reported[region]:,.0f} that statistics report.",
                "Say in a note why they differ, or correct the plants.",
            )


def made(chain: Chain, commodity: str, stage: str) -> pd.Series[float]:
    """Return what plants make of a statistic's commodity in the base year.

    A statistic of mines counts all that is mined, also where a plant goes from ore to metal in one step
    (leached copper, carbonate from brine); recycling is no mine.

    Args:
        chain: World.
        commodity: Commodity of the statistic.
        stage: Stage it counts.

    Returns:
        Output by region, unit/yr.
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
