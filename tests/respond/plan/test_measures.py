"""Measures: what they cost, which fit, and what is refused."""

from __future__ import annotations

import math

import pytest

from oreflow.atlas import bundled
from oreflow.atlas.check import check
from oreflow.errors import DataError, UnknownNameError, UsageError
from oreflow.respond.plan import measures
from oreflow.respond.plan.measures import annuity
from tests.respond.plan.worlds import island, measure


def of(**given):
    return measures(island(measure("m", **given)))[0]


def test_annuity_is_the_integral():
    assert annuity(0, math.inf, 0.08) == pytest.approx(1 / math.log(1.08))
    steps = [math.exp(-math.log(1.08) * (2 + (i + 0.5) / 1000)) / 1000 for i in range(3000)]
    assert annuity(2, 5, 0.08) == pytest.approx(sum(steps), rel=1e-6)


def test_a_stock_costs_interest_and_storage():
    m = of(capital=None, running=10.0)
    cost = m.cost(1000.0, 0.0, years=10, rate=0.08)
    assert cost == pytest.approx(1000 * (1 - 1.08**-10) + 10 * annuity(0, 10, 0.08))


def test_a_plant_bears_the_years_that_the_horizon_has_of_it():
    given = {"table": "plants", "row": "mining@A", "use_cost": 1.0, "capital": 600.0, "life": 20.0}
    whole = of(**given).cost(0.0, 0.0, years=20, rate=0.08)
    part = of(**given).cost(0.0, 0.0, years=10, rate=0.08)
    assert whole == pytest.approx(600.0)
    assert part == pytest.approx(600 * annuity(0, 10, 0.08) / annuity(0, 20, 0.08))
    late = of(**given, lead=120.0).cost(0.0, 0.0, years=10, rate=0.08)
    assert late == 0.0


def test_earnings_pay_for_it_down_to_nought_and_only_where_they_are_its_own():
    given = {"table": "plants", "row": "mining@A", "use_cost": 1.0, "capital": 600.0, "life": 10.0}
    bare = of(**given).cost(0.0, 30.0, years=10, rate=0.08)
    own = of(**given, earns=True).cost(0.0, 30.0, years=10, rate=0.08)
    assert bare == pytest.approx(600.0)
    assert own == pytest.approx(600.0 - 30 * annuity(0, 10, 0.08))
    assert of(**given, earns=True).cost(0.0, 300.0, years=10, rate=0.08) == 0.0


def test_the_ends_of_the_costs():
    m = of(capital=100.0, capital_low=50.0, capital_high=400.0, life=10.0)
    low, mid, high = (m.cost(0.0, 0.0, years=10, rate=0.08, end=e) for e in ("low", "", "high"))
    assert (low, mid, high) == (pytest.approx(50), pytest.approx(100), pytest.approx(400))


@pytest.mark.parametrize(
    ("asked", "error", "says"),
    [
        ({"names": ("stok",)}, UnknownNameError, "stock"),
        ({"minerals": ("lithum",)}, UnknownNameError, "mineral"),
        ({"region": "Z"}, UnknownNameError, "region"),
        ({"firm": "nobody"}, UnknownNameError, "firm"),
    ],
)
def test_unknown_names_carry_the_nearest(asked, error, says):
    with pytest.raises(error, match=says):
        measures(island(measure("stock")), **asked)


def test_a_measure_without_cost_is_refused_with_its_row():
    world = island(measure("free", capital=None, running=None))
    with pytest.raises(DataError, match=r"measures\.free\.capital"):
        measures(world)
    assert any(f.check == "measures.cost" and f.key == "free" for f in check(world, families=["measures"]))


def test_none_that_fits_says_so():
    with pytest.raises(UsageError, match="--with"):
        measures(bundled(), region="GAB")


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"capital": 5.0, "capital_low": 6.0, "capital_high": 7.0}, "measures.range"),
        ({"lead": 5.0, "lead_low": 6.0, "lead_high": 7.0}, "measures.lead"),
        ({"most": 0.0}, "measures.size"),
        ({"lot": 200.0}, "measures.size"),
        ({"running": -1.0}, "measures.negative"),
        ({"drawdown": None}, "measures.drawdown"),
        ({"row": "metal"}, "measures.row"),
        ({"attribute": "ceiling"}, "measures.attribute"),
        ({"table": "plants", "row": "smithing@A", "use_cost": 1.0}, "measures.plant"),
        ({"table": "plants", "row": "mining@A"}, "measures.use"),
    ],
)
def test_checks_find_each_fault(given, what):
    assert {f.check for f in check(island(measure("m", **given)), families=["measures"])} == {what}


def test_the_bundled_measures_are_sound():
    world = bundled()
    assert check(world, families=["measures"]) == []
    table = world["measures"]
    assert {"USA", "CHN"} <= set(table["region"])
    known = set(world.sources["source"])
    assert all(set(s.split(";")) <= known for s in table["source"])
    # Every figure that is no assumption of ours has an address; every assumption says so.
    assert all("ssumed" in n or s != "oreflow" for n, s in zip(table["note"], table["source"], strict=True))
