"""Claims on one question that disagree: all are kept, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from oreflow.news.assumptions import assumption
from oreflow.news.claims import Amount, Claim


@dataclass(frozen=True, slots=True)
class Group:
    """Claims that answer one question differently.

    Attributes:
        name: ``g1``, ``g2``, ... in the order of the text.
        question: What they differ about.
        claims: Indices of the claims.
        low: Smallest value claimed, None where they differ in words.
        high: Largest value claimed.
        unit: Unit of the values.
        per: Period of the values, ``""`` for none.
    """

    name: str
    question: str
    claims: tuple[int, ...]
    low: float | None = None
    high: float | None = None
    unit: str = ""
    per: str = ""


_YEARLY = {"year": 1.0, "quarter": 4.0, "month": 12.0, "week": 365 / 7, "day": 365.0}
_ASSERTED_OPPOSITES = {("restart", "ignorance"), ("halt", "restart")}


def group_claims(claims: Sequence[Claim], *, first: int = 1) -> tuple[list[Claim], list[Group]]:
    """Mark the claims that disagree.

    Two claims disagree when they speak of the same subject, measure, period and point in time and their ranges do
    not overlap or one is denied; opinions on the bottleneck when they name different stages.

    Args:
        claims: Claims in order.
        first: Number of the first group.

    Returns:
        The claims with the name of their group, and the groups.
    """
    buckets: dict[tuple[str, ...], list[int]] = {}
    for i, c in enumerate(claims):
        for key in _keys(c):
            buckets.setdefault(key, []).append(i)
    found: list[tuple[tuple[str, ...], list[int]]] = []
    for key, members in buckets.items():
        differing = _differing(claims, members, key)
        if len(differing) > 1:
            found.append((key, differing))
    found.sort(key=lambda f: f[1][0])
    out = list(claims)
    groups: list[Group] = []
    taken: set[int] = set()
    for key, members in found:
        free = [m for m in members if m not in taken]
        if len(free) < 2:
            continue
        taken.update(free)
        name = f"g{first + len(groups)}"
        low, high, unit, per = _range([claims[m] for m in free])
        groups.append(Group(name, _question(key, claims[free[0]]), tuple(free), low, high, unit, per))
        for m in free:
            out[m] = replace(out[m], group=name)
    return out, groups


def _keys(c: Claim) -> list[tuple[str, ...]]:
    """Questions that a claim answers."""
    if c.type == "bottleneck":
        return [("bottleneck",)]
    keys: list[tuple[str, ...]] = []
    subject = c.subject or ""
    if c.quantity is not None and subject and c.quantity.unit:
        unit = "t" if c.quantity.unit.startswith("t ") else c.quantity.unit
        when = str(c.effective.end.year) if c.effective and c.effective.end and c.type == "forecast" else ""
        period = "rate" if c.quantity.per in _YEARLY else (c.quantity.per or "")
        family = {"capacity_fact": "output", "halt": "loss", "output_cut": "loss"}.get(c.type, c.type)
        measure = c.measure if c.type == "forecast" else ""
        direction = c.direction or ""
        keys.append(("amount", family, subject, c.commodity or "", measure, unit, period, when, direction))
    if (
        c.type in {"halt", "restart", "output_cut", "export_control", "agreement", "disruption", "expansion"}
        and subject
    ):
        keys.append(("whether", c.type, subject, c.commodity or "" if c.subject_kind == "region" else ""))
    if c.type in {"restart", "ignorance"} and subject:
        keys.append(("restart", subject))
    return keys


def _differing(claims: Sequence[Claim], members: list[int], key: tuple[str, ...]) -> list[int]:
    chosen = [claims[m] for m in members]
    if key[0] == "bottleneck":
        answers = {(c.subject, c.polarity) for c in chosen}
        stages = {s for s, p in answers if p == "asserted"}
        return (
            members
            if len(stages) > 1
            or (len({p for _, p in answers if True}) > 1 and len({s for s, _ in answers}) == 1)
            else []
        )
    if key[0] == "whether":
        return members if len({c.polarity for c in chosen}) > 1 else []
    if key[0] == "restart":
        done = [
            c for c in chosen if c.type == "restart" and c.modality == "happened" and c.polarity == "asserted"
        ]
        open_ = [
            c
            for c in chosen
            if c.type == "ignorance" or c.modality in {"planned", "conditional"} or c.polarity == "negated"
        ]
        return members if done and open_ else []
    ranges = [_yearly(c.quantity) for c in chosen if c.quantity]
    tolerance = 1 + assumption("group_tolerance")
    differ = any(
        a[0] > b[1] * tolerance or b[0] > a[1] * tolerance for i, a in enumerate(ranges) for b in ranges[:i]
    )
    return members if differ and len({_speech(c) for c in chosen}) >= 1 else []


def _speech(c: Claim) -> str:
    return c.speaker or ""


def _yearly(q: Amount | None) -> tuple[float, float]:
    if q is None:
        return (0.0, 0.0)
    factor = _YEARLY.get(q.per or "", 1.0)
    low, high = q.range
    return (low * factor, high * factor)


def _range(chosen: Sequence[Claim]) -> tuple[float | None, float | None, str, str]:
    amounts = [c.quantity for c in chosen if c.quantity]
    if len(amounts) < 2:
        return None, None, "", ""
    rate = any(a.per in _YEARLY for a in amounts)
    ranges = [_yearly(a) for a in amounts]
    per = "year" if rate else (amounts[0].per or "")
    return min(r[0] for r in ranges), max(r[1] for r in ranges), amounts[0].unit, per


def _question(key: tuple[str, ...], c: Claim) -> str:
    if key[0] == "bottleneck":
        return "which stage is the bottleneck"
    if key[0] == "restart":
        return f"whether and when {c.subject} is back"
    if key[0] == "whether":
        return f"whether there is a {c.type.replace('_', ' ')} of {c.subject}"
    what = {"output": "output or capacity", "loss": "output lost"}.get(key[1], key[1].replace("_", " "))
    return f"{what} of {c.subject}" + (f" ({key[4]} in {key[7]})" if key[4] and key[7] else "")
