"""What a GWh of each cell chemistry holds (BatPaC), and how the chemistries may share the market (premise)."""

from __future__ import annotations

from pathlib import Path

from oreflow.atlas.build.common import LCE_PER_LI, Common, Row, Tables, read
from oreflow.errors import DataError

_COMMODITIES = {
    "Lithium": ("lithium_carbonate", LCE_PER_LI),
    "Nickel": ("nickel_refined", 1.0),
    "Cobalt": ("cobalt_refined", 1.0),
    "Manganese": ("manganese_refined", 1.0),
    "Graphite": ("anode", 1.0),
    "Copper": ("copper_refined", 1.0),
}
_FAMILIES = {
    "LFP": "lfp_cell",
    "NCA": "nmc_cell",
    "NMC 111": "nmc_cell",
    "NMC 532": "nmc_cell",
    "NMC 622": "nmc_cell",
    "NMC 811": "nmc_cell",
    "NMC 95": "nmc_cell",
    "SS NMC 811": "nmc_cell",
    "SIB": "sodium_cell",
}
_PREMISE = {
    "LFP": "LFP",
    "NCA": "NCA",
    "NMC111": "NMC 111",
    "NMC532": "NMC 532",
    "NMC622": "NMC 622",
    "NMC811": "NMC 811",
    "NMC900": "NMC 95",
    "NMC900-Si": "NMC 95",
    "ASSB (oxidic)": "SS NMC 811",
    "ASSB (polymer)": "SS NMC 811",
    "ASSB (sulfidic)": "SS NMC 811",
    "SIB": "SIB",
}
"""Chemistry of premise to the nearest of BatPaC. Lithium-sulphur and lithium-air have none and are left out."""
_YEARS = (2015, 2021, 2025, 2030, 2035, 2040)


def tables(src: Path, common: Common) -> Tables:
    """Return the rows of ``intensities`` and ``chemistry_shares``.

    Args:
        src: Folder of the public files.
        common: Shared names.
    """
    return {"intensities": _intensities(src), "chemistry_shares": _shares(src)}


def _intensities(src: Path) -> list[Row]:
    rows: list[Row] = []
    for r in read(src / "uc_davis_ev_minerals" / "mineral_intensity_kg_per_kwh.csv"):
        if r["Mineral"] not in _COMMODITIES or r["chemistry"] not in _FAMILIES:
            continue
        commodity, factor = _COMMODITIES[r["Mineral"]]
        quantity = float(r["kg_per_kwh"]) * 1000 * factor
        if quantity > 0:
            rows.append(
                {
                    "chemistry": r["chemistry"],
                    "commodity": commodity,
                    "family": _FAMILIES[r["chemistry"]],
                    "quantity": quantity,
                    "source": "uc_davis",
                    "vintage": "BatPaC 5.1",
                    "quality": "derived",
                    "method": "chemistries.tables",
                }
            )
    return rows


def _shares(src: Path) -> list[Row]:
    """Return shares that add up to 1 over the chemistries that are kept."""
    found: dict[tuple[str, int], dict[str, float]] = {}
    for r in read(src / "premise" / "mobile_scenarios.csv"):
        year = int(r["year"])
        value = float(r["value"]) if r["value"] not in ("", "nan") else 0.0
        chemistry = _PREMISE.get(r["chemistry"])
        if year in _YEARS and chemistry is not None and value == value and value > 0:
            held = found.setdefault((r["scenario"], year), {})
            held[chemistry] = held.get(chemistry, 0.0) + value
    if not found:
        raise DataError("premise/mobile_scenarios.csv holds no share for the years wanted.")
    return [
        {
            "scenario": scenario,
            "chemistry": chemistry,
            "year": year,
            "share": share / sum(held.values()),
            "source": "premise",
            "vintage": "2025",
            "quality": "derived",
            "method": "chemistries.tables",
        }
        for (scenario, year), held in sorted(found.items())
        for chemistry, share in sorted(held.items())
    ]
