"""The harm of a set against the engine and against cold solves; and that losing more never helps."""

from __future__ import annotations

import contextlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oreflow.errors import NumericalError, UnknownNameError, UsageError
from oreflow.market import Change, calibrate
from oreflow.shock.attack import Losses, Measure, candidates, periods
from tests.market.test_properties import COMMON, worlds
from tests.market.worlds import chemistries, two_regions
from tests.shock.attack.oracle import backed_up, cold, harm, owned_world, sets

MEASURES = [
    ("welfare", None),
    ("price", "metal"),
    ("price", "ore"),
    ("shortage", "metal"),
    ("shortage", "ore"),
]


@pytest.fixture(scope="module")
def small():
    world = owned_world()
    return world, calibrate(world)


def losses(
    world, base, kind="plants", objective="welfare", commodity=None, *, months=6, region=None, **options
):
    measure = Measure.of(world, base, objective, commodity=commodity, region=region)
    trade = options.pop("trade", False)
    return Losses(base, candidates(world, base, kind, trade=trade), measure, months=months, **options)


@pytest.mark.parametrize(("objective", "commodity"), MEASURES)
@pytest.mark.parametrize("kind", ["plants", "countries", "firms", "passages", "trade"])
def test_every_set_does_the_harm_that_the_engine_finds(small, kind, objective, commodity):
    world, base = small
    trade = kind == "trade"
    market = losses(world, base, "countries" if trade else kind, objective, commodity, trade=trade)
    for s in sets(len(market.candidates), 2):
        lost = [market.candidates[i] for i in s]
        expected = harm(base, market.measure, lost, 6)
        scale = {"welfare": 1e-7 * abs(cold(base, (), periods(6))), "price": 1e-3, "shortage": 1e-4}[
            objective
        ]
        assert market.harm(s).value == pytest.approx(expected, rel=1e-5, abs=scale), [c.key for c in lost]


@COMMON
@given(worlds(), st.sampled_from(["plants", "countries", "trade"]), st.sampled_from([1, 6, 14]), st.data())
def test_losing_more_never_helps(world, kind, months, data):
    base = calibrate(world)
    trade = kind == "trade"
    with contextlib.suppress(NumericalError):
        market = losses(world, base, "countries" if trade else kind, months=months, workers=1, trade=trade)
        assert market.monotone
        n = len(market.candidates)
        few = frozenset(data.draw(st.sets(st.integers(0, n - 1), max_size=n - 1)))
        more = few | frozenset(data.draw(st.sets(st.integers(0, n - 1), min_size=1)))
        assert market.harm(more).value >= market.harm(few).value - 10.0 * market.precision


@settings(COMMON, max_examples=12)
@given(worlds(), st.data())
def test_a_set_is_worth_the_same_whatever_was_solved_before(world, data):
    base = calibrate(world)
    with contextlib.suppress(NumericalError):
        market = losses(world, base, workers=1)
        n = len(market.candidates)
        asked = data.draw(st.lists(st.frozensets(st.integers(0, n - 1), max_size=3), min_size=1, max_size=5))
        warm = [h.value for h in market.many(asked, keep=True) if h is not None]
        assert len(warm) == len(asked)
        fresh = losses(world, base, workers=1)
        for s, value in zip(reversed(asked), reversed(warm), strict=True):
            assert fresh.harm(s).value == pytest.approx(value, rel=1e-6, abs=100.0 * market.precision)


def test_several_solvers_find_what_one_finds(small):
    one, three = (losses(*small, workers=w) for w in (1, 3))
    asked = sets(len(one.candidates), 2)
    assert [h.value for h in one.many(asked)] == pytest.approx(
        [h.value for h in three.many(asked)], rel=1e-9, abs=one.precision
    )


def test_what_is_known_is_not_solved_again(small):
    market = losses(*small)
    market.many([frozenset([0]), frozenset([1]), frozenset([0])])
    assert market.solves == 2
    market.harm([1])
    assert market.solves == 2


def test_a_longer_loss_hurts_more(small):
    harms = [losses(*small, months=m).harm([0]).value for m in (1, 3, 6, 12)]
    assert harms == sorted(harms)
    assert harms[0] > 0


def test_the_longest_detour_counts_once(small):
    world, base = small
    market = losses(world, base, "passages")
    keys = [c.key for c in market.candidates]
    both = market.harm([keys.index("strait"), keys.index("canal")]).value
    parts = [market.harm([keys.index(k)]).value for k in ("strait", "canal")]
    assert max(parts) <= both + market.precision


def test_a_region_narrows_a_shortage_and_a_price(small):
    world, base = small
    everywhere = losses(world, base, objective="shortage", commodity="metal").harm([0]).value
    parts = [
        losses(world, base, objective="shortage", commodity="metal", region=r).harm([0]).value for r in "BC"
    ]
    assert sum(parts) == pytest.approx(everywhere)
    prices = {
        r: losses(world, base, objective="price", commodity="metal", region=r).harm([0]).value for r in "BC"
    }
    assert losses(world, base, objective="price", commodity="metal").harm([0]).value == pytest.approx(
        prices["B"]
    )


def test_users_that_are_lost_go_short_of_nothing(small):
    world, base = small
    market = losses(world, base, objective="shortage", commodity="ore")
    at = {c.key: i for i, c in enumerate(market.candidates)}
    # With the smelter gone ore is plentiful for the one that is left.
    assert market.harm([at["smelter"]]).value <= 1e-6
    assert market.harm([at["mine_big"]]).value > 1.0


