"""Policies by stochastic dual dynamic programming: stage programmes kept warm beside those built anew each time."""

from __future__ import annotations

import numpy as np

from benchmarks.clock import paired, repeated
from benchmarks.layers import need, quiet
from benchmarks.models import check_equal
from benchmarks.registry import Measure, Plan, case
from benchmarks.stocks import MINERALS, QUARTERS, REGIMES, graph, in_linopy, inside, met, rebuilt, trained
from oreflow.respond.sddp.lp import StageLP

HISTORIES, FEW = 30, 3
EACH_SECOND = 1000.0
"""Stage programmes that are to be solved in a second."""
SHARE = 0.7
"""Share of the time that is to be spent in the solver."""


def _size() -> str:
    rows, cols = graph().nodes[0].matrix.shape
    return f"{QUARTERS} quarters × {len(REGIMES)} regimes, {MINERALS} stocks, {rows} × {cols}"


@case("stocks/policy/train", "a policy for four stocks, three regimes and twelve quarters", quick=True)
def policy(plan: Plan) -> Measure:
    """Train for a number of iterations, and count programmes a second and the time in the solver."""
    iterations = 30 if plan.repeats > 1 else 5
    found = []
    with inside() as spent:
        seconds = repeated(lambda: found.append(trained(iterations)), plan.at_most(3))
    last, whole = found[-1], sum(seconds)
    rate, run = spent["run"][1] / whole, spent["run"][0] / whole
    share = sum(t for t, _ in spent.values()) / whole
    each = last.iterations[-1].solves
    note = f"{iterations} iterations, {each:,} programmes, bound {last.bound:.6g}; {run:.0%} of the time in its `run`"
    measure = Measure(seconds, size=_size(), note=note)
    return measure.above(EACH_SECOND, "programmes a second", rate).above(SHARE, "of the time in HiGHS", share)


def _beside(plan: Plan, name: str, histories: int, peer: object) -> Measure:
    trained_policy = trained(30 if plan.repeats > 1 else 5)
    solves = met(trained_policy, histories)
    programmes = [
        StageLP(s, trained_policy.later[i], float(trained_policy.floors[i]), trained_policy.rows[i])
        for i, s in enumerate(trained_policy.graph.nodes)
    ]
    ours: list[float] = []
    theirs: list[float] = []

    def warm() -> None:
        ours[:] = [programmes[node].solve(state, noise) for node, state, noise in solves]

    def other() -> None:
        with quiet():
            theirs[:] = [peer(trained_policy, solve) for solve in solves]  # type: ignore[operator]

    warm()
    seconds, against = paired(warm, other, plan.at_most(3))
    for a, b in zip(ours, theirs, strict=True):
        check_equal(a, b, name)
    rate = len(solves) / float(np.median(seconds))
    return Measure(seconds, name, against, _size(), f"{len(solves)} programmes; ours {rate:,.0f} a second")


@case("stocks/stages/warm", "stages with their cuts, solved again from the last basis", quick=True)
def stages(plan: Plan) -> Measure:
    """Solve what some histories meet, beside HiGHS on a new model each time."""

    def cold(policy, solve) -> float:  # type: ignore[no-untyped-def]
        model = rebuilt(policy, solve)
        model.run()
        return float(model.getInfo().objective_function_value)

    return _beside(plan, "HiGHS, a new model each time", HISTORIES if plan.repeats > 1 else FEW, cold).faster(
        3.0
    )


@case("stocks/stages/linopy", "the same stages built and solved in linopy each time")
def layer(plan: Plan) -> Measure:
    """Solve what a few histories meet, beside a modelling layer."""
    need("linopy")
    return _beside(plan, "linopy, a new model each time", FEW, in_linopy)
