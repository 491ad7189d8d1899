"""Prices: monthly from the World Bank, yearly from the USGS, and the base of 2025 at each commodity's hub."""

from __future__ import annotations

from pathlib import Path

from oreflow.atlas.build.common import Common, Row, Tables, facts, number, read
from oreflow.atlas.build.parameters import parameters

_MONTHLY = {
    "Copper": ("copper_refined", "EUR", "LME grade A, cash"),
    "Nickel": ("nickel_refined", "EUR", "LME cash"),
    "Zinc": ("zinc_refined", "EUR", "LME special high grade, cash"),
    "Phosphate rock": ("phosphate_rock", "MAR", "f.o.b. Casablanca"),
}
_FIRST_MONTH = "1990-01"


def tables(src: Path, common: Common) -> Tables:
    """Return the rows of ``prices`` for all minerals but lithium and batteries (and the USGS's lithium price).

    Args:
        src: Folder of the public files.
        common: Shared names.
    """
    rows = [*_monthly(src), *_yearly(src), *facts("prices")]
    base = {r["commodity"]: float(r["value"]) for r in rows if r["period"] == "2025" and not _foreign(r)}
    return {"prices": rows + _payable(base)}


def _monthly(src: Path) -> list[Row]:
    rows = []
    for r in read(src / "prices" / "worldbank_pinksheet_monthly_selected.csv"):
        if r["commodity"] in _MONTHLY and r["month"] >= _FIRST_MONTH and r["price"]:
            commodity, region, basis = _MONTHLY[r["commodity"]]
            rows.append(
                {
                    "commodity": commodity,
                    "region": region,
                    "period": r["month"],
                    "value": float(r["price"]),
                    "basis": basis,
                    "source": "worldbank_pink_sheet",
                    "vintage": "monthly",
                    "quality": "reported",
                }
            )
    return rows


def _yearly(src: Path) -> list[Row]:
    """Return the USGS's yearly prices in USD a balance unit; an asterisk in the facts marks years kept."""
    wanted = {r["detail"]: r for r in facts("price_series")}
    rows = []
    for i, r in enumerate(read(src / "usgs_mcs" / "mcs2026_us_salient_selected.csv")):
        fact = wanted.get(r["Statistics_detail"].strip())
        if r["Statistics"] != "Price" or fact is None or r["MCS chapter"] != fact["chapter"]:
            continue
        if int(r["Year"]) > int(fact.get("last", 2025)):
            continue
        value = number(r["Value"], where=f"mcs2026_us_salient_selected.csv, row {i + 2}")
        if value is not None:
            factor = float(fact["factor"])
            rows.append(
                {
                    "commodity": fact["commodity"],
                    "region": fact["region"],
                    "period": r["Year"],
                    "value": value * factor,
                    "basis": fact["basis"],
                    "source": "usgs_mcs_2026",
                    "vintage": "MCS 2026",
                    "quality": "reported" if factor == 1 else "derived",
                    "method": "" if factor == 1 else "prices.tables",
                    "note": fact.get("note", ""),
                }
            )
    return rows


def _payable(base: dict[str, float]) -> list[Row]:
    """Return base prices of concentrates and intermediates: a share of the refined price."""
    assumed, rows = parameters(), []
    for fact in facts("payable"):
        content = float(fact.get("content", 1))
        rows.append(
            {
                "commodity": fact["commodity"],
                "region": fact["region"],
                "period": "2025",
                "value": base[fact["of"]] * assumed[fact["parameter"]] * content,
                "basis": f"{fact['parameter']} x price of {fact['of']}",
                "source": "oreflow",
                "vintage": "2025",
                "quality": "derived",
                "method": "prices.tables",
                "note": fact.get("note", ""),
            }
        )
    return rows


def _foreign(row: Row) -> bool:
    """Whether a row is a second quotation beside the hub's."""
    hub = {c["commodity"]: c.get("price_hub") for c in facts("commodities")}
    return bool(hub[row["commodity"]] != row["region"])
