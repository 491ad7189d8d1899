"""Commercial stocks and government reserves: reported where the USGS prints them, else days of use."""

from __future__ import annotations

from pathlib import Path

from oreflow.atlas.build.common import Common, Row, Tables, facts
from oreflow.atlas.build.minerals_balance import supply_and_use
from oreflow.atlas.build.parameters import parameters
from oreflow.atlas.build.salient import UNITS
from oreflow.atlas.build.salient import tables as salient_tables

ORDER = 70
_LEAST_NODE = 0.012


def complete(src: Path, common: Common, rows: Tables) -> Tables:
    """Return the rows of ``stores`` for the commodities of ``facts/stores.csv``.

    Commercial stocks stand at every node that uses over 1.2 % of the world. Those of the United States are the
    USGS's at the end of 2024 where it prints them; the others are the days of use of ``facts/stores.csv``.
    Reserves are days of use, assumed, for national stockpile levels are not open.

    Args:
        src: Folder of the public files.
        common: Shared names.
        rows: Rows of all other modules.
    """
    _, used = supply_and_use(rows)
    for d in rows["demands"]:
        node = used.setdefault(d["commodity"], {})
        node[d["region"]] = node.get(d["region"], 0.0) + float(d["quantity"])
    price = {p["commodity"]: float(p["value"]) for p in rows["prices"] if _is_base(p, rows)}
    holding = parameters()["stock_holding_share"]
    reported = _reported(src, common)
    out: list[Row] = []
    for fact in facts("stores"):
        commodity, use = fact["commodity"], used.get(fact["commodity"], {})
        world = sum(use.values())
        for region in common.regions:
            q = use.get(region, 0.0)
            reserve = fact["kind"] == "reserve"
            if reserve and region != fact.get("region"):
                continue
            if q <= 0 or (not reserve and q < _LEAST_NODE * world and (commodity, region) not in reported):
                continue
            known = None if reserve else reported.get((commodity, region))
            out.append(_store(fact, region, q, known, holding * price.get(commodity, 0.0)))
    return {"stores": out}


def _store(fact: Row, region: str, use: float, known: float | None, cost: float) -> Row:
    reserve = fact["kind"] == "reserve"
    opening = use * float(fact["days"]) / 365 if known is None else known
    row: Row = {
        "store": f"{fact['commodity']}_{fact['kind']}_{region.lower()}",
        "commodity": fact["commodity"],
        "region": region,
        "kind": fact["kind"],
        "opening": opening,
        "holding_cost": cost,
        "source": "oreflow" if known is None else "usgs_mcs_2026",
        "vintage": "2025" if known is None else "MCS 2026, end of 2024",
        "quality": "assumed" if known is None else "reported",
        "note": f"{fact['days']} days of use; {fact.get('note', '')}".rstrip("; ") if known is None else "",
    }
    if reserve:
        row |= {"capacity": 3 * opening, "rate_in": opening / 6, "rate_out": opening / 3}
    return row


def _is_base(p: Row, rows: Tables) -> bool:
    hub = {c["commodity"]: c.get("price_hub", "") for c in rows["commodities"]}
    return bool(p["period"] == "2025" and p["region"] == hub.get(p["commodity"]))


def _reported(src: Path, common: Common) -> dict[tuple[str, str], float]:
    """Return US stocks at the end of 2024 in the balance unit, series of one commodity added up."""
    wanted = {r["detail"]: r["commodity"] for r in facts("us_stocks")}
    out: dict[tuple[str, str], float] = {}
    for r in salient_tables(src, common)["salient"]:
        if r["statistic"] == "stocks" and r["year"] == 2024 and wanted.get(r["detail"]) == r["commodity"]:
            key = (r["commodity"], "USA")
            out[key] = out.get(key, 0.0) + r["value"] * UNITS[r["unit"]]
    return out
