"""A linear programme and what an attacker can take from it.

    max over z  f(z),   f(z) = min (c + Σ_g z_g·d_g)·x   s.t.  r ≤ A·x ≤ R,  l ≤ x,  x_j ≤ u_j, or v_j ≤ u_j where lost

z_g = 1 where target g is lost, Σ z_g ≤ budget. What a row lacks or has too much can be bought off at a penalty Y_i a
unit (the value of lost load). That keeps every programme feasible and bounds its duals: |y_i| ≤ Y_i. No unit of column
j can then be worth more than buying off all that it does, so the rent of its bound is at most

    M_j = max(0, Σ_i |a_ij|·Y_i − c_j)

`oreflow.shock.attack.single_level` finds the worst z in two exact ways.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

import highspy
import numpy as np
from scipy import sparse

from oreflow.errors import NumericalError, UsageError
from oreflow.market.network import Floats, Ints
from oreflow.shock.attack.value import Losses


@dataclass(frozen=True)
class Interdiction:
    """A linear programme and what an attacker can take from it.

    Attributes:
        cost: c, shape (n,).
        matrix: A, shape (m, n).
        row_lower: r, shape (m,); `row_upper` is R.
        lower: l, finite, shape (n,); `upper` is u, infinite where there is no bound.
        lost_upper: v, shape (n,): upper bound of a column while a target that takes it is lost.
        penalty: Y, shape (m,).
        takes: Columns that each target takes.
        delays: Columns that each target makes dearer, and by how much.
    """

    cost: Floats
    matrix: sparse.csc_matrix
    row_lower: Floats
    row_upper: Floats
    lower: Floats
    upper: Floats
    lost_upper: Floats
    penalty: Floats
    takes: tuple[Ints, ...]
    delays: tuple[tuple[Ints, Floats], ...]
    big: Floats = field(init=False)

    def __post_init__(self) -> None:
        reach = np.asarray(abs(self.matrix).T @ self.penalty).ravel()
        object.__setattr__(self, "big", np.maximum(reach - self.cost, 0.0))

    @property
    def targets(self) -> int:
        """Number of targets."""
        return len(self.takes)

    def inner(self, lost: Sequence[int]) -> tuple[float, Floats, float]:
        """Solve the inner programme for a set of losses.

        Args:
            lost: Targets lost.

        Returns:
            Its value, its columns, and how much was bought off in all rows together.

        Raises:
            NumericalError: It is unbounded or could not be solved.
        """
        m, n = self.matrix.shape
        cost, upper = self.cost.copy(), self.upper.copy()
        for g in lost:
            upper[self.takes[g]] = self.lost_upper[self.takes[g]]
            np.add.at(cost, self.delays[g][0], self.delays[g][1])
        eye = sparse.eye(m, format="csc")
        x, value, _ = minimise(
            np.concatenate([cost, self.penalty, self.penalty]),
            stack([[self.matrix, eye, -eye]]),
            self.row_lower,
            self.row_upper,
            np.concatenate([self.lower, np.zeros(2 * m)]),
            np.concatenate([upper, np.full(2 * m, np.inf)]),
        )
        return value, x[:n], float(x[n:].sum())


def shortest_path(
    arcs: Sequence[tuple[str, str, float, float]], source: str, sink: str, *, longest: float = 1e4
) -> Interdiction:
    """Return the interdiction of a shortest path: every arc is a target.

    Args:
        arcs: From, to, length, and what losing the arc adds to its length; infinite where it is cut.
        source: Where the path begins.
        sink: Where it ends.
        longest: Longer than any path: the length of no path at all.

    Returns:
        The problem: a unit flows from source to sink.
    """
    nodes = list(dict.fromkeys(n for a, b, _, _ in arcs for n in (a, b)))
    at = {n: i for i, n in enumerate(nodes)}
    k = np.arange(len(arcs))
    rows = np.array([[at[a], at[b]] for a, b, _, _ in arcs])
    matrix = sparse.coo_matrix(
        (np.tile([1.0, -1.0], len(arcs)), (rows.ravel(), np.repeat(k, 2))), shape=(len(nodes), len(arcs))
    ).tocsc()
    supply = np.zeros(len(nodes))
    supply[at[source]], supply[at[sink]] = 1.0, -1.0
    added = np.array([d for _, _, _, d in arcs])
    cut = np.isinf(added)
    none = np.zeros(0, np.int64)
    return Interdiction(
        cost=np.array([c for _, _, c, _ in arcs]),
        matrix=matrix,
        row_lower=supply,
        row_upper=supply,
        lower=np.zeros(len(arcs)),
        upper=np.ones(len(arcs)),
        lost_upper=np.zeros(len(arcs)),
        # A unit that is bought off is bought off where it starts and where it ends.
        penalty=np.full(len(nodes), longest / 2.0),
        takes=tuple(np.array([i]) if cut[i] else none for i in k),
        delays=tuple((none if cut[i] else np.array([i]), added[i : i + 1][~cut[i : i + 1]]) for i in k),
    )


def of_market(losses: Losses, *, penalty: float = 1e3) -> Interdiction:
    """Return the interdiction of a market, for a second proof of its worst case.

    Args:
        losses: The market and what can be lost.
        penalty: What a unit can be bought off for at a node, as a multiple of its base price.

    Returns:
        The problem; its value less that without losses is the welfare lost, as long as nothing is worth more than
        the penalty. Detours of several passages on one route add up here, where the market takes the longest.

    Raises:
        UsageError: A loss lifts a minimum, or candidates leave one column different bounds.
    """
    problem, whole = losses.programme()
    upper, cost = whole.upper.ravel(), whole.cost.ravel()
    lost_upper = upper.copy()
    takes, delays = [], []
    for i, candidate in enumerate(losses.candidates):
        arrays = losses.programme([i])[1]
        mine, dearer = arrays.upper.ravel(), arrays.cost.ravel() - cost
        take = np.flatnonzero(mine != upper)
        known = lost_upper[take]
        if not np.array_equal(arrays.lower, whole.lower) or np.any(
            (known < upper[take]) & (known != mine[take])
        ):
            raise UsageError(
                f"losing {candidate.key} lifts a minimum or leaves other bounds than another loss does."
            )
        lost_upper[take] = mine[take]
        delay = np.flatnonzero(dearer)
        takes.append(take)
        delays.append((delay, dearer[delay]))
    layout = problem.layout
    worth = np.full((layout.periods, layout.rows), losses.base.price.max())
    worth[:, : len(losses.base.price)] = losses.base.price
    return Interdiction(
        cost=cost,
        matrix=problem.matrix,
        row_lower=whole.row_lower.ravel(),
        row_upper=whole.row_upper.ravel(),
        lower=whole.lower.ravel(),
        upper=upper,
        lost_upper=lost_upper,
        penalty=penalty * worth.ravel(),
        takes=tuple(takes),
        delays=tuple(delays),
    )


def minimise(
    cost: Floats,
    matrix: sparse.csc_matrix,
    row_lower: Floats,
    row_upper: Floats,
    lower: Floats,
    upper: Floats,
    *,
    integers: Ints | None = None,
    time_limit: float = inf,
) -> tuple[Floats, float, float]:
    """Minimise a linear programme with some whole-numbered columns.

    Args:
        cost: Shape (n,).
        matrix: Shape (m, n).
        row_lower: Shape (m,); `row_upper` likewise.
        row_upper: Shape (m,).
        lower: Shape (n,); `upper` likewise.
        upper: Shape (n,).
        integers: Columns that are whole numbers.
        time_limit: Seconds.

    Returns:
        Columns, value, and a bound below it (the value itself without whole numbers).

    Raises:
        NumericalError: There is no solution, or none was found in time.
    """
    h = highspy.Highs()  # type: ignore[no-untyped-call]
    options: dict[str, bool | int | float] = {
        "output_flag": False,
        "threads": 1,
        "mip_rel_gap": 1e-9,
        "mip_abs_gap": 1e-9,
    }
    if np.isfinite(time_limit):
        options["time_limit"] = float(time_limit)
    for key, value in options.items():
        h.setOptionValue(key, value)
    model = highspy.HighsLp()
    m, n = matrix.shape
    model.num_col_, model.num_row_ = n, m
    model.col_cost_, model.col_lower_, model.col_upper_ = cost, lower, upper
    model.row_lower_, model.row_upper_ = row_lower, row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    model.a_matrix_.index_ = matrix.indices.astype(np.int32)
    model.a_matrix_.value_ = matrix.data
    if integers is not None:
        kinds = [highspy.HighsVarType.kContinuous] * n
        for j in integers:
            kinds[j] = highspy.HighsVarType.kInteger
        model.integrality_ = kinds
    h.passModel(model)
    h.run()
    status = h.getModelStatus()
    info = h.getInfo()
    ended = status == highspy.HighsModelStatus.kTimeLimit and np.isfinite(info.objective_function_value)
    if status != highspy.HighsModelStatus.kOptimal and not ended:
        raise NumericalError(f"the solver stopped with {h.modelStatusToString(status)}.")
    value = float(info.objective_function_value)
    bound = float(info.mip_dual_bound) if integers is not None else value
    return np.asarray(h.getSolution().col_value), value, bound


def stack(blocks: Sequence[Sequence[Any]]) -> sparse.csc_matrix:
    """Return a matrix put together from blocks; None is a block of zeros."""
    return sparse.csc_matrix(sparse.bmat(blocks))
