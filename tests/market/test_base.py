"""The calibrated market stands still in its base, and its prices are what they claim to be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from oreflow.market import Engine, Settings, calibrate
from oreflow.market.change import Change, News
from oreflow.market.engine import advance
from oreflow.market.layout import Layout
from oreflow.market.network import build
from oreflow.market.problem import compile_problem
from oreflow.market.reconcile import incidence
from oreflow.market.solve import Solver
from oreflow.market.view import Beliefs, Draw, State, View
from tests.market.worlds import chemistries, one_node, two_regions

WORLDS = [one_node(mines=3, stock=10), two_regions(), chemistries()]


def base_view(base, spans=(1,) * 12, static=False):
    layout = Layout(base, spans, static)
    problem = compile_problem(layout)
    beliefs = Beliefs(base, (), 60)
    return problem, View(layout, beliefs, 0, 0, State.of(base), Draw(), base.price)


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize(
    ("spans", "static"),
    [((1,) * 12, False), ((3,) * 4, False), ((12, 12), False), ((1, 1, 1, 3, 3, 3), False), ((1,), True)],
)
def test_the_base_is_an_equilibrium(world, spans, static):
    base = calibrate(world)
    problem, view = base_view(base, spans, static)
    solution = Solver(problem).solve(problem.numbers(view))
    nodes = len(base.net.nodes)
    price = solution.price[:, :nodes] / view.beta[:-1, None]
    pinned = [i for i, pin in enumerate(base.centred) if pin is not None]
    assert price[:, pinned] == pytest.approx(np.tile(base.price[pinned], (len(spans), 1)), rel=1e-9)
    made = base.steps["plants"].total(solution.x[:, problem.layout.slice("plants")])
    assert made == pytest.approx(base.balanced.plant_q * problem.layout.per, rel=1e-7)
    assert solution.residuals.worst < 1e-9


@pytest.mark.parametrize("world", WORLDS)
def test_the_starting_basis_needs_no_iterations(world):
    base = calibrate(world)
    problem, view = base_view(base)
    assert Solver(problem).solve(problem.numbers(view)).iterations <= 2


@pytest.mark.parametrize("world", WORLDS)
def test_warm_equals_cold(world):
    base = calibrate(world)
    problem, view = base_view(base)
    plant = base.net.plants[0]
    halved = Beliefs(base, (Change("plants", (plant,), "availability", np.array([0.5])),), 60)
    numbers = problem.numbers(replace(view, beliefs=halved))
    solver = Solver(problem)
    warm, cold = solver.solve(numbers), solver.solve(numbers, cold=True)
    assert warm.objective == pytest.approx(cold.objective, rel=1e-9)


def test_a_price_is_what_one_more_unit_costs():
    base = calibrate(two_regions())
    problem, view = base_view(base)
    change = Change("plants", ("mine_small",), "availability", np.array([0.7]))
    numbers = problem.numbers(replace(view, beliefs=Beliefs(base, (change,), 60)))
    solver = Solver(problem)
    start = solver.solve(numbers)
    for period in (0, 5, 11):
        for node in range(len(base.net.nodes)):
            numbers.row_lower[period, node] += 1e-4
            more = solver.solve(numbers)
            numbers.row_lower[period, node] -= 1e-4
            slope = (more.objective - start.objective) / 1e-4
            ends = sorted((start.price[period, node], more.price[period, node]))
            assert (
                ends[0] - 0.01 <= slope <= ends[1] + 0.01
            )  # the objective is of order 1e5: eight digits are left


@pytest.mark.parametrize("settings", [Settings(periods=18), Settings(periods=18, stride=5, foresight=6)])
def test_mass_balances_when_recomputed_from_the_outcome(settings):
    base = calibrate(two_regions())
    cut = Change("plants", ("mine_big",), "availability", np.array([1, 1, 0.5, 0.5, 0.8, 1.0]))
    changes = [News(2, (cut,)), News(10, ())]  # the second comes inside a long period
    outcome = Engine(base, settings).clear(changes)
    d = outcome.data
    net = base.net
    whole, part = np.floor(net.route_lag).astype(int), net.route_lag % 1
    made = np.zeros((len(net.nodes), 18))
    np.add.at(made, net.entry_node, net.entry_coef[:, None] * d.output.values[net.entry_plant])
    np.add.at(made, net.route_from, -d.flow.values)
    for a, to in enumerate(net.route_to):
        sent = np.concatenate([np.full(whole[a] + 1, base.balanced.route_q[a] / 12), d.flow.values[a]])
        made[to] += (1 - part[a]) * sent[1:19] + part[a] * sent[:18]
    np.add.at(made, net.demand_node, -d.served.values)
    stock = np.concatenate([net.store_s0[:, None], d.stock.values], axis=1)
    np.add.at(made, net.store_node, -np.diff(stock, axis=1))
    made += base.balanced.difference[:, None] / 12
    assert np.abs(made).max() < 1e-7
    assert outcome.worst < 1e-9


@pytest.mark.parametrize("months", [1, 2, 3, 4, 7, 12])
def test_nothing_is_lost_when_a_look_ahead_is_cut_short(months):
    base = calibrate(two_regions())
    engine = Engine(base, Settings(periods=24, stride=12, ahead=(1, 2, 3, 6)))
    cut = Change("plants", ("mine_big",), "availability", np.array([0.5, 0.5, 0.8, 1.0]))
    before = State.of(base)
    step = engine._look(Beliefs(base, (cut,), 60), 0, 0, before, Draw(), months)
    after = advance(step)
    k, net = len(step.covered), base.net
    layout, x = step.view.layout, step.solution.x[: len(step.covered)]
    total = {
        f: step.covered @ base.steps[f].total(x[:, layout.slice(f)]) for f in ("plants", "demands", "routes")
    }
    made = np.bincount(net.entry_node, net.entry_coef * total["plants"][net.entry_plant], len(net.nodes))
    made -= np.bincount(net.demand_node, total["demands"], len(net.nodes))
    made += base.balanced.difference * months / 12
    gained = np.bincount(net.store_node, after.stock - before.stock, len(net.nodes))
    under_way = after.transit.sum(axis=0) - before.transit.sum(axis=0)
    commodity = np.unique(net.node_commodity, return_inverse=True)[1]
    for c in np.unique(commodity):
        here = commodity == c
        moved = under_way[here[net.route_to]].sum()
        assert made[here].sum() == pytest.approx(gained[here].sum() + moved, abs=1e-6)
    assert k == np.searchsorted(np.cumsum((1, 2, 3, 6)), months) + 1
    assert (after.transit >= -1e-9).all()


def test_reconciliation_moves_weak_figures_more():
    world = two_regions()
    demands = world["demands"].assign(quantity=[140.0, 3.0])  # 7 % too little use, and weakly known
    base = calibrate(world.with_(demands=demands))
    moved = base.balanced.adjustments.set_index("name")["relative"].abs()
    assert 10 * moved["mine_big"] < moved["d_b"]
    x = np.concatenate(
        [base.balanced.plant_q, base.balanced.mix_q, base.balanced.route_q, base.balanced.demand_q]
    )
    assert incidence(base.net) @ x + base.balanced.difference == pytest.approx(0, abs=1e-6)


def test_a_node_whose_only_mine_is_halted_has_a_solution():
    # A negative statistical difference would be a use that must be met whatever happens.
    world = two_regions()
    base = calibrate(world.with_(demands=world["demands"].assign(quantity=[146.0, 3.1])))
    assert base.balanced.difference == pytest.approx(0.0, abs=1e-12)
    halt = Change("plants", ("mine_big", "mine_small"), "availability", np.array([0.0]))
    data = Engine(base, Settings(periods=3)).clear([News(0, (halt,))]).data
    assert data.flow.sel(route="ore:A>B").values == pytest.approx(np.zeros(3), abs=1e-9)


def test_reconciliation_splits_a_gap_by_variance():
    # 120 made (σ 0.3·120, assumed) against 120 used; a demand of 132 leaves a gap of 12 that two equal variances share.
    world = one_node()
    demands = world["demands"].copy()
    demands["quantity"] = 132.0
    base = calibrate(world.with_(demands=demands))
    s1, s2 = 0.3 * 120 + 1e-4 * 132, 0.3 * 132 + 1e-4 * 132
    expected = 120 + 12 * s1**2 / (s1**2 + s2**2)
    assert base.balanced.plant_q[0] == pytest.approx(expected, rel=1e-5)


def test_importers_that_all_have_stocks_need_no_working_ones():
    world = two_regions()
    rows = world.stores.to_dict(orient="records")
    ore = {**rows[0], "store": "s_ore", "commodity": "ore"}
    stocked = world.with_(stores=pd.DataFrame([*rows, ore]))
    assert not build(stocked).store_working.any()
    assert build(world).store_working.any()
