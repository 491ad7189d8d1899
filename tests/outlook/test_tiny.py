"""Every equation of the outlook on a world small enough for paper."""

from math import exp, log

import numpy as np
import pytest

from oreflow.errors import UnknownNameError, UsageError
from oreflow.outlook import outlook
from oreflow.outlook.activity import FIRST, NOW, PRODUCTS
from oreflow.outlook.drivers import central, draws
from oreflow.outlook.levers import Moves, moves
from oreflow.outlook.minerals import mineral
from oreflow.outlook.model import Model
from oreflow.outlook.place import place
from oreflow.outlook.stock import survival
from tests.outlook.conftest import with_parameter

YIELD = 0.93 * 0.98
CAR = PRODUCTS.index("ev_car")


def at(path, year):
    return float(np.asarray(path)[..., year - FIRST].squeeze())


@pytest.fixture(scope="module")
def model(tiny):
    return Model(tiny, mineral("lithium"), place(tiny, "A"), scenario="STEPS", chemistry="LFP")


@pytest.fixture(scope="module")
def base(model):
    return model.balance(central(model.drivers), Moves())


def test_sales_grow_at_a_constant_rate_to_2030_and_then_as_the_agencys_cars(base):
    cars = base.demand.energy[:, CAR]
    for year, energy in ((2023, 0.0), (2024, 1.0), (2027, 2.0), (2030, 4.0), (2035, 6.0), (2040, 8.0)):
        assert at(cars, year) == pytest.approx(energy), year


def test_chemistry_moves_by_log_odds(base):
    # From one half at the log-odds of the scenario: ln(0.8/0.2) - 0 by 2040, a straight line in shares between.
    assert at(base.demand.families["lfp_cell"], 2040) == pytest.approx(8 * 0.8 * 500 / YIELD)
    assert at(base.demand.families["nmc_cell"], 2040) == pytest.approx(8 * 0.2 * 600 / YIELD)
    third = 0.5 + 0.3 / 3
    odds = log(third / (1 - third))
    assert at(base.demand.families["lfp_cell"], 2030) == pytest.approx(4 * 500 / YIELD / (1 + exp(-odds)))


def test_demand_is_cells_and_other_uses_without_hoards(base):
    assert at(base.demand.parts["ev_car"], 2024) == pytest.approx((0.5 * 500 + 0.5 * 600) / YIELD)
    assert at(base.demand.parts["other_uses"], 2035) == pytest.approx(1000.0)
    assert at(base.demand.total, 2040) == pytest.approx(8 * (0.8 * 500 + 0.2 * 600) / YIELD + 1000)


def test_supply_of_today_falls_and_ore_counts_as_what_can_be_refined_of_it(base):
    assert at(base.supply.mined["today"], 2025) == pytest.approx(300 + 250 / 1.25)
    assert at(base.supply.mined["today"], 2030) == pytest.approx((300 + 250 / 1.25) * 0.99**5)
    assert at(base.supply.refined["today"], 2030) == pytest.approx(300 + 120)


def test_a_project_gives_its_size_times_its_odds_times_how_far_it_has_come(base):
    # Start 2027, two years to grow, a mean delay of 1.5: the middle of 2030 is 3.5 years on.
    def area(v):
        return v - 1.5 * (1 - exp(-v / 1.5))

    reached = (area(3.5) - area(1.5)) / 2
    assert at(base.supply.mined["evaluation"], 2030) == pytest.approx(1000 * 0.9 * 0.35 * reached)
    assert at(base.supply.mined["evaluation"], 2026) == 0


def test_old_scrap_is_what_cars_leave_times_collection_and_recovery(base):
    kept = survival(29, 15.0, 3.5)
    held = [0.0] * 29
    for year in range(2024, 2041):
        i = year - FIRST
        lfp = at(base.demand.families["lfp_cell"], year) * YIELD
        nmc = at(base.demand.families["nmc_cell"], year) * YIELD
        held[i] = lfp + nmc
    left = [sum(kept[t, c] * held[c] for c in range(t + 1)) for t in range(29)]
    scrapped = [held[t] - left[t] + (left[t - 1] if t else 0.0) for t in range(29)]
    for year in (2030, 2040):
        by_hand = (scrapped[year - FIRST] - scrapped[NOW]) * 0.5 * 0.8
        assert at(base.supply.mined["scrap"], year) == pytest.approx(by_hand), year


def test_the_gap_is_demand_less_supply(base):
    for stage, wanted in (("mined", base.demand.mined), ("refined", base.demand.total)):
        assert base.gap(stage) == pytest.approx(wanted - base.supply.total(stage))


