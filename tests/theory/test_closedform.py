"""Closed forms: published values, and agreement with a solution found another way."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from oreflow.errors import DataError
from oreflow.gauge.closedform import cournot, price_ratio


def test_cournot_three_firms() -> None:
    few = cournot(30.0, 0.3, [3.0, 5.0, 8.0])
    assert few.quantity == pytest.approx([28.3333, 21.6667, 11.6667], abs=1e-4)
    assert few.price == pytest.approx(11.5)


costs = st.lists(st.floats(0.0, 40.0), min_size=1, max_size=6)


@given(costs, st.floats(0.05, 3.0))
def test_cournot_is_a_best_response_to_itself(c: list[float], slope: float) -> None:
    few = cournot(30.0, slope, c)
    others = few.quantity.sum() - few.quantity
    best = np.maximum((30.0 - np.array(c) - slope * others) / (2 * slope), 0.0)
    assert few.quantity == pytest.approx(best, abs=1e-7 / slope)
    assert few.price == pytest.approx(30.0 - slope * few.quantity.sum())


@given(costs)
def test_more_firms_never_raise_the_price(c: list[float]) -> None:
    assert cournot(30.0, 1.0, [*c, 10.0]).price <= cournot(30.0, 1.0, c).price + 1e-9


@pytest.mark.parametrize(
    ("elasticity", "rises"), [(0.2, (16.5, 36.3, 69.4)), (0.5, (6.3, 13.2, 23.5))], ids=["short", "year"]
)
def test_constant_elasticity_price_rises(elasticity: float, rises: tuple[float, ...]) -> None:
    ours = [100 * (price_ratio(x, elasticity=elasticity) - 1) for x in (0.03, 0.06, 0.10)]
    assert ours == pytest.approx(rises, abs=0.06)


@given(st.floats(0.0, 0.6), st.floats(0.05, 1.0), st.floats(0.05, 1.5))
def test_constant_elasticity_clears_the_market(cut: float, es: float, ed: float) -> None:
    def excess(p: float) -> float:
        return p**-ed - (1 - cut) * p**es

    found = brentq(excess, 0.5, 1e9, xtol=1e-9, rtol=1e-10)
    assert price_ratio(cut, elasticity=es + ed) == pytest.approx(found, rel=1e-6)


@pytest.mark.parametrize(("cut", "elasticity"), [(1.0, 0.2), (-0.1, 0.2), (0.1, 0.0)])
def test_price_ratio_refuses_what_has_no_answer(cut: float, elasticity: float) -> None:
    with pytest.raises(DataError, match="price ratio"):
        price_ratio(cut, elasticity=elasticity)


def test_cournot_refuses_a_flat_demand() -> None:
    with pytest.raises(DataError, match="slope"):
        cournot(30.0, 0.0, [1.0])
