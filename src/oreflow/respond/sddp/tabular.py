"""Decisions over a finite list of states, by policy iteration (Howard 1960): the second way to a known answer.

    V(s, i) = min over s' of c_i(s, s') + b·Σ_j P_ij·V(s', j)

It is exact on its list of states, and its work grows with their square; cuts need no list.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from oreflow.errors import NumericalError, UsageError
from oreflow.market.network import Floats, Ints

ROUNDS = 1000


@dataclass(frozen=True, eq=False)
class Tabular:
    """An optimal policy.

    Attributes:
        value: V, shape (regimes, states).
        choice: Number of the next state, shape (regimes, states).
        rounds: Policies that were tried.
    """

    value: Floats
    choice: Ints
    rounds: int


def policy_iteration(cost: Floats, transition: Floats, discount: float) -> Tabular:
    """Find the policy of least discounted cost.

    Args:
        cost: Cost of going from a state to another in a regime, infinite where that cannot be; shape (R, S, S).
        transition: Chance of going from a regime to another, shape (R, R).
        discount: b, in [0, 1).

    Returns:
        The optimum.

    Raises:
        UsageError: The discount is not below one, or a state leads nowhere.
        NumericalError: Policies do not settle.
    """
    if not 0 <= discount < 1:
        raise UsageError(f"the discount of a problem without end is in [0, 1), not {discount}.")
    regimes, states, _ = cost.shape
    if not np.isfinite(cost.min(axis=2)).all():
        raise UsageError("a state leads nowhere: every choice has an infinite cost.")
    every = np.arange(states)
    choice = cost.argmin(axis=2)
    for turn in range(1, ROUNDS + 1):
        # Value of the policy: (I − b·P∘choice)·V = c.
        step = np.zeros((regimes, states, regimes, states))
        for i in range(regimes):
            for j in range(regimes):
                step[i, every, j, choice[i]] += discount * transition[i, j]
        size = regimes * states
        here = np.take_along_axis(cost, choice[:, :, None], axis=2)[:, :, 0]
        value = np.linalg.solve(np.eye(size) - step.reshape(size, size), here.ravel()).reshape(
            regimes, states
        )
        whole = cost + discount * (transition @ value)[:, None, :]
        best = whole.argmin(axis=2)
        now = np.take_along_axis(whole, choice[:, :, None], axis=2)[:, :, 0]
        # Change only where it pays, or equals would take turns for ever.
        better = whole.min(axis=2) < now - 1e-12 * (1.0 + np.abs(now))
        if not better.any():
            return Tabular(np.asarray(value, dtype=np.float64), choice, turn)
        choice = np.where(better, best, choice)
    raise NumericalError(f"policies did not settle within {ROUNDS} rounds.")
