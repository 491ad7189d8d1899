"""Closed forms for options on a price that is log-normal at each date: what every simulation here is held against.

    put(F, K, v) = K·N(−d₂) − F·N(−d₁),   d₁ = (ln(F/K) + v/2)/√v,   d₂ = d₁ − √v

with F the mean of the price, K the strike and v the variance of its log (Black 1976; undiscounted). The right to give
one log-normal price for another is the same formula with the other's mean in place of K (Margrabe 1978).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

Floats = NDArray[np.float64]


def call(forward: ArrayLike, strike: ArrayLike, variance: ArrayLike) -> Floats:
    """Return the mean of max(P − K, 0).

    Args:
        forward: Mean of the price, above 0.
        strike: K; at or below 0 the option is always used.
        variance: Variance of the log price; 0 for a price that is known.

    Returns:
        Undiscounted value in the unit of the price.
    """
    f, k, v = np.broadcast_arrays(*(np.asarray(a, dtype=float) for a in (forward, strike, variance)))
    plain = np.maximum(f - k, 0.0)
    real = (v > 0) & (k > 0)
    root = np.sqrt(np.where(real, v, 1.0))
    d1 = np.log(f / np.where(real, k, 1.0)) / root + 0.5 * root
    return np.where(real, f * ndtr(d1) - k * ndtr(d1 - root), plain)


def put(forward: ArrayLike, strike: ArrayLike, variance: ArrayLike) -> Floats:
    """Return the mean of max(K − P, 0).

    Args:
        forward: Mean of the price, above 0.
        strike: K; at or below 0 it pays nothing.
        variance: Variance of the log price; 0 for a price that is known.

    Returns:
        Undiscounted value in the unit of the price.
    """
    f, k = np.asarray(forward, dtype=float), np.asarray(strike, dtype=float)
    return np.where(k > 0, np.maximum(call(f, k, variance) - f + k, 0.0), 0.0)


def exchange(
    get: ArrayLike, give: ArrayLike, var_get: ArrayLike, var_give: ArrayLike, covariance: ArrayLike = 0.0
) -> Floats:
    """Return the mean of max(A − B, 0) for two log-normal prices (Margrabe 1978).

    Args:
        get: Mean of A.
        give: Mean of B, above 0.
        var_get: Variance of ln A.
        var_give: Variance of ln B.
        covariance: Covariance of ln A and ln B.

    Returns:
        Undiscounted value.
    """
    both = np.asarray(var_get, float) + np.asarray(var_give, float) - 2.0 * np.asarray(covariance, float)
    return call(get, give, both)
