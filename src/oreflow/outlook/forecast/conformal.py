"""Conformal intervals: as wide as the model's own past errors at the same distance were.

Split conformal prediction on the absolute errors of rolling origins, one distance ahead at a time (Lei and others,
2018, Distribution-free predictive inference for regression, Journal of the American Statistical Association 113,
1094-1111; for a rolling use on time series see Stankevičiūtė and others, 2021, Conformal time-series forecasting,
NeurIPS 34). With n past errors the interval of level L reaches as far as the ⌈(n + 1) L⌉-th smallest of them: if a new
error is as likely to be any rank among the old ones, at least L of the outcomes fall inside, whatever their law. Errors
of a price series are not quite exchangeable; how often the outcome did fall inside is therefore counted and shown.
"""

from __future__ import annotations

import bisect
import math

import numpy as np
from numpy.typing import ArrayLike

from oreflow.errors import DataError, UsageError
from oreflow.outlook.forecast.series import Floats


def least(level: float) -> int:
    """Return the least number of past errors for which an interval of that level is finite."""
    return math.ceil(round(level / (1 - level), 9))


def radius(errors: ArrayLike, level: float) -> Floats:
    """Return how far from the forecast an interval reaches.

    Args:
        errors: Shape (n, ...), past errors along the first axis; the sign does not matter. NaN is not known.
        level: Share of outcomes that should fall inside, between 0 and 1.

    Returns:
        Shape (...), infinite where fewer errors are known than `least` asks for.

    Raises:
        UsageError: The level is not between 0 and 1.
        DataError: There is no axis of errors.
    """
    check_level(level)
    size = np.abs(np.asarray(errors, dtype=float))
    if size.ndim == 0:
        raise DataError("errors need an axis of past origins.")
    known = np.sum(np.isfinite(size), axis=0)
    ranked = np.sort(np.where(np.isfinite(size), size, np.inf), axis=0)
    rank = np.ceil(np.round((known + 1) * level, 9)).astype(int)
    if not len(ranked):
        return np.full(size.shape[1:], np.inf)
    picked = np.take_along_axis(ranked, np.minimum(np.maximum(rank, 1), len(ranked))[None] - 1, axis=0)[0]
    out: Floats = np.where(rank > known, np.inf, picked)
    return out


def rolling_radius(errors: Floats, origins: ArrayLike, level: float) -> Floats:
    """Return, for every origin, how far an interval reached that knew only the errors seen by then.

    Args:
        errors: Shape (origins, h), errors of forecasts k = 1…h periods ahead.
        origins: Shape (origins,), number of values known at each origin, rising.
        level: Share of outcomes that should fall inside.

    Returns:
        Shape (origins, h): for origin t and distance k from the errors at distance k of origins s with s + k ≤ t.
        Infinite where there are too few.

    Raises:
        UsageError: The level is not between 0 and 1.
    """
    check_level(level)
    at = np.asarray(origins)
    out = np.full(errors.shape, np.inf)
    size = np.abs(errors)
    for k in range(errors.shape[1]):
        seen: list[float] = []
        arrived = 0
        for i, t in enumerate(at):
            while arrived < len(at) and at[arrived] + k + 1 <= t:
                if math.isfinite(size[arrived, k]):
                    bisect.insort(seen, float(size[arrived, k]))
                arrived += 1
            rank = math.ceil(round((len(seen) + 1) * level, 9))
            if rank <= len(seen):
                out[i, k] = seen[max(rank, 1) - 1]
    return out


def apply(point: ArrayLike, reach: ArrayLike, *, logs: bool) -> tuple[Floats, Floats]:
    """Return the ends of intervals around a forecast.

    Args:
        point: The forecast.
        reach: How far the interval reaches, in logarithms where ``logs``.
        logs: Whether errors are of logarithms: the ends are then the forecast divided and multiplied by a factor.

    Returns:
        Low and high ends.
    """
    middle, by = np.asarray(point, dtype=float), np.asarray(reach, dtype=float)
    if logs:
        with np.errstate(over="ignore"):
            factor = np.exp(by)
        return middle / factor, middle * factor
    return middle - by, middle + by


def check_level(level: float) -> None:
    """Refuse a level that is no share.

    Raises:
        UsageError: It is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise UsageError(f"level {level}: give a share between 0 and 1, such as 0.8 for 80 %.")
