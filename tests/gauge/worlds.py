"""Tiny chains for the tests of the gauges."""

from __future__ import annotations

from typing import Any

from oreflow.atlas import World

Row = dict[str, Any]


def chain_world(
    *,
    goods: dict[str, tuple[str, str]],
    processes: dict[str, tuple[str, dict[str, float]]],
    plants: dict[str, tuple[str, str, float, float]],
    unit: str = "t Cu",
    **tables: list[Row],
) -> World:
    """Build a world of one or more chains.

    Args:
        goods: Commodity to (mineral, stage).
        processes: Process to (kind, commodity to coefficient; inputs negative, the main output first).
        plants: Plant to (process, region, capacity, output).
        unit: Balance unit of every commodity.
        **tables: Further tables.
    """
    regions = sorted({p[1] for p in plants.values()} | {"ZZZ"})
    return World.from_rows(
        commodities=[
            {"commodity": c, "name": c, "mineral": m, "stage": s, "unit": unit} for c, (m, s) in goods.items()
        ],
        regions=[{"region": r, "name": r, "members": r} for r in regions],
        processes=[
            {"process": p, "name": p, "kind": kind, "output": next(iter(io))} for p, (kind, io) in processes.items()
        ],
        flows=[
            {"process": p, "commodity": c, "role": "output" if k > 0 else "input", "coefficient": abs(k)}
            for p, (_, io) in processes.items()
            for c, k in io.items()
        ],
        plants=[
            {
                "plant": name, "name": name, "process": p, "region": r, "capacity": k, "output": q,
                "status": "operating",
            }
            for name, (p, r, k, q) in plants.items()
        ],
        **tables,
    )  # fmt: skip


COPPER: dict[str, Any] = {
    "goods": {"copper_concentrate": ("copper", "concentrate"), "copper_refined": ("copper", "refined")},
    "processes": {
        "copper_mining": ("extraction", {"copper_concentrate": 1.0}),
        "copper_leaching": ("extraction", {"copper_refined": 1.0}),
        "copper_smelting": ("conversion", {"copper_refined": 1.0, "copper_concentrate": -1 / 0.975}),
    },
}


def us_copper(smelting: float, mining: float = 640.0, leaching: float = 420.0) -> World:
    """Copper of the United States, kt: about 1,060 mined, of which about 420 are leached and electrowon."""
    plants = {
        "mines": ("copper_mining", "USA", mining, mining),
        "leaching": ("copper_leaching", "USA", leaching, leaching),
        "smelters": ("copper_smelting", "USA", smelting, 0.9 * smelting),
    }
    return chain_world(**COPPER, plants=plants)


def china_lithium() -> World:
    """Lithium of China, kt LCE: lepidolite, spodumene and brine against far larger conversion."""
    return chain_world(
        unit="t LCE",
        goods={
            "lithium_concentrate": ("lithium", "concentrate"),
            "lithium_carbonate": ("lithium", "refined"),
            "lithium_hydroxide": ("lithium", "refined"),
            "lfp_cathode": ("battery", "component"),
        },
        processes={
            "spodumene_mining": ("extraction", {"lithium_concentrate": 1.0}),
            "lepidolite_mining": ("extraction", {"lithium_concentrate": 1.0}),
            "lithium_brine": ("extraction", {"lithium_carbonate": 1.0}),
            "lithium_carbonate_conversion": (
                "conversion",
                {"lithium_carbonate": 1.0, "lithium_concentrate": -1.1},
            ),
            "lithium_hydroxide_conversion": (
                "conversion",
                {"lithium_hydroxide": 1.0, "lithium_concentrate": -1.1},
            ),
            "carbonate_to_hydroxide": ("conversion", {"lithium_hydroxide": 1.0, "lithium_carbonate": -1.05}),
            "lfp_cathode_making": ("conversion", {"lfp_cathode": 1.0, "lithium_carbonate": -0.24}),
        },
        plants={
            "jianxiawo": ("lepidolite_mining", "CHN", 46.0, 46.0),
            "yichun": ("lepidolite_mining", "CHN", 110.0, 100.0),
            "sichuan": ("spodumene_mining", "CHN", 70.0, 60.0),
            "qinghai": ("lithium_brine", "CHN", 130.0, 115.0),
            "carbonate": ("lithium_carbonate_conversion", "CHN", 700.0, 450.0),
            "hydroxide": ("lithium_hydroxide_conversion", "CHN", 500.0, 260.0),
            "rework": ("carbonate_to_hydroxide", "CHN", 50.0, 20.0),
            "greenbushes": ("spodumene_mining", "AUS", 200.0, 180.0),
            "cathode": ("lfp_cathode_making", "CHN", 3000.0, 2500.0),
        },
    )
