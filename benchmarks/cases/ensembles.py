"""Whole ensembles on the bundled world: worker processes, hazards and the store included."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.clock import timed
from benchmarks.models import ALL, LITHIUM, Model
from benchmarks.registry import Measure, Plan, case

ASKED = 10_000
"""Draws that are wanted within minutes."""
SPEC = """
ensemble: benchmark
{scope}
horizon: {{start: 2026-01, months: 12, step: quarter, ahead: [3, 9]}}
draws: {draws}
seed: 1
"""


def _seconds(model: Model, draws: int, workers: int) -> float:
    """Return the time of an ensemble of so many draws in a folder of its own, s."""
    from oreflow.shock.ensemble import Spec
    from oreflow.shock.ensemble.runner import ensemble

    scope = f"scope: [{', '.join(model.scope)}]" if model.scope else ""
    world = model.world()
    spec = Spec.loads(SPEC.format(scope=scope, draws=draws), world)
    with tempfile.TemporaryDirectory() as folder:
        return timed(lambda: ensemble(world, spec, Path(folder) / "draws", workers=workers))


def _two(model: Model) -> Callable[[Plan], Measure]:
    """Return a case: the time that one more draw takes on two processes and on one, what starts them left out."""

    def run(plan: Plan) -> Measure:
        few = plan.draws if model is not ALL else max(plan.draws // 3, 4)
        each = {}
        for workers in (2, 1):
            started = _seconds(model, few, workers)
            each[workers] = (_seconds(model, 4 * few, workers) - started) / (3 * few)
        minutes = ASKED * each[2] / 60.0
        note = f"time of one more draw; {ASKED:,} draws on two processes take {minutes:.0f} minutes"
        measure = Measure((each[2],), "one process", (each[1],), f"{4 * few} draws, 4 quarters", note)
        return measure.faster(1.8)

    return run


for _model in (LITHIUM, ALL):
    case(f"{_model.name}/year/ensemble2", "an ensemble of next year on two processes")(_two(_model))
