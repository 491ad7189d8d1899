"""Floors and sodium-ion cells in the plan: cost and effect are those of the floor and of the hedge."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from oreflow.atlas import bundled
from oreflow.atlas.check import check
from oreflow.cli import run
from oreflow.errors import DataError, UnknownNameError
from oreflow.market import Change, News, Settings, calibrate
from oreflow.report.answers.plan import document
from oreflow.report.faces import terminal
from oreflow.respond.floor import Terms, assess, financed, hurdles, project_like, project_of
from oreflow.respond.hedge import breakeven, intensity, terms_of_conversion
from oreflow.respond.plan import LossCase, PlanSpec, measures, plan, priced, rank
from oreflow.respond.plan.measures import annuity
from oreflow.respond.prices import Paths
from oreflow.shock.ranges import Range
from tests.respond.plan.worlds import island, measure, with_measures

FLOOR = {
    "kind": "floor", "table": "plants", "row": "mining@A", "most": 120.0, "capital": 1000.0, "life": 4.0,
    "running": None, "use_cost": 900.0, "lead": 12.0, "strike": 3000.0, "years": 3.0, "upside": None,
}  # fmt: skip
"""120 t a year that cost 1,000 USD a tonne a year to build and 900 to run, promised 3,000 for three years."""


@pytest.fixture
def known(monkeypatch):
    """Set the price of each future, for all time."""

    def to(*prices: float) -> None:
        def futures(world, node, *, start, months, draws, seed):
            levels = np.resize(np.array(prices), draws)
            return Paths(np.repeat(levels[:, None], months, axis=1), 1, start, node)

        monkeypatch.setattr(priced, "futures", futures)
        priced._floor.cache_clear()

    yield to
    priced._floor.cache_clear()


def paid_by_hand(gap: float) -> float:
    """Present payment: nothing in the year of building, nine tenths of 120 t after a year's ramp, by the quarter."""
    total = 0.0
    for quarter in range(12):
        made = sum(9.0 * min(max(month - 11, 0) / 12, 1.0) for month in range(3 * quarter, 3 * quarter + 3))
        total += gap * made * 1.08 ** (-(quarter + 1) / 4)
    return total


def test_a_floor_at_a_known_price_is_plain_arithmetic(known):
    """At 1,000 USD/t no draw earns the outlay back; at 3,000 for two years of output every one does."""
    known(1000.0)
    m = measures(island(measure("floor", **FLOOR)))[0]
    assert m.effect == 1.0
    assert m.capital == pytest.approx(paid_by_hand(2000.0) / 120.0, rel=1e-12)
    assert (m.capital_low, m.capital_high) == (pytest.approx(m.capital), pytest.approx(m.capital))
    assert (m.lot, m.life, m.use_cost) == (120.0, 4.0, 900.0)
    # Five years hold the whole of its service, three a half of it less what is later.
    assert m.cost(1000.0, 100.0, years=5, rate=0.08) == pytest.approx(m.capital)
    part = annuity(1, 3, 0.08) / annuity(1, 5, 0.08)
    assert m.cost(1000.0, 100.0, years=3, rate=0.08) == pytest.approx(part * m.capital)


def test_only_what_the_floor_adds_counts_and_its_cost_has_a_range(known):
    """In half of the futures the price is 5,000: the project is built without the floor, and nothing is paid."""
    known(1000.0, 5000.0)
    m = measures(island(measure("floor", **FLOOR)))[0]
    assert m.effect == 0.5
    assert m.capital == pytest.approx(paid_by_hand(2000.0) / 240.0, rel=1e-12)
    assert m.capital_low == 0.0
    assert m.capital_high == pytest.approx(paid_by_hand(2000.0) / 120.0, rel=1e-12)
    assert "chance of 100% with it and of 50% without" in m.note


def test_a_floor_that_takes_more_than_it_gives_finances_nothing(known):
    known(4000.0)
    costly = FLOOR | {"capital": 4500.0, "upside": 1.0}
    m = measures(island(measure("floor", **costly)))[0]
    assert m.effect == 0.0
    assert m.capital < 0.0
    assert m.cost(1000.0, 0.0, years=10, rate=0.08) == 0.0


