"""What the hedge does to the lithium price when others convert too, and how far they would go.

The lithium price falls with the share s of LFP cells that do without: φ(s), from runs of the market in which as much
lithium demand goes. Converted lines run when sodium-ion is the cheaper cell, so that with a latent price p

    P(s) = max( min(p, P*), p·φ(s) )          saved a kWh by who converted: i·max(p·φ(s) − P*, 0)

Either nobody runs (p below P*), or all do and lithium still costs more than P*, or just as many as hold it at P*. A
maker converts while the present value of what is saved is above the cost of conversion K: the share where both are
equal is where everybody stops. It falls with s, so that bisection finds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oreflow.atlas import World
from oreflow.errors import DataError, UsageError
from oreflow.market import Change, Engine, News, Settings, calibrate
from oreflow.respond.hedge.breakeven import CATHODE, LITHIUM
from oreflow.respond.hedge.switch import Switch
from oreflow.respond.prices.table import hub_node

Floats = NDArray[np.float64]

SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
"""Shares of LFP cells at which the market is run."""
HORIZON = Settings(start="2026-01", periods=12, step="quarter", foresight=12, stride=3, later=3)
"""Three years in quarters."""


@dataclass(frozen=True)
class Effect:
    """How the lithium price falls with the share of LFP cells that do without lithium.

    Attributes:
        shares: Shares of the world's LFP cells.
        demand: Share of lithium demand that goes with each.
        factor: Price over price without, after a year and more (mean of the last two years).
        first: The same in the first year.
        cells: LFP cells of the world, GWh/yr.
    """

    shares: Floats
    demand: Floats
    factor: Floats
    first: Floats
    cells: float

    def at(self, share: float) -> float:
        """Price factor at a share, log-linear between the runs.

        Raises:
            UsageError: The share lies outside what was run.
        """
        if not self.shares[0] <= share <= self.shares[-1] + 1e-12:
            raise UsageError(
                f"the market was run for shares up to {self.shares[-1]:g} of LFP cells, not {share:g}."
            )
        return float(np.exp(np.interp(share, self.shares, np.log(self.factor))))


def price_effect(world: World, *, shares: Sequence[float] = SHARES, settings: Settings = HORIZON) -> Effect:
    """Run the market with less and less lithium in LFP cells.

    Args:
        world: World.
        shares: Shares of LFP cells that do without lithium, from 0, rising.
        settings: Horizon.

    Returns:
        The price effect.

    Raises:
        UsageError: The shares do not rise from 0 to at most 1.
        DataError: The world makes no LFP cathode.
        ModelError: The market could not be cleared.
    """
    at = np.asarray(shares, dtype=float)
    if at.ndim != 1 or len(at) < 2 or at[0] != 0 or (np.diff(at) <= 0).any() or at[-1] > 1:
        raise UsageError("shares of LFP cells must rise from 0 to at most 1.")
    base = calibrate(world, scope=("lithium",))
    net = base.net
    lithium = {n for n, c in enumerate(net.node_commodity) if c.startswith("lithium_")}
    used = np.zeros(len(net.plants))
    hit = (net.entry_coef < 0) & np.array([n in lithium for n in net.entry_node.tolist()])
    np.add.at(used, net.entry_plant[hit], -net.entry_coef[hit] * base.balanced.plant_q[net.entry_plant[hit]])
    process = np.array(net.plant_process)
    making = np.array([p.endswith("cathode_making") for p in net.plant_process])
    lfp, cells = used[process == CATHODE].sum(), used[making].sum()
    if not lfp > 0:
        raise DataError(
            "the world makes no LFP cathode in the base year, so nothing can do without its lithium."
        )
    node = hub_node(world, LITHIUM)
    use = [c.endswith("_battery") for c in (net.node_commodity[i] for i in net.demand_node)]
    rows = tuple(d for d, battery in zip(net.demands, use, strict=True) if battery)
    engine = Engine(base, settings)
    paths = []
    for s in at:
        less = Change("demands", rows, "quantity", np.array([1.0 - s * lfp / cells]))
        out = engine.clear([News(0, (less,) if s > 0 else ())])
        paths.append(out.price(*node.split("@")).to_numpy())
    # Less demand never lifts the price; within the width of a step it may seem to.
    ratio = np.minimum.accumulate(np.array(paths) / paths[0], axis=0)
    year = 12 // settings.months
    other = sum(
        float(q)
        for q, n in zip(base.balanced.demand_q, net.demand_node.tolist(), strict=True)
        if n in lithium
    )
    made = float(base.balanced.plant_q[process == "lfp_cell_making"].sum())
    return Effect(
        at, at * lfp / (cells + other), ratio[:, year:].mean(axis=1), ratio[:, :year].mean(axis=1), made
    )


@dataclass(frozen=True, slots=True)
class Crowd:
    """What the hedge is worth alone and with others.

    Attributes:
        alone: Present value of the savings of the first to convert, USD/(kWh/yr).
        everybody: The same for each where all convert up to the limit.
        limit: That limit, share of LFP cells.
        cost: Cost of conversion, USD/(kWh/yr).
        share: Share at which nobody gains by converting more.
        factor: Price factor at that share while the lines run.
        relief: Present value of cheaper lithium at that share for all other LFP cells, USD/(kWh/yr of all).
    """

    alone: float
    everybody: float
    limit: float
    cost: float
    share: float
    factor: float
    relief: float


def lithium_price(latent: Floats, strike: Floats, factor: float) -> Floats:
    """Return the lithium price where converted lines answer it.

    Args:
        latent: Price without them.
        strike: Break-even price, broadcast against it.
        factor: φ(s), what all of them running does to the price.

    Returns:
        max(min(p, P*), p·φ).
    """
    return np.maximum(np.minimum(latent, strike), latent * factor)


def saved(switch: Switch, prices: Floats, factor: float) -> float:
    """Return the present value of what converted lines save where the price falls by a factor as they run.

    Args:
        switch: The right; lines are in place after its lead.
        prices: Latent prices, shape (draws, months or more), USD/t LCE.
        factor: φ(s).

    Returns:
        USD/(kWh/yr) for each unit share.
    """
    strike = np.array(switch.strikes)
    gain = np.maximum(prices[:, : switch.months] * factor - strike, 0.0)
    gain = gain * (np.arange(switch.months) >= switch.lead)
    return float((gain @ switch.discount).mean() * switch.lithium / 1000.0 / 12.0)


def crowd(switch: Switch, prices: Floats, effect: Effect) -> Crowd:
    """Find the share at which converting more no longer pays.

    Args:
        switch: The right of each maker.
        prices: Latent prices, shape (draws, months or more), USD/t LCE.
        effect: How the price falls with the share.

    Returns:
        The fixed point, and the value at both ends.
    """
    limit = min(switch.limit, float(effect.shares[-1]))
    alone, last = saved(switch, prices, 1.0), saved(switch, prices, effect.at(limit))
    if alone <= switch.convert:
        share = 0.0
    elif last >= switch.convert:
        share = limit
    else:
        low, high = 0.0, limit
        for _ in range(60):
            middle = 0.5 * (low + high)
            if saved(switch, prices, effect.at(middle)) > switch.convert:
                low = middle
            else:
                high = middle
        share = 0.5 * (low + high)
    factor = effect.at(share)
    latent = prices[:, : switch.months]
    fall = latent - lithium_price(latent, np.array(switch.strikes), factor)
    fall = fall * (np.arange(switch.months) >= switch.lead) if share > 0 else 0.0 * fall
    relief = float((fall @ switch.discount).mean() * switch.lithium / 1000.0 / 12.0) * (1.0 - share)
    return Crowd(alone, last, limit, switch.convert, share, factor, relief)


@dataclass(frozen=True)
class Scare:
    """A lithium scare in the market with its mix of chemistries, by how much may switch.

    Attributes:
        loss: Share of lithium supply that is lost.
        premium: Premium of sodium-ion cells, USD/kWh.
        labels: First month of each period.
        cases: ``nobody``, ``one firm`` (where one is asked for) and ``everybody``.
        ceilings: Largest share of the LFP cells of the region that may switch in each case.
        price: Lithium price, shape (cases, periods), USD/t LCE.
        sodium: Sodium-ion cells, shape (cases, periods), GWh/yr.
    """

    loss: float
    premium: float
    labels: tuple[str, ...]
    cases: tuple[str, ...]
    ceilings: tuple[float, ...]
    price: Floats
    sodium: Floats


def scare(
    world: World,
    *,
    region: str,
    uses: Sequence[str],
    one: float,
    limit: float,
    ramp: float,
    premium: float,
    loss: float = 0.5,
    settings: Settings = HORIZON,
) -> Scare:
    """Clear a lithium scare in which nobody, one firm or everybody may take up sodium-ion cells.

    Lines convert, so that sodium-ion cells cost the same however many are made; what holds them is the ceiling and the
    ramp of the mix (`oreflow.market.blocks.mix`).

    Args:
        world: World.
        region: Region whose uses may switch.
        uses: Uses, e.g. ``ev_battery``.
        one: Share of the region's LFP cells that one firm makes; 0 leaves that case out.
        limit: Largest share of its cells that a maker switches.
        ramp: Largest change of the share in a month.
        premium: Premium of sodium-ion cells over LFP cells, USD/kWh.
        loss: Share of all lithium mines and brines that stands still from the first month on; with half of them prices
            are like those of 2022.
        settings: Horizon.

    Returns:
        Prices and cells in the three cases.

    Raises:
        UsageError: A share is out of range.
        DataError: The region has no mix with sodium-ion cells.
        ModelError: The market could not be cleared.
    """
    for name, value in (("share of one firm", one), ("limit", limit), ("loss", loss)):
        if not 0 <= value < 1:
            raise UsageError(f"{name} is a share between 0 and 1, not {value:g}.")
    mixes = world["mixes"]
    mine = (mixes["cell"] == "sodium_cell") & (mixes["region"] == region) & mixes["use"].isin(list(uses))
    if not mine.any():
        raise DataError(
            f"mixes: no sodium-ion cells for {', '.join(uses)} in {region}. Add rows with cell sodium_cell."
        )
    base = calibrate(_ready(world, premium), scope=("lithium",))
    net = base.net
    rows = [f"{u}@{r}:{c}" for u, r, c in mixes.loc[mine, ["use", "region", "cell"]].itertuples(index=False)]
    now = [float(net.mix_share[net.mixes.index(row)]) for row in rows]
    lfp = [float(net.mix_share[net.mixes.index(row.replace("sodium_cell", "lfp_cell"))]) for row in rows]
    ore = tuple(
        p for p, process in zip(net.plants, net.plant_process, strict=True)
        if process in ("spodumene_mining", "lepidolite_mining", "lithium_brine")
    )  # fmt: skip
    lost = Change("plants", ore, "availability", np.array([1.0 - loss]))
    engine = Engine(base, settings)
    cases = {"nobody": 0.0, **({"one firm": one * limit} if one > 0 else {}), "everybody": limit}
    price, sodium = [], []
    node = hub_node(world, LITHIUM).split("@")
    made = np.array([p == "sodium_cell_making" for p in net.plant_process])
    for extra in cases.values():
        changes = [lost]
        for row, share, room in zip(rows, now, lfp, strict=True):
            changes.append(Change("mixes", (row,), "ceiling", np.array([share + extra * room])))
            changes.append(Change("mixes", (row,), "ramp", np.array([max(ramp * room, 1e-9)])))
        out = engine.clear([News(0, tuple(changes))])
        price.append(out.price(*node).to_numpy())
        sodium.append(out.data["output"].to_numpy()[made].sum(axis=0) * 12.0 / settings.months)
    return Scare(
        loss=loss,
        premium=premium,
        labels=tuple(settings.labels),
        cases=tuple(cases),
        ceilings=tuple(cases.values()),
        price=np.array(price),
        sodium=np.array(sodium),
    )


FLAT = 500.0
"""Elasticity of converted lines: their cost hardly rises with their number."""
ROOM = 400.0
"""Capacity of sodium-ion plants as a multiple of today's, so that ceilings and ramps decide."""


def _ready(world: World, premium: float) -> World:
    """The world with sodium-ion plants that grow at one cost, and the premium as what a switch costs."""
    sodium = ["sodium_cell_making", "sodium_cathode_making"]
    processes, plants, mixes = world["processes"].copy(), world["plants"].copy(), world["mixes"].copy()
    hit = processes["process"].isin(sodium)
    processes.loc[hit, ["es_low", "es_high", "es_lr"]] = FLAT
    processes.loc[hit, "ramp"] = np.nan
    hit = plants["process"].isin(sodium)
    plants.loc[hit, "capacity"] = plants.loc[hit, "output"] * ROOM
    mixes.loc[mixes["cell"] == "sodium_cell", "switch_cost"] = premium
    return world.with_(processes=processes, plants=plants, mixes=mixes)
