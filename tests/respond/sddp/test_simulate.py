"""Histories: their shapes, their discount, and the same noises for every policy."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest

from oreflow.errors import ModelError, UnknownNameError, UsageError
from oreflow.respond.sddp import Graph, IterationLimit, Noise, Policy, train
from oreflow.respond.sddp.examples import hydro_thermal, stockpile
from tests.respond.sddp.problems import linear


@pytest.fixture(scope="module")
def hydro() -> Policy:
    graph = hydro_thermal([[6.0], [2.0, 10.0], [1.0, 5.0]])
    return train(graph, initial_state=[1.0], stopping=IterationLimit(40))


@pytest.fixture(scope="module")
def endless() -> Policy:
    return train(stockpile(), initial_state=[0.0], stopping=IterationLimit(60))


def test_a_history_is_what_its_decisions_are(hydro: Policy) -> None:
    told = hydro.simulate(30, seed=5, columns=["thermal", "stored"], rows=["demand"])
    assert told.states.shape == (30, 3, 1)
    assert told.values.shape == (30, 3, 2)
    assert told.duals.shape == (30, 3, 1)
    assert told.left == 0
    assert (told.state("stored") == told.column("stored")).all()
    assert told.stage_costs == pytest.approx(5.0 * told.column("thermal"))
    assert told.costs == pytest.approx(told.stage_costs.sum(axis=1))
    for i in range(5):
        state = np.array([1.0])
        for t in range(3):
            decision = hydro.act(int(told.nodes[i, t]), state, int(told.noises[i, t]))
            assert decision.stage_cost == pytest.approx(told.stage_costs[i, t], abs=1e-7)
            state = told.states[i, t]
    half = 1.96 * told.costs.std(ddof=1) / np.sqrt(30)
    assert told.interval == pytest.approx((told.mean - half, told.mean + half), rel=1e-4)
    assert told.to_plain()["mean"] == told.mean


def test_history_i_is_the_same_alone_and_for_every_policy(hydro: Policy) -> None:
    many, few = hydro.simulate(20, seed=5), hydro.simulate(3, seed=5)
    assert (many.noises[:3] == few.noises).all()
    assert (many.states[:3] == few.states).all()
    rough = train(hydro.graph, initial_state=[1.0], stopping=IterationLimit(1))
    assert (rough.simulate(20, seed=5).noises == many.noises).all()
    assert not (hydro.simulate(20, seed=6).noises == many.noises).all()
    assert isnan(hydro.simulate(1).error)


def test_noises_come_as_often_as_they_should(hydro: Policy) -> None:
    noises = hydro.simulate(2000, seed=1).noises
    assert (noises[:, 0] == 0).all()
    assert noises[:, 1].mean() == pytest.approx(0.5, abs=0.05)


def test_all_histories_together_are_the_expectation() -> None:
    """Every one of the four histories is as likely: their mean under the best policy is the bound."""
    graph = hydro_thermal([[6.0], [2.0, 10.0], [1.0, 5.0]])
    policy = train(graph, initial_state=[1.0], stopping=IterationLimit(60))
    told = policy.simulate(300, seed=2)
    each = {tuple(n): c for n, c in zip(told.noises.tolist(), told.costs, strict=True)}
    assert len(each) == 4
    assert np.mean(list(each.values())) == pytest.approx(policy.bound, abs=1e-7)


def test_a_discount_weighs_what_comes_later() -> None:
    graph = linear(6, discount=0.8)
    state = np.zeros(len(graph.nodes[0].state_in))
    policy = train(graph, initial_state=state, stopping=IterationLimit(60))
    told = policy.simulate(50, seed=1)
    length = len(graph.nodes)
    assert told.weights.tolist() == [pytest.approx([0.8**t for t in range(length)])] * 50
    assert told.costs == pytest.approx((told.stage_costs * told.weights).sum(axis=1))


def test_without_an_end_histories_stop_by_chance_or_are_discounted(endless: Policy) -> None:
    by_chance = endless.simulate(300, seed=3)
    length = (by_chance.nodes >= 0).sum(axis=1)
    # One stage to begin with, and 1/(1 − 0.95) years on average.
    assert length.mean() == pytest.approx(21.0, rel=0.15)
    assert by_chance.left == 0
    assert np.isnan(by_chance.stage_costs[by_chance.nodes < 0]).all()
    assert (by_chance.weights[by_chance.nodes >= 0] == 1).all()
    told = endless.simulate(60, seed=3, depth=80)
    assert told.nodes.shape == (60, 80)
    assert told.left == pytest.approx(0.95**79)
    for each in (by_chance, told):
        assert each.mean == pytest.approx(endless.bound, abs=3.0 * each.error)


def test_it_begins_where_it_is_asked_to(endless: Policy) -> None:
    told = endless.simulate(40, seed=3, depth=60, start=[21.0], node="disrupted")
    assert (told.nodes[:, 0] == 2).all()
    assert told.states[:, 0, 0] == pytest.approx(12.0, abs=1e-4)


def test_what_is_not_there_is_refused(hydro: Policy) -> None:
    with pytest.raises(UnknownNameError, match=r"column 'thermall'.*'thermal'"):
        hydro.simulate(1, columns=["thermall"])
    with pytest.raises(UnknownNameError, match="row 'demands'"):
        hydro.simulate(1, rows=["demands"])
    with pytest.raises(UsageError, match="at least one history"):
        hydro.simulate(0)
    with pytest.raises(ModelError, match="2 numbers for the 1 states"):
        hydro.simulate(1, start=[1.0, 2.0])
    told = hydro.simulate(1, columns=["thermal"])
    with pytest.raises(UnknownNameError, match="'released'"):
        told.column("released")
    with pytest.raises(UnknownNameError, match="'store'"):
        told.state("store")
    with pytest.raises(UnknownNameError, match="noise '2'"):
        hydro.act("stage 2", [1.0], 2)
    with pytest.raises(UnknownNameError, match="'stage 2'"):
        hydro.act("stage two", [1.0])
    with pytest.raises(ModelError, match="holds inf"):
        hydro.value("stage 1", [np.inf])


def test_a_column_that_only_some_stages_have() -> None:
    first, *rest = hydro_thermal([[6.0], [2.0, 10.0]]).nodes
    from dataclasses import replace

    graph = Graph.linear([replace(first, columns=("before", "stored", "oil", "released")), *rest])
    policy = train(graph, initial_state=[0.0], stopping=IterationLimit(5))
    oil = policy.simulate(4, columns=["oil"]).column("oil")
    assert np.isfinite(oil[:, 0]).all()
    assert np.isnan(oil[:, 1]).all()


def test_histories_that_are_given(hydro: Policy) -> None:
    drawn = hydro.simulate(5, seed=9)
    paths = [
        list(zip(n.tolist(), k.tolist(), strict=True)) for n, k in zip(drawn.nodes, drawn.noises, strict=True)
    ]
    given = hydro.simulate(5, paths=paths)
    assert given.costs.tolist() == drawn.costs.tolist()
    short = hydro.simulate(1, paths=[[(0, 0), (1, 1)]])
    assert short.nodes.tolist() == [[0, 1]]
    assert short.left == 1.0
    with pytest.raises(UsageError, match="path 0 goes from 'stage 1' to 'stage 3', which never follows it"):
        hydro.simulate(1, paths=[[(0, 0), (2, 0)]])
    with pytest.raises(UnknownNameError, match="path 0, stage 'stage 2': unknown noise '5'"):
        hydro.simulate(1, paths=[[(0, 0), (1, 5)]])
    with pytest.raises(UsageError, match="1 paths are given for 2"):
        hydro.simulate(2, paths=[[(0, 0)]])
    with pytest.raises(UsageError, match="path 0 is empty"):
        hydro.simulate(1, paths=[[]])


def test_a_noise_that_is_none_of_the_stage_s(hydro: Policy) -> None:
    """An inflow of 4, between those of 2 and 10 that the second stage knows."""
    known = hydro.act("stage 2", [3.0], 0)
    same = hydro.act("stage 2", [3.0], Noise(0.1, row_upper=([0], [2.0])))
    assert same.columns == pytest.approx(known.columns)
    assert same.to_go == pytest.approx(known.to_go)
    between = hydro.act("stage 2", [3.0], Noise(1.0, row_upper=([0], [4.0])))
    assert between.columns["stored"] + between.columns["released"] == pytest.approx(7.0)
    assert between.stage_cost + between.to_go < same.stage_cost + same.to_go


def test_what_a_policy_does_does_not_hang_on_what_it_did_before(endless: Policy) -> None:
    before = endless.act("normal", [7.3])
    endless.simulate(5, seed=77)
    assert endless.act("normal", [7.3]).columns == before.columns
