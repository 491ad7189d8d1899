"""The stock of products against closed forms, and what must hold for any sales."""

from math import gamma

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from oreflow.errors import DataError
from oreflow.outlook.stock import by_cohort, sales_driven, stock_driven, survival

SALES = nps.arrays(float, 25, elements=st.floats(0, 1e6))
LIFE, SHAPE = st.floats(1.0, 40.0), st.floats(0.8, 6.0)


def test_survival_of_an_exponential_life_is_exponential():
    kept = survival(6, 4.0, 1.0)
    ages = np.arange(6) + 0.5
    assert kept[:, 0] == pytest.approx(np.exp(-ages / 4.0), abs=1e-15)
    assert kept[0, 1:] == pytest.approx(np.zeros(5))
    assert kept[5, 3] == pytest.approx(kept[2, 0])


def test_survival_keeps_its_mean_life():
    # The mean of a life is the area under its survival; the rule of midpoints is exact to the second order.
    for mean, shape in ((8.0, 2.5), (25.0, 1.2), (15.0, 5.0)):
        assert survival(2000, mean, shape)[:, 0].sum() == pytest.approx(mean, rel=5e-3)
        scale = mean / gamma(1 + 1 / shape)
        assert survival(3, mean, shape)[2, 0] == pytest.approx(np.exp(-((2.5 / scale) ** shape)))


def test_in_a_steady_state_what_is_scrapped_is_what_is_sold_and_the_stock_is_sales_times_life():
    held = sales_driven(np.full(600, 7.0), survival(600, 12.0, 2.5))
    assert held.outflow[-1] == pytest.approx(7.0, abs=1e-12)
    assert held.stock[-1] == pytest.approx(7.0 * 12.0, rel=1e-4)


def test_sales_that_grow_leave_the_moment_generating_share_of_them():
    # With sales growing by g the scrap is their share E[(1+g)^-age of scrap], a sum over the life by hand.
    g, kept = 0.04, survival(400, 10.0, 3.0)
    sales = (1 + g) ** np.arange(400.0)
    held = sales_driven(sales, kept)
    fate = -np.diff(np.concatenate([[1.0], kept[:, 0]]))
    by_hand = (fate * (1 + g) ** -np.arange(400.0)).sum()
    assert held.outflow[-1] / sales[-1] == pytest.approx(by_hand, rel=1e-12)


def test_a_constant_stock_is_kept_by_replacement_at_its_level_over_its_life():
    held = stock_driven(np.full(600, 90.0), survival(600, 9.0, 2.0))
    assert held.inflow[-1] == pytest.approx(90.0 / 9.0, rel=1e-3)
    assert held.outflow[-1] == pytest.approx(held.inflow[-1], rel=1e-9)


@given(SALES, LIFE, SHAPE)
def test_nothing_is_lost_and_nothing_is_below_zero(sales, life, shape):
    held = sales_driven(sales, survival(25, life, shape))
    assert np.cumsum(held.inflow - held.outflow) == pytest.approx(held.stock, abs=1e-6, rel=1e-9)
    assert (held.stock >= 0).all()
    assert (held.outflow >= -1e-7).all()


@given(SALES, LIFE, SHAPE)
def test_the_stock_that_sales_make_takes_those_sales(sales, life, shape):
    kept = survival(25, max(life, 3.0), shape)
    again = stock_driven(sales_driven(sales, kept).stock, kept, known=sales[:5])
    assert again.inflow == pytest.approx(sales, abs=1e-2, rel=1e-6)


@given(SALES, st.floats(3.0, 30.0), SHAPE)
def test_scrap_by_year_of_sale_adds_up_to_scrap(sales, life, shape):
    kept = survival(25, life, shape)
    assert by_cohort(sales, kept).sum(axis=-1) == pytest.approx(
        sales_driven(sales, kept).outflow, abs=1e-6, rel=1e-9
    )


@settings(max_examples=50)
@given(st.floats(4.0, 20.0), st.floats(1.05, 2.0), st.floats(1.5, 5.0), st.floats(0.0, 0.1))
def test_a_longer_life_takes_less_replacement_for_the_same_fleet(life, longer, shape, growth):
    fleet = 100 * (1 + growth) ** np.arange(40.0)
    short, long_ = (stock_driven(fleet, survival(40, m, shape)).inflow for m in (life, life * longer))
    assert long_[1:].sum() <= short[1:].sum() + 1e-9


def test_a_fleet_that_shrinks_faster_than_it_dies_buys_nothing():
    kept = survival(4, 10.0, 2.0)
    held = stock_driven([100.0, 1.0, 1.0, 1.0], kept)
    assert held.inflow[1:] == pytest.approx([0.0, 0.0, 0.0])
    assert held.stock[1] > 1.0


def test_many_draws_are_as_each_alone():
    sales = np.arange(12.0)
    lives, shapes = np.array([[5.0], [9.0]]), np.array([[2.0], [3.0]])
    both = sales_driven(sales[None, None], survival(12, lives, shapes)).stock
    for i in range(2):
        alone = sales_driven(sales, survival(12, float(lives[i, 0]), float(shapes[i, 0]))).stock
        assert both[i, 0] == pytest.approx(alone)


def test_what_makes_no_sense_is_refused():
    with pytest.raises(DataError, match="mean life"):
        survival(5, 0.0, 2.0)
    with pytest.raises(DataError, match="there must be a year"):
        survival(0, 5.0, 2.0)
    with pytest.raises(DataError, match="4 years of products and 5 of survival"):
        sales_driven(np.ones(4), survival(5, 5.0, 2.0))
