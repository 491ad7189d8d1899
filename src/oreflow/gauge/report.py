"""Every gauge of a mineral in one table: value, unit, year, edition, sources and method of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from math import isnan

import pandas as pd

from oreflow.atlas.world import World
from oreflow.errors import UnknownNameError
from oreflow.gauge.bottleneck import Bottleneck, bottleneck
from oreflow.gauge.concentration import concentration, joined, weakest
from oreflow.gauge.domestic import imports_of, made_by_region, used_by_region
from oreflow.gauge.geopolrisk import geopolrisk_of
from oreflow.gauge.outlook import outlook_covers, outlook_gaps
from oreflow.gauge.reliance import reliance
from oreflow.ratios import gap_to_demand, gap_to_supply

_SCENARIOS = ("base", "STEPS")
"""Demand scenarios shown: today and stated policies; `outlook_covers` has the others."""


INDICATORS: dict[str, tuple[str, str]] = {
    "hhi": ("1", "Herfindahl-Hirschman index of production: sum of squared shares of the named countries"),
    "n_minus_1_share": ("1", "Share of production left without the largest country"),
    "largest_source_share": ("1", "Share of the largest country in production"),
    "n_minus_1_cover": ("1", "Supply without the largest country over demand, from the IEA's outlook"),
    "net_import_reliance": (
        "%",
        "USGS: what consumption does not take from domestic supply, over consumption",
    ),
    "gap_to_supply": ("%", "Use or demand less domestic supply, over the domestic supply"),
    "gap_to_demand": ("%", "Use or demand less domestic supply, over the use or demand"),
    "largest_import_source_share": ("1", "Share of the largest origin in a region's imports"),
    "geopolrisk": ("1", "GeoPolRisk score: HHI times imports weighted by the instability of their origin"),
    "domestic_throughput": ("unit/yr", "Most that a region's chain could make from its own mines"),
    "bypass_capacity": ("unit/yr", "Extraction that gives the product directly and passes no further stage"),
    "stage_capacity": ("unit/yr", "What a stage could pass on, as final product"),
    "stage_headroom": ("unit/yr", "Capacity of a stage that the domestic throughput leaves unused"),
}
"""Every indicator of `gauges`: unit and meaning. Those of a stage carry its name after a colon."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure.

    Attributes:
        indicator: Name, one meaning each.
        subject: Commodity or series it is about, with the stage where a statistic counts one.
        region: Region, or ``world``.
        value: The figure.
        unit: Its unit.
        detail: What goes with it in words: the largest source, the stage that binds.
        year: Calendar year of the figures behind it.
        edition: Edition of those figures.
        source: Source keys, joined by ``;``.
        quality: Weakest quality of those figures.
        method: How it is computed, and the function that does.
    """

    indicator: str
    subject: str
    region: str
    value: float
    unit: str
    detail: str
    year: int
    edition: str
    source: str
    quality: str
    method: str


def gauges(world: World, name: str, region: str | None = None) -> pd.DataFrame:
    """Return every gauge of a mineral or of one commodity.

    Args:
        world: World.
        name: Mineral, or commodity.
        region: Region to see it from; without it only the gauges of the world.

    Returns:
        One row an indicator, with the columns of `Indicator`. The bottleneck is always that of the whole mineral.

    Raises:
        UnknownNameError: Neither a mineral nor a commodity has the name, or the region is unknown.
    """
    table = world.commodities
    minerals = dict(zip(table["commodity"], table["mineral"], strict=True))
    if name not in minerals and name not in set(minerals.values()):
        known = sorted({*minerals, *minerals.values()})
        raise UnknownNameError("mineral or commodity", name, known)
    if region is not None and region not in set(world.regions["region"]):
        raise UnknownNameError("region", region, world.regions["region"])
    mineral = minerals.get(name, name)
    commodities = [name] if name in minerals else [c for c, m in minerals.items() if m == mineral]
    rows = [r for c in commodities for r in _concentration(world, c)]
    rows += [r for c in commodities for r in _outlook(world, c)]
    if region is not None:
        rows += [r for c in commodities for r in _from_region(world, c, region)]
        rows += [r for c in commodities for r in _stated_gaps(world, c, region)]
        rows += list(_reliance(world, mineral, region))
        rows += list(_bottleneck(bottleneck(world, mineral, region)))
    return pd.DataFrame([asdict(r) for r in rows], columns=list(Indicator.__dataclass_fields__))


def _concentration(world: World, commodity: str) -> Iterator[Indicator]:
    rows = world.production[world.production["commodity"] == commodity]
    for stage in dict.fromkeys(rows["stage"]):
        c = concentration(world, commodity, stage=stage)
        words = f"{c.countries} named countries; other countries left out"
        for name, value, detail, method in (
            ("hhi", c.hhi, words, "sum of squared shares of named countries"),
            ("n_minus_1_share", c.n_minus_1, f"without {c.largest}", "1 - largest share"),
            ("largest_source_share", c.largest_share, c.largest, "largest share"),
        ):
            yield Indicator(
                indicator=name,
                subject=f"{commodity}, {stage}",
                region="world",
                value=value,
                unit="1",
                detail=detail,
                year=c.year,
                edition=c.edition,
                source=c.source,
                quality=c.quality,
                method=f"{method} (concentration)",
            )


def _outlook(world: World, commodity: str) -> Iterator[Indicator]:
    for o in outlook_covers(world, commodity):
        if o.scenario not in _SCENARIOS:
            continue
        yield Indicator(
            "n_minus_1_cover",
            f"{commodity}, {o.stage}",
            "world",
            o.cover,
            "1",
            f"without {o.largest}, against demand in {o.scenario}",
            o.year,
            o.edition,
            o.source,
            o.quality,
            "supply without the largest country / demand (n_minus_1_cover)",
        )


def _from_region(world: World, commodity: str, region: str) -> Iterator[Indicator]:
    used = float(used_by_region(world, commodity).get(region, 0.0))
    made = float(made_by_region(world, commodity).get(region, 0.0))
    unit = _unit(world, commodity)
    behind = _behind(world, commodity, region)
    common = (joined(behind["source"]), weakest(behind["quality"]))
    edition = joined(behind["vintage"])
    if used > 0:
        words = f"use {used:,.0f}, domestic supply {made:,.0f} {unit}/yr"
        method = "({}) of the base tables; not USGS's net import reliance"
        if made > 0:
            yield Indicator(
                "gap_to_supply",
                commodity,
                region,
                gap_to_supply(used, made),
                "%",
                words,
                2025,
                edition,
                *common,
                method.format("use - domestic supply) / (domestic supply"),
            )
        yield Indicator(
            "gap_to_demand",
            commodity,
            region,
            gap_to_demand(used, made),
            "%",
            words,
            2025,
            edition,
            *common,
            method.format("use - domestic supply) / (use"),
        )
    m = imports_of(world, commodity, region)
    if len(m.by_origin):
        share = float(m.by_origin.iloc[0] / m.by_origin.sum())
        yield Indicator(
            "largest_import_source_share",
            commodity,
            region,
            share,
            "1",
            str(m.by_origin.index[0]),
            m.year,
            m.vintage,
            m.source,
            m.quality,
            "largest origin / all imports (imports_of)",
        )
    if len(m.by_origin) or made > 0:
        g = geopolrisk_of(world, commodity, region)
        detail = f"import risk {g.import_risk:.4f}, HHI {g.hhi:.3f}"
        if g.unknown_share > 0:
            detail += f", {g.unknown_share:.0%} of imports without a governance figure taken at 0.5"
        yield Indicator(
            "geopolrisk",
            commodity,
            region,
            g.score,
            "1",
            detail,
            g.year or 2025,
            g.edition,
            g.source,
            g.quality,
            "HHI * sum(instability * imports) / (production + imports) (geopolrisk_of)",
        )


def _behind(world: World, commodity: str, region: str) -> pd.DataFrame:
    """Return the provenance of the plants, demands and mixes that make and use a commodity in a region."""
    processes = world.flows.loc[world.flows["commodity"] == commodity, "process"]
    plants = world.plants[(world.plants["region"] == region) & world.plants["process"].isin(processes)]
    demands = world.demands[(world.demands["region"] == region) & (world.demands["commodity"] == commodity)]
    mixes = world.mixes[(world.mixes["region"] == region) & (world.mixes["cell"] == commodity)]
    columns = ["source", "quality", "vintage"]
    return pd.concat([t[columns] for t in (plants, demands, mixes)])


def _stated_gaps(world: World, commodity: str, region: str) -> Iterator[Indicator]:
    """Gaps of a later year where one source states the region's demand and domestic supply."""
    for o in outlook_gaps(world, commodity, region):
        words = f"demand {o.demand:,.0f}, domestic supply {o.supply:,.0f} {_unit(world, commodity)}/yr"
        for name, value, over in (
            ("gap_to_supply", gap_to_supply(o.demand, o.supply), "domestic supply"),
            ("gap_to_demand", gap_to_demand(o.demand, o.supply), "demand"),
        ):
            yield Indicator(
                indicator=name,
                subject=f"{commodity}, {o.scenario}",
                region=region,
                value=value,
                unit="%",
                detail=words,
                year=o.year,
                edition=o.edition,
                source=o.source,
                quality=o.quality,
                method=f"(demand - domestic supply) / {over} ({name})",
            )


