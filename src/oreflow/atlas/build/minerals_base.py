"""Copper, zinc and molybdenum: plants by region, and the copper smelters of the United States by name."""

from __future__ import annotations

from pathlib import Path

from oreflow.atlas.build import usgs
from oreflow.atlas.build.common import Common, Row, Tables, facts
from oreflow.atlas.build.eu_crm import processing_by_region
from oreflow.atlas.build.minerals_chain import (
    aggregate,
    apparent_use,
    coefficient,
    mined,
    process_rows,
    scaled,
    weights,
)
from oreflow.atlas.build.parameters import parameters
from oreflow.atlas.build.salient import us_value

_JOINT_REGIONS = ("CHL", "PER", "MEX", "USA", "ROW")


def tables(src: Path, common: Common) -> Tables:
    """Return processes, flows and owners of all minerals here, and the plants of copper, zinc and molybdenum.

    Args:
        src: Folder of the public files.
        common: Shared names.
    """
    plants = [*copper(src, common), *zinc(src, common), *molybdenum_rest(src, common)]
    return {
        "processes": process_rows(),
        "flows": facts("flows"),
        "plants": plants,
        "firms": facts("mineral_firms"),
        "ownership": facts("mineral_ownership"),
    }


def refined_copper(src: Path, common: Common) -> dict[str, float]:
    """Return refinery production of copper in 2025 by region.

    MCS 2026; its other countries are split by the shares of the EU's study.

    Args:
        src: Folder of the public files.
        common: Shared names.
    """
    named = dict(usgs.output_2025(src)[("copper_refined", "refined")])
    rest = named.pop("OTH")
    split = processing_by_region(src, "Copper", without=frozenset(named))
    sums = {r: named.get(r, 0.0) + rest * split.get(r, 0.0) for r in common.regions}
    return {r: q for r, q in sums.items() if q > 0}


def copper(src: Path, common: Common) -> list[Row]:
    """Return the plants of copper.

    Leaching gives cathode at the mine. In DR Congo it gives the refined output as a whole, with cobalt. What a
    region refines beyond leached and recycled copper it smelts; recycling is scaled so that the world's smelters
    use what its mines concentrate.

    Args:
        src: Folder of the public files.
        common: Shared names.
    """
    mine, refined = mined(src, common, "copper_concentrate"), refined_copper(src, common)
    leached = weights("copper_leaching")
    congo = refined["COD"]
    concentrate = {r: q - leached.get(r, 0.0) - (congo if r == "COD" else 0.0) for r, q in mine.items()}
    concentrate = {r: q for r, q in concentrate.items() if q > 0}
    scrap = {r: share * refined.get(r, 0.0) for r, share in weights("copper_recycling").items()}
    scrap_usa = us_value(src, common, "Production, Refinery: Secondary (from scrap)")
    smelted = sum(concentrate.values()) / coefficient("copper_smelting", "copper_concentrate")
    needed = sum(refined.values()) - congo - sum(leached.values()) - smelted - scrap_usa
    scrap = scaled(scrap, needed)
    most = parameters()["recycled_copper_most"]
    scrap = {r: min(q, most * refined[r]) for r, q in scrap.items()} | {"USA": scrap_usa}
    smelt = {r: q - leached.get(r, 0.0) - scrap.get(r, 0.0) for r, q in refined.items() if r != "COD"}
    joint = joint_copper(src, common, concentrate)
    alone = {r: q - joint.get(r, 0.0) for r, q in concentrate.items()}
    mcs: Row = {"source": "usgs_mcs_2026", "vintage": "MCS 2026"}
    rest: Row = {"quality": "derived", "method": "minerals_base.copper"}
    return [
        *aggregate(common, "copper_mining", alone, **mcs, **rest, note="Mine output less leached copper"),
        *aggregate(
            common, "copper_molybdenum_mining", joint, **mcs, **rest, note="Part of mines with molybdenum"
        ),
        *aggregate(common, "copper_leaching", leached, source="oreflow", vintage="2025", quality="assumed"),
        *aggregate(common, "copper_cobalt_mining", {"COD": congo}, **mcs, quality="reported"),
        *aggregate(
            common, "copper_recycling", scrap, **mcs, **rest, note="Refined output that no mine explains"
        ),
        *aggregate(
            common,
            "copper_smelting",
            {r: q for r, q in smelt.items() if r != "USA"},
            **mcs,
            **rest,
            note="Refined output less leached and recycled copper",
        ),
        *facts("plants"),
    ]


