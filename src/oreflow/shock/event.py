"""`Event`: something that happens to the world."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from oreflow.errors import ScenarioError, UnknownNameError
from oreflow.shock.calendar import month_of
from oreflow.shock.duration import Duration
from oreflow.shock.effect import EFFECTS, Effect
from oreflow.shock.target import Target

EVENT_TYPES: dict[str, str] = {
    "halt": "a plant stops, for a reason not told",
    "permit_halt": "a plant stops because a licence ended or is under review",
    "suspension": "the owner stops a plant for a time, often because the price is below cost",
    "closure": "the owner closes a plant",
    "restart": "a stopped plant comes back, or is said to",
    "output_cut": "a plant makes less on purpose",
    "expansion": "a plant makes more, or a new one opens",
    "permit": "a step in licensing",
    "accident": "fire, collapse, mud rush, breakdown",
    "weather": "flood, storm, drought",
    "strike": "strike or blockade",
    "conflict": "fighting stops mines or roads",
    "power_cut": "electricity is rationed",
    "smelter_outage": "a smelter or refinery stops",
    "export_ban": "exports are forbidden",
    "quota": "exports or output are held to an amount",
    "licence_regime": "exports need a licence",
    "tariff": "an import or export duty",
    "sanction": "trade with a country or firm is forbidden",
    "price_floor": "a lowest price is guaranteed",
    "subsidy": "a subsidy or tax credit begins, changes or ends",
    "stock_purchase": "a reserve or owners buy",
    "stock_release": "a reserve sells",
    "technology_switch": "one chemistry or product takes the place of another",
    "demand_change": "a use grows or shrinks",
    "passage_closed": "a sea passage cannot be used",
}
"""Types of events and what they are."""

LASTING = (
    "expansion",
    "restart",
    "permit",
    "price_floor",
    "subsidy",
    "stock_purchase",
    "stock_release",
    "technology_switch",
    "demand_change",
)
"""Types that hold until further notice where neither a duration nor a law says otherwise."""

LIKE = {"halt": "suspension", "output_cut": "suspension"}
"""Types that follow the law of another where the world has none of their own: nothing is known of the reason, so
they are taken for what owners do most often."""

_ID = re.compile(r"[a-z0-9][a-z0-9_\-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happens to the world: target, effect, time, and how sure it is.

    Attributes:
        id: Name within the scenario: lower-case letters, digits, ``_`` and ``-``.
        type: Key of `EVENT_TYPES`.
        target: Rows that it hits.
        effect: What it does to them.
        start: Date it begins.
        duration: Law of its length, the key of one in the world's table of laws, or None for the default of
            its type (until further notice for those in `LASTING`).
        until: Date it ends, where that is known; excludes `duration`.
        phase_in: Months over which the effect builds up in equal steps; 0 at once.
        recovery: Share of what was lost that comes back in a month after the end; None at once.
        announced: Date it becomes known; None at its start.
        expected: True where it was known before the horizon began, as a licence's expiry date is.
        certainty: Chance that it is so, 0 to 1.
        supersedes: Id of an earlier event whose beliefs it replaces: that event holds until this one starts.
        quote: Words of the source.
        source: Where they stand.

    Raises:
        ScenarioError: Dates out of order, a chance out of range, an effect that does not fit the target.
        UnknownNameError: The type does not exist.
    """

    id: str
    type: str
    target: Target
    effect: Effect
    start: str
    duration: Duration | str | None = None
    until: str | None = None
    phase_in: float = 0.0
    recovery: float | None = None
    announced: str | None = None
    expected: bool = False
    certainty: float = 1.0
    supersedes: str | None = None
    quote: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise ScenarioError(
                f"event {self.id!r}: an id has lower-case letters, digits, _ and -, at most 64 of them."
            )
        place = f"event {self.id!r}"
        if self.type not in EVENT_TYPES:
            raise UnknownNameError("event type", self.type, EVENT_TYPES, where=place)
        fits = EFFECTS[self.effect.kind].targets
        if self.target.kind not in fits:
            raise ScenarioError(
                f"{place}: the effect {self.effect.kind!r} acts on {' or '.join(fits)}, not on {self.target.kind}."
            )
        if not 0 <= self.certainty <= 1:
            raise ScenarioError(f"{place}: certainty is {self.certainty:g}; a chance lies between 0 and 1.")
        if not (math.isfinite(self.phase_in) and self.phase_in >= 0):
            raise ScenarioError(f"{place}: phase_in is {self.phase_in!r}; give months, 0 or more.")
        if self.recovery is not None and not (math.isfinite(self.recovery) and self.recovery > 0):
            raise ScenarioError(
                f"{place}: recovery is {self.recovery!r}; give the share that comes back in a month, above 0."
            )
        if self.supersedes == self.id:
            raise ScenarioError(f"{place}: supersedes itself; name an earlier event.")
        self._check_dates(place)

    def _check_dates(self, place: str) -> None:
        begin = month_of(self.start, where=f"{place}, start")
        known = month_of(self.announced, where=f"{place}, announced") if self.announced else begin
        end = math.inf
        if self.until is not None:
            if self.duration is not None:
                raise ScenarioError(f"{place}: has both duration and until; keep one.")
            end = month_of(self.until, where=f"{place}, until")
            if end <= begin:
                raise ScenarioError(
                    f"{place}: ends on {self.until}, before it starts on {self.start}. Swap them or correct one."
                )
        elif isinstance(self.duration, Duration) and self.duration.known and not self.duration.p_permanent:
            end = begin + self.duration.low
        if known > end and not self.expected:
            raise ScenarioError(
                f"{place}: is announced on {self.announced}, after its end; nothing would happen."
            )
        if self.effect.per == "event" and not math.isfinite(end):
            raise ScenarioError(
                f"{place}: an amount per event needs a known end; give until, or duration: {{months: ...}}."
            )

    @property
    def known_from(self) -> str:
        """Date it becomes known."""
        return self.announced or self.start

    def to_dict(self) -> dict[str, Any]:
        """Return the form that scenario files use, without what is at its default."""
        out: dict[str, Any] = {
            "id": self.id,
            "type": self.type,
            "target": self.target.to_dict(),
            "effect": self.effect.to_dict(),
            "start": self.start,
        }
        if self.duration is not None:
            out["duration"] = duration_to_dict(self.duration)
        optional = {
            "until": None,
            "phase_in": 0.0,
            "recovery": None,
            "announced": None,
            "expected": False,
            "certainty": 1.0,
            "supersedes": None,
            "quote": "",
            "source": "",
        }
        out.update({k: getattr(self, k) for k, default in optional.items() if getattr(self, k) != default})
        return out


