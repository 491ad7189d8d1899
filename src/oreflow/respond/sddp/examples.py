"""Published and textbook problems as policy graphs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from oreflow.respond.sddp.graph import Graph
from oreflow.respond.sddp.stage import Noise, Stage

INFLOWS = ((6.0,), (2.0, 10.0))
"""Inflow of each stage, each value as likely as the others."""
DEMAND, COST, ROOM = 6.0, 5.0, 8.0


def hydro_thermal(inflows: Sequence[Sequence[float]] = INFLOWS) -> Graph:
    """Return the hydro-thermal problem of the FAST library, as SDDP.jl documents it.

    A reservoir of at most 8 takes what flows in; releases y and thermal power p at 5 a unit meet a demand of 6.

    Args:
        inflows: Inflow of each stage, each value as likely as the others.

    Returns:
        The graph; it begins with an empty reservoir and its optimum is 10.
    """
    matrix = sparse.csc_matrix([[-1.0, 1.0, 0.0, 1.0], [0.0, 0.0, 1.0, 1.0]])
    stages = [
        Stage(
            name=f"stage {t + 1}",
            matrix=matrix,
            cost=np.array([0.0, 0.0, COST, 0.0]),
            lower=np.zeros(4),
            upper=np.array([ROOM, ROOM, np.inf, np.inf]),
            row_lower=np.array([-np.inf, DEMAND]),
            row_upper=np.array([0.0, np.inf]),
            state_in=np.array([0]),
            state_out=np.array([1]),
            noises=tuple(Noise(1.0 / len(flows), row_upper=(np.array([0]), np.array([w]))) for w in flows),
            columns=("stored before", "stored", "thermal", "released"),
            rows=("water balance", "demand"),
        )
        for t, flows in enumerate(inflows)
    ]
    return Graph.linear(stages)
