"""Synthetic systems, small to large: compile, start from nothing with its memory, re-solve warm, and draw."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from statistics import mean, median

import numpy as np

from benchmarks import scenarios
from benchmarks.cases.solves import DEFAULTS
from benchmarks.clock import paired, process, repeated, timed
from benchmarks.models import (
    SYNTHETIC,
    Cold,
    Look,
    M,
    Model,
    S,
    check_equal,
    compiled,
    engine,
    scene,
)
from benchmarks.raw import FIELDS
from benchmarks.registry import Measure, Plan, case
from oreflow.market import Draw, Engine

EACH = {"S": 5, "M": 3, "L": 1}
"""Scenarios of each kind that are solved warm."""
ENSEMBLE = 200
FEW = 20
"""Draws that an ensemble's time a draw is held against."""
KEPT = ("price", "flow")
"""What is kept of a draw."""


def halt(model: Model) -> Look:
    """Return the programme that is solved from nothing."""
    return scene(model, scenarios.drawn(model.base(), "halt", model.months, 0))


@cache
def _defaults(model: Model) -> tuple[float, float, int]:
    """Solve that programme with HiGHS as it comes, once; return seconds, objective and iterations."""
    cold = Cold(halt(model))
    return timed(cold.solve), cold.objective, cold.iterations


def _compile(model: Model) -> Callable[[Plan], Measure]:
    def run(plan: Plan) -> Measure:
        model.base()
        times = repeated(lambda: compiled(model), plan.at_most(3))
        measure = Measure(
            times, DEFAULTS, (_defaults(model)[0],), halt(model).size, "matrix, solver and basis"
        )
        return measure.share(0.03, "of a cold solve")

    return run


def _cold(model: Model, most: float | None) -> Callable[[Plan], Measure]:
    def run(plan: Plan) -> Measure:
        look = halt(model)
        seconds, objective, iterations = _defaults(model)
        found = []
        held, arrays = look.solver, look.arrays()

        def cold() -> None:
            found.append(held.solve(arrays, start=held.stitched(arrays)))

        times = repeated(cold, plan.at_most(3 if model is S else 1))
        check_equal(found[-1].objective, objective, "HiGHS with its defaults")
        known = timed(look.solve)
        note = (
            f"short windows, then {found[-1].iterations:,} iterations, HiGHS {iterations:,}; from the base's basis "
            f"{known:.3g} s"
        )
        measure = Measure(times, DEFAULTS, (seconds,), look.size, note)
        return measure if most is None else measure.share(most, "of its time")

    return run


def _memory(model: Model) -> Callable[[Plan], Measure]:
    """Return a case: peak memory from an empty process to a cold solution, beside raw HiGHS on the same arrays."""

    def run(plan: Plan) -> Measure:
        look = halt(model)
        with tempfile.TemporaryDirectory() as folder:
            fields = look.fields()
            for name in FIELDS:
                np.save(Path(folder) / f"{name}.npy", fields[name])
            theirs = process([sys.executable, "-m", "benchmarks.raw", folder])
        bare = process([sys.executable, "-m", "benchmarks.raw"])
        ours = process([sys.executable, "-m", "benchmarks.alone", "cold", model.name])
        before = process([sys.executable, "-m", "benchmarks.alone", "base", model.name])
        note = (
            f"whole processes; before the programme {before.megabytes:.0f} MB, HiGHS {bare.megabytes:.0f} MB"
        )
        measure = Measure(
            (ours.megabytes,),
            DEFAULTS,
            (theirs.megabytes,),
            look.size,
            note,
            unit="MB",
        )
        added = (ours.megabytes - before.megabytes) / (theirs.megabytes - bare.megabytes)
        return measure.share(1.2, "times its memory").within(
            1.2, "times what the programme adds to it", added
        )

    return run


