"""Risk measures: what a distribution of costs is worth, as an expectation under other probabilities.

A coherent measure is the largest expectation over a set of distributions (Artzner et al. 1999),

    R(Z) = max over q in Q(p) of Σ_k q_k·Z_k

and `weights` returns the q that is largest for given costs. A cut that is weighted by it is one of the risk-adjusted
cost-to-go (Philpott and de Matos 2012). Measures are nested: each stage judges the risk-adjusted cost of what follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from oreflow.errors import UsageError
from oreflow.market.network import Floats


class Risk(Protocol):
    """A coherent risk measure of costs that is never below their mean.

    A frozen dataclass of plain fields can be saved with its policy.
    """

    def weights(self, costs: Floats, probabilities: Floats) -> Floats:
        """Return the probabilities under which these costs are expected to be worst, within the measure's set.

        Args:
            costs: Shape (K,).
            probabilities: Nominal, shape (K,), sum to one.

        Returns:
            Shape (K,), at least nought, sum to one.
        """


@dataclass(frozen=True)
class Expectation:
    """The mean."""

    def weights(self, costs: Floats, probabilities: Floats) -> Floats:
        """Return the nominal probabilities; see `Risk`."""
        return probabilities


@dataclass(frozen=True)
class CVaR:
    """Mean of the worst share of outcomes (Rockafellar and Uryasev 2000).

    Attributes:
        level: Share of outcomes that is averaged, in (0, 1]: 0.05 for the worst twentieth, 1 for the mean.
    """

    level: float

    def __post_init__(self) -> None:
        if not 0 < self.level <= 1:
            raise UsageError(f"CVaR: level is the share of worst outcomes, in (0, 1], not {self.level}.")

    def weights(self, costs: Floats, probabilities: Floats) -> Floats:
        """Return p/level for the worst outcomes until it sums to one; see `Risk`."""
        order = np.argsort(-costs, kind="stable")
        filled = np.minimum(np.cumsum(probabilities[order]) / self.level, 1.0)
        q = np.empty_like(probabilities)
        q[order] = np.diff(filled, prepend=0.0)
        q /= q.sum()
        return q


@dataclass(frozen=True)
class WorstCase:
    """The largest cost that has a chance."""

    def weights(self, costs: Floats, probabilities: Floats) -> Floats:
        """Return one for the worst outcome; see `Risk`."""
        q = np.zeros_like(probabilities)
        q[int(np.argmax(np.where(probabilities > 0, costs, -np.inf)))] = 1.0
        return q


@dataclass(frozen=True)
class Mix:
    """(1 − weight) × mean + weight × CVaR.

    Attributes:
        weight: Of CVaR, in [0, 1].
        level: As for `CVaR`.
    """

    weight: float
    level: float

    def __post_init__(self) -> None:
        if not 0 <= self.weight <= 1:
            raise UsageError(f"Mix: weight is in [0, 1], not {self.weight}.")
        CVaR(self.level)

    def weights(self, costs: Floats, probabilities: Floats) -> Floats:
        """Return the mixed probabilities; see `Risk`."""
        tail = CVaR(self.level).weights(costs, probabilities)
        return (1.0 - self.weight) * probabilities + self.weight * tail


def evaluate(risk: Risk, costs: Floats, probabilities: Floats) -> float:
    """Return what costs are worth under a measure.

    Args:
        risk: The measure.
        costs: Shape (K,).
        probabilities: Nominal, shape (K,).

    Returns:
        The risk-adjusted cost.
    """
    return float(risk.weights(costs, probabilities) @ costs)
