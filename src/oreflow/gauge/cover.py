"""What of a firm's needs its own plants and its contracts cover."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from oreflow.atlas.world import World
from oreflow.gauge.concentration import joined
from oreflow.gauge.window import months, quantity

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cover:
    """Cover of each need by period.

    Attributes:
        own: Shape (needs, periods), from plants the firm owns, units per period.
        offtake: Shape (needs, periods), from contracts, units per period.
        source: Source keys of ownership and offtakes, joined by ``;``.
    """

    own: Floats
    offtake: Floats
    source: str


def cover_of(world: World, firm: str, needs: pd.DataFrame, base: xr.Dataset, after: xr.Dataset) -> Cover:
    """Return what a firm's plants and contracts give each of its needs.

    Args:
        world: World.
        firm: Firm.
        needs: Its rows of the table ``needs``.
        base: Outcome in which contracts are met in full.
        after: Outcome whose output counts.

    Returns:
        Cover by need and period. Own metal that passes an own mine and an own converter counts once; cover never
        exceeds the need it is for, and what a contract delivers to one region beyond it is not moved elsewhere.
    """
    made, usual = quantity(after, "output"), quantity(base, "output")
    share = ownership_of(world, firm)
    taken = world.offtakes[world.offtakes["firm"].isin(controlled(world, firm))]
    process = dict(zip(world.plants["plant"], world.plants["process"], strict=True))
    kind = dict(zip(world.processes["process"], world.processes["kind"], strict=True))
    main = dict(zip(world.processes["process"], world.processes["output"], strict=True))
    outputs = world.flows[world.flows["role"] == "output"]
    span = months(after) / 12.0
    spread = _Spread(world, needs)
    mined, ore, converted, offtake = (np.zeros((len(needs), made.shape[1])) for _ in range(4))
    for plant in dict.fromkeys([*share, *taken["plant"]]):
        if plant not in made.index:
            continue
        now, before = made.loc[plant].to_numpy(), usual.loc[plant].to_numpy()
        equity = share.get(plant, 0.0) * now
        left = now - equity
        scale = np.minimum(np.divide(now, before, out=np.zeros_like(now), where=before > 0), 1.0)
        for _, k in taken[taken["plant"] == plant].iterrows():
            got = np.minimum(float(k["quantity"]) * span * scale, left)
            left = left - got
            offtake += spread.of(main[process[plant]], str(k["destination"]))[:, None] * got
        mine = kind[process[plant]] == "extraction"
        for _, flow in outputs[outputs["process"] == process[plant]].iterrows():
            part = spread.of(str(flow["commodity"]))[:, None] * equity * float(flow["coefficient"])
            direct = spread.needed(str(flow["commodity"]))
            (mined if mine and direct else ore if mine else converted)[:] += part
    need = spread.quantity[:, None] * span
    owned = world.ownership[world.ownership["plant"].isin(share)]
    own = np.minimum(mined + np.maximum(ore, converted), need)
    return Cover(
        own=own,
        offtake=np.minimum(offtake, need - own),
        source=joined(pd.concat([owned["source"], taken["source"]])),
    )


class _Spread:
    """How a tonne of something is shared over a firm's needs."""

    def __init__(self, world: World, needs: pd.DataFrame) -> None:
        self.world = world
        self.commodity = needs["commodity"].to_numpy()
        self.region = needs["region"].to_numpy()
        self.quantity = needs["quantity"].to_numpy(dtype=float)

    def needed(self, commodity: str) -> bool:
        """Tell whether a commodity itself is among the needs."""
        return bool((self.commodity == commodity).any())

    def of(self, commodity: str, destination: str | None = None) -> Floats:
        """Return units of each need covered by one unit of a commodity, in proportion to the needs.

        Args:
            commodity: What is there; it covers the need for itself, else for what its mineral is made into.
            destination: Region it goes to; needs elsewhere count only if there is none in it.
        """
        into = yields(self.world, commodity)
        gain = np.array([into.get(str(c), 0.0) for c in self.commodity])
        fits = self.commodity == commodity if self.needed(commodity) else gain > 0
        if destination is not None and (fits & (self.region == destination)).any():
            fits = fits & (self.region == destination)
        weight = np.where(fits, self.quantity, 0.0)
        return np.asarray(gain * weight / weight.sum() if weight.sum() > 0 else weight, dtype=float)


def yields(world: World, commodity: str) -> dict[str, float]:
    """Return what one unit of a commodity becomes at most, within its mineral.

    Args:
        world: World.
        commodity: Commodity.

    Returns:
        Commodity of the same mineral downstream to units made of one unit, itself (1) included.
    """
    mineral = dict(zip(world.commodities["commodity"], world.commodities["mineral"], strict=True))
    own = {c for c, m in mineral.items() if m == mineral.get(commodity)}
    flows = world.flows[world.flows["commodity"].isin(own)]
    step = flows[flows["role"] == "input"].merge(
        flows[flows["role"] == "output"], on="process", suffixes=("_in", "_out")
    )
    best, front = {commodity: 1.0}, {commodity}
    for _ in range(len(own)):
        reached: dict[str, float] = {}
        for _, s in step[step["commodity_in"].isin(front)].iterrows():
            got = best[s["commodity_in"]] * s["coefficient_out"] / s["coefficient_in"]
            if got > best.get(s["commodity_out"], 0.0):
                reached[s["commodity_out"]] = max(got, reached.get(s["commodity_out"], 0.0))
        best |= reached
        front = set(reached)
    return best


def controlled(world: World, firm: str) -> set[str]:
    """Return a firm and the firms it controls, through any number of levels."""
    found, front = {firm}, {firm}
    while front:
        front = set(world.firms.loc[world.firms["parent"].isin(front), "firm"]) - found
        found |= front
    return found


def ownership_of(world: World, firm: str) -> dict[str, float]:
    """Return plant to the share that a firm and the firms it controls own, at most 1."""
    rows = world.ownership[world.ownership["firm"].isin(controlled(world, firm))]
    total = rows.groupby("plant", sort=False)["share"].sum().clip(upper=1.0)
    return {str(p): float(s) for p, s in total.items()}
