"""Stages and graphs that make no sense are refused, with what is wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from oreflow.errors import ModelError, UnknownNameError
from oreflow.respond.sddp import Graph, IterationLimit, Noise, Stage, deterministic_equivalent, train
from oreflow.respond.sddp.examples import hydro_thermal, stockpile
from tests.respond.sddp.problems import linear, markov

FIRST, SECOND = hydro_thermal().nodes


def test_a_stage_fills_in_what_is_left_out() -> None:
    stage = Stage("s", [[1.0, -1.0, 1.0]], 1.0, 0.0, np.inf, 0.0, 0.0, [0], [1])
    assert stage.columns == ("column 0", "column 1", "column 2")
    assert stage.rows == ("row 0",)
    assert stage.states == ("column 1",)
    assert stage.cost.tolist() == [1.0] * 3
    assert len(stage.noises) == 1
    assert stage.probabilities.sum() == 1.0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"cost": np.zeros(3)}, r"'stage 1': cost has shape \(3,\); the matrix asks for \(4,\)"),
        ({"cost": np.array([0, 0, np.nan, 0])}, "cost of 'thermal' is nan"),
        ({"lower": np.array([0, 0, np.nan, 0])}, "lower of 'thermal' is nan"),
        ({"row_upper": np.array([0, np.nan])}, "row_upper of 'demand' is nan"),
        ({"lower": np.array([0, 9.0, 0, 0])}, "'stored' lies between 9 and 8"),
        ({"matrix": [[1, 1, 1, np.inf], [0, 0, 1, 1]]}, "row 'water balance', column 'released'"),
        ({"state_in": [7]}, "state_in names column 7 of 4"),
        ({"state_in": [0, 2]}, "2 states come in and 1 go out"),
        ({"state_out": [0]}, "both incoming and outgoing"),
        ({"state_in": [0, 0], "state_out": [1, 2]}, "state_in names a column twice"),
        ({"columns": ("a", "b")}, "2 names of columns"),
        ({"floor": np.nan}, "floor is nan"),
        ({"noises": (Noise(0.5), Noise(0.4))}, r"sum to 1, not 0\.9 \(0\.5, 0\.4\)"),
        ({"noises": (Noise(1.5), Noise(-0.5))}, "at least 0"),
        ({"noises": (Noise(np.nan),)}, "not nan"),
        ({"noises": (Noise(1.0, cost=([9], [1.0])),)}, "noise 0 edits cost number 9 of 4"),
        ({"noises": (Noise(1.0, row_lower=([2], [1.0])),)}, "edits row_lower number 2 of 2"),
        ({"noises": (Noise(1.0, cost=([1, 1], [1.0, 2.0])),)}, "edits a cost twice"),
        ({"noises": (Noise(1.0, lower=([0], [1.0])),)}, "incoming state, which is fixed"),
        (
            {"noises": (Noise(1.0, upper=([2], [-1.0]), name="dry"),)},
            "noise 'dry': 'thermal' lies between 0 and -1",
        ),
        ({"noises": (Noise(1.0, row_upper=([1], [np.nan]), name="dry"),)}, "row_upper of 'demand' is nan"),
    ],
)
def test_a_stage_that_is_none(change: dict, told: str) -> None:
    with pytest.raises(ModelError, match=told):
        replace(FIRST, **change)


@pytest.mark.parametrize(
    ("nodes", "root", "edges", "told"),
    [
        ((), (), (), "needs a stage"),
        ((FIRST, FIRST), ((0, 1.0),), ((0, 1, 1.0),), "two stages are named 'stage 1'"),
        ((FIRST, SECOND), ((0, 0.9),), ((0, 1, 1.0),), r"to begin with sum to 0\.9"),
        ((FIRST, SECOND), ((0, 1.0),), ((0, 2, 1.0),), "from node 0 to node 2"),
        ((FIRST, SECOND), ((0, 1.0),), ((0, 1, -0.1),), "is -0.1, not between"),
        ((FIRST, SECOND), ((0, 1.0),), ((0, 1, np.nan),), "is nan, not between"),
        ((FIRST, SECOND), ((0, 1.0),), ((0, 1, 0.7), (0, 1, 0.7)), r"follows 'stage 1' sum to 1\.4"),
        ((FIRST, SECOND), ((0, 1.0),), (), "'stage 2' can never be reached from the start: no edge"),
        ((FIRST, SECOND), ((0, 1.0),), ((0, 1, 1.0), (1, 0, 1.0)), "goes on for ever"),
        ((FIRST, linear(0).nodes[0]), ((0, 1.0),), ((0, 1, 1.0),), "states do not fit along the edge"),
    ],
)
def test_a_graph_that_is_none(nodes: tuple, root: tuple, edges: tuple, told: str) -> None:
    with pytest.raises(ModelError, match=told):
        Graph(nodes, root, edges)


@pytest.mark.parametrize(
    ("transition", "initial", "told"),
    [
        ([[0.5, 0.4], [0.5, 0.5]], [1, 0], r"row 0 of step 0 sums to 0\.9"),
        ([[1.2, -0.2], [0.5, 0.5]], [1, 0], "not stochastic"),
        ([[np.nan, 1.0], [0.5, 0.5]], [1, 0], "not stochastic"),
        ([[1.0]], [1, 0], "2 regimes ask for"),
        ([[0.5, 0.5], [0.5, 0.5]], [1, 0, 0], "3 chances to begin with for 2 regimes"),
        ([[0.5, 0.5], [0.5, 0.5]], [0.5, 0.4], "to begin with sum"),
    ],
)
def test_a_chain_that_is_none(transition: list, initial: list, told: str) -> None:
    rows = [[replace(FIRST, name=f"{t}{r}") for r in "ab"] for t in (1, 2)]
    with pytest.raises(ModelError, match=told):
        Graph.markov(rows, transition, initial)
    with pytest.raises(ModelError, match="same regimes"):
        Graph.markov([rows[0], rows[1][:1]], transition, initial)


def test_what_follows_what() -> None:
    graph = markov(1, discount=0.9)
    assert graph.order is not None
    assert not graph.cyclic
    assert graph.families[0] == graph.families[1] == (0, 1)
    assert graph.families[-1] == ()
    assert graph.onward[0] == pytest.approx(0.9)
    assert graph.onward[-1] == 0
    cycle = stockpile()
    assert cycle.cyclic
    assert cycle.families[1] == (0, 1, 2)
    assert cycle.passage[1].tolist() == pytest.approx([0.0, 0.76, 0.19])


def test_nodes_are_found_by_name_and_number() -> None:
    graph = stockpile()
    assert graph.index("disrupted") == graph.index(2) == 2
    with pytest.raises(UnknownNameError, match="'disrupted'"):
        graph.index("disrupted ")
    with pytest.raises(UnknownNameError):
        graph.index(3)


def test_regimes_without_a_chance_keep_their_place() -> None:
    rows = [[replace(SECOND, name=f"{t}{r}") for r in "ab"] for t in (1, 2)]
    graph = Graph.markov(rows, [[1.0, 0.0], [0.5, 0.5]], [1.0, 0.0])
    assert [s.name for s in graph.nodes] == ["1a", "1b", "2a", "2b"]
    assert graph.starts == ((0, 1.0),)
    assert graph.children[0] == ((2, 1.0),)
    policy = train(graph, initial_state=[0.0], stopping=IterationLimit(10))
    whole = deterministic_equivalent(graph, initial_state=[0.0]).value
    assert policy.bound == pytest.approx(whole)
    assert set(policy.simulate(20).nodes.ravel().tolist()) == {0, 2}
