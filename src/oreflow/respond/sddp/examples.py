"""Published problems as policy graphs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from oreflow.errors import UsageError
from oreflow.market.network import Floats
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


LEVELS = 21.0
"""Largest stock of the stockpile problem; its published form has levels every `SPACING`."""
SPACING = 3.0
REGIMES = ("normal", "disrupted")
TRANSITION = ((0.8, 0.2), (0.5, 0.5))
DISCOUNT = 0.95
DISRUPTION = (0.0, 11.0)
_SHARE, _ELASTICITY, _IMPORTS, _INTERCEPT, _SCALE, _PRICE, _HOLDING = (
    0.25,
    0.1,
    110.0,
    -130.0,
    342.0,
    34.526,
    0.32,
)


def stockpile_cost(change: Floats, regime: int) -> Floats:
    """Return the cost of a year of the stockpile problem, without holding.

    Args:
        change: Δs, what is put into stock.
        regime: Number of the regime.

    Returns:
        Loss of consumers above that of the normal price, and what the purchase costs.
    """
    g, e, d, k, pn = _SHARE, _ELASTICITY, _INTERCEPT, _SCALE, _PRICE
    price = (k / (_IMPORTS - DISRUPTION[regime] - d - change)) ** (1.0 / e)
    lost = g * (d * (price - pn) + k * (price ** (1.0 - e) - pn ** (1.0 - e)) / (1.0 - e))
    result: Floats = lost + price * change
    return result


def stockpile_table(spacing: float = SPACING) -> tuple[Floats, Floats]:
    """Return the stockpile problem as a table.

    Args:
        spacing: Between levels.

    Returns:
        Levels, shape (S,), and the cost of going from one to another in each regime, shape (R, S, S).
    """
    levels = np.linspace(0.0, LEVELS, round(LEVELS / spacing) + 1)
    change = levels[None, :] - levels[:, None]
    cost = np.array([stockpile_cost(change, i) for i in range(len(REGIMES))])
    cost += _HOLDING * levels
    return levels, cost


def stockpile(spacing: float = SPACING) -> Graph:
    """Return the strategic stockpile of Teisberg (1981) as the model library of GAMS states it (`markov`).

    A stock of a good whose price jumps when imports are disrupted, which comes and goes as a Markov chain. The yearly
    cost is a convex function of what is put into stock; here it is made of straight pieces.

    Args:
        spacing: Length of the pieces. With pieces of the distance between the published levels, and levels that are
            multiples of it, the vertices of every programme lie on the levels, so that its optimum is the published.

    Returns:
        The graph. It begins at one of the published levels and regimes, each as likely as the others: the objective of
        the published case is the mean over all of them.

    Raises:
        UsageError: The pieces do not fit the range of levels.
    """
    pieces = round(2.0 * LEVELS / spacing)
    if not np.isclose(pieces * spacing, 2.0 * LEVELS):
        raise UsageError(f"pieces of {spacing:g} do not fit into {2.0 * LEVELS:g}.")
    edges = np.linspace(-LEVELS, LEVELS, pieces + 1)
    # Columns: stock before, stock, the change in pieces up from its least, and one that carries the cost of the least.
    row = np.concatenate([[-1.0, 1.0], -np.ones(pieces), [LEVELS]])
    names = ("stock before", "stock", *(f"change above {a:g}" for a in edges[:-1]), "least change")
    stages = []
    levels = np.arange(round(LEVELS / SPACING) + 1) * SPACING
    fixed = np.array([1])
    stages.append(
        Stage(
            name="start",
            matrix=sparse.csc_matrix((0, 2)),
            cost=np.zeros(2),
            lower=np.zeros(2),
            upper=np.array([0.0, LEVELS]),
            row_lower=np.zeros(0),
            row_upper=np.zeros(0),
            state_in=np.array([0]),
            state_out=fixed,
            noises=tuple(
                Noise(
                    1.0 / len(levels),
                    lower=(fixed, np.array([v])),
                    upper=(fixed, np.array([v])),
                    name=f"{v:g}",
                )
                for v in levels
            ),
            columns=("none", "stock"),
        )
    )
    for i, regime in enumerate(REGIMES):
        cost = stockpile_cost(edges, i)
        stages.append(
            Stage(
                name=regime,
                matrix=sparse.csc_matrix(row[None, :]),
                cost=np.concatenate([[0.0, _HOLDING], np.diff(cost) / np.diff(edges), cost[:1]]),
                lower=np.concatenate([np.zeros(2 + pieces), [1.0]]),
                upper=np.concatenate([[LEVELS, LEVELS], np.diff(edges), [1.0]]),
                row_lower=np.zeros(1),
                row_upper=np.zeros(1),
                state_in=np.array([0]),
                state_out=np.array([1]),
                columns=names,
                rows=("stock balance",),
            )
        )
    edges_out = [(1 + i, 1 + j, DISCOUNT * p) for i, ps in enumerate(TRANSITION) for j, p in enumerate(ps)]
    return Graph(tuple(stages), ((0, 1.0),), ((0, 1, 0.5), (0, 2, 0.5), *edges_out))
