"""Floors are bounds of what comes after, and those given are checked as far as they can be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from oreflow.errors import ModelError
from oreflow.respond.sddp import Graph, IterationLimit, deterministic_equivalent, train
from oreflow.respond.sddp.examples import hydro_thermal, stockpile
from oreflow.respond.sddp.floor import floors
from tests.respond.sddp.problems import linear, markov


@pytest.mark.parametrize("seed", range(8))
def test_they_lie_below_the_cost_to_go_at_any_state(seed: int) -> None:
    graph = linear(seed, discount=0.9)
    found = floors(graph)
    assert found[-1] == 0
    rng = np.random.default_rng(seed)
    for t in range(len(graph.nodes) - 1):
        rest = Graph.linear(graph.nodes[t + 1 :], 0.9)
        for _ in range(4):
            state = rng.uniform(0.0, 6.0, len(graph.nodes[0].state_in))
            assert 0.9 * deterministic_equivalent(rest, initial_state=state).value >= found[t] - 1e-9


def test_in_a_cycle_they_solve_their_equation() -> None:
    """One stage that earns at most 3 each time, with a discount of 0.8: −3·(0.8 + 0.8² + …) = −12."""
    one = linear(1).nodes[0]
    earns = replace(
        one, cost=np.where(np.arange(len(one.cost)) == len(one.cost) - 1, -1.0, 0.0), noises=(), rows=one.rows
    )
    earns = replace(earns, upper=np.append(earns.upper[:-1], 3.0), row_upper=np.full(len(one.rows), 3.0))
    graph = Graph.linear([earns], 0.8, cyclic=True)
    assert floors(graph) == pytest.approx([-12.0])
    assert floors(stockpile()).max() < 0


def test_a_higher_one_that_is_given_counts_and_moves_those_before() -> None:
    graph = markov(3)
    plain = floors(graph)
    given = Graph(
        tuple(
            replace(s, floor=5.0) if i in (2, 3) and graph.children[i] else s
            for i, s in enumerate(graph.nodes)
        ),
        graph.root,
        graph.edges,
    )
    found = floors(given)
    assert (found >= plain).all()
    for i in (2, 3):
        if graph.children[i]:
            assert found[i] == max(5.0, plain[i])


def test_one_that_is_none_is_refused_where_that_is_known() -> None:
    first, second = hydro_thermal().nodes
    graph = Graph.linear([replace(first, floor=50.0), second])
    with pytest.raises(
        ModelError, match=r"'stage 1': its floor 50 is no lower bound .* which is 10 at outgoing state"
    ):
        train(graph, initial_state=[0.0], stopping=IterationLimit(3))
    with pytest.raises(ModelError, match="'stage 2': nothing follows it, so the cost after it is 0, not 1"):
        train(Graph.linear([first, replace(second, floor=1.0)]), initial_state=[0.0])


def test_one_that_no_cut_ever_passes_is_told_in_the_report() -> None:
    stages = hydro_thermal([[6.0], [2.0, 10.0], [2.0, 10.0]]).nodes
    true = train(Graph.linear(stages), initial_state=[0.0], stopping=IterationLimit(60))
    assert not [w for w in true.report().warnings if w.startswith("floor")]
    high = Graph.linear([replace(stages[0], floor=90.0), *stages[1:]])
    wrong = train(high, initial_state=[0.0], stopping=IterationLimit(60))
    assert wrong.bound > true.bound
    assert any("after 'stage 1' no cut rises above the floor of 90" in w for w in wrong.report().warnings)
    assert true.upper_bound().value == pytest.approx(true.bound)
    with pytest.raises(ModelError, match=r"a floor that was given is no lower bound \(stages 'stage 1'\)"):
        wrong.upper_bound()
