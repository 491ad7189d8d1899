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


@dataclass(frozen=True)
class Proof:
    """What a point and its duals are worth.

    Attributes:
        objective: Value of the objective.
        reduced: Reduced cost of each column.
        residuals: How far from optimal.
    """

    objective: float
    reduced: Floats
    residuals: Residuals


class Prover:
    """Works out residuals of solutions of one matrix, in room of its own that is used again each time.

    Args:
        matrix: A in compressed columns.
    """

    def __init__(self, matrix: sparse.csc_matrix) -> None:
        self._matrix = matrix
        self._size = matrix.copy()
        np.abs(self._size.data, out=self._size.data)
        self._rows = matrix.T  # in compressed rows, so that neither product copies
        n = matrix.shape[1]
        self._a, self._b, self._c = np.empty(n), np.empty(n), np.empty(n)
        self._flag, self._other = np.empty(n, bool), np.empty(n, bool)

    def prove(self, n: Numbers, x: Floats, dual: Floats) -> Proof:
        """Return how far a point and its duals are from optimal.

        Args:
            n: Numbers of the programme.
            x: Columns.
            dual: Duals of the rows.
        """
        a, b, c, flag, other = self._a, self._b, self._c, self._flag, self._other
        reduced: Floats = self._rows @ dual
        np.subtract(n.cost, reduced, out=reduced)

        activity = self._matrix @ x
        np.abs(x, out=a)
        passing = self._size @ a + 1.0
        short = np.maximum(n.row_lower - activity, activity - n.row_upper)
        np.maximum(short, 0.0, out=short)
        short /= passing
        balance = float(short.max(initial=0.0))

        size = np.abs(n.cost, out=b)
        np.multiply(size, a, out=c)
        spent = float(c.sum())
        np.add(a, 1.0, out=a)  # 1 + |x|
        np.subtract(n.lower, x, out=c)
        np.divide(c, a, out=c)
        out = float(c.max(initial=0.0))
        # Reduced cost must be ≥ 0 away from the upper bound and ≤ 0 away from the lower: a column may leave by its
        # reduced cost only where it stands at the bound, within a millionth of its own size.
        np.less(c, -1e-6, out=flag)
        np.greater(reduced, 0.0, out=other)
        np.logical_and(flag, other, out=flag)
        np.subtract(x, n.upper, out=c)
        np.divide(c, a, out=c)
        out = max(out, float(c.max(initial=0.0)))
        wrong = np.less(c, -1e-6)
        np.logical_and(wrong, np.less(reduced, 0.0), out=wrong)
        np.logical_or(flag, wrong, out=flag)
        np.add(size, 1.0, out=size)
        np.abs(reduced, out=c)
        np.divide(c, size, out=c)
        np.multiply(c, flag, out=c)
        dear = float(size.max(initial=1.0))
        dual_error = float(c.max(initial=0.0))

        np.multiply(n.cost, x, out=c)
        objective = float(c.sum())
        np.copyto(a, n.upper)
        np.copyto(a, n.lower, where=other)
        np.isfinite(a, out=flag)
        np.copyto(a, 0.0, where=~flag)
        np.multiply(reduced, a, out=c)
        dual_objective = float(c.sum())
        side = np.where(dual > 0.0, n.row_lower, n.row_upper)
        open_ = ~np.isfinite(side)
        side[open_] = 0.0
        dual_objective += float((dual * side).sum())
        # A side that is not there has no price.
        unfounded = float(np.abs(dual[open_]).max(initial=0.0)) / dear
        gap = abs(objective - dual_objective) / (1.0 + spent)
        return Proof(
            objective,
            reduced,
            Residuals(
                primal=max(balance, out, 0.0),
                dual=max(dual_error, unfounded),
                gap=gap,
                balance=balance,
            ),
        )
