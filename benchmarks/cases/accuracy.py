"""How far prices by steps are from those of smooth curves, and what both take."""

from __future__ import annotations

from statistics import median

import numpy as np

from benchmarks import scenarios
from benchmarks.clock import paired
from benchmarks.models import Look, S, scene
from benchmarks.registry import Measure, Plan, case
from benchmarks.smooth import smooth
from oreflow.market.network import Floats
from oreflow.market.solve import Solution

PATTERNS = (("demand", 0), ("cost", 0), ("demand", 1), ("cost", 1))
"""Scenarios whose prices are compared: kind and number."""
PASSES = 0.01
"""Share of what usually passes a node that must pass it for its price to count: a price of nothing is any price."""


def off(look: Look, solution: Solution, exact: Floats) -> Floats:
    """Return by how much prices differ, as a share, at nodes that something passes.

    Args:
        look: The programme.
        solution: Its solution by steps.
        exact: Row duals with smooth curves, shape (T, rows).
    """
    nodes = len(look.view.layout.base.net.nodes)
    through = 0.5 * (abs(look.problem.matrix) @ solution.x.ravel()).reshape(exact.shape)[:, :nodes]
    usual = look.view.layout.base.throughput * look.view.layout.per
    counts = through > PASSES * usual
    mine, theirs = solution.price[:, :nodes][counts], exact[:, :nodes][counts]
    worth = np.broadcast_to(look.view.layout.base.price, counts.shape)[counts]
    return np.abs(mine - theirs) / np.maximum(theirs, 1e-3 * worth)


@case("S/kinds/curves", "steps as cut once, beside smooth curves", quick=True)
def curves(plan: Plan) -> Measure:
    ours: list[float] = []
    theirs: list[float] = []
    gaps = []
    for kind, i in PATTERNS[: 2 * plan.at_most(2)]:
        look = scene(S, scenarios.drawn(S.base(), kind, S.months, i))
        found: list[Solution] = []
        exact: list[Floats] = []
        a, b = paired(
            lambda look=look, found=found: found.append(look.solve()),
            lambda look=look, exact=exact: exact.append(smooth(look).price),
            1,
        )
        ours += a
        theirs += b
        gaps.append(off(look, found[-1], exact[-1]))
    gap = np.concatenate(gaps)
    note = f"prices differ by {gap.mean():.2g} on average, {median(gap):.2g} in the middle, {gap.max():.2g} at most"
    size = f"{look.size}, {len(gaps)} scenarios"
    return Measure(tuple(ours), "quadratic programmes (Clarabel)", tuple(theirs), size, note)
