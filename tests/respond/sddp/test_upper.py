"""Bounds from above, found without sampling: the truth lies between the two."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oreflow.errors import ModelError, UsageError
from oreflow.respond.sddp import (
    BoundStalls,
    CVaR,
    Expectation,
    Graph,
    IterationLimit,
    Mix,
    Noise,
    Risk,
    Stage,
    WorstCase,
    deterministic_equivalent,
    train,
)
from oreflow.respond.sddp.examples import DISCOUNT, TRANSITION, stockpile, stockpile_table
from oreflow.respond.sddp.tabular import policy_iteration
from tests.respond.sddp.problems import linear, markov
from tests.respond.sddp.test_train import Meets

RISKS = (Expectation(), CVaR(0.3), Mix(0.4, 0.25), WorstCase())


@given(
    seed=st.integers(0, 10_000),
    risk=st.sampled_from(RISKS),
    regimes=st.booleans(),
    multi=st.booleans(),
    iterations=st.sampled_from([2, 10, 2000]),
)
@settings(max_examples=20, deadline=None)
def test_the_truth_lies_between(seed: int, risk: Risk, regimes: bool, multi: bool, iterations: int) -> None:
    graph = (markov if regimes else linear)(seed, discount=0.9)
    state = np.zeros(len(graph.nodes[0].state_in))
    true = deterministic_equivalent(graph, initial_state=state, risk=risk).value
    rules = [Meets(true), IterationLimit(iterations)]
    policy = train(graph, initial_state=state, risk=risk, multi=multi, stopping=rules)
    slack = 1e-6 * max(1.0, abs(true))
    few, many = policy.upper_bound(points=2), policy.upper_bound(points=100)
    assert policy.bound - slack <= true <= many.value + slack
    assert many.value <= few.value + slack
    assert many.bound == policy.bound
    if policy.stopped == "met":
        assert many.gap < 0.1
    assert many.turns == 1


def test_without_an_end_it_closes_in_on_the_published_stockpile() -> None:
    cost = stockpile_table()[1]
    table = policy_iteration(cost, np.array(TRANSITION), DISCOUNT)
    true = float(table.value.mean())
    policy = train(stockpile(), initial_state=[0.0], stopping=IterationLimit(60))
    rough, fine = policy.upper_bound(points=1, turns=1), policy.upper_bound(points=40)
    assert policy.bound <= true + 1e-5
    assert true - 1e-5 <= fine.value <= rough.value
    assert fine.gap < 1e-3
    assert fine.turns > 1


def exits(stay: float, leave: float) -> Graph:
    """A stage that may come again, or be followed by a last one where the stock earns twice its price."""
    rng = np.random.default_rng(4)
    from tests.respond.sddp.problems import stage

    again, last = stage(rng, "again", 1, 3), stage(rng, "last", 1, 2)
    last = replace(last, cost=np.where(np.arange(len(last.cost)) == 1, -3.0, last.cost))
    return Graph((again, last), ((0, 1.0),), ((0, 0, stay), (0, 1, leave)))


@pytest.mark.parametrize("risk", RISKS, ids=str)
def test_a_cycle_that_can_be_left_for_good(risk: Risk) -> None:
    """Values of the last stage are known before the turns, and a Δ below nought would not hold for them."""
    graph = exits(0.5, 0.3)
    policy = train(
        graph, initial_state=[0.0], risk=risk, stopping=[IterationLimit(300), BoundStalls(60, 1e-10)]
    )
    upper = policy.upper_bound(points=40)
    assert policy.bound <= upper.value + 1e-6
    assert upper.gap < 2e-3
    if isinstance(risk, Expectation):
        told = policy.simulate(2000, seed=3)
        assert told.mean + 3.0 * told.error >= policy.bound
        assert told.mean - 3.0 * told.error <= upper.value


def test_risk_aversion_without_an_end() -> None:
    """Against many turns of value iteration on a fine table, under CVaR."""
    rng = np.random.default_rng(4)
    from tests.respond.sddp.problems import stage

    one = stage(rng, "again", 1, 3)
    risk = Mix(0.5, 0.34)
    policy = train(
        Graph.linear([one], 0.8, cyclic=True),
        initial_state=[0.0],
        risk=risk,
        stopping=[IterationLimit(300), BoundStalls(60, 1e-10)],
    )
    # V from the tree of 6 stages, 0.8⁶ of all that follows being left out: costs are positive, so it lies below.
    begun = Graph.linear([one, *(replace(one, name=f"again {t}") for t in range(5))], 0.8)
    short = deterministic_equivalent(begun, initial_state=[0.0], risk=risk).value
    upper = policy.upper_bound()
    assert short <= upper.value
    assert short <= policy.bound + 1e-6
    assert policy.bound <= upper.value + 1e-6
    assert upper.gap < 1e-3


def test_what_cannot_be_bounded_is_told() -> None:
    graph = linear(3)
    state = np.zeros(len(graph.nodes[0].state_in))
    policy = train(graph, initial_state=state, stopping=IterationLimit(3))
    with pytest.raises(UsageError, match="a point and a turn at least"):
        policy.upper_bound(points=0)
    # What flows in stays and has no bound: one path leads to one state, and the other noise beyond it.
    grows = [
        Stage(
            f"year {t}",
            [[1.0, -1.0]],
            cost=[0.0, 1.0],
            lower=[0.0, 0.0],
            upper=np.inf,
            row_lower=0.0,
            row_upper=0.0,
            state_in=[0],
            state_out=[1],
            noises=tuple(Noise(0.5, row_lower=([0], [-w]), row_upper=([0], [-w])) for w in (0.0, 1.0)),
        )
        for t in range(3)
    ]
    once = train(Graph.linear(grows), initial_state=[0.0], stopping=IterationLimit(1))
    with pytest.raises(ModelError, match="beyond all of them"):
        once.upper_bound()
    often = train(Graph.linear(grows), initial_state=[0.0], stopping=IterationLimit(30))
    assert often.upper_bound().value == pytest.approx(0.5 + 1.0 + 1.5)
    two = Graph(
        (graph.nodes[0], replace(graph.nodes[0], name="other")), ((0, 1.0),), ((0, 1, 1.0), (1, 0, 0.9))
    )
    certain = train(two, initial_state=state, stopping=IterationLimit(3))
    with pytest.raises(UsageError, match="'stage 0' goes on for certain"):
        certain.upper_bound()
