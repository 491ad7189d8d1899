"""Published decisions over time beside ours, for ``oreflow validate``."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from oreflow.atlas import World
from oreflow.respond.sddp import IterationLimit, deterministic_equivalent, train
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
ITERATIONS = 90
"""After these the bound is within a billionth of the optimum."""


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
    policy = train(graph, initial_state=[0.0], stopping=IterationLimit(10))
    tree = deterministic_equivalent(graph, initial_state=[0.0]).value
    yield row("hydro-thermal (FAST, SDDP.jl), optimum: bound of the cuts", FAST, policy.bound, 1e-9)
    above = policy.upper_bound().value
    yield row("hydro-thermal (FAST, SDDP.jl), optimum: bound from above", FAST, above, 1e-6)
    yield row("hydro-thermal (FAST, SDDP.jl), optimum: every history in one programme", FAST, tree, 1e-9)


def _stockpile() -> Iterator[Row]:
    levels, cost = stockpile_table()
    table = policy_iteration(cost, np.array(TRANSITION), DISCOUNT)
    policy = train(stockpile(), initial_state=[0.0], stopping=IterationLimit(ITERATIONS))
    name = "stockpile, Teisberg 1981 (GAMS library, markov)"
    # The tolerance of the first is one of the last digit that is printed, of the second what cuts leave open.
    yield row(f"{name}, objective: policy iteration", STOCKPILE, float(table.value.mean()), 1e-6)
    yield row(f"{name}, objective: bound of the cuts", STOCKPILE, policy.bound, 1e-5)
    above = policy.upper_bound(points=20).value
    yield row(f"{name}, objective: bound from above", STOCKPILE, above, 1e-3 * STOCKPILE)
    for i, regime in enumerate(REGIMES):
        case = f"{name}, largest difference of a next level from 0, 3, … 21, {regime}"
        told, known = np.array(NEXT[i]), levels[table.choice[i]]
        stock = np.array([policy.act(regime, [level]).state["stock"] for level in levels])
        for way, found in (("policy iteration", known), ("cuts", stock)):
            yield row(f"{case}: {way}", 0.0, float(np.abs(found - told).max()), 1e-4)
