"""The worst futures: where they begin, and their mean (CVaR; Rockafellar & Uryasev 2000)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TAIL = 0.95
"""Share of futures below the P95, and outside the mean of the worst."""


def tail_mean(values: Floats, share: float = TAIL) -> float:
    """Return the mean of the worst (largest) values: CVaR of a sample, weights of the split value included.

    Args:
        values: Shape (n,).
        share: Share of the values that are left out.

    Returns:
        Mean of the largest 1 − share of them.
    """
    ordered = np.sort(np.asarray(values, dtype=float))[::-1]
    room = (1.0 - share) * len(ordered)
    weight = np.clip(room - np.arange(len(ordered)), 0.0, 1.0)
    return float(ordered @ weight / room)
