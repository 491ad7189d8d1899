"""The worst losses of a linear programme in two exact ways, beside the search of `oreflow.shock.attack.search`.

Symbols as in `oreflow.shock.attack.interdiction`.

*Single level* (`milp`). The dual of the inner programme is maximised together with z:

    max r·y⁺ − R·y⁻ + l·g − u·w − v·t
    s.t. Aᵀ(y⁺ − y⁻) + g − w − t = c + Σ_g z_g·d_g,   y⁺, y⁻ ≤ Y,   t_j ≤ M_j·Σ_{g takes j} z_g,   all ≥ 0

The rent of a lost column's bound is t_j, paid at v_j instead of u_j.

*Cuts* (`cuts`). With those M the inner programme is

    f(z) = min over x of  c·x + Σ_g z_g·(d_g·x + Σ_{j in g} M_j·(x_j − v_j)⁺)

an exact penalty, and concave in z. Each solution x found for one z is a cut η ≤ … on every z; a master over z and η
gives the bound, its z the next incumbent.

Both are the second proof of small and aggregated markets. On the bundled world the search by groups is faster.

Source: Israeli, E. and Wood, R. K. (2002), Shortest-path network interdiction, Networks 40(2), 97–111.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
from scipy import sparse

from oreflow.market.network import Floats, Ints
from oreflow.shock.attack.interdiction import Interdiction, minimise, stack


@dataclass(frozen=True, slots=True)
class Proof:
    """A set of losses with its value and a bound on every other.

    Attributes:
        lost: Targets lost.
        value: Value of the inner programme for them.
        bound: No set within the budget has a larger one.
        rounds: Cuts made, or 1.
        seconds: Wall time.
    """

    lost: tuple[int, ...]
    value: float
    bound: float
    rounds: int
    seconds: float


def milp(problem: Interdiction, budget: int, *, time_limit: float = inf) -> Proof:
    """Solve the single-level programme.

    Args:
        problem: The programme and its targets.
        budget: Largest number of losses.
        time_limit: Seconds.

    Returns:
        The proof; its value is that of the inner programme, solved again for the losses found.

    Raises:
        NumericalError: The solver gave up without a solution.
    """
    began = time.monotonic()
    p = problem
    n, k = len(p.cost), p.targets
    bounded = np.flatnonzero(np.isfinite(p.upper))
    taken = np.unique(np.concatenate([np.zeros(0, np.int64), *p.takes]))
    down, up = np.isfinite(p.row_lower), np.isfinite(p.row_upper)
    at = sparse.csc_matrix(p.matrix.T)
    unit = sparse.eye(n, format="csc")
    delay = _incidence([d[0] for d in p.delays], [d[1] for d in p.delays], n)
    # Columns: y⁺, y⁻, g, w (bounded columns), t (columns that can be taken), z.
    opened = _incidence(list(p.takes), [p.big[t] for t in p.takes], n)[taken]
    matrix = stack(
        [
            [at, -at, unit, -unit[:, bounded], -unit[:, taken], -delay],
            [None, None, None, None, sparse.eye(len(taken), format="csc"), -opened],
            [None, None, None, None, None, sparse.csc_matrix(np.ones((1, k)))],
        ]
    )
    gain = np.concatenate(
        [
            np.where(down, p.row_lower, 0.0),
            np.where(up, -p.row_upper, 0.0),
            p.lower,
            -p.upper[bounded],
            -p.lost_upper[taken],
            np.zeros(k),
        ]
    )
    free = np.full(n + len(bounded) + len(taken), np.inf)
    highest = np.concatenate([np.where(down, p.penalty, 0.0), np.where(up, p.penalty, 0.0), free, np.ones(k)])
    size = len(gain)
    x, _, bound = minimise(
        -gain,
        matrix,
        np.concatenate([p.cost, np.full(len(taken) + 1, -np.inf)]),
        np.concatenate([p.cost, np.zeros(len(taken)), [float(budget)]]),
        np.zeros(size),
        highest,
        integers=np.arange(size - k, size),
        time_limit=time_limit,
    )
    lost = tuple(np.flatnonzero(x[-k:] > 0.5).tolist())
    value = p.inner(lost)[0]
    return Proof(lost, value, max(-bound, value), 1, time.monotonic() - began)


def cuts(problem: Interdiction, budget: int, *, tolerance: float = 1e-7, time_limit: float = inf) -> Proof:
    """Solve by cuts: an inner programme and a small master in turn.

    Args:
        problem: The programme and its targets.
        budget: Largest number of losses.
        tolerance: Stop when bound and incumbent differ by this share of the incumbent (or of 1).
        time_limit: Seconds after which the bound stays where it is.

    Returns:
        The proof.
    """
    began = time.monotonic()
    p = problem
    heights: list[float] = []
    slopes: list[Floats] = []
    lost: tuple[int, ...] = ()
    best, value, bound = lost, -inf, inf
    while True:
        found, x, _ = p.inner(lost)
        if found > value:
            best, value = lost, found
        over = p.big * np.maximum(x - p.lost_upper, 0.0)
        slopes.append(
            np.array(
                [
                    over[take].sum() + float(extra @ x[cols])
                    for take, (cols, extra) in zip(p.takes, p.delays, strict=True)
                ]
            )
        )
        # The cut is written at the solution's cost without any loss.
        heights.append(found - float(sum(extra @ x[cols] for cols, extra in (p.delays[g] for g in lost))))
        lost, bound = _master(np.array(heights), np.array(slopes), budget, bound)
        close = bound - value <= tolerance * max(1.0, abs(value))
        if close or time.monotonic() - began > time_limit:
            return Proof(best, value, max(bound, value), len(heights), time.monotonic() - began)


def _master(heights: Floats, slopes: Floats, budget: int, bound: float) -> tuple[tuple[int, ...], float]:
    """Return the most that the cuts allow, and the losses that reach it."""
    k = slopes.shape[1]
    scale = max(float(np.abs(heights).max()), 1.0)
    matrix = np.vstack(
        [
            np.hstack([np.ones((len(heights), 1)), -slopes / scale]),
            np.concatenate([[0.0], np.ones(k)]),
        ]
    )
    x, _, dual = minimise(
        np.concatenate([[-1.0], np.zeros(k)]),
        sparse.csc_matrix(matrix),
        np.full(len(matrix), -np.inf),
        np.concatenate([heights / scale, [float(budget)]]),
        np.concatenate([[-np.inf], np.zeros(k)]),
        np.concatenate([[np.inf], np.ones(k)]),
        integers=np.arange(1, k + 1),
    )
    return tuple(np.flatnonzero(x[1:] > 0.5).tolist()), min(bound, -dual * scale)


def _incidence(columns: Sequence[Ints], values: Sequence[Floats], n: int) -> sparse.csc_matrix:
    """Return values by column (rows) and target (columns), shape (n, targets)."""
    row = np.concatenate([np.zeros(0, np.int64), *columns])
    col = np.repeat(np.arange(len(columns)), [len(c) for c in columns])
    value = np.concatenate([np.zeros(0), *values])
    return sparse.coo_matrix((value, (row, col)), shape=(n, len(columns))).tocsc()