def test_a_price_may_ease_when_more_is_lost(small):
    world, base = small
    market = losses(world, base, objective="price", commodity="ore")
    at = {c.key: i for i, c in enumerate(market.candidates)}
    assert not market.monotone
    assert market.harm([at["mine_big"], at["smelter"]]).value < market.harm([at["mine_big"]]).value


def test_what_holds_in_any_case_changes_the_harm(small):
    world, base = small
    less = Change("demands", ("d_b",), "quantity", np.array([0.9]))
    duty = Change("trade", ("ore:A>B",), "tariff", np.array([0.1]))
    without, with_less, with_duty = (
        losses(world, base, changes=c).harm([0]).value for c in ((), (less,), (duty,))
    )
    assert with_less < 0.95 * without
    assert with_duty != pytest.approx(without, rel=1e-6)
    with pytest.raises(UnknownNameError):
        losses(world, base, changes=(Change("plant", ("mine_c",), "capacity", np.array([2.0])),))


@pytest.mark.parametrize("attribute", ["quantity", "quota"])
def test_another_plan_on_the_same_market_is_worth_what_it_is_alone(small, attribute):
    world, base = small
    market = losses(world, base)
    singles = [frozenset([i]) for i in range(len(market.candidates))]
    market.many(singles, keep=True)
    plan = {
        "quantity": Change("demands", ("d_b",), "quantity", np.array([0.9])),
        "quota": Change("trade", ("ore:A>B", "ore:C>B"), "quota", np.array([155.0])),
    }[attribute]
    moved, alone = market.under((plan,)), losses(world, base, changes=(plan,))
    for s in sets(len(market.candidates), 2):
        assert moved.harm(s).value == pytest.approx(
            alone.harm(s).value, rel=1e-6, abs=100.0 * alone.precision
        )
    assert moved.harm(singles[0]).value != pytest.approx(market.harm(singles[0]).value, rel=1e-9)


def test_a_plan_that_lasts_is_in_the_price_after(small):
    world, base = small
    halved = Change("plants", ("mine_big",), "availability", np.array([0.5]))
    market = losses(world, base, changes=(halved,))
    assert market._far[base.net.nodes.index("metal@B")] > 1.05 * base.price[base.net.nodes.index("metal@B")]
    assert losses(world, base)._far is base.price


def test_a_plant_with_a_minimum_is_not_called_monotone():
    world = two_regions()
    processes = world.processes
    processes.loc[processes["process"] == "mining", "min_run"] = 0.4
    forced = world.with_(processes=processes)
    market = losses(forced, calibrate(forced))
    assert not market.monotone
    assert market.released == ["mine_big", "mine_small", "mine_c"]


def test_what_an_offtake_is_lifted_from_is_not_called_monotone():
    world = two_regions()
    row = {
        "offtake": "o", "plant": "mine_c", "firm": "f", "quantity": 3.0, "destination": "B", "binding": True,
        "source": "example", "quality": "assumed",
    }  # fmt: skip
    marked = {"source": "example", "quality": "assumed", "firm": "f", "name": "F", "region": "A"}
    bound = world.with_(offtakes=pd.DataFrame([row]), firms=pd.DataFrame([marked]))
    base = calibrate(bound)
    assert losses(bound, base).released == ["mine_c"]
    cut_off = losses(bound, base, "countries", trade=True)
    assert cut_off.released == ["mine_c", "ore:C>B"]
    assert not cut_off.monotone


def test_mixes_use_cells():
    world = chemistries()
    base = calibrate(world)
    market = losses(world, base, objective="shortage", commodity="lfp_cell")
    at = {c.key: i for i, c in enumerate(market.candidates)}
    lost = [market.candidates[at["lfp"]]]
    assert market.harm([at["lfp"]]).value == pytest.approx(harm(base, market.measure, lost, 6), rel=1e-6)
    assert market.harm([at["lfp"]]).value > 100.0


def test_twins_stand_in_for_each_other():
    world = backed_up()
    market = losses(world, calibrate(world), months=12)
    at = {c.key: i for i, c in enumerate(market.candidates)}
    alone = {k: market.harm([i]).value for k, i in at.items()}
    assert alone["solo"] > 3.0 * alone["twin_a"]
    assert market.harm([at["twin_a"], at["twin_b"]]).value > market.harm([at["solo"], at["twin_a"]]).value


@pytest.mark.parametrize("months", [1, 2, 3, 4, 12, 18])
@pytest.mark.parametrize("fine", [False, True])
def test_a_period_ends_with_the_loss(months, fine):
    spans = periods(months, fine=fine)
    assert months in np.cumsum(spans)
    assert sum(spans) == months + 12
    assert min(spans) > 0


def test_periods_that_do_not_end_with_the_loss_are_refused(small):
    with pytest.raises(UsageError, match="no period"):
        losses(*small, months=6, spans=(4, 4))
    with pytest.raises(UsageError, match="no period"):
        losses(*small, months=6, spans=(4,))


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"objective": "prise"}, UnknownNameError, "price"),
        ({"objective": "price"}, UsageError, "--commodity"),
        ({"objective": "price", "commodity": "meta"}, UnknownNameError, "metal"),
        ({"objective": "price", "commodity": "metal", "region": "A"}, UnknownNameError, "region 'A'"),
        ({"objective": "welfare", "region": "A"}, UsageError, "whole market"),
    ],
)
def test_a_measure_says_what_is_wrong(small, arguments, error, says):
    with pytest.raises(error, match=says):
        Measure.of(*small, **arguments)
