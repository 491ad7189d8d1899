"""A tiny world whose outlook is computed by hand."""

import pandas as pd
import pytest

from oreflow.atlas import World, bundled

STEADY = {"outlook_sodium_ev_2040": 0.0, "outlook_sodium_stationary_2040": 0.0, "outlook_thrift": 0.0}
"""Assumptions that are switched off, so that what is left can be computed on paper."""


def _parameters() -> list[dict]:
    table = bundled().parameters
    rows = table[["parameter", "value", "low", "high", "unit", "description"]].to_dict("records")
    for r in rows:
        if r["parameter"] in STEADY:
            r.update(value=0.0, low=0.0, high=0.0)
    return rows


def _outlook() -> list[dict]:
    paths = {
        ("copper_refined", "electric_vehicles"): (100, 200, 300, 400),
        ("copper_refined", "stationary_storage"): (50, 50, 50, 50),
        ("lithium_carbonate", "other_uses"): (10, 10, 10, 10),
    }
    return [
        {
            "commodity": c,
            "measure": "demand",
            "stage": stage,
            "country": "WLD",
            "scenario": "base" if year == 2024 else "STEPS",
            "year": year,
            "quantity": float(q),
        }
        for (c, stage), path in paths.items()
        for year, q in zip((2024, 2030, 2035, 2040), path, strict=True)
    ]


