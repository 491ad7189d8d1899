"""The programme of a node, kept in the solver: the stage's own rows, and the cuts on what comes after.

    min c·x + Θ    subject to the stage,    Θ ≥ floor,    and
        Θ ≥ a + b·x[state_out]                             single: one cut a visit, or
        Θ ≥ m·Σ_k q_k·θ_k,   θ_k ≥ a_k + b_k·x[state_out]   multi: one cut for each outcome k of what follows

with m the chance to go on and q the weights of the risk measure. Only numbers are edited from solve to solve, and each
starts from the basis that the same noise ended with. A solve thus follows from the programme and that basis alone,
which is what lets a run that was stopped go on as if it had not been.
"""

from __future__ import annotations

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
from oreflow.respond.sddp.scaling import power, scales
from oreflow.respond.sddp.stage import Stage

Options = dict[str, int | float | str]
FINE: Options = {
    "presolve": "off",
    # Scaled here: see `oreflow.respond.sddp.scaling`.
    "simplex_scale_strategy": 0,
    # What a solve leaves open goes into the cuts and adds up from stage to stage.
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
}
COARSE: Options = FINE | {
    "presolve": "choose",
    "primal_feasibility_tolerance": 1e-7,
    "dual_feasibility_tolerance": 1e-7,
}
"""For what cannot be solved so finely, e.g. a state that leaves its range by what the last stage left open."""
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
        learn: Whether the next solve of a noise starts from where the last one ended. Otherwise each starts from
            `bases`, and what is found follows from the state alone, also among equals.
    """

    def __init__(
        self,
        stage: Stage,
        later: Later,
        floor: float,
        rows: Sequence[Row] = (),
        bases: Sequence[Basis | None] | None = None,
        *,
        learn: bool = True,
    ) -> None:
        self.stage, self.later, self.floor = stage, later, floor
        m, n = stage.matrix.shape
        self._m, self._n = m, n
        count = (1 + (len(later.pools) if later.multi else 0)) if later.pools else 0
        self._width = n + count
        self._row, self._col = scales(stage.matrix)
        scaled = sparse.diags_array(self._row) @ stage.matrix @ sparse.diags_array(self._col)
        self._model = highs.model(sparse.csc_matrix(sparse.hstack([scaled, sparse.csc_matrix((m, count))])))
        self._set(FINE)
        self._edits = Edits(stage, self._row, self._col)
        cost = stage.cost * self._col
        self._theta = float(power(np.abs(cost).max(initial=1.0, keepdims=True))[0])
        """Scale of Θ and θ: they are of the size of costs, not of quantities."""
        lowest = np.full(count, -np.inf)
        lowest[:1] = floor / self._theta
        self._model.costs(None, np.concatenate([cost, np.eye(1, count)[0] * self._theta if count else []]))
        self._model.bounds(
            None,
            np.concatenate([stage.lower / self._col, lowest]),
            np.concatenate([stage.upper / self._col, np.full(count, np.inf)]),
        )
        self._model.sides(None, stage.row_lower * self._row, stage.row_upper * self._row)
        self._range = [
            (n[1][stage.state_out], n[2][stage.state_out])
            for n in map(stage.numbers, range(len(stage.noises)))
        ]
        self._noise = -1
        self.rows: list[Row] = []
        self._held: set[Row] = set()
        self.bases: list[Basis | None] = list(bases) if bases is not None else [None] * len(stage.noises)
        self.solves = 0
        self._given, self._learn = 0, learn
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
        self._edits.apply(self._model, state, noise, fresh=noise != self._noise)
        self._noise = noise
        self._model.forget()
        basis = self.bases[noise]
        if basis is not None:
            self._model.start(self._full(basis))
        status = self._model.run()
        for options in (FINE, COARSE):
            if status == highs.OPTIMAL:
                break
            self._set(options)
            self._model.forget()
            status = self._model.run()
            self._set(FINE)
        if status != highs.OPTIMAL:
            self._fail(state, noise, status)
        if self._learn:
            self.bases[noise] = self._model.basis()
        value = self._model.objective
        self.solves += 1
        return value

    def _set(self, options: Options) -> None:
        for name, value in options.items():
            self._model.option(name, value)

    def slope(self) -> Floats:
        """Return what one more unit of each incoming state adds to the last objective, shape (k,)."""
        which = self.stage.state_in
        return self._model.reduced()[which] / self._col[which]

    def point(self) -> tuple[Floats, float]:
        """Return the columns of the last solution, shape (n,), outgoing states within their bounds, and Θ in it."""
        x = self._model.solution()[0]
        later = float(x[self._n]) * self._theta if self.later.pools else 0.0
        x = x[: self._n] * self._col
        out, bounds = self.stage.state_out, self._range[self._noise]
        x[out] = np.clip(x[out], *bounds)
        return x, later

    def duals(self) -> Floats:
        """Return the duals of the stage's rows in the last solution, shape (m,)."""
        return self._model.solution()[1][: self._m] * self._row

    def later_slope(self) -> Floats:
        """Return what one more unit of each outgoing state adds to Θ in the last solution, shape (k,)."""
        duals = self._model.solution()[1][self._m :]
        slope = np.zeros(len(self.stage.state_out))
        for row, dual in zip(self.rows, duals, strict=True):
            if row[0] != WEIGHTS:
                slope += dual * self._cut_scale(row) * self.later.pools[row[0]].slopes[row[1]]
        return slope

    def _cut_scale(self, row: Row) -> float:
        """Return the scale of the row of a cut: one over its largest entry."""
        entries = self.later.pools[row[0]].slopes[row[1]] * self._col[self.stage.state_out]
        return float(1.0 / power(np.abs(entries).max(initial=self._theta, keepdims=True))[0])

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
                scale = self._cut_scale((outcome, number))
                value += [-pool.slopes[number] * self._col[out] * scale, _ONE * self._theta * scale]
                lower[k] = pool.intercepts[number] * scale
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


class Edits:
    """What differs between the noises of a stage, laid out so that each is handed over in one call."""

    def __init__(self, stage: Stage, row: Floats, col: Floats) -> None:
        def edited(*fields: str) -> Ints:
            told = [edit[0] for n in stage.noises for f in fields if (edit := getattr(n, f)) is not None]
            return np.unique(np.concatenate(told)) if told else np.zeros(0, np.int64)

        cols = np.union1d(edited("lower", "upper"), stage.state_in)
        costed, rows = edited("cost"), edited("row_lower", "row_upper")
        self._state, self._unit = np.searchsorted(cols, stage.state_in), col[stage.state_in]
        self._cols, self._rows = cols.astype(np.int32), rows.astype(np.int32)
        self._costed = costed.astype(np.int32)
        numbers = [stage.numbers(k) for k in range(len(stage.noises))]
        self._cost = [n[0][costed] * col[costed] for n in numbers]
        self._lower, self._upper = ([n[i][cols] / col[cols] for n in numbers] for i in (1, 2))
        self._row_lower, self._row_upper = ([n[i][rows] * row[rows] for n in numbers] for i in (3, 4))

    def apply(self, model: highs.Model, state: Floats, noise: int, *, fresh: bool) -> None:
        """Hand a state and a noise to the solver; `fresh` where the noise is not that of the last solve."""
        lower, upper = self._lower[noise], self._upper[noise]
        lower[self._state] = upper[self._state] = state / self._unit
        if len(self._cols):
            model.bounds(self._cols, lower, upper)
        if fresh:
            if len(self._costed):
                model.costs(self._costed, self._cost[noise])
            if len(self._rows):
                model.sides(self._rows, self._row_lower[noise], self._row_upper[noise])
