"""A small world whose names the reader's tests use."""

from __future__ import annotations

from typing import Any

import pytest

from oreflow.atlas import World
from oreflow.news import Reading, read_text


def _plant(plant: str, name: str, process: str, region: str, **more: Any) -> dict[str, Any]:
    return {
        "plant": plant,
        "name": name,
        "process": process,
        "region": region,
        "capacity": 60000,
        "output": 48000,
        "status": "operating",
        **more,
    }


@pytest.fixture(scope="session")
def world() -> World:
    """Three firms with one to two plants each, trade in four commodities, one reserve."""
    commodities = [
        ("lithium_concentrate", "lithium", "concentrate", "t LCE"),
        ("lithium_carbonate", "lithium", "refined", "t LCE"),
        ("lithium_hydroxide", "lithium", "refined", "t LCE"),
        ("cobalt_refined", "cobalt", "refined", "t Co"),
        ("copper_refined", "copper", "refined", "t Cu"),
        ("gallium_primary", "gallium", "refined", "t Ga"),
        ("sodium_cell", "battery", "cell", "GWh"),
        ("ev_battery", "battery", "use", "GWh"),
    ]
    return World.from_rows(
        commodities=[
            {"commodity": c, "name": c.replace("_", " "), "mineral": m, "stage": s, "unit": u}
            for c, m, s, u in commodities
        ],
        regions=[
            {"region": r, "name": n, "members": r}
            for r, n in {
                "CHN": "China",
                "USA": "United States",
                "AUS": "Australia",
                "COD": "DR Congo",
            }.items()
        ],
        firms=[
            {
                "firm": "catl",
                "name": "Contemporary Amperex Technology Co Ltd (CATL)",
                "region": "CHN",
                "ticker": "300750.SZ",
                "aliases": "CATL;Contemporary Amperex Technology;宁德时代",
            },
            {"firm": "albemarle", "name": "Albemarle Corporation", "region": "USA", "ticker": "ALB"},
            {
                "firm": "tianqi",
                "name": "Tianqi Lithium",
                "region": "CHN",
                "ticker": "9696.HK",
                "aliases": "Tianqi",
            },
            {"firm": "covalent", "name": "Covalent Lithium", "region": "AUS"},
        ],
        processes=[
            {
                "process": "lepidolite_mining",
                "name": "x",
                "kind": "extraction",
                "output": "lithium_concentrate",
            },
            {"process": "hydroxide", "name": "x", "kind": "conversion", "output": "lithium_hydroxide"},
        ],
        plants=[
            _plant("jianxiawo", "Jianxiawo", "lepidolite_mining", "CHN", aliases="枧下窝;Jianxiawo mine"),
            _plant("greenbushes", "Greenbushes", "lepidolite_mining", "AUS"),
            _plant("kwinana_tianqi", "Kwinana (Tianqi)", "hydroxide", "AUS"),
            _plant("kwinana_covalent", "Kwinana (Covalent)", "hydroxide", "AUS"),
        ],
        ownership=[
            {"plant": "jianxiawo", "firm": "catl", "share": 1},
            {"plant": "kwinana_tianqi", "firm": "tianqi", "share": 0.51},
            {"plant": "kwinana_covalent", "firm": "covalent", "share": 1},
        ],
        trade=[
            {"commodity": c, "origin": o, "destination": d, "year": 2025, "quantity": 100}
            for c, o, d in [
                ("gallium_primary", "CHN", "USA"),
                ("gallium_primary", "CHN", "AUS"),
                ("cobalt_refined", "COD", "CHN"),
                ("copper_refined", "AUS", "USA"),
                ("lithium_concentrate", "AUS", "CHN"),
            ]
        ],
        stores=[
            {
                "store": "cobalt_reserve_usa",
                "commodity": "cobalt_refined",
                "region": "USA",
                "kind": "reserve",
                "opening": 300,
            }
        ],
        mixes=[
            {
                "use": "ev_battery",
                "region": "CHN",
                "cell": "sodium_cell",
                "share": 0.01,
                "ceiling": 0.1,
                "ramp": 0.01,
                "switch_cost": 5,
            }
        ],
    )


@pytest.fixture(scope="session")
def hear(world: World) -> Any:
    """Read a text with the small world; a date line is put in front unless told otherwise."""

    def read(text: str, *, dated: bool = True) -> Reading:
        return read_text(f"Lithium news\n\n21 November 2025\n\n{text}\n" if dated else text, world)

    return read
