"""Published decisions over time beside ours, for ``oreflow validate``."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from oreflow.atlas import World
from oreflow.respond.sddp import BoundStalls, IterationLimit, deterministic_equivalent, train
from oreflow.respond.sddp.examples import (
    DISCOUNT,
    REGIMES,
    TRANSITION,
    hydro_thermal,
    stockpile,
    stockpile_table,
)
from oreflow.respond.sddp.tabular import policy_iteration
from oreflow.validation import Row, row

FAST = 10.0
STOCKPILE = 2401.577254
"""Objective of `markov` in the model library of GAMS: the mean over its sixteen states, each weighed by 0.0625."""
NEXT = ((3, 3, 6, 6, 9, 12, 15, 18), (0, 0, 3, 3, 6, 9, 9, 12))
"""Next level from the levels 0, 3, … 21, normal and disrupted."""
LIMIT = 500
STALLED = BoundStalls(60, 1e-10)


def rows(world: World | None = None) -> list[Row]:
    """Return every published case with ours.

    Args:
        world: Not needed: the cases bring their own numbers.

    Returns:
        Rows; ``ok`` where the difference is within the tolerance.
    """
    return [*_fast(), *_stockpile()]


def _fast() -> Iterator[Row]:
    graph = hydro_thermal()
    bound = train(graph, initial_state=[0.0], stopping=IterationLimit(10)).bound
    tree = deterministic_equivalent(graph, initial_state=[0.0]).value
    yield row("hydro-thermal (FAST, SDDP.jl), optimum: bound of the cuts", FAST, bound, 1e-9)
    yield row("hydro-thermal (FAST, SDDP.jl), optimum: every history in one programme", FAST, tree, 1e-9)


def _stockpile() -> Iterator[Row]:
    levels, cost = stockpile_table()
    table = policy_iteration(cost, np.array(TRANSITION), DISCOUNT)
    policy = train(stockpile(), initial_state=[0.0], stopping=[IterationLimit(LIMIT), STALLED])
    name = "stockpile, Teisberg 1981 (GAMS library, markov)"
    # The tolerance of the first is one of the last digit that is printed, of the second what cuts leave open.
    yield row(f"{name}, objective: policy iteration", STOCKPILE, float(table.value.mean()), 1e-6)
    yield row(f"{name}, objective: bound of the cuts", STOCKPILE, policy.bound, 1e-5)
    for i, regime in enumerate(REGIMES):
        for s, level in enumerate(levels):
            case = f"{name}, next level from {level:g}, {regime}"
            yield row(f"{case}: policy iteration", NEXT[i][s], float(levels[table.choice[i, s]]), 0.0)
            stock = policy.act(regime, [level]).state["stock"]
            yield row(f"{case}: cuts", NEXT[i][s], stock, 1e-4)
