"""What a floor does to the market: the capacity that it finances, and the tonnes that it keeps when the price falls.

Two runs of the same market, apart by the floor alone:

- **built**: the project makes what it would on average with the floor (capacity times use times the chance that it is
  financed), against the same market where it makes what it would without.
- **kept**: demand falls; the plants of the region decide as if the price never fell below the floor
  (`oreflow.market.blocks.floor`), against the same fall without it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from oreflow.atlas import World
from oreflow.errors import DataError, UsageError
from oreflow.market import Base, Change, Engine, News, Outcome, Settings, calibrate
from oreflow.respond.floor.financing import Financing
from oreflow.respond.floor.terms import Terms
from oreflow.respond.prices.table import lookup

Floats = NDArray[np.float64]

HORIZON = Settings(start="2026-01", periods=12, step="quarter", foresight=12, stride=3, later=3, refine=2)
"""Three years in quarters, with the steps of curves laid anew: a small plant moves prices less than a step."""
COARSE = replace(HORIZON, refine=0)
"""The same with the steps as they are, for changes that are many steps wide."""


@dataclass(frozen=True)
class Built:
    """The market with the capacity that a floor finances, against the market without it.

    Attributes:
        plant: The plant.
        region: Where it stands.
        added: Output that the floor adds on average, unit/yr.
        world_output: Output of the commodity in the world without it, at the end of the horizon, unit/yr.
        world_change: What it adds to that: the rest of the world makes less, or lacks the ore, unit/yr.
        share_without: Share of the region in the world's output without it, at the end.
        share_with: The same with it.
        labels: First month of each period.
        change: Price with the floor over price without it, less one, shape (periods,).
    """

    plant: str
    region: str
    added: float
    world_output: float
    world_change: float
    share_without: float
    share_with: float
    labels: tuple[str, ...]
    change: Floats

    @property
    def last(self) -> float:
        """Price change at the end of the horizon, as a share."""
        return float(self.change[-1])


@dataclass(frozen=True)
class Kept:
    """A fall of demand with and without the floor.

    Attributes:
        fall: Share of demand that goes.
        plants: Plants that the floor covers.
        labels: First month of each period.
        price_without: Price at the reference market without the floor, shape (periods,), USD/unit.
        price_with: The same with it.
        output_base: Output of the plants before the fall, unit/yr.
        output_without: Output of the plants at the end of the horizon without the floor, unit/yr.
        output_with: The same with it.
        others: Output of all other plants at the end with the floor less without, unit/yr.
        payment: What the floor pays for the plants' output at the end of the horizon, USD/yr.
    """

    fall: float
    plants: tuple[str, ...]
    labels: tuple[str, ...]
    price_without: Floats
    price_with: Floats
    output_base: float
    output_without: float
    output_with: float
    others: float
    payment: float


def scope_of(world: World, commodity: str) -> str:
    """Return the mineral of a commodity."""
    return str(lookup(world["commodities"], "commodity", "mineral")[commodity])


def built(world: World, made: Financing, *, settings: Settings = HORIZON) -> Built | None:
    """Clear the market with what the floor finances, and without.

    Args:
        world: World.
        made: The project with and without the floor; its plant must be in the atlas.
        settings: Horizon.

    Returns:
        The comparison; none where the floor finances nothing.

    Raises:
        UsageError: The project is no plant of the atlas.
        ModelError: A market could not be cleared.
    """
    project = made.project
    if not project.plant:
        raise UsageError(f"project {project.name!r} is no plant of the atlas, so the market cannot hold it.")
    if made.prob_with <= made.prob_without:
        return None
    plants = world["plants"].copy()
    row = plants["plant"] == project.plant
    plants.loc[row, "output"] = project.capacity * project.use * made.prob_with
    plants.loc[row, "capacity"] = project.capacity
    plants.loc[row, "status"] = "operating"
    commodity = project.node.partition("@")[0]
    base = calibrate(world.with_(plants=plants), scope=(scope_of(world, commodity),))
    engine = Engine(base, settings)
    share = made.prob_without / made.prob_with
    less = Change("plants", (project.plant,), "availability", np.array([share]))
    with_, without = engine.clear([News(0, ())]), engine.clear([News(0, (less,))])
    price = [_price(o, project.node) for o in (with_, without)]
    mine = base.net.plants.index(project.plant)
    year = 12.0 / settings.months
    out = [o.data["output"].to_numpy()[_same(base, commodity), -1] * year for o in (with_, without)]
    here = (np.array(base.net.plant_region) == base.net.plant_region[mine])[_same(base, commodity)]
    share_of = [float(x[here].sum() / x.sum()) for x in out]
    return Built(
        plant=project.plant,
        region=base.net.plant_region[mine],
        added=float(base.balanced.plant_q[mine]) * (1.0 - share),
        world_output=float(out[1].sum()),
        world_change=float(out[0].sum() - out[1].sum()),
        share_without=share_of[1],
        share_with=share_of[0],
        labels=tuple(settings.labels),
        change=price[0] / price[1] - 1.0,
    )


def kept(world: World, terms: Terms, region: str, *, fall: float = 0.2, settings: Settings = COARSE) -> Kept:
    """Clear a fall of demand with and without a floor under the plants of a region.

    Args:
        world: World.
        terms: The floor.
        region: Region whose plants of the commodity it covers.
        fall: Share of demand that goes at once and for good.
        settings: Horizon.

    Returns:
        The comparison.

    Raises:
        UsageError: The fall is no share.
        DataError: The region has no plant of the commodity that runs.
        ModelError: A market could not be cleared.
    """
    if not 0 < fall < 1:
        raise UsageError(f"a fall of demand is a share between 0 and 1, not {fall:g}.")
    commodity = terms.node.partition("@")[0]
    policies = world["policies"]
    others = policies[
        ~(
            (policies["kind"] == "floor")
            & (policies["commodity"] == commodity)
            & (policies["state"] == "base")
        )
    ]
    row = {
        "policy": f"floor_{terms.name}"[:60], "kind": "floor", "commodity": commodity, "origin": region,
        "value": terms.strike, "unit": f"USD/{terms.unit}", "state": "base", "description": terms.sentence(),
        "source": terms.source, "quality": "assumed",
    }  # fmt: skip
    scope = (scope_of(world, commodity),)
    bases = [
        calibrate(world.with_(policies=others), scope=scope),
        calibrate(
            world.with_(policies=pd.concat([others, pd.DataFrame([row])], ignore_index=True)), scope=scope
        ),
    ]
    net = bases[0].net
    mine = (
        _same(bases[0], commodity) & (np.array(net.plant_region) == region) & (bases[0].balanced.plant_q > 0)
    )
    if not mine.any():
        raise DataError(
            f"plants: none in {region} makes {commodity} in the base year, so a floor keeps nothing there."
        )
    less = Change("demands", tuple(net.demands), "quantity", np.array([1.0 - fall]))
    runs = [Engine(b, settings).clear([News(0, (less,))]) for b in bases]
    year = 12.0 / settings.months
    out = [r.data["output"].to_numpy()[:, -1] * year for r in runs]
    rest = _same(bases[0], commodity) & ~mine
    price = [_price(r, terms.node) for r in runs]
    from oreflow.market.blocks.floor import payment

    paid = payment(terms.strike, price[1][-1:], out[1][mine].sum(keepdims=True), upside=terms.upside)
    return Kept(
        fall=fall,
        plants=tuple(p for p, m in zip(net.plants, mine, strict=True) if m),
        labels=tuple(settings.labels),
        price_without=price[0],
        price_with=price[1],
        output_base=float(bases[0].balanced.plant_q[mine].sum()),
        output_without=float(out[0][mine].sum()),
        output_with=float(out[1][mine].sum()),
        others=float((out[1] - out[0])[rest].sum()),
        payment=float(paid[0]),
    )


def _same(base: Base, commodity: str) -> NDArray[np.bool_]:
    """Plants whose main product is the commodity."""
    return np.array([base.net.node_commodity[i] == commodity for i in base.net.plant_main])


def _price(outcome: Outcome, node: str) -> Floats:
    commodity, _, region = node.partition("@")
    return np.asarray(outcome.price(commodity, region).to_numpy(), dtype=float)
