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
    """Works out residuals of solutions of one matrix.

    A column that stands exactly at a bound, with a reduced cost that holds it there, is right in every respect. As a
    rule all are but the basic ones, so everything else is looked at for the others alone.

    Args:
        matrix: A in compressed columns.
    """

    def __init__(self, matrix: sparse.csc_matrix) -> None:
        self._matrix = matrix
        self._size = matrix.copy()
        np.abs(self._size.data, out=self._size.data)
        self._rows = matrix.T  # in compressed rows, so that neither product copies
        self._work = np.empty(matrix.shape[1])  # used again each time

    def prove(self, n: Numbers, x: Floats, dual: Floats) -> Proof:
        """Return how far a point and its duals are from optimal.

        Args:
            n: Numbers of the programme.
            x: Columns.
            dual: Duals of the rows.
        """
        work = self._work
        reduced: Floats = self._rows @ dual
        np.subtract(n.cost, reduced, out=reduced)

        activity = self._matrix @ x
        passing = self._size @ np.abs(x, out=work) + 1.0
        short = np.maximum(n.row_lower - activity, activity - n.row_upper)
        balance = max(float((short / passing).max(initial=0.0)), 0.0)

        np.multiply(n.cost, x, out=work)
        objective = float(work.sum())
        spent = float(np.abs(work, out=work).sum())

        right = (x == n.lower) & (reduced >= 0.0)
        right |= (x == n.upper) & (reduced <= 0.0)
        rest = np.flatnonzero(~right)
        here, less, most, off = x[rest], n.lower[rest], n.upper[rest], reduced[rest]
        size = 1.0 + np.abs(here)
        below, above = (less - here) / size, (here - most) / size
        out = float(np.maximum(below, above).max(initial=0.0))
        # Reduced cost must be ≥ 0 away from the upper bound and ≤ 0 away from the lower: a column may leave by its
        # reduced cost only where it stands at the bound, within a millionth of its own size.
        wrong = np.where(off < 0.0, above, below) < -1e-6
        error = float((np.abs(off) * wrong / (1.0 + np.abs(n.cost[rest]))).max(initial=0.0))

        # A side that is not there has no price.
        side = np.where(dual > 0.0, n.row_lower, n.row_upper)
        open_ = ~np.isfinite(side)
        dear = 1.0 + float(np.abs(n.cost).max(initial=0.0)) if open_.any() else 1.0
        unfounded = float(np.abs(dual[open_]).max(initial=0.0)) / dear
        side[open_] = 0.0
        # c·x − (duals at sides + reduced costs at bounds), written so that nothing large cancels.
        bound = np.where(off > 0.0, less, most)
        bound[~np.isfinite(bound)] = 0.0
        gap = abs(float((off * (here - bound)).sum()) + float((dual * (activity - side)).sum())) / (
            1.0 + spent
        )
        return Proof(
            objective,
            reduced,
            Residuals(primal=max(balance, out), dual=max(error, unfounded), gap=gap, balance=balance),
        )
