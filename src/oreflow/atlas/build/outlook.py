"""Outlook to 2040: supply by country and demand by sector (IEA, May 2025)."""

from __future__ import annotations

from pathlib import Path

from oreflow.atlas.build.common import LCE_PER_LI, Common, Row, Tables, facts, read
from oreflow.atlas.build.usgs import iea_supply

_LAST = 2040
_YEARS = (2024, 2030, 2035, 2040)
_MINERALS = {
    "Copper": ("copper_concentrate", "copper_refined", 1.0),
    "Nickel": ("nickel_intermediate", "nickel_refined", 1.0),
    "Cobalt": ("cobalt_intermediate", "cobalt_refined", 1.0),
    "Lithium": ("lithium_carbonate", "lithium_carbonate", LCE_PER_LI),
    "Graphite": ("graphite_natural", "anode", 1.0),
    "Rare Earth Elements": ("ndpr_oxide", "ndpr_oxide", 1.0),
}
_SECTORS = {
    "Electric vehicles": "electric_vehicles",
    "Grid battery storage": "stationary_storage",
    "Electricity networks": "networks",
    "Solar PV": "solar",
    "Wind": "wind",
    "Hydrogen technologies": "hydrogen",
    "Other low emissions power generation": "other_power",
    "Low emissions power generation": "other_power",
    "otherUses": "other_uses",
    "totalDemand": "total",
}
_MORE = {"Zinc": "zinc_refined", "Molybdenum": "molybdenum_refined"}
_NOT_ANODE = ("otherUses", "totalDemand")
_NOTES = {
    "Graphite": "Refining is battery-grade graphite, natural and synthetic together; so is demand",
    "Rare Earth Elements": "Magnet rare earths (Nd Pr Dy Tb) as the IEA counts them",
}


def tables(src: Path, common: Common) -> Tables:
    """Return the rows of ``outlook``, and what the IEA says of it in words (``claims``).

    Args:
        src: Folder of the public files.
        common: Shared names.
    """
    return {
        "outlook": [*_supply(src, common), *_demand(src), *_technologies(src), *facts("outlook")],
        "claims": facts("outlook_claims"),
    }


def _supply(src: Path, common: Common) -> list[Row]:
    rows = []
    for year in _YEARS:
        for (key, country), kt in iea_supply(src, common, year).items():
            mineral, _, stage = key.rpartition(" ")
            mined, refined, factor = _MINERALS[mineral]
            rows.append(
                {
                    "commodity": mined if stage == "mining" else refined,
                    "measure": "supply",
                    "stage": stage,
                    "country": country,
                    "scenario": "base case",
                    "year": year,
                    "quantity": kt * 1000 * factor,
                    **_provenance(mineral, factor),
                }
            )
    return rows


def _demand(src: Path) -> list[Row]:
    """Return demand by sector; graphite in batteries is anode, its total is left out, for no commodity holds both."""
    rows = []
    for r in read(src / "iea_critical_minerals" / "iea_total_demand.csv"):
        if r["sector"] not in _SECTORS or int(r["year"]) > _LAST:
            continue
        _, refined, factor = _MINERALS[r["mineral"]]
        if r["mineral"] == "Graphite" and r["sector"] in _NOT_ANODE:
            if r["sector"] != "otherUses":
                continue
            refined = "graphite_synthetic"
        rows.append(
            {
                "commodity": refined,
                "measure": "demand",
                "stage": _SECTORS[r["sector"]],
                "country": "WLD",
                "scenario": r["scenario"],
                "year": int(r["year"]),
                "quantity": float(r["kt"]) * 1000 * factor,
                **_provenance(r["mineral"], factor),
            }
        )
    return rows


def _technologies(src: Path) -> list[Row]:
    """Return demand by technology for minerals that the table of totals leaves out."""
    rows = []
    for r in read(src / "iea_critical_minerals" / "iea_demand_by_technology.csv"):
        if r["mineral"] in _MORE and r["technology"] in _SECTORS and int(r["year"]) <= _LAST:
            rows.append(
                {
                    "commodity": _MORE[r["mineral"]],
                    "measure": "demand",
                    "stage": _SECTORS[r["technology"]],
                    "country": "WLD",
                    "scenario": r["scenario"],
                    "year": int(r["year"]),
                    "quantity": float(r["kt"]) * 1000,
                    **_provenance(r["mineral"], 1.0),
                }
            )
    return rows


def _provenance(mineral: str, factor: float) -> Row:
    converted = factor != 1
    return {
        "source": "iea_critical_minerals",
        "vintage": "IEA 2025",
        "quality": "derived" if converted else "reported",
        "method": "outlook.tables" if converted else "",
        "note": _NOTES.get(mineral, ""),
    }
