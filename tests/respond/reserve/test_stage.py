"""The stage of a reserve: golden numbers by hand, a stock in closed form, and the tree as a second formulation."""

from __future__ import annotations

import numpy as np
import pytest

from oreflow.atlas import bundled
from oreflow.errors import InfeasibleError
from oreflow.respond.prices.tail import tail_mean
from oreflow.respond.reserve import runs
from oreflow.respond.reserve.noise import Outcome
from oreflow.respond.reserve.rows import calm_cost
from oreflow.respond.reserve.runs import Histories, Ladder, Market
from oreflow.respond.reserve.spec import Form, Mineral, Place, Refining
from oreflow.respond.reserve.stage import graph, layout
from oreflow.respond.sddp import IterationLimit, Mix, deterministic_equivalent, train
from tests.respond.reserve.small import curve, markets, spec

WORLD = bundled()
SCALE = 1.0
"""A hundredth of a quarter's use of 400 a year: one tonne."""
# 100 t a quarter are wanted. Calm: 80 at 10, 60 at 20. Tight: 80 at 10, 10 at 60, then nothing: 10 go unserved at 1000.
CALM = curve([(10.0, 320.0), (20.0, 240.0)])
TIGHT = curve([(10.0, 320.0), (60.0, 40.0)])


def market_of(a_spec: object, m: object, worth: float) -> tuple[Market, object]:
    lay = layout(WORLD, a_spec, m, ladder=(np.array([1000.0]),))  # type: ignore[arg-type]
    found = Market(lay)
    for k in range(len(lay.stages)):
        found.worth(k, [np.array([worth / 1e6])])
    return found, lay


def test_golden_quarter_with_its_duals() -> None:
    s, m = spec(form_handling=1.0, form_storage=4.0), markets([CALM, TIGHT], [[0.9, 0.1], [0.5, 0.5]])
    found, lay = market_of(s, m, 0.0)
    # Calm without a stock: 80 at 10 and 20 at 20 cost 1,200 dollars; that is also the quarter taken off.
    assert calm_cost(m) == pytest.approx(1200e-6)
    x, dual = found.solve(0, 0, np.zeros(1))
    assert lay.stages[0].cost @ x == pytest.approx(0.0, abs=1e-12)
    assert dual[lay.balance["gallium_refined"]] == pytest.approx(20e-6)
    # Tight with 15 t: ten take the place of what is unserved, five of what costs 60; the price is 60, less 1
    # of handling
    # is what one more in stock is worth.
    x, dual = found.solve(1, 0, np.array([15.0]))
    assert x[lay.release[0]] == pytest.approx(15.0)
    assert dual[lay.balance["gallium_refined"]] == pytest.approx(60e-6)
    stock = lay.stages[1].rows.index("stock of gallium metal at depot")
    assert abs(dual[stock]) == pytest.approx(59e-6)
    assert lay.stages[1].cost @ x == pytest.approx((80 * 10 + 5 * 60 + 15 * 1 - 1200) * 1e-6)
    # Nothing in stock: ten tonnes short.
    x, dual = found.solve(1, 0, np.zeros(1))
    assert x[lay.stages[1].columns.index("short of gallium_refined")] == pytest.approx(10.0)
    assert dual[lay.balance["gallium_refined"]] == pytest.approx(1000e-6)


def test_a_stock_is_bought_only_from_eligible_supply_and_within_budget_and_room() -> None:
    from dataclasses import replace

    barred = replace(CALM, supply=np.roll(CALM.supply, 1, axis=0))  # all of it from other origins
    m = markets([barred], [[1.0]])
    found, lay = market_of(spec(), m, 500.0)
    x, _ = found.solve(0, 0, np.zeros(1))
    assert x[lay.buy[0]] == pytest.approx(0.0)
    m = markets([CALM], [[1.0]])
    found, lay = market_of(spec(budget=20.0 * 7.0), m, 500.0)  # seven tonnes at the base price of 20
    x, dual = found.solve(0, 0, np.zeros(1))
    assert x[lay.out[0]] == pytest.approx(7.0)
    assert -dual[lay.budget] * 20.0 == pytest.approx(
        500.0 - 20.0
    )  # what it would be worth less what it costs
    found, lay = market_of(spec(space=5.0), m, 500.0)
    x, _ = found.solve(0, 0, np.zeros(1))
    assert x[lay.out[0]] == pytest.approx(5.0)


