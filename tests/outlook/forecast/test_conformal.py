"""Conformal intervals: ranks by brute force, coverage by simulation, and those of statsforecast beside ours."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.errors import UsageError
from oreflow.outlook.forecast.conformal import apply, least, radius, rolling_radius

errors_ = st.lists(st.floats(-10, 10), min_size=1, max_size=40)
level_ = st.sampled_from([0.5, 0.8, 0.9, 0.95])


@given(errors_, level_)
def test_the_radius_is_the_smallest_that_covers_the_rank(errors: list[float], level: float) -> None:
    n = len(errors)
    wanted = math.ceil(round((n + 1) * level, 9))
    reach = float(radius(errors, level))
    if wanted > n:
        assert reach == math.inf
        assert n < least(level)
    else:
        assert n >= least(level)
        assert sum(abs(e) <= reach for e in errors) >= wanted
        assert sum(abs(e) < reach for e in errors) < wanted


@given(errors_)
def test_a_higher_level_reaches_at_least_as_far(errors: list[float]) -> None:
    reach = [float(radius(errors, level)) for level in (0.1, 0.5, 0.8, 0.9)]
    assert reach == sorted(reach)


def test_marginal_coverage_is_as_promised() -> None:
    """New errors of any law fall inside in at least the level and at most 1 / (n + 1) more of all cases."""
    rng = np.random.default_rng(5)
    for n, level in ((19, 0.8), (60, 0.8), (60, 0.9), (35, 0.5)):
        drawn = rng.standard_t(2, size=(n + 1, 40_000)) ** 3
        inside = np.mean(np.abs(drawn[-1]) <= radius(drawn[:-1], level))
        sd = math.sqrt(level * (1 - level) / 40_000)
        assert level - 4 * sd <= inside <= level + 1 / (n + 1) + 4 * sd


def test_rolling_intervals_know_only_what_was_seen() -> None:
    rng = np.random.default_rng(2)
    origins = np.arange(20, 80, 3)
    errors = rng.normal(size=(len(origins), 5))
    found = rolling_radius(errors, origins, 0.8)
    for i, t in enumerate(origins):
        for k in range(5):
            seen = errors[origins + k + 1 <= t, k]
            assert found[i, k] == radius(seen, 0.8) if len(seen) else found[i, k] == math.inf
    later = errors.copy()
    later[-1] += 100
    np.testing.assert_array_equal(found, rolling_radius(later, origins, 0.8))


def test_ends_in_values_and_in_logarithms() -> None:
    np.testing.assert_allclose(apply([10.0], [2.0], logs=False), [[8.0], [12.0]])
    np.testing.assert_allclose(apply([10.0], [math.log(2)], logs=True), [[5.0], [20.0]])


@pytest.mark.parametrize("level", [0.0, 1.0, -1.0, 80.0, math.nan])
def test_a_level_is_a_share(level: float) -> None:
    with pytest.raises(UsageError, match="between 0 and 1"):
        radius([1.0, 2.0], level)


def test_statsforecast_gives_the_same_up_to_its_interpolation() -> None:
    """Its intervals interpolate between the ranked errors of the same origins; ours take the next rank."""
    from statsforecast.models import Naive
    from statsforecast.utils import ConformalIntervals

    y = np.random.default_rng(3).normal(size=240).cumsum()
    h, windows = 3, 60
    theirs = Naive(prediction_intervals=ConformalIntervals(h=h, n_windows=windows)).forecast(
        y=y, h=h, level=[80]
    )
    ends = [len(y) - windows * h + i * h for i in range(windows)]
    errors = np.array([y[t : t + h] - y[t - 1] for t in ends])
    reach = radius(errors, 0.8)
    for k in range(h):
        ranked = np.sort(np.abs(errors[:, k]))
        wide = theirs["hi-80"][k] - theirs["mean"][k]
        at = int(np.searchsorted(ranked, reach[k]))
        assert ranked[at - 2] <= wide <= ranked[at + 1]
