"""What can be done about some events."""

from __future__ import annotations

import math

import numpy as np
import pytest

from oreflow.atlas import bundled
from oreflow.errors import UnknownNameError, UsageError
from oreflow.market import Change, Draw, Engine, News, Settings, calibrate
from oreflow.respond.plan import rank
from oreflow.respond.plan.whole import PREFIX, widened
from tests.market.worlds import one_node
from tests.respond.plan.worlds import measure, with_measures

SETTINGS = Settings(periods=12, stride=12, ahead=(3, 3, 6))
HALF = (News(0, (Change("plants", ("mine0",), "availability", np.array([0.0])),)),)


def world(*rows):
    return with_measures(one_node(mines=2, stock=20.0), *rows)


def test_a_stock_is_ranked_by_what_the_market_makes_of_it():
    """Avoided is the difference in use between two runs of the engine, done here by hand."""
    w = world(measure("stock", running=5.0, capital=None, most=6.0, drawdown=3.0))
    base = calibrate(w)
    [row] = rank(w, base, HALF, settings=SETTINGS).rows
    assert row.verdict == "works"
    assert row.given == pytest.approx(6.0)
    from oreflow.respond.plan.measures import measures
    from oreflow.respond.plan.supply import supply

    wide = widened(w, base, [supply(w, base, m) for m in measures(w)])
    engine = Engine(wide, SETTINGS)
    before = engine.draw(HALF, Draw(), ("served",))["served"]
    whole = engine.draw((News(0, ()),), Draw(), ("served",))["served"]
    short = (whole - before)[0].clip(0)
    monthly = np.append(np.minimum(short, 2.0) * min(1.0, 6.0 / np.minimum(short, 2.0).sum()), 0.0)
    drawn = Change("stores", (f"{PREFIX}metal@A",), "draw", monthly)
    after = engine.draw((News(0, (*HALF[0].changes, drawn)),), Draw(), ("served",))["served"]
    assert row.short == pytest.approx((whole - before).sum(), rel=1e-6)
    assert row.avoided == pytest.approx(float((after - before).sum()), rel=1e-6)
    assert row.avoided <= row.given * (1 + 1e-6)
    interest = 1 - 1.08**-1
    assert row.cost == pytest.approx(6.0 * (5.0 + 1000 * interest), rel=1e-6)
    assert row.unit_cost == pytest.approx(row.cost / row.avoided)


def test_order_and_verdicts():
    w = world(
        measure("dear", running=500.0, most=6.0),
        measure("cheap", running=5.0, most=6.0),
        measure("late", lead=12.0),
        measure("slow", running=5.0, most=6.0, lead=6.0),
        measure("unused", table="plants", row="mining@A", kind="build", use_cost=900.0, most=1e-9, life=10.0),
    )
    base = calibrate(w)
    found = rank(w, base, HALF, settings=SETTINGS)
    by = {r.measure.measure: r for r in found.rows}
    assert by["late"].verdict == "too late"
    assert by["late"].given == 0.0
    assert math.isinf(by["late"].unit_cost)
    working = [r for r in found.rows if r.verdict == "works"]
    assert [r.unit_cost for r in working] == sorted(r.unit_cost for r in working)
    assert by["cheap"].unit_cost < by["dear"].unit_cost
    assert by["slow"].avoided < by["cheap"].avoided * 1.5
    assert [r.verdict for r in found.rows].index("too late") >= len(working)


def test_nothing_is_short_where_nothing_is_lost():
    w = world(measure("stock", running=5.0))
    more = (News(0, (Change("plants", ("mine0",), "cost", np.array([0.0])),)),)
    [row] = rank(w, calibrate(w), more, settings=SETTINGS).rows
    assert row.verdict == "nothing is short"


def test_what_is_asked_must_be_there():
    w = world(measure("stock", running=5.0))
    base = calibrate(w)
    with pytest.raises(UsageError, match="becomes known"):
        rank(w, base, (), settings=SETTINGS)
    with pytest.raises(UnknownNameError, match="stock"):
        rank(w, base, HALF, settings=SETTINGS, names=("stok",))
    cobalt = bundled()
    none = rank(
        cobalt, calibrate(cobalt, scope=("zinc",)), (News(0, ()),), settings=SETTINGS, minerals=("zinc",)
    )
    assert none.rows == ()
