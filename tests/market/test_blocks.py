"""One tiny system with a known answer for each equation of the market."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from oreflow.errors import InfeasibleError, ScenarioError
from oreflow.market import Engine, Settings, calibrate
from oreflow.market.blocks.capacity import envelope
from oreflow.market.blocks.floor import payment
from oreflow.market.blocks.recycling import retired, scrap
from oreflow.market.change import Change, News
from tests.market.worlds import chemistries, one_node, two_regions


def cleared(world, *changes, month=0, periods=12, **settings):
    base = calibrate(world)
    news = [News(month, tuple(Change(t, (r,), a, np.asarray(p, float)) for t, r, a, p in changes))]
    return base, Engine(base, Settings(periods=periods, **settings)).clear(news).data


@pytest.mark.parametrize("cut", [0.03, 0.06, 0.10])
@pytest.mark.parametrize("total", [0.2, 0.5])
def test_a_cut_follows_the_closed_form(cut, total):
    # P/P0 = (1 − x)^(−1/(es + |ed|)) where all of supply loses the share x and stocks are none.
    world = one_node(es=total / 2, ed=total / 2, mines=7)
    mines = [f"mine{i}" for i in range(7)]
    base = calibrate(world)
    change = Change("plants", tuple(mines), "availability", np.array([1 - cut]))
    data = Engine(base, Settings(periods=3, foresight=3)).clear([News(0, (change,))]).data
    expected = (1 - cut) ** (-1 / total)
    assert data.price.values[0] / 1000 == pytest.approx(np.full(3, expected), rel=0.012)
    assert data.served.values[0] == pytest.approx(
        10 * (data.price.values[0] / 1000) ** -(total / 2), rel=0.005
    )


def test_capacity_cuts_only_what_exceeds_it():
    _, data = cleared(two_regions(), ("plants", "mine_small", "capacity", [0.9]))  # 72 of 80, 50 made
    assert data.output.sel(plant="mine_small").values * 12 == pytest.approx(np.full(12, 50), rel=1e-3)
    _, data = cleared(two_regions(), ("plants", "mine_small", "capacity", [0.5]))  # 40 of 80
    assert data.output.sel(plant="mine_small").values * 12 == pytest.approx(np.full(12, 40), rel=1e-6)
    assert (data.capacity_rent.sel(plant="mine_small").values > 0).all()
    assert data.utilisation.sel(plant="mine_small").values == pytest.approx(np.full(12, 0.5), rel=1e-6)


def test_a_plant_restarts_no_faster_than_its_ramp():
    world = one_node(mines=2)
    processes = world["processes"].assign(ramp=0.01)  # 1 % of capacity 500 a month
    _, data = cleared(world.with_(processes=processes), ("plants", "mine0", "availability", [0, 0, 0, 1]))
    output = data.output.sel(plant="mine0").values * 12
    assert output[:3] == pytest.approx(np.zeros(3), abs=1e-9)
    assert output[3:12] == pytest.approx(5.0 * np.arange(1, 10), rel=1e-6)


def test_the_envelope_restarts_where_a_limit_holds_it_down():
    limit = np.array([[10.0], [2.0], [10.0], [10.0]])
    assert envelope(limit, np.array([9.0]), np.array([3.0]), (1, 1, 1, 1))[:, 0].tolist() == [
        10.0,
        2.0,
        5.0,
        8.0,
    ]
    assert envelope(limit, np.array([1.0]), np.array([np.inf]), (1, 1, 1, 1)) is limit


def test_a_halted_mine_makes_nothing_and_the_rest_is_rationed_by_price():
    _, data = cleared(one_node(mines=10), ("plants", "mine0", "availability", [0.0]))
    assert data.output.sel(plant="mine0").values == pytest.approx(np.zeros(12), abs=1e-12)
    assert data.price.values[0] / 1000 == pytest.approx(np.full(12, 0.9**-5), rel=0.012)


def test_a_tariff_falls_on_both_sides_and_settles():
    # Ore from A pays 10 % at B; two solves settle it. Ore in A loses what buyers do not bear.
    base, data = cleared(two_regions(), ("trade", "ore:A>B", "tariff", [0.1]))
    p_a = data.price.sel(node="ore@A").values[6]
    p_b = data.price.sel(node="ore@B").values[6]
    beta = 1.08 ** (-1 / 12)
    gap = beta * data.price.sel(node="ore@B").values[7] - p_a
    base_gap = beta * base.price[base.net.nodes.index("ore@B")] - 7000
    assert gap - base_gap == pytest.approx(
        0.1 / 1.1 * p_b, rel=0.05
    )  # the route's own premium takes the rest
    assert p_a < 7000 < p_b + 0.1 * p_b


def test_a_ban_stops_the_flow_and_idles_the_mines():
    _, data = cleared(two_regions(), ("trade", "ore:A>B", "limit", [0.0]))
    assert data.flow.sel(route="ore:A>B").values == pytest.approx(np.zeros(12), abs=1e-12)
    assert data.price.sel(node="ore@A").values[-1] < 0.5 * 7000
    assert data.unserved.sum() > 0  # nothing else can feed B


def test_a_quota_over_two_routes_binds_on_their_sum():
    base = calibrate(two_regions())
    quota = Change("trade", ("ore:A>B", "ore:C>B"), "quota", np.array([120.0]))
    data = Engine(base, Settings(periods=12)).clear([News(0, (quota,))]).data
    both = data.flow.sel(route=["ore:A>B", "ore:C>B"]).sum("route").values * 12
    assert both == pytest.approx(np.full(12, 120.0), rel=1e-6)


def test_a_new_route_opens_no_faster_than_it_qualifies():
    # Metal from B to C is not traded; C's own smelter stops, so it is wanted at once.
    world = two_regions()
    trade = pd.concat(
        [
            world["trade"],
            pd.DataFrame(
                [
                    {
                        "commodity": "metal", "origin": "B", "destination": "C", "year": 2025, "quantity": 0.6,
                        "source": "example", "quality": "reported",
                    }
                ]
            ),
        ]
    )  # fmt: skip
    base, data = cleared(world.with_(trade=trade), ("plants", "smelter_c", "availability", [0.0]))
    a = base.net.routes.index("metal:B>C")
    flow = data.flow.values[a] * 12
    growth = 0.1 * base.route_ref[a]
    most = base.balanced.route_q[a] + growth * np.arange(1, 13)
    assert (flow <= most * (1 + 1e-9)).all()
    assert flow[:6] == pytest.approx(most[:6], rel=1e-6)
    assert data.unserved.sel(demand="d_c").values[0] > 0


def test_sodium_cells_take_share_when_lithium_is_dear_and_no_faster_than_their_ramp():
    halted = ("plants", "brine_a", "availability", [0.85])
    base, data = cleared(chemistries(ramp=0.01), halted)
    sodium = data.mix.sel(mix_row="ev_battery@A:sodium_cell").values * 12
    start, total = base.balanced.mix_q[1], base.mix_total[1]
    assert sodium[:3] == pytest.approx(start + 0.01 * total * np.arange(1, 4), rel=1e-6)
    _, held = cleared(chemistries(ramp=0.0), halted)
    assert (
        held.price.sel(node="lithium_carbonate@A").values[6]
        > data.price.sel(node="lithium_carbonate@A").values[6]
    )


def test_sodium_cells_wait_until_lithium_passes_the_break_even_price():
    # A kWh of lfp holds 0.487 kg of LCE: with switching at 40 USD/kWh, break-even is 10,000 + 82,136 USD/t.
    cut = ("plants", "brine_a", "availability", [0.92])
    _, cheap = cleared(chemistries(switch_cost=5.0), cut)
    base, dear = cleared(chemistries(switch_cost=40.0), cut)
    price = dear.price.sel(node="lithium_carbonate@A").values[6]
    assert 10_000 + 5_000 / 0.487 < price < 10_000 + 40_000 / 0.487
    row = {"mix_row": "ev_battery@A:sodium_cell"}
    assert cheap.mix.sel(row).values[6] * 12 > 1.2 * base.balanced.mix_q[1]
    assert dear.mix.sel(row).values[6] * 12 <= 1.05 * base.balanced.mix_q[1] * (1 + 1e-9)
    assert cheap.price.sel(node="lithium_carbonate@A").values[6] < price


def test_a_reserve_moves_only_when_told_and_lowers_the_price():
    cut = ("plants", "mine_small", "availability", [0.5])
    _, without = cleared(two_regions(), cut)
    _, with_ = cleared(two_regions(), cut, ("stores", "reserve_b", "draw", [2.0] * 4 + [0.0]))
    assert without.stock.sel(store="reserve_b").values == pytest.approx(np.full(12, 10.0))
    assert with_.stock.sel(store="reserve_b").values[:5] == pytest.approx([8, 6, 4, 2, 2])
    assert with_.price.sel(node="metal@B").values[0] < without.price.sel(node="metal@B").values[0]


def test_a_draw_above_the_rate_is_refused():
    with pytest.raises(ScenarioError, match="reserve_b is 9 a month, above its rate of 4"):
        cleared(two_regions(), ("stores", "reserve_b", "draw", [9.0]))


def test_a_draw_of_more_than_there_is_names_the_reserve():
    with pytest.raises(InfeasibleError, match="stock of reserve reserve_b is short by"):
        cleared(two_regions(), ("stores", "reserve_b", "draw", [4.0]))


def test_a_binding_offtake_is_shipped_even_when_it_loses_money():
    world = two_regions()
    contract = pd.DataFrame(
        [
            {
                "offtake": "k", "plant": "mine_big", "firm": "f", "destination": "B", "quantity": 140.0,
                "binding": "1", "source": "example", "quality": "assumed",
            }
        ]
    )  # fmt: skip
    tariff = ("trade", "ore:A>B", "tariff", [0.6])
    _, free = cleared(world, tariff)
    _, bound = cleared(world.with_(offtakes=contract), tariff)
    assert free.flow.sel(route="ore:A>B").values[-1] * 12 < 140
    assert (bound.flow.sel(route="ore:A>B").values * 12 >= 140 - 1e-6).all()
    # a halted mine owes nothing
    _, excused = cleared(
        world.with_(offtakes=contract), tariff, ("plants", "mine_big", "availability", [0.0])
    )
    assert (excused.flow.sel(route="ore:A>B").values * 12 < 140).all()


def test_a_floor_keeps_tonnes_coming_when_the_price_falls():
    world = one_node(es=0.5, ed=0.5, mines=2)
    floor = pd.DataFrame(
        [
            {
                "policy": "floor", "kind": "floor", "commodity": "metal", "origin": "A", "value": 990.0,
                "state": "base", "description": "floor", "source": "example", "quality": "assumed",
            }
        ]
    )  # fmt: skip
    slump = ("demands", "d", "quantity", [0.8])
    _, free = cleared(world, slump)
    _, floored = cleared(world.with_(policies=floor), slump)
    assert free.output.values.sum(axis=0)[0] < 9.0
    assert floored.output.values.sum(axis=0)[0] > 9.8
    price = floored.price.values[0]
    assert price[0] < free.price.values[0, 0]
    paid = payment(990.0, price, floored.output.values.sum(axis=0))
    assert paid == pytest.approx((990 - price) * floored.output.values.sum(axis=0))
    assert payment(100.0, np.array([130.0]), np.array([2.0]), upside=0.3) == pytest.approx([-18.0])


def test_stocks_mute_a_short_halt_and_come_back():
    short = ("plants", "mine0", "availability", [0, 0, 0, 1])
    _, bare = cleared(one_node(es=0.1, ed=0.1, mines=10), short, periods=24)
    _, stocked = cleared(one_node(es=0.1, ed=0.1, mines=10, stock=30), short, periods=24)
    jump = bare.price.values[0, 0] / 1000 - 1
    muted = stocked.price.values[0, 0] / 1000 - 1
    assert jump > 3 * muted > 0
    stock = stocked.stock.values[0]
    assert stock[2] < 30 and stock[2] < stock[-1] <= 30 * 1.01


def test_owners_who_wish_to_hold_more_raise_the_price():
    _, data = cleared(one_node(mines=10, stock=30), ("stores", "s", "cover", [1.2]))
    assert data.price.values[0, 0] > 1010
    assert data.stock.values[0, -1] > 31


def test_products_come_back_as_scrap():
    assert retired(10, 3, 60).sum() == pytest.approx(1, abs=1e-6)
    mean = (retired(10, 3, 60) * (np.arange(60) + 0.5)).sum()
    assert mean == pytest.approx(10, rel=0.01)
    steady = scrap(np.full(60, 100.0), lifetime=10, shape=3, collection=0.8, recovery=0.9)
    assert steady[-1] == pytest.approx(72, rel=1e-6)


def test_joint_output_nobody_wants_is_left_lying():
    world = two_regions()
    extra = {"source": "example", "quality": "reported"}
    flow = {"process": "mining", "commodity": "metal", "role": "output", "coefficient": 0.01, **extra}
    sold = {"commodity": "metal", "destination": "B", "year": 2025, **extra}
    world = world.with_(
        flows=pd.concat([world["flows"], pd.DataFrame([flow])]),
        trade=pd.concat(
            [
                world["trade"],
                pd.DataFrame(
                    [{**sold, "origin": "A", "quantity": 1.5}, {**sold, "origin": "C", "quantity": 0.1}]
                ),
            ]
        ),
    )
    base, data = cleared(world, ("trade", "metal:A>B", "limit", [0.0]))
    assert data.price.sel(node="metal@A").values == pytest.approx(np.zeros(12), abs=1e-9)
    before = base.balanced.plant_q[base.net.plants.index("mine_big")]
    assert data.output.sel(plant="mine_big").values * 12 == pytest.approx(np.full(12, before), rel=0.01)


def test_a_recycler_makes_no_more_than_the_scrap_there_is():
    world = one_node(mines=1)
    extra = {"source": "example", "quality": "reported"}
    process = {
        "process": "metal_recycling",
        "name": "scrap",
        "kind": "extraction",
        "output": "metal",
        **extra,
    }
    flow = {"process": "metal_recycling", "commodity": "metal", "role": "output", "coefficient": 1, **extra}
    plant = world["plants"].iloc[0].to_dict() | {
        "plant": "scrap",
        "process": "metal_recycling",
        "output": 10.0,
    }
    rate = {
        "commodity": "metal",
        "region": "A",
        "lifetime": 10,
        "shape": 3,
        "collection": 0.3,
        "recovery": 0.5,
    }
    world = world.with_(
        processes=pd.concat([world["processes"], pd.DataFrame([process])]),
        flows=pd.concat([world["flows"], pd.DataFrame([flow])]),
        plants=pd.concat([world["plants"], pd.DataFrame([plant])]),
        recycling=pd.DataFrame([{**rate, **extra}]),
    )
    base = calibrate(world)
    i = base.net.plants.index("scrap")
    used = base.balanced.demand_q[
        0
    ]  # steady sales: what is sold comes back, 30 % collected, half of it recovered
    assert base.plant_cap[i] == pytest.approx(0.15 * used, rel=1e-6)
    data = (
        Engine(base, Settings(periods=3))
        .clear([News(0, (Change("plants", ("mine0",), "availability", np.array([0.5])),))])
        .data
    )
    assert data.output.sel(plant="scrap").to_numpy() * 12 == pytest.approx(np.full(3, 0.15 * used), rel=1e-6)
