"""Whether one forecast is better than another by more than chance.

Two ways that must agree: the test of Diebold and Mariano (1995, Comparing predictive accuracy, Journal of Business and
Economic Statistics 13, 253-263) with the correction for small samples of Harvey, Leybourne and Newbold (1997, Testing
the equality of prediction mean squared errors, International Journal of Forecasting 13, 281-291), and a bootstrap
interval of the ratio of losses from blocks of origins (circular blocks of Politis and Romano, 1992), so that origins
whose outcomes overlap stay together.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from oreflow.errors import DataError, UsageError
from oreflow.outlook.forecast.series import Floats

RESAMPLES = 2_000
"""Bootstrap samples."""
INTERVAL = 0.9
"""Level of the interval of the ratio."""
CHANCE = 0.05
"""A model counts as better where the one-sided test says less than this."""


def diebold_mariano(difference: ArrayLike, *, overlap: int) -> tuple[float, float]:
    """Return the corrected statistic and its one-sided p-value.

    Args:
        difference: Shape (n,), loss of the model less that of its rival at each origin, in order.
        overlap: Origins, one after another, whose outcomes share a period; 1 for none.

    Returns:
        The statistic, negative where the model is better, and the chance of one as low if it were not. Where the sum of
        autocovariances is not positive their weights fall off as Bartlett's do. Where the differences are all zero the
        statistic is 0 and the chance 1/2.

    Raises:
        DataError: Fewer than two differences.
    """
    d = np.asarray(difference, dtype=float)
    n = len(d)
    if n < 2:
        raise DataError(f"{n} origins are too few to compare two forecasts.")
    lags = min(max(overlap, 1), n)
    middle = d - d.mean()
    cov = np.array([middle[k:] @ middle[: n - k] / n for k in range(lags)])
    total = cov[0] + 2 * cov[1:].sum()
    if total <= 0:
        total = cov[0] + 2 * (cov[1:] @ (1 - np.arange(1, lags) / lags))
    if total <= 0:
        return (0.0, 0.5) if d.mean() == 0 else (math.copysign(math.inf, d.mean()), float(d.mean() > 0))
    small = math.sqrt(max(n + 1 - 2 * lags + lags * (lags - 1) / n, 0.0) / n)
    statistic = float(d.mean() / math.sqrt(total / n) * small)
    from scipy.stats import t

    return statistic, float(t.cdf(statistic, n - 1))


def ratio_interval(
    model: ArrayLike,
    rival: ArrayLike,
    *,
    block: int,
    seed: int,
    level: float = INTERVAL,
    resamples: int = RESAMPLES,
) -> tuple[float, float]:
    """Return a bootstrap interval of the ratio of mean losses.

    Args:
        model: Shape (n,), losses of the model at each origin, in order.
        rival: Shape (n,), losses of its rival.
        block: Origins drawn together.
        seed: Seed.
        level: Share of the resamples inside, half of the rest on either side.
        resamples: Number of resamples.

    Returns:
        Low and high end; (1, 1) where the two are the same forecast.

    Raises:
        DataError: The shapes differ, there is no origin, or the rival never errs.
    """
    a, b = np.asarray(model, dtype=float), np.asarray(rival, dtype=float)
    n = len(a)
    if a.shape != b.shape or not n:
        raise DataError(f"losses of {a.shape} and {b.shape} origins cannot be compared.")
    if b.sum() <= 0:
        raise DataError("the rival never errs; no ratio to its loss can be given.")
    size = min(max(block, 1), n)
    rng = np.random.default_rng(seed)
    starts = rng.integers(0, n, (resamples, math.ceil(n / size)))
    picked = ((starts[:, :, None] + np.arange(size)) % n).reshape(resamples, -1)[:, :n]
    below: Floats = b[picked].sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(below > 0, a[picked].sum(axis=1) / below, np.inf)
    low, high = np.quantile(ratio, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def check_seed(seed: int) -> None:
    """Refuse a seed that is none.

    Raises:
        UsageError: It is below zero.
    """
    if seed < 0:
        raise UsageError(f"seed {seed}: give a whole number of 0 or more.")
