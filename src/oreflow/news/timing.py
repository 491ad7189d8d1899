"""When a claim was said, was announced and takes effect."""

from __future__ import annotations

from dataclasses import dataclass

from oreflow.news.arguments import gap
from oreflow.news.dates import When, moved
from oreflow.news.interval import Interval
from oreflow.news.lexicon import word_list
from oreflow.news.scene import Scene
from oreflow.news.triggers import Trigger


@dataclass(frozen=True, slots=True)
class Dates:
    """Dates of a claim."""

    said: Interval | None
    announced: Interval | None
    effective: Interval | None


_OUTLOOKS = frozenset({"forecast", "dependency", "capacity_fact"})
_RECORDS = word_list("arguments.records")
_ANNOUNCE = word_list("arguments.announce")
_SAY = word_list("arguments.say")


def dates(
    scene: Scene,
    trigger: Trigger,
    found: list[When],
    article: Interval | None,
    spoken: tuple[int, int] | None,
    modality: str,
) -> Dates:
    """Find when a claim was said, was announced and takes effect.

    Args:
        scene: The sentence.
        trigger: The trigger in it.
        found: Dates in it, with offsets in the article.
        article: Date of the article, None when unknown.
        spoken: Span of the attribution, if any.
        modality: Whether it is past or still to come, which settles the year of a month named without one.

    Returns:
        The dates; ``said`` is the article's date where the text gives no other.
    """
    said, announced, effective = article, None, None
    best = 99.0
    for w in found:
        i, j = scene.span(w.start, w.end)
        if w.role == "since" and set(scene.lower[max(0, i - 3) : i]) & _RECORDS:
            continue
        verb = _verb_near(scene, i, j)
        distance = gap(i, j, trigger.first, trigger.last)
        own = distance <= 3
        if verb in _SAY and not own:
            if spoken and abs(scene.token(spoken[0]) - i) <= 6:
                said = w.interval
            continue
        if verb in _ANNOUNCE and not own:
            announced = w.interval
            continue
        cost = distance + 7.0 * abs(scene.clauses[i] - scene.clauses[trigger.first])
        cost += (
            3.0
            if j <= trigger.first and i > 1 and any(x == "," for x in scene.lower[j : trigger.first])
            else 0.0
        )
        limit = 45 if trigger.type in _OUTLOOKS else 22
        when = _tensed(w, article, modality)
        if w.floating and when == moved(w.interval, 1) and scene.clauses[i] != scene.clauses[trigger.first]:
            continue  # next year's would be needed: it dates what the other clause tells
        if cost < best and cost <= limit:
            best, effective = cost, when
    if announced is None and any(w in _ANNOUNCE for w in scene.lower):
        announced = said
    return Dates(said, announced, effective)


def _tensed(w: When, article: Interval | None, modality: str) -> Interval | None:
    """Move a date without a year by the tense; a past that lies in the future is no date of it."""
    ref = article.end if article else None
    i = w.interval
    if ref is None or i.label:
        return i
    ahead = modality in {"planned", "forecast", "considered", "conditional"}
    if w.floating and ahead and i.end is not None and i.end < ref:
        return moved(i, 1)
    if w.floating and modality == "happened" and i.start is not None and i.start > ref and not w.role:
        return moved(i, -1)
    if modality in {"happened", "rumoured"} and w.role == "by" and i.end is not None and i.end > ref:
        return None
    return i


def _verb_near(scene: Scene, i: int, j: int) -> str:
    """Verb of saying that a date stands next to: "said on Wednesday", "On Wednesday, X announced"."""
    back = [w for w in scene.lower[max(0, i - 3) : i] if w in _SAY or w in _ANNOUNCE]
    if back:
        return back[-1]
    ahead = scene.lower[j : j + 2]
    return next((w for w in ahead if w in _SAY or w in _ANNOUNCE), "")
