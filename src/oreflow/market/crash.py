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
    rows, columns, nodes = layout.rows, layout.columns, len(layout.base.net.nodes)
    col, row = known[0].copy(), known[1].copy()
    ends = windows(layout.spans)
    parts = [
        _Part(problem, slice(a * columns, b * columns), slice(a * rows, b * rows), b)
        for a, b in zip([0, *ends], ends, strict=False)
    ]
    model: highs.Model | None = None
    price = np.tile(layout.base.price, (layout.periods, 1))
    for turn in range(PASSES):
        carried = np.zeros(problem.shape[0])
        for i, w in enumerate(parts):
            if model is None or i == 0 or not w.like(parts[i - 1]):
                model = highs.model(w.matrix)
            later = np.zeros((layout.periods, rows))
            later[w.last :, :nodes] = layout.discount[w.last : -1, None] * price[w.last :]
            model.costs(None, n.cost[w.cols] - w.whole.T @ later.ravel())
            model.bounds(None, n.lower[w.cols], n.upper[w.cols])
            model.sides(None, n.row_lower[w.rows] - carried[w.rows], n.row_upper[w.rows] - carried[w.rows])
            model.forget()
            model.start((col[w.cols], row[w.rows]))
            if model.run() != highs.OPTIMAL:
                return None
            x, dual = model.solution()
            col[w.cols], row[w.rows] = model.basis()
            carried += w.whole @ x
            first = w.last - len(dual) // rows
            found = dual.reshape(-1, rows)[:, :nodes] / layout.discount[first : w.last, None]
            price[first : w.last] = found
            if turn == 0:  # nothing is known yet of what comes after: the prices of the moment
                price[w.last :] = found[-1]
                if i + 1 < len(parts) and parts[i + 1].like(w):
                    col[parts[i + 1].cols], row[parts[i + 1].rows] = col[w.cols], row[w.rows]
    return col, row


class _Part:
    """One window: its columns with all rows that they reach, and with its own rows alone."""

    def __init__(self, problem: Problem, cols: slice, rows: slice, last: int) -> None:
        self.cols, self.rows, self.last = cols, rows, last
        self.whole = problem.matrix[:, cols]
        self.matrix = self.whole[rows]

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