def _warm(model: Model, least: float | None) -> Callable[[Plan], Measure]:
    """Return a case: from the changes of a scenario to its proven solution, from the basis of the base."""

    def run(plan: Plan) -> Measure:
        base = model.base()
        scene(model).solve()
        times: dict[str, list[float]] = {kind: [] for kind in scenarios.KINDS}
        inside = 0.0
        for i in range(EACH[model.name] if plan.repeats > 1 else 1):
            for kind, of in times.items():
                changes = scenarios.drawn(base, kind, model.months, i)
                found = []
                of.append(timed(lambda c=changes, f=found: f.append(scene(model, c).solve())))
                inside += found[0].seconds
        everything = [t for of in times.values() for t in of]
        share = inside / sum(everything)
        kinds = ", ".join(f"{kind} {median(of):.3g} s" for kind, of in times.items())
        note = f"mean {mean(everything):.3g} s; medians: {kinds}; {share:.1%} of the time inside HiGHS"
        measure = Measure(tuple(everything), size=scene(model).size, note=note)
        if least is None:
            return measure
        return measure.above(least, "% of the time inside HiGHS", 100.0 * share)

    return run


def _drawer(model: Model) -> Callable[[int, int], None]:
    """Return what makes so many draws on so many threads: a scenario each, and elasticities."""
    first = engine(model)
    first.draw(scenarios.news(model.base(), model.months, 0), Draw(), KEPT)

    def one(worker: Engine, i: int) -> None:
        rng = np.random.default_rng([scenarios.SEED, i])
        es, ed = np.exp(rng.normal(0.0, 0.2, 2))
        worker.draw(scenarios.news(model.base(), model.months, i), Draw(es=es, ed=ed), KEPT)

    workers = [first]

    def draw(n: int, threads: int) -> None:
        while len(workers) < threads:
            workers.append(first.twin())
            one(workers[-1], 0)  # compiles
        with ThreadPoolExecutor(threads) as pool:
            parts = [range(k, n, threads) for k in range(threads)]
            done = pool.map(lambda k: [one(workers[k], i) for i in parts[k]], range(threads))
            list(done)

    return draw


def _ensemble(model: Model) -> Callable[[Plan], Measure]:
    """Return a case: two hundred draws, and whether the last cost more than the first."""

    def run(plan: Plan) -> Measure:
        draw = _drawer(model)
        many = ENSEMBLE if plan.repeats > 1 else 2 * FEW
        a, b = paired(lambda: draw(many, 1), lambda: draw(FEW, 1), 1)
        measure = Measure(
            (a[0] / many,),
            f"a draw of {FEW}",
            (b[0] / FEW,),
            f"{many} draws",
            f"time a draw; {a[0]:.3g} s in all",
        )
        return measure.share(1.1, f"times a draw of {FEW}")

    return run


def _two(model: Model) -> Callable[[Plan], Measure]:
    """Return a case: draws on two threads, each with a solver of its own."""

    def run(plan: Plan) -> Measure:
        draw = _drawer(model)
        n = 2 * FEW if plan.repeats > 1 else 8
        draw(2, 2)
        a, b = paired(lambda: draw(n, 2), lambda: draw(n, 1), 1)
        measure = Measure((a[0] / n,), "one thread", (b[0] / n,), f"{n} draws", "time a draw")
        return measure.faster(1.8)

    return run


for _model in SYNTHETIC.values():
    _name, _quick = _model.name, _model is S
    case(f"{_name}/base/compile", f"compile {_model.told}", quick=_quick)(_compile(_model))
    case(f"{_name}/halt/cold", "plants halt: solve from nothing", quick=_quick)(
        _cold(_model, {"S": None, "M": 0.25, "L": 0.12}[_name])
    )
    case(f"{_name}/halt/memory", "the same in a process of its own: peak memory", quick=_quick)(
        _memory(_model)
    )
    case(f"{_name}/kinds/warm", "scenarios of each kind, from changes to solution", quick=_quick)(
        _warm(_model, {"S": 96.0, "M": 99.0, "L": None}[_name])
    )
for _model in (S, M):
    case(f"{_model.name}/kinds/draw", "an ensemble of scenarios and elasticities", quick=_model is S)(
        _ensemble(_model)
    )
    case(f"{_model.name}/kinds/draw2", "draws on two threads", quick=_model is S)(_two(_model))
