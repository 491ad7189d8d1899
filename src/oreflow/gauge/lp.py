"""Small linear programmes, solved by HiGHS through SciPy, with the duals that the gauges read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from oreflow.errors import NumericalError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Optimum:
    """Optimum of max c'x subject to Ax <= b, 0 <= x <= upper.

    Attributes:
        value: Objective.
        x: Shape (n,).
        dual: Shape (m,), gain in the objective per unit of b, not negative.
    """

    value: float
    x: Floats
    dual: Floats


def maximise(
    gain: Floats, matrix: Floats, limit: Floats, upper: Floats | None = None, *, what: str
) -> Optimum:
    """Solve a small linear programme.

    Args:
        gain: Shape (n,), objective c.
        matrix: Shape (m, n), A.
        limit: Shape (m,), b.
        upper: Shape (n,), upper bounds; infinite, or all when left out, for none.
        what: What is solved, for the message.

    Returns:
        Value, point and duals.

    Raises:
        NumericalError: There is no finite optimum, or it was not found.
    """
    top = np.full(gain.size, np.inf) if upper is None else upper
    bounds = [(0.0, None if np.isinf(u) else float(u)) for u in top]
    solved = linprog(-gain, A_ub=matrix, b_ub=limit, bounds=bounds, method="highs")
    if solved.status != 0 or solved.fun is None or solved.x is None:
        raise NumericalError(f"{what}: not solved ({solved.message}).")
    return Optimum(
        value=-float(solved.fun),
        x=np.asarray(solved.x, dtype=float),
        dual=-np.asarray(solved.ineqlin.marginals, dtype=float),
    )
