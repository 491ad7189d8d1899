"""Helpers of the mineral modules: aggregate plants by region, and outputs that follow from trade and mining."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from oreflow.atlas.build import usgs
from oreflow.atlas.build.baci import content
from oreflow.atlas.build.common import Common, Row, by_region, facts

_OWN_COLUMNS = ("utilisation", "cost")
_LEAST_SHARE = 2e-4


@cache
def process(name: str) -> Row:
    """Return the fact row of a process.

    Args:
        name: Process.
    """
    return next(r for r in facts("processes") if r["process"] == name)


def process_rows() -> list[Row]:
    """Return the rows of ``processes`` for all minerals but lithium and batteries."""
    plain = {"source": "oreflow", "vintage": "2025", "quality": "assumed"}
    return [{**plain, **{k: v for k, v in r.items() if k not in _OWN_COLUMNS}} for r in facts("processes")]


def coefficient(process_name: str, commodity: str) -> float:
    """Return the units of a commodity used or made per unit of a process's main output.

    Args:
        process_name: Process.
        commodity: Commodity among its flows.
    """
    rows = facts("flows")
    return next(
        float(r["coefficient"]) for r in rows if r["process"] == process_name and r["commodity"] == commodity
    )


def weights(process_name: str) -> dict[str, float]:
    """Return our own outputs or shares of a process by region (``facts/outputs.csv``).

    Args:
        process_name: Process, or another key of that file.
    """
    return {r["region"]: float(r["weight"]) for r in facts("outputs") if r["process"] == process_name}


def aggregate(
    common: Common,
    name: str,
    output: Mapping[str, float],
    *,
    source: str,
    vintage: str,
    quality: str,
    method: str = "",
    note: str = "",
    capacity: Mapping[str, float] | None = None,
) -> list[Row]:
    """Return one aggregate plant a region.

    Capacity that no source gives is output over the utilisation that ``facts/processes.csv`` assumes.

    Args:
        common: Shared names.
        name: Process.
        output: Region to main output in 2025, unit/yr.
        source: Source key.
        vintage: Edition.
        quality: Quality of the output.
        method: Function that derived it.
        note: What to know.
        capacity: Region to capacity, unit/yr, where reported.
    """
    fact, rows = process(name), []
    names = {r["region"]: r["name"] for r in facts("regions")}
    for region in common.regions:
        q = output.get(region, 0.0)
        if q <= 0:
            continue
        room = (capacity or {}).get(region, 0.0)
        rows.append(
            {
                "plant": f"{name}_{region.lower()}",
                "name": f"{fact['name']} in {names[region]}",
                "process": name,
                "region": region,
                "aggregate": 1,
                "capacity": max(q, room) if room else q / float(fact["utilisation"]),
                "output": q,
                "cost": float(fact["cost"]),
                "status": "operating",
                "source": source if room else _with_ours(source),
                "vintage": vintage,
                "quality": quality,
                "method": method,
                "note": "; ".join(n for n in (note, "" if room else _assumed(fact)) if n),
            }
        )
    return [part for row in rows for part in _named(row)]


def _named(row: Row) -> list[Row]:
    """Split the plants that ``facts/named_plants.csv`` names off an aggregate one."""
    found = [f for f in facts("named_plants") if f["replaces"] == row["plant"]]
    parts, left = [], 1.0
    for fact in found:
        share = float(fact["share"])
        left -= share
        own = {k: fact[k] for k in ("plant", "name", "lat", "lon", "aliases") if k in fact}
        size = {k: row[k] * share for k in ("capacity", "output")}
        notes = "; ".join(n for n in (fact.get("note", ""), row["note"]) if n)
        known: Row = (
            {} if share == 1 else {"quality": "assumed", "method": "", "source": _with_ours(row["source"])}
        )
        parts.append(row | own | size | known | {"aggregate": 0, "note": notes})
    if left > 1e-9:
        parts.append(row | {k: row[k] * left for k in ("capacity", "output")})
    return parts


def _with_ours(source: str) -> str:
    """Add our own assumptions to the keys of sources."""
    return ";".join(dict.fromkeys([*source.split(";"), "oreflow"]))


def _assumed(fact: Row) -> str:
    return f"capacity assumes {float(fact['utilisation']):.0%} utilisation; cost is assumed"


def mined(src: Path, common: Common, commodity: str) -> dict[str, float]:
    """Return mine production of 2025 by region, with the USGS's other countries split up.

    Regions below 2 in 10,000 of the world are left out.

    Args:
        src: Folder of the public files.
        common: Shared names.
        commodity: Commodity that mine production is counted in.
    """
    sums = by_region(common, usgs.split_other(src, commodity))
    least = _LEAST_SHARE * sum(sums.values())
    return {r: q for r, q in sums.items() if q >= least}


def apparent_use(src: Path, common: Common, commodity: str, *, scale: float = 1.0) -> dict[str, float]:
    """Return what each region uses of a mined commodity: mining of 2025 plus net imports of 2024.

    Negative results (stocks, errors, goods in other codes) count as zero, and the sum is scaled to what is mined.

    Args:
        src: Folder of the public files.
        common: Shared names.
        commodity: Mined commodity with trade in BACI.
        scale: Factor on the observed trade, where the codes at hand hold only a part of it.

    Returns:
        Region to use, unit/yr.
    """
    supply = mined(src, common, commodity)
    use = dict(supply)
    for (origin, destination), q in content(src, commodity).items():
        use[origin] = use.get(origin, 0.0) - q * scale
        use[destination] = use.get(destination, 0.0) + q * scale
    least = 0.0005 * sum(supply.values())
    kept = {r: q for r, q in use.items() if q > least}
    factor = sum(supply.values()) / sum(kept.values())
    return {r: kept[r] * factor for r in common.regions if r in kept}


def scaled(values: Mapping[str, float], total: float) -> dict[str, float]:
    """Scale figures by one factor so that they sum to a total.

    Args:
        values: Region to figure.
        total: Wanted sum.
    """
    factor = total / sum(values.values())
    return {r: v * factor for r, v in values.items()}
