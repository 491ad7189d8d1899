"""Why a stage has no solution or no end, in the names of its rows and columns.

No solution: the rows are made elastic, each with slacks that cost one a unit. The duals of that programme weigh the
rows that contradict each other (Farkas); of these, those are left out one by one without which the rest still
contradicts itself (the deletion filter of Chinneck and Dravnieks 1991), until every one that is left is needed.

No end: a direction along which the cost falls and nothing is ever broken; its columns are named.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from oreflow.errors import InfeasibleError, ModelError
from oreflow.market import highs
from oreflow.market.network import Floats, Ints
from oreflow.respond.sddp.stage import Stage

SLACK = 1e-7
"""Sum of slacks above which a programme has no solution."""
MOST = 60
"""Rows that contradict each other up to which they are filtered one by one."""
SHOWN = 6
"""Names in a message."""


def told(stage: Stage, state: Floats, noise: int) -> ModelError | None:
    """Return the error that says why a stage has no optimum at a state.

    Args:
        stage: The stage.
        state: Incoming state, shape (k,).
        noise: Number of the noise.

    Returns:
        `InfeasibleError` naming rows, `ModelError` naming columns; None where it has an optimum after all.
    """
    cost, lower, upper, row_lower, row_upper = stage.numbers(noise)
    lower, upper = lower.copy(), upper.copy()
    lower[stage.state_in] = upper[stage.state_in] = state
    where = f"stage {stage.name!r}, noise {stage.noise_name(noise)}{_incoming(stage, state)}"
    rows = conflict(stage.matrix, lower, upper, row_lower, row_upper)
    if rows is not None:
        return InfeasibleError(
            f"{where}: no decision satisfies {_names(stage.rows, rows)} together with the bounds of their columns. "
            "A stage must have a solution at every state that an earlier one may leave (complete recourse): add a "
            "column that buys off what is missing at a high cost, e.g. unserved demand or spilt stock."
        )
    columns = ray(stage.matrix, cost, lower, upper, row_lower, row_upper)
    if columns is not None:
        return ModelError(
            f"{where}: the cost falls without end along {_names(stage.columns, columns)}. Bound these columns, or "
            "look for a cost with the wrong sign."
        )
    return None


def conflict(
    matrix: sparse.csc_matrix, lower: Floats, upper: Floats, row_lower: Floats, row_upper: Floats
) -> Ints | None:
    """Return rows that cannot all hold within the bounds of the columns.

    Args:
        matrix: A, shape (m, n).
        lower: Lower bounds of columns, shape (n,).
        upper: Upper bounds of columns, shape (n,).
        row_lower: Lower sides of rows, shape (m,).
        row_upper: Upper sides of rows, shape (m,).

    Returns:
        Their numbers, rising, none of which can be left out; None where all rows hold together.
    """
    total, duals = _elastic(matrix, lower, upper, row_lower, row_upper)
    if total <= SLACK:
        return None
    found = np.flatnonzero(np.abs(duals) > SLACK)
    if len(found) > MOST:
        return found
    for i in list(found):
        fewer = found[found != i]
        if (
            len(fewer)
            and _elastic(matrix[fewer], lower, upper, row_lower[fewer], row_upper[fewer])[0] > SLACK
        ):
            found = fewer
    return found


def ray(
    matrix: sparse.csc_matrix,
    cost: Floats,
    lower: Floats,
    upper: Floats,
    row_lower: Floats,
    row_upper: Floats,
) -> Ints | None:
    """Return the columns of a direction along which the cost falls without end.

    Args:
        matrix: A, shape (m, n).
        cost: c, shape (n,).
        lower: Lower bounds of columns, shape (n,).
        upper: Upper bounds of columns, shape (n,).
        row_lower: Lower sides of rows, shape (m,).
        row_upper: Upper sides of rows, shape (m,).

    Returns:
        Their numbers, rising; None where there is none.
    """
    model = highs.model(matrix)
    model.costs(None, cost)
    model.bounds(None, np.where(np.isfinite(lower), 0.0, -1.0), np.where(np.isfinite(upper), 0.0, 1.0))
    model.sides(
        None, np.where(np.isfinite(row_lower), 0.0, -np.inf), np.where(np.isfinite(row_upper), 0.0, np.inf)
    )
    model.run()
    if model.objective >= -SLACK:
        return None
    return np.flatnonzero(np.abs(model.solution()[0]) > SLACK)


def _elastic(
    matrix: sparse.csc_matrix, lower: Floats, upper: Floats, row_lower: Floats, row_upper: Floats
) -> tuple[float, Floats]:
    m, n = matrix.shape
    eye = sparse.eye(m, format="csc")
    model = highs.model(sparse.csc_matrix(sparse.hstack([matrix, eye, -eye])))
    model.costs(None, np.concatenate([np.zeros(n), np.ones(2 * m)]))
    model.bounds(
        None,
        np.concatenate([lower, np.zeros(2 * m)]),
        np.concatenate([upper, np.full(2 * m, np.inf)]),
    )
    model.sides(None, row_lower, row_upper)
    model.run()
    return model.objective, model.solution()[1]


def _names(names: tuple[str, ...], which: Ints) -> str:
    shown = ", ".join(names[i] for i in which[:SHOWN])
    return shown + (f" and {len(which) - SHOWN} more" if len(which) > SHOWN else "")


def _incoming(stage: Stage, state: Floats) -> str:
    if not len(state):
        return ""
    pairs = [f"{name} = {value:g}" for name, value in zip(stage.states, state, strict=True)]
    return f", incoming {', '.join(pairs[:SHOWN])}{' …' if len(pairs) > SHOWN else ''}"
