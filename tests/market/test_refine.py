"""Steps laid around a solution give the prices of smooth curves."""

from __future__ import annotations

import numpy as np
import pytest

from oreflow.atlas import bundled
from oreflow.errors import UsageError
from oreflow.market import Change, Engine, News, Settings, calibrate
from oreflow.market.between import Curves
from oreflow.market.window import Window
from tests.market.worlds import one_node, two_regions
from tests.oracle.smooth import market

pytestmark = pytest.mark.oracle


def changes(base, months, availability, demand):
    """What holds during the window and not after it, as the smooth market has it."""
    during = np.r_[np.ones(months), 0.0]
    return [
        Change("plants", (name,), "availability", 1.0 - during * (1.0 - share))
        for name, share in availability.items()
    ] + [Change("demands", tuple(base.net.demands), "quantity", 1.0 + during * (demand - 1.0))]


CASES = [
    (lambda: one_node(mines=3), {"mine0": 0.93}, 1.0),
    (lambda: one_node(mines=3, es=0.3, ed=0.2, stock=40.0), {}, 1.05),
    (lambda: one_node(mines=3, stock=40.0), {"mine0": 0.7}, 1.0),
    (two_regions, {"mine_small": 0.9}, 1.0),
    (two_regions, {"mine_big": 0.95}, 1.01),
    (two_regions, {"mine_c": 0.5}, 0.97),
]


@pytest.mark.parametrize(("make", "availability", "demand"), CASES)
def test_prices_over_time_are_those_of_smooth_curves(make, availability, demand):
    base = calibrate(make())
    spans = (1, 2, 3)
    smooth = market(base, availability=availability, demand=demand, spans=spans)
    assert np.abs(smooth / base.price - 1).max() > 0.01
    window = Window(base, spans)
    told = changes(base, sum(spans), availability, demand)
    apart = [np.abs(window.clear(told, refine=n).price / smooth - 1).max() for n in (0, 1, 6)]
    assert apart[1] < 0.2 * apart[0]
    assert apart[2] < 2e-6


def test_a_stock_that_outgrows_its_steps_is_followed():
    base = calibrate(one_node(mines=3, es=0.1, ed=0.1, stock=1.0))
    window = Window(base, (1, 2, 3))
    told = changes(base, 6, {}, 0.85)
    cleared = window.clear(told, refine=6)
    assert cleared.total("stores").max() > 2.0  # the steps that calibration cut end at twice the stock
    smooth = market(base, demand=0.85, spans=(1, 2, 3))
    np.testing.assert_allclose(cleared.price, smooth, rtol=1e-5)
    assert np.abs(window.clear(told).price / smooth - 1).max() > 1e-3


def test_the_base_stays_where_it_is():
    base = calibrate(bundled(), scope=("lithium",))
    window = Window(base, (1, 2, 9))
    found = window.clear(refine=2)
    np.testing.assert_allclose(found.price, np.tile(base.price, (3, 1)), rtol=5e-5)


def test_one_node_meets_the_closed_form():
    """Without stocks a month's price is (1 − cut)^(−1/(es + ed)) of what it was."""
    base = calibrate(one_node(mines=4, es=0.1, ed=0.1))
    window = Window(base, (1,), static=True)
    for lost in (0.02, 0.1, 0.2):
        told = [Change("plants", (name,), "availability", np.array([1.0 - lost])) for name in base.net.plants]
        found = window.clear(told, refine=2)
        assert found.price[0, 0] / base.price[0] == pytest.approx((1 - lost) ** -5, rel=1e-6)


def test_an_engine_refines_each_look():
    base = calibrate(two_regions())
    heard = [News(0, (Change("plants", ("mine_small",), "availability", np.array([0.8])),))]
    plain = Engine(base, Settings(periods=12)).clear(heard)
    fine = Engine(base, Settings(periods=12, refine=6)).clear(heard, test=True)
    finer = Engine(base, Settings(periods=12, refine=9)).clear(heard)
    assert fine.worst < 1e-6
    assert fine.price_gap < 1e-3
    np.testing.assert_allclose(fine.data["price"], finer.data["price"], rtol=1e-5)
    apart = np.abs(plain.data["price"] / finer.data["price"] - 1).max()
    assert 1e-4 < apart < 0.02
    with pytest.raises(UsageError, match="rounds from 0 to 9"):
        Settings(refine=-1)


def test_a_real_halt_is_refined_and_proven():
    base = calibrate(bundled(), scope=("lithium",))
    window = Window(base, (1, 2, 9))
    halt = [Change("plants", ("jianxiawo",), "availability", np.r_[np.zeros(12), 1.0])]
    coarse, fine, finer = (window.clear(halt, refine=n) for n in (0, 3, 6))
    assert fine.solution.residuals.worst < 1e-6
    node = base.net.nodes.index("lithium_carbonate@CHN")
    moved = finer.price[0, node] / base.price[node] - 1
    assert moved > 0.005
    assert fine.price[0, node] / base.price[node] - 1 == pytest.approx(moved, rel=0.02)
    assert coarse.price[0, node] / base.price[node] - 1 == pytest.approx(moved, rel=0.2)


def test_a_curve_is_followed_between_its_points():
    """q = 3·k^0.5 with k = 1 + (m − 10)/20, and a curve that cannot move."""
    k = np.array([0.5, 0.9, 1.4])
    curves = Curves(
        first=np.array([0, 3, 4]),
        price=np.r_[10 + 20 * (k - 1), 5.0, 0.0],
        ratio=np.r_[k, 1.0, 0.0],
        unit=np.array([3.0, 7.0]),
        exponent=np.array([0.5, 1.0]),
        least=np.array([0.0, 7.0]),
        most=np.array([3.3, 7.0]),
    )
    for m in (-5.0, 2.0, 10.0, 13.9):
        q, slope = curves.at(np.array([m, m]))
        assert q[0] == pytest.approx(3 * max(1 + (m - 10) / 20, 0) ** 0.5)
        assert slope[0] == pytest.approx(0.5 * q[0] / (1 + (m - 10) / 20) / 20)
        assert (q[1], slope[1]) == (7.0, 0.0)
    q, slope = curves.at(np.array([40.0, 0.0]))  # at its limit
    assert (q[0], slope[0]) == (3.3, 0.0)
