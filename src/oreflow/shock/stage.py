"""A scenario laid on a world and a horizon: dates as months, targets as rows, contradictions found."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from oreflow.atlas import World
from oreflow.errors import ScenarioError, UnknownNameError
from oreflow.shock.calendar import label, months_from
from oreflow.shock.conflict import contradictions
from oreflow.shock.duration import Duration
from oreflow.shock.event import Event
from oreflow.shock.grid import Grid
from oreflow.shock.impact import Impact, impacts, trade_base
from oreflow.shock.laws import resolve
from oreflow.shock.scenario import Scenario

BEYOND = 36
"""Months that profiles run on after the horizon, since agents look ahead and what they hold is worth what comes
later; after that the last value holds."""


@dataclass(frozen=True, slots=True)
class Staged:
    """An event on the time axis of a horizon (months from its start).

    Attributes:
        event: The event.
        start: When it begins.
        announced: When it becomes known; 0 where it was expected or known before.
        duration: Law of its length.
        chain: Index of the first event of the line of events that supersede each other.
        heir: Index of the event that supersedes it, -1 for none.
    """

    event: Event
    start: float
    announced: float
    duration: Duration
    chain: int
    heir: int

    @property
    def month(self) -> int:
        """Month in which it becomes known."""
        return math.floor(self.announced)

    @property
    def given(self) -> float:
        """Age at which it is known to last when it becomes known (it may have begun unnoticed)."""
        return 0.0 if self.event.expected else max(0.0, self.announced - self.start)


@dataclass(frozen=True)
class Stage:
    """A scenario ready to be turned into news.

    Attributes:
        scenario: The scenario.
        start: First month of the horizon, ``YYYY-MM``.
        months: Length of the horizon.
        events: Events on the time axis, in the order of the scenario.
        impacts: Rows and values that they move.
        notes: What a reader should know: claimed cuts above the output, passages without a way around.
        base: Annual base flow of trade rows; empty where no quota needs it.
    """

    scenario: Scenario
    start: str
    months: int
    events: tuple[Staged, ...]
    impacts: tuple[Impact, ...]
    notes: tuple[str, ...]
    base: dict[str, float]

    @cached_property
    def grid(self) -> Grid:
        """Points in time over the horizon and `BEYOND` it, with edges at `kinks`."""
        return Grid.of(self.months + BEYOND, self.kinks)

    @cached_property
    def kinks(self) -> tuple[float, ...]:
        """Times at which something jumps or bends."""
        kinks: list[float] = []
        for s in self.events:
            d = s.duration
            bends = {0.0, d.low, d.high} if d.shape != "lognormal" else {0.0}
            kinks += [s.announced, *(s.start + b for b in bends)]
            kinks += [s.start + b + 1 / s.event.recovery for b in bends if s.event.recovery]
            kinks.append(s.start + s.event.phase_in)
        return tuple(kinks)

    @cached_property
    def groups(self) -> dict[tuple[str, str], dict[tuple[int, ...], tuple[str, ...]]]:
        """(table, attribute) to: impacts that touch the same rows, to these rows. Quotas stay whole."""
        out: dict[tuple[str, str], dict[tuple[int, ...], tuple[str, ...]]] = {}
        touched: dict[tuple[str, str], dict[str, list[int]]] = {}
        for i, impact in enumerate(self.impacts):
            key = (impact.table, impact.attribute)
            if impact.attribute == "quota":
                same = out.setdefault(key, {})
                match = [k for k, rows in same.items() if set(rows) == set(impact.rows)]
                if match:
                    same[*match[0], i] = same.pop(match[0])
                else:
                    same[(i,)] = impact.rows
                continue
            rows = touched.setdefault(key, {})
            for row in impact.rows:
                rows.setdefault(row, []).append(i)
        for key, by_row in touched.items():
            groups: dict[tuple[int, ...], list[str]] = {}
            for row, ids in by_row.items():
                groups.setdefault(tuple(ids), []).append(row)
            out[key] = {ids: tuple(rows) for ids, rows in groups.items()}
        return out


def stage(scenario: Scenario, world: World, *, start: str = "2025-01", months: int = 36) -> Stage:
    """Lay a scenario on a world and a horizon.

    Args:
        scenario: The scenario.
        world: The world whose rows it hits.
        start: First month of the horizon.
        months: Length of the horizon.

    Returns:
        The staged scenario.

    Raises:
        UnknownNameError: An event names a row, law or event that does not exist; carries the nearest.
        ScenarioError: A date outside the horizon, events that contradict each other, a selection without
            rows, a circle of events that supersede each other.
    """
    if months < 1:
        raise ScenarioError(f"a horizon of {months} months is too short; give at least 1.")
    place = f"scenario {scenario.name!r}"
    heirs, chains = _lineage(scenario, place)
    staged, moved, notes = [], [], []
    last = label(start, months - 1)
    for i, event in enumerate(scenario.events):
        where = f"{place}, event {event.id!r}"
        begin = months_from(start, event.start, where=where)
        if not 0 <= begin < months:
            raise ScenarioError(
                f"{where}: starts on {event.start}, outside the horizon {label(start, 0)} to {last}. "
                "Move it, or choose another horizon."
            )
        known = 0.0 if event.expected else months_from(start, event.known_from, where=where)
        if known >= months:
            raise ScenarioError(
                f"{where}: is announced on {event.known_from}, after the horizon ends ({last}). "
                "Move it, or choose a longer horizon."
            )
        duration = resolve(event, world)
        staged.append(Staged(event, begin, max(known, 0.0), duration, chains[i], heirs[i]))
        found, said = impacts(event, i, duration, world, where=where)
        moved += found
        notes += said
    for i, s in enumerate(staged):
        if s.heir >= 0 and staged[s.heir].announced < s.announced:
            heir = staged[s.heir].event
            raise ScenarioError(
                f"{place}: event {heir.id!r} supersedes {scenario.events[i].id!r} but is announced before it "
                f"({heir.known_from} and {s.event.known_from}). Correct the dates."
            )
    contradictions(staged, moved, place)
    base = trade_base(world) if any(m.attribute == "quota" for m in moved) else {}
    return Stage(scenario, label(start, 0), months, tuple(staged), tuple(moved), tuple(notes), base)


def _lineage(scenario: Scenario, place: str) -> tuple[list[int], list[int]]:
    """Heir of each event and the first event of its line."""
    index = {e.id: i for i, e in enumerate(scenario.events)}
    heirs = [-1] * len(index)
    for i, event in enumerate(scenario.events):
        if event.supersedes is None:
            continue
        if event.supersedes not in index:
            raise UnknownNameError(
                "event", event.supersedes, index, where=f"{place}, event {event.id!r}, supersedes"
            )
        old = index[event.supersedes]
        if heirs[old] >= 0:
            raise ScenarioError(
                f"{place}: both {scenario.events[heirs[old]].id!r} and {event.id!r} supersede "
                f"{event.supersedes!r}. Let the later one supersede the earlier one."
            )
        heirs[old] = i
    chains = [-1] * len(index)
    olds = {h: i for i, h in enumerate(heirs) if h >= 0}
    for i in range(len(index)):
        root, seen = i, {i}
        while root in olds:
            root = olds[root]
            if root in seen:
                ids = " and ".join(repr(scenario.events[k].id) for k in sorted(seen))
                raise ScenarioError(f"{place}: {ids} supersede each other in a circle.")
            seen.add(root)
        chains[i] = root
    return heirs, chains
