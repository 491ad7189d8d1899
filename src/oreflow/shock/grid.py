"""Points in time at which beliefs are evaluated, and their mean over months."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Gauss–Legendre with three points is exact for the polynomials of degree 5 that fixed and uniform laws, ramps
# and products of two of them make between their kinks; cells of half a month keep log-normal ones as close.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(3)
_CELLS = 2


@dataclass(frozen=True)
class Grid:
    """Quadrature over the months of a horizon.

    Attributes:
        months: Number of months.
        time: Shape (points,), months from the start of the horizon, rising.
        weight: Shape (points,), share of its month that a point stands for; they sum to 1 within a month.
        month: Shape (points,), month of each point.
    """

    months: int
    time: Floats
    weight: Floats
    month: NDArray[np.int64]

    @classmethod
    def of(cls, months: int, kinks: Iterable[float] = ()) -> Grid:
        """Return the grid of a horizon, with cell edges at the times where something jumps or bends.

        Args:
            months: Number of months.
            kinks: Times in months; those outside the horizon are ignored.
        """
        inside = [k for k in kinks if 0 < k < months]
        edges = np.unique(np.concatenate([np.arange(months * _CELLS + 1) / _CELLS, np.array(inside)]))
        width = np.diff(edges)
        keep = width > 1e-9
        left, width = edges[:-1][keep], width[keep]
        time = (left[:, None] + width[:, None] * (_NODES + 1) / 2).ravel()
        weight = (width[:, None] * _WEIGHTS / 2).ravel()
        month = np.repeat(np.floor(left + width / 2).astype(np.int64), len(_NODES))
        weight = weight / np.bincount(month, weights=weight, minlength=months)[month]
        return cls(months, time, weight, month)

    def mean(self, values: Floats) -> Floats:
        """Return the mean of a function over each month.

        Args:
            values: Shape (points,).

        Returns:
            Shape (months,).
        """
        total = np.bincount(self.month, weights=self.weight * values, minlength=self.months)
        return np.asarray(total, dtype=np.float64)
