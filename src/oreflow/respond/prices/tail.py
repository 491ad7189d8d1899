"""The worst futures: where they begin, and their mean (CVaR; Rockafellar & Uryasev 2000)."""

from __future__ import annotations

import numpy as np

from oreflow.market.network import Floats
from oreflow.respond.risk import CVaR, evaluate

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
    sample = np.asarray(values, dtype=float)
    return evaluate(CVaR(1.0 - share), sample, np.full(len(sample), 1.0 / len(sample)))
