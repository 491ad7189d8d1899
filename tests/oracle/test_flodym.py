"""The stock of products against flodym, another people's implementation of the same cohort model."""

from math import gamma

import numpy as np
import pytest

from oreflow.outlook.stock import by_cohort, sales_driven, stock_driven, survival

flodym = pytest.importorskip("flodym")


def _theirs(kind, mean, shape, years, **given):
    time = flodym.Dimension(name="Time", letter="t", items=list(range(2000, 2000 + years)), dtype=int)
    dims = flodym.DimensionSet(dim_list=[time])
    scale = mean / gamma(1 + 1 / shape)
    model = flodym.WeibullLifetime(dims=dims, weibull_scale=scale, weibull_shape=shape)
    arrays = {k: flodym.StockArray(dims=dims, values=np.asarray(v, dtype=float)) for k, v in given.items()}
    stock = kind(dims=dims, time_letter="t", lifetime_model=model, **arrays)
    stock.compute()
    return stock


@pytest.mark.parametrize(("mean", "shape"), [(6.0, 2.5), (15.0, 3.5), (25.0, 1.4), (2.0, 0.9)])
def test_sales_driven(mean, shape):
    sales = np.random.default_rng(1).uniform(0, 100, 40)
    theirs = _theirs(flodym.InflowDrivenDSM, mean, shape, 40, inflow=sales)
    kept = survival(40, mean, shape)
    ours = sales_driven(sales, kept)
    assert ours.stock == pytest.approx(theirs.stock.values, abs=1e-9)
    assert ours.outflow == pytest.approx(theirs.outflow.values, abs=1e-9)
    assert by_cohort(sales, kept) == pytest.approx(theirs.get_outflow_by_cohort(), abs=1e-9)


@pytest.mark.parametrize(("mean", "shape"), [(6.0, 2.5), (15.0, 3.5), (25.0, 1.4)])
def test_stock_driven(mean, shape):
    fleet = 50 * 1.08 ** np.arange(40.0) + 3 * np.arange(40.0)
    theirs = _theirs(flodym.StockDrivenDSM, mean, shape, 40, stock=fleet)
    ours = stock_driven(fleet, survival(40, mean, shape))
    assert ours.inflow == pytest.approx(theirs.inflow.values, abs=1e-9)
    assert ours.outflow == pytest.approx(theirs.outflow.values, abs=1e-9)
