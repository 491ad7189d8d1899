"""From what was read to what is run: the horizon, and the events that fit on it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oreflow.errors import OreflowError
from oreflow.market import Settings
from oreflow.news import NotModelled
from oreflow.news.fitting import fitting
from oreflow.report.format import words
from oreflow.shock import stage
from oreflow.shock.calendar import label, month_of
from oreflow.shock.scope import touched

if TYPE_CHECKING:
    from oreflow.atlas import World
    from oreflow.news import Reading
    from oreflow.shock import Scenario

MONTHS = 13
"""Length of the horizon."""
LONGEST = 36
"""Longest horizon, for events that begin late."""
AFTER = 6
"""Months kept after the beginning of the last event."""


def horizon(scenario: Scenario) -> Settings:
    """Return the horizon of a briefing.

    Args:
        scenario: The events; at least one.

    Returns:
        Months from the one before the first event begins or becomes known; 13, or more where an event begins late.
    """
    first = min(int(month_of(d)) for e in scenario.events for d in (e.start, e.known_from))
    last = max(int(month_of(e.start)) for e in scenario.events)
    start = first - 1
    periods = min(max(MONTHS, last - start + AFTER + 1), LONGEST)
    return Settings(
        start=label("0000-01", start) if start < 0 else _label(start),
        periods=periods,
        stride=12,
        ahead=(1, 3, 8),
    )


def _label(months: int) -> str:
    return f"{months // 12:04d}-{months % 12 + 1:02d}"


def fit(
    scenario: Scenario, world: World, reading: Reading | None
) -> tuple[Scenario, Settings | None, list[NotModelled]]:
    """Keep the events that the world and one horizon can take together.

    As `oreflow.news.fitting.fitting` finds them, on the horizon of a briefing.

    Args:
        scenario: The events.
        world: The world.
        reading: Where they come from, for the claims behind them.

    Returns:
        The scenario, its horizon (none without events or where they reach no mineral), and what was left out.
    """
    found, refused = fitting(scenario, world, horizon)
    left = [NotModelled(_claim(reading, e.id), words(e.type), _said(why, e.id)) for e, why in refused]
    return found, horizon(found) if found.events else None, left


def solvable(
    scenario: Scenario, world: World, settings: Settings, reading: Reading | None
) -> tuple[Scenario, Settings | None, list[NotModelled]]:
    """Leave out the events that the market itself refuses, such as a purchase beyond what a reserve can take in.

    Args:
        scenario: The events.
        world: The world.
        settings: The horizon.
        reading: Where they come from, for the claims behind them.

    Returns:
        As `fit`.
    """
    from oreflow.market import Engine, calibrate
    from oreflow.shock import expected

    left: list[NotModelled] = []
    while scenario.events:
        bad = None
        for event in scenario.events:
            alone = replace(scenario, events=(replace(event, supersedes=None),))
            try:
                staged = stage(alone, world, start=settings.start, months=settings.periods)
                Engine(calibrate(world, scope=touched(staged, world)), settings).clear(expected(staged))
            except OreflowError as error:
                bad = event
                left.append(NotModelled(_claim(reading, event.id), words(event.type), str(error)))
                break
        if bad is None:
            break
        rest = tuple(e for e in scenario.events if e is not bad)
        scenario, kept, more = fit(replace(scenario, events=rest), world, reading)
        left += more
        if kept is None:
            return scenario, None, left
        settings = kept
    return scenario, settings, left


def _said(message: str, event: str) -> str:
    """Take the place off a message: the list of what is left out gives it."""
    return message.split(f"event {event!r}: ")[-1].split(f"event {event!r}, ")[-1]


def _claim(reading: Reading | None, event: str) -> int | None:
    for draft in reading.events if reading else ():
        if draft.id == event and draft.claims:
            return draft.claims[0]
    return None
