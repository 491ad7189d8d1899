"""Scarcity rent and utilisation by stage, from the market's duals.

A plant's capacity rent is what one more unit of its capacity would earn: the dual of its capacity, USD per unit. Rent
on mines includes Ricardian rent, which a mine earns by being cheaper than the marginal one, so a high rent there is no
evidence that mining is the bottleneck. It is reported beside the throughput bottleneck (`oreflow.gauge.bottleneck`),
never instead of it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from oreflow.atlas.world import World
from oreflow.errors import UnknownNameError
from oreflow.gauge.chain import Chain, chain
from oreflow.gauge.window import HasData, dataset, months, plain, quantity

BYPASS = "mining to product"
"""Stage of extraction that gives the product directly."""


def rent_by_stage(
    world: World, outcome: HasData | xr.Dataset, mineral: str, *, region: str | None = None
) -> pd.DataFrame:
    """Return output, utilisation and scarcity rent of each stage of a mineral's chain over the whole window.

    Args:
        world: World the outcome was computed from.
        outcome: Outcome (or its dataset) with ``output``, ``capacity_rent`` and ``utilisation``.
        mineral: Mineral.
        region: Only plants of this region; all by default.

    Returns:
        One row a stage, upstream first: ``stage``, ``plants`` (number), ``output`` (main output, unit/yr),
        ``utilisation`` (0 to 1, weighted by capacity), ``rent`` (USD/unit, weighted by output) and
        ``rent_total`` (USD/yr). Stages without a plant in the outcome are left out.

    Raises:
        UnknownNameError: The mineral or the region is unknown, or the outcome lacks a variable.
    """
    if region is not None and region not in set(world.regions["region"]):
        raise UnknownNameError("region", region, world.regions["region"])
    data = dataset(outcome)
    output, rent = quantity(data, "output"), plain(data, "capacity_rent")
    used = plain(data, "utilisation")
    years = months(data) / 12.0 * output.shape[1]
    c = chain(world, mineral)
    stage = stage_of(c)
    plants = world.plants[world.plants["process"].isin(stage) & world.plants["plant"].isin(output.index)]
    if region is not None:
        plants = plants[plants["region"] == region]
    rows = []
    for name in dict.fromkeys([*c.order, BYPASS]):
        here = plants[plants["process"].map(stage) == name]
        if here.empty:
            continue
        names = here["plant"].to_list()
        made = output.loc[names].to_numpy()
        earned = float((made * rent.loc[names].to_numpy()).sum())
        weight = here["capacity"].to_numpy(dtype=float)
        share = used.loc[names].to_numpy().mean(axis=1)
        rows.append(
            {
                "stage": name,
                "plants": len(names),
                "output": float(made.sum()) / years,
                "utilisation": float(np.average(share, weights=weight)) if weight.sum() > 0 else float("nan"),
                "rent": earned / float(made.sum()) if made.sum() > 0 else 0.0,
                "rent_total": earned / years,
            }
        )
    return pd.DataFrame(rows, columns=["stage", "plants", "output", "utilisation", "rent", "rent_total"])


def stage_of(c: Chain) -> dict[str, str]:
    """Return the stage of every process of a chain, bypass included."""
    return dict(zip(c.processes, c.stages, strict=True)) | dict.fromkeys(c.bypass, BYPASS)
