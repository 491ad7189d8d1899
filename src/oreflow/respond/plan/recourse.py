"""What each scenario costs under a plan, and how that changes with it: the second stage, solved warm."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue

import numpy as np
from scipy import sparse

from oreflow.errors import InfeasibleError, NumericalError
from oreflow.market import highs
from oreflow.market.highs import Basis, Model
from oreflow.respond.plan.programme import Floats, Programme


@dataclass(frozen=True)
class Point:
    """A plan and what it does in each scenario.

    Attributes:
        x: Sizes, shape (K,).
        loss: Loss of each scenario, shape (S,), USD.
        gradient: How it changes with each size, shape (S, K), USD a unit; a subgradient.
        y: Solutions of the second stage, shape (S, n); None where they were not asked for.
    """

    x: Floats
    loss: Floats
    gradient: Floats
    y: Floats | None = None


class Recourse:
    """Second stage of a plan: one model a thread, each scenario started from its own last basis.

    Args:
        programme: The second stage.
        workers: Threads.
        warm: Start from the last basis of the scenario; False solves each from nothing (to measure against).
    """

    def __init__(self, programme: Programme, *, workers: int = 2, warm: bool = True) -> None:
        self.programme = programme
        self.warm = warm
        self.solves = 0
        self.iterations = 0
        self._workers = max(1, workers)
        self._transposed = sparse.csr_matrix(programme.matrix.T)
        self._models: SimpleQueue[Model] = SimpleQueue()
        for _ in range(self._workers):
            self._models.put(highs.model(programme.matrix))
        self._bases: dict[int, Basis] = {}

    def at(self, x: Floats, scenarios: Sequence[int] | None = None, *, solutions: bool = False) -> Point:
        """Return what a plan does.

        Args:
            x: Sizes, shape (K,).
            scenarios: Those asked for; all by default. The others are NaN.
            solutions: Keep the solutions too.

        Returns:
            Losses and subgradients.

        Raises:
            InfeasibleError: A scenario has no solution; says which.
            NumericalError: The solver gave up.
        """
        p = self.programme
        chosen = list(range(len(p.scenarios))) if scenarios is None else list(scenarios)
        x = np.asarray(x, dtype=float)

        def one(s: int) -> tuple[float, Floats, Floats, int]:
            model = self._models.get()
            try:
                return self._solve(model, s, x)
            finally:
                self._models.put(model)

        if self._workers == 1 or len(chosen) < 4:
            found = [one(s) for s in chosen]
        else:
            with ThreadPoolExecutor(self._workers) as pool:
                found = list(pool.map(one, chosen))
        loss = np.full(len(p.scenarios), np.nan)
        gradient = np.full((len(p.scenarios), p.size), np.nan)
        y = np.full((len(p.scenarios), p.matrix.shape[1]), np.nan) if solutions else None
        for s, (value, slope, point, count) in zip(chosen, found, strict=True):
            loss[s], gradient[s] = value, slope
            self.iterations += count
            if y is not None:
                y[s] = point
        self.solves += len(chosen)
        return Point(x, loss, gradient, y)

    def _solve(self, model: Model, s: int, x: Floats) -> tuple[float, Floats, Floats, int]:
        p = self.programme
        upper, sides = p.opened(s, x)
        cost = p.cost[s]
        model.forget()
        model.costs(None, cost)
        model.bounds(None, p.lower[s], upper)
        model.sides(None, p.row_lower[s], sides)
        if self.warm and s in self._bases:
            model.start(self._bases[s])
        status = model.run()
        if status not in (highs.OPTIMAL, highs.INFEASIBLE):
            model.forget()
            status = model.run()
        if status == highs.INFEASIBLE:
            raise InfeasibleError(
                f"scenario {p.scenarios[s]!r} has no solution under the plan. A minimum (contract, minimum run, draw) "
                "asks for more than there is."
            )
        if status != highs.OPTIMAL:
            raise NumericalError(f"scenario {p.scenarios[s]!r}: the solver stopped with status {status}.")
        y, dual = model.solution()
        self._bases[s] = model.basis()
        reduced = cost - self._transposed @ dual
        slope = p.slope[s].copy()
        # An upper bound that holds the cost down has a reduced cost below nought, an upper side a dual below nought.
        np.add.at(slope, p.col_owner, np.minimum(reduced[p.cols], 0.0) * p.col_room[s])
        np.add.at(slope, p.row_owner, np.minimum(dual[p.rows], 0.0) * p.row_room[s])
        value = float(cost @ y + p.constant[s] + p.slope[s] @ x)
        return value, slope, y, model.iterations
