"""What an event does to the rows it hits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from oreflow.errors import ScenarioError, UnknownNameError


@dataclass(frozen=True, slots=True)
class EffectKind:
    """One thing that an event can do.

    Attributes:
        targets: Kinds of target it fits.
        attribute: Attribute of the market that it moves.
        low: Smallest value allowed.
        high: Largest value allowed.
        unit: Unit of the value.
        says: Sentence with ``{value}``.
    """

    targets: tuple[str, ...]
    attribute: str
    low: float
    high: float
    unit: str
    says: str


_TRADE = ("trade", "policy")
_INF = math.inf

EFFECTS: dict[str, EffectKind] = {
    "availability": EffectKind(("plants",), "availability", 0, 1, "1", "runs at {value:%} of normal"),
    "capacity": EffectKind(("plants",), "capacity", 0, 100, "1", "capacity is {value} times what it was"),
    "output_cut": EffectKind(("plants",), "availability", 0, _INF, "t", "cuts output by {value}"),
    "cost": EffectKind(("plants", *_TRADE), "cost", -_INF, _INF, "USD/unit", "costs {value} USD/unit more"),
    "ban": EffectKind(_TRADE, "limit", 0, 0, "", "may not be shipped"),
    "limit": EffectKind(_TRADE, "limit", 0, 100, "1", "is held to {value} times the 2025 flow on each row"),
    "quota": EffectKind(_TRADE, "quota", 0, _INF, "unit", "is held to {value} over all rows together"),
    "tariff": EffectKind(_TRADE, "tariff", -1, 100, "1", "pays an ad-valorem tariff of {value:%} more"),
    "closed": EffectKind(("passage",), "cost", 0, 0, "", "is closed"),
    "demand": EffectKind(("demands",), "quantity", 0, 100, "1", "is {value} times what it was"),
    "draw": EffectKind(("stores",), "draw", 0, _INF, "unit/month", "releases {value} units a month"),
    "fill": EffectKind(("stores",), "fill", 0, _INF, "unit/month", "buys {value} units a month"),
    "cover": EffectKind(("stores",), "cover", 0, 100, "1", "owners wish to hold {value} times the stock"),
    "ceiling": EffectKind(("mixes",), "ceiling", 0, 1, "1", "may take up to {value:%} of the use"),
    "ramp": EffectKind(("mixes",), "ramp", 0, 1, "1/month", "may change its share by {value:%} a month"),
}
"""Name of an effect to what it is."""

PER = {"output_cut": ("month", "year"), "quota": ("month", "year", "event")}
"""Effects that state an amount per period, and the periods; ``event`` is the whole length of the event."""

FLAGS = ("ban", "closed")
"""Effects without a size, written ``true``."""


@dataclass(frozen=True, slots=True)
class Effect:
    """Kind and size of what an event does.

    Attributes:
        kind: Key of `EFFECTS`.
        low: Size, or the low end of a disputed size, in the unit of the kind.
        high: High end of a disputed size; equals `low` where it is not disputed.
        per: ``month``, ``year`` or ``event`` for the kinds in `PER`, else empty.

    Raises:
        UnknownNameError: There is no such kind of effect.
        ScenarioError: The size is out of range or not a number.
    """

    kind: str
    low: float = 0.0
    high: float = 0.0
    per: str = ""

    def __post_init__(self) -> None:
        if self.kind not in EFFECTS:
            raise UnknownNameError("effect", self.kind, EFFECTS)
        spec = EFFECTS[self.kind]
        for value in (self.low, self.high):
            if not math.isfinite(value):
                raise ScenarioError(f"effect: {self.kind} is {value!r}; give a finite number.")
            if self.kind == "capacity" and value < 0:
                raise ScenarioError(
                    f"effect: a capacity of {value:g} is negative; 0 is the least there can be."
                )
            if not spec.low <= value <= spec.high:
                raise ScenarioError(
                    f"effect: {self.kind} is {value:g}; it must lie between {spec.low:g} and {spec.high:g}"
                    f"{f' ({spec.unit})' if spec.unit else ''}."
                )
        if self.low > self.high:
            raise ScenarioError(
                f"effect: {self.kind} ranges from {self.low:g} down to {self.high:g}; put the smaller one first."
            )
        if self.kind in PER and self.per not in PER[self.kind]:
            raise ScenarioError(
                f"effect: {self.kind} is an amount per period; give per: {' or '.join(PER[self.kind])}."
            )
        if self.kind not in PER and self.per:
            raise ScenarioError(f"effect: {self.kind} takes no 'per'; leave it out.")

    @classmethod
    def of(cls, kind: str, value: float | tuple[float, float] | bool = True, *, per: str = "") -> Effect:
        """Return an effect.

        Args:
            kind: Key of `EFFECTS`.
            value: Size, a (low, high) pair where it is disputed, or True for those without a size.
            per: Period of the amount for ``output_cut`` (``month`` unless told) and ``quota`` (``year``).

        Returns:
            The effect.

        Raises:
            ScenarioError: The value does not fit the kind.
        """
        if kind in FLAGS:
            if value is not True:
                raise ScenarioError(f"effect: {kind} is either there or not; write {kind}: true.")
            return cls(kind)
        if isinstance(value, bool):
            raise ScenarioError(f"effect: {kind} needs a number, not {str(value).lower()}.")
        low, high = value if isinstance(value, tuple) else (value, value)
        default = {"output_cut": "month", "quota": "year"}.get(kind, "")
        return cls(kind, float(low), float(high), per or default)

    @property
    def attribute(self) -> str:
        """Attribute of the market that it moves."""
        return EFFECTS[self.kind].attribute

    @property
    def disputed(self) -> bool:
        """True where the size is a range."""
        return self.high > self.low

    def to_dict(self) -> dict[str, Any]:
        """Return the form that scenario files use."""
        if self.kind in FLAGS:
            return {self.kind: True}
        out: dict[str, Any] = {self.kind: [self.low, self.high] if self.disputed else self.low}
        return {**out, "per": self.per} if self.per else out
