"""Lower bounds of what comes after each node, found from the programmes themselves.

With L_j what stage j costs at least, on average over its noises and with any incoming state within its declared range,
no cost-to-go is below the solution of

    F = P·(L + F)

with P the chances of going from one stage to another. That holds under every risk measure that is never below the
mean, as those here are. Where floors are given, the higher of the two counts, and again in what comes before.
"""

from __future__ import annotations

import numpy as np

from oreflow.errors import ModelError
from oreflow.market import highs
from oreflow.market.network import Floats
from oreflow.respond.sddp.diagnose import conflict, told
from oreflow.respond.sddp.graph import Graph
from oreflow.respond.sddp.stage import Stage


def floors(graph: Graph) -> Floats:
    """Return a lower bound of the cost after each node.

    Args:
        graph: The policy graph; `Stage.floor` counts where it is higher than what is found.

    Returns:
        Shape (N,); nought where nothing follows.

    Raises:
        InfeasibleError: A stage has no solution at any state.
        ModelError: A bound cannot be found and none is given.
    """
    given = np.array([-np.inf if s.floor is None else s.floor for s in graph.nodes])
    for i, stage in enumerate(graph.nodes):
        if not graph.children[i] and given[i] > 0:
            raise ModelError(
                f"stage {stage.name!r}: nothing follows it, so the cost after it is 0, not {given[i]:g}."
            )
    least = np.array([_least(stage) for stage in graph.nodes])
    found = _fixed(graph, least, given)
    for i, stage in enumerate(graph.nodes):
        if found[i] == -np.inf:
            after = ", ".join(
                graph.nodes[j].name for j, _ in graph.children[i] if not np.isfinite(least[j] + found[j])
            )
            raise ModelError(
                f"stage {stage.name!r} needs a floor: what follows it ({after}) can cost less than any number when "
                "any incoming state is allowed. Give `floor`, or bound the columns `state_in`, whose bounds tell "
                "the states that can come in."
            )
    return found


def _fixed(graph: Graph, least: Floats, given: Floats) -> Floats:
    passage, leads = graph.passage, graph.passage > 0
    open_ended = np.zeros(len(least), dtype=np.bool_)
    for _ in graph.nodes:
        open_ended = np.asarray((leads & (open_ended | ~np.isfinite(least))).any(axis=1))
    closed = np.flatnonzero(~open_ended)
    among = passage[np.ix_(closed, closed)]
    values = given.copy()
    finite = np.where(np.isfinite(least), least, 0.0)[closed]
    solved = np.linalg.solve(np.eye(len(closed)) - among, among @ finite)
    values[closed] = np.maximum(values[closed], solved)
    for _ in graph.nodes:
        after = np.where(leads, passage * np.where(leads, least + values, 0.0), 0.0).sum(axis=1)
        values = np.maximum(values, after)
    values[~leads.any(axis=1)] = 0.0
    return values


def _least(stage: Stage) -> float:
    """Least cost of a stage, on average over its noises, with the incoming state free in its declared range."""
    model = highs.model(stage.matrix)
    found = 0.0
    for k, noise in enumerate(stage.noises):
        cost, lower, upper, row_lower, row_upper = stage.numbers(k)
        model.costs(None, cost)
        model.bounds(None, lower, upper)
        model.sides(None, row_lower, row_upper)
        status = model.run()
        if status == highs.OPTIMAL:
            found += noise.probability * model.objective
            continue
        if conflict(stage.matrix, lower, upper, row_lower, row_upper) is None:
            return -np.inf
        error = told(stage, np.clip(0.0, lower[stage.state_in], upper[stage.state_in]), k)
        raise error or ModelError(
            f"stage {stage.name!r}: its least cost could not be found (status {status})."
        )
    return found
