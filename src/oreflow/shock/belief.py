r"""What agents believe of a staged scenario, as changes of the market.

An event in force with probability ``P(t)`` and value ``v`` moves an attribute with neutral value ``n`` to its
mean ``n + P(t)·(v − n)``; a halt (``v = 0``, ``n = 1``) to the expected availability ``1 − P(t)``. With certainty
``c``, survivor function ``S`` and age ``a`` at which it is known to last, ``P(t) = c·S(t − start | a)`` less what is
expected to be back where a plant ramps up (`oreflow.shock.duration`).

Events of one line (each superseding the last) exclude each other: the old one holds until the new one starts at
``T``, then with ``1 − c_new``; their deviations add, ``n + Σ P_i·(v_i − n)``. Between lines the attribute decides:
availability, capacity, demand and cover multiply; tariff, cost, draw and fill add; limits and quotas take the
smallest; shares of a mix take the largest deviation (different ones contradict and have been refused).

A limit has no finite neutral value. Its mean over "in force" and "not" is
``P·v + (1 − P)·max(1, (1 − P)/P)`` in multiples of the base flow: the expected flow where it is likelier than not,
and no bound any more as it becomes unlikely, so that a rumour of a ban does not stop trade from growing.

All of it is averaged over each month (`oreflow.shock.grid`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from oreflow.market.change import Change
from oreflow.shock.conflict import ADDITIVE, SET
from oreflow.shock.duration import Duration
from oreflow.shock.grid import Floats, Grid
from oreflow.shock.impact import Impact
from oreflow.shock.stage import Stage

_UNLIKELY = 1e-4
"""Probability below which a limit or quota is left out."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one event at one time.

    Attributes:
        weight: Chance that it is so; 1 or 0 once that is known.
        given: Age in months at which it is known to last.
        ended: Length in months, once it has ended.
        spread: Chance that like plants follow; 1 or 0 once that is known.
        size: Where the size lies in its disputed range, 0 to 1.
    """

    weight: float
    given: float
    ended: float | None
    spread: float
    size: float = 0.5


def believe(stage: Stage, known: Mapping[int, Known]) -> tuple[Change, ...]:
    """Return the changes that follow from what is known.

    Args:
        stage: The staged scenario.
        known: Event index to what is known of it; events left out are not heard of.

    Returns:
        Changes with profiles of shape (months of the horizon + `stage.BEYOND`,); those that leave everything as it is
        are left out.
    """
    look = _Look.of(stage, known)
    changes: list[Change] = []
    limits: list[tuple[tuple[str, ...], Floats]] = []
    for (table, attribute), groups in stage.groups.items():
        if attribute == "quota":
            continue
        for ids, rows in groups.items():
            active = look.active(ids)
            if not active:
                continue
            if attribute == "limit":
                points = look.limit(active)
                limits.append((rows, points))
                profile = look.mean_bound(points, np.ones_like(points))
                idle = bool(np.isinf(profile).all())
            else:
                profile = look.grid.mean(look.value(active, attribute))
                idle = bool(np.all(np.abs(profile - active[0].neutral) < 1e-12))
            if not idle:
                changes.append(Change(table, rows, attribute, profile))
    for ids, rows in stage.groups.get(("trade", "quota"), {}).items():
        active = look.active(ids)
        if active:
            profile = look.quota(active, limits)
            if not np.isinf(profile).all():
                changes.append(Change("trade", rows, "quota", profile))
    return tuple(changes)


@dataclass(frozen=True)
class _Look:
    """One state of knowledge at the points of a grid; `chance` is P(t) by event."""

    stage: Stage
    known: Mapping[int, Known]
    grid: Grid
    chance: Mapping[int, Floats]

    @classmethod
    def of(cls, stage: Stage, known: Mapping[int, Known]) -> _Look:
        kinks: list[float] = []
        for i, k in known.items():
            if k.ended is not None and k.ended < len(stage.grid.time):
                s = stage.events[i]
                end = s.start + k.ended
                kinks += [end, end + 1 / s.event.recovery] if s.event.recovery else [end]
        grid = Grid.of(stage.grid.months, [*stage.kinks, *kinks]) if kinks else stage.grid
        return cls(stage, known, grid, {i: _chance(stage, known, i, grid.time) for i in known})

    def active(self, ids: tuple[int, ...]) -> list[Impact]:
        """Impacts of events that have been heard of."""
        return [m for m in (self.stage.impacts[i] for i in ids) if m.event in self.known]

    def lines(self, active: list[Impact]) -> list[list[tuple[Floats, Floats | float, float]]]:
        """Chance, phase and value of each impact, by line of events."""
        out: dict[int, list[tuple[Floats, Floats | float, float]]] = {}
        for m in active:
            k, s = self.known[m.event], self.stage.events[m.event]
            phase: Floats | float = 1.0
            if s.event.phase_in > 0:
                phase = np.clip((self.grid.time - s.start) / s.event.phase_in, 0.0, 1.0)
            p = self.chance[m.event] * (k.spread if m.spread else 1.0)
            out.setdefault(s.chain, []).append((p, phase, m.value(k.size)))
        return list(out.values())

    def value(self, active: list[Impact], attribute: str) -> Floats:
        """Mean of an attribute whose neutral value is finite."""
        neutral = active[0].neutral
        lines = [
            np.asarray(sum(p * phase * (v - neutral) for p, phase, v in line)) for line in self.lines(active)
        ]
        stacked = np.stack(lines)
        if attribute in ADDITIVE:
            return np.asarray(neutral + stacked.sum(axis=0))
        if attribute in SET:
            pick = np.abs(stacked).argmax(axis=0)
            return np.asarray(neutral + np.take_along_axis(stacked, pick[None], axis=0)[0])
        return np.asarray(np.maximum(neutral * np.prod(1 + stacked / neutral, axis=0), 0.0))

    def bound(self, active: list[Impact], base: float) -> Floats:
        """Mean of a bound in units of the base flow (`base` 1) or of its own; infinite where there is none."""
        lines = []
        for line in self.lines(active):
            total = np.minimum(np.sum([p for p, _, _ in line], axis=0), 1.0)
            allowed = sum(p * (base + phase * (v - base)) for p, phase, v in line)
            none = total < _UNLIKELY
            odds = (1 - total) / np.where(none, 1.0, total)
            lines.append(np.where(none, np.inf, allowed + base * (1 - total) * np.maximum(1.0, odds)))
        return np.asarray(np.min(lines, axis=0))

    def limit(self, active: list[Impact]) -> Floats:
        """Limit of each row, in multiples of its base flow."""
        return self.bound(active, 1.0)

    def quota(self, active: list[Impact], limits: list[tuple[tuple[str, ...], Floats]]) -> Floats:
        """Quota of rows together by month, unit/yr."""
        # In the days of a month outside the quota, no more than the base flow, or what a ban leaves of it.
        outside = np.zeros_like(self.grid.time)
        rows = set(active[0].rows)
        for names, points in limits:
            common = [self.stage.base[n] for n in names if n in rows]
            outside += sum(common) * np.minimum(points, 1.0)
            rows -= set(names)
        outside += sum(self.stage.base[n] for n in rows)
        return self.mean_bound(self.bound(active, active[0].base), outside)

    def mean_bound(self, points: Floats, outside: Floats) -> Floats:
        """Mean over months of a bound that may be absent: infinite only where it is absent the whole month."""
        absent = np.isinf(points)
        mean = self.grid.mean(np.where(absent, outside, points))
        return np.where(self.grid.mean(absent.astype(np.float64)) > 1 - 1e-9, np.inf, mean)


def _chance(stage: Stage, known: Mapping[int, Known], i: int, t: Floats) -> Floats:
    """P(t) of one event."""
    s, k = stage.events[i], known[i]
    age = t - s.start
    law, given, weight = s.duration, k.given, k.weight
    share = np.ones_like(t)
    if s.heir in known:
        heir = stage.events[s.heir]
        given = max(given, heir.start - s.start, 0.0)
        share = np.where(t >= heir.start, 1 - known[s.heir].weight, 1.0)
        # It lasts until its successor takes over, so it has been so.
        weight = 1.0 if heir.start > s.start else weight
    if k.ended is not None:
        law, given = Duration.of_length(k.ended), 0.0
    back = law.regained(age, ramp=s.event.recovery, given=given)
    return np.asarray(np.where(age < 0, 0.0, weight * share * (1 - back)))