def _unit(world: World, commodity: str) -> str:
    return str(world.commodities.set_index("commodity").loc[commodity, "unit"])


def _reliance(world: World, mineral: str, region: str) -> Iterator[Indicator]:
    if region not in set(world.salient["country"]):
        return
    for r in reliance(world, mineral, country=region):
        if isnan(r.value):
            detail = f"USGS prints {r.printed}; {r.reason}"
        else:
            detail = f"USGS prints {r.printed}"
        yield Indicator(
            "net_import_reliance",
            r.series,
            region,
            r.value,
            "%",
            detail,
            r.year,
            r.vintage,
            r.source,
            "derived",
            f"USGS definition of the series, {r.form or 'not recomputable'} form (reliance)",
        )


def _bottleneck(b: Bottleneck) -> Iterator[Indicator]:
    if not b.bypass and not any(s.capacity for s in b.stages):
        return
    method = "largest domestic throughput of a linear programme (bottleneck)"
    products = ", ".join(b.products)

    def row(name: str, value: float, unit: str, detail: str) -> Indicator:
        return Indicator(
            name, products, b.region, value, unit, detail, 2025, "plants 2025", b.source, b.quality, method
        )

    yield row("domestic_throughput", b.throughput, b.unit, f"held by {b.stage}")
    if b.bypass:
        yield row("bypass_capacity", sum(b.bypass.values()), b.unit, ", ".join(b.bypass))
    for s in b.stages:
        words = ["bottleneck" if s.name == b.stage else "binds" if s.name in b.binding else "does not bind"]
        words.append(", ".join(s.processes))
        yield row(f"stage_capacity: {s.name}", s.capacity, b.unit, "; ".join(words))
        yield row(f"stage_headroom: {s.name}", s.headroom, b.unit, f"dual {s.dual:.3g}")
