"""Regret: what a plan costs, if a case comes true, more than the best plan for that case would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from oreflow.respond.plan.benders import Planner
from oreflow.respond.plan.happenings import Happening
from oreflow.respond.plan.programme import Floats


@dataclass(frozen=True, slots=True)
class Regret:
    """One case.

    Attributes:
        case: Its name.
        group: Scenario that it is a draw of.
        weight: Its probability.
        loss: Loss under the plan, USD.
        total: Cost of the plan and loss, USD.
        best: The least that cost and loss could be for somebody who knew, USD.
        sizes: The plan of somebody who knew.
    """

    case: str
    group: str
    weight: float
    loss: float
    total: float
    best: float
    sizes: dict[str, float]

    @property
    def regret(self) -> float:
        """USD."""
        return max(self.total - self.best, 0.0)


def regrets(
    planner: Planner, cases: Sequence[Happening], x: Floats, *, budget: float = np.inf
) -> tuple[Regret, ...]:
    """Return the regret of a plan in every case, against the plan that is best for that case alone.

    Args:
        planner: Finds plans; the cuts that it has are used.
        cases: What may happen.
        x: The plan, shape (K,).
        budget: Most that a plan may cost, USD.

    Returns:
        One row a case.
    """
    p = planner.programme
    loss = planner.recourse.at(x).loss
    cost = float(planner.menu.cost @ x)
    out = []
    for s, case in enumerate(cases):
        only = np.zeros(len(cases))
        only[s] = 1.0
        best = planner.best(1.0, tail=1.0, budget=budget, probabilities=only)
        sizes = {m: float(v) for m, v in zip(p.measures, best.x, strict=True) if v > 1e-9}
        out.append(
            Regret(
                case.name, case.group, case.weight, float(loss[s]), cost + float(loss[s]), best.value, sizes
            )
        )
    return tuple(out)
