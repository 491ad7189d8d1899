"""How forecasts are scored: MASE, RMSSE, quantile score and coverage.

Scaled errors are those of Hyndman and Koehler (2006), Another look at measures of forecast accuracy, International
Journal of Forecasting 22(4), 679-688: an error divided by the mean absolute error that the naive forecast of one
period ahead makes on the values known at the time. 1 is as good as that; forecasts further ahead have more.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from oreflow.errors import DataError
from oreflow.outlook.forecast.series import Floats


def scale(known: ArrayLike, *, season: int = 1, squared: bool = False) -> float:
    """Return the naive error on known values that errors are divided by.

    Args:
        known: Shape (n,), the values known when the forecast is made.
        season: Periods back that the naive forecast looks.
        squared: Mean square instead of mean absolute error, for RMSSE.

    Returns:
        In the unit of the values (its square where squared); 0 where nothing ever changed.

    Raises:
        DataError: No more values than the season has periods.
    """
    y = np.asarray(known, dtype=float)
    if len(y) <= season:
        raise DataError(f"{len(y)} values are too few to scale errors over a season of {season}.")
    change = y[season:] - y[:-season]
    return float(np.mean(change**2) if squared else np.mean(np.abs(change)))


def mase(known: ArrayLike, actual: ArrayLike, forecast: ArrayLike, *, season: int = 1) -> float:
    """Return the mean absolute scaled error.

    Args:
        known: Shape (n,), the values known when the forecast was made.
        actual: Shape (h,), what came.
        forecast: Shape (h,), what was forecast.
        season: Periods back that the naive forecast looks.

    Returns:
        Mean absolute error over `scale`; infinite where the known values never changed but the forecast errs.

    Raises:
        DataError: Too few known values, or shapes that do not fit.
    """
    error = _errors(actual, forecast)
    return _over(float(np.mean(np.abs(error))), scale(known, season=season))


def rmsse(known: ArrayLike, actual: ArrayLike, forecast: ArrayLike, *, season: int = 1) -> float:
    """Return the root mean squared scaled error, with the arguments of `mase`."""
    error = _errors(actual, forecast)
    return float(np.sqrt(_over(float(np.mean(error**2)), scale(known, season=season, squared=True))))


def pinball(actual: ArrayLike, quantile: ArrayLike, share: ArrayLike) -> Floats:
    """Return the quantile score: the share's weight of an error above, the rest's of one below.

    Args:
        actual: What came.
        quantile: Forecast that the share of outcomes should lie below.
        share: The share, 0 to 1.

    Returns:
        Shape of the three broadcast together; its mean is least, over all forecasts, at the true quantile.
    """
    error = np.asarray(actual, dtype=float) - np.asarray(quantile, dtype=float)
    q = np.asarray(share, dtype=float)
    out: Floats = np.maximum(q * error, (q - 1) * error)
    return out


def coverage(actual: ArrayLike, low: ArrayLike, high: ArrayLike) -> float:
    """Return the share of what came that lies in its interval; intervals that are not known are left out."""
    y, a, b = (np.asarray(x, dtype=float) for x in (actual, low, high))
    known = np.isfinite(a) & np.isfinite(b)
    return float(np.mean(((y >= a) & (y <= b))[known])) if known.any() else float("nan")


def _errors(actual: ArrayLike, forecast: ArrayLike) -> Floats:
    y, f = np.asarray(actual, dtype=float), np.asarray(forecast, dtype=float)
    if y.shape != f.shape:
        raise DataError(f"forecasts have shape {f.shape}, what came {y.shape}; they must be the same.")
    out: Floats = y - f
    return out


def _over(error: float, by: float) -> float:
    if by > 0:
        return error / by
    return float("inf") if error > 0 else 0.0
