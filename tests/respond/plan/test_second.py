"""A region's part of the market against the whole of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from oreflow.atlas import bundled
from oreflow.errors import DataError, UnknownNameError
from oreflow.market import Change, calibrate
from oreflow.market.window import Window
from oreflow.respond.plan.happenings import Happening, nothing
from oreflow.respond.plan.markets import solve, use_of
from oreflow.respond.plan.measures import measures
from oreflow.respond.plan.recourse import Recourse
from oreflow.respond.plan.second import region_stage
from oreflow.respond.plan.supply import supply
from oreflow.respond.plan.whole import by_month, changes, widened, with_stores
from tests.respond.plan.worlds import chain, island, measure

SPANS = (3, 3, 6)


def lost(rows, months=6, onset=0.0):
    during = np.arange(months + 1) < months
    return Happening(
        "lost", "lost", 1.0, onset, (Change("plants", rows, "availability", np.where(during, 0.3, 1.0)),)
    )


@pytest.fixture(scope="module")
def made():
    world = chain(
        measure("stock", region="B", row="metal@B", running=1.0),
        measure(
            "smelter",
            region="B",
            table="plants",
            row="smelting@B",
            kind="build",
            use_cost=100.0,
            life=10.0,
            capital=100.0,
            most=20.0,
        ),
    )
    base = calibrate(world)
    mines = tuple(base.net.plants[:1])
    markets = solve(base, [nothing(0.5), lost(mines)], spans=SPANS)
    supplies = [supply(world, base, m) for m in measures(world)]
    return world, base, markets, supplies


def stage(made, counted):
    _, base, markets, supplies = made
    leads = np.zeros((len(markets), len(supplies)))
    goods = ["ore", "metal"]
    return region_stage(
        base, markets, supplies, counted=counted, commodities=goods, units=["t", "t"], leads=leads, rate=0.08
    )


def test_counting_all_gives_the_welfare_lost(made):
    _, base, markets, supplies = made
    second = stage(made, np.ones(len(base.net.nodes), bool))
    loss = Recourse(second.programme).at(np.zeros(len(supplies))).loss
    whole = [m.cleared.solution.objective for m in markets]
    assert loss[0] == pytest.approx(0.0, abs=1e-3)
    assert loss[1] == pytest.approx(whole[1] - whole[0], rel=1e-6)


def test_the_whole_solution_cut_to_a_region_is_optimal_for_it(made):
    """By duality: the region's part of the solution of the whole is feasible and of the same cost."""
    _, base, markets, supplies = made
    here = np.array(base.net.node_region) == "B"
    second = stage(made, here)
    at = Recourse(second.programme).at(np.zeros(len(supplies)), solutions=True)
    use = [use_of(m.cleared).sum(axis=0) for m in markets]
    for g, good in enumerate(second.commodities):
        at_node = here & (np.array(base.net.node_commodity) == good)
        lacking = max(float((use[0] - use[1])[at_node].sum()), 0.0)
        assert second.shortage(at.y)[1, g] == pytest.approx(lacking, abs=0.02 * second.wanted[0, g])


def test_what_a_measure_gives_is_what_the_whole_market_makes_of_it(made):
    """All counted: the loss with a measure is that of the market with as much drawn and filled, and its use paid."""
    world, narrow, _, supplies = made
    base = widened(world, narrow, supplies)
    markets = solve(base, [m.case for m in made[2]], spans=SPANS)
    second = stage((world, base, markets, supplies), np.ones(len(base.net.nodes), bool))
    x = np.array([5.0, 8.0])
    at = Recourse(second.programme).at(x, solutions=True)
    given = at.y[1][second.given]
    assert (given > 0.1).any(axis=1).all()
    case = markets[1].case
    cleared = Window(base, SPANS).clear((*case.changes, *changes(base, supplies, by_month(given, SPANS))))
    paid = float((second.programme.cost[1][second.given] * given).sum())
    usual = float(second.programme.slope[1] @ x)
    whole = cleared.solution.objective - markets[0].cleared.solution.objective + paid + usual
    assert at.loss[1] == pytest.approx(whole, rel=1e-5)


def test_stores_of_a_plan_leave_the_base_as_it_is(made):
    world, base, _, supplies = made
    wide = calibrate(with_stores(world, base, supplies))
    np.testing.assert_allclose(wide.price, base.price, rtol=1e-12)
    np.testing.assert_allclose(wide.balanced.plant_q, base.balanced.plant_q, rtol=1e-12)
    held = [b.net.store_s0[~b.net.store_reserve].sum() for b in (base, wide)]
    assert held[1] == pytest.approx(held[0], rel=1e-12)


def test_exports_do_not_grow(made):
    """What is given at home is not sold abroad: exports stay within those without a plan."""
    _, base, markets, supplies = made
    here = np.array(base.net.node_region) == "A"
    a = [s for s in supplies if s.node >= 0]
    world = chain(measure("ore", commodity="ore", row="ore@A"))
    more = [supply(world, base, m) for m in measures(world)]
    second = region_stage(
        base, markets, more, counted=here, commodities=["ore"], units=["t"], leads=np.zeros((2, 1)), rate=0.08
    )
    loss = [Recourse(second.programme).at(np.array([v])).loss for v in (0.0, 100.0)]
    sold = markets[0].cleared.total("routes").sum()
    # Drawing saves at most the dearest ore that is mined, never a price abroad on more than is sold.
    assert loss[0][0] - loss[1][0] <= 0.5 * base.price.max() * sold
    assert a


def test_a_measure_must_supply_what_the_market_knows():
    world = island(measure("m", commodity="metal", region="A"))
    base = calibrate(world)
    [m] = measures(world)
    with pytest.raises(UnknownNameError, match=r"measures\.m\.commodity"):
        supply(world, base, replace(m, region="Q"))
    with pytest.raises(UnknownNameError, match=r"measures\.m\.row"):
        supply(world, base, replace(m, table="plants", row="minning@A"))


def test_a_process_that_makes_something_else_is_refused():
    world = chain(measure("m", region="B", row="metal@B", commodity="metal"))
    base = calibrate(world)
    [m] = measures(world)
    assert supply(world, base, replace(m, table="plants", row="smelting@B", use_cost=1.0)).takes
    bundle = bundled()
    big = calibrate(bundle, scope=("gallium",))
    [ga] = measures(bundle, names=("us_gallium_reserve",))
    with pytest.raises(DataError, match="does not make gallium_refined"):
        supply(bundle, big, replace(ga, table="plants", row="copper_smelting@USA", use_cost=1.0))
