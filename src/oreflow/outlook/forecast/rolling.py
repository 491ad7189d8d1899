"""Rolling origins: where forecasts are made from, which of them choose the model and which score it."""

from __future__ import annotations

import math
from dataclasses import dataclass

SHARE, YEARS_LEAST, YEARS_MOST = 1 / 3, 3, 10
"""The first origin knows this share of the values, but between so many years of them."""
VALUES_LEAST = 12
"""Values that the first origin knows at least."""
MOST = 120
"""Origins at most; with more values they lie further apart."""
LEAST = 9
"""Origins that choose, and origins that score, at least: with fewer errors no interval of 90 % is finite."""
SPANS = 2
"""Horizons that the scored origins must span, so that their score does not hang on one episode."""


@dataclass(frozen=True, slots=True)
class Rolling:
    """Origins of a back-test.

    Attributes:
        horizon: Periods ahead that are forecast from each.
        stride: Periods between origins.
        origins: Number of values known at each origin.
        choosing: The first so many origins choose the model.
        skipped: The next so many are used for neither, because the outcomes of the choosing ones reach into them.
    """

    horizon: int
    stride: int
    origins: tuple[int, ...]
    choosing: int
    skipped: int

    @property
    def scored(self) -> int:
        """Number of origins that score the model."""
        return len(self.origins) - self.choosing - self.skipped

    @property
    def overlap(self) -> int:
        """Origins, one after another, whose outcomes share a period."""
        return math.ceil(self.horizon / self.stride)


def rolling(n: int, horizon: int, season: int) -> Rolling | None:
    """Return the origins that a series of so many values allows.

    Args:
        n: Number of values.
        horizon: Periods ahead.
        season: Periods in a year.

    Returns:
        The origins; None where too few are left to score a model on.
    """
    first = max(VALUES_LEAST, YEARS_LEAST * season, min(math.floor(n * SHARE), YEARS_MOST * max(season, 3)))
    room = n - horizon - first + 1
    if room < 1:
        return None
    stride = math.ceil(room / MOST)
    # The latest origins count; what does not fit the stride is left out at the beginning.
    origins = tuple(range(n - horizon, first - 1, -stride))[::-1]
    skipped = math.ceil(horizon / stride)
    choosing = (len(origins) - skipped) // 2
    made = Rolling(horizon, stride, origins, choosing, skipped)
    fewest = min(choosing, made.scored)
    if fewest < LEAST or fewest * stride < SPANS * horizon:
        return None
    return made
