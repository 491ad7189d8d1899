"""The proof that what a solver gave back is a solution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from oreflow.market.network import Floats

TOLERANCE = 1e-6
"""Largest relative residual of a published solution."""


@dataclass(frozen=True)
class Residuals:
    """How far a solution is from being one, relative to the size of what is compared.

    Attributes:
        primal: Largest violation of a row or bound.
        dual: Largest reduced cost of the wrong sign.
        gap: |primal − dual objective|.
        balance: Largest mass balance error at a node, as a share of what passes it.
    """

    primal: float
    dual: float
    gap: float
    balance: float

    @property
    def worst(self) -> float:
        """Largest of all."""
        return max(self.primal, self.dual, self.gap, self.balance)


@dataclass
class Numbers:
    """Costs, bounds and sides of a linear programme in one row each, as the solver has them."""

    cost: Floats
    lower: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats


class Prover:
    """Works out residuals of solutions of one matrix.

    Args:
        matrix: A in compressed columns.
    """

    def __init__(self, matrix: sparse.csc_matrix) -> None:
        self._matrix = matrix
        self._size = matrix.copy()
        np.abs(self._size.data, out=self._size.data)
        self._rows = matrix.T  # in compressed rows, so that neither product copies

    def reduced(self, cost: Floats, dual: Floats) -> Floats:
        """Return the reduced cost of each column."""
        value: Floats = self._rows @ dual
        np.subtract(cost, value, out=value)
        return value

    def residuals(self, n: Numbers, x: Floats, dual: Floats, reduced: Floats) -> Residuals:
        """Return how far a point and its duals are from optimal.

        Args:
            n: Numbers of the programme.
            x: Columns.
            dual: Duals of the rows.
            reduced: Reduced costs, as `reduced` gives them.
        """
        activity = self._matrix @ x
        amount = np.abs(x)
        passing = self._size @ amount + 1.0
        short = np.maximum(n.row_lower - activity, activity - n.row_upper)
        np.maximum(short, 0.0, out=short)
        short /= passing
        amount += 1.0
        below, above = n.lower - x, x - n.upper
        out = np.maximum(below, above)
        out /= amount
        # Reduced cost must be ≥ 0 away from the upper bound and ≤ 0 away from the lower: a column may leave by its
        # reduced cost only where it stands at the bound, within a millionth of its own size.
        amount *= 1e-6
        np.negative(amount, out=amount)
        wrong = np.where(reduced < 0.0, above, below) < amount
        np.abs(reduced, out=amount)
        amount *= wrong
        size = np.abs(n.cost)
        spent = _dot(size, np.abs(x))
        size += 1.0
        amount /= size
        objective = _dot(n.cost, x)
        bound = np.where(reduced > 0.0, n.lower, n.upper)
        bound[~np.isfinite(bound)] = 0.0
        side = np.where(dual > 0.0, n.row_lower, n.row_upper)
        open_ = ~np.isfinite(side)
        side[open_] = 0.0
        # A side that is not there has no price.
        unfounded = float(np.abs(dual[open_]).max(initial=0.0)) / float(size.max(initial=1.0))
        gap = abs(objective - _dot(reduced, bound) - _dot(dual, side)) / (1.0 + spent)
        worst = float(short.max(initial=0.0))
        return Residuals(
            primal=max(worst, float(out.max(initial=0.0)), 0.0),
            dual=max(float(amount.max(initial=0.0)), unfounded),
            gap=gap,
            balance=worst,
        )


def _dot(a: Floats, b: Floats) -> float:
    """Sum of products by pairs: more exact than the BLAS one, and it keeps other cores free for other draws."""
    return float((a * b).sum())
