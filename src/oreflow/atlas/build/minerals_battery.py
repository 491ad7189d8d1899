"""Cobalt, nickel, graphite, manganese and phosphate: plants by region."""

from __future__ import annotations

from pathlib import Path

from oreflow.atlas.build.common import Common, Row, Tables, by_region, read
from oreflow.atlas.build.eu_crm import processing_by_region
from oreflow.atlas.build.minerals_chain import aggregate, apparent_use, coefficient, mined, scaled, weights
from oreflow.atlas.build.parameters import parameters
from oreflow.atlas.build.salient import us_value
from oreflow.atlas.build.usgs import iea_supply, split_other

_HPAL = ("IDN", "PHL", "MDG", "PNG", "CUB", "TUR")
_LEAST_SPLIT = 0.001
_MCS: Row = {"source": "usgs_mcs_2026", "vintage": "MCS 2026"}
_IEA: Row = {
    "source": "iea_critical_minerals;usgs_mcs_2026;eu_crm",
    "vintage": "IEA 2025; MCS 2026; EU CRM 2023",
    "quality": "derived",
}
_TRADE: Row = {"source": "usgs_mcs_2026;baci", "vintage": "MCS 2026; BACI 2024", "quality": "derived"}


def tables(src: Path, common: Common) -> Tables:
    """Return the plants of cobalt, nickel, graphite, manganese and phosphate.

    Args:
        src: Folder of the public files.
        common: Shared names.
    """
    makers = (cobalt_nickel, graphite, manganese, phosphate)
    return {"plants": [row for make in makers for row in make(src, common)]}


def cobalt_nickel(src: Path, common: Common) -> list[Row]:
    """Return mines and refineries of cobalt and nickel.

    Cobalt comes with copper in DR Congo (see `minerals_base.copper`) and with nickel from laterite in Indonesia,
    the Philippines, Madagascar, Papua New Guinea, Cuba and Turkey. Their nickel from leached laterite is their
    cobalt over the process's ratio. Refining is the IEA's of 2024 by region (its rest of the world split by the
    shares of the EU's study), scaled to what is mined in 2025 times the yield.

    Args:
        src: Folder of the public files.
        common: Shared names.
    """
    ratio = coefficient("nickel_hpal_mining", "cobalt_intermediate")
    cobalt = split_other(src, "cobalt_intermediate")
    leached = by_region(common, {c: cobalt[c] / ratio for c in _HPAL})
    nickel = mined(src, common, "nickel_intermediate")
    leached = {r: min(q, nickel.get(r, 0.0)) for r, q in leached.items()}
    alone = {r: q - leached.get(r, 0.0) for r, q in nickel.items()}
    other = by_region(common, {c: q for c, q in cobalt.items() if c not in (*_HPAL, "COD")})
    rows = [
        *aggregate(
            common,
            "nickel_mining",
            alone,
            **_MCS,
            quality="derived",
            method="minerals_battery.cobalt_nickel",
            note="Less leached laterite",
        ),
        *aggregate(
            common,
            "nickel_hpal_mining",
            leached,
            **_MCS,
            quality="derived",
            method="minerals_battery.cobalt_nickel",
        ),
        *aggregate(common, "cobalt_mining", other, **_MCS, quality="reported"),
    ]
    for mineral, total in (("nickel", sum(nickel.values())), ("cobalt", sum(cobalt.values()))):
        name = f"{mineral}_refining"
        use = total / coefficient(name, f"{mineral}_intermediate")
        output = scaled(refining(src, common, mineral), use)
        rows += aggregate(common, name, output, **_IEA, method="minerals_battery.refining")
    return rows


def refining(src: Path, common: Common, mineral: str) -> dict[str, float]:
    """Return refining of 2024 by region (IEA), its rest of the world split by the shares of the EU's study.

    Args:
        src: Folder of the public files.
        common: Shared names.
        mineral: ``nickel`` or ``cobalt``.

    Returns:
        Region to t/yr.
    """
    key = f"{mineral.capitalize()} refining"
    named = {c: kt * 1000 for (k, c), kt in iea_supply(src, common, 2024).items() if k == key}
    rest = named.pop("OTH")
    split = processing_by_region(src, mineral.capitalize(), without=frozenset(named))
    kept = scaled({r: s for r, s in split.items() if s > _LEAST_SPLIT}, rest)
    return {r: named.get(r, 0.0) + kept.get(r, 0.0) for r in common.regions if r in named or r in kept}


