"""The same markets in general modelling layers: what rebuilding or keeping one there costs beside patching ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from statistics import mean

import numpy as np

from benchmarks.clock import paired
from benchmarks.layers import Persistent, in_linopy, in_pypsa, need, quiet
from benchmarks.models import ALL, LITHIUM, SMALL, Look, M, Model, S, check_equal, looks, news, scene, scenes
from benchmarks.registry import Measure, Plan, case


def beside(
    found: Sequence[Look], peer: Callable[[Look], float], name: str, repeats: int, note: str = ""
) -> Measure:
    """Re-solve programmes our way and solve them another way, in turn.

    Args:
        found: The programmes.
        peer: Solves one and returns its objective.
        name: What the peer does.
        repeats: Times that each programme is solved.
        note: What else to say.

    Returns:
        Times of every solve of every programme.

    Raises:
        AssertionError: Two optima of one programme differ.
    """
    ours: list[float] = []
    theirs: list[float] = []
    for look in found:
        last: dict[str, float] = {}

        def mine(look: Look = look, last: dict[str, float] = last) -> None:
            last["ours"] = look.solve().objective

        def other(look: Look = look, last: dict[str, float] = last) -> None:
            last["theirs"] = peer(look)

        with quiet():
            a, b = paired(mine, other, repeats)
        check_equal(last["ours"], last["theirs"], name)
        ours += a
        theirs += b
    if len(found) > 1:
        means = f"means {mean(ours):.3g} s and {mean(theirs):.3g} s"
        note = "; ".join(t for t in (f"{len(found)} scenarios", note, means) if t)
    return Measure(tuple(ours), name, tuple(theirs), found[0].size, note)


def _rebuilt(
    find: Callable[[], Sequence[Look]], package: str, repeats: int, note: str = ""
) -> Callable[[Plan], Measure]:
    """Return a case: a package builds every programme anew."""
    way, name = {
        "linopy": (in_linopy, "linopy rebuilds and solves"),
        "pypsa": (in_pypsa, "PyPSA rebuilds and solves"),
    }[package]

    def run(plan: Plan) -> Measure:
        need(package)
        built: list[float] = []
        measure = beside(find(), partial(way, built=built), name, plan.at_most(repeats), note)
        alone = f"building alone {np.median(built):.2g} s of its time"
        return replace(measure, note="; ".join(t for t in (measure.note, alone) if t))

    return run


@case("small/halt/linopy", "a mine halts: patch and re-solve", quick=True)
def second_formulation(plan: Plan) -> Measure:
    """The formulation that the tests hold ours against, written curve by curve in linopy."""
    need("linopy")
    from tests.oracle.formulation import Formulation

    static, look = looks(SMALL, "halt")
    (heard,) = news(SMALL, "halt")
    base, spans = SMALL.base(), look.view.layout.spans
    return beside(
        [look],
        lambda _: Formulation(base, spans, heard.changes, far=look.view.far).solve().objective,
        "linopy, curve by curve",
        plan.repeats,
        f"after a long-run price from {static.size}",
    )


def _persistent(model: Model, each: int) -> Callable[[Plan], Measure]:
    """Return a case: linopy keeps model and solver, and finds by itself what has changed."""

    def run(plan: Plan) -> Measure:
        need("linopy")
        with quiet():
            kept = Persistent(scene(model))
        return beside(scenes(model, each), kept.solve, "linopy persistent", 1, "from its last basis")

    return run


for _model in (LITHIUM, ALL):
    _quick = _model is LITHIUM
    _find = partial(looks, _model, "halt")
    case(f"{_model.name}/halt/linopy", "a mine halts: patch and re-solve", quick=_quick)(
        _rebuilt(lambda find=_find: find()[-1:], "linopy", 2)
    )
    case(f"{_model.name}/halt/pypsa", "the price after the window: patch and re-solve", quick=_quick)(
        _rebuilt(
            lambda find=_find: find()[:1], "pypsa", 2 if _model is LITHIUM else 1, "one period, no stocks"
        )
    )


def _asking(run: Callable[[Plan], Measure], times: float) -> Callable[[Plan], Measure]:
    return lambda plan: run(plan).faster(times)


_WHAT = "a scenario of each kind: patch and re-solve the whole horizon"
for _model, _each, _asked in ((S, 2, (28.0, 2.0, 300.0)), (M, 1, (40.0, 1.0, 80.0))):
    _quick = _model is S
    _many = partial(scenes, _model, _each)
    for _phase, _run, _times in zip(
        ("linopy", "persistent", "pypsa"),
        (_rebuilt(_many, "linopy", 1), _persistent(_model, 2 * _each), _rebuilt(_many, "pypsa", 1)),
        _asked,
        strict=True,
    ):
        case(f"{_model.name}/kinds/{_phase}", _WHAT, quick=_quick)(_asking(_run, _times))
