"""Events in words."""

from __future__ import annotations

import math
from collections.abc import Iterable

from oreflow.atlas import World
from oreflow.errors import OreflowError
from oreflow.shock.calendar import say
from oreflow.shock.duration import Duration
from oreflow.shock.effect import EFFECTS
from oreflow.shock.event import Event
from oreflow.shock.laws import resolve
from oreflow.shock.target import Target

_TABLES = {
    "plants": ("plants", "plant"),
    "process": ("processes", "process"),
    "region": ("regions", "region"),
    "origin": ("regions", "region"),
    "destination": ("regions", "region"),
    "commodity": ("commodities", "commodity"),
    "use": ("commodities", "commodity"),
    "cell": ("commodities", "commodity"),
    "firm": ("firms", "firm"),
    "owner": ("firms", "firm"),
}


def sentence(event: Event, world: World | None = None) -> str:
    """Return an event in words.

    Args:
        event: The event.
        world: Gives rows their names and an unstated duration its law; without it identifiers are printed.

    Returns:
        One line: when, what, how long, how sure, since when known.
    """
    who, lasting = subject(event.target, world), _lasting(event, world)
    if event.type == "restart" and event.effect.kind == "availability" and event.effect.high == 0:
        then = "" if event.until else " from then"
        text = f"Word of a restart, {say(event.start)}: if it is true, {who} stays shut {lasting}{then}."
    else:
        parts = [f"From {say(event.start)}, {who} {_does(event)}"]
        if event.phase_in:
            parts.append(f"building up over {event.phase_in:g} months")
        text = ", ".join([*parts, lasting]) + "."
    if event.recovery is not None:
        text += f" Once over, {_percent(event.recovery)} of what was lost comes back each month."
    if event.certainty < 1:
        text += f" Certainty {_percent(event.certainty)}."
    if event.expected:
        text += " It was expected."
    elif event.announced and event.announced != event.start:
        text += f" Known from {say(event.announced)}."
    if event.supersedes:
        text += f" It takes the place of {event.supersedes!r}."
    return text


def _does(event: Event) -> str:
    effect = event.effect
    spec = EFFECTS[effect.kind]
    if effect.kind == "availability" and effect.high == 0:
        return "makes nothing"
    percent = "{value:%}" in spec.says
    ends = [effect.low] if not effect.disputed else [effect.low, effect.high]
    told = " to ".join(_percent(v) if percent else f"{v:,.10g}" for v in ends)
    if effect.per:
        unit = "t " if effect.kind == "output_cut" else "units "
        told += f" {unit}in all" if effect.per == "event" else f" {unit}a {effect.per}"
    return spec.says.replace("{value:%}", "{value}").format(value=told)


def _percent(share: float) -> str:
    return f"{share * 100:.4g} %"


def _lasting(event: Event, world: World | None) -> str:
    if event.until is not None:
        return f"until {say(event.until)}"
    duration = event.duration
    law = f" (law {duration})" if isinstance(duration, str) else ""
    if world is not None and not isinstance(duration, Duration):
        try:
            duration = resolve(event, world)
        except OreflowError:
            duration = event.duration
        law = law or f" (default for {event.type})"
    if not isinstance(duration, Duration):
        return (
            f"for as long as the law {duration} says" if duration else f"for as long as a {event.type} lasts"
        )
    return duration_in_words(duration) + law


def duration_in_words(d: Duration) -> str:
    """Return a law of duration in words.

    Args:
        d: The law.

    Returns:
        E.g. ``for about 6 months (half of those that end within 3.5 to 10.3), with a chance of 10 % that it
        never ends``.
    """
    if d.p_permanent == 1:
        text = "until further notice"
    elif d.shape == "fixed":
        text = f"for {d.low:.3g} month{'' if d.low == 1 else 's'}" if d.low else "ending at once"
    elif d.shape == "uniform":
        text = f"for {d.low:g} to {d.high:g} months"
    else:
        spread = math.exp(0.6744897501960817 * d.sigma)
        text = (
            f"for about {d.median:g} month{'' if d.median == 1 else 's'} (half of those that end within "
            f"{d.median / spread:.1f} to {d.median * spread:.1f})"
        )
    if 0 < d.p_permanent < 1:
        text += f", with a chance of {_percent(d.p_permanent)} that it never ends"
    if d.p_contagion:
        text += f", and of {_percent(d.p_contagion)} that like plants without a valid permit follow"
    return text


def subject(target: Target, world: World | None = None) -> str:
    """Return what a target selects, in words.

    Args:
        target: The selection.
        world: Gives rows their names.
    """

    def named(key: str, values: Iterable[str]) -> str:
        return _join([_name(world, key, v) for v in values], "and")

    kind, where = target.kind, dict(target.where)
    if kind == "passage":
        return f"the passage {_join(where['name'], 'and')}"
    if kind == "policy":
        return f"trade under {_join(where['name'], 'and')}"
    if kind == "trade":
        what = named("commodity", where["commodity"]) if "commodity" in where else "every commodity"
        origin = f" from {named('origin', where['origin'])}" if "origin" in where else ""
        destination = f" to {named('destination', where['destination'])}" if "destination" in where else ""
        return f"{what}{origin}{destination}"
    if "name" in where:
        return named(str(kind), where["name"])
    noun = {
        "plants": "every plant",
        "demands": "every demand",
        "stores": "every store",
        "mixes": "every share",
    }
    told = [f"{k} {named(k, v)}" for k, v in where.items()]
    return f"{noun[str(kind)]} with {_join(told, 'and')}"


def _name(world: World | None, key: str, value: str) -> str:
    if world is None or key not in _TABLES:
        return value
    table, column = _TABLES[key]
    rows = world[table]
    found = rows.loc[rows[column] == value, "name"]
    return str(found.iloc[0]) if len(found) else value


def _join(words: Iterable[str], last: str) -> str:
    listed = list(words)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} {last} {listed[-1]}"
