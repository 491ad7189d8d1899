"""`plan`: the cheapest way to be safe, along the frontier from cost to risk."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from oreflow.atlas import World
from oreflow.errors import UnknownNameError
from oreflow.market import Base, calibrate
from oreflow.respond.plan.benders import Best, Menu, Planner
from oreflow.respond.plan.book import firm_stage
from oreflow.respond.plan.cases import cases_of
from oreflow.respond.plan.happenings import Happening
from oreflow.respond.plan.markets import Solved, solve
from oreflow.respond.plan.measures import Measure, measures, places_of
from oreflow.respond.plan.programme import Floats
from oreflow.respond.plan.recourse import Recourse
from oreflow.respond.plan.regret import Regret, regrets
from oreflow.respond.plan.risk import at_risk, in_tail
from oreflow.respond.plan.second import Second, region_stage
from oreflow.respond.plan.spec import PlanSpec
from oreflow.respond.plan.supply import Supply, supply

FORMAT = "oreflow-plan/1"
NIL = 1e-6
"""Share of a loss, or of what is wanted, below which a measure is taken to change nothing."""

Told = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Shortage:
    """What users go without of a commodity, over the window of a case.

    Attributes:
        commodity: Commodity.
        unit: Its unit.
        wanted: What they would take at base prices.
        mean: Mean over all cases.
        tail: Mean in the worst cases.
    """

    commodity: str
    unit: str
    wanted: float
    mean: float
    tail: float


@dataclass(frozen=True, slots=True)
class Point:
    """A plan on the frontier.

    Attributes:
        weight: λ.
        cost: Cost over the horizon, USD of today.
        risk: Mean loss in the worst cases, USD of today.
        expected: Mean loss over all cases.
        gap: How far the plan may be from the best, as a share of the largest amount in question.
        sizes: Size of each measure that is bought.
        shortages: What users still go without.
    """

    weight: float
    cost: float
    risk: float
    expected: float
    gap: float
    sizes: dict[str, float]
    shortages: tuple[Shortage, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """A measure judged alone and in the plan.

    Attributes:
        measure: The measure.
        size: Size in the plan; 0 where it is not bought.
        tried: Size that it is judged at alone: that in the plan, or the largest.
        cost: What the tried size costs over the horizon, USD of today.
        cost_low: With the low ends of its costs.
        cost_high: With the high ends.
        alone: Mean amount of its commodity that users no longer go without, when it is the only measure, units.
        alone_tail: The same in the worst cases.
        risk_alone: Loss at risk that it takes away alone, USD.
        within: Mean amount that the plan would lose without it, units; 0 where it is not bought.
        within_tail: The same in the worst cases.
        risk_within: Loss at risk that the plan would gain without it, USD.
        verdict: In words.
    """

    measure: Measure
    size: float
    tried: float
    cost: float
    cost_low: float
    cost_high: float
    alone: float
    alone_tail: float
    risk_alone: float
    within: float
    within_tail: float
    risk_within: float
    verdict: str

    @property
    def unit_cost(self) -> float:
        """Cost of each unit that users no longer go without, on average over all cases, alone, USD/unit."""
        return self.cost / self.alone if self.alone > 0 else float("inf")

    @property
    def unit_cost_tail(self) -> float:
        """Cost of each unit that users no longer go without if the worst comes, alone, USD/unit."""
        return self.cost / self.alone_tail if self.alone_tail > 0 else float("inf")

    @property
    def breakeven(self) -> float:
        """Weight of risk from which it is worth its cost alone."""
        return self.cost / self.risk_alone if self.risk_alone > 0 else float("inf")


@dataclass(frozen=True)
class Plan:
    """The answer.

    Attributes:
        spec: What was asked.
        cases: What may happen.
        commodities: What shortages are counted of.
        nothing: The frontier's end where nothing is bought.
        chosen: The plan for the weight asked.
        frontier: Plans for all weights, by rising weight.
        judged: Every measure.
        regrets: Every case.
        losses: Loss of each case without and with the plan, USD, shape (S, 2).
        rate: Discount rate a year.
        world: Hash of the world.
        solves: Second stages solved.
        seconds: Wall time.
        notes: What a reader should know.
    """

    spec: PlanSpec
    cases: tuple[Happening, ...]
    commodities: tuple[str, ...]
    nothing: Point
    chosen: Point
    frontier: tuple[Point, ...]
    judged: tuple[Judged, ...]
    regrets: tuple[Regret, ...]
    losses: Floats
    rate: float
    world: str
    solves: int
    seconds: float
    notes: tuple[str, ...]


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
    supplies = [supply(world, base, m) for m in found]
    cases = cases_of(world, base, spec)
    markets = solve(
        base, cases, spans=spec.spans, progress=None if told is None else lambda i, n: told("markets", i, n)
    )
    return lay(world, base, spec, markets, supplies)


def lay(
    world: World, base: Base, spec: PlanSpec, markets: list[Solved], supplies: list[Supply]
) -> Study:
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
    low, mid, high = (np.array([getattr(s.measure, f"lead{e}") for s in supplies]) for e in ("_low", "", "_high"))
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


def plan(world: World, spec: PlanSpec, *, base: Base | None = None, told: Told | None = None) -> Plan:
    """Find the cheapest way to be safe.

    Two stages: sizes of measures are decided before it is known what happens, and each case is then met as well as
    they allow. Of all plans within the budget that of least cost + λ·loss at risk, for each weight λ; exact to 1e-7 of
    the largest amount in question.

    Args:
        world: World.
        spec: What is asked.
        base: Calibrated market, where there is one already.
        told: Called with what is being done, how far, and of how much.

    Returns:
        The plan with its frontier, the measures alone and in the set, and the regret of every case.

    Raises:
        OreflowError: As `study`.
    """
    began = time.monotonic()
    return planned(study(world, spec, base=base, told=told), began=began, told=told)


def planned(made: Study, *, began: float | None = None, told: Told | None = None) -> Plan:
    """Return the plan of a study.

    Args:
        made: Markets, measures and second stage.
        began: When work began, by the monotonic clock.
        told: As for `plan`.
    """
    began = time.monotonic() if began is None else began
    spec, second = made.spec, made.second
    recourse = Recourse(second.programme)
    planner = Planner(recourse, made.menu)
    weights = sorted({*spec.weights, spec.weight})
    found: dict[float, Best] = {}
    for i, w in enumerate(weights):
        found[w] = planner.best(w, tail=spec.tail, budget=spec.budget)
        if told is not None:
            told("frontier", i + 1, len(weights))
    none = np.zeros(len(made.supplies))
    points = {w: _point(made, recourse, w, b.x, b.gap) for w, b in found.items()}
    chosen = found[spec.weight]
    judged = _judged(made, recourse, chosen.x, told)
    regretted = regrets(planner, made.second.cases, chosen.x, budget=spec.budget)
    losses = np.stack([recourse.at(none).loss, recourse.at(chosen.x).loss], axis=1)
    return Plan(
        spec=spec,
        cases=second.cases,
        commodities=second.commodities,
        nothing=_point(made, recourse, 0.0, none, 0.0),
        chosen=points[spec.weight],
        frontier=tuple(points[w] for w in weights),
        judged=judged,
        regrets=regretted,
        losses=losses,
        rate=made.rate,
        world=made.base.world_hash,
        solves=recourse.solves + len(made.markets),
        seconds=time.monotonic() - began,
        notes=_notes(made),
    )


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


def _point(made: Study, recourse: Recourse, weight: float, x: Floats, gap: float) -> Point:
    second, spec, p = made.second, made.spec, made.second.programme
    at = recourse.at(x, solutions=True)
    assert at.y is not None
    short = second.shortage(at.y)
    tail = in_tail(at.loss, p.weight, spec.tail)
    shortages = tuple(
        Shortage(c, u, float(second.wanted[0, i]), float(p.weight @ short[:, i]), float(tail @ short[:, i]))
        for i, (c, u) in enumerate(zip(second.commodities, second.units, strict=True))
    )
    sizes = {m: float(v) for m, v in zip(p.measures, x, strict=True) if v > 1e-9}
    return Point(
        weight=weight,
        cost=float(made.menu.cost @ x),
        risk=at_risk(at.loss, p.weight, spec.tail),
        expected=float(p.weight @ at.loss),
        gap=gap,
        sizes=sizes,
        shortages=shortages,
    )


def _judged(made: Study, recourse: Recourse, x: Floats, told: Told | None) -> tuple[Judged, ...]:
    spec, second, menu, p = made.spec, made.second, made.menu, made.second.programme
    w = p.weight
    none = np.zeros(p.size)
    empty, full = recourse.at(none, solutions=True), recourse.at(x, solutions=True)
    assert empty.y is not None and full.y is not None
    short0, short1 = second.shortage(empty.y), second.shortage(full.y)
    tail0 = in_tail(empty.loss, w, spec.tail)
    risk0, risk1 = at_risk(empty.loss, w, spec.tail), at_risk(full.loss, w, spec.tail)
    out = []
    for k, s in enumerate(made.supplies):
        m = s.measure
        tried = float(x[k] if x[k] > 1e-9 else menu.most[k])
        alone = none.copy()
        alone[k] = tried
        one = recourse.at(alone, solutions=True)
        assert one.y is not None
        g = second.commodities.index(m.commodity)
        saved = short0[:, g] - second.shortage(one.y)[:, g]
        risk_alone = risk0 - at_risk(one.loss, w, spec.tail)
        within = within_tail = risk_within = 0.0
        if x[k] > 1e-9:
            rest = x.copy()
            rest[k] = 0.0
            other = recourse.at(rest, solutions=True)
            assert other.y is not None
            lost = second.shortage(other.y)[:, g] - short1[:, g]
            within, within_tail = float(w @ lost), float(in_tail(other.loss, w, spec.tail) @ lost)
            risk_within = at_risk(other.loss, w, spec.tail) - risk1
        ends = [
            tried * m.cost(s.price, s.margin, years=spec.years, rate=made.rate, end=e) for e in ("low", "high")
        ]
        judged = Judged(
            measure=m,
            size=float(x[k]),
            tried=tried,
            cost=float(menu.cost[k] * tried),
            cost_low=min(ends),
            cost_high=max(ends),
            alone=float(w @ saved),
            alone_tail=float(tail0 @ saved),
            risk_alone=risk_alone,
            within=within,
            within_tail=within_tail,
            risk_within=risk_within,
            verdict="",
        )
        gain = float(np.max(empty.loss - one.loss, initial=0.0))
        out.append(_with_verdict(judged, made, k, gain, float(np.abs(empty.loss).max(initial=1.0))))
        if told is not None:
            told("measures", k + 1, len(made.supplies))
    return tuple(out)


def _with_verdict(j: Judged, made: Study, k: int, gain: float, scale: float) -> Judged:
    room = made.second.programme.col_room[:, made.second.programme.col_owner == k]
    if made.menu.most[k] <= 0:
        verdict = "too late: it works only after the horizon"
    elif not room[1:].any():
        verdict = "too late: it works in none of the cases"
    elif gain <= NIL * scale:
        verdict = "buys nothing"
    elif j.size > 0:
        verdict = "in the plan"
    elif j.risk_alone <= NIL * scale:
        verdict = "buys nothing in the worst cases"
    elif j.breakeven > made.spec.weight:
        verdict = f"costs more than it saves until a dollar at risk counts {j.breakeven:.2g}"
    else:
        verdict = "does what others in the plan do cheaper"
    return replace(j, verdict=verdict)


def _notes(made: Study) -> tuple[str, ...]:
    spec = made.spec
    whose = spec.firm or (spec.region if spec.counts == "region" else "the whole world")
    notes = [
        f"Losses are those of {whose}, in USD of today at {100 * made.rate:g} % a year; at risk is the mean of the worst "
        f"{100 * spec.tail:g} % of all cases.",
        "Prices elsewhere are held at those of each case without the plan; what a plan does to them is not counted.",
        f"Each case is looked at for {sum(spec.spans)} months from its beginning and known from then on; lead times are "
        "drawn between their ends.",
    ]
    if spec.firm:
        notes.append(
            "Of a firm, a shortage is what it buys or goes without while the price stands above that of the base."
        )
    return tuple(notes)