def test_a_floor_that_finances_nothing_says_so(known):
    known(1000.0)
    idle = measure("low", **FLOOR | {"strike": 1010.0, "lead": 1.0})
    world = island(idle, measure("stock", running=10.0))
    case = LossCase(targets="plants", names=("mine0",), chance=1.0, months=12, draws=1, onset=(24.0, 24.0))
    spec = PlanSpec(
        name="island",
        region="A",
        minerals=("x",),
        years=5.0,
        spans=(12,),
        tail=1.0,
        weights=(),
        cases=(case,),
    )
    found = plan(world, spec)
    judged = {j.measure.measure: j for j in found.judged}
    assert judged["low"].verdict == "buys nothing: it finances nothing more"
    assert judged["low"].alone == pytest.approx(0.0, abs=1e-6)
    assert judged["stock"].verdict == "in the plan"
    page = " ".join(terminal.render(document(found, world)).split())
    assert "What floors pay and finance Do low Price guaranteed" in page
    news = (News(0, (Change("plants", ("mine0",), "availability", np.array([0.0])),)),)
    ranked = rank(world, calibrate(world), news, settings=Settings(periods=12, stride=12, ahead=(3, 3, 6)))
    assert {r.measure.measure: r.verdict for r in ranked.rows}["low"] == "buys nothing"


def floor_on_bald_hill(**given):
    """The idle mine of the atlas as a measure, with the months that it takes to restart."""
    world = bundled()
    plant = world["plants"].set_index("plant").loc["bald_hill"]
    row = measure(
        "bald", kind="floor", table="plants", row="bald_hill", region="AUS", commodity="lithium_concentrate",
        most=float(plant["capacity"]), capital=None, running=None, use_cost=None, lead=6.0, strike=9000.0, years=5.0,
        upside=0.2,
    )  # fmt: skip
    return with_measures(world, row | given)


def test_the_plan_and_the_floor_say_the_same():
    """The same terms, futures and rate: the same payments and chances, to the last digit."""
    world = floor_on_bald_hill()
    m = measures(world)[0]
    project = project_of(world, "bald_hill")
    terms = Terms(strike=9000.0, node=project.node, years=5.0, upside=0.2)
    told = assess(world, [(terms, project)], rate=0.08, draws=priced.DRAWS, market=False).floors[0]
    f = told.financing
    assert f is not None
    assert m.capital == told.payout.mean / project.capacity
    assert m.capital_high == told.payout.quantile(0.95) / project.capacity
    assert m.effect == max(f.expected_capacity, 0.0) / project.capacity
    assert m.use_cost == float(world["plants"].set_index("plant").loc["bald_hill", "cost"])
    # A half of the output can be covered; what is financed is the whole.
    half = measures(floor_on_bald_hill(most=project.capacity / 2))[0]
    some = assess(
        world,
        [(replace(terms, quantity=project.capacity / 2), project)],
        rate=0.08,
        draws=priced.DRAWS,
        market=False,
    ).floors[0]
    assert half.capital * half.most == pytest.approx(some.payout.mean, rel=1e-12)
    assert some.financing is not None
    assert half.effect * half.most == pytest.approx(max(some.financing.expected_capacity, 0.0), rel=1e-12)


def test_the_command_says_what_the_plan_says(capsys):
    m = measures(floor_on_bald_hill(upside=None))[0]
    asked = "floor --project bald_hill --strike 9000 --years 5 --rate 0.08 --draws 1000 --no-market --json"
    assert run(asked.split()) == 0
    said = json.loads(capsys.readouterr().out)["floors"][0]
    assert m.capital * m.most == pytest.approx(said["cost_usd"]["mean"], rel=1e-9)
    added = said["financing"]["prob_with"] - said["financing"]["prob_without"]
    assert m.effect == pytest.approx(max(added, 0.0), abs=1e-12)


def test_what_the_bundled_floor_is_said_to_need():
    """The constant price at which the project of the bundled floor just pays, all numbers at their middle."""
    [m] = measures(bundled(), names=("us_lithium_floor",))
    world = bundled()
    size = m.most
    capital = Range(72_500 * size, 72_500 * size, 72_500 * size)
    built = project_like(world, "lithium_brine", name="x", capacity=size, cash=6238.0, capital=capital)
    wacc = hurdles("lithium_brine")["wacc"].value
    flat = replace(built, build=54, life=25, operating=Range(6238, 6238, 6238), wacc=Range(wacc, wacc, wacc))

    def value(price: float) -> float:
        paths = Paths(np.full((2, flat.months), price), 1, "2026-01", flat.node)
        return float(financed(flat, Terms(strike=0, node=flat.node, years=1), paths).npv_without[0])

    assert value(19_850) < 0 < value(19_950)
    assert "19900 USD/t at 10 %" in m.note
    assert 0.0 < m.effect < 1.0
    assert m.capital_low < m.capital < m.capital_high


