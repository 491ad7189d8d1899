"""Lithium mines and brines by plant, their output scaled to what USGS reports for the country."""

from __future__ import annotations

from datetime import date

import numpy as np

from oreflow.atlas.build.chain import assume, mined_lithium
from oreflow.atlas.build.common import LCE_PER_LI, LCE_PER_LI2O, Common, Row, facts, read
from oreflow.atlas.build.derive import scale_to_total
from oreflow.errors import DataError

HALTED = "jianxiawo"
_DIRECT = "lithium_brine"
_METHOD = {"derived": "mines", "imputed": "mines"}


def recovery() -> float:
    """Return LCE in the chemical over LCE in the concentrate used, from 8 t of 6 % Li2O a tonne of LCE."""
    return 1.0 / (assume("spodumene_per_lce") * 0.06 * LCE_PER_LI2O)


def mines(common: Common) -> list[Row]:
    """Return the plants that mine lithium or pump it.

    Base output is 2025 as if no mine had been halted. A plant's rate (an open figure where there is one, else
    the deposit file's for 2025) is scaled by one factor a country so that the country's sum is what USGS
    reports for 2025; plants marked fixed keep theirs. China's total is raised by what Jianxiawo lost after its
    licence ended.

    Args:
        common: Shared names and the folder of the public files.

    Returns:
        Rows of ``plants``.

    Raises:
        DataError: A plant names a deposit that the file does not have, or has no rate at all.
    """
    deposits = {r["Deposit_Name"]: r for r in read(common.src / "uc_davis_ev_minerals" / "Deposit.csv")}
    listed = facts("lithium_plants")
    for r in listed:
        if "deposit" in r and r["deposit"] not in deposits:
            raise DataError(
                f"facts/lithium_plants.csv, {r['plant']}: no deposit {r['deposit']!r} in Deposit.csv."
            )
        if r["plant"] == HALTED:
            r.update(_from_claims())
    first = {r["plant"]: _rate(r, deposits) for r in listed}
    output = _scaled(listed, first, mined_lithium(common))
    return [_row(r, deposits, first[r["plant"]], output[r["plant"]], common) for r in listed]


def claimed_range(subject: str, attribute: str) -> tuple[float, float]:
    """Return the lowest and highest of the claims that the atlas uses.

    Args:
        subject: Key of the row the claims are about.
        attribute: Attribute they speak of.

    Raises:
        DataError: No used claim states a number.
    """
    figures = [
        float(r[k])
        for r in facts("lithium_claims")
        if r["subject"] == subject and r["attribute"] == attribute and r["used"] == "1"
        for k in ("value", "low", "high")
        if k in r
    ]
    if not figures:
        raise DataError(
            f"facts/lithium_claims.csv: no used claim on {attribute} of {subject} states a number."
        )
    return min(figures), max(figures)


def _from_claims() -> Row:
    """Jianxiawo's figures: the middle of the range claimed, and its end as capacity; cost less tax, in USD."""
    low, high = claimed_range(HALTED, "output")
    cheap, dear = claimed_range(HALTED, "cost of carbonate")
    return {
        "output": str((low + high) / 2),
        "capacity": str(high),
        "cost": str((cheap + dear) / 2 / (1 + assume("vat_china")) / assume("cny_per_usd")),
        "method": "claimed_range",
    }


def halted_share(expiry: str) -> float:
    """Return the share of the year 2025 after a permit's last day.

    Args:
        expiry: ISO date in 2025.
    """
    return (date(2025, 12, 31) - date.fromisoformat(expiry)).days / 365.0


def _concentrate(tonnes: str, row: Row) -> float:
    return float(tonnes) * float(row["grade"]) / 100 * LCE_PER_LI2O


