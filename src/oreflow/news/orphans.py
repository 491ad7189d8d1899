"""Amounts that no trigger has taken: what they measure says what is claimed.

"Fetching $820 per mtu" is a price, "437,061 tonnes" beside a mine is its output, whatever the verb. The table
``lexicon/amounts.csv`` lists, from the surest to the vaguest, which words near an amount of a kind make which claim.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from oreflow.news.lexicon import read_table
from oreflow.news.mentions import Hit
from oreflow.news.quantities import Quantity
from oreflow.news.scene import Scene
from oreflow.news.triggers import Trigger

HEAD = "AMOUNT"
"""Class of the head of such a trigger: the amount itself."""
_NEAR = 14
_BESIDE = 90
_COMPARED = frozenset({"more", "less", "fewer", "lower", "higher", "below", "above", "short"})
_IFS = frozenset({"if", "unless", "until", "should", "once"})


@dataclass(frozen=True, slots=True)
class _Row:
    kinds: frozenset[str]
    pers: frozenset[str]
    near: frozenset[str]
    words: re.Pattern[str] | None
    type: str
    direction: str


@cache
def _rows() -> tuple[_Row, ...]:
    out = []
    for r in read_table("amounts"):
        out.append(
            _Row(
                frozenset(r["kind"].split("|")),
                frozenset(p for p in r["per"].split("|") if p),
                frozenset(n for n in r["near"].split("|") if n),
                re.compile(r["words"], re.IGNORECASE) if r["words"] else None,
                r["type"],
                r["direction"],
            )
        )
    return tuple(out)


def orphans(scene: Scene, triggers: list[Trigger], taken: list[Quantity]) -> list[tuple[Trigger, Quantity]]:
    """Make triggers of amounts that none has taken.

    Args:
        scene: The sentence.
        triggers: Triggers found in it.
        taken: Amounts that they have.

    Returns:
        One trigger for each amount that makes a claim by itself.
    """
    out = []
    for q in scene.stated():
        if q in taken or any(t.head.start < q.end and q.start < t.head.end for t in triggers):
            continue
        first, last = scene.span(q.start, q.end)
        clause = scene.clauses[first]
        if any(w in _IFS and scene.clauses[i] == clause for i, w in enumerate(scene.lower[:first])):
            continue  # "only if it holds above $1,200": a condition, no claim
        row = _row(scene, q, first, last)
        if row is None or not row.type:
            continue
        behind = scene.lower[last : last + 1]
        if row.type == "concentration" and behind and behind[0] in _COMPARED:
            continue  # "a fifth less than a year before"
        head = Hit(q.start, q.end, HEAD, "noun")
        direction = row.direction if row.direction != "near" else _direction(scene, q, first, last)
        out.append((Trigger(row.type, head, (q.start, q.end), direction, first, last, clause, 0.0), q))
    return out


def _row(scene: Scene, q: Quantity, first: int, last: int) -> _Row | None:
    clause = scene.clauses[first]
    near = {
        h.name
        for h in scene.hits
        if scene.clauses[i := scene.token(h.start)] == clause and -_NEAR <= i - first <= _NEAR
    }
    near |= {f"@{m.kind}" for m in scene.mentions if scene.clauses[scene.token(m.start)] == clause}
    if any(m.via == "ticker" or m.ticker for m in scene.mentions):
        near.add("@ticker")
    text, at, to = scene.sentence.text, q.start - scene.sentence.start, q.end - scene.sentence.start
    around = f"{text[max(0, at - _BESIDE) : at]}<{text[at:to]}>{text[to : to + _BESIDE]}"
    for row in _rows():
        if q.kind not in row.kinds or (row.pers and q.per not in row.pers):
            continue
        if row.near and not row.near & near:
            continue
        if row.words is not None and not row.words.search(around):
            continue
        return row
    return None


_UP = frozenset({"RISE", "RISE_N", "UP", "RAISE", "RISE2", "RAISE_N", "GUIDANCE_UP"})
_DOWN = frozenset({"FALL", "FALL_N", "DOWN", "CUT", "CUT_N", "LOSE", "GUIDANCE_DOWN"})


def _direction(scene: Scene, q: Quantity, first: int, last: int) -> str:
    """Direction of the nearest word of rising or falling in the clause."""
    if q.sign:
        return "up" if q.sign > 0 else "down"
    best: tuple[int, str] | None = None
    for h in scene.hits:
        way = "up" if h.name in _UP else "down" if h.name in _DOWN else ""
        if not way:
            continue
        i = scene.token(h.start)
        if scene.clauses[i] != scene.clauses[first]:
            continue
        gap = first - i if i < first else i - last
        if gap <= 8 and (best is None or gap < best[0]):
            best = (gap, way)
    return best[1] if best else ""
