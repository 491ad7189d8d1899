"""The programme of a node, kept in the solver: the stage's own rows, and the cuts on what comes after.

    min c·x + Θ    subject to the stage,    Θ ≥ floor,    and
        Θ ≥ a + b·x[state_out]                             single: one cut a visit, or
        Θ ≥ m·Σ_k q_k·θ_k,   θ_k ≥ a_k + b_k·x[state_out]   multi: one cut for each outcome k of what follows

with m the chance to go on and q the weights of the risk measure. Only numbers are edited from solve to solve, and each
starts from the basis that the same noise ended with. A solve thus follows from the programme and that basis alone,
which is what lets a run that was stopped go on as if it had not been.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from oreflow.errors import NumericalError
from oreflow.market import highs
from oreflow.market.highs import BASIC, Basis
from oreflow.market.network import Floats, Ints
from oreflow.respond.sddp.cuts import IDLE, Pool
from oreflow.respond.sddp.diagnose import told
from oreflow.respond.sddp.stage import Stage

Row = tuple[int, int]
"""A row below the stage's own: (outcome, number of the cut), or (`WEIGHTS`, number of the weights)."""
WEIGHTS = -1
_ONE = np.ones(1)
SAME = 1e-12
"""Largest difference between weights that are taken to be the same."""


@dataclass
class Later:
    """What is known of the cost after a node.

    Attributes:
        pools: Cuts: one pool, or one for each outcome.
        weights: Weights of the outcomes, times the chance to go on, that have been worst so far; multi only.
        multi: Whether there is a pool for each outcome.
    """

    pools: list[Pool]
    multi: bool
    weights: list[Floats] = field(default_factory=list)

    @classmethod
    def none(cls, states: int, outcomes: int, multi: bool) -> Later:
        """Return nothing yet; no pools at a node that nothing follows."""
        return cls([Pool(states) for _ in range((outcomes if multi else 1) if outcomes else 0)], multi)

    def first(self, sizes: Sequence[int] | None = None, weights: int | None = None) -> Later:
        """Return a copy, with the first so many cuts of each pool and the first so many weights."""
        lengths = [len(p) for p in self.pools] if sizes is None else sizes
        pools = [p.first(size) for p, size in zip(self.pools, lengths, strict=True)]
        return Later(pools, self.multi, self.weights[:weights])

    def value(self, state: Floats, floor: float) -> float:
        """Return the height of the cuts at an outgoing state."""
        if not self.pools:
            return 0.0
        if not self.multi:
            return max(floor, self.pools[0].value(state))
        heights = np.array([p.value(state) for p in self.pools])
        return max([floor, *(float(q @ heights) for q in self.weights)])


