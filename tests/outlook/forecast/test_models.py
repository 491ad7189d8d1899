"""The candidates: closed forms, and the same as a direct call of statsforecast."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from oreflow.errors import NumericalError, UsageError
from oreflow.outlook.forecast import models
from oreflow.outlook.forecast.models import CANDIDATES, Model, average, is_seasonal, walk

AIR = np.array(
    [112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118, 115, 126, 141, 135, 125, 149, 170, 170, 158, 133, 114,
     140, 145, 150, 178, 163, 172, 178, 199, 199, 184, 162, 146, 166, 171, 180, 193, 181, 183, 218, 230, 242, 209, 191,
     172, 194, 196, 196, 236, 235, 229, 243, 264, 272, 237, 211, 180, 201, 204, 188, 235, 227, 234, 264, 302, 293, 259,
     229, 203, 229, 242, 233, 267, 269, 270, 315, 364, 347, 312, 274, 237, 278], dtype=float
)  # fmt: skip
"""Airline passengers, thousands, January 1949 to December 1955 (Box and Jenkins, series G, its first seven years)."""


def walks(n: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=n).cumsum()


def test_naive_forecasts_are_those_of_statsforecast() -> None:
    from statsforecast.models import Naive, RandomWalkWithDrift, SeasonalNaive

    y = walks(50)
    ours = {name: walk(CANDIDATES[name], y, [50], 15, 12)[0] for name in ("naive", "drift", "seasonal naive")}
    theirs = {"naive": Naive(), "drift": RandomWalkWithDrift(), "seasonal naive": SeasonalNaive(12)}
    for name, model in theirs.items():
        np.testing.assert_allclose(ours[name], model.forecast(y=y, h=15)["mean"])


def test_a_seasonal_series_gets_a_seasonal_form() -> None:
    from statsforecast.models import AutoETS, AutoTheta

    y = np.log(AIR)
    assert is_seasonal(y, 12)
    ets = walk(CANDIDATES["AutoETS"], y, [len(y)], 12, 12)[0]
    np.testing.assert_array_equal(ets, AutoETS(season_length=12, model="AZA").forecast(y=y, h=12)["mean"])
    theta = walk(CANDIDATES["AutoTheta"], y, [len(y)], 12, 12)[0]
    same = AutoTheta(season_length=12, decomposition_type="additive").forecast(y=y, h=12)["mean"]
    np.testing.assert_array_equal(theta, same)
    assert np.ptp(ets) > 0.2


def test_a_walk_gets_none() -> None:
    from statsforecast.models import AutoETS

    y = walks(120, 3)
    assert not is_seasonal(y, 12)
    ets = walk(CANDIDATES["AutoETS"], y, [120], 6, 12)[0]
    np.testing.assert_array_equal(ets, AutoETS(season_length=1, model="AZN").forecast(y=y, h=6)["mean"])


def test_chance_seldom_passes_for_a_season() -> None:
    found = sum(is_seasonal(walks(144, seed), 12) for seed in range(400))
    assert found <= 12


@pytest.mark.parametrize("season", [1, 12])
def test_too_little_or_nothing_is_no_season(season: int) -> None:
    assert not is_seasonal(walks(30), season)
    assert not is_seasonal(np.ones(200), season)


def test_theta_is_smoothing_with_half_the_trend() -> None:
    """Hyndman and Billah (2003): simple exponential smoothing with a drift of half the slope of the trend line."""
    from statsforecast.models import Theta

    rng = np.random.default_rng(5)
    y = 50 + 0.4 * np.arange(60) + rng.normal(0, 3, 60)
    fitted = Theta(season_length=1, decomposition_type="additive").fit(y)
    alpha, level = fitted.model_["par"]["alpha"], fitted.model_["par"]["initial_smoothed"]
    assert 0.1 < alpha < 0.9
    for value in y:
        level = alpha * value + (1 - alpha) * level
    h, n = np.arange(1, 7), len(y)
    slope = np.polyfit(np.arange(n), y, 1)[0]
    expected = level + slope / 2 * (h - 1 + (1 - (1 - alpha) ** n) / alpha)
    np.testing.assert_allclose(fitted.predict(h=6)["mean"], expected, rtol=1e-6)


def test_arima_between_two_searches_is_that_order_refitted() -> None:
    y = np.zeros(160)
    shocks = np.random.default_rng(2).normal(size=160)
    for i in range(1, 160):
        y[i] = 0.7 * y[i - 1] + shocks[i]
    searched = walk(CANDIDATES["AutoARIMA"], y, [159, 160], 3, 1)
    from statsforecast.models import ARIMA, AutoARIMA

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        order = AutoARIMA(season_length=1, seasonal=False, max_p=2, max_q=2, max_order=3, approximation=False)
        p, q, _, _, _, d, _ = order.fit(y[:159]).model_["arma"]
        mean = "intercept" in order.model_["coef"]
        again = ARIMA(order=(p, d, q), include_mean=mean, include_drift="drift" in order.model_["coef"])
        np.testing.assert_allclose(searched[1], again.forecast(y=y, h=3)["mean"])


def test_each_origin_knows_only_its_past() -> None:
    y = walks(80)
    other = y.copy()
    other[70:] += 50
    for name in ("naive", "drift", "AutoETS", "AutoTheta"):
        a, b = (walk(CANDIDATES[name], v, [60, 70], 5, 1) for v in (y, other))
        np.testing.assert_array_equal(a, b)


def test_the_average_is_of_the_models_alone() -> None:
    paths = {"naive": np.zeros(2), "AutoETS": np.ones(2), "AutoTheta": 3 * np.ones(2)}
    np.testing.assert_array_equal(average(paths), [2.0, 2.0])
    assert average({"naive": np.zeros(2), "AutoETS": np.ones(2)}) is None


def test_what_cannot_be_fitted_is_said() -> None:
    def wrong(y: np.ndarray, h: int, season: int) -> np.ndarray:
        raise ZeroDivisionError("no")

    with pytest.raises(NumericalError, match="it cannot be fitted to the first 20 values: no"):
        walk(Model("it", "", lambda: wrong), walks(30), [20], 3, 1)
    with pytest.raises(NumericalError, match="no finite forecast"):
        walk(Model("it", "", lambda: lambda y, h, season: np.full(h, np.nan)), walks(30), [20], 3, 1)


def test_what_to_install_is_said(monkeypatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "statsforecast.models", None)
    models.library.cache_clear()
    try:
        with pytest.raises(UsageError, match=r"pip install 'oreflow\[forecast\]'"):
            models.library()
    finally:
        models.library.cache_clear()