def _rate(row: Row, deposits: dict[str, Row]) -> float:
    """Rate before scaling, t LCE a year."""
    if "output" in row:
        return float(row["output"])
    if "output_concentrate" in row:
        return _concentrate(row["output_concentrate"], row)
    if "deposit" in row:
        return float(deposits[row["deposit"]]["prod_rate2025"]) * 1000 * LCE_PER_LI
    raise DataError(f"facts/lithium_plants.csv, {row['plant']}: give an output or a deposit of Deposit.csv.")


def _scaled(listed: list[Row], first: dict[str, float], reported: dict[str, float]) -> dict[str, float]:
    halted = next(r for r in listed if r["plant"] == HALTED)
    lost = first[HALTED] * halted_share(halted["permit_expiry"])
    out = {r["plant"]: first[r["plant"]] for r in listed}
    for country in sorted({r["country"] for r in listed}):
        free = [r["plant"] for r in listed if r["country"] == country and r["fixed"] == "0"]
        fixed = sum(first[r["plant"]] for r in listed if r["country"] == country and r["fixed"] == "1")
        total = reported.get(country, 0.0) + (lost if country == "CHN" else 0.0)
        if free and sum(first[p] for p in free) > 0:
            if total <= fixed:
                raise DataError(
                    f"lithium in {country}: fixed plants make {fixed:.0f} t LCE, USGS has {total:.0f} t."
                )
            new = scale_to_total(np.array([first[p] for p in free]), total - fixed)
            out.update(zip(free, new.tolist(), strict=True))
    return out


def _row(r: Row, deposits: dict[str, Row], first: float, output: float, common: Common) -> Row:
    deposit = deposits.get(r.get("deposit", ""))
    scaled = output != first
    note = r.get("note", "")
    if scaled:
        note = f"{note}; rate of {first:.0f} t LCE before scaling to the country's total".lstrip("; ")
    return {
        "plant": r["plant"],
        "name": r["name"],
        "process": r["process"],
        "region": common.region(r["country"]),
        "lat": r.get("lat") or (deposit["Latitude"] if deposit else ""),
        "lon": r.get("lon") or (deposit["Longitude"] if deposit else ""),
        "aggregate": 0,
        "capacity": _capacity(r, output),
        "output": output,
        "cost": _cost(r, deposit),
        "status": r["status"],
        "permit_kind": r.get("permit_kind", ""),
        "permit_expiry": r.get("permit_expiry", ""),
        "permit_state": r.get("permit_state", ""),
        "aliases": r.get("aliases", ""),
        "source": f"{r['source']};usgs_mcs_2026" if scaled else r["source"],
        "vintage": "2025",
        "quality": "derived" if scaled else r["quality"],
        "method": "scale_to_total" if scaled else r.get("method") or _METHOD.get(r["quality"], ""),
        "note": note,
    }


def _capacity(r: Row, output: float) -> float:
    """Nameplate where known, never below what is made; else output over the usual utilisation; 0 if unbuilt."""
    if r["status"] in {"construction", "project"}:
        return 0.0
    if "capacity" in r:
        known = float(r["capacity"])
    elif "capacity_concentrate" in r:
        known = _concentrate(r["capacity_concentrate"], r)
    else:
        known = output / assume("lithium_nameplate_use")
    return max(known, output)


def _cost(r: Row, deposit: Row | None) -> float | str:
    """Cash cost of the plant's own output, USD/t LCE.

    Costs in the sources are a tonne of LCE as a chemical, conversion included. What a mine of ore bears is that
    less the conversion, times the recovery.
    """
    if "cost" in r:
        whole = float(r["cost"])
    elif deposit is not None and deposit["cost1_noTax"] not in {"", "NA"}:
        whole = float(deposit["cost1_noTax"]) / LCE_PER_LI
    else:
        return ""
    if r["process"] == _DIRECT:
        return whole
    convert = assume(
        "lepidolite_conversion_cost" if r["process"] == "lepidolite_mining" else "lithium_conversion_cost"
    )
    return (whole - convert) * recovery()
