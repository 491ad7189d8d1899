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
from numpy.typing import NDArray

from oreflow.market.change import Change
from oreflow.shock.conflict import ADDITIVE, SET
from oreflow.shock.duration import Duration
from oreflow.shock.impact import Impact
from oreflow.shock.stage import Stage

Floats = NDArray[np.float64]

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
        Changes with profiles of shape (months,). Changes that leave everything as it is are left out.
    """
    chance = {i: _chance(stage, known, i) for i in known}
    changes: list[Change] = []
    limits: list[tuple[tuple[str, ...], Floats]] = []
    for (table, attribute), groups in stage.groups.items():
        if attribute == "quota":
            continue
        for ids, rows in groups.items():
            active = [stage.impacts[i] for i in ids if stage.impacts[i].event in known]
            if not active:
                continue
            if attribute == "limit":
                points = _limit(stage, known, chance, active)
                limits.append((rows, points))
                profile = _mean_bound(stage, points, np.ones_like(points))
                idle = bool(np.isinf(profile).all())
            else:
                profile = stage.grid.mean(_value(stage, known, chance, active, attribute))
                idle = bool(np.all(np.abs(profile - active[0].neutral) < 1e-12))
            if not idle:
                changes.append(Change(table, rows, attribute, profile))
    for ids, rows in stage.groups.get(("trade", "quota"), {}).items():
        active = [stage.impacts[i] for i in ids if stage.impacts[i].event in known]
        if active:
            profile = _quota(stage, known, chance, active, limits)
            if not np.isinf(profile).all():
                changes.append(Change("trade", rows, "quota", profile))
    return tuple(changes)


def _chance(stage: Stage, known: Mapping[int, Known], i: int) -> Floats:
    """P(t) of one event at the points of the grid."""
    s, k, t = stage.events[i], known[i], stage.grid.time
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


def _phase(stage: Stage, m: Impact) -> Floats | float:
    s = stage.events[m.event]
    if s.event.phase_in <= 0:
        return 1.0
    return np.clip((stage.grid.time - s.start) / s.event.phase_in, 0.0, 1.0)


def _lines(
    stage: Stage, known: Mapping[int, Known], chance: Mapping[int, Floats], active: list[Impact]
) -> dict[int, list[tuple[Floats, Impact, float]]]:
    """Impacts by line of events, with the chance and value of each."""
    out: dict[int, list[tuple[Floats, Impact, float]]] = {}
    for m in active:
        k = known[m.event]
        p = chance[m.event] * (k.spread if m.spread else 1.0)
        out.setdefault(stage.events[m.event].chain, []).append((p, m, m.value(k.size)))
    return out


def _value(
    stage: Stage,
    known: Mapping[int, Known],
    chance: Mapping[int, Floats],
    active: list[Impact],
    attribute: str,
) -> Floats:
    neutral = active[0].neutral
    lines = [
        np.asarray(sum(p * _phase(stage, m) * (v - neutral) for p, m, v in line))
        for line in _lines(stage, known, chance, active).values()
    ]
    stacked = np.stack(lines)
    if attribute in ADDITIVE:
        return np.asarray(neutral + stacked.sum(axis=0))
    if attribute in SET:
        pick = np.abs(stacked).argmax(axis=0)
        return np.asarray(neutral + np.take_along_axis(stacked, pick[None], axis=0)[0])
    return np.asarray(np.maximum(neutral * np.prod(1 + stacked / neutral, axis=0), 0.0))


def _free(p: Floats) -> Floats:
    """What may flow on average while a bound may or may not hold, beyond what it allows."""
    with np.errstate(divide="ignore"):
        odds = np.where(p > 0, (1 - p) / np.maximum(p, 1e-300), np.inf)
    return np.where(p < _UNLIKELY, np.inf, (1 - p) * np.maximum(1.0, odds))


def _limit(
    stage: Stage, known: Mapping[int, Known], chance: Mapping[int, Floats], active: list[Impact]
) -> Floats:
    lines = []
    for line in _lines(stage, known, chance, active).values():
        total = np.minimum(np.sum([p for p, _, _ in line], axis=0), 1.0)
        allowed = sum(p * (1 + _phase(stage, m) * (v - 1)) for p, m, v in line)
        lines.append(allowed + _free(total))
    return np.asarray(np.min(lines, axis=0))


def _quota(
    stage: Stage,
    known: Mapping[int, Known],
    chance: Mapping[int, Floats],
    active: list[Impact],
    limits: list[tuple[tuple[str, ...], Floats]],
) -> Floats:
    base = active[0].base
    lines = []
    for line in _lines(stage, known, chance, active).values():
        total = np.minimum(np.sum([p for p, _, _ in line], axis=0), 1.0)
        allowed = sum(p * (base + _phase(stage, m) * (v - base)) for p, m, v in line)
        free = _free(total)
        lines.append(np.where(np.isinf(free), np.inf, allowed + base * np.where(np.isinf(free), 0.0, free)))
    # In the days of a month before the quota, no more than the base flow, or what a ban leaves of it.
    before = np.zeros_like(stage.grid.time)
    rows = set(active[0].rows)
    for names, points in limits:
        common = [stage.base[n] for n in names if n in rows]
        before += sum(common) * np.minimum(points, 1.0)
        rows -= set(names)
    before += sum(stage.base[n] for n in rows)
    return _mean_bound(stage, np.asarray(np.min(lines, axis=0)), before)


def _mean_bound(stage: Stage, points: Floats, outside: Floats) -> Floats:
    """Mean over months of a bound that may be absent: infinite only where it is absent the whole month."""
    absent = np.isinf(points)
    mean = stage.grid.mean(np.where(absent, outside, points))
    return np.where(stage.grid.mean(absent.astype(np.float64)) > 1 - 1e-9, np.inf, mean)
