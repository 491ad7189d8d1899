"""Where materials are processed, from the European Commission's study on critical raw materials."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from oreflow.atlas.build.common import by_region, common, number, read


@cache
def processing(src: Path, material: str) -> dict[str, float]:
    """Return shares of world processing by country, means of about 2016 to 2020.

    Args:
        src: Folder of the public files.
        material: Material as the study names it, e.g. ``"Zinc"``.

    Returns:
        ISO-3 code to share; shares printed as under 0.1 % count as that.
    """
    names, out = common(src), dict[str, float]()
    file = src / "eu_crm" / "fact_GlobalSupplyShares_t.csv"
    for i, r in enumerate(read(file, encoding="cp1252")):
        if r["Material"] == material and r["Stage"] == "P":
            where = f"{file.name}, row {i + 2}"
            share = number(r["Share"].strip().rstrip("%"), where=where)
            iso3 = names.iso3(r["Country"], where=where)
            out[iso3] = out.get(iso3, 0.0) + (share or 0.0) / 100
    return out


def processing_by_region(
    src: Path, material: str, *, without: frozenset[str] = frozenset()
) -> dict[str, float]:
    """Return shares of world processing by region.

    Args:
        src: Folder of the public files.
        material: Material as the study names it.
        without: ISO-3 codes left out.

    Returns:
        Region to share of those that are left, summing to 1.
    """
    kept = {c: s for c, s in processing(src, material).items() if c not in without}
    total = sum(kept.values())
    return {r: s / total for r, s in by_region(common(src), kept).items()}
