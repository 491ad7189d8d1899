"""Projects that may add supply: lithium deposits, plants that can rise or restart, what the IEA foresees, facts."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from oreflow.atlas.build.chain import assume
from oreflow.atlas.build.common import LCE_PER_LI, Common, Row, Tables, facts, read
from oreflow.atlas.build.usgs import iea_supply

ORDER = 60
_BASE = 2025
_LEAST_LCE = 2000.0
_LEAST_RISE = 0.02
_DEVELOPMENT = {"Construction": "construction", "Evaluation": "evaluation", "No info": "exploration"}
_DIRECT = ("Brine", "Volcano-Sedimentary")
_YEARS = (2030, 2035, 2040)
_NDPR_SHARE = "rare_earth_separation"
_PROCESSES = {
    "Copper mining": "copper_mining",
    "Copper refining": "copper_smelting",
    "Nickel mining": "nickel_mining",
    "Nickel refining": "nickel_refining",
    "Cobalt mining": "cobalt_mining",
    "Cobalt refining": "cobalt_refining",
    "Graphite mining": "graphite_mining",
    "Graphite refining": "anode_from_synthetic",
    "Rare Earth Elements mining": "rare_earth_mining",
    "Rare Earth Elements refining": "rare_earth_separation",
    "Lithium refining": "lithium_carbonate_conversion",
}
"""IEA's mineral and stage to the process whose output grows. Lithium mining comes from the deposits one by one."""
_RISING = (
    "spodumene_mining",
    "lepidolite_mining",
    "lithium_brine",
    "lithium_carbonate_conversion",
    "lithium_hydroxide_conversion",
)
_PRINTED = ("gallium_recovery",)
"""Processes whose capacity by country the USGS prints, far above their output."""
_BRINE = ("ARG", "CHL")
"""Countries whose lithium refining in the IEA's figures is the brines themselves."""


def complete(src: Path, common: Common, rows: Tables) -> Tables:
    """Return the rows of ``projects``.

    Args:
        src: Folder of the public files.
        common: Shared names.
        rows: Rows of the other tables; plants and the coefficients of processes are used.
    """
    plants = {str(r["plant"]): r for r in rows["plants"]}
    found = [
        *_risings(src, plants),
        *_deposits(src, common),
        *_foreseen(src, common, rows),
        *facts("projects"),
    ]
    return {"projects": found}


def _risings(src: Path, plants: dict[str, Row]) -> list[Row]:
    """Named plants that stand still, and those of lithium that run below what they can do.

    Capacities of the other minerals' mines are mostly imputed from their output: they say nothing of room to grow.
    """
    deposits = {r["Deposit_Name"]: r for r in read(src / "uc_davis_ev_minerals" / "Deposit.csv")}
    planned = {
        r["plant"]: LCE_PER_LI * 1000 * _added(deposits[r["deposit"]])
        for r in facts("lithium_plants")
        if "deposit" in r
    }
    use = assume("project_use")
    low, high = _ends("project_size")
    out: list[Row] = []
    for name, p in sorted(plants.items()):
        capacity, output, status = float(p["capacity"]), float(p["output"]), p.get("status", "operating")
        if str(p.get("aggregate", "0")) in ("1", "True") and p["process"] not in _PRINTED:
            continue
        if status != "idle" and p["process"] not in (*_RISING, *_PRINTED):
            continue
        rise = max(use * capacity - output, planned.get(name, 0.0))
        if status == "idle" or p["process"] in _PRINTED:
            rise, development = rise if status != "idle" else use * capacity, "restart"
        else:
            development = "construction"
        if rise <= _LEAST_RISE * max(capacity, 1.0) or rise <= 0:
            continue
        out.append(
            {
                "project": f"rise_{name}",
                "name": str(p["name"]),
                "process": p["process"],
                "region": p["region"],
                "plant": name,
                # capacity counts as that of a new plant does: it is used to the same degree
                "capacity": rise / use,
                "capacity_low": low * rise / use,
                "capacity_high": high * rise / use,
                "development": development,
                "start": _BASE if development == "construction" and status == "operating" else 0,
                "source": p["source"],
                "vintage": p.get("vintage", ""),
                "quality": "derived",
                "method": "projects.complete",
                "note": "Stands still"
                if status == "idle"
                else "Capacity that the USGS prints and that made nothing in 2025"
                if p["process"] in _PRINTED
                else "From the output of 2025 to capacity, or to the deposit file's rate of 2030",
            }
        )
    return out


