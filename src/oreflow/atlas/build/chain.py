"""What the modules of the lithium and battery chain share: their assumptions, shares and reported totals."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from oreflow.atlas.build.common import LCE_PER_LI, Common, Row, facts, number, read
from oreflow.atlas.build.derive import Array, distance_prior, great_circle, proportional_fit
from oreflow.errors import DataError, UnknownNameError

TINY = 1e-9
HOME_KM = 100.0
"""Distance that stands for trade inside a region: makers sell at home first."""


@cache
def assumptions() -> dict[str, float]:
    """Return the assumptions of the chain and the shared parameters, key to value."""
    return {
        r["parameter"]: float(r["value"]) for name in ("parameters", "chain_parameters") for r in facts(name)
    }


def assume(name: str) -> float:
    """Return one assumption.

    Args:
        name: Key in ``parameters`` or ``chain_parameters``.

    Raises:
        UnknownNameError: There is no such assumption.
    """
    values = assumptions()
    if name not in values:
        raise UnknownNameError("assumption", name, values, where="facts/chain_parameters.csv")
    return values[name]


def shares(what: str, *, rest: str = "") -> dict[str, float]:
    """Return shares by region, the remainder given to one region.

    Args:
        what: Key in ``chain_shares``.
        rest: Region that gets what is left to one; empty when the shares must sum to one.

    Returns:
        Region to share.

    Raises:
        DataError: The shares do not sum to one.
    """
    out = {r["region"]: float(r["share"]) for r in facts("chain_shares") if r["what"] == what}
    if rest:
        out[rest] = out.get(rest, 0.0) + 1.0 - sum(out.values())
    if abs(sum(out.values()) - 1.0) > 1e-6 or min(out.values()) < 0:
        raise DataError(
            f"facts/chain_shares.csv: shares of {what!r} sum to {sum(out.values()):.4f}, not to 1."
        )
    return out


def mined_lithium(common: Common, year: int = 2025) -> dict[str, float]:
    """Return mine production by country as USGS reports it.

    Args:
        common: Shared names and the folder of the public files.
        year: 2024 or 2025.

    Returns:
        ISO-3 code to t LCE a year; ``WLD`` for the world without the United States. Countries that are withheld
        are left out.
    """
    out: dict[str, float] = {}
    for r in read(common.src / "usgs_mcs" / "mcs2026_world_selected.csv"):
        if r["Commodity"] == "Lithium" and r["Statistics"] == "Production" and int(r["Year"]) == year:
            value = number(r["Value"], where=f"MCS 2026 lithium {r['Country']} {year}")
            if value:
                code = "WLD" if r["Country"].startswith("World") else common.iso3(r["Country"])
                out[code] = value * LCE_PER_LI
    return out


def iea_lithium(src: Path, stage: str) -> dict[str, float]:
    """Return the IEA's lithium supply of 2024.

    Args:
        src: Folder of the public files.
        stage: ``mining`` or ``refining``.

    Returns:
        The IEA's name of the country or group to t LCE a year.
    """
    rows = read(src / "iea_critical_minerals" / "iea_supply_by_country_2024_2040.csv")
    return {
        r["country"]: float(r["kt"]) * 1000 * LCE_PER_LI
        for r in rows
        if r["mineral"] == "Lithium" and r["stage"] == stage and r["year"] == "2024"
    }


def aggregate_plant(
    process: str, region: str, name: str, *, output: float, utilisation: float, cost: float, **extra: Any
) -> Row:
    """Return the row of a plant that stands for all plants of a process in a region.

    Args:
        process: Process key.
        region: Region key.
        name: Name in plain words.
        output: Main output in 2025, unit/yr.
        utilisation: Output over capacity.
        cost: Cash cost, USD/unit.
        **extra: Further columns (source, vintage, quality, method, note).
    """
    return {
        "plant": f"{process}_{region.lower()}",
        "name": name,
        "process": process,
        "region": region,
        "aggregate": 1,
        "capacity": output / utilisation,
        "output": output,
        "cost": cost,
        "status": "operating",
        **extra,
    }


def centres() -> dict[str, tuple[float, float]]:
    """Return region to latitude and longitude of its marker, degrees."""
    return {r["region"]: (float(r["lat"]), float(r["lon"])) for r in facts("regions")}


def regional_prior(regions: list[str]) -> Array:
    """Return the distance prior of trade among regions, shape (n, n).

    Args:
        regions: Region keys in the order of rows and columns.
    """
    place = centres()
    lat = np.array([place[r][0] for r in regions])
    lon = np.array([place[r][1] for r in regions])
    return distance_prior(great_circle(lat, lon), home=HOME_KM)


def fitted_flows(
    regions: list[str],
    supply: Mapping[str, float],
    use: Mapping[str, float],
    prior: Array,
    *,
    least: float = 0.01,
) -> Array:
    """Fit flows and drop the ones that matter to neither end.

    Args:
        regions: Region keys in the order of rows and columns.
        supply: Region to what it makes, unit/yr.
        use: Region to what it uses, unit/yr; scaled to world supply.
        prior: Weights, shape (n, n).
        least: Flows below this share of both the origin's supply and the destination's use are dropped and the
            rest fitted again.

    Returns:
        Flows from row to column, unit/yr, the diagonal being what stays at home.
    """
    s = np.array([supply.get(r, 0.0) for r in regions])
    u = np.array([use.get(r, 0.0) for r in regions])
    flows = proportional_fit(prior, s, u)
    target = np.maximum(flows.sum(axis=0), TINY)
    keep = (flows >= least * target[None, :]) | (flows >= 2 * least * np.maximum(s, TINY)[:, None])
    try:
        return proportional_fit(np.where(keep, prior, 0.0), s, u)
    except DataError:
        return flows


def trade_rows(commodity: str, regions: list[str], flows: Array, year: int, **provenance: str) -> list[Row]:
    """Return a table of flows as rows of trade, without what stays at home.

    Args:
        commodity: Commodity key.
        regions: Region keys of rows and columns.
        flows: Flows, unit/yr, shape (n, n).
        year: Calendar year.
        **provenance: Source, vintage, quality, method, note.
    """
    return [
        {
            "commodity": commodity,
            "origin": a,
            "destination": b,
            "year": year,
            "quantity": float(flows[i, j]),
            **provenance,
        }
        for i, a in enumerate(regions)
        for j, b in enumerate(regions)
        if i != j and flows[i, j] > 0
    ]
