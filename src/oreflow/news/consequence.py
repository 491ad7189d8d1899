"""`Consequence`: what a claim does to the rows it hits, or why it does nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from oreflow.news.assumptions import assumption
from oreflow.news.claims import Amount
from oreflow.news.targets import Aim


@dataclass(frozen=True, slots=True)
class Consequence:
    """An effect on a target, or the reason why there is none.

    Attributes:
        type: Type of event, a key of `oreflow.shock.EVENT_TYPES`.
        aim: The target.
        effect: In the form of scenario files; empty when there is none.
        per: Period of an amount.
        reason: Why there is none.
        duration: Key of a law or its numbers, None for the default of the type.
        recovery: Share of the loss that comes back in a month.
        defaults: What was assumed.
    """

    type: str
    aim: Aim
    effect: dict[str, Any] = field(default_factory=dict)
    per: str = ""
    reason: str = ""
    duration: str | dict[str, float] | None = None
    recovery: float | None = None
    defaults: tuple[str, ...] = ()


MONTHS = {"month": 12.0, "year": 1.0, "quarter": 4.0, "week": 365 / 7, "day": 365.0}
"""How often a period fits in a year."""


def bounds(q: Amount) -> tuple[float, float]:
    """Return the least and the most that an amount means.

    "Up to X" reaches down to a share of X, "at least X" up to a multiple of it, as the table of assumptions says.

    Args:
        q: The amount.

    Returns:
        Low and high, in the unit of the amount.
    """
    low, high = q.range
    if q.low is None and q.high is not None and q.value is not None:
        return assumption("up_to_share") * high, high
    if q.low is not None and q.high is None and q.value is not None:
        return low, assumption("at_least_factor") * low
    return low, high


def span(low: float, high: float) -> float | list[float]:
    """A range as scenario files write it: one number, or ``[low, high]``."""
    low, high = (float(f"{v:.6g}") for v in (low, high))
    return low if low == high else [low, high]


def length_law(q: Amount | None) -> dict[str, float] | None:
    """Return a stated length as a law of duration.

    Args:
        q: A quantity; anything but a time gives None.

    Returns:
        ``months``, or ``low`` and ``high`` in months.
    """
    if q is None or q.unit not in {"days", "weeks", "months", "years"}:
        return None
    factor = {"days": 12 / 365, "weeks": 84 / 365, "months": 1.0, "years": 12.0}[q.unit]
    if q.low is not None and q.high is None:
        return None  # "at least three months" bounds the length; the law of the type says the rest
    low, high = bounds(q)
    if low == high:
        return {"months": round(low * factor, 3)}
    return {"low": round(low * factor, 3), "high": round(high * factor, 3)}
