"""The IEA's N-1 from the outlook tables: supply without the largest country against demand, year by year."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from oreflow.atlas.world import World
from oreflow.gauge.concentration import OTHER, joined, n_minus_1_cover, weakest

WORLD = "WLD"
DOMESTIC = "domestic"
"""Stage under which a country's own supply stands against its own demand."""


@dataclass(frozen=True, slots=True)
class OutlookCover:
    """N-1 of one commodity, stage, scenario and year.

    Attributes:
        commodity: Commodity.
        stage: Stage of the supply.
        scenario: Demand scenario.
        year: Calendar year.
        cover: Supply without the largest country over demand.
        largest: That country.
        supply: All supply, in the commodity's unit.
        demand: All demand, same unit.
        edition: Edition.
        source: Source keys.
        quality: Weakest quality.
    """

    commodity: str
    stage: str
    scenario: str
    year: int
    cover: float
    largest: str
    supply: float
    demand: float
    edition: str
    source: str
    quality: str


def outlook_covers(world: World, commodity: str) -> list[OutlookCover]:
    """Return the N-1 of a commodity for every stage, scenario and year that the outlook has both sides of.

    Countries the outlook does not name are supply, but never the largest. Supply at any stage is set against the
    total demand for the mineral, as the IEA does.

    Args:
        world: World with an ``outlook`` table.
        commodity: Commodity.

    Returns:
        One entry a stage, scenario and year; empty where the outlook has no supply or no demand.
    """
    minerals = dict(zip(world.commodities["commodity"], world.commodities["mineral"], strict=True))
    rows = world.outlook
    supply = rows[
        (rows["commodity"] == commodity)
        & (rows["measure"] == "supply")
        & (rows["country"] != WORLD)
        & (rows["stage"] != DOMESTIC)
    ]
    demand = rows[(rows["measure"] == "demand") & (rows["stage"] == "total") & (rows["country"] == WORLD)]
    demand = demand[demand["commodity"].map(minerals) == minerals.get(commodity)]
    found = []
    for stage, year in sorted(set(zip(supply["stage"], supply["year"], strict=True))):
        s = supply[(supply["stage"] == stage) & (supply["year"] == year)]
        by_country = s.groupby("country")["quantity"].sum()
        named = by_country.drop(OTHER, errors="ignore")
        if named.empty or named.max() <= 0:
            continue
        for scenario, d in demand[demand["year"] == year].groupby("scenario", sort=True):
            total = float(d["quantity"].sum())
            rest = float(by_country.get(OTHER, 0.0))
            used = pd.concat([s, d])
            found.append(
                OutlookCover(
                    commodity=commodity,
                    stage=str(stage),
                    scenario=str(scenario),
                    year=int(year),
                    cover=n_minus_1_cover(named.to_numpy(), total) + rest / total,
                    largest=str(named.idxmax()),
                    supply=float(by_country.sum()),
                    demand=total,
                    edition=joined(used["vintage"]),
                    source=joined(used["source"]),
                    quality=weakest(used["quality"]),
                )
            )
    return found


@dataclass(frozen=True, slots=True)
class OutlookGap:
    """A country's own demand against its own supply in a later year, as one source states both.

    Attributes:
        commodity: Commodity.
        scenario: Scenario.
        year: Calendar year.
        demand: Demand, in the commodity's unit a year.
        supply: Domestic supply, same unit.
        edition: Edition.
        source: Source keys.
        quality: Weakest quality.
    """

    commodity: str
    scenario: str
    year: int
    demand: float
    supply: float
    edition: str
    source: str
    quality: str


def outlook_gaps(world: World, commodity: str, country: str) -> list[OutlookGap]:
    """Return the years and scenarios for which a country's demand and domestic supply are both stated.

    Args:
        world: World with an ``outlook`` table.
        commodity: Commodity.
        country: ISO-3 code.

    Returns:
        One entry a scenario and year, in order.
    """
    rows = world.outlook[(world.outlook["commodity"] == commodity) & (world.outlook["country"] == country)]
    demand = rows[(rows["measure"] == "demand") & (rows["stage"] == "total")]
    supply = rows[(rows["measure"] == "supply") & (rows["stage"] == DOMESTIC)]
    both = demand.merge(supply, on=["scenario", "year"], suffixes=("_d", "_s")).sort_values(
        ["scenario", "year"]
    )
    return [
        OutlookGap(
            commodity=commodity,
            scenario=str(r["scenario"]),
            year=int(r["year"]),
            demand=float(r["quantity_d"]),
            supply=float(r["quantity_s"]),
            edition=joined(r[["vintage_d", "vintage_s"]]),
            source=joined(r[["source_d", "source_s"]]),
            quality=weakest(r[["quality_d", "quality_s"]]),
        )
        for _, r in both.iterrows()
    ]
