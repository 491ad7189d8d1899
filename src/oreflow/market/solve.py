"""Solving with HiGHS, warm from a basis, and the proof that what came back is a solution."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TypeGuard

import highspy
import numpy as np

from oreflow.errors import InfeasibleError, NumericalError
from oreflow.market import crash, highs
from oreflow.market.highs import Basis
from oreflow.market.layout import Arrays
from oreflow.market.network import Floats, Ints
from oreflow.market.patch import Patch, Reference, whole
from oreflow.market.problem import Problem, starting_basis
from oreflow.market.proof import TOLERANCE, Numbers, Prover, Residuals

WARM_LIMIT = 0.5
"""Iterations a row, above `WARM_LEAST`, after which a long horizon is started anew from short windows."""
WARM_LEAST = 2_000
FEW = 3
"""Windows up to which a horizon is short: there the base is as good a start as any."""
NO_LIMIT = 2**31 - 1
CHOOSE, DEVEX = -1, 1
"""Edge weights of the dual simplex method: HiGHS chooses, as a rule steepest edges; or Devex."""


@dataclass(frozen=True)
class Solution:
    """An optimal point.

    Attributes:
        x: Columns, shape (T, columns), units.
        price: Row duals by period, shape (T, rows), not yet divided by the discount factor.
        reduced: Reduced costs, shape (T, columns).
        objective: Value of the objective, USD.
        iterations: Simplex iterations.
        seconds: Time inside the solver: taking edits, solving, giving the solution.
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
        self._model = highs.model(problem.matrix)
        self._prover = Prover(problem.matrix)
        self._known = starting_basis(problem)
        self._now: Numbers | None = None
        self._reference: Reference | None = None
        self._moved = (np.zeros(0, np.int64), np.zeros(0, np.int64))
        self._inside = 0.0

    def basis(self) -> Basis:
        """Return the basis of the last solution, to start a later solve of the same matrix from."""
        return self._model.basis()

    def solve(self, arrays: Arrays, *, start: Basis | None = None, cold: bool = False) -> Solution:
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
        return self._solved(self._set(whole(arrays)), self._known if start is None else start, cold)

    def patched(
        self, reference: Reference, patch: Patch, *, start: Basis | None = None, cold: bool = False
    ) -> Solution:
        """Solve a reference with a patch on it; what an earlier patch changed is as in the reference again.

        Args:
            reference: Numbers that the patch is relative to.
            patch: What differs.
            start: As for `solve`.
            cold: As for `solve`.

        Returns:
            As `solve`.

        Raises:
            InfeasibleError: As `solve`.
            NumericalError: As `solve`.
        """
        if patch.cols is None or patch.rows is None:
            numbers = self._set(patch)
        else:
            if self._reference is not reference:
                held = self._set(reference.numbers)
                # The reference is not ours to write in.
                self._now = Numbers(*(v.copy() for v in vars(held).values()))
                self._reference = reference
            numbers = self._edit(reference.numbers, patch, patch.cols, patch.rows)
        return self._solved(numbers, self._known if start is None else start, cold)

    def judge(self, arrays: Arrays, x: Floats, price: Floats) -> Solution | None:
        """Return a point that was found elsewhere as a solution, where it is proven to be one.

        Args:
            arrays: Costs, bounds and right-hand sides.
            x: Columns, shape (T, columns).
            price: Duals of the rows, shape (T, rows).

        Returns:
            The solution, without iterations; None where its residuals are above tolerance.
        """
        began = time.perf_counter()
        proof = self._prover.prove(_numbers(whole(arrays)), x.ravel(), price.ravel())
        if proof.residuals.worst > TOLERANCE:
            return None
        seconds = time.perf_counter() - began
        return Solution(
            x, price, proof.reduced.reshape(x.shape), proof.objective, 0, seconds, proof.residuals
        )

    def _set(self, every: Patch) -> Numbers:
        """Hand over every number."""
        n = _numbers(every)
        began = time.perf_counter()
        self._model.costs(None, n.cost)
        self._model.bounds(None, n.lower, n.upper)
        self._model.sides(None, n.row_lower, n.row_upper)
        self._inside += time.perf_counter() - began
        none = np.zeros(0, np.int64)
        self._now, self._reference, self._moved = n, None, (none, none)
        return n

    def _edit(self, usual: Patch, patch: Patch, cols: Ints, rows: Ints) -> Numbers:
        """Hand over what differs from the last solve."""
        n = self._now
        assert n is not None
        before_cols, before_rows = self._moved
        for name in ("cost", "lower", "upper"):
            now = getattr(n, name)
            now[before_cols] = getattr(usual, name)[before_cols]
            now[cols] = getattr(patch, name)
        for name in ("row_lower", "row_upper"):
            now = getattr(n, name)
            now[before_rows] = getattr(usual, name)[before_rows]
            now[rows] = getattr(patch, name)
        moved = np.union1d(before_cols, cols) if len(before_cols) else cols
        sides = np.union1d(before_rows, rows) if len(before_rows) else rows
        which, where = moved.astype(np.int32), sides.astype(np.int32)
        edits = (n.cost[moved], n.lower[moved], n.upper[moved], n.row_lower[sides], n.row_upper[sides])
        began = time.perf_counter()
        if len(which):
            self._model.costs(which, edits[0])
            self._model.bounds(which, edits[1], edits[2])
        if len(where):
            self._model.sides(where, edits[3], edits[4])
        self._inside += time.perf_counter() - began
        self._moved = (cols, rows)
        return n

    def stitched(self, arrays: Arrays) -> Basis | None:
        """Return a basis to start a long horizon from, put together from short windows (`oreflow.market.crash`).

        Args:
            arrays: Costs, bounds and right-hand sides.

        Returns:
            The basis; None where a window has no solution.
        """
        return crash.stitched(self.problem, _numbers(whole(arrays)), self._known)

    def _solved(self, n: Numbers, start: Basis, cold: bool) -> Solution:
        """Solve from a basis; where that takes too long from short windows, where it fails another way.

        On large systems a basis now and then leads HiGHS to duals that grow without end. The base's own basis is well
        conditioned, and Devex weights take another way than steepest edges.
        """
        if not cold:
            limit = NO_LIMIT
            if len(crash.windows(self.problem.layout.spans)) > FEW:
                limit = int(WARM_LEAST + WARM_LIMIT * self.problem.shape[0])
            found = self._run(n, start, limit)
            if found == highs.LIMIT:
                start = crash.stitched(self.problem, n, self._known) or start
                found = self._run(n, start, NO_LIMIT)
            if not _good(found):
                found = self._run(n, self._known, NO_LIMIT, weights=DEVEX)
            if _good(found):
                return found
        found = self._run(n, None, NO_LIMIT)
        if isinstance(found, int):
            raise NumericalError(f"the solver stopped with status {found}.")
        if not _good(found):
            raise NumericalError(f"residuals are above {TOLERANCE:g}: {found.residuals}.")
        return found

    def _run(self, n: Numbers, start: Basis | None, limit: int, *, weights: int = CHOOSE) -> Solution | int:
        """Run once; return the solution with its residuals, or the status of a run without one."""
        model = self._model
        began = time.perf_counter()
        model.forget()
        model.option("simplex_iteration_limit", limit)
        model.option("simplex_dual_edge_weight_strategy", weights)
        if start is not None:
            model.start(start)
        status = model.run()
        seconds = self._inside + time.perf_counter() - began
        self._inside = 0.0
        if status == highs.INFEASIBLE:
            raise InfeasibleError(self._why(n))
        if status != highs.OPTIMAL:
            self._inside = seconds  # counts for the run that takes its place
            return status
        began = time.perf_counter()
        x, dual = model.solution()
        seconds += time.perf_counter() - began
        proof = self._prover.prove(n, x, dual)
        if proof.residuals.dual > TOLERANCE:
            dual += self._correction(proof.reduced)
            proof = self._prover.prove(n, x, dual)
        t = self.problem.layout.periods
        return Solution(
            x=x.reshape(t, -1),
            price=dual.reshape(t, -1),
            reduced=proof.reduced.reshape(t, -1),
            objective=proof.objective,
            iterations=model.iterations,
            seconds=seconds,
            residuals=proof.residuals,
        )

    def _correction(self, reduced: Floats) -> Floats:
        """One step of iterative refinement: what brings the reduced costs of basic columns back to nought.

        The solver holds duals to a share of the largest; goods at a hundred-thousandth of that price need more.
        """
        basic = self._model.basic()
        columns = basic >= 0
        right = np.zeros(len(basic))
        right[columns] = reduced[basic[columns]]
        return self._model.transposed(right)

    def _why(self, given: Numbers) -> str:
        """Name the rows behind an infeasible case: the fewest shortfalls that would make it feasible."""
        layout = self.problem.layout
        m, n = self.problem.shape
        relaxed = highspy.Highs()  # type: ignore[no-untyped-call]
        relaxed.setOptionValue("output_flag", False)
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = n + 2 * m, m
        model.col_cost_ = np.concatenate([np.zeros(n), np.ones(2 * m)])
        model.col_lower_ = np.concatenate([given.lower, np.zeros(2 * m)])
        model.col_upper_ = np.concatenate([given.upper, np.full(2 * m, np.inf)])
        model.row_lower_, model.row_upper_ = given.row_lower, given.row_upper
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
            bad = np.flatnonzero(given.lower > given.upper)
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


def _good(found: Solution | int) -> TypeGuard[Solution]:
    return isinstance(found, Solution) and found.residuals.worst <= TOLERANCE


def _numbers(every: Patch) -> Numbers:
    return Numbers(every.cost, every.lower, every.upper, every.row_lower, every.row_upper)
