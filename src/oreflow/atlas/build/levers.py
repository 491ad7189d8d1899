"""Policies that move the outlook, with the size of what they move."""

from __future__ import annotations

from pathlib import Path

from oreflow.atlas.build.common import Common, Row, Tables, facts
from oreflow.atlas.build.parameters import parameters

_CREDIT = "ev_credit_ended"


def tables(src: Path, common: Common) -> Tables:
    """Return the rows of ``levers``; the effect of the credit follows from its size, the price and the elasticity.

    Args:
        src: Folder of the public files.
        common: Shared names.
    """
    rows: list[Row] = [{"vintage": "2025", **r} for r in facts("levers")]
    ranges = {r["parameter"]: r for r in facts("parameters")}
    p = parameters()
    for row in rows:
        if row["lever"] == _CREDIT:
            low, high = (float(ranges["ev_price_elasticity"][k]) for k in ("high", "low"))
            credit, price = p["ev_credit_usd"], p["ev_price_usa"]
            row["value"] = left_without_credit(credit, price, p["ev_price_elasticity"])
            row["low"] = left_without_credit(credit, price, low)
            row["high"] = left_without_credit(float(ranges["ev_credit_usd"]["low"]), price, high)
    return {"levers": rows}


def left_without_credit(credit: float, price: float, elasticity: float) -> float:
    """Return what remains of the cars bought when a credit ends.

    Args:
        credit: Credit, USD a vehicle.
        price: Price before the credit, USD a vehicle.
        elasticity: Absolute price elasticity of demand.

    Returns:
        (price / (price - credit)) to the power of minus the elasticity.
    """
    return float((price / (price - credit)) ** -elasticity)
