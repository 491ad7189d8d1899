"""Prices that are not unique: the interval of what one unit more costs and one unit less saves.

The optimum is a convex, piecewise linear function of what is wanted at a node. At a corner its slope is one number to
the left and another to the right, every dual between them is a price, and which one a solver gives is chance. Both
slopes are found by asking for a little more and a little less (Aucamp and Steinberg 1982).
"""

from __future__ import annotations

from dataclasses import replace

from oreflow.errors import InfeasibleError
from oreflow.market.highs import Basis
from oreflow.market.layout import Arrays
from oreflow.market.solve import Solution, Solver

SHARE = 1e-6
"""What is asked for more or less, as a share of what passes the node in a month."""


def price_interval(
    solver: Solver, arrays: Arrays, solution: Solution, *, node: int, period: int, start: Basis | None = None
) -> tuple[float, float]:
    """Return the lowest and the highest price that clears a node.

    Args:
        solver: Solver of the programme.
        arrays: Its numbers.
        solution: Its solution.
        node: Index of the node.
        period: Index of the period.
        start: Basis to start from, as a rule that of the solution.

    Returns:
        Low and high, USD/unit; equal within the accuracy of the solver where the price is unique. High is infinite
        where nothing more can be had.

    Raises:
        NumericalError: A solution could not be proven.
    """
    layout = solver.problem.layout
    beta = float(layout.discount[period])
    unit = SHARE * max(float(layout.base.throughput[node]) / 12.0, 1e-9)
    found = []
    for sign in (-1.0, 1.0):
        lower = arrays.row_lower.copy()
        lower[period, node] += sign * unit
        try:
            moved = solver.solve(replace(arrays, row_lower=lower), start=start)
        except InfeasibleError:
            found.append(float("inf"))
            continue
        # Duals of the programme next door: its corner lies a little to one side, so that they are this side's slope.
        found.append(float(moved.price[period, node]) / beta)
    here = float(solution.price[period, node]) / beta
    return min(found[0], here), max(found[1], here)