def joint_copper(src: Path, common: Common, concentrate: dict[str, float]) -> dict[str, float]:
    """Return copper in concentrate from mines that also give molybdenum.

    As much as explains a region's molybdenum at the process's ratio, up to a most share of its concentrate.

    Args:
        src: Folder of the public files.
        common: Shared names.
        concentrate: Region to copper in concentrate, t Cu/yr.
    """
    ratio = coefficient("copper_molybdenum_mining", "molybdenum_concentrate")
    mo = mined(src, common, "molybdenum_concentrate")
    most = parameters()["joint_molybdenum_most"]
    both = [r for r in _JOINT_REGIONS if r in mo and r in concentrate]
    return {r: min(mo[r] / ratio, most * concentrate[r]) for r in both}


def molybdenum_rest(src: Path, common: Common) -> list[Row]:
    """Return mines whose main product is molybdenum, and roasters.

    Args:
        src: Folder of the public files.
        common: Shared names.
    """
    ratio = coefficient("copper_molybdenum_mining", "molybdenum_concentrate")
    joint = {
        p["region"]: ratio * float(p["output"])
        for p in copper(src, common)
        if p["process"] == "copper_molybdenum_mining"
    }
    mo = mined(src, common, "molybdenum_concentrate")
    alone = {r: q - joint.get(r, 0.0) for r, q in mo.items() if q - joint.get(r, 0.0) > 1.0}
    use = apparent_use(src, common, "molybdenum_concentrate")
    rate = coefficient("molybdenum_roasting", "molybdenum_concentrate")
    mcs: Row = {"source": "usgs_mcs_2026", "vintage": "MCS 2026", "quality": "derived"}
    return [
        *aggregate(common, "molybdenum_mining", alone, **mcs, method="minerals_base.molybdenum_rest"),
        *aggregate(
            common,
            "molybdenum_roasting",
            {r: q / rate for r, q in use.items()},
            source="usgs_mcs_2026;baci",
            vintage="MCS 2026; BACI 2024",
            quality="derived",
            method="minerals_chain.apparent_use",
        ),
    ]


def zinc(src: Path, common: Common) -> list[Row]:
    """Return zinc mines and smelters.

    A region's share of smelting is the mean of two estimates: what it mines plus net imports of concentrate, and
    its share of processing in the EU's study. The United States are set to their reported output, scrap included.

    Args:
        src: Folder of the public files.
        common: Shared names.
    """
    use = apparent_use(src, common, "zinc_concentrate")
    rate = coefficient("zinc_smelting", "zinc_concentrate")
    known = us_value(src, common, "Production: Refined zinc,")
    total = sum(use.values()) / rate
    study = processing_by_region(src, "Zinc")
    mean = {r: use.get(r, 0.0) / rate / total + study.get(r, 0.0) for r in common.regions if r != "USA"}
    smelted = scaled({r: m for r, m in mean.items() if m > 0.002}, total - known) | {"USA": known}
    mcs: Row = {"source": "usgs_mcs_2026", "vintage": "MCS 2026"}
    return [
        *aggregate(
            common,
            "zinc_mining",
            mined(src, common, "zinc_concentrate"),
            **mcs,
            quality="reported",
            note="Countries that the USGS does not name are split by World Mining Data 2024",
        ),
        *aggregate(
            common,
            "zinc_smelting",
            smelted,
            source="usgs_mcs_2026;baci;eu_crm",
            vintage="MCS 2026; BACI 2024; EU CRM 2023",
            quality="derived",
            method="minerals_base.zinc",
        ),
    ]
