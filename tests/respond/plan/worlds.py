"""Tiny worlds with measures."""

from __future__ import annotations

from typing import Any

import pandas as pd

from oreflow.atlas import World
from tests.market.worlds import one_node, two_regions


def measure(name: str, **given: Any) -> dict[str, Any]:
    """A row of the table of measures: a stock of metal in A unless told otherwise."""
    row: dict[str, Any] = {
        "measure": name, "name": f"Do {name}", "kind": "reserve", "who": "us", "region": "A", "firm": "",
        "commodity": "metal", "table": "stores", "row": "metal@A", "attribute": "opening", "unit": "t Cu",
        "effect": 1.0,
        "most": 100.0, "lot": None, "capital": 0.0, "capital_low": None, "capital_high": None, "life": None,
        "running": 0.0, "running_low": None, "running_high": None, "use_cost": None, "earns": False, "lead": 0.0,
        "lead_low": None, "lead_high": None, "drawdown": 1.0, "hangs_on": "nothing", "source": "example",
        "vintage": "", "quality": "assumed", "method": "", "note": "",
    }  # fmt: skip
    row.update(given)
    if row["table"] != "stores":
        row["drawdown"] = None
        row["attribute"] = {"plants": "capacity", "trade": "limit", "mixes": "ceiling"}[row["table"]]
        row["unit"] = "t Cu/yr"
    return row


def with_measures(world: World, *rows: dict[str, Any]) -> World:
    """A world with measures."""
    return world.with_(measures=pd.DataFrame(list(rows)))


def island(*rows: dict[str, Any], stock: float = 0.0) -> World:
    """One good at one place, two mines of 60 t a year, 120 t used at 1,000 USD/t, elasticities of 0.1, fine steps."""
    world = one_node(es=0.1, ed=0.1, mines=2, stock=stock, step_widen=1.0, price_ratio_high=20.0)
    return with_measures(world, *rows)


def chain(*rows: dict[str, Any]) -> World:
    """Ore of A smelted and used in B."""
    return with_measures(two_regions(), *rows)
