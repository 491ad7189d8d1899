"""What thousands of draws say, each figure with the interval that it is known to.

Intervals are those of independent draws. Where the draws fill the space evenly (a Latin hypercube, a Sobol sequence),
most figures are nearer to the truth than independent draws would be, so that the intervals are on the safe side: they
hold the truth at least as often as they say (Owen 1997; tested with scrambled replicates).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from oreflow.errors import UsageError

Floats = NDArray[np.float64]
LEVEL = 0.95
"""How often an interval holds the truth."""
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
TAIL = 0.05
"""Share of the draws that are the tail."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and the interval that it is known to.

    Attributes:
        value: The figure.
        low: Low end; minus infinity where the draws are too few to say.
        high: High end; infinity where they are too few.
    """

    value: float
    low: float
    high: float

    @property
    def half(self) -> float:
        """Half the width of the interval."""
        return 0.5 * (self.high - self.low)

    @property
    def known(self) -> bool:
        """Whether the draws are enough for both ends."""
        return math.isfinite(self.low) and math.isfinite(self.high)


def mean(x: ArrayLike, *, level: float = LEVEL) -> Estimate:
    """Return the mean with Student's interval.

    Args:
        x: Shape (draws,).
        level: How often the interval holds the truth.

    Returns:
        The mean; its interval is endless with a single draw.

    Raises:
        UsageError: There is no draw.
    """
    values = _some(x)
    n, middle = len(values), float(values.mean())
    if n < 2:
        return Estimate(middle, -math.inf, math.inf)
    half = float(stats.t.ppf(0.5 + level / 2, n - 1) * values.std(ddof=1) / math.sqrt(n))
    return Estimate(middle, middle - half, middle + half)


def proportion(hits: int, draws: int, *, level: float = LEVEL) -> Estimate:
    """Return a probability with the exact interval of Clopper and Pearson (1934).

    Args:
        hits: Draws in which it is so.
        draws: All draws.
        level: How often, at least, the interval holds the truth.

    Returns:
        The probability.

    Raises:
        UsageError: There is no draw, or there are more hits than draws.
    """
    if draws < 1 or not 0 <= hits <= draws:
        raise UsageError(f"{hits} of {draws} draws is no share.")
    rest = (1.0 - level) / 2
    low = 0.0 if hits == 0 else float(stats.beta.ppf(rest, hits, draws - hits + 1))
    high = 1.0 if hits == draws else float(stats.beta.ppf(1 - rest, hits + 1, draws - hits))
    return Estimate(hits / draws, low, high)


def quantile(x: ArrayLike, p: float, *, level: float = LEVEL) -> Estimate:
    """Return a quantile with the interval between two order statistics, which holds whatever the distribution.

    The number of draws below the quantile is binomial, so that the l-th and the u-th smallest draw enclose it with a
    probability that only n and p decide (Thompson 1936; David & Nagaraja 2003, 7.1).

    Args:
        x: Shape (draws,).
        p: Probability, 0 to 1.
        level: How often, at least, the interval holds the truth.

    Returns:
        The quantile, linear between order statistics. An end is infinite where the draws are too few.

    Raises:
        UsageError: There is no draw.
    """
    ordered = np.sort(_some(x))
    n, rest = len(ordered), (1.0 - level) / 2
    low = int(stats.binom.ppf(rest, n, p))
    high = int(stats.binom.ppf(1 - rest, n, p)) + 1
    return Estimate(
        float(np.quantile(ordered, p)),
        float(ordered[low - 1]) if low >= 1 else -math.inf,
        float(ordered[high - 1]) if high <= n else math.inf,
    )


@dataclass(frozen=True, slots=True)
class Shortfall:
    """How bad the worst draws are.

    Attributes:
        tail: Share of the draws that are the worst.
        at_risk: Value at risk: only that share of the draws is worse.
        expected: Conditional value at risk (expected shortfall): mean of that share.
        draws: Draws in the tail.
    """

    tail: float
    at_risk: Estimate
    expected: Estimate
    draws: int


def shortfall(x: ArrayLike, *, tail: float = TAIL, level: float = LEVEL) -> Shortfall:
    """Return value at risk and conditional value at risk of what is worse when larger.

    CVaR as in Rockafellar and Uryasev (2000), VaR + E[(x − VaR)⁺]/tail, which counts a draw at the edge in part. Its
    interval is the normal one with the delta-method error of that mean (Trindade et al. 2007), good from a few dozen
    draws in the tail on.

    Args:
        x: Shape (draws,).
        tail: Share of the draws that are the worst.
        level: How often the intervals hold the truth.

    Returns:
        Both.

    Raises:
        UsageError: There is no draw, or the tail is not between 0 and 1.
    """
    values = np.sort(_some(x))
    if not 0.0 < tail < 1.0:
        raise UsageError(f"a tail of {tail:g} is not between 0 and 1.")
    n = len(values)
    edge = float(values[min(math.ceil((1.0 - tail) * n - 1e-9), n) - 1]) if n else math.nan
    over = edge + np.maximum(values - edge, 0.0) / tail
    worst = float(over.mean())
    half = math.inf
    if n > 1:
        half = float(stats.norm.ppf(0.5 + level / 2) * over.std(ddof=1) / math.sqrt(n))
    between = quantile(values, 1.0 - tail, level=level)
    return Shortfall(
        tail,
        Estimate(edge, between.low, between.high),
        Estimate(worst, worst - half, worst + half),
        int(n * tail),
    )


@dataclass(frozen=True, slots=True)
class Paired:
    """How two policies differ over the same futures.

    Attributes:
        difference: Mean of the second less the first, draw by draw.
        correlation: Of the two over the draws.
        reduction: Variance of that mean with different futures for each, over that with the same: so many times the
            draws would be needed.
        better: Share of the draws in which the second is lower.
    """

    difference: Estimate
    correlation: float
    reduction: float
    better: Estimate


def paired(first: ArrayLike, second: ArrayLike, *, level: float = LEVEL) -> Paired:
    """Compare two policies draw by draw (common random numbers; Glasserman & Yao 1992).

    Args:
        first: Shape (draws,).
        second: Shape (draws,), the same futures in the same order.
        level: How often the intervals hold the truth.

    Returns:
        The comparison.

    Raises:
        UsageError: The draws are not the same, or there are none.
    """
    a, b = _some(first), _some(second)
    if a.shape != b.shape:
        raise UsageError(f"{len(a)} and {len(b)} draws cannot be compared one by one.")
    gap = b - a
    alone, together = float(a.var() + b.var()), float(gap.var())
    both = float(a.std() * b.std())
    # Rounded before counting, so that a draw that a policy leaves alone does not count as better.
    lower = int((gap < -1e-6 * (1e-12 + np.abs(a))).sum())
    return Paired(
        mean(gap, level=level),
        float(((a - a.mean()) * (b - b.mean())).mean()) / both if both > 0 else math.nan,
        alone / together if together > 0 else math.inf,
        proportion(lower, len(gap), level=level),
    )


def fan(paths: ArrayLike, periods: Sequence[str]) -> pd.DataFrame:
    """Return mean and quantiles in each period.

    Args:
        paths: Shape (draws, periods).
        periods: Labels.

    Returns:
        A row a period: ``period``, ``mean``, ``q05`` … ``q95``.

    Raises:
        UsageError: There is no draw.
    """
    values = np.atleast_2d(np.asarray(paths, dtype=float))
    if not values.size:
        raise UsageError("there is no draw to look at.")
    table = pd.DataFrame({"period": list(periods), "mean": values.mean(axis=0)})
    for p, path in zip(QUANTILES, np.quantile(values, QUANTILES, axis=0), strict=True):
        table[f"q{round(100 * p):02d}"] = path
    return table


def convergence(hit: ArrayLike, *, level: float = LEVEL) -> tuple[tuple[int, Estimate], ...]:
    """Return how well a probability is known after so many draws.

    Args:
        hit: Shape (draws,), in the order of the draws: whether it is so.
        level: How often the intervals hold the truth.

    Returns:
        Number of draws and what they say, for each power of two from 16 on and for all of them.

    Raises:
        UsageError: There is no draw.
    """
    so = np.asarray(hit, dtype=bool)
    if not len(so):
        raise UsageError("there is no draw to look at.")
    sums = np.cumsum(so)
    steps = [2**k for k in range(4, len(so).bit_length()) if 2**k < len(so)] + [len(so)]
    return tuple((n, proportion(int(sums[n - 1]), n, level=level)) for n in steps)


def _some(x: ArrayLike) -> Floats:
    values = np.asarray(x, dtype=float).ravel()
    if not len(values):
        raise UsageError("there is no draw to look at.")
    return values
