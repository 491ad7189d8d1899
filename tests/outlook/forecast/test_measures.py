"""Scores of forecasts, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.errors import DataError
from oreflow.outlook.forecast.measures import coverage, mase, pinball, rmsse, scale

KNOWN = [10.0, 12.0, 9.0, 13.0]
"""Changes 2, -3, 4: mean size 3, mean square 29/3."""


def test_scaled_errors_by_hand() -> None:
    assert scale(KNOWN) == 3.0
    assert scale(KNOWN, season=2) == (1 + 1) / 2
    assert mase(KNOWN, [14.0, 10.0], [13.0, 13.0]) == pytest.approx((1 + 3) / 2 / 3)
    assert rmsse(KNOWN, [14.0, 10.0], [13.0, 13.0]) == pytest.approx(math.sqrt(5 / (29 / 3)))


def test_what_never_changed_cannot_scale() -> None:
    assert mase([5.0, 5.0], [5.0], [5.0]) == 0.0
    assert mase([5.0, 5.0], [6.0], [5.0]) == math.inf
    with pytest.raises(DataError, match="too few"):
        scale([1.0])
    with pytest.raises(DataError, match="shape"):
        mase(KNOWN, [1.0], [1.0, 2.0])


@given(st.floats(0.1, 10), st.floats(-100, 100))
def test_scaled_errors_do_not_know_the_unit(by: float, more: float) -> None:
    known, came, said = np.array(KNOWN), np.array([14.0, 10.0]), np.array([13.0, 12.0])
    moved = mase(by * known + more, by * came + more, by * said + more)
    assert moved == pytest.approx(mase(known, came, said), rel=1e-6)


def test_the_quantile_score_is_least_at_the_quantile() -> None:
    came = np.random.default_rng(1).normal(size=20_000)
    grid = np.linspace(-2, 2, 401)
    for q in (0.1, 0.5, 0.9):
        at = grid[np.argmin([pinball(came, g, q).mean() for g in grid])]
        assert at == pytest.approx(np.quantile(came, q), abs=0.02)
    assert pinball(3.0, 1.0, 0.9) == pytest.approx(1.8)
    assert pinball(1.0, 3.0, 0.9) == pytest.approx(0.2)


def test_coverage_counts_the_intervals_that_are_known() -> None:
    assert coverage([1, 2, 3, 4], [0, 3, 3, -np.inf], [1, 4, 5, np.inf]) == pytest.approx(2 / 3)
    assert math.isnan(coverage([1.0], [-np.inf], [np.inf]))
