"""Tiny worlds whose equilibria are known."""

from __future__ import annotations

from typing import Any

from oreflow.atlas import World
from oreflow.market import examples

PARAMETERS = {
    "discount_rate": 0.08,
    "route_sigma": 20.0,
    "mix_sigma": 20.0,
    "conversion_es": 5.0,
    "convenience_eta": 0.3,
    "terminal_s": 0.35,
    "voll_multiple": 20.0,
    "step_target": 0.0005,
    "step_min": 0.005,
    "step_max": 0.02,
    "step_widen": 1.25,
    "price_ratio_low": 0.3,
    "price_ratio_high": 4.0,
    "tau_months": 6.0,
    "sigma_reported": 0.02,
    "sigma_derived": 0.1,
    "sigma_imputed": 0.2,
    "sigma_assumed": 0.3,
    "ed_outside": 0.05,
    "scrap_sales_growth": 0.0,
    "stock_holding_share": 0.002,
    "working_stock_days": 10.0,
    "new_route_share": 0.02,
    "new_route_premium": 0.05,
    "route_reference": 0.05,
    "qualification_ramp": 0.1,
}


def parameters(**values: float) -> list[dict[str, Any]]:
    """Rows of the table of parameters."""
    merged = {**PARAMETERS, **values}
    return [{"parameter": k, "value": v, "unit": "1", "description": k} for k, v in merged.items()]


def one_node(
    *, es: float = 0.1, ed: float = 0.1, mines: int = 1, stock: float = 0.0, **values: float
) -> World:
    """One good, one place, some mines with equal output of 120 a year in all, one demand of 120 at 1,000 USD/t."""
    return examples.one_node(parameters(**values), es=es, ed=ed, mines=mines, stock=stock)


def two_regions(**values: float) -> World:
    """Ore is mined in A by two mines, shipped for a month, smelted in B with 5 % loss and used there."""
    return World.from_rows(
        regions=[{"region": r, "name": r, "members": r} for r in "ABC"],
        commodities=[
            {
                "commodity": "ore",
                "name": "Ore",
                "mineral": "x",
                "stage": "mine",
                "unit": "t Cu",
                "freight_mass": 3,
                "price_hub": "A",
            },
            {
                "commodity": "metal",
                "name": "Metal",
                "mineral": "x",
                "stage": "refined",
                "unit": "t Cu",
                "price_hub": "B",
            },
        ],
        processes=[
            {
                "process": "mining",
                "name": "mining",
                "kind": "extraction",
                "output": "ore",
                "es_low": 0.2,
                "es_high": 0.4,
            },
            {
                "process": "smelting",
                "name": "smelting",
                "kind": "conversion",
                "output": "metal",
                "es_low": 5,
                "es_high": 5,
            },
        ],
        flows=[
            {"process": "mining", "commodity": "ore", "role": "output", "coefficient": 1},
            {"process": "smelting", "commodity": "metal", "role": "output", "coefficient": 1},
            {"process": "smelting", "commodity": "ore", "role": "input", "coefficient": 1.05},
        ],
        plants=[
            _plant("mine_big", "mining", "A", 100, 150),
            _plant("mine_small", "mining", "A", 50, 80),
            _plant("mine_c", "mining", "C", 10.5, 60),
            _plant("smelter", "smelting", "B", 150, 200),
            _plant("smelter_c", "smelting", "C", 3, 4),
        ],
        trade=[
            {"commodity": "ore", "origin": "A", "destination": "B", "year": 2025, "quantity": 150},
            {"commodity": "ore", "origin": "C", "destination": "B", "year": 2025, "quantity": 7.35},
        ],
        routes=[
            {"origin": "A", "destination": "B", "mode": "sea", "distance": 10000, "freight": 40, "lag": 1},
            {"origin": "C", "destination": "B", "mode": "sea", "distance": 5000, "freight": 20, "lag": 0.4},
            {"origin": "B", "destination": "C", "mode": "sea", "distance": 5000, "freight": 20, "lag": 0.4},
        ],
        demands=[
            _demand("d_b", "metal", "B", 149.9),
            _demand("d_c", "metal", "C", 3),
        ],
        stores=[
            {
                "store": "s_b",
                "commodity": "metal",
                "region": "B",
                "kind": "commercial",
                "opening": 20,
                "holding_cost": 5,
            },
            {
                "store": "reserve_b",
                "commodity": "metal",
                "region": "B",
                "kind": "reserve",
                "opening": 10,
                "capacity": 50,
                "rate_out": 4,
                "rate_in": 2,
                "holding_cost": 0,
            },
        ],
        prices=[
            {"commodity": "ore", "region": "A", "period": "2025", "value": 7000, "basis": "x"},
            {"commodity": "metal", "region": "B", "period": "2025", "value": 9000, "basis": "x"},
        ],
        parameters=parameters(**values),
    )