class StageLP:
    """A node's programme in the solver.

    Args:
        stage: The stage.
        later: Cuts; the programme holds those in `rows`.
        floor: Lower bound of Θ.
        rows: Rows to begin with, in their order.
        bases: Basis to start each noise from; None for none.
    """

    def __init__(
        self,
        stage: Stage,
        later: Later,
        floor: float,
        rows: Sequence[Row] = (),
        bases: Sequence[Basis | None] | None = None,
    ) -> None:
        self.stage, self.later, self.floor = stage, later, floor
        m, n = stage.matrix.shape
        self._m, self._n = m, n
        count = (1 + (len(later.pools) if later.multi else 0)) if later.pools else 0
        self._width = n + count
        self._model = highs.model(
            sparse.csc_matrix(sparse.hstack([stage.matrix, sparse.csc_matrix((m, count))]))
        )
        self._model.option("presolve", "off")
        self._edits = _Edits(stage)
        theta = np.full(count, -np.inf)
        theta[:1] = floor
        self._model.costs(None, np.concatenate([stage.cost, np.eye(1, count)[0] if count else []]))
        self._model.bounds(
            None, np.concatenate([stage.lower, theta]), np.concatenate([stage.upper, np.full(count, np.inf)])
        )
        self._model.sides(None, stage.row_lower, stage.row_upper)
        self._noise = -1
        self.rows: list[Row] = []
        self._held: set[Row] = set()
        self.bases: list[Basis | None] = list(bases) if bases is not None else [None] * len(stage.noises)
        self.solves, self.inside = 0, 0.0
        self._given = 0
        self.hold(rows)

    # -- solving -----------------------------------------------------------------------------------------------

    def solve(self, state: Floats, noise: int) -> float:
        """Solve for an incoming state and a noise.

        Args:
            state: Shape (k,).
            noise: Number of the noise.

        Returns:
            The objective, with the cost-to-go.

        Raises:
            InfeasibleError: No solution; the message names the rows behind it.
            ModelError: It has no end; the message names the columns.
            NumericalError: The solver gave up.
        """
        if self._given < len(self.rows):
            self._hand_over()
        began = time.perf_counter()
        self._edits.apply(self._model, state, noise, fresh=noise != self._noise)
        self._noise = noise
        basis = self.bases[noise]
        if basis is not None:
            self._model.forget()
            self._model.start(self._full(basis))
        else:
            self._model.forget()
        status = self._model.run()
        if status != highs.OPTIMAL:
            self._model.forget()
            status = self._model.run()
        if status != highs.OPTIMAL:
            self._fail(state, noise, status)
        self.bases[noise] = self._model.basis()
        value = self._model.objective
        self.inside += time.perf_counter() - began
        self.solves += 1
        return value

    def slope(self) -> Floats:
        """Return what one more unit of each incoming state adds to the last objective, shape (k,)."""
        return self._model.reduced()[self.stage.state_in]

    def point(self) -> tuple[Floats, float]:
        """Return the columns of the last solution, shape (n,), and Θ in it."""
        x = self._model.solution()[0]
        return x[: self._n], float(x[self._n]) if self.later.pools else 0.0

    def duals(self) -> Floats:
        """Return the duals of the stage's rows in the last solution, shape (m,)."""
        return self._model.solution()[1][: self._m]

    def later_slope(self) -> Floats:
        """Return what one more unit of each outgoing state adds to Θ in the last solution, shape (k,)."""
        duals = self._model.solution()[1][self._m :]
        slope = np.zeros(len(self.stage.state_out))
        for (outcome, number), dual in zip(self.rows, duals, strict=True):
            if outcome != WEIGHTS:
                slope += dual * self.later.pools[outcome].slopes[number]
        return slope

    def _full(self, basis: Basis) -> Basis:
        """Return a basis with the slacks of rows that came since."""
        lack = self._m + len(self.rows) - len(basis[1])
        return (basis[0], np.concatenate([basis[1], np.full(lack, BASIC, np.int32)])) if lack else basis

    def _fail(self, state: Floats, noise: int, status: int) -> None:
        error = told(self.stage, state, noise)
        if error is not None:
            raise error
        raise NumericalError(
            f"stage {self.stage.name!r}, noise {self.stage.noise_name(noise)}: the solver stopped with status "
            f"{status}. The numbers may lie too far apart; see the stability report."
        )

    # -- cuts --------------------------------------------------------------------------------------------------

    def weigh(self, weights: Floats) -> None:
        """Take weights of the outcomes, times the chance to go on, unless they are known; multi only."""
        known = self.later.weights
        if not any(np.abs(q - weights).max() <= SAME for q in known):
            known.append(weights)
            self.hold([(WEIGHTS, len(known) - 1)])

    def hold(self, rows: Sequence[Row]) -> None:
        """Put rows into the programme, those that are not there yet."""
        for row in rows:
            if row not in self._held:
                self._held.add(row)
                self.rows.append(row)

    def refresh(self, *, select: bool) -> None:
        """Bring the rows in line with the pools: what is needed comes in, and idle cuts go when they are many.

        Args:
            select: Leave dominated cuts out; all cuts are held otherwise.
        """
        pools = enumerate(self.later.pools)
        if not select:
            self.hold([(o, i) for o, pool in pools for i in range(len(pool))])
            return
        if len(self.rows) <= IDLE:
            return
        wanted = {(o, int(i)) for o, pool in pools for i in pool.needed()}
        idle = [k for k, r in enumerate(self.rows) if r[0] != WEIGHTS and r not in wanted]
        if len(idle) > max(IDLE, len(wanted)):
            self._drop(np.array(idle, dtype=np.int64))

    def _hand_over(self) -> None:
        """Give the solver the rows that it does not have yet."""
        new = self.rows[self._given :]
        out, n = self.stage.state_out, self._n
        lower, start = np.zeros(len(new)), [0]
        index: list[Ints] = []
        value: list[Floats] = []
        for k, (outcome, number) in enumerate(new):
            if outcome == WEIGHTS:
                index += [np.arange(n, self._width)]
                value += [_ONE, -self.later.weights[number]]
            else:
                pool = self.later.pools[outcome]
                index += [out, np.array([n + (1 + outcome if self.later.multi else 0)])]
                value += [-pool.slopes[number], _ONE]
                lower[k] = pool.intercepts[number]
            start.append(start[-1] + (len(index[-1]) if outcome == WEIGHTS else len(out) + 1))
        self._model.append(
            np.array(start[:-1], dtype=np.int32),
            np.concatenate(index).astype(np.int32),
            np.concatenate(value),
            lower,
            np.full(len(new), np.inf),
        )
        self._given = len(self.rows)

    def _drop(self, idle: Ints) -> None:
        if self._given < len(self.rows):
            self._hand_over()
        kept = np.ones(self._m + len(self.rows), dtype=bool)
        kept[self._m + idle] = False
        self._model.drop((self._m + idle).astype(np.int32))
        for k, basis in enumerate(self.bases):
            if basis is not None:
                self.bases[k] = (basis[0], self._full(basis)[1][kept])
        gone = {self.rows[i] for i in idle}
        self._held -= gone
        self.rows = [r for r in self.rows if r not in gone]
        self._given = len(self.rows)


