"""Solving with HiGHS, warm from a basis, and the proof that what came back is a solution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

from oreflow.errors import InfeasibleError, NumericalError
from oreflow.market.layout import Arrays
from oreflow.market.network import Floats
from oreflow.market.problem import Problem, starting_basis

TOLERANCE = 1e-6
"""Largest relative residual of a published solution."""
ITERATIONS_WARM = 200_000


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


@dataclass(frozen=True)
class Solution:
    """An optimal point.

    Attributes:
        x: Columns, shape (T, columns), units.
        price: Row duals by period, shape (T, rows), not yet divided by the discount factor.
        reduced: Reduced costs, shape (T, columns).
        objective: Value of the objective, USD.
        iterations: Simplex iterations.
        seconds: Time inside the solver.
        residuals: Proof.
    """

    x: Floats
    price: Floats
    reduced: Floats
    objective: float
    iterations: int
    seconds: float
    residuals: Residuals


class Solver:
    """A HiGHS model that stays: numbers are edited in place and each solve starts from the base basis.

    Args:
        problem: Compiled problem.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        for key, value in (
            ("output_flag", False),
            ("threads", 1),
            ("parallel", "off"),
            ("solver", "simplex"),
            ("primal_feasibility_tolerance", 1e-7),
            ("dual_feasibility_tolerance", 1e-7),
            # Staggered steps leave few ties to break: without perturbed costs a warm start takes half the iterations.
            ("dual_simplex_cost_perturbation_multiplier", 0.0),
            # Starting bases are ours and every solution is proven, so their condition need not be looked at.
            ("simplex_initial_condition_check", False),
        ):
            self._highs.setOptionValue(key, value)
        m, n = problem.shape
        self._cols = np.arange(n, dtype=np.int32)
        self._rows = np.arange(m, dtype=np.int32)
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = n, m
        model.col_cost_ = np.zeros(n)
        model.col_lower_ = np.zeros(n)
        model.col_upper_ = np.zeros(n)
        model.row_lower_ = np.zeros(m)
        model.row_upper_ = np.full(m, np.inf)
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_ = problem.matrix.indptr.astype(np.int32)
        model.a_matrix_.index_ = problem.matrix.indices.astype(np.int32)
        model.a_matrix_.value_ = problem.matrix.data
        self._highs.passModel(model)
        col, row = starting_basis(problem)
        self._basis = highspy.HighsBasis()
        status = [
            highspy.HighsBasisStatus.kLower,
            highspy.HighsBasisStatus.kBasic,
            highspy.HighsBasisStatus.kUpper,
        ]
        self._basis.col_status = [status[i] for i in col]
        self._basis.row_status = [status[i] for i in row]
        self._basis.valid = True
        self._basis.alien = True

    def basis(self) -> Any:
        """Return the basis of the last solution, to start a later solve of the same matrix from."""
        return self._highs.getBasis()

    def solve(self, arrays: Arrays, *, start: Any = None, cold: bool = False) -> Solution:
        """Solve for given numbers.

        Args:
            arrays: Costs, bounds and right-hand sides.
            start: Basis to start from, as `basis` returns it; that of the base when left out.
            cold: Start from nothing instead of from the base basis.

        Returns:
            The solution with its proof.

        Raises:
            InfeasibleError: No solution; the message names the rows behind it.
            NumericalError: The solver gave up, or residuals are above tolerance.
        """
        h = self._highs
        cost, lower, upper = arrays.cost.ravel(), arrays.lower.ravel(), arrays.upper.ravel()
        row_lower, row_upper = arrays.row_lower.ravel(), arrays.row_upper.ravel()
        h.changeColsCost(len(cost), self._cols, cost)
        h.changeColsBounds(len(lower), self._cols, lower, upper)
        h.changeRowsBounds(  # type: ignore[attr-defined]
            len(row_lower), self._rows, row_lower, row_upper
        )
        h.clearSolver()
        before = h.getRunTime()
        if not cold:
            h.setBasis(self._basis if start is None else start)
        h.solve()
        seconds = h.getRunTime() - before
        status = h.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            raise InfeasibleError(self._why(arrays))
        if status != highspy.HighsModelStatus.kOptimal:
            if not cold:
                return self.solve(arrays, cold=True)
            raise NumericalError(f"the solver stopped with {h.modelStatusToString(status)}.")
        found = h.getSolution()
        t = self.problem.layout.periods
        x = np.asarray(found.col_value)
        dual = np.asarray(found.row_dual)
        reduced = cost - self.problem.matrix.T @ dual
        residuals = self._residuals(x, dual, reduced, arrays)
        if residuals.worst > TOLERANCE:
            if not cold:
                return self.solve(arrays, cold=True)
            raise NumericalError(f"residuals are above {TOLERANCE:g}: {residuals}.")
        return Solution(
            x=x.reshape(t, -1),
            price=dual.reshape(t, -1),
            reduced=reduced.reshape(t, -1),
            objective=_dot(cost, x),
            iterations=int(h.getInfo().simplex_iteration_count),
            seconds=seconds,
            residuals=residuals,
        )

    def _residuals(self, x: Floats, dual: Floats, reduced: Floats, arrays: Arrays) -> Residuals:
        lower, upper = arrays.lower.ravel(), arrays.upper.ravel()
        row_lower, row_upper = arrays.row_lower.ravel(), arrays.row_upper.ravel()
        activity = self.problem.matrix @ x
        passing = abs(self.problem.matrix) @ np.abs(x) + 1.0
        short = np.maximum(np.maximum(row_lower - activity, activity - row_upper), 0.0) / passing
        out = np.maximum(np.maximum(lower - x, x - upper), 0.0) / (1.0 + np.abs(x))
        size = 1.0 + np.abs(arrays.cost.ravel())
        # Reduced cost must be ≥ 0 away from the upper bound and ≤ 0 away from the lower.
        slack = 1e-6 * (1.0 + np.abs(x))
        wrong = np.where(x < upper - slack, np.maximum(-reduced, 0.0), 0.0)
        wrong = np.maximum(wrong, np.where(x > lower + slack, np.maximum(reduced, 0.0), 0.0)) / size
        with np.errstate(invalid="ignore"):
            bound = np.where(reduced > 0, lower, np.where(np.isfinite(upper), upper, 0.0))
            rows = np.where(dual > 0, row_lower, np.where(np.isfinite(row_upper), row_upper, 0.0))
        objective = _dot(arrays.cost.ravel(), x)
        dual_objective = _dot(reduced, bound) + _dot(dual, np.where(np.isfinite(rows), rows, 0.0))
        gap = abs(objective - dual_objective) / (1.0 + _dot(np.abs(arrays.cost.ravel()), np.abs(x)))
        return Residuals(
            primal=float(max(short.max(initial=0.0), out.max(initial=0.0))),
            dual=float(wrong.max(initial=0.0)),
            gap=gap,
            balance=float(short.max(initial=0.0)),
        )

    def _why(self, arrays: Arrays) -> str:
        """Name the rows behind an infeasible case: the fewest shortfalls that would make it feasible."""
        layout = self.problem.layout
        m, n = self.problem.shape
        relaxed = highspy.Highs()  # type: ignore[no-untyped-call]
        relaxed.setOptionValue("output_flag", False)
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = n + 2 * m, m
        model.col_cost_ = np.concatenate([np.zeros(n), np.ones(2 * m)])
        model.col_lower_ = np.concatenate([arrays.lower.ravel(), np.zeros(2 * m)])
        model.col_upper_ = np.concatenate([arrays.upper.ravel(), np.full(2 * m, np.inf)])
        model.row_lower_, model.row_upper_ = arrays.row_lower.ravel(), arrays.row_upper.ravel()
        a = self.problem.matrix
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_ = np.concatenate([a.indptr, a.indptr[-1] + 1 + np.arange(2 * m)]).astype(
            np.int32
        )
        model.a_matrix_.index_ = np.concatenate([a.indices, np.arange(m), np.arange(m)]).astype(np.int32)
        model.a_matrix_.value_ = np.concatenate([a.data, np.ones(m), -np.ones(m)])
        relaxed.passModel(model)
        relaxed.run()
        if relaxed.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            bad = np.flatnonzero(arrays.lower.ravel() > arrays.upper.ravel())
            return f"no solution: {len(bad)} bounds contradict each other."
        slack = np.asarray(relaxed.getSolution().col_value)[n:]
        by_row = (slack[:m] + slack[m:]).reshape(layout.periods, layout.rows)
        worst = np.argsort(-by_row.max(axis=0))[:3]
        parts = [
            f"{layout.row_name(int(r))} is short by {by_row[:, r].max():.6g} in period {int(by_row[:, r].argmax()) + 1}"
            for r in worst
            if by_row[:, r].max() > 1e-3 * by_row.max()
        ]
        return (
            "no solution: "
            + "; ".join(parts)
            + ". A minimum (contract, minimum run, draw) asks for more than there is."
        )


def _dot(a: Floats, b: Floats) -> float:
    """Sum of products by pairs: more exact than the BLAS one, and it keeps other cores free for other draws."""
    return float((a * b).sum())
