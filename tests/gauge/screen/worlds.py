"""A buyer, its two suppliers, and what each makes of a metal: small enough to clear by hand."""

from __future__ import annotations

from typing import Any

from oreflow.atlas import World
from tests.market.worlds import parameters

USE, OWN, PRICE = 120.0, 84.0, 1000.0
"""What U uses and makes itself, t/yr, and its price, USD/t."""


def buyer(
    *, es: float = 0.2, ed: float = 0.3, governance: dict[str, float] | None = None, **values: float
) -> World:
    """U uses 120 t a year: 84 of its own, 30 from A, 6 from B. A and B are stopped one at a time.

    Without stocks and delays, and with routes that cannot grow, what U gets without A is 90 t at the old price, and
    its curves give the rest in closed form.
    """
    stability = governance or {"A": -2.5, "B": 2.5, "U": 0.0}
    made = {"A": 130.0, "B": 26.0, "U": OWN}
    sent = {"A": 30.0, "B": 6.0}
    return World.from_rows(
        regions=[
            {
                "region": r,
                "name": f"Land {r}",
                "members": r,
                **({"governance": stability[r]} if r in stability else {}),
            }
            for r in made
        ],
        commodities=[
            {
                "commodity": "metal",
                "name": "Metal",
                "mineral": "x",
                "stage": "refined",
                "unit": "t Cu",
                "price_hub": "U",
            }
        ],
        processes=[
            {
                "process": "making",
                "name": "making",
                "kind": "extraction",
                "output": "metal",
                "es_low": es,
                "es_high": es,
            }
        ],
        flows=[{"process": "making", "commodity": "metal", "role": "output", "coefficient": 1}],
        plants=[
            {
                "plant": f"plant_{r.lower()}",
                "name": r,
                "process": "making",
                "region": r,
                "capacity": 20 * q,
                "output": q,
                "cost": 700,
                "status": "operating",
            }
            for r, q in made.items()
        ],
        demands=[
            _demand("U", USE, ed),
            *(_demand(r, made[r] - sent[r], ed) for r in sent),
        ],
        trade=[
            {"commodity": "metal", "origin": r, "destination": "U", "year": 2025, "quantity": q}
            for r, q in sent.items()
        ],
        routes=[
            {"origin": r, "destination": "U", "mode": "sea", "distance": 1000, "freight": 10, "lag": 0}
            for r in sent
        ],
        prices=[{"commodity": "metal", "region": "U", "period": "2025", "value": PRICE, "basis": "x"}],
        parameters=[
            *parameters(
                working_stock_days=1e-6,
                **{"step_target": 1e-5, "step_max": 0.005, "step_widen": 1.0, **values},
            ),
            _range("stop_stable", 0.001, 0.0005, 0.002),
            _range("stop_unstable", 0.04, 0.02, 0.08),
        ],
    )


def _demand(region: str, quantity: float, ed: float) -> dict[str, Any]:
    return {
        "demand": f"use_{region.lower()}",
        "commodity": "metal",
        "region": region,
        "use": "other",
        "quantity": quantity,
        "ed_low": ed,
        "ed_high": ed,
    }


def _range(name: str, value: float, low: float, high: float) -> dict[str, Any]:
    return {"parameter": name, "value": value, "low": low, "high": high, "unit": "1/yr", "description": name}
