"""Many draws of one scenario: from learned bases, on one thread and on two."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.cases.solves import against_cold
from benchmarks.clock import paired, timed
from benchmarks.models import ALL, LITHIUM, Look, Model, Watched, staged
from benchmarks.registry import Measure, Plan, case
from oreflow.atlas import bundled
from oreflow.market import Engine
from oreflow.shock import expected
from oreflow.shock.sample import _drawn, _ranges, _solve

SEED = 1
FEW = 3
"""Draws whose programmes are also solved from nothing."""
_PATTERN = "halt"


def _learned(model: Model) -> Callable[[Plan], Measure]:
    def run(plan: Plan) -> Measure:
        stage, settings = staged(_PATTERN)
        engine = Watched(model.base(), settings)
        engine.learn(expected(stage))
        engine.seen.clear()
        ranges = _ranges(bundled())
        for i in range(FEW):
            _solve(ranges, stage, engine, SEED, i)
        found: list[Look] = engine.seen
        measure = against_cold(found, plan.at_most(3 if model is not ALL else 1), learned=True)
        base = timed(lambda: [look.solve() for look in found])
        times = base / measure.median
        note = f"{len(found)} programmes; from the base's basis {times:.1f} times as long; {measure.note}"
        return Measure(measure.seconds, measure.peer, measure.against, measure.size, note)

    return run


def _draws(model: Model, threads: int) -> Callable[[Plan], Measure]:
    """Return a case: time a draw."""

    def run(plan: Plan) -> Measure:
        stage, settings = staged(_PATTERN)
        engine = Engine(model.base(), settings)
        engine.learn(expected(stage))
        ranges = _ranges(bundled())
        n = plan.draws if model is not ALL else max(plan.draws // 5, 2)

        def drawn(workers: int) -> Callable[[], object]:
            return lambda: _drawn(ranges, stage, engine, SEED, n, workers, None)

        repeats = plan.at_most(3 if model is not ALL else 1)
        size = f"{n} draws, {settings.periods} months"
        if threads == 1:
            times = tuple(timed(drawn(1)) / n for _ in range(repeats))
            inside = _inside(model, min(n, 5))
            return Measure(times, size=size, note=f"time a draw; {inside:.0%} of it inside HiGHS")
        seconds, against = paired(drawn(threads), drawn(1), repeats)
        return Measure(
            tuple(s / n for s in seconds), "one thread", tuple(s / n for s in against), size, "time a draw"
        )

    return run


def _inside(model: Model, n: int) -> float:
    """Share of the time of draws that is spent inside HiGHS."""
    stage, settings = staged(_PATTERN)
    engine = Watched(model.base(), settings)
    engine.learn(expected(stage))
    engine.inside = 0.0
    ranges = _ranges(bundled())
    total = timed(lambda: [_solve(ranges, stage, engine, SEED, i) for i in range(n)])
    return engine.inside / total


for _model in (LITHIUM, ALL):
    _quick = _model is not ALL
    case(f"{_model.name}/halt/learned", "draws re-solved from learned bases", quick=_quick)(_learned(_model))
    case(f"{_model.name}/halt/draw", "draws on one thread", quick=_quick)(_draws(_model, 1))
    case(f"{_model.name}/halt/draw2", "draws on two threads", quick=_quick)(_draws(_model, 2))