@pytest.fixture(scope="session")
def tiny() -> World:
    """One region: an electric car, a brine, a project, and other uses of lithium."""

    def good(name: str, mineral: str, stage: str, unit: str) -> dict:
        return {"commodity": name, "name": name, "mineral": mineral, "stage": stage, "unit": unit}

    return World.from_rows(
        regions=[{"region": "A", "name": "Aland", "members": "AAA", "blocs": "allied"}],
        commodities=[
            good("lithium_carbonate", "lithium", "refined", "t LCE"),
            good("lithium_hydroxide", "lithium", "refined", "t LCE"),
            good("lithium_concentrate", "lithium", "concentrate", "t LCE"),
            good("copper_refined", "copper", "refined", "t Cu"),
            good("ev_battery", "battery", "use", "GWh"),
            good("lfp_cell", "battery", "cell", "GWh"),
            good("nmc_cell", "battery", "cell", "GWh"),
        ],
        processes=[
            {
                "process": "lithium_brine",
                "name": "Brine",
                "kind": "extraction",
                "output": "lithium_carbonate",
                "es_lr": 2.5,
            },
            {
                "process": "spodumene_mining",
                "name": "Ore",
                "kind": "extraction",
                "output": "lithium_concentrate",
                "es_lr": 2.5,
            },
            {
                "process": "lithium_carbonate_conversion",
                "name": "Conversion",
                "kind": "conversion",
                "output": "lithium_carbonate",
            },
        ],
        flows=[
            {
                "process": "lithium_brine",
                "commodity": "lithium_carbonate",
                "role": "output",
                "coefficient": 1.0,
            },
            {
                "process": "spodumene_mining",
                "commodity": "lithium_concentrate",
                "role": "output",
                "coefficient": 1.0,
            },
            {
                "process": "lithium_carbonate_conversion",
                "commodity": "lithium_concentrate",
                "role": "input",
                "coefficient": 1.25,
            },
            {
                "process": "lithium_carbonate_conversion",
                "commodity": "lithium_carbonate",
                "role": "output",
                "coefficient": 1.0,
            },
        ],
        plants=[
            {
                "plant": "brine",
                "name": "Brine",
                "process": "lithium_brine",
                "region": "A",
                "capacity": 300.0,
                "output": 300.0,
                "status": "operating",
            },
            {
                "plant": "ore",
                "name": "Ore",
                "process": "spodumene_mining",
                "region": "A",
                "capacity": 250.0,
                "output": 250.0,
                "status": "operating",
            },
            {
                "plant": "works",
                "name": "Works",
                "process": "lithium_carbonate_conversion",
                "region": "A",
                "capacity": 160.0,
                "output": 120.0,
                "status": "operating",
            },
        ],
        demands=[
            {
                "demand": "cars",
                "commodity": "ev_battery",
                "region": "A",
                "use": "ev",
                "quantity": 1.0,
                "ed_low": 0.1,
                "ed_high": 0.1,
                "ed_lr": 0.5,
            },
            {
                "demand": "glass",
                "commodity": "lithium_carbonate",
                "region": "A",
                "use": "glass",
                "quantity": 1000.0,
                "ed_low": 0.1,
                "ed_high": 0.1,
                "ed_lr": 0.5,
            },
            {
                "demand": "hoard",
                "commodity": "lithium_carbonate",
                "region": "A",
                "use": "stock building",
                "quantity": 77.0,
                "ed_low": 0.1,
                "ed_high": 0.1,
            },
        ],
        mixes=[
            {
                "use": "ev_battery",
                "region": "A",
                "cell": c,
                "share": 0.5,
                "ceiling": 1.0,
                "ramp": 0.1,
                "switch_cost": 1.0,
            }
            for c in ("lfp_cell", "nmc_cell")
        ],
        intensities=[
            {"chemistry": "LFP", "commodity": "lithium_carbonate", "family": "lfp_cell", "quantity": 500.0},
            {
                "chemistry": "NMC 811",
                "commodity": "lithium_carbonate",
                "family": "nmc_cell",
                "quantity": 600.0,
            },
        ],
        chemistry_shares=[
            {"scenario": "LFP", "chemistry": c, "year": y, "share": s}
            for y, lfp in ((2015, 0.5), (2025, 0.5), (2040, 0.8))
            for c, s in (("LFP", lfp), ("NMC 811", 1 - lfp))
        ],
        sales=[
            {
                "product": "ev_car",
                "region": "A",
                "scenario": "history",
                "year": 2024,
                "units": 10.0,
                "energy": 1.0,
            },
            {
                "product": "ev_car",
                "region": "A",
                "scenario": "STEPS",
                "year": 2030,
                "units": 20.0,
                "energy": 4.0,
            },
        ],
        recycling=[
            {
                "commodity": "lithium_carbonate",
                "region": "A",
                "lifetime": 12.0,
                "shape": 2.5,
                "collection": 0.5,
                "recovery": 0.8,
            }
        ],
        projects=[
            {
                "project": "lake",
                "name": "Lake",
                "process": "lithium_brine",
                "region": "A",
                "capacity": 1000.0,
                "capacity_low": 800.0,
                "capacity_high": 1300.0,
                "development": "evaluation",
                "start": 2027,
                "growth_years": 2.0,
            }
        ],
        levers=[
            {
                "lever": "cars_halved",
                "driver": "ev_sales",
                "value": 0.5,
                "low": 0.4,
                "high": 0.6,
                "unit": "1",
                "start": 2028,
                "description": "Half the cars",
            },
            {
                "lever": "floor",
                "driver": "odds_lift",
                "value": 0.3,
                "low": 0.1,
                "high": 0.5,
                "unit": "1",
                "start": 2026,
                "description": "A floor",
            },
            {
                "lever": "elsewhere",
                "driver": "tariff",
                "mineral": "copper",
                "value": 0.3,
                "low": 0.1,
                "high": 0.5,
                "unit": "1",
                "start": 2026,
                "description": "Copper",
            },
        ],
        outlook=_outlook(),
        parameters=_parameters(),
        claims=[],
    )


def with_parameter(world: World, name: str, value: float) -> World:
    """Return a world with one assumption set, its ends with it."""
    table = world.parameters
    rows = table["parameter"] == name
    assert rows.any(), name
    new = pd.DataFrame(table)
    new.loc[rows, ["value", "low", "high"]] = value
    return world.with_(parameters=new)