def _deposits(src: Path, common: Common) -> list[Row]:
    """Lithium deposits that are no plant of the atlas yet."""
    held = {r["deposit"] for r in facts("lithium_plants") if "deposit" in r}
    held |= {r["deposit"] for r in facts("deposits_held")}
    phase, (low, high) = assume("project_lithium_phase"), _ends("project_lithium_phase")
    less, more = _ends("project_size")
    out: list[Row] = []
    for r in read(src / "uc_davis_ev_minerals" / "Deposit.csv"):
        development = _DEVELOPMENT.get(r["Status"])
        most = LCE_PER_LI * 1000 * _kt(r, "max_prod_rate")
        if r["Deposit_Name"] in held or development is None or most < _LEAST_LCE:
            continue
        planned = LCE_PER_LI * 1000 * _kt(r, "prod_rate2030")
        size = planned or min(most, phase)
        out.append(
            {
                "project": f"lithium_{int(r['d']):03d}",
                "name": r["Deposit_Name"].strip(),
                "process": "lithium_brine" if r["Resource_Type"] in _DIRECT else "spodumene_mining",
                "region": common.region(common.iso3(r["Country"], where="Deposit.csv")),
                "capacity": size,
                "capacity_low": min(size, low) if not planned else less * size,
                "capacity_high": min(most, high) if not planned else min(most, more * size),
                "development": development,
                "start": 0,
                "source": "uc_davis;oreflow",
                "vintage": "2025",
                "quality": "derived" if planned else "imputed",
                "method": "projects.complete",
                "note": f"{r['Status']}; "
                + (
                    "rate of 2030 in the file"
                    if planned
                    else f"a first phase; the file's largest rate is {most:,.0f} t LCE a year"
                ),
            }
        )
    return out


def _foreseen(src: Path, common: Common, rows: Tables) -> list[Row]:
    """Rises of output by country in the IEA's base case, above 2025."""
    coefficient = {
        (r["process"], r["commodity"]): float(r["coefficient"]) for r in rows["flows"] if r["role"] == "input"
    }
    paths: dict[tuple[str, str], dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for year in (2024, *_YEARS):
        for (key, country), kt in iea_supply(src, common, year).items():
            if key not in _PROCESSES or (key == "Lithium refining" and country in _BRINE):
                continue
            factor = 1000.0 * (LCE_PER_LI if key.startswith("Lithium") else 1.0)
            if key == "Rare Earth Elements mining":
                factor *= coefficient[_NDPR_SHARE, "rare_earth_concentrate"]
            paths[key, common.region(country)][year] += kt * factor
    out: list[Row] = []
    low, high = _ends("project_foreseen_size")
    for (key, region), path in sorted(paths.items()):
        base = path[2024] + (path[2030] - path[2024]) / 6
        year = max(_YEARS, key=lambda y: path[y])
        rise = path[year] - base
        if rise <= 0.01 * max(path[2024], 1.0):
            continue
        capacity = rise / assume("project_use")
        out.append(
            {
                "project": f"iea_{key.lower().replace(' ', '_')}_{region.lower()}",
                "name": f"{key}, {region}: growth in the IEA base case",
                "process": _PROCESSES[key],
                "region": region,
                "capacity": capacity,
                "capacity_low": low * capacity,
                "capacity_high": high * capacity,
                "development": "committed",
                "start": _BASE,
                "growth_years": year - _BASE,
                "source": "iea_critical_minerals",
                "vintage": "IEA 2025",
                "quality": "derived",
                "method": "projects.complete",
                "note": f"Rise from 2025 (between the figures for 2024 and 2030) to {year}, the year of most output",
            }
        )
    return out


def _ends(parameter: str) -> tuple[float, float]:
    """Low and high end of an assumption."""
    row = next(r for r in facts("parameters") if r["parameter"] == parameter)
    return float(row["low"]), float(row["high"])


def _added(row: Row) -> float:
    """What a deposit is to add from 2025 to 2030, kt of lithium."""
    return _kt(row, "prod_rate2030") - _kt(row, "prod_rate2025")


def _kt(row: Row, column: str) -> float:
    """A rate of the deposit file in kt of lithium; 0 where it has none."""
    text = str(row[column])
    return 0.0 if text in ("", "NA") else float(text)
