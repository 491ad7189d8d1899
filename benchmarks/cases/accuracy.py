"""How far prices by steps are from those of smooth curves, and what both take."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

import numpy as np
from tests.oracle.smooth import market

from benchmarks.clock import paired
from benchmarks.models import TEN, Look, scene
from benchmarks.registry import Measure, Plan, case
from oreflow.market import Change
from oreflow.market.network import Floats
from oreflow.market.refine import refined
from oreflow.market.solve import Solution

SCENARIOS = ((0.95, 1.0), (0.9, 1.01), (0.8, 0.98), (0.7, 1.02))
"""Share of the largest plant that runs, and multiplier of all demand, for the whole horizon."""
PEER = "conic programme, no steps (Clarabel)"


def _beside(ours: Callable[[Look], Solution], plan: Plan) -> tuple[Measure, Floats, list[Look]]:
    """Solve scenarios ours and with smooth curves; return the times and by how much prices differ."""
    base = TEN.base()
    times: list[float] = []
    theirs: list[float] = []
    gaps, looks = [], []
    plant = base.net.plants[int(np.argmax(base.balanced.plant_q))]
    during = np.append(np.ones(TEN.months), 0.0)  # after the horizon all is as before, as in the peer
    for runs, wanted in SCENARIOS[: 2 * plan.at_most(2)]:
        changes = (
            Change("plants", (plant,), "availability", 1.0 - during * (1.0 - runs)),
            Change("demands", tuple(base.net.demands), "quantity", 1.0 + during * (wanted - 1.0)),
        )
        look = scene(TEN, changes)
        found: list[Solution] = []
        exact: list[Floats] = []
        a, b = paired(
            lambda look=look, found=found: found.append(ours(look)),
            lambda runs=runs, wanted=wanted, exact=exact: exact.append(
                market(base, availability={plant: runs}, demand=wanted, spans=TEN.spans)
            ),
            1,
        )
        times += a
        theirs += b
        price = found[-1].price[:, : len(base.net.nodes)] / look.view.beta[:-1, None]
        gaps.append(np.abs(price / exact[-1] - 1.0).ravel())
        looks.append(look)
    gap = np.concatenate(gaps)
    note = f"prices differ by {gap.mean():.2g} on average, {median(gap):.2g} in the middle, {gap.max():.2g} at most"
    return (
        Measure(tuple(times), PEER, tuple(theirs), f"{looks[0].size}, {len(gaps)} scenarios", note),
        gap,
        looks,
    )


@case("S/kinds/curves", "ten steps a curve as cut once, beside smooth curves", quick=True)
def curves(plan: Plan) -> Measure:
    return _beside(lambda look: look.solve(), plan)[0]


@case("S/kinds/refined", "the same with steps laid anew around the solution", quick=True)
def anew(plan: Plan) -> Measure:
    def ours(look: Look) -> Solution:
        return refined(look.solver, look.view, look.solve())[1]

    measure, gap, looks = _beside(ours, plan)
    again, fixed = zip(
        *(paired(lambda look=look: ours(look), look.solve, plan.at_most(3)) for look in looks), strict=True
    )
    ratio = median(median(a) / median(b) for a, b in zip(again, fixed, strict=True))
    measure = measure.within(1e-4, "between prices", float(gap.max()))
    return measure.within(1.3, "times ten fixed steps", ratio)
