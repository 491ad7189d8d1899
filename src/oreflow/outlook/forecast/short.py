"""Short series: a random walk, with or without a drift, and the exact intervals of normal steps.

A handful of yearly figures cannot choose between models, let alone score one. What can be said is how far such a series
moved from one year to the next: with normal steps of unknown size the outcome k steps on, less the last value, over
s √k has Student's distribution (with a drift of unknown size, over s √(k (1 + k / m)) for m steps seen). Both are exact
for normal steps, and wide.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from oreflow.outlook.forecast.series import Floats

TREND_AT = 0.05
"""A drift is kept where a mean step as large would come by chance less often than this, if there were none."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A random walk fitted to a series.

    Attributes:
        drifts: Whether its steps have a mean other than zero.
        mean: Mean step; 0 without a drift.
        spread: Standard deviation of a step.
        freedom: Degrees of freedom behind it.
        steps: Number of steps seen.
        chance: Two-sided p-value of the mean step.
    """

    drifts: bool
    mean: float
    spread: float
    freedom: int
    steps: int
    chance: float

    @property
    def name(self) -> str:
        """``drift`` or ``naive``."""
        return "drift" if self.drifts else "naive"

    def path(self, last: float, h: int) -> Floats:
        """Return the forecast, shape (h,)."""
        out: Floats = last + self.mean * np.arange(1, h + 1, dtype=np.float64)
        return out

    def errors(self, h: int) -> Floats:
        """Return the standard error of the forecast k = 1…h steps on, shape (h,)."""
        k = np.arange(1, h + 1, dtype=np.float64)
        wide: Floats = np.sqrt(k * (1 + k / self.steps) if self.drifts else k)
        return self.spread * wide

    def radius(self, level: float, h: int) -> Floats:
        """Return how far the interval of a level reaches, shape (h,)."""
        from scipy.stats import t

        return self.errors(h) * float(t.ppf((1 + level) / 2, self.freedom))

    def draw(self, rng: np.random.Generator, h: int) -> Floats:
        """Return one path of deviations from the forecast, shape (h,).

        Args:
            rng: Source of chance.
            h: Steps.

        Returns:
            Sums of normal steps of one drawn size, and of one drawn error of the drift: each marginal is Student's, as
            in `radius`.
        """
        size = self.spread * math.sqrt(self.freedom / rng.chisquare(self.freedom))
        path = size * rng.standard_normal(h).cumsum()
        if self.drifts:
            path = path + size * rng.standard_normal() / math.sqrt(self.steps) * np.arange(1, h + 1)
        return path


def fit(y: Floats, *, trend: bool = True) -> Walk:
    """Fit a random walk; it drifts where its mean step differs from zero by more than chance.

    Args:
        y: Shape (n,), n ≥ 4, in logarithms for a positive series.
        trend: Whether it may drift.

    Returns:
        The walk.
    """
    step = np.diff(y)
    m = len(step)
    mean, spread = float(step.mean()), float(step.std(ddof=1))
    if spread == 0:
        drifts, chance = trend and mean != 0, float(mean == 0)
    else:
        from scipy.stats import t

        chance = 2 * float(t.sf(abs(mean) / (spread / math.sqrt(m)), m - 1))
        drifts = trend and chance < TREND_AT
    if drifts:
        return Walk(True, mean, spread, m - 1, m, chance)
    return Walk(False, 0.0, math.sqrt(float(np.mean(step**2))), m, m, chance)
