"""Whether one forecast beats another: closed forms, and how often chance passes for skill."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t, ttest_1samp

from oreflow.errors import DataError
from oreflow.outlook.forecast.compare import CHANCE, diebold_mariano, ratio_interval


def test_without_overlap_it_is_the_t_test_of_the_mean() -> None:
    d = np.random.default_rng(1).normal(0.2, 1, 40)
    statistic, chance = diebold_mariano(d, overlap=1)
    expected = ttest_1samp(d, 0, alternative="less")
    assert statistic == pytest.approx(expected.statistic)
    assert chance == pytest.approx(expected.pvalue)


def test_overlap_by_the_formula() -> None:
    d = np.array([0.3, -0.1, -0.4, -0.6, 0.2, -0.5, -0.2, -0.3])
    n, h = 8, 2
    m = d - d.mean()
    variance = (m @ m + 2 * m[1:] @ m[:-1]) / n
    expected = d.mean() / math.sqrt(variance / n) * math.sqrt((n + 1 - 2 * h + h * (h - 1) / n) / n)
    statistic, chance = diebold_mariano(d, overlap=h)
    assert statistic == pytest.approx(expected)
    assert chance == pytest.approx(t.cdf(expected, n - 1))


def test_edges() -> None:
    assert diebold_mariano([0.0, 0.0, 0.0], overlap=2) == (0.0, 0.5)
    assert diebold_mariano([-1.0, -1.0, -1.0], overlap=1)[1] == 0.0
    assert diebold_mariano([1.0, 1.0, 1.0], overlap=1)[1] == 1.0
    # Alternating differences have a negative sum of autocovariances; Bartlett's weights keep it positive.
    assert math.isfinite(diebold_mariano([1.0, -1.1] * 10, overlap=2)[0])
    with pytest.raises(DataError, match="too few"):
        diebold_mariano([1.0], overlap=1)


@given(st.lists(st.floats(0.1, 10), min_size=2, max_size=50), st.floats(0.2, 5), st.integers(1, 60))
def test_a_loss_that_is_a_multiple_has_that_ratio(loss: list[float], by: float, block: int) -> None:
    low, high = ratio_interval(by * np.array(loss), loss, block=block, seed=1, resamples=50)
    assert low == pytest.approx(by)
    assert high == pytest.approx(by)


def test_the_interval_holds_the_ratio_and_is_repeatable() -> None:
    rng = np.random.default_rng(4)
    a, b = rng.gamma(2, size=80), rng.gamma(2, size=80)
    low, high = ratio_interval(a, b, block=4, seed=1)
    assert low < a.sum() / b.sum() < high
    assert (low, high) == ratio_interval(a, b, block=4, seed=1) != ratio_interval(a, b, block=4, seed=2)
    with pytest.raises(DataError, match="never errs"):
        ratio_interval([1.0], [0.0], block=1, seed=1)
    with pytest.raises(DataError, match="cannot be compared"):
        ratio_interval([1.0], [1.0, 2.0], block=1, seed=1)


def test_equal_forecasts_seldom_pass_for_better() -> None:
    """Losses that are equal on average, from horizons that overlap as in the back-test of a monthly price."""
    rng = np.random.default_rng(6)
    passed = 0
    for _ in range(400):
        shocks = rng.normal(size=(2, 51))
        a, b = (np.abs([s[i : i + 4].sum() for i in range(48)]) + 0.2 for s in shocks)
        high = ratio_interval(a, b, block=4, seed=1, resamples=300)[1]
        passed += high < 1 and diebold_mariano(a - b, overlap=4)[1] < CHANCE
    assert passed / 400 <= 0.08
