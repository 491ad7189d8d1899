"""Many draws of one scenario: from learned bases, on one thread and on two."""

from __future__ import annotations

import sys
from collections.abc import Callable

from benchmarks.cases.solves import against_cold
from benchmarks.clock import paired, process, timed
from benchmarks.models import ALL, LITHIUM, Look, Model, Watched, staged
from benchmarks.registry import Measure, Plan, case
from oreflow.atlas import bundled
from oreflow.market import Engine
from oreflow.shock import expected
from oreflow.shock.ranges import ranges
from oreflow.shock.sample import _drawn, _solve

SEED = 1
FEW = 3
"""Draws whose programmes are also solved from nothing."""
TIMES = 8
"""Draws of many over draws of few."""
_PATTERN = "halt"


def _learned(model: Model) -> Callable[[Plan], Measure]:
    def run(plan: Plan) -> Measure:
        stage, settings = staged(_PATTERN)
        engine = Watched(model.base(), settings)
        engine.learn(expected(stage))
        engine.seen.clear()
        ranged = ranges(bundled())
        for i in range(FEW):
            _solve(ranged, stage, engine, SEED, i)
        found: list[Look] = engine.seen
        measure = against_cold(found, plan.at_most(3 if model is not ALL else 1), learned=True)
        base = timed(lambda: [look.solve() for look in found])
        times = base / measure.median
        note = f"{len(found)} programmes; from the base's basis {times:.1f} times as long; {measure.note}"
        return Measure(measure.seconds, measure.peer, measure.against, measure.size, note)

    return run


def _prepared(model: Model) -> Callable[[int, int], object]:
    """Return what makes so many draws on so many threads, everything before them done."""
    stage, settings = staged(_PATTERN)
    engine = Engine(model.base(), settings)
    engine.learn(expected(stage))
    ranged = ranges(bundled())
    return lambda n, workers: _drawn(ranged, stage, engine, SEED, n, workers, None)


def drawn(model: Model, n: int, workers: int) -> None:
    """Make draws of a model of the bundled world."""
    _prepared(model)(n, workers)


def _draws(model: Model, threads: int) -> Callable[[Plan], Measure]:
    """Return a case: time a draw."""

    def run(plan: Plan) -> Measure:
        draw = _prepared(model)
        n = plan.draws if model is not ALL else max(plan.draws // 5, 2)
        repeats = plan.at_most(3 if model is not ALL else 1)
        size = f"{n} draws, {staged(_PATTERN)[1].periods} months"
        if threads == 1:
            times = tuple(timed(lambda: draw(n, 1)) / n for _ in range(repeats))
            inside = _inside(model, min(n, 5))
            return Measure(times, size=size, note=f"time a draw; {inside:.0%} of it inside HiGHS")
        seconds, against = paired(lambda: draw(n, threads), lambda: draw(n, 1), repeats)
        mine = tuple(s / n for s in seconds)
        note = f"time a draw; 10,000 draws take {10_000 * min(mine) / 60:.0f} minutes"
        return Measure(mine, "one thread", tuple(s / n for s in against), size, note).faster(1.8)

    return run


def _flat(model: Model) -> Callable[[Plan], Measure]:
    """Return a case: a draw of many beside a draw of few."""

    def run(plan: Plan) -> Measure:
        draw = _prepared(model)
        few = max(plan.draws // 2, 2)
        many = TIMES * few
        draw(few, 1)
        a, b = paired(lambda: draw(many, 1), lambda: draw(few, 1), 1)
        measure = Measure(
            tuple(t / many for t in a),
            f"a draw of {few}",
            tuple(t / few for t in b),
            f"{many} draws",
            "time a draw, one thread",
        )
        return measure.share(1.1, f"times a draw of {few}")

    return run


def _memory(model: Model) -> Callable[[Plan], Measure]:
    """Return a case: memory of a worker with all that it needs."""

    def run(plan: Plan) -> Measure:
        command = [sys.executable, "-m", "benchmarks.alone", "draws", model.name, str(plan.draws)]
        ran = process(command)
        measure = Measure((ran.megabytes,), size=f"{plan.draws} draws, the whole process", unit="MB")
        return measure.within(1000.0, "MB a worker", ran.megabytes)

    return run


def _inside(model: Model, n: int) -> float:
    """Share of the time of draws that is spent inside HiGHS."""
    stage, settings = staged(_PATTERN)
    engine = Watched(model.base(), settings)
    engine.learn(expected(stage))
    engine.inside = 0.0
    ranged = ranges(bundled())
    total = timed(lambda: [_solve(ranged, stage, engine, SEED, i) for i in range(n)])
    return engine.inside / total


for _model in (LITHIUM, ALL):
    _quick = _model is not ALL
    case(f"{_model.name}/halt/learned", "draws re-solved from learned bases", quick=_quick)(_learned(_model))
    case(f"{_model.name}/halt/draw", "draws on one thread", quick=_quick)(_draws(_model, 1))
    case(f"{_model.name}/halt/draw2", "draws on two threads", quick=_quick)(_draws(_model, 2))
    case(f"{_model.name}/halt/flat", "draws of many beside draws of few", quick=_quick)(_flat(_model))
    case(f"{_model.name}/halt/memory", "memory of a worker that draws", quick=_quick)(_memory(_model))
