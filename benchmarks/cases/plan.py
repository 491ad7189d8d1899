"""Plans: warm cuts beside cold ones, beside one programme over all cases, and the ranking of a briefing."""

from __future__ import annotations

from functools import cache
from typing import Any

from benchmarks.clock import paired, timed
from benchmarks.registry import Measure, Plan, case

MINUTES = 5.0
"""Time within which a plan is wanted, minutes."""
RANKING = 10.0
"""Time within which the measures of a briefing are wanted, seconds."""


def _same(ours: float, theirs: float, who: str) -> None:
    """Hold two optima against each other; decomposition ends within 1e-7 of the largest amount in question."""
    if abs(ours - theirs) > 1e-6 * max(abs(ours), abs(theirs), 1.0):
        raise AssertionError(f"the optimum is {ours:.12g}, {who} find {theirs:.12g}.")


@cache
def _study(name: str) -> Any:
    from dataclasses import replace
    from pathlib import Path

    from oreflow.atlas import bundled
    from oreflow.respond.plan import load, study

    world = bundled()
    spec = load(Path(__file__).parents[2] / "examples" / "plan" / f"{name}.yaml", world)
    return study(world, replace(spec, hazards=None))


def _frontier(made: Any, *, warm: bool) -> tuple[list[float], Any]:
    from oreflow.respond.plan import Planner, Recourse

    recourse = Recourse(made.second.programme, workers=1, warm=warm)
    planner = Planner(recourse, made.menu)
    return [planner.best(w, tail=made.spec.tail).value for w in made.spec.weights], recourse


@case("us-minerals/plan/frontier", "plans for six weights of risk, from cuts that are kept", quick=True)
def frontier(plan: Plan) -> Measure:
    """Second stages from the last basis of each case beside second stages from nothing."""
    made = _study("us-minerals")
    ours: list[Any] = []
    theirs: list[Any] = []
    seconds, against = paired(
        lambda: ours.append(_frontier(made, warm=True)), lambda: theirs.append(_frontier(made, warm=False)), 1
    )
    for a, b in zip(ours[-1][0], theirs[-1][0], strict=True):
        _same(a, b, "cold second stages")
    p = made.second.programme
    rows, columns = p.matrix.shape
    note = f"{ours[-1][1].solves:,} second stages, cold {theirs[-1][1].solves:,}"
    size = f"{len(p.scenarios)} cases of {rows:,} × {columns:,}, {p.size} measures"
    return Measure(seconds, "every second stage cold", against, size, note)


@case(
    "us-minerals/plan/extensive", "the plan for one weight in any sizes, beside one programme over all cases"
)
def whole(plan: Plan) -> Measure:
    """Decomposition beside the extensive form, lots left aside."""
    from oreflow.respond.plan import Menu, Planner, Recourse, extensive

    made = _study("us-minerals")
    p = made.second.programme
    menu = Menu(made.menu.cost, made.menu.most, 0.0 * made.menu.lot)
    found: list[float] = []
    other: list[float] = []

    def ours() -> None:
        planner = Planner(Recourse(p, workers=1), menu)
        found.append(planner.best(made.spec.weight, tail=made.spec.tail).value)

    def theirs() -> None:
        other.append(extensive(p, menu, made.spec.weight, tail=made.spec.tail)[1])

    seconds, against = paired(ours, theirs, 1)
    _same(found[-1], other[-1], "the extensive form")
    size = f"{len(p.scenarios)} cases of {p.matrix.shape[0]:,} × {p.matrix.shape[1]:,}"
    return Measure(seconds, "one programme over all cases", against, size)


@case("us-minerals/plan/whole", "markets of all cases, frontier, measures and regret")
def answer(plan: Plan) -> Measure:
    """The command's work, hazards included."""
    from pathlib import Path

    from oreflow.atlas import bundled
    from oreflow.respond.plan import load
    from oreflow.respond.plan import plan as make

    world = bundled()
    spec = load(Path(__file__).parents[2] / "examples" / "plan" / "us-minerals.yaml", world)
    found: list[Any] = []
    seconds = timed(lambda: found.append(make(world, spec)))
    note = f"{len(found[-1].cases)} cases, {found[-1].solves:,} programmes solved"
    return Measure((seconds,), note=note).within(MINUTES, "minutes", seconds / 60.0)


@case("lithium/rank", "measures against the halt of Jianxiawo, each alone in the whole market", quick=True)
def ranking(plan: Plan) -> Measure:
    """What a briefing adds for its fifth section."""
    from oreflow.atlas import bundled
    from oreflow.market import calibrate
    from oreflow.report.assemble.horizon import horizon
    from oreflow.respond.plan import rank
    from oreflow.shock import expected, from_library, stage

    world = bundled()
    scenario = from_library("jianxiawo_halt_2025")
    settings = horizon(scenario)
    base = calibrate(world, scope=("lithium",))
    news = expected(stage(scenario, world, start=settings.start, months=settings.periods))
    found: list[Any] = []
    seconds = timed(lambda: found.append(rank(world, base, news, settings=settings)))
    works = sum(r.verdict == "works" for r in found[-1].rows)
    note = f"{len(found[-1].rows)} measures, of which {works} work; {found[-1].solves} markets solved"
    return Measure((seconds,), note=note).within(RANKING, "seconds", seconds)
