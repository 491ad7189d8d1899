"""Does the plan hold in the whole market? Every case solved again, with what the plan gives in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from oreflow.market.window import Window
from oreflow.respond.plan.markets import use_of
from oreflow.respond.plan.measures import places_of
from oreflow.respond.plan.programme import Floats
from oreflow.respond.plan.recourse import Recourse
from oreflow.respond.plan.study import Study
from oreflow.respond.plan.whole import by_month, changes, widened


@dataclass(frozen=True, slots=True)
class Proved:
    """A commodity in the worst cases, by the second stage and by the whole market.

    Attributes:
        commodity: Commodity.
        unit: Its unit.
        without: Mean shortage in the cases looked at, without the plan, units.
        believed: With the plan, by the second stage, prices elsewhere held.
        found: With the plan, by the whole market.
    """

    commodity: str
    unit: str
    without: float
    believed: float
    found: float

    @property
    def avoided(self) -> float:
        """Shortage that the plan avoids in the whole market, units."""
        return self.without - self.found


def prove(
    made: Study,
    x: Floats,
    cases: list[int],
    *,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Proved, ...]:
    """Solve some cases in the whole market with what a plan gives in them.

    Args:
        made: Markets, measures and second stage of a region.
        x: The plan, shape (K,).
        cases: Which cases; weighed by their probabilities.
        progress: Called with cases solved and cases in all.

    Returns:
        One row a commodity.

    Raises:
        ModelError: A market could not be cleared.
    """
    second = made.second
    p = second.programme
    at = Recourse(p).at(x, cases, solutions=True)
    none = Recourse(p).at(np.zeros(p.size), cases, solutions=True)
    assert at.y is not None and none.y is not None
    short0, short1 = second.shortage(none.y), second.shortage(at.y)
    base = widened(made.world, made.base, made.supplies)
    window = Window(base, second.spans)
    found = np.zeros((len(p.scenarios), len(second.commodities)))
    counted = np.isin(base.net.node_region, sorted(places_of(made.world, made.spec.region)))
    names = np.array(base.net.node_commodity)
    for i, s in enumerate(cases):
        given = at.y[s][second.given]
        more = changes(base, made.supplies, by_month(given, second.spans))
        cleared = window.clear((*made.markets[s].case.changes, *more))
        use = use_of(cleared).sum(axis=0)
        got = np.array([use[counted & (names == g)].sum() for g in second.commodities])
        found[s] = np.maximum(second.wanted[s] - got, 0.0)
        if progress is not None:
            progress(i + 1, len(cases))
    w = p.weight[cases] / p.weight[cases].sum()
    return tuple(
        Proved(c, u, float(w @ short0[cases, g]), float(w @ short1[cases, g]), float(w @ found[cases, g]))
        for g, (c, u) in enumerate(zip(second.commodities, second.units, strict=True))
    )
