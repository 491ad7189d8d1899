"""What later articles overtake: a plan whose date moved, a rumour that came true, a denial that did not last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from oreflow.news.claims import Claim
from oreflow.news.interval import Interval
from oreflow.news.modality import MODALITIES


@dataclass(frozen=True, slots=True)
class Overtaken:
    """A claim that a later article takes the place of.

    Attributes:
        claim: Index of the claim.
        by: Index of the later claim.
        kind: ``happened`` (what was planned or rumoured is done), ``moved`` (another date), ``firmer`` (what was
            considered is planned), ``withdrawn`` (the plan is dropped), ``refuted`` (a denial that did not last) or
            ``revised`` (another figure of the same speaker).
        said: Day of the later article.
    """

    claim: int
    by: int
    kind: str
    said: date

    @property
    def reason(self) -> str:
        """Why it no longer counts, in plain words."""
        told = {
            "happened": "it has happened since",
            "moved": "the date has been moved since",
            "firmer": "it has become firmer since",
            "withdrawn": "the plan has been dropped since",
            "refuted": "it has turned out otherwise since",
            "revised": "the same speaker has given another figure since",
        }[self.kind]
        return f"{told}, as of {self.said.isoformat()}"


def overtaken(claims: Sequence[Claim], dates: Sequence[Interval | None]) -> tuple[Overtaken, ...]:
    """Find the claims of earlier articles that later ones take the place of.

    Only what a later article says on the same matter (type, subject, goods and direction) overtakes, and what has
    happened is never undone: a figure or a fact that somebody else gives differently is a disagreement, and stays.

    Args:
        claims: Claims of several articles; ``item`` is the number of the article.
        dates: Date of each article, None where it is not known: an undated article overtakes nothing.

    Returns:
        One entry for each claim overtaken, by the latest claim that does so.
    """
    matters: dict[tuple[str, ...], list[int]] = {}
    for i, c in enumerate(claims):
        if c.subject or c.commodity:
            matters.setdefault((c.type, c.subject or "", c.country or ""), []).append(i)
    out: list[Overtaken] = []
    for members in matters.values():
        days = {i: _day(dates[claims[i].item]) for i in members}
        for i in members:
            mine = days[i]
            if mine is None:
                continue
            later = [(d, j) for j in members if (d := days[j]) is not None and d > mine]
            for said, j in sorted(later, reverse=True):
                kind = _kind(claims[i], claims[j])
                if kind:
                    out.append(Overtaken(i, j, kind, said))
                    break
    return tuple(sorted(out, key=lambda o: o.claim))


def _day(when: Interval | None) -> date | None:
    return when.end if when is not None else None


def _kind(old: Claim, new: Claim) -> str:
    """How a later claim overtakes an earlier one, ``""`` where it does not."""
    if not _same_goods(old, new) or (old.direction and new.direction and old.direction != new.direction):
        return ""
    if old.polarity != new.polarity:
        if new.polarity == "negated":
            return "withdrawn" if old.modality in {"planned", "considered"} else ""
        return "refuted" if new.modality in {"happened", "planned"} else ""
    if old.polarity == "negated":
        return ""
    if _revised(old, new):
        return "revised"
    if old.modality == "happened" or old.type in _STATES:
        return ""
    if new.modality == "happened":
        return "happened" if _compatible(old, new) else ""
    if old.effective is not None and new.effective is not None and old.effective != new.effective:
        return "moved" if old.type in _DATED else ""
    firmer = MODALITIES.index(new.modality) < MODALITIES.index(old.modality)
    return "firmer" if firmer and _compatible(old, new) else ""


_STATES = frozenset(
    {"forecast", "capacity_fact", "concentration", "dependency", "bottleneck", "price_move", "share_price_move",
     "demand_change", "reserve_report", "ignorance"}
)  # fmt: skip
"""Types that tell of a state or a view: a later one is news, not a correction."""
_DATED = frozenset({"restart", "expansion", "licence", "export_control", "quota", "tariff", "sanction", "halt",
                    "subsidy", "price_floor", "stockpile", "agreement", "investment"})  # fmt: skip
"""Types with a day on which they come about, which may be moved."""


def _same_goods(a: Claim, b: Claim) -> bool:
    first, second = set((a.commodity or "").split(";")), set((b.commodity or "").split(";"))
    return not a.commodity or not b.commodity or bool(first & second)


def _compatible(old: Claim, new: Claim) -> bool:
    """Whether the later claim may be the earlier one come true: not another amount of the same unit."""
    a, b = old.quantity, new.quantity
    return a is None or b is None or a.unit != b.unit or a.range[0] <= b.range[1] * 1.01


def _revised(old: Claim, new: Claim) -> bool:
    a, b = old.quantity, new.quantity
    if a is None or b is None or not old.speaker or not new.speaker:
        return False
    same = old.speaker.lower() in new.speaker.lower() or new.speaker.lower() in old.speaker.lower()
    return same and (a.unit, a.per) == (b.unit, b.per) and a.range != b.range
