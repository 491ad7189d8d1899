"""`plan`: the cheapest way to be safe, along the frontier from cost to risk."""

from __future__ import annotations

import time

import numpy as np

from oreflow.atlas import World
from oreflow.market import Base
from oreflow.respond.plan.benders import Best, Planner
from oreflow.respond.plan.judge import judge
from oreflow.respond.plan.programme import Floats
from oreflow.respond.plan.recourse import Recourse
from oreflow.respond.plan.regret import regrets
from oreflow.respond.plan.result import Plan, Point, Shortage
from oreflow.respond.plan.risk import at_risk, in_tail
from oreflow.respond.plan.spec import PlanSpec
from oreflow.respond.plan.study import Study, Told, study


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
    judged = judge(made, recourse, chosen.x, told)
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


def _notes(made: Study) -> tuple[str, ...]:
    spec = made.spec
    names = dict(zip(made.world.regions["region"], made.world.regions["name"], strict=True))
    whose = "the whole world" if spec.counts == "world" else spec.firm or names.get(spec.region, spec.region)
    notes = [
        f"Losses are those of {whose}, in USD of today at {100 * made.rate:g} % a year; at risk is the mean of "
        f"the worst {100 * spec.tail:g} % of all cases.",
        "Prices elsewhere are held at those of each case without the plan; what a plan does to them is not counted.",
        "Loss counts dearer imports as well as what users go without; with counts: world payments cancel and only the "
        "latter is left.",
        f"Each case is looked at for {sum(spec.spans)} months from its beginning and known from then on; lead "
        "times are drawn between their ends.",
    ]
    if spec.firm:
        notes.append(
            "Of a firm, a shortage is what it buys or goes without while the price stands above that of the base."
        )
    return tuple(notes)
