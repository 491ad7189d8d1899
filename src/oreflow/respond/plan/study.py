"""`Study`: all that plans are made from: markets solved once, measures laid on them, the second stage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from oreflow.atlas import World
from oreflow.errors import UnknownNameError, UsageError
from oreflow.market import Base, calibrate
from oreflow.respond.plan.benders import Menu
from oreflow.respond.plan.book import firm_stage
from oreflow.respond.plan.cases import cases_of
from oreflow.respond.plan.markets import Solved, solve
from oreflow.respond.plan.measures import measures, places_of
from oreflow.respond.plan.programme import Floats
from oreflow.respond.plan.recourse import Recourse
from oreflow.respond.plan.risk import in_tail
from oreflow.respond.plan.second import Second, region_stage
from oreflow.respond.plan.spec import PlanSpec
from oreflow.respond.plan.supply import Supply, supply

Told = Callable[[str, int, int], None]
"""Called with what is being done, how far, and of how much."""


@dataclass(frozen=True)
class Study:
    """All that plans are made from: markets solved once, measures laid on them, the second stage.

    Attributes:
        spec: What is asked.
        world: World.
        base: Calibrated market.
        markets: Market of each case without a plan.
        supplies: What each measure does.
        second: The second stage.
        menu: What can be bought.
        leads: Months until each measure works in each case, shape (S, K).
        rate: Discount rate a year.
    """

    spec: PlanSpec
    world: World
    base: Base
    markets: list[Solved]
    supplies: list[Supply]
    second: Second
    menu: Menu
    leads: Floats
    rate: float

    def worst(self) -> list[int]:
        """Return the cases that are in the tail without any plan, the worst first."""
        p = self.second.programme
        loss = Recourse(p).at(np.zeros(p.size)).loss
        share = in_tail(loss, p.weight, self.spec.tail)
        return [int(i) for i in np.argsort(-loss, kind="stable") if share[i] > 0]


def study(world: World, spec: PlanSpec, *, base: Base | None = None, told: Told | None = None) -> Study:
    """Solve the markets of all cases and lay the measures on them.

    Args:
        world: World.
        spec: What is asked.
        base: Calibrated market, where there is one already.
        told: Called with what is being done, how far, and of how much.

    Returns:
        What plans are made from.

    Raises:
        UnknownNameError: A measure, mineral, region or firm is not known; carries the nearest.
        UsageError: Nothing fits, or chances add up to more than 1.
        DataError: A measure has no cost.
        ModelError: A market could not be cleared; names the case.
    """
    known = set(world.commodities["mineral"])
    for mineral in spec.minerals:
        if mineral not in known:
            raise UnknownNameError("mineral", mineral, known)
    if spec.region:
        places_of(world, spec.region)
    found = measures(
        world,
        region=spec.region or None,
        firm=spec.firm or None,
        minerals=spec.minerals,
        names=spec.measures,
    )
    base = base or calibrate(world, scope=spec.minerals)
    # Batteries come with battery minerals only.
    here = set(base.net.nodes)
    found = tuple(m for m in found if m.node in here or m.measure in spec.measures)
    if not found:
        raise UsageError(
            f"no measure supplies anything in the market of {', '.join(spec.minerals)}. Use --with."
        )
    supplies = [supply(world, base, m) for m in found]
    cases = cases_of(world, base, spec)
    markets = solve(
        base, cases, spans=spec.spans, progress=None if told is None else lambda i, n: told("markets", i, n)
    )
    return lay(world, base, spec, markets, supplies)


def lay(world: World, base: Base, spec: PlanSpec, markets: list[Solved], supplies: list[Supply]) -> Study:
    """Build the second stage of solved markets.

    Args:
        world: World.
        base: Calibrated market.
        spec: What is asked.
        markets: Market of each case, the first without any event.
        supplies: What each measure does.

    Returns:
        What plans are made from.
    """
    rate = base.net.parameter("discount_rate")
    leads = lead_times(supplies, len(markets), spec.seed)
    if spec.firm:
        second = firm_stage(world, base, markets, supplies, firm=spec.firm, leads=leads, rate=rate)
    else:
        regions = np.array(base.net.node_region)
        counted = np.ones(len(regions), bool)
        if spec.counts == "region":
            counted = np.isin(regions, sorted(places_of(world, spec.region)))
        goods = _goods(world, base, spec, supplies)
        unit = dict(zip(world.commodities["commodity"], world.commodities["unit"], strict=True))
        second = region_stage(
            base, markets, supplies, counted=counted, commodities=goods, units=[unit[g] for g in goods], leads=leads,
            rate=rate,
        )  # fmt: skip
    cost = np.array([s.measure.cost(s.price, s.margin, years=spec.years, rate=rate) for s in supplies])
    late = np.array([s.measure.lead >= 12.0 * spec.years for s in supplies])
    most = np.where(late, 0.0, [s.measure.most for s in supplies])
    lot = np.nan_to_num(np.array([s.measure.lot for s in supplies]))
    return Study(spec, world, base, markets, supplies, second, Menu(cost, most, lot), leads, rate)


def lead_times(supplies: Sequence[Supply], cases: int, seed: int) -> Floats:
    """Return months until each measure works in each case, drawn between its ends, shape (S, K).

    A triangular law with its top at the stated lead time; draw i depends on the seed and i alone. In the first case,
    in which nothing happens, the stated one.

    Args:
        supplies: What the measures do.
        cases: Number of cases.
        seed: Seed.
    """
    low, mid, high = (
        np.array([getattr(s.measure, f"lead{e}") for s in supplies]) for e in ("_low", "", "_high")
    )
    low, high = np.where(np.isnan(low), mid, low), np.where(np.isnan(high), mid, high)
    out = np.tile(mid, (cases, 1))
    for i in range(1, cases):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(1_000_000 + i,)))
        u = rng.random(len(mid))
        width = np.maximum(high - low, 1e-12)
        top = (mid - low) / width
        rising = low + np.sqrt(u * width * np.maximum(mid - low, 0.0))
        falling = high - np.sqrt((1.0 - u) * width * np.maximum(high - mid, 0.0))
        out[i] = np.where(high > low, np.where(u < top, rising, falling), mid)
    return out


def _goods(world: World, base: Base, spec: PlanSpec, supplies: Sequence[Supply]) -> list[str]:
    """Commodities whose shortage is told: what measures supply, the refined forms of the minerals, and batteries."""
    table = world.commodities
    mineral = dict(zip(table["commodity"], table["mineral"], strict=True))
    stage = dict(zip(table["commodity"], table["stage"], strict=True))
    given = {s.measure.commodity for s in supplies}
    here = set(base.net.node_commodity)
    return [
        c
        for c in table["commodity"]
        if c in here
        and (c in given or (mineral[c] in spec.minerals and stage[c] == "refined") or stage[c] == "use")
    ]