def graphite(src: Path, common: Common) -> list[Row]:
    """Return natural graphite mines, and synthetic graphite as IEA demand of 2025 less natural graphite.

    Args:
        src: Folder of the public files.
        common: Shared names.
    """
    natural = mined(src, common, "graphite_natural")
    demand = demand_2025(src, "Graphite")
    synthetic = scaled(weights("graphite_synthesis"), demand - sum(natural.values()))
    return [
        *aggregate(common, "graphite_mining", natural, **_MCS, quality="reported"),
        *aggregate(
            common,
            "graphite_synthesis",
            synthetic,
            source="iea_critical_minerals;usgs_mcs_2026",
            vintage="IEA 2025; MCS 2026",
            quality="derived",
            method="minerals_battery.graphite",
            note="World total derived; shares of regions are assumed",
        ),
    ]


def demand_2025(src: Path, mineral: str) -> float:
    """Return the IEA's total demand in 2025, interpolated at constant growth between 2024 and 2030 (STEPS).

    Args:
        src: Folder of the public files.
        mineral: Mineral as the IEA names it.

    Returns:
        Demand, t/yr.
    """
    kt = {
        int(r["year"]): float(r["kt"])
        for r in read(src / "iea_critical_minerals" / "iea_total_demand.csv")
        if r["mineral"] == mineral and r["sector"] == "totalDemand" and r["scenario"] in {"base", "STEPS"}
    }
    return 1000 * kt[2024] * float((kt[2030] / kt[2024]) ** (1 / 6))


def manganese(src: Path, common: Common) -> list[Row]:
    """Return manganese mines, and refineries by the shares of processing in the EU's study.

    The United States are set to their reported consumption of ore. Trade in ore says less here, for grades differ
    from 28 to 50 % and BACI gives gross weight.

    Args:
        src: Folder of the public files.
        common: Shared names.
    """
    rate = coefficient("manganese_refining", "manganese_ore")
    ore = mined(src, common, "manganese_ore")
    grade = parameters()["grade_manganese_ore"]
    usa = us_value(src, common, "Consumption, reported: Manganese ore") * grade / rate
    study = processing_by_region(src, "Manganese", without=frozenset({"USA"}))
    refined = scaled(study, sum(ore.values()) / rate - usa) | {"USA": usa}
    return [
        *aggregate(common, "manganese_mining", ore, **_MCS, quality="reported"),
        *aggregate(
            common,
            "manganese_refining",
            {r: q for r, q in refined.items() if q > _LEAST_SPLIT * sum(refined.values())},
            source="usgs_mcs_2026;eu_crm",
            vintage="MCS 2026; EU CRM 2023",
            quality="derived",
            method="minerals_battery.manganese",
        ),
    ]


def phosphate(src: Path, common: Common) -> list[Row]:
    """Return phosphate mines and phosphoric acid plants.

    A region turns the share of ``facts/outputs.csv`` (ROW's where it has none of its own) of the rock that it
    mines or imports into acid. BACI holds only ground rock, about 10 of
    the 27 Mt traded; a parameter scales its flows up by that.

    Args:
        src: Folder of the public files.
        common: Shared names.
    """
    rate = coefficient("phosphoric_acid_making", "phosphate_rock")
    use = apparent_use(src, common, "phosphate_rock", scale=parameters()["phosphate_rock_trade_scale"])
    share = weights("acid_share")
    acid = {r: share.get(r, share["ROW"]) * q / rate for r, q in use.items()}
    return [
        *aggregate(
            common, "phosphate_mining", mined(src, common, "phosphate_rock"), **_MCS, quality="reported"
        ),
        *aggregate(common, "phosphoric_acid_making", acid, **_TRADE, method="minerals_battery.phosphate"),
    ]