def test_the_cost_of_sodium_is_the_hedges():
    world = bundled()
    turn, build = measures(world, names=("catl_sodium_storage", "us_sodium_storage"))
    told, known = breakeven(world), terms_of_conversion()
    assert turn.use_cost == told.threshold
    assert turn.effect == pytest.approx(1000.0 * intensity(world).cell)
    convert = known["conversion_cost"].range
    ends = [1e6 * v for v in (convert.low, convert.value, convert.high)]
    assert [turn.capital_low, turn.capital, turn.capital_high] == pytest.approx(ends)
    assert turn.life == known["horizon"].value
    assert build.use_cost == pytest.approx((70.0 + told.premium.value) * 1e6)
    # Saving the lithium of a GWh at the break-even price costs the premium and the lithium at the price of today.
    each = turn.effect * (turn.use_cost - told.price)
    assert each == pytest.approx(told.premium.value * 1e6)
    table = world["parameters"].copy()
    table.loc[table["parameter"] == "pack_sodium_premium", "value"] = 12.0
    other = world.with_(parameters=table)
    turn, build = measures(other, names=("catl_sodium_storage", "us_sodium_storage"))
    assert turn.use_cost == breakeven(other).threshold < told.threshold
    assert build.use_cost == pytest.approx(82e6)


def test_a_cost_of_the_users_own_stands():
    world = bundled()
    table = world["measures"].copy()
    table.loc[table["measure"] == "catl_sodium_storage", ["use_cost", "effect", "capital"]] = [
        20_000,
        490,
        7e6,
    ]
    [own] = measures(world.with_(measures=table), names=("catl_sodium_storage",))
    assert (own.use_cost, own.effect, own.capital) == (20_000.0, 490.0, 7e6)


@pytest.mark.parametrize(
    ("given", "error", "says", "found"),
    [
        ({"strike": None}, DataError, r"measures\.floor\.strike: the floor does not say", {"measures.floor"}),
        ({"years": None}, DataError, r"measures\.floor\.years: the floor does not say", {"measures.floor"}),
        ({"table": "trade", "row": "metal:A>A", "attribute": "limit"}, DataError, "a floor is for a project",
         {"measures.floor"}),
        ({"row": "minning@A"}, UnknownNameError, "Did you mean 'mining'", {"measures.plant"}),
        ({"use_cost": None}, DataError, r"measures\.floor\.use_cost", {"measures.use"}),
        ({"capital": None}, DataError, "knows no capital cost of 'mining'", set()),
        ({"row": "mine0", "most": 1e6}, DataError, r"measures\.floor\.most: .* Lower most", set()),
    ],
)  # fmt: skip
def test_a_floor_without_what_it_needs_is_refused(known, given, error, says, found):
    known(1000.0)
    row = {**measure("floor", **FLOOR), **given}
    world = island(row)
    with pytest.raises(error, match=says):
        measures(world)
    assert {f.check for f in check(world, families=["measures"])} == found


def test_a_floor_on_a_price_that_nothing_is_known_of_is_refused():
    with pytest.raises(
        DataError, match=r"measures\.floor\.row: nothing is known of how the price of metal@A"
    ):
        measures(island(measure("floor", **FLOOR)))


@pytest.mark.parametrize(
    "given",
    [
        {**FLOOR, "running": 5.0},
        {**FLOOR, "upside": 1.5},
        {"strike": 5.0},
        {"years": 5.0},
        {"upside": 0.5},
    ],
)
def test_checks_of_terms(given):
    assert {f.check for f in check(island(measure("m", **given)), families=["measures"])} == {
        "measures.floor"
    }


def test_absent_numbers_are_one_nan():
    """So that equal measures are equal, and a floor is judged once a world."""
    one, two = measures(island(measure("m"))), measures(island(measure("m")))
    assert one == two
    assert math.isnan(one[0].strike)
    world = bundled()
    again = world.with_(measures=pd.DataFrame(world["measures"]))
    assert measures(world, names=("us_lithium_floor",)) == measures(again, names=("us_lithium_floor",))
