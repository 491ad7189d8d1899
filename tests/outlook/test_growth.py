"""The outlook as a growth path of the market."""

import numpy as np
import pytest

from oreflow.atlas import bundled
from oreflow.errors import UnknownNameError, UsageError
from oreflow.market import Engine, News, Settings, calibrate
from oreflow.outlook.growth import growth


@pytest.fixture(scope="module")
def world():
    return bundled()


@pytest.fixture(scope="module")
def path(world):
    return growth(world, minerals_=["lithium"], months=24)


def test_nothing_moves_before_the_middle_of_2025(path):
    for c in path.changes:
        assert len(c.profile) == 24
        assert c.profile[:6] == pytest.approx(np.ones(6))


def test_demand_of_cars_follows_what_is_sold(world, path):
    t = world.sales
    sold = t[t["region"] == "USA"].groupby("year")["energy"].sum()
    change = next(c for c in path.changes if c.rows == ("ev_battery_usa",))
    # Months 17 and 18 lie on either side of the middle of 2026.
    yearly = (change.profile[17] + change.profile[18]) / 2
    assert yearly == pytest.approx((sold[2030] / sold[2024]) ** (1 / 6), rel=0.05)


def test_each_row_is_changed_once(path):
    for table in ("demands", "plants"):
        rows = [r for c in path.changes if c.table == table for r in c.rows]
        assert len(rows) == len(set(rows))


def test_what_no_plant_can_carry_is_told(path):
    assert all(q > 0 for _, q in path.left_out)


@pytest.mark.slow
def test_the_market_clears_on_the_path_and_more_supply_is_cheaper(world, path):
    engine = Engine(calibrate(world, scope=("lithium",)), Settings(periods=15))
    still = engine.clear()
    grown = engine.clear([News(0, path.changes)])
    demand = engine.clear([News(0, tuple(c for c in path.changes if c.table == "demands"))])

    def of(outcome, what, rows, name):
        return float(outcome.data[what].sel({rows: name}).isel(period=-1))

    node = "lithium_carbonate@CHN"
    assert of(grown, "served", "demand", "ev_battery_usa") > of(still, "served", "demand", "ev_battery_usa")
    assert of(grown, "price", "node", node) < of(demand, "price", "node", node)
    assert of(demand, "price", "node", node) > of(still, "price", "node", node)
    assert of(grown, "output", "plant", "silver_peak") > of(still, "output", "plant", "silver_peak")


def test_a_path_outside_the_outlook_is_refused(world):
    with pytest.raises(UsageError, match="must lie within 2025 to 2040"):
        growth(world, start="2039-06", months=60)
    with pytest.raises(UsageError, match="not a month"):
        growth(world, start="2039")
    with pytest.raises(UnknownNameError, match="mineral"):
        growth(world, minerals_=["unobtainium"])
