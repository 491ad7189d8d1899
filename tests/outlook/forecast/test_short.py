"""Random walks for short series: exact for normal steps."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import kstest, t

from oreflow.outlook.forecast.short import fit


def test_by_hand() -> None:
    w = fit(np.array([0.0, 1.0, -1.0, 1.0]))
    assert not w.drifts
    assert w.spread == pytest.approx(math.sqrt((1 + 4 + 4) / 3))
    assert w.radius(0.8, 4)[3] == pytest.approx(w.spread * 2 * t.ppf(0.9, 3))
    up = fit(np.array([0.0, 1.0, 2.1, 3.0]))
    assert up.drifts
    assert up.mean == pytest.approx(1.0)
    assert up.radius(0.8, 2)[1] == pytest.approx(
        np.std([1, 1.1, 0.9], ddof=1) * math.sqrt(2 * (1 + 2 / 3)) * t.ppf(0.9, 2)
    )
    assert up.path(3.0, 2).tolist() == [4.0, 5.0]
    assert not fit(np.array([0.0, 1.0, 2.1, 3.0]), trend=False).drifts


def test_nothing_moves() -> None:
    still, line = fit(np.full(5, 2.0)), fit(np.arange(5.0))
    assert (still.drifts, still.spread) == (False, 0.0)
    assert (line.drifts, line.mean, line.spread) == (True, 1.0, 0.0)


@pytest.mark.parametrize(("trend", "mean"), [(False, 0.0), (True, 5.0)])
def test_coverage_is_exact_for_normal_steps(trend: bool, mean: float) -> None:
    """With no drift, and with one too large to be missed, so that no test stands between."""
    rng = np.random.default_rng(8)
    cases, h = 6_000, 3
    inside = np.zeros(h)
    for _ in range(cases):
        y = rng.normal(mean, 1, 5 + h).cumsum()
        w = fit(y[:5], trend=trend)
        if trend and not w.drifts:
            continue
        inside += np.abs(y[5:] - w.path(y[4], h)) <= w.radius(0.8, h)
    assert inside / cases == pytest.approx(np.full(h, 0.8), abs=0.02)


@pytest.mark.parametrize("y", [[0.0, 1.0, -0.5, 0.7, 0.2], [0.0, 1.0, 2.1, 3.0, 4.2]])
def test_drawn_paths_have_the_law_of_the_intervals(y: list[float]) -> None:
    w = fit(np.array(y))
    drawn = np.stack([w.draw(np.random.default_rng(i), 3) for i in range(4_000)])
    for k in range(3):
        assert kstest(drawn[:, k] / w.errors(3)[k], t(w.freedom).cdf).pvalue > 1e-3
    assert np.corrcoef(drawn[:, 0], drawn[:, 2])[0, 1] > 0.4
