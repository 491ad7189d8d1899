"""The loss at risk: the mean of the worst share of what may happen."""

from __future__ import annotations

from oreflow.errors import UsageError
from oreflow.market.network import Floats
from oreflow.respond.risk import CVaR


def at_risk(losses: Floats, weight: Floats, tail: float) -> float:
    """Return the mean loss in the worst `tail` of all cases (conditional value at risk).

    The mean over the upper tail of a discrete distribution, the case on its edge counted in part; equal to
    min_η η + E[(L − η)⁺]/tail (Rockafellar & Uryasev, J. Risk 2(3), 2000, theorem 1; J. Banking & Finance 26, 2002).

    Args:
        losses: Loss of each case, shape (S,).
        weight: Probability of each, shape (S,).
        tail: Share that counts, above 0 and at most 1; 1 is the mean of all, a very small one the worst case.

    Returns:
        In the unit of the losses.

    Raises:
        UsageError: The tail is not a share.
    """
    return float(in_tail(losses, weight, tail) @ losses)


def in_tail(losses: Floats, weight: Floats, tail: float) -> Floats:
    """Return how much each case counts in the loss at risk, shape (S,), adding up to 1.

    Args:
        losses: As for `at_risk`.
        weight: As for `at_risk`.
        tail: As for `at_risk`.
    """
    check_tail(tail)
    return CVaR(tail).weights(losses, weight / weight.sum())


def check_tail(tail: float) -> None:
    """Refuse a tail that is no share.

    Args:
        tail: Share of the worst cases.

    Raises:
        UsageError: It is not above 0 and at most 1.
    """
    if not 0.0 < tail <= 1.0:
        raise UsageError(f"the tail is a share of all cases, above 0 and at most 1, not {tail:g}.")
