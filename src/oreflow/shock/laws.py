"""Which law of duration an event follows when it states none."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

from oreflow.atlas import World
from oreflow.errors import DataError, ScenarioError, UnknownNameError
from oreflow.shock.calendar import month_of
from oreflow.shock.duration import Duration
from oreflow.shock.event import EVENT_TYPES, LASTING, LIKE, Event


def law(world: World, name: str, *, where: str = "") -> Duration:
    """Return a law of the world's table ``laws``.

    Args:
        world: The world.
        name: Key of the law.
        where: Place of the name for messages.

    Returns:
        The duration.

    Raises:
        UnknownNameError: There is no such law.
        DataError: Its row does not make a law.
    """
    known = list(world.laws["law"])
    if name not in known:
        raise UnknownNameError("law", name, [*known, "permanent"], where=where)
    return _read(world.laws.iloc[known.index(name)].to_dict())


def default_duration(world: World, event_type: str) -> Duration:
    """Return the duration that an event of a type has where nothing else is said.

    Args:
        world: The world, whose table ``laws`` names the event type that each law is the default for.
        event_type: Key of `EVENT_TYPES`.

    Returns:
        The law of the type, else of the one that it is like (`LIKE`); permanent for types in `LASTING`.

    Raises:
        UnknownNameError: There is no such type.
        ScenarioError: The type has no law and does not hold by nature.
    """
    if event_type not in EVENT_TYPES:
        raise UnknownNameError("event type", event_type, EVENT_TYPES)
    types = list(world.laws["event_type"])
    for candidate in (event_type, LIKE.get(event_type)):
        if candidate in types:
            return _read(world.laws.iloc[types.index(candidate)].to_dict())
    if event_type in LASTING:
        return Duration.permanent()
    raise ScenarioError(
        f"the table laws has no row for events of type {event_type!r}; give the event a duration, or add a law."
    )


def resolve(event: Event, world: World) -> Duration:
    """Return the duration of an event: its own, the law it names, its known end, or the default of its type.

    Args:
        event: The event.
        world: The world.

    Returns:
        The law of its length from its start.

    Raises:
        UnknownNameError: It names a law that does not exist.
        ScenarioError: It says nothing and its type has no default.
    """
    if event.until is not None:
        return Duration.fixed(month_of(event.until) - month_of(event.start))
    if isinstance(event.duration, Duration):
        return event.duration
    place = f"event {event.id!r}, duration"
    if event.duration is not None:
        return law(world, event.duration, where=place)
    try:
        return default_duration(world, event.type)
    except ScenarioError as e:
        raise ScenarioError(f"{place}: {e}") from None


def _read(row: Mapping[Hashable, Any]) -> Duration:
    number = {k: row[k] for k in ("median_months", "sigma", "p_permanent", "p_contagion")}
    chances = {k: 0.0 if math.isnan(number[k]) else float(number[k]) for k in ("p_permanent", "p_contagion")}
    try:
        if math.isnan(number["median_months"]) and chances["p_permanent"] == 1:
            return Duration.permanent(p_contagion=chances["p_contagion"])
        if math.isnan(number["sigma"]) or number["sigma"] == 0:
            return Duration.fixed(float(number["median_months"]), **chances)
        return Duration.lognormal(float(number["median_months"]), float(number["sigma"]), **chances)
    except ScenarioError as e:
        raise DataError(f"laws, row {row['law']!r}: {e}") from None
