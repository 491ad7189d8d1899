"""Functions that fill what no source reports; each row they make carries their name in ``method``."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from oreflow.errors import DataError

Array = NDArray[np.float64]


def great_circle(lat: Array, lon: Array) -> Array:
    """Return the great-circle distances between points.

    Args:
        lat: Latitudes, degrees, shape (n,).
        lon: Longitudes, degrees, shape (n,).

    Returns:
        Distances in km, shape (n, n), zero on the diagonal (haversine formula, Earth radius 6371 km).
    """
    phi, lam = np.radians(lat), np.radians(lon)
    half = np.sin((phi[:, None] - phi[None, :]) / 2) ** 2
    half = half + np.cos(phi)[:, None] * np.cos(phi)[None, :] * np.sin((lam[:, None] - lam[None, :]) / 2) ** 2
    return np.asarray(2 * 6371.0 * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))))


def distance_prior(distance: Array, *, home: float = 500.0, power: float = 1.0) -> Array:
    """Return the gravity prior of trade: the nearer, the more.

    Args:
        distance: Distances between regions, km, shape (n, n).
        home: Distance that stands for trade inside a region, km; the smaller, the more stays at home.
        power: Exponent of decay with distance (about 1 in gravity models of trade).

    Returns:
        Positive weights, dimensionless, shape (n, n).
    """
    floor = np.maximum(distance, home)
    np.fill_diagonal(floor, home)
    return np.asarray((home / floor) ** power)


def proportional_fit(
    prior: Array, supply: Array, use: Array, *, rounds: int = 2000, tolerance: float = 1e-10
) -> Array:
    """Fit a table of flows to what each region supplies and uses (iterative proportional fitting, RAS).

    The flows are the nearest to the prior, in relative entropy, that have these margins (Deming & Stephan
    1940). Where total use differs from total supply, use is scaled to it first.

    Args:
        prior: Weights of origin to destination, shape (m, n); a zero forbids a flow.
        supply: What each origin supplies, unit/yr, shape (m,).
        use: What each destination uses, unit/yr, shape (n,).
        rounds: Most rounds.
        tolerance: Largest relative gap of a margin that counts as fitted.

    Returns:
        Flows, unit/yr, shape (m, n).

    Raises:
        DataError: A margin is negative, nothing is used, or the prior forbids every fit.
    """
    if (supply < 0).any() or (use < 0).any():
        raise DataError("proportional_fit: a margin is negative. Supply and use must be zero or more.")
    total = float(supply.sum())
    if total == 0:
        return np.zeros_like(prior)
    if use.sum() == 0:
        raise DataError("proportional_fit: there is supply but no use. Give the use of each region.")
    target = use * (total / use.sum())
    flows = prior * (supply[:, None] > 0) * (target[None, :] > 0)
    for _ in range(rounds):
        flows = flows * _ratio(supply, flows.sum(axis=1))[:, None]
        flows = flows * _ratio(target, flows.sum(axis=0))[None, :]
        if np.abs(flows.sum(axis=1) - supply).max() <= tolerance * total:
            return np.asarray(flows)
    raise DataError(
        "proportional_fit: the prior forbids flows that the margins need. Allow more pairs of regions."
    )


def _ratio(wanted: Array, got: Array) -> Array:
    return np.divide(wanted, got, out=np.zeros_like(wanted), where=got > 0)


def scale_to_total(values: Array, total: float) -> Array:
    """Scale figures so that they sum to a reported total.

    Args:
        values: Figures, zero or more, shape (n,).
        total: Reported total in the same unit.

    Returns:
        Figures times one common factor, shape (n,).

    Raises:
        DataError: All figures are zero while the total is not.
    """
    found = float(values.sum())
    if found == 0:
        if total == 0:
            return np.asarray(values, dtype=float)
        raise DataError(
            f"scale_to_total: nothing to scale to a total of {total:g}. Add a figure for its parts."
        )
    return np.asarray(values * (total / found))


def grow(first: float, last: float, years: float, at: float) -> float:
    """Interpolate between two years at a constant growth rate.

    Args:
        first: Figure in the first year.
        last: Figure in the last year, same unit.
        years: Years between them.
        at: Years after the first.

    Returns:
        Figure at that time.

    Raises:
        DataError: A figure is not positive.
    """
    if first <= 0 or last <= 0:
        raise DataError(f"grow: both figures must be positive, got {first:g} and {last:g}.")
    return float(first * (last / first) ** (at / years))
