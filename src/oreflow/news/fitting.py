"""What the market can take of what was read: events that fit on one horizon and do not contradict each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from oreflow.errors import OreflowError
from oreflow.shock.calendar import month_of
from oreflow.shock.scope import touched
from oreflow.shock.stage import stage

if TYPE_CHECKING:
    from oreflow.atlas import World
    from oreflow.market import Settings
    from oreflow.news.reading import Reading
    from oreflow.shock import Event, Scenario


def known_when_told(scenario: Scenario, readings: Sequence[Reading], reading: Reading) -> Scenario:
    """Let what an article tells ahead of its time be known from the article's date on.

    Args:
        scenario: The events of the reading.
        readings: One reading an article.
        reading: All of them as one.

    Returns:
        The scenario, in which events without a date of announcement that begin after the article's date have it.
    """
    days = {}
    for draft in reading.events:
        dates = [readings[i].date for i in articles_of(draft.claims, readings, reading)]
        ends = [d.end for d in dates if d is not None and d.end is not None]
        if ends:
            days[draft.id] = min(ends).isoformat()

    def told(e: Event) -> Event:
        day = days.get(e.id)
        early = e.announced is None and day is not None and month_of(day) < month_of(e.start)
        return replace(e, announced=day) if early else e

    return replace(scenario, events=tuple(told(e) for e in scenario.events))


def articles_of(claims: Sequence[int], readings: Sequence[Reading], reading: Reading) -> list[int]:
    """Return the numbers of the articles that hold claims of a combined reading."""
    # Of a single article the items are the stories of a digest, not articles.
    return sorted({reading.claims[i].item if len(readings) > 1 else 0 for i in claims})


def fitting(
    scenario: Scenario, world: World, horizon: Callable[[Scenario], Settings]
) -> tuple[Scenario, list[tuple[Event, str]]]:
    """Keep the events that the world and one horizon can take together.

    Events are added in their order, in halves of halves where not all fit. One that lies outside every horizon,
    contradicts those before it, reaches nothing, or follows one that was left out is left out too.

    Args:
        scenario: The events.
        world: The world.
        horizon: Horizon of a scenario.

    Returns:
        The scenario, its events in their order, and each event that was left out with the reason.
    """
    waiting = list(scenario.events)
    kept: list[Event] = []
    reasons: dict[str, str] = {}

    def add(batch: list[Event]) -> None:
        trial = replace(scenario, events=(*kept, *batch))
        settings = horizon(trial)
        try:
            staged = stage(trial, world, start=settings.start, months=settings.periods)
            if not touched(staged, world):
                raise OreflowError("it reaches no commodity of the atlas")
        except OreflowError as error:
            if len(batch) > 1:
                add(batch[: len(batch) // 2])
                add(batch[len(batch) // 2 :])
            else:
                reasons[batch[0].id] = str(error)
            return
        kept.extend(batch)

    before = -1
    while waiting and len(kept) > before:
        before = len(kept)
        add(waiting)
        waiting = [e for e in waiting if e not in kept]
    # The order of the scenario stays, so that the same articles give the same run.
    order = [e.id for e in scenario.events]
    found = replace(scenario, events=tuple(sorted(kept, key=lambda e: order.index(e.id))))
    return found, [(e, reasons[e.id]) for e in waiting]