def test_policies_do_what_they_say(tiny, model, base):
    halved = model.balance(central(model.drivers), moves(tiny, model.where, "lithium", ["cars_halved"]))
    assert at(halved.demand.parts["ev_car"], 2027) == pytest.approx(at(base.demand.parts["ev_car"], 2027))
    assert at(halved.demand.parts["ev_car"], 2035) == pytest.approx(
        0.5 * at(base.demand.parts["ev_car"], 2035)
    )
    floor = model.balance(central(model.drivers), moves(tiny, model.where, "lithium", ["floor"]))
    lift = (0.35 + 0.65 * 0.3) / 0.35
    assert at(floor.supply.mined["evaluation"], 2040) == pytest.approx(
        lift * at(base.supply.mined["evaluation"], 2040)
    )
    assert not moves(tiny, model.where, "lithium", ["elsewhere"]).levers


def test_policies_on_either_side_add_up_and_the_page_has_their_sum(tiny):
    # One moves demand alone and the other supply alone, but for the scrap of the cars that are not sold.
    made = outlook(tiny, region="A", minerals_=["lithium"], policies=["cars_halved", "floor"], draws_=5)
    change = {(e.policy, e.year): e.change for e in made.mineral("lithium").effects if e.stage == "mined"}
    assert change["together", 2035] == pytest.approx(change["cars_halved", 2035] + change["floor", 2035])
    assert change["cars_halved", 2035] < 0
    assert change["floor", 2035] < 0


@pytest.mark.parametrize(("driver", "sign"), [
    ("ev_level", 1), ("other_growth", 1), ("mine_decline", 1), ("project_delay", 1),
    ("vehicle_life", -1), ("collection", -1), ("cell_yield", -1), ("project_odds", -1), ("lfp_shift", -1),
])  # fmt: skip
def test_every_driver_moves_the_gap_one_way(model, driver, sign):
    of, d = central(model.drivers), model.drivers[driver]

    def gap(value):
        return at(model.balance({**of, driver: np.array([[value]])}, Moves()).gap("mined"), 2040)

    assert sign * (gap(d.high) - gap(d.low)) > 0


def test_a_longer_life_takes_fewer_cars_for_the_same_growth_of_the_fleet(tiny):
    # In a fleet of one kind: sold = growth of the fleet + replacement, and replacement falls with life.
    where = place(tiny, "A")
    model = Model(tiny, mineral("lithium"), where, scenario="STEPS", chemistry="LFP")
    of = central(model.drivers)
    sold = [
        model.demand.evaluate({**of, "vehicle_life": np.array([[v]])}, Moves()).energy[0, CAR]
        for v in (12.0, 15.0, 18.0)
    ]
    assert sold[0][NOW + 1 :].sum() > sold[1][NOW + 1 :].sum() > sold[2][NOW + 1 :].sum()
    assert sold[0][: NOW + 1] == pytest.approx(sold[2][: NOW + 1])
    again = model.demand.evaluate({**of, "vehicle_life": np.array([[15.0 + 1e-9]])}, Moves()).energy[0, CAR]
    assert again == pytest.approx(sold[1], rel=1e-6)


def test_draws_are_the_same_for_a_seed_and_one_alone_is_one_of_many(model):
    a, b = (draws(model.drivers, 6, seed=3) for _ in range(2))
    assert all((a[k] == b[k]).all() for k in a)
    assert any((draws(model.drivers, 6, seed=4)[k] != a[k]).any() for k in a)
    many = model.balance(a, Moves()).gap("refined")
    one = model.balance({k: v[2:3] for k, v in a.items()}, Moves()).gap("refined")
    assert many[2] == pytest.approx(one[0])
    assert all(d.low <= a[k].min() and a[k].max() <= d.high for k, d in model.drivers.items())


def test_an_assumption_laid_over_the_world_moves_the_outlook(tiny):
    more = with_parameter(tiny, "cell_yield", 0.5)
    gap = [outlook(w, region="A", minerals_=["lithium"], draws_=2).mineral("lithium") for w in (tiny, more)]
    assert gap[1].demand[0].values[-1] == pytest.approx(gap[0].demand[0].values[-1] * 0.93 / 0.5)


def test_what_is_asked_for_wrongly_is_named_with_the_nearest(tiny):
    with pytest.raises(UnknownNameError, match="Did you mean 'lithium'"):
        outlook(tiny, region="A", minerals_=["lithum"])
    with pytest.raises(UnknownNameError, match="region or bloc"):
        outlook(tiny, region="B")
    with pytest.raises(UnknownNameError, match="Did you mean 'STEPS'"):
        outlook(tiny, region="A", minerals_=["lithium"], scenario="STEP")
    with pytest.raises(UnknownNameError, match="Did you mean 'floor'"):
        outlook(tiny, region="A", minerals_=["lithium"], policies=["flor"])
    with pytest.raises(UnknownNameError, match="scenario of chemistry"):
        outlook(tiny, region="A", minerals_=["lithium"], chemistry="NCX")
    for year in (2024, 2025, 2041):
        with pytest.raises(UsageError, match="base year is 2025 and the tables reach 2040"):
            outlook(tiny, region="A", minerals_=["lithium"], to=year)
    with pytest.raises(UsageError, match="0 draws"):
        outlook(tiny, region="A", minerals_=["lithium"], draws_=0)
