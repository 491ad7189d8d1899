"""Stocks of several minerals through calm, tight and cut-off quarters: a problem of some size to time policies on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import highspy
import numpy as np
from scipy import sparse

from benchmarks.raw import passed
from oreflow.market import highs
from oreflow.respond.sddp import Graph, IterationLimit, Noise, Policy, Stage, train

MINERALS, QUARTERS, NOISES, SEED = 4, 12, 4, 20261127
REGIMES = (("calm", 1.0), ("tight", 0.75), ("cut", 0.45))
"""Regimes, and the share of imports that is left in each."""
TRANSITION = ((0.90, 0.08, 0.02), (0.25, 0.65, 0.10), (0.05, 0.35, 0.60))
OFFERS, USES = 5, 4
ITERATIONS = 30

Solve = tuple[int, np.ndarray, int]
"""A node, the state that comes in, and a noise."""


@cache
def graph() -> Graph:
    """Return the policy graph: a node for each quarter and regime."""
    rng = np.random.default_rng(SEED)
    offers = np.sort(rng.uniform(0.8, 3.0, (MINERALS, OFFERS)), axis=1)
    worth = -np.sort(-rng.uniform(2.0, 12.0, (MINERALS, USES)), axis=1)
    rows = [[_stage(rng, t, name, share, offers, worth) for name, share in REGIMES] for t in range(QUARTERS)]
    return Graph.markov(rows, TRANSITION, [1.0, 0.0, 0.0], 0.985)


def _stage(
    rng: np.random.Generator, quarter: int, name: str, share: float, offers: np.ndarray, worth: np.ndarray
) -> Stage:
    """Each mineral: s' = s + put − taken; offers + taken = uses + put; Σ put and Σ s' within limits."""
    each = 4 + OFFERS + USES
    matrix = np.zeros((2 * MINERALS + 2, each * MINERALS))
    cost, upper = np.zeros(each * MINERALS), np.full(each * MINERALS, np.inf)
    at = np.arange(MINERALS) * each
    for m, a in enumerate(at):
        buy, use = np.arange(OFFERS) + a + 4, np.arange(USES) + a + 4 + OFFERS
        matrix[2 * m, [a, a + 1, a + 2, a + 3]] = 1.0, -1.0, 1.0, -1.0
        matrix[2 * m + 1, [a + 2, a + 3]] = -1.0, 1.0
        matrix[2 * m + 1, buy], matrix[2 * m + 1, use] = 1.0, -1.0
        cost[a + 1], cost[buy], cost[use] = 0.02, offers[m], -worth[m]
        upper[[a, a + 1, a + 2, a + 3]] = 8.0, 8.0, 1.0, 1.5
        upper[buy], upper[use] = 0.6 * share, 0.6
    matrix[-2, at + 2] = 1.0
    matrix[-1, at + 1] = 1.0
    offered = (at[:, None] + 4 + np.arange(OFFERS)).ravel()
    noises = tuple(
        Noise(
            1.0 / NOISES,
            cost=(offered, (offers * rng.lognormal(0.0, 0.15, (MINERALS, 1))).ravel()),
            upper=(offered, np.repeat(0.6 * share * rng.uniform(0.7, 1.1, MINERALS), OFFERS)),
        )
        for _ in range(NOISES)
    )
    return Stage(
        name=f"quarter {quarter + 1}, {name}",
        matrix=sparse.csc_matrix(matrix),
        cost=cost,
        lower=np.zeros(len(cost)),
        upper=upper,
        row_lower=np.append(np.zeros(2 * MINERALS), [-np.inf, -np.inf]),
        row_upper=np.append(np.zeros(2 * MINERALS), [2.0, 20.0]),
        state_in=at,
        state_out=at + 1,
        noises=noises,
    )


def trained(iterations: int = ITERATIONS) -> Policy:
    """Return a policy, from nothing in stock."""
    return train(graph(), initial_state=np.zeros(MINERALS), stopping=IterationLimit(iterations))


def met(policy: Policy, histories: int) -> list[Solve]:
    """Return what a policy meets in some histories, history by history."""
    told = policy.simulate(histories, seed=SEED)
    start = np.zeros((histories, 1, MINERALS))
    came = np.concatenate([start, told.states[:, :-1]], axis=1)
    return [
        (int(told.nodes[i, t]), came[i, t], int(told.noises[i, t]))
        for i in range(histories)
        for t in range(told.nodes.shape[1])
    ]


def rebuilt(policy: Policy, solve: Solve) -> highspy.Highs:
    """Return a stage with its cuts as a new HiGHS model with default options."""
    node, state, noise = solve
    stage, later = policy.graph.nodes[node], policy.later[node]
    cost, lower, upper, row_lower, row_upper = stage.numbers(noise)
    lower, upper = lower.copy(), upper.copy()
    lower[stage.state_in] = upper[stage.state_in] = state
    matrix = stage.matrix
    if later.pools:
        held = [c for _, c in policy.rows[node]]
        cuts = np.zeros((len(held), len(cost) + 1))
        cuts[:, stage.state_out], cuts[:, -1] = -later.pools[0].slopes[held], 1.0
        wide = sparse.hstack([matrix, sparse.csc_matrix((matrix.shape[0], 1))])
        matrix = sparse.csc_matrix(sparse.vstack([wide, sparse.csc_matrix(cuts)]))
        cost, upper = np.append(cost, 1.0), np.append(upper, np.inf)
        lower = np.append(lower, policy.floors[node])
        row_lower = np.append(row_lower, later.pools[0].intercepts[held])
        row_upper = np.append(row_upper, np.full(len(held), np.inf))
    return passed(
        {
            "cost": cost,
            "lower": lower,
            "upper": upper,
            "row_lower": row_lower,
            "row_upper": row_upper,
            "start": matrix.indptr,
            "index": matrix.indices,
            "value": matrix.data,
        }
    )


def in_linopy(policy: Policy, solve: Solve) -> float:
    """Build a stage with its cuts in linopy, solve it, and return its objective."""
    import linopy
    import xarray as xr

    lp = rebuilt(policy, solve).getLp()
    matrix = sparse.csc_matrix((lp.a_matrix_.value_, lp.a_matrix_.index_, lp.a_matrix_.start_)).toarray()
    model = linopy.Model()
    x = model.add_variables(
        lower=xr.DataArray(np.array(lp.col_lower_), dims="col"),
        upper=xr.DataArray(np.array(lp.col_upper_), dims="col"),
        name="x",
    )
    low, high = np.array(lp.row_lower_), np.array(lp.row_upper_)
    for name, side, sign in (("least", low, ">="), ("most", high, "<=")):
        kept = np.isfinite(side)
        terms = (xr.DataArray(matrix[kept], dims=("row", "col")) * x).sum("col")
        model.add_constraints(terms, sign, xr.DataArray(side[kept], dims="row"), name=name)
    model.add_objective((xr.DataArray(np.array(lp.col_cost_), dims="col") * x).sum())
    model.solve("highs", io_api="direct", output_flag=False, threads=1)
    return float(model.objective.value)


CALLS = (
    "append",
    "basis",
    "bounds",
    "costs",
    "drop",
    "forget",
    "reduced",
    "run",
    "sides",
    "solution",
    "start",
)
"""What is asked of the solver."""


@contextmanager
def inside() -> Iterator[dict[str, list[float]]]:
    """Add up how long the solver takes for each of `CALLS`, s, and how often it is called."""
    kinds = [highs._Native, highs._Portable]
    before = {(kind, name): getattr(kind, name) for kind in kinds for name in CALLS}
    total = {name: [0.0, 0.0] for name in CALLS}

    def timing(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        spent = total[name]

        def timed(*given: Any) -> Any:
            began = time.perf_counter()
            found = call(*given)
            spent[0] += time.perf_counter() - began
            spent[1] += 1
            return found

        return timed

    for (kind, name), call in before.items():
        setattr(kind, name, timing(name, call))
    try:
        yield total
    finally:
        for (kind, name), call in before.items():
            setattr(kind, name, call)
