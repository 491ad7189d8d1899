"""`EventDraft`: an event as an article tells it, in the terms of a scenario, before the world has checked it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class EventDraft:
    """What an article says happens to the world.

    Attributes:
        id: Name within the reading.
        type: Type of event, a key of `oreflow.shock.EVENT_TYPES`.
        claim_type: Type of the claims behind it.
        label: What it hits, in plain words or as an atlas key.
        target: Rows it hits, in the form of scenario files; None when the world has no such row.
        effect: What it does, in the form of scenario files: a number, or ``[low, high]`` where it is disputed.
        per: Period of an amount, or ``""``.
        start: First day, ISO; None where the text gives none.
        announced: Day it became known; None where the text gives none.
        until: Last day, where the text gives one.
        duration: Key of a law, or its numbers; None for the default of its type.
        certainty: Chance that it is so, 0 to 1.
        modality: The firmest modality of its claims.
        claims: Indices of the claims behind it.
        speakers: Who says so.
        quote: Exact words.
        source: Where they stand.
        supersedes: Id of an earlier event whose duration it replaces.
        recovery: Share of the loss that comes back in a month, None for at once.
        defaults: What the text left open and what was taken for it.
    """

    id: str
    type: str
    claim_type: str
    label: str
    target: dict[str, Any] | None
    effect: dict[str, Any]
    per: str
    start: str | None
    announced: str | None
    until: str | None
    duration: str | dict[str, float] | None
    certainty: float
    modality: str
    claims: tuple[int, ...]
    speakers: tuple[str, ...]
    quote: str
    source: str
    supersedes: str | None = None
    recovery: float | None = None
    defaults: tuple[str, ...] = field(default_factory=tuple)

    def to_dict(self) -> dict[str, Any]:
        """As it is printed."""
        return {
            "id": self.id,
            "type": self.type,
            "claim_type": self.claim_type,
            "label": self.label,
            "target": self.target,
            "effect": {**self.effect, **({"per": self.per} if self.per else {})},
            "start": self.start,
            "announced": self.announced,
            "until": self.until,
            "duration": self.duration,
            "certainty": round(self.certainty, 4),
            "modality": self.modality,
            "claims": list(self.claims),
            "speakers": list(self.speakers),
            "quote": self.quote,
            "source": self.source,
            "supersedes": self.supersedes,
            "recovery": self.recovery,
            "defaults": list(self.defaults),
        }


@dataclass(frozen=True, slots=True)
class NotModelled:
    """Something an article says that becomes no event.

    Attributes:
        claim: Index of the claim; None when it is about the whole article.
        what: What it is, in plain words.
        reason: Why it is not modelled.
    """

    claim: int | None
    what: str
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """As it is printed."""
        return {"claim": self.claim, "what": self.what, "reason": self.reason}
