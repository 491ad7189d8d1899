"""Scales of rows and columns that bring the entries of a matrix near one, in powers of two.

The solver scales by itself, too, but from what it has seen so far: the same programme, put together at once or row by
row, would get different scales and end at different vertices among equals. These follow from the stage alone, and
powers of two round nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from oreflow.market.network import Floats

PASSES = 4
NEAR = (0.2, 5.0)
"""Entries within this range need no scale."""


def power(values: Floats) -> Floats:
    """Return the powers of two nearest to positive numbers, by their logarithm."""
    return np.exp2(np.round(np.log2(values)))


def scales(matrix: sparse.csc_matrix) -> tuple[Floats, Floats]:
    """Return scales of rows and of columns, by geometric means in turn (Fulkerson and Wolfe 1962).

    Args:
        matrix: Shape (m, n).

    Returns:
        Shapes (m,) and (n,): the scaled matrix is row × entry × column.
    """
    m, n = matrix.shape
    entries = matrix.tocoo()
    row, col, size = entries.row, entries.col, np.abs(entries.data)
    row, col, size = row[size > 0], col[size > 0], size[size > 0]
    rows, cols = np.ones(m), np.ones(n)
    if not len(size) or (size.min() >= NEAR[0] and size.max() <= NEAR[1]):
        return rows, cols
    for _ in range(PASSES):
        rows *= _middle(row, size * rows[row] * cols[col], m)
        cols *= _middle(col, size * rows[row] * cols[col], n)
    return power(rows), power(cols)


def _middle(which: NDArray[np.integer], size: Floats, count: int) -> Floats:
    """Return one over the geometric mean of the smallest and the largest entry of each."""
    low, high = np.full(count, np.inf), np.zeros(count)
    np.minimum.at(low, which, size)
    np.maximum.at(high, which, size)
    some = high > 0
    out = np.ones(count)
    out[some] = 1.0 / np.sqrt(low[some] * high[some])
    return out
