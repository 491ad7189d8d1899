"""From a calibrated market to a solution: compile, start from the known basis, re-solve warm."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchmarks.clock import paired, repeated
from benchmarks.models import ALL, LOOK, MODELS, Cold, Look, Model, check_equal, looks
from benchmarks.registry import Measure, Plan, case
from oreflow.market import calibrate
from oreflow.market.layout import Layout
from oreflow.market.problem import compile_problem
from oreflow.market.solve import Solution, Solver

DEFAULTS = "HiGHS cold, defaults"


def _calibrate(model: Model) -> Callable[[Plan], Measure]:
    def run(plan: Plan) -> Measure:
        base = model.base()
        world, scope = model.world(), base.net.scope
        times = repeated(lambda: calibrate(world, scope=tuple(scope)), plan.repeats)
        net = base.net
        size = f"{len(net.nodes)} nodes, {len(net.plants)} plants, {len(net.routes):,} routes"
        return Measure(times, size=size)

    return run


def _compile(model: Model) -> Callable[[Plan], Measure]:
    def run(plan: Plan) -> Measure:
        base = model.base()
        times = repeated(lambda: Solver(compile_problem(Layout(base, LOOK.spans))), plan.repeats)
        return Measure(times, size=looks(model, "base")[-1].size, note="matrix, HiGHS model and known basis")

    return run


def warm(model: Model, pattern: str) -> Callable[[Plan], Measure]:
    """Return a case: re-solve the look ahead at a pattern's first news from the basis of the base."""

    def run(plan: Plan) -> Measure:
        return against_cold(looks(model, pattern), plan.at_most(5 if model is not ALL else 3))

    return run


def against_cold(found: Sequence[Look], repeats: int, *, learned: bool = False) -> Measure:
    """Solve programmes ours and HiGHS's way, in turn, and compare times and optima.

    Args:
        found: The programmes.
        repeats: Times that each is solved.
        learned: Start from learned bases.

    Returns:
        Times of all programmes together.
    """
    colds = [Cold(look) for look in found]
    last: list[Solution] = []

    def ours() -> None:
        last[:] = [look.solve(learned=learned) for look in found]

    def peer() -> None:
        for cold in colds:
            cold.solve()

    seconds, against = paired(ours, peer, repeats)
    for solution, cold in zip(last, colds, strict=True):
        check_equal(solution.objective, cold.objective, "HiGHS from nothing")
    inside = sum(s.seconds for s in last) / seconds[-1]
    steps, theirs = sum(s.iterations for s in last), sum(c.iterations for c in colds)
    note = f"{steps:,} iterations, cold {theirs:,}; {inside:.0%} of the time inside HiGHS"
    return Measure(seconds, DEFAULTS, against, max((x.size for x in found), key=len), note)


for _model in MODELS.values():
    _quick = _model is not ALL
    case(f"{_model.name}/base/calibrate", f"calibrate {_model.told}", quick=_quick)(_calibrate(_model))
    case(f"{_model.name}/base/compile", "compile the look ahead", quick=_quick)(_compile(_model))
    case(f"{_model.name}/base/start", "first solve, from the basis that is known", quick=_quick)(
        warm(_model, "base")
    )
    case(f"{_model.name}/halt/warm", "a mine halts: patch and re-solve from the base", quick=_quick)(
        warm(_model, "halt")
    )
case("all/tariff/warm", "a tariff on copper: patch and re-solve from the base")(warm(ALL, "tariff"))
