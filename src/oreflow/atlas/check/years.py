"""Production, trade and consumption over the years: no country ships what it never had, and sources agree."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from oreflow.atlas.check.chain import BASE, Chain
from oreflow.atlas.check.finding import Finding

GAP = 0.10
"""Share by which two sources, or the world's supply and demand of a past year, may differ."""
FLOOR = 0.01
"""Countries that are short of less than this share of the world's production are left out."""

_OTHERS, _WORLD = "OTH", "WLD"
_STAGES = {"mining": "mine", "refining": "refined"}


def run(chain: Chain) -> Iterator[Finding]:
    """Check apparent consumption by country and year, world supply against demand, and two sources of supply.

    Args:
        chain: World to check.

    Yields:
        Findings.
    """
    yield from _exports(chain)
    yield from _supply_and_demand(chain)


def _exports(chain: Chain) -> Iterator[Finding]:
    """Apparent consumption (production + imports − exports) of each year is not below zero."""
    trade, stats = chain.world["trade"], statistics(chain)
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
    short = (net < -0.05 * table["left"]) & (-net.to_numpy() > FLOOR * scale)
    for (commodity, region, year), row in zip(
        table.index[short], table.loc[short].to_dict("records"), strict=True
    ):
        if year not in years or year == BASE:
            continue
        yield Finding(
            "info",
            "years.exports",
            "trade",
            f"{commodity}@{region}.{year}",
            "quantity",
            f"{year}: {region} makes {row['made']:,.0f} and imports {row['came']:,.0f} "
            f"{chain.unit.get(str(commodity), 'unit')} of {commodity}, yet exports {row['left']:,.0f}.",
            "Stocks, re-exports or the content assumed for a trade code may explain it.",
        )


def _supply_and_demand(chain: Chain) -> Iterator[Finding]:
    """Past years of the outlook: its supply against its demand, and against the statistics of production."""
    outlook = chain.world["outlook"]
    past = outlook[outlook["year"] <= BASE]
    if past.empty:
        return
    supply = _one_total(past[past["measure"] == "supply"])
    demand = past[(past["measure"] == "demand") & (past["stage"] == "total") & (past["country"] == _WORLD)]
    wanted = {
        (c, y): q for c, y, q in zip(demand["commodity"], demand["year"], demand["quantity"], strict=True)
    }
    counted = _latest(chain).groupby(["commodity", "stage", "year"])["quantity"].sum()
    for (commodity, stage, year), quantity in supply.items():
        unit = chain.unit.get(commodity, "unit")
        if stage == "refining" and (commodity, year) in wanted:
            yield _compared(
                "years.world",
                f"{commodity}.{year}",
                f"{year}: supply of {commodity} is {{a:,.0f}} and demand {{b:,.0f}} {unit}/yr",
                quantity,
                wanted[commodity, year],
            )
        reported = counted.get((commodity, _STAGES.get(stage, stage), year))
        if reported is not None:
            yield _compared(
                "years.sources",
                f"{commodity}.{year}.{stage}",
                f"{year}: {stage} of {commodity} is {{a:,.0f}} in the outlook and {{b:,.0f}} {unit}/yr in the "
                "statistics of production",
                quantity,
                float(reported),
            )


def _one_total(supply: pd.DataFrame) -> dict[tuple[str, str, int], float]:
    """World supply by commodity, stage and year: the source's own total, or else the sum over its countries."""
    own = supply["country"] == _WORLD
    key = ["commodity", "stage", "year"]
    sums = supply[~own].groupby(key)["quantity"].sum()
    totals = supply[own].groupby(key)["quantity"].sum()
    both = pd.concat([totals, sums[~sums.index.isin(totals.index)]]).sort_index()
    return {
        (str(c), str(s), int(y)): float(q) for (c, s, y), q in zip(both.index.tolist(), both, strict=True)
    }


def _compared(check: str, key: str, text: str, a: float, b: float) -> Finding:
    gap = (a - b) / max(a, b, 1e-300)
    return Finding(
        "info" if abs(gap) <= GAP else "warning",
        check,
        "outlook",
        key,
        "quantity",
        f"{text.format(a=a, b=b)}, a gap of {round(gap, 4) + 0.0:+.1%}.",
        "Say in a note why they differ: scope, content, secondary production.",
    )


def _latest(chain: Chain) -> pd.DataFrame:
    """Production statistics, of each commodity, stage and year one edition: the last by name.

    Editions are never mixed, for one source's other countries are another's named ones.
    """
    stats = chain.world["production"]
    last = stats.groupby(["commodity", "stage", "year"])["edition"].transform("max")
    return stats[stats["edition"] == last]


def statistics(chain: Chain) -> pd.DataFrame:
    """Return production statistics by region, one edition (the last) a year.

    Args:
        chain: World.

    Returns:
        Rows of the table of production with a column region; the region that gathers a source's other countries
        is left out where it does, as they may lie anywhere.
    """
    stats = chain.world["production"]
    regions = chain.world["regions"]
    member = {
        m: r for r, ms in zip(regions["region"], regions["members"], strict=True) for m in ms.split(";")
    }
    if stats.empty:
        return stats.assign(region=pd.Series([], dtype=object))
    latest = _latest(chain)
    latest = latest.assign(region=latest["country"].map(member))
    # "other countries" may lie in any region; the one that gathers them cannot be compared
    rest = member.get(_OTHERS, "ROW")
    count = ["commodity", "stage", "year"]
    gathered = latest.loc[latest["country"] == _OTHERS, count].assign(region=rest)
    latest = latest.merge(gathered, on=[*count, "region"], how="left", indicator=True)
    keep = (latest["_merge"] == "left_only") & latest["region"].notna() & (latest["country"] != _OTHERS)
    return latest[keep].drop(columns="_merge")


def gap_of(supply: pd.Series[float], use: pd.Series[float]) -> pd.Series[float]:
    """Return the difference of two figures as a share of the larger one.

    Args:
        supply: One side.
        use: The other, on the same index.

    Returns:
        Gap between -1 and 1, positive where supply is larger; 0 where both are 0.
    """
    larger = supply.where(supply > use, use)
    gap: pd.Series[float] = (supply - use) / larger.where(larger > 0)
    return gap.fillna(0.0)
