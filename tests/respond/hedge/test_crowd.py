import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.atlas import bundled
from oreflow.errors import DataError, UsageError
from oreflow.respond.hedge import Effect, Switch, crowd, price_effect, scare
from oreflow.respond.hedge.crowd import lithium_price, saved
from oreflow.respond.prices import Process

PRICES = Process(20_000.0, 20_000.0, 0.4, 0.5).simulate(60, draws=200, seed=1)
EFFECT = Effect(
    np.array([0.0, 0.5]), np.array([0.0, 0.3]), np.array([1.0, 0.6]), np.array([1.0, 0.5]), 1500.0
)


def right(strike: float = 16_000.0, convert: float = 6.0) -> Switch:
    return Switch(
        strikes=(strike,) * 60, lithium=0.487, limit=0.4, ramp=0.4, convert=convert, lead=3, rate=0.1
    )


@pytest.fixture(scope="module")
def effect() -> Effect:
    return price_effect(bundled(), shares=(0.0, 0.2, 0.4))


@given(p=st.floats(1, 1e5), strike=st.floats(1, 1e5), factor=st.floats(0.05, 1.0))
def test_the_price_is_where_nobody_wants_to_run_more_or_less(p: float, strike: float, factor: float) -> None:
    price = float(lithium_price(np.array([p]), np.array([strike]), factor)[0])
    assert p * factor <= price * (1 + 1e-12)
    assert price <= p * (1 + 1e-12)
    if price < p * (1 - 1e-9):  # somebody runs: then it pays
        assert price >= strike * (1 - 1e-12)
    if price > p * factor * (1 + 1e-9):  # not all run: then it does not pay to run more
        assert price <= strike * (1 + 1e-12)


def test_everybody_stops_where_converting_earns_its_cost() -> None:
    inside = crowd(right(), PRICES, EFFECT)
    assert 0 < inside.share < 0.4
    assert saved(right(), PRICES, EFFECT.at(inside.share)) == pytest.approx(6.0, rel=1e-6)
    assert inside.everybody < 6.0 < inside.alone
    assert inside.relief > 0


def test_the_ends_of_the_fixed_point() -> None:
    none, all_of_it = crowd(right(convert=1e3), PRICES, EFFECT), crowd(right(convert=0.0), PRICES, EFFECT)
    assert (none.share, none.relief) == (0.0, 0.0)
    assert all_of_it.share == 0.4


def test_a_dearer_conversion_stops_earlier() -> None:
    shares = [crowd(right(convert=c), PRICES, EFFECT).share for c in (2.0, 4.0, 6.0, 8.0, 10.0)]
    assert shares == sorted(shares, reverse=True)


def test_the_effect_is_log_linear_between_its_runs() -> None:
    assert EFFECT.at(0.25) == pytest.approx(0.6**0.5)
    with pytest.raises(UsageError, match=r"up to 0\.5"):
        EFFECT.at(0.6)


def test_less_lithium_in_cells_makes_it_cheaper(effect: Effect) -> None:
    assert effect.factor[0] == 1.0
    assert (np.diff(effect.factor) < 0).all()
    assert (effect.first < effect.factor)[1:].all()  # supply answers more with time
    assert 0.4 < effect.demand[-1] / effect.shares[-1] < 0.7  # LFP cells take about half of all lithium
    # the price falls by more than demand does, as neither side answers much at once
    assert 1 - effect.first[-1] > effect.demand[-1]


def test_shares_that_do_not_rise_are_refused() -> None:
    for shares in ((0.1, 0.2), (0.0,), (0.0, 0.3, 0.2), (0.0, 1.2)):
        with pytest.raises(UsageError, match="rise from 0"):
            price_effect(bundled(), shares=shares)


def test_in_a_scare_those_who_are_ready_lower_the_price() -> None:
    s = scare(bundled(), region="CHN", uses=("ev_battery", "stationary_battery"), one=0.35, limit=0.33, ramp=0.02,
              premium=4.0)  # fmt: skip
    assert s.cases == ("nobody", "one firm", "everybody")
    peak = s.price.max(axis=1)
    assert peak[2] < peak[1] < peak[0]
    made = s.sodium.max(axis=1)
    assert made[2] > made[1] > 2 * made[0]
    dear = scare(bundled(), region="CHN", uses=("ev_battery",), one=0.0, limit=0.33, ramp=0.02, premium=60.0)
    assert dear.cases == ("nobody", "everybody")
    assert dear.price[0] == pytest.approx(dear.price[1], rel=0.01)


def test_scares_that_cannot_be() -> None:
    with pytest.raises(DataError, match="no sodium-ion cells for ev_battery in KOR"):
        scare(bundled(), region="KOR", uses=("ev_battery",), one=0.1, limit=0.1, ramp=0.1, premium=4.0)
    with pytest.raises(UsageError, match="loss is a share"):
        scare(
            bundled(), region="CHN", uses=("ev_battery",), one=0.1, limit=0.1, ramp=0.1, premium=4.0, loss=1.0
        )