class _Edits:
    """What differs between the noises of a stage, laid out so that each is handed over in one call."""

    def __init__(self, stage: Stage) -> None:
        numbers = [stage.numbers(k) for k in range(len(stage.noises))]

        def differing(*fields: int) -> Ints:
            told = np.zeros(len(numbers[0][fields[0]]), dtype=bool)
            for f in fields:
                values = np.array([n[f] for n in numbers])
                usual = (stage.cost, stage.lower, stage.upper, stage.row_lower, stage.row_upper)[f]
                told |= (values != usual).any(axis=0)
            return np.flatnonzero(told)

        cols, costed, rows = differing(1, 2), differing(0), differing(3, 4)
        cols = np.union1d(cols, stage.state_in)
        self._state = np.searchsorted(cols, stage.state_in)
        self._cols, self._rows = cols.astype(np.int32), rows.astype(np.int32)
        self._cost = [n[0][costed] for n in numbers]
        self._costed = costed.astype(np.int32)
        self._lower, self._upper = [n[1][cols] for n in numbers], [n[2][cols] for n in numbers]
        self._row_lower, self._row_upper = [n[3][rows] for n in numbers], [n[4][rows] for n in numbers]

    def apply(self, model: highs.Model, state: Floats, noise: int, *, fresh: bool) -> None:
        """Hand a state and a noise to the solver; `fresh` where the noise is not that of the last solve."""
        lower, upper = self._lower[noise], self._upper[noise]
        lower[self._state] = state
        upper[self._state] = state
        if len(self._cols):
            model.bounds(self._cols, lower, upper)
        if fresh:
            if len(self._costed):
                model.costs(self._costed, self._cost[noise])
            if len(self._rows):
                model.sides(self._rows, self._row_lower[noise], self._row_upper[noise])