def _plant(name: str, process: str, region: str, output: float, capacity: float) -> dict[str, Any]:
    return {
        "plant": name,
        "name": name,
        "process": process,
        "region": region,
        "output": output,
        "capacity": capacity,
        "cost": 4000 if process == "mining" else 500,
        "status": "operating",
        "quality": "reported",
    }


def _demand(name: str, commodity: str, region: str, quantity: float) -> dict[str, Any]:
    return {
        "demand": name,
        "commodity": commodity,
        "region": region,
        "use": "other",
        "quantity": quantity,
        "ed_low": 0.1,
        "ed_high": 0.5,
    }


def chemistries(*, switch_cost: float = 10.0, ramp: float = 0.02, ceiling: float = 0.4) -> World:
    """Lithium goes into lfp cells; sodium cells need none. 1,000 GWh a year are used, 98 % of them lfp."""
    return World.from_rows(
        regions=[{"region": "A", "name": "A", "members": "AAA"}],
        commodities=[
            {
                "commodity": "lithium_carbonate",
                "name": "Lithium carbonate",
                "mineral": "lithium",
                "stage": "refined",
                "unit": "t LCE",
                "price_hub": "A",
            },
            *(
                {"commodity": c, "name": c, "mineral": "battery", "stage": s, "unit": "GWh", "price_hub": "A"}
                for c, s in (("lfp_cell", "cell"), ("sodium_cell", "cell"), ("ev_battery", "use"))
            ),
        ],
        processes=[
            {
                "process": p,
                "name": p,
                "kind": k,
                "output": o,
                "es_low": e,
                "es_high": e,
            }
            for p, k, o, e in (
                ("lithium_brine", "extraction", "lithium_carbonate", 0.1),
                ("lfp_cell_making", "conversion", "lfp_cell", 20),
                ("sodium_cell_making", "conversion", "sodium_cell", 20),
            )
        ],
        flows=[
            {
                "process": "lithium_brine",
                "commodity": "lithium_carbonate",
                "role": "output",
                "coefficient": 1,
            },
            {"process": "lfp_cell_making", "commodity": "lfp_cell", "role": "output", "coefficient": 1},
            {
                "process": "lfp_cell_making",
                "commodity": "lithium_carbonate",
                "role": "input",
                "coefficient": 487,
            },
            {"process": "sodium_cell_making", "commodity": "sodium_cell", "role": "output", "coefficient": 1},
        ],
        plants=[
            _plant("brine_a", "lithium_brine", "A", 243_630, 250_000) | {"region": "A"},
            _plant("brine_b", "lithium_brine", "A", 243_630, 250_000),
            _plant("lfp", "lfp_cell_making", "A", 980, 2000),
            _plant("sodium", "sodium_cell_making", "A", 20, 2000),
        ],
        demands=[_demand("ev", "ev_battery", "A", 1000) | {"ed_low": 0.05, "ed_high": 0.05}],
        mixes=[
            {
                "use": "ev_battery",
                "region": "A",
                "cell": cell,
                "share": share,
                "ceiling": top,
                "ramp": pace,
                "switch_cost": cost,
            }
            for cell, share, top, pace, cost in (
                ("lfp_cell", 0.98, 1.0, 0.05, 0.0),
                ("sodium_cell", 0.02, ceiling, ramp, switch_cost),
            )
        ],
        prices=[
            {"commodity": c, "region": "A", "period": "2025", "value": v, "basis": "x"}
            for c, v in (
                ("lithium_carbonate", 10_000),
                ("lfp_cell", 60e6),
                ("sodium_cell", 60e6),
                ("ev_battery", 60e6),
            )
        ],
        parameters=parameters(),
    )
