"""A start for a long horizon of which nothing is known: short windows solved one after another, their bases stitched.

Columns of a period reach rows of that period and later ones, never earlier ones. A basis put together from bases of
consecutive windows is therefore block triangular, and regular where its parts are. Each window takes what earlier ones
shipped and stored as given, and sells what it leaves to later ones at the prices of the moment: the myopic market.
"""

from __future__ import annotations

import numpy as np

from oreflow.market import highs
from oreflow.market.highs import Basis
from oreflow.market.problem import Problem
from oreflow.market.proof import Numbers

MONTHS = 3
"""Months of a window."""
PASSES = 2
"""Passes over all windows: from the second on each knows what the one before found in later ones."""


def stitched(problem: Problem, n: Numbers, known: Basis) -> Basis | None:
    """Return a basis of the whole horizon put together from short windows.

    Args:
        problem: Compiled problem.
        n: Its numbers.
        known: Basis of the base, from which the first window starts.

    Returns:
        Status of columns and rows; None where a window has no solution (a minimum may rest on a later period).
    """
    layout = problem.layout
    rows, nodes = layout.rows, len(layout.base.net.nodes)
    col, row = known[0].copy(), known[1].copy()
    ends = windows(layout.spans)
    cuts = list(zip([0, *ends], ends, strict=False))
    model: highs.Model | None = None
    price = np.tile(layout.base.price, (layout.periods, 1))
    for turn in range(PASSES):
        carried = np.zeros(problem.shape[0])
        before: _Part | None = None
        for first, last in cuts:
            w = _Part(problem, first, last)
            alike = before is not None and w.like(before)
            if model is None or not alike:
                model = highs.model(w.matrix)
            elif turn == 0:  # nothing is known yet of this window: it starts as the one before it ended
                assert before is not None
                col[w.cols], row[w.rows] = col[before.cols], row[before.rows]
            later = np.zeros((layout.periods, rows))
            later[last:, :nodes] = layout.discount[last:-1, None] * price[last:]
            model.costs(None, n.cost[w.cols] - w.whole.T @ later.ravel())
            model.bounds(None, n.lower[w.cols], n.upper[w.cols])
            model.sides(None, n.row_lower[w.rows] - carried[w.rows], n.row_upper[w.rows] - carried[w.rows])
            model.forget()
            model.start((col[w.cols].copy(), row[w.rows].copy()))
            if model.run() != highs.OPTIMAL:
                return None
            x, dual = model.solution()
            col[w.cols], row[w.rows] = model.basis()
            carried += w.whole @ x
            found = dual.reshape(-1, rows)[:, :nodes] / layout.discount[first:last, None]
            price[first:last] = found
            if turn == 0:  # nor of what comes after it: the prices of the moment
                price[last:] = found[-1]
            before = w
    return col, row


class _Part:
    """One window: its columns with all rows that they reach, and with its own rows alone."""

    def __init__(self, problem: Problem, first: int, last: int) -> None:
        columns, rows = problem.layout.columns, problem.layout.rows
        self.cols, self.rows = slice(first * columns, last * columns), slice(first * rows, last * rows)
        self.whole = problem.matrix[:, self.cols]
        self.matrix = self.whole[self.rows]

    def like(self, other: _Part) -> bool:
        """Whether the same model serves both."""
        a, b = self.matrix, other.matrix
        return (
            a.shape == b.shape
            and np.array_equal(a.indptr, b.indptr)
            and np.array_equal(a.indices, b.indices)
            and np.array_equal(a.data, b.data)
        )


def windows(spans: tuple[int, ...]) -> list[int]:
    """Return the last period (exclusive) of each window: as many periods as make `MONTHS` months, one at least."""
    ends, months = [], 0
    for t, span in enumerate(spans):
        if months and months + span > MONTHS:
            ends.append(t)
            months = 0
        months += span
    return [*ends, len(spans)]
