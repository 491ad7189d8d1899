import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from oreflow.errors import DataError, UsageError
from oreflow.market.blocks.floor import payment
from oreflow.respond.floor import Terms, floor_value, strip
from oreflow.respond.prices import Paths, Process
from oreflow.respond.prices.tail import tail_mean

NODE = "ndpr_oxide@CHN"


def terms(**changes) -> Terms:
    return Terms(**{"strike": 110.0, "node": NODE, "years": 1, "quantity": 1200.0, **changes})


def flat(price: float, months: int = 12, draws: int = 1) -> Paths:
    return Paths(np.full((draws, months), price), 1, "2026-01", NODE)


def test_mp_materials_terms_at_69_pay_41_a_unit() -> None:
    made = floor_value(terms(strike=110_000.0, quantity=1000.0), flat(69_000.0))
    assert made.net[0] == 41_000_000.0
    assert made.labels == ("2026-01", "2026-04", "2026-07", "2026-10")
    assert made.paid[0].tolist() == [10_250_000.0] * 4
    assert made.years_paying[0] == 1.0


def test_by_hand() -> None:
    price = np.array([[100.0, 110.0, 120.0, 90.0, 90.0, 90.0, 150.0, 150.0, 150.0, 110.0, 110.0, 110.0]])
    made = floor_value(terms(upside=0.3), Paths(price, 1, "2026-01", NODE), rate=0.1)
    # means of the quarters: 110, 90, 150, 110; 300 units each
    assert made.reference[0].tolist() == [110.0, 90.0, 150.0, 110.0]
    assert made.paid[0].tolist() == [0.0, 6000.0, 0.0, 0.0]
    assert made.returned[0] == pytest.approx([0.0, 0.0, 0.3 * 40 * 300, 0.0])
    assert made.present[0] == pytest.approx(6000 * 1.1**-0.5 - 3600 * 1.1**-0.75)
    assert made.chance.tolist() == [0.0, 1.0, 0.0, 0.0]
    assert made.by_year()[1][0] == pytest.approx([6000 - 3600])


def test_the_payment_is_that_of_the_market_block() -> None:
    rng = np.random.default_rng(1)
    price = rng.uniform(50, 200, (5, 12))
    made = floor_value(terms(upside=0.25, settlement="month"), Paths(price, 1, "2026-01", NODE))
    assert made.paid - made.returned == pytest.approx(
        payment(110.0, price, np.full((5, 12), 100.0), upside=0.25)
    )


@given(arrays(float, (4, 24), elements=st.floats(0, 1e6)))
def test_a_floor_of_nought_pays_nothing_and_longer_settlement_pays_no_more(price: np.ndarray) -> None:
    paths = Paths(price, 1, "2026-01", NODE)
    assert not floor_value(terms(strike=0.0, years=2), paths).paid.any()
    month, quarter, year = (
        floor_value(terms(strike=5e5, years=2, settlement=s), paths).net for s in ("month", "quarter", "year")
    )
    slack = 1e-6 * 1e6 * 1200
    assert (year <= quarter + slack).all()
    assert (quarter <= month + slack).all()


@given(strike=st.floats(0, 300), more=st.floats(0, 100), seed=st.integers(0, 20))
def test_a_higher_floor_pays_more_and_upside_less(strike: float, more: float, seed: int) -> None:
    paths = Paths(np.random.default_rng(seed).uniform(20, 250, (6, 12)), 1, "2026-01", NODE)
    low, high = (floor_value(terms(strike=k), paths).net for k in (strike, strike + more))
    assert (high >= low - 1e-9).all()
    shared = floor_value(terms(strike=strike, upside=0.5), paths).net
    assert (shared <= low + 1e-9).all()


def test_a_quantity_caps_what_is_paid_for() -> None:
    made = floor_value(terms(), flat(100.0), output=150.0)
    assert made.quantity[0].tolist() == [300.0] * 4
    less = floor_value(terms(), flat(100.0), output=np.array([50.0] * 6 + [150.0] * 6))
    assert less.quantity[0].tolist() == [150.0, 150.0, 300.0, 300.0]
    free = floor_value(terms(quantity=None), flat(100.0), output=150.0)
    assert free.net[0] == pytest.approx(150 * 12 * 10)


def test_upside_is_paid_back_from_its_month_on() -> None:
    made = floor_value(terms(upside=0.3, upside_from="2026-07"), flat(120.0))
    assert made.returned[0] == pytest.approx([0, 0, 900, 900])


def test_a_floor_that_begins_later_reads_its_own_months() -> None:
    price = np.array([[50.0] * 6 + [100.0] * 12])
    paths = Paths(price, 1, "2025-07", NODE)
    made = floor_value(terms(), paths, rate=0.2)
    assert made.reference[0].tolist() == [100.0] * 4
    assert made.discount == pytest.approx(1.2 ** -np.array([0.75, 1.0, 1.25, 1.5]))


@given(arrays(float, st.integers(1, 60), elements=st.floats(-1e6, 1e6)))
def test_the_tail_is_a_mean_of_the_worst(values: np.ndarray) -> None:
    tail = tail_mean(values)
    assert values.mean() - 1e-6 <= tail <= values.max() + 1e-6
    assert tail >= np.quantile(values, 0.95, method="inverted_cdf") - 1e-6
    assert tail_mean(values, 0.0) == pytest.approx(values.mean(), abs=1e-6)


def test_a_tail_of_twenty_is_the_worst_one() -> None:
    assert tail_mean(np.arange(20.0)) == pytest.approx(19.0)
    assert tail_mean(np.arange(30.0)) == pytest.approx((29 + 0.5 * 28) / 1.5)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"strike": -1.0}, "strike is -1; give a finite number of 0 or more"),
        ({"strike": float("nan")}, "strike is nan"),
        ({"years": -2.0}, "years is -2; give a finite number between 0 and 50"),
        ({"years": 0.0}, "give at least one"),
        ({"years": 1.1}, "no whole number of settlements"),
        ({"quantity": -5.0}, "quantity is -5"),
        ({"upside": 1.5}, "upside is 1.5"),
        ({"settlement": "week"}, "not one of month, quarter, year"),
        ({"start": "2026"}, "not a month"),
        ({"node": "ndpr"}, "not commodity@REGION"),
    ],
)
def test_terms_that_cannot_be(changes: dict, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        terms(**changes)


def test_what_does_not_fit_is_told() -> None:
    with pytest.raises(DataError, match="runs 12 months from 2026-01; the price paths hold 6 months"):
        floor_value(terms(), flat(1.0, months=6))
    with pytest.raises(UsageError, match="the paths are of"):
        floor_value(terms(node="gallium_refined@USA"), flat(1.0))
    with pytest.raises(UsageError, match="give a quantity"):
        floor_value(terms(quantity=None), flat(1.0))
    with pytest.raises(DataError, match="output is below 0"):
        floor_value(terms(), flat(1.0), output=-1.0)
    with pytest.raises(UsageError, match="closed form needs"):
        strip(terms(), Process(1.0, 1.0, 0.1, 0.1))
