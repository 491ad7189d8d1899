"""What the IEA publishes of metal in batteries, and what a report says of the United States, against ours."""

import pytest

from oreflow.atlas import bundled
from oreflow.outlook.activity import FIRST, VEHICLES
from oreflow.outlook.drivers import central
from oreflow.outlook.levers import Moves
from oreflow.outlook.minerals import mineral
from oreflow.outlook.model import Model
from oreflow.outlook.place import place


@pytest.fixture(scope="module")
def world():
    return bundled()


def demand(world, name, where="world"):
    model = Model(world, mineral(name), place(world, where), scenario="STEPS", chemistry="LFP")
    return model, model.balance(central(model.drivers), Moves())


def in_vehicles(balance, year):
    return sum(float(balance.demand.parts[p][0, year - FIRST]) for p in VEHICLES)


# Critical Minerals Data Explorer, May 2025: electric vehicles, kt of the metal in 2024 and, in STEPS, in 2030.
@pytest.mark.parametrize(
    ("name", "factor", "in_2024", "in_2030"),
    [("lithium", 5.323, 109.03, 326.09), ("nickel", 1.0, 321.14, 959.08), ("cobalt", 1.0, 66.51, 143.15)],
)
def test_metal_in_vehicles_is_near_the_agencys(world, name, factor, in_2024, in_2030):
    _, balance = demand(world, name)
    # From kWh and BatPaC on one side and the agency's own chemistry on the other.
    assert in_vehicles(balance, 2024) == pytest.approx(in_2024 * 1000 * factor, rel=0.25)
    assert in_vehicles(balance, 2030) == pytest.approx(in_2030 * 1000 * factor, rel=0.25)


def test_ndpr_in_vehicles_is_the_agencys_of_2024_and_grows_with_vehicles(world):
    _, balance = demand(world, "rare_earths")
    drive = balance.demand.parts["drive"][0]
    # 6.57 kt of neodymium and 0.98 of praseodymium in 2024; 17.06 and 2.56 in STEPS in 2030.
    assert drive[2024 - FIRST] == pytest.approx(7550, rel=0.05)
    assert drive[2030 - FIRST] == pytest.approx(19620, rel=0.1)


def test_primary_supply_falls_short_in_2035_as_the_agency_has_it(world):
    # Global Critical Minerals Outlook 2025: 30 % for copper and 40 % for lithium, from announced projects.
    for name, published in (("copper", 0.30), ("lithium", 0.40)):
        _, b = demand(world, name)
        i = 2035 - FIRST
        scrap = float(b.supply.mined["scrap"][0, i])
        needed = float(b.demand.total[0, i]) - scrap
        mined = float(b.supply.total("mined")[0, i]) - scrap
        assert 1 - mined / needed == pytest.approx(published, abs=0.1), name


def test_n_1_is_near_the_agencys_once_the_largest_countrys_demand_is_taken_off(world):
    # Published for 2035: lithium and cobalt 65 %, nickel under 55 %, rare earths 35 to 40 %; graphite is not near.
    for name, low, high in (
        ("lithium", 0.55, 0.85),
        ("cobalt", 0.55, 0.85),
        ("nickel", 0.45, 0.65),
        ("rare_earths", 0.35, 0.5),
    ):
        model, _ = demand(world, name)
        assert low <= model.outside("refined", 2035) <= high, name
        assert model.concentration("refined", 2035).cover < model.outside("refined", 2035)
