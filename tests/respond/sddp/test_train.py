"""The bound of the cuts meets the programme that writes every history out, and cost never lies below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oreflow.errors import ModelError, UsageError
from oreflow.respond.sddp import (
    BoundStalls,
    CVaR,
    Expectation,
    GapClosed,
    Graph,
    Iteration,
    IterationLimit,
    Mix,
    Sampling,
    WorstCase,
    deterministic_equivalent,
    train,
)
from oreflow.respond.sddp.examples import hydro_thermal
from tests.respond.sddp.problems import linear, markov

RISKS = (Expectation(), CVaR(0.3), CVaR(1.0), Mix(0.4, 0.25), WorstCase())
LONG = (IterationLimit(300), BoundStalls(40, 1e-11))


@dataclass(frozen=True)
class Meets:
    """Stop some iterations after the bound has met a value: a rare path may come late, and a bound too high later."""

    value: float
    after: int = 15

    def reason(self, log: Sequence[Iteration], seconds: float) -> str | None:
        near = self.value - 1e-7 * max(1.0, abs(self.value))
        return "met" if len(log) > self.after and log[-1 - self.after].bound >= near else None


def zero(graph: Graph) -> np.ndarray:
    return np.zeros(len(graph.nodes[0].state_in))


@given(
    seed=st.integers(0, 10_000),
    risk=st.sampled_from(RISKS),
    multi=st.booleans(),
    select=st.booleans(),
    discount=st.sampled_from([1.0, 0.8]),
)
@settings(max_examples=20, deadline=None)
def test_the_bound_meets_the_deterministic_equivalent(
    seed: int, risk: object, multi: bool, select: bool, discount: float
) -> None:
    graph = linear(seed, discount=discount)
    whole = deterministic_equivalent(graph, initial_state=zero(graph), risk=risk)
    rules = [Meets(whole.value), IterationLimit(2000)]
    policy = train(
        graph, initial_state=zero(graph), risk=risk, multi=multi, select=select, stopping=rules, seed=seed
    )
    assert policy.bound == pytest.approx(whole.value, rel=1e-6, abs=1e-6)
    bounds = [i.bound for i in policy.iterations]
    assert bounds == sorted(bounds)
    assert bounds[-1] <= whole.value + 1e-6 * max(1.0, abs(whole.value))


@given(seed=st.integers(0, 10_000), risk=st.sampled_from(RISKS), multi=st.booleans())
@settings(max_examples=10, deadline=None)
def test_so_it_does_where_a_regime_follows_a_chain(seed: int, risk: object, multi: bool) -> None:
    graph = markov(seed, discount=0.9)
    whole = deterministic_equivalent(graph, initial_state=zero(graph), risk=risk)
    rules = [Meets(whole.value), IterationLimit(2000)]
    policy = train(graph, initial_state=zero(graph), risk=risk, multi=multi, stopping=rules)
    assert policy.bound == pytest.approx(whole.value, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("sampling", [Sampling(importance=0.5), Sampling(revisit=3), Sampling(depth=2)])
def test_other_ways_of_sampling_lead_to_the_same_bound(sampling: Sampling) -> None:
    graph = linear(5)
    risk = Mix(0.5, 0.2)
    whole = deterministic_equivalent(graph, initial_state=zero(graph), risk=risk).value
    policy = train(
        graph, initial_state=zero(graph), risk=risk, sampling=sampling, paths=2, stopping=IterationLimit(150)
    )
    if sampling.depth is None:
        assert policy.bound == pytest.approx(whole, rel=1e-6)
    else:
        # A path of two stages never looks beyond the third.
        assert policy.bound < whole


def test_first_decisions_are_those_of_the_tree() -> None:
    graph = linear(11)
    policy = train(graph, initial_state=zero(graph), stopping=LONG)
    whole = deterministic_equivalent(graph, initial_state=zero(graph))
    decision = policy.act(0, zero(graph), 0)
    assert decision.stage_cost + decision.to_go == pytest.approx(whole.value, rel=1e-6)
    for name, value in whole.first["stage 0", 0].items():
        if name.startswith("stock"):
            assert decision.columns[name] == pytest.approx(value, abs=1e-5)


def test_cuts_lie_below_the_true_cost_to_go() -> None:
    """V after the first stage, at other states than those visited, from the tree of the rest."""
    graph = linear(21, discount=0.9)
    policy = train(graph, initial_state=zero(graph), stopping=LONG)
    rest = Graph.linear(graph.nodes[1:], 0.9)
    rng = np.random.default_rng(0)
    for _ in range(10):
        state = rng.uniform(0.0, 6.0, len(zero(graph)))
        true = 0.9 * deterministic_equivalent(rest, initial_state=state).value
        assert policy.value("stage 0", state) <= true + 1e-6


def test_a_price_of_stock_is_what_one_more_unit_saves() -> None:
    graph = hydro_thermal()
    policy = train(graph, initial_state=[0.0], stopping=IterationLimit(20))
    decision = policy.act("stage 1", [0.5])
    more = policy.act("stage 1", [0.5 + 1e-6])
    saved = (decision.stage_cost + decision.to_go - more.stage_cost - more.to_go) / 1e-6
    assert decision.marginal["stored"] == pytest.approx(saved, rel=1e-6)
    assert decision.next_unit["stored"] == pytest.approx(2.5)
    assert decision.columns["stored"] == decision.state["stored"]
    assert decision.duals["demand"] == pytest.approx(2.5)


def test_selection_drops_rows_and_keeps_the_bound() -> None:
    graph = linear(3)
    chosen = train(graph, initial_state=zero(graph), stopping=IterationLimit(120))
    every = train(graph, initial_state=zero(graph), stopping=IterationLimit(120), select=False)
    assert chosen.bound == pytest.approx(every.bound, rel=1e-7)
    assert every.iterations[-1].held == every.iterations[-1].cuts
    assert chosen.iterations[-1].held < 0.7 * chosen.iterations[-1].cuts
    assert len(chosen.cuts) == chosen.iterations[-1].cuts
    assert int(chosen.cuts["held"].sum()) == chosen.iterations[-1].held


def test_the_mean_of_histories_lies_above_the_bound_and_the_gap_closes() -> None:
    graph = linear(8)
    early = train(graph, initial_state=zero(graph), stopping=IterationLimit(1))
    late = train(graph, initial_state=zero(graph), stopping=LONG)
    for policy in (early, late):
        told = policy.simulate(400, seed=4)
        assert told.interval[1] >= policy.bound
    assert late.simulate(400, seed=4).interval[0] <= late.bound
    stopped = train(
        graph,
        initial_state=zero(graph),
        stopping=[GapClosed(paths=50, width=0.5), IterationLimit(400)],
    )
    assert "meets the bound" in stopped.stopped


def test_settings_that_make_no_sense_are_refused() -> None:
    graph = hydro_thermal()
    with pytest.raises(ModelError, match="initial state has 2 numbers for the 1 states stored"):
        train(graph, initial_state=[0.0, 0.0])
    with pytest.raises(ModelError, match="initial state holds nan"):
        train(graph, initial_state=[np.nan])
    with pytest.raises(UsageError, match="never ends"):
        train(graph, initial_state=[0.0], stopping=[])
    for options in (
        {"risk": CVaR(0.5)},
        {"sampling": Sampling(importance=0.5)},
        {"sampling": Sampling(revisit=2)},
    ):
        with pytest.raises(UsageError, match="GapClosed compares the mean cost"):
            train(graph, initial_state=[0.0], stopping=[GapClosed(), IterationLimit(3)], **options)
    with pytest.raises(UsageError, match="at least one path"):
        train(graph, initial_state=[0.0], paths=0)


def test_any_number_of_workers_finds_the_same_policy() -> None:
    graph = markov(5, discount=0.9)
    state = zero(graph)
    one = train(graph, initial_state=state, stopping=IterationLimit(25))
    two = train(graph, initial_state=state, stopping=IterationLimit(25), workers=2)
    assert two.cuts.equals(one.cuts)
    assert [i.bound for i in two.iterations] == [i.bound for i in one.iterations]
