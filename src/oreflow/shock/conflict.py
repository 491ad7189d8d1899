"""Events that cannot both be so."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations, product
from typing import TYPE_CHECKING

from oreflow.errors import ScenarioError

if TYPE_CHECKING:
    from oreflow.shock.impact import Impact
    from oreflow.shock.stage import Staged

ADDITIVE = ("tariff", "cost", "draw", "fill")
"""Attributes where effects add up, so that two of them never contradict."""

SET = ("ceiling", "ramp")
"""Attributes that an event sets outright, so that two different values on any common row contradict."""


def contradictions(events: Sequence[Staged], impacts: Sequence[Impact], place: str) -> None:
    """Raise where two events say contradictory things of the same rows at the same time.

    Contradictory are: different values for exactly the same rows (unless they add up, as tariffs do); different
    shares of a mix on any common row; a ban and an amount that may be shipped; a full halt and more capacity.
    Events of which one supersedes the other never contradict. An event of uncertain length counts as in force
    for as long as it is as likely as not to last.

    Args:
        events: Events on the time axis.
        impacts: What they move.
        place: Name of the scenario for the message.

    Raises:
        ScenarioError: Names both events, the rows and what to do.
    """
    moves: dict[int, list[Impact]] = {}
    for m in impacts:
        if not m.spread and events[m.event].event.target.kind != "passage":
            moves.setdefault(m.event, []).append(m)
    for i, j in combinations(moves, 2):
        if events[i].chain != events[j].chain and _overlap(events, i, j):
            for a, b in product(moves[i], moves[j]):
                _compare(events, a, b, place)


def _overlap(events: Sequence[Staged], i: int, j: int) -> bool:
    (a0, a1), (b0, b1) = _span(events, i), _span(events, j)
    sure = events[i].event.certainty > 0 and events[j].event.certainty > 0
    return sure and max(a0, b0) < min(a1, b1)


def _compare(events: Sequence[Staged], a: Impact, b: Impact, place: str) -> None:
    common = set(a.rows) & set(b.rows) if a.table == b.table else set()
    if common and _clash(a, b):
        row = sorted(common)[0]
        more = f" and {len(common) - 1} more" if len(common) > 1 else ""
        first, second = events[a.event].event.id, events[b.event].event.id
        raise ScenarioError(
            f"{place}: events {first!r} ({_says(a)}) and {second!r} ({_says(b)}) contradict each other on "
            f"{a.table} row {row!r}{more} while both last. End one before the other starts, make them one "
            "event, or let one supersede the other."
        )


def _span(events: Sequence[Staged], i: int) -> tuple[float, float]:
    s = events[i]
    end = s.start + s.duration.likely
    return s.start, min(end, events[s.heir].start) if s.heir >= 0 else end


def _clash(a: Impact, b: Impact) -> bool:
    pair = {a.attribute, b.attribute}
    if pair == {"limit", "quota"}:
        limit, quota = (a, b) if a.attribute == "limit" else (b, a)
        return limit.high == 0 and quota.high > 0
    if pair == {"availability", "capacity"}:
        plant, size = (a, b) if a.attribute == "availability" else (b, a)
        return plant.value(0.5) == 0 and size.high > 1
    if len(pair) > 1 or a.attribute in ADDITIVE or (a.low, a.high) == (b.low, b.high):
        return False
    if a.attribute in SET:
        return True
    if a.attribute == "limit" and 0 in (a.high, b.high):
        return True
    return set(a.rows) == set(b.rows)


def _says(m: Impact) -> str:
    size = f"{m.value(0):g}" if math.isclose(m.low, m.high) else f"{m.value(0):g} to {m.value(1):g}"
    return f"{m.attribute} {size}"
