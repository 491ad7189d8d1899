"""The share to convert and how fast, when the decision is made once: mean cost against the cost of bad futures.

    min (1 − w)·Σ_k C_k/n + w·(η + Σ_k z_k/((1 − α)·n))
    s_q = s_{q−1} + up_q,   0 ≤ s ≤ limit,   0 ≤ up ≤ 3·ramp
    z_k ≥ C_k − η,   C_k = lithium_k − Σ_q g_kq·s_q + Σ_q K·d_q·up_q

| symbol | meaning | unit |
|---|---|---|
| s_q | share ordered by quarter q | 1 |
| C_k | present cost of lithium and of sodium-ion's premium in future k | USD/(kWh/yr) |
| g_kq | what a unit share ordered in q saves in future k | USD/(kWh/yr) |
| w | weight of the mean of the worst 5 % (CVaR, Rockafellar & Uryasev 2000) | 1 |

One linear programme, built once; weights and ramps are edits of costs and bounds, solved warm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from oreflow.errors import NumericalError, UsageError
from oreflow.market import highs
from oreflow.respond.hedge.switch import Switch
from oreflow.respond.prices.tail import TAIL, tail_mean

Floats = NDArray[np.float64]

QUARTER = 3
"""Months between decisions."""
WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Weights of bad futures along the frontier."""


@dataclass(frozen=True)
class Choice:
    """A point of the frontier.

    Attributes:
        weight: w.
        ramp: Largest change of the share in a month.
        schedule: Share ordered by the end of each quarter.
        mean: Mean present cost, USD/(kWh/yr).
        tail: Mean present cost of the worst 5 % of futures, USD/(kWh/yr).
        objective: (1 − w)·mean + w·tail as the programme has it.
    """

    weight: float
    ramp: float
    schedule: Floats
    mean: float
    tail: float
    objective: float

    @property
    def share(self) -> float:
        """Share at the end."""
        return float(self.schedule[-1])


class Frontier:
    """The programme for one maker and one set of futures.

    Args:
        switch: The right; its ramp is the default.
        prices: Shape (draws, months or more), USD/t LCE.

    Raises:
        UsageError: The right lasts less than a quarter.
    """

    def __init__(self, switch: Switch, prices: Floats) -> None:
        quarters = switch.months // QUARTER
        if quarters < 1:
            raise UsageError("the choice of a share needs at least a quarter.")
        used = quarters * QUARTER
        self.switch, self.draws, self.quarters = switch, len(prices), quarters
        gains = switch.gains(prices)[:, :used]
        self._gain = gains.reshape(self.draws, quarters, QUARTER).sum(axis=2)
        self._paid = switch.convert * switch.discount[:used:QUARTER]
        lithium = switch.lithium / 1000.0 * prices[:, :used] / 12.0 * switch.discount[:used]
        self.base: Floats = lithium.sum(axis=1)
        self._model = highs.model(self._matrix())
        q, n = quarters, self.draws
        inf = np.inf
        self._model.sides(
            None, np.concatenate([np.zeros(q), self.base]), np.concatenate([np.zeros(q), np.full(n, inf)])
        )

    def _matrix(self) -> sparse.csc_matrix:
        """Columns s (quarters), up (quarters), η, z (draws); rows of the share, then of the futures."""
        q, n = self.quarters, self.draws
        eye = sparse.identity(q, format="csc")
        top = sparse.hstack([eye - sparse.eye(q, k=-1), -eye, sparse.csc_matrix((q, 1 + n))])
        low = sparse.hstack([
            sparse.csc_matrix(self._gain), sparse.csc_matrix(np.tile(-self._paid, (n, 1))),
            sparse.csc_matrix(np.ones((n, 1))), sparse.identity(n, format="csc"),
        ])  # fmt: skip
        return sparse.csc_matrix(sparse.vstack([top, low]))

    def at(self, weight: float, *, ramp: float | None = None) -> Choice:
        """Solve for a weight and a ramp.

        Args:
            weight: w, 0 (the mean alone) to 1 (the worst futures alone).
            ramp: Largest change of the share in a month; the right's by default.

        Returns:
            The best schedule.

        Raises:
            UsageError: The weight is no share.
            NumericalError: The solver did not find it.
        """
        if not 0 <= weight <= 1:
            raise UsageError(f"the weight of bad futures is a share between 0 and 1, not {weight:g}.")
        pace = self.switch.ramp if ramp is None else ramp
        q, n = self.quarters, self.draws
        mean = np.concatenate([-self._gain.mean(axis=0), self._paid, np.zeros(1 + n)])
        tail = np.concatenate([np.zeros(2 * q), [1.0], np.full(n, 1.0 / ((1.0 - TAIL) * n))])
        upper = np.concatenate(
            [np.full(q, self.switch.limit), np.full(q, QUARTER * pace), np.full(1 + n, np.inf)]
        )
        lower = np.concatenate([np.zeros(2 * q), [-np.inf], np.zeros(n)])
        if weight == 0:  # no tail in the objective: its columns have nothing to do
            lower[2 * q], upper[2 * q] = self.base.max(), self.base.max()
        self._model.costs(None, (1.0 - weight) * mean + weight * tail)
        self._model.bounds(None, lower, upper)
        if self._model.run() != highs.OPTIMAL:
            raise NumericalError("the choice of a share was not solved; the solver gave no optimum.")
        x, _ = self._model.solution()
        schedule, up = x[:q], x[q : 2 * q]
        cost = self.costs(schedule, up)
        worst = tail_mean(cost)
        return Choice(weight, pace, schedule, float(cost.mean()), worst,
                      float((1.0 - weight) * cost.mean() + weight * worst))  # fmt: skip

    def costs(self, schedule: Floats, up: Floats | None = None) -> Floats:
        """Return the present cost of a schedule in each future, shape (draws,), USD/(kWh/yr)."""
        steps = np.diff(schedule, prepend=0.0) if up is None else up
        return np.asarray(self.base - self._gain @ schedule + float(self._paid @ steps), dtype=float)

    def along(self, ramps: Sequence[float], weights: Sequence[float] = WEIGHTS) -> tuple[Choice, ...]:
        """Return the frontier for each ramp."""
        return tuple(self.at(w, ramp=r) for r in ramps for w in weights)