def test_a_short_shelf_life_is_turned_over_or_spoils() -> None:
    m = markets([CALM], [[1.0]])
    found, lay = market_of(spec(form_shelf_life=1.0, form_rotation=8.0), m, 15.0)
    x, _ = found.solve(0, 0, np.array([40.0]))
    # Worth 15 in stock: given out while the market is at 20, which is for 20 t; what is given out is not turned over.
    assert x[lay.rotate[0]] == pytest.approx(0.0, abs=1e-9)
    assert x[lay.release[0]] == pytest.approx(20.0)
    # Worth 50: kept. Turning over by selling and buying costs twice the handling, so that 8 a tonne is cheaper.
    found, lay = market_of(spec(form_shelf_life=1.0, form_rotation=8.0, form_handling=5.0), m, 50.0)
    x, _ = found.solve(0, 0, np.array([40.0]))
    assert x[lay.rotate[0]] == pytest.approx(10.0)  # a quarter of a stock that keeps for a year


def test_scrap_is_refined_and_stock_moves_between_places() -> None:
    forms = (
        Form(name="metal", commodity="gallium_refined", buy_rate=0.0, release_rate=400.0, most=1000.0),
        Form(name="scrap", feed=40.0, feed_price=0.5, most=1000.0),
    )
    two = (Place("west", "USA", legs=()), Place("east", "USA", legs=()))
    s = spec(
        minerals=(Mineral("gallium", forms, (Refining("scrap", "metal", 0.8, 2.0, 20.0),)),), places=two,
        moves=(("west", "east", (("road", 1000.0),)),),
    )  # fmt: skip
    m = markets([CALM], [[1.0]])
    lay = layout(WORLD, s, m, ladder=tuple(np.array([1000.0]) for _ in range(4)))
    assert [h.name for h in lay.held] == [
        "gallium metal at west", "gallium metal at east", "gallium scrap at west", "gallium scrap at east",
    ]  # fmt: skip
    found = Market(lay)
    # Metal is worth 60 in the east alone: 5 t a quarter are made (the capacity) from 6.25 t of scrap at half of 20.
    found.worth(0, [np.array([0.0]), np.array([60e-6]), np.array([0.0]), np.array([0.0])])
    x, _ = found.solve(0, 0, np.zeros(4))
    stage = lay.stages[0]
    assert x[lay.out] == pytest.approx([0, 5.0, 0, 0], abs=1e-9)
    bought = sum(x[stage.columns.index(f"buy gallium scrap at {p}")] for p in ("west", "east"))
    assert bought == pytest.approx(6.25)
    assert stage.cost @ x == pytest.approx(
        (6.25 * 10 + 5 * 2) * 1e-6, abs=1e-12
    )  # made in the east, so that nothing moves
    # What lies in the west is moved by road at 10 USD/t (1,000 km at 0.01).
    x, _ = found.solve(0, 0, np.array([3.0, 0, 0, 0]))
    assert x[stage.columns.index("move to east gallium metal at west")] == pytest.approx(3.0)


def test_two_quarters_with_a_stock_in_closed_form() -> None:
    """Hold as much as the next quarter lacks where chance × worth × discount exceeds price and storage."""
    # One tonne costs 20 and 1 of storage. In the next quarter it saves 20 if that is calm; if it is tight 1000
    # (the first
    # ten), 60 (ten more), then 10.
    beta = 1.03**-0.25
    for chance, best in ((0.05, 20.0), (0.02, 10.0), (0.0005, 0.0)):
        worth = [beta * (chance * w + (1 - chance) * 20.0) for w in (1000.0, 60.0, 10.0)]
        assert 10.0 * sum(w > 21.0 for w in worth) == best
        m = markets([CALM, TIGHT], [[1 - chance, chance], [0.5, 0.5]])
        s = spec(quarters=2, salvage=0.0, form_storage=4.0)
        whole = graph(WORLD, s, m)
        policy = train(whole, initial_state=[0.0], stopping=IterationLimit(30))
        told = policy.act("calm in quarter 1", [0.0])
        assert told.state["gallium metal at depot"] == pytest.approx(best, abs=1e-6)
        tree = deterministic_equivalent(whole, initial_state=[0.0])
        assert policy.bound == pytest.approx(tree.value, abs=1e-9)


