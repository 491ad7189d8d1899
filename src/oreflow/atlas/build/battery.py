"""The battery chain of 2025: use by region, the cells, cathodes and anodes behind it, and their recipes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from oreflow.atlas.build.chain import assume, shares
from oreflow.atlas.build.common import Common, Row, facts, read
from oreflow.atlas.build.derive import grow
from oreflow.errors import DataError

USES = ("ev_battery", "stationary_battery", "other_battery")
CELLS = ("lfp_cell", "nmc_cell", "sodium_cell")
CATHODE = {"lfp_cell": "lfp_cathode", "nmc_cell": "nmc_cathode", "sodium_cell": "sodium_cathode"}
MAKER = "CHN"
"""Region that makes what no other is known to make."""

_LI, _NI, _MN, _CO, _FE, _P, _O = 6.94, 58.693, 54.938, 58.933, 55.845, 30.974, 15.999
_LFP = _LI + _FE + _P + 4 * _O
_BLEND = {"NMC 532": (0.5, 0.3, 0.2), "NMC 622": (0.6, 0.2, 0.2), "NMC 811": (0.8, 0.1, 0.1)}
_P2O5_PER_P = (2 * _P + 5 * _O) / (2 * _P)
P2O5_IN_ACID = 0.54
"""P2O5 in a tonne of the commodity phosphoric_acid (merchant grade)."""

Region = dict[str, float]


@cache
def intensity(src: Path) -> dict[tuple[str, str], float]:
    """Return metal in good cells by chemistry (BatPaC 5.1).

    Args:
        src: Folder of the public files.

    Returns:
        (mineral, chemistry) to kg/kWh, the same as thousand t/GWh.
    """
    rows = read(src / "uc_davis_ev_minerals" / "mineral_intensity_kg_per_kwh.csv")
    return {(r["Mineral"], r["chemistry"]): float(r["kg_per_kwh"]) for r in rows}


def nmc_shares() -> dict[str, float]:
    """Return the blend of nickel-based chemistries that stands for all of them, shares of GWh."""
    blend = {f"NMC {k}": assume(f"nmc_{k}_share") for k in ("532", "622", "811")}
    if abs(sum(blend.values()) - 1) > 1e-9:
        raise DataError(
            "facts/chain_parameters.csv: nmc_532_share, nmc_622_share and nmc_811_share must sum to 1."
        )
    return blend


def blended(src: Path, mineral: str) -> float:
    """Return metal in nickel-based cells of the blend, t/GWh.

    Args:
        src: Folder of the public files.
        mineral: Name in the intensity file.
    """
    table = intensity(src)
    return 1000 * sum(share * table[mineral, chem] for chem, share in nmc_shares().items())


def cathode_mass(src: Path, cell: str) -> float:
    """Return cathode material in good cells, from the metal in it and its formula, t/GWh.

    Args:
        src: Folder of the public files.
        cell: Cell commodity.
    """
    table = intensity(src)
    if cell == "sodium_cell":
        return assume("sodium_cathode_mass")
    if cell == "lfp_cell":
        return 1000 * table["Phosphorus", "LFP"] * _LFP / _P
    total = 0.0
    for chem, share in nmc_shares().items():
        ni, mn, co = _BLEND[chem]
        molar = _LI + ni * _NI + mn * _MN + co * _CO + 2 * _O
        total += share * 1000 * table["Nickel", chem] * molar / (ni * _NI)
    return total


@dataclass(frozen=True, slots=True)
class Battery:
    """The chain from use back to cathode and anode, base year 2025.

    Attributes:
        demand: Use to region to GWh.
        mix: (use, region) to cell to share.
        cell_use: Cell to region of use to GWh.
        cell_output: Cell to region to GWh.
        cathode_use: Cathode to region of the cell plants to t.
        cathode_output: Cathode to region to t.
        anode_use: Region of the cell plants to t.
        anode_output: Process to region to t.
    """

    demand: dict[str, Region]
    mix: dict[tuple[str, str], Region]
    cell_use: dict[str, Region]
    cell_output: dict[str, Region]
    cathode_use: dict[str, Region]
    cathode_output: dict[str, Region]
    anode_use: Region
    anode_output: dict[str, Region]


def battery(common: Common) -> Battery:
    """Compute the battery chain of 2025.

    Args:
        common: Shared names and the folder of the public files.

    Returns:
        The chain; what is made equals what is used at each stage, yields counted.
    """
    src = common.src
    demand = {
        "ev_battery": vehicle_batteries(common),
        "stationary_battery": spread(assume("world_stationary_batteries"), shares("stationary")),
        "other_battery": spread(assume("world_other_batteries"), shares("other_batteries")),
    }
    mix = chemistry_mix(demand)
    cell_use: dict[str, Region] = {c: {} for c in CELLS}
    for use, regions in demand.items():
        for region, gwh in regions.items():
            for cell, share in mix[use, region].items():
                if share > 0:
                    cell_use[cell][region] = cell_use[cell].get(region, 0.0) + gwh * share
    cell_output = {c: spread(sum(cell_use[c].values()), shares(c, rest=MAKER)) for c in CELLS}
    yields = assume("cell_yield")
    cathode_use = {
        CATHODE[c]: {r: q * cathode_mass(src, c) / yields for r, q in cell_output[c].items()} for c in CELLS
    }
    cathode_output = {k: spread(sum(u.values()), _cathode_shares(k)) for k, u in cathode_use.items()}
    anode_use: Region = {}
    for cell in CELLS:
        for region, q in cell_output[cell].items():
            if anode_mass(src, cell) > 0:
                anode_use[region] = anode_use.get(region, 0.0) + q * anode_mass(src, cell) / yields
    natural = assume("anode_natural_share")
    total = sum(anode_use.values())
    anode_output = {
        "anode_from_natural": spread(total * natural, shares("anode_from_natural", rest=MAKER)),
        "anode_from_synthetic": spread(total * (1 - natural), shares("anode_from_synthetic", rest=MAKER)),
    }
    return Battery(demand, mix, cell_use, cell_output, cathode_use, cathode_output, anode_use, anode_output)


def anode_mass(src: Path, cell: str) -> float:
    """Return graphite anode in good cells, t/GWh; sodium-ion cells have hard carbon and none.

    Args:
        src: Folder of the public files.
        cell: Cell commodity.
    """
    if cell == "nmc_cell":
        return blended(src, "Graphite")
    return 1000 * intensity(src)["Graphite", {"lfp_cell": "LFP", "sodium_cell": "SIB"}[cell]]


def chemistry_mix(demand: Mapping[str, Region]) -> dict[tuple[str, str], Region]:
    """Return the chemistry shares of each use and region.

    Args:
        demand: Use to region to GWh.

    Returns:
        (use, region) to cell to share; regions without a row of their own take those of ROW.

    Raises:
        DataError: Shares leave no room, or a use has no row for ROW when one is needed.
    """
    rows = {(r["use"], r["region"]): r for r in facts("chemistry_shares")}
    out: dict[tuple[str, str], Region] = {}
    for use, regions in demand.items():
        for region in regions:
            r = rows.get((use, region)) or rows.get((use, "ROW"))
            if r is None:
                raise DataError(f"facts/chemistry_shares.csv: no row for {use} in {region} nor in ROW.")
            lfp, sodium = float(r["lfp"]), float(r["sodium"])
            if not 0 <= lfp + sodium <= 1:
                raise DataError(f"facts/chemistry_shares.csv: shares of {use} in {region} exceed 1.")
            out[use, region] = {"lfp_cell": lfp, "nmc_cell": 1 - lfp - sodium, "sodium_cell": sodium}
    return out


def vehicle_batteries(common: Common) -> Region:
    """Return the cells made for vehicles by region of use in 2025, GWh.

    The world total is the reported one. It is spread over the IEA's regions by their battery demand of 2024
    grown for one year at the pace to 2030 in its stated-policies projection, and within Europe and the rest of
    the world by electric car sales of 2024.

    Args:
        common: Shared names and the folder of the public files.
    """
    groups = ("China", "Europe", "USA", "India", "Rest of the world")
    rows = read(common.src / "iea_gevo" / "EVDataExplorer2025.csv")
    now = _sum(rows, "Historical", "Battery demand", "2024", groups)
    then = _sum(rows, "Projection-STEPS", "Battery demand", "2030", groups)
    grown = {g: grow(now[g], then[g], 6, 1) for g in groups}
    scale = assume("world_ev_batteries") / sum(grown.values())
    sales = car_sales(common, rows)
    own = {"China": ["CHN"], "USA": ["USA"], "India": ["IND"]}
    out: Region = {}
    for g in groups:
        inside = own.get(g) or [
            r for r in sales if (r in EUROPE) == (g == "Europe") and r not in {"CHN", "USA", "IND"}
        ]
        total = sum(sales[r] for r in inside)
        for r in inside:
            out[r] = grown[g] * scale * sales[r] / total
    return {r: out[r] for r in common.regions if r in out}


_IEA_NAMES = {"Korea": "South Korea", "Czech Republic": "Czechia"}
EUROPE = frozenset({"DEU", "GBR", "NOR", "FIN", "POL", "HUN", "EUR"})
_BLOCS = frozenset(
    {
        "World", "Europe", "EU27", "Rest of the world", "Asia Pacific", "North America", "Africa",
        "Central and South America", "Middle East and Caspian",
    }
)  # fmt: skip


def car_sales(common: Common, rows: list[Row]) -> Region:
    """Return electric cars sold in 2024 by region, in vehicles.

    Args:
        common: Shared names.
        rows: Rows of the IEA's EV data explorer.
    """
    out: Region = {}
    for r in rows:
        if (
            r["category"] == "Historical"
            and r["parameter"] == "EV sales"
            and r["mode"] == "Cars"
            and r["year"] == "2024"
            and r["region_country"] not in _BLOCS
        ):
            name = str(_IEA_NAMES.get(r["region_country"]) or r["region_country"])
            region = common.region(common.iso3(name, where="iea_gevo"))
            out[region] = out.get(region, 0.0) + float(r["value"])
    return out


def _sum(rows: list[Row], category: str, parameter: str, year: str, groups: tuple[str, ...]) -> Region:
    out = dict.fromkeys(groups, 0.0)
    for r in rows:
        if (r["category"], r["parameter"], r["year"]) == (category, parameter, year) and r[
            "region_country"
        ] in out:
            out[r["region_country"]] += float(r["value"])
    return out


def spread(total: float, share: Region) -> Region:
    """Return a world total by region.

    Args:
        total: World total.
        share: Region to share; regions without one are left out.
    """
    return {r: total * s for r, s in share.items() if s > 0}


def _cathode_shares(cathode: str) -> Region:
    return {MAKER: 1.0} if cathode == "sodium_cathode" else shares(cathode, rest=MAKER)


def recipes(src: Path) -> dict[str, tuple[str, Region]]:
    """Return the inputs of each process of the battery chain.

    Args:
        src: Folder of the public files.

    Returns:
        Process to its output and its inputs per unit of it (t/t, t/GWh), yields counted.
    """
    table, made, good = intensity(src), assume("cathode_yield"), assume("cell_yield")
    lce = assume("lce_per_li")
    lfp, nmc, sodium = (cathode_mass(src, c) for c in CELLS)
    blend = nmc_shares()
    lithium = {c: 1000 * s * table["Lithium", c] * lce for c, s in blend.items()}
    acid = 1000 * _P2O5_PER_P / P2O5_IN_ACID
    return {
        "lfp_cathode_making": (
            "lfp_cathode",
            {
                "lithium_carbonate": 1000 * table["Lithium", "LFP"] * lce / lfp / made,
                "phosphoric_acid": acid * table["Phosphorus", "LFP"] / lfp / made,
            },
        ),
        "nmc_cathode_making": (
            "nmc_cathode",
            {
                "lithium_carbonate": (lithium["NMC 532"] + lithium["NMC 622"]) / nmc / made,
                "lithium_hydroxide": lithium["NMC 811"] / nmc / made,
                "nickel_refined": blended(src, "Nickel") / nmc / made,
                "cobalt_refined": blended(src, "Cobalt") / nmc / made,
                "manganese_refined": blended(src, "Manganese") / nmc / made,
            },
        ),
        "sodium_cathode_making": (
            "sodium_cathode",
            {
                "manganese_refined": 1000 * table["Manganese", "SIB"] / sodium / made,
                "phosphoric_acid": acid * table["Phosphorus", "SIB"] / sodium / made,
            },
        ),
        "anode_from_natural": ("anode", {"graphite_natural": 1 / assume("spherical_yield")}),
        "anode_from_synthetic": ("anode", {"graphite_synthetic": 1 / assume("anode_synthetic_yield")}),
        "lfp_cell_making": (
            "lfp_cell",
            {
                "lfp_cathode": lfp / good,
                "anode": anode_mass(src, "lfp_cell") / good,
                "copper_refined": 1000 * table["Copper", "LFP"] / good,
            },
        ),
        "nmc_cell_making": (
            "nmc_cell",
            {
                "nmc_cathode": nmc / good,
                "anode": anode_mass(src, "nmc_cell") / good,
                "copper_refined": blended(src, "Copper") / good,
            },
        ),
        "sodium_cell_making": (
            "sodium_cell",
            {
                "sodium_cathode": sodium / good,
                "copper_refined": 1000 * table["Copper", "SIB"] / good,
            },
        ),
    }