def duration_to_dict(duration: Duration | str) -> dict[str, Any] | str:
    """Return a duration in the form that scenario files use.

    Args:
        duration: Explicit law, or the key of one.

    Returns:
        The key, ``"permanent"``, or the numbers of the law.
    """
    if isinstance(duration, str):
        return duration
    chances = {k: getattr(duration, k) for k in ("p_permanent", "p_contagion") if getattr(duration, k)}
    if duration.p_permanent == 1 and duration.shape == "fixed":
        del chances["p_permanent"]
        return {"permanent": True, **chances} if chances else "permanent"
    if duration.shape == "fixed":
        return {"months": duration.low, **chances}
    if duration.shape == "uniform":
        return {"low": duration.low, "high": duration.high, **chances}
    return {"median": duration.median, "sigma": duration.sigma, **chances}


def duration_from_dict(form: dict[str, Any] | str) -> Duration | str:
    """Return a duration from the form that scenario files use.

    Args:
        form: ``"permanent"``, the key of a law, or one of ``{months}``, ``{low, high}``, ``{median, sigma}``,
            ``{permanent: true}``, each with ``p_permanent`` and ``p_contagion`` as wished.

    Returns:
        The law, or its key.

    Raises:
        ScenarioError: The keys do not make a law.
    """
    if isinstance(form, str):
        return Duration.permanent() if form == "permanent" else form
    chances = {k: float(form[k]) for k in ("p_permanent", "p_contagion") if k in form}
    keys = tuple(sorted(k for k in form if k not in chances))
    if keys == ("months",):
        return Duration.fixed(float(form["months"]), **chances)
    if keys == ("high", "low"):
        return Duration.uniform(float(form["low"]), float(form["high"]), **chances)
    if keys == ("median", "sigma"):
        return Duration.lognormal(float(form["median"]), float(form["sigma"]), **chances)
    if keys == ("permanent",) and form["permanent"] is True and "p_permanent" not in chances:
        return Duration.permanent(**chances)
    told = ", ".join(keys) or "nothing"
    raise ScenarioError(
        f"duration: has {told}; give months, or low and high, or median and sigma, or permanent: true, or the "
        "name of a law."
    )