@pytest.mark.parametrize("weight", [0.0, 0.6])
def test_the_bound_is_that_of_the_tree(weight: float) -> None:
    outcomes = tuple(
        Outcome(p, {"gallium_refined": u}, {"gallium_refined": d}, {"gallium_refined": 1.0})
        for p, u, d in ((0.5, 1.0, 1.0), (0.3, 0.9, 1.05), (0.2, 1.0, 0.9))
    )
    m = markets([CALM, TIGHT], [[0.8, 0.2], [0.4, 0.6]], outcomes=outcomes)
    s = spec(quarters=3, salvage=0.8, form_storage=4.0, form_handling=0.5)
    whole = graph(WORLD, s, m)
    risk = Mix(weight, 0.25)
    policy = train(whole, initial_state=[2.0], risk=risk, stopping=IterationLimit(60))
    tree = deterministic_equivalent(whole, initial_state=[2.0], risk=risk)
    assert policy.bound == pytest.approx(tree.value, rel=1e-6, abs=1e-10)


def test_days_of_cover_fill_in_calm_and_empty_above_the_trigger() -> None:
    m = markets([CALM, TIGHT], [[0.9, 0.1], [0.5, 0.5]])
    s = spec(trigger=2.0)
    lay = layout(WORLD, s, m)
    rule = runs.cover(30.0, s, m, lay)
    target = 30 / 365 * 400
    assert rule.width[0] == pytest.approx([target])
    paths = Histories(np.array([[0, 0, 1, 0]]), np.zeros((1, 4), int), 1.03 ** (-0.25 * np.arange(5)))
    run = runs.apply(rule, layout(WORLD, s, m, ladder=rule.width), s, m, paths)
    # Filled at 20, the trigger being 40; in the tight quarter given out to fill the 10 that lack and then the 10 that
    # cost 60, and no more.
    assert run.stock[0, :, 0] == pytest.approx([target, target, target - 20.0, target])
    assert run.short[0, :, 0] == pytest.approx(0.0)
    none = runs.nothing(WORLD, s, m, layout(WORLD, s, m, ladder=rule.width), paths)
    assert none.short[0, :, 0] == pytest.approx([0, 0, 10.0, 0])
    saved = none.cost[0, 2] - run.cost[0, 2]
    assert saved == pytest.approx((10 * 1000 + 10 * 60) * 1e-6)


def test_a_ladder_buys_below_its_worth_and_releases_above() -> None:
    m = markets([CALM, TIGHT], [[0.9, 0.1], [0.5, 0.5]])
    s = spec()
    rule = Ladder("rule", (np.array([5.0, 5.0]),), ((np.array([25e-6, 15e-6]),), (np.array([70e-6, 15e-6]),)))
    paths = Histories(np.array([[0, 1]]), np.zeros((1, 2), int), np.ones(3))
    run = runs.apply(rule, layout(WORLD, s, m, ladder=rule.width), s, m, paths)
    # Calm costs 20: the first five are worth 25 and bought, the next are worth 15 and not. Tight: 1000 is above 70.
    assert run.stock[0, :, 0] == pytest.approx([5.0, 0.0])
    assert run.bought[0, 0, 0] == pytest.approx(5.0) and run.released[0, 1, 0] == pytest.approx(5.0)


def test_a_quarter_without_solution_names_regime_and_stock() -> None:
    m = markets([CALM], [[1.0]])
    found, _ = market_of(spec(budget=1.0, form_release_rate=0.0, form_shelf_life=1.0), m, 0.0)
    # 500 t are worth far more than the budget, and nothing can be given out: they may spoil, so that there is
    # a solution.
    x, _ = found.solve(0, 0, np.array([500.0]))
    assert x.min() >= -1e-9
    with pytest.raises(InfeasibleError, match="gallium metal at depot"):
        found.solve(0, 0, np.array([-5000.0]))


def test_the_tail_counts_the_last_history_in_part() -> None:
    assert tail_mean(np.arange(10.0), 0.75) == pytest.approx((9 + 8 + 0.5 * 7) / 2.5)
    told = runs.estimate(np.array([1.0, 2.0, 3.0]))
    assert (told.mean, told.high - told.low) == (2.0, pytest.approx(2 * 4.302653 / np.sqrt(3), rel=1e-6))
