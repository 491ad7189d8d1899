"""Who, what, where, when and how much belongs to a trigger."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from oreflow.news.claims import Amount
from oreflow.news.lexicon import read_table, word_list
from oreflow.news.mentions import Mention
from oreflow.news.quantities import Quantity
from oreflow.news.scene import Scene
from oreflow.news.triggers import Trigger


@dataclass(frozen=True, slots=True)
class TypeSpec:
    """What a type of claim is about and how it acts; one row of ``lexicon/types.csv``."""

    type: str
    label: str
    family: str
    subjects: tuple[str, ...]
    quantities: tuple[str, ...]
    effect: str
    modelled: bool
    reason: str


@cache
def types() -> dict[str, TypeSpec]:
    """Return all types of claim, by name."""
    return {
        r["type"]: TypeSpec(
            r["type"],
            r["label"],
            r["family"],
            tuple(r["subjects"].split("|")),
            tuple(k for k in r["quantities"].split("|") if k),
            r["effect"],
            r["modelled"] == "1",
            r["reason"],
        )
        for r in read_table("types")
    }


_POLICIES = frozenset(
    {"export_control", "quota", "tariff", "sanction", "subsidy", "stockpile", "price_floor"}
)
_AIMED = word_list("arguments.aimed")


def subject(scene: Scene, trigger: Trigger, last: dict[str, Mention]) -> Mention | None:
    """Choose what a trigger is about.

    Args:
        scene: The sentence.
        trigger: The trigger in it.
        last: Mention of each kind that came last before this sentence, for sentences that name none.

    Returns:
        The mention, or None.
    """
    if trigger.type == "share_price_move":
        owner = _share_owner(scene, trigger)
        if owner is not None:
            return owner
    if trigger.type == "investment":
        named = [m for q in scene.quantities if q.kind == "money" for m in scene.mentions if _named_by(q, m)]
        if named and scene.clauses[scene.token(named[0].start)] == trigger.clause:
            return named[0]
    spec = types()[trigger.type]
    kinds = spec.subjects
    if trigger.head.name in _INTRANSITIVE and trigger.object != (trigger.head.start, trigger.head.end):
        found = _attached(scene, trigger, kinds)
        if found is None and trigger.type in _CARRIED and all(m.kind == "observer" for m in scene.mentions):
            latest = [last[k] for k in ("plant", "firm") if k in last]
            return max(latest, key=lambda m: m.start, default=None)
        return found
    best: tuple[float, Mention] | None = None
    for m in scene.mentions:
        if m.kind not in kinds:
            continue
        i, j = scene.span(m.start, m.end)
        apart = abs(scene.clauses[i] - scene.clauses[trigger.first])
        distance = float(trigger.first - j if j <= trigger.first else i - trigger.last)
        cost = (
            max(distance, 0.0)
            + (8.0 if trigger.type == "disruption" else 12.0) * apart
            + 14.0 * kinds.index(m.kind)
        )
        if i >= trigger.last and trigger.type not in _POLICIES:
            cost += 5.0 if m.kind != "plant" else 0.0
        before = scene.lower[i - 1] if i else ""
        if before == "the" and i > 1:
            before = scene.lower[i - 2]
        possessive = j < len(scene.lower) and scene.lower[j] in {"'s", "'"}
        aimed = {"on", "against", "from"} & set(scene.lower[max(trigger.last, i - 4) : i])
        if trigger.type == "tariff" and m.kind == "region" and not possessive and i > trigger.last and aimed:
            continue  # "tariffs on all Chinese goods"
        if trigger.type in _POLICIES and m.kind == "region":
            if before in _AIMED and not possessive and before not in {"in", "by"}:
                continue
        elif trigger.type == "dependency" and m.kind == "region" and before in {"on", "from"}:
            continue
        elif (m.kind == "firm" and before in {"with", "to", "from", "including", "against"}) or (
            m.kind == "region" and before in {"to", "from"}
        ):
            cost += 8.0
        if m.via == "pronoun" and m.text.lower() in {"it", "its"}:
            cost += 2.0
        if trigger.type == "share_price_move" and (j > trigger.first or apart):
            cost += 30.0
        if best is None or cost < best[0]:
            best = (cost, m)
    if best:
        return best[1]
    if trigger.type in {"export_control", "quota"} and not any(m.kind == "region" for m in scene.mentions):
        return last.get("region")
    for kind in ("plant", "firm"):
        phase = trigger.type == "capacity_fact" and trigger.head.name == "CAPACITY"
        if kind in kinds and kind in last and (trigger.type in _CARRIED or phase):
            return last[kind]
    return None


_INTRANSITIVE = frozenset({"FALL", "FALL_N", "RISE", "RISE_N", "UP", "DOWN", "TRADE_AT", "COPULA"})
_LINKS = word_list("arguments.links")


def _attached(scene: Scene, trigger: Trigger, kinds: tuple[str, ...]) -> Mention | None:
    """What the object belongs to: "CATL's output", "lithium demand in China", "production at Greenbushes"."""
    i, j = scene.span(*trigger.object)
    best: tuple[float, Mention] | None = None
    for m in scene.mentions:
        if m.kind not in kinds:
            continue
        a, b = scene.span(m.start, m.end)
        if a < j and i < b:
            between: list[str] = []
        elif b <= i:
            between = scene.lower[b:i]
        else:
            between = scene.lower[j:a]
            if not between or between[0] not in {"of", "at", "in", "from", "by", "for"}:
                continue
        if len(between) > 6 or any(w in {",", ";", ":", "that", "said", "as", "when"} for w in between):
            continue
        if (
            b <= i
            and len(between) > 2
            and "'s" not in between
            and not set(between) & _LINKS
            and m.kind != "plant"
        ):
            continue
        cost = len(between) + 3.0 * kinds.index(m.kind)
        if best is None or cost < best[0]:
            best = (cost, m)
    return best[1] if best else None


def _share_owner(scene: Scene, trigger: Trigger) -> Mention | None:
    """Whose shares: the name right before "shares", or behind "shares of"."""
    i, j = scene.span(*trigger.object)
    if trigger.object == (trigger.head.start, trigger.head.end):
        return None
    near = []
    for m in scene.mentions:
        if m.kind not in {"firm", "commodity"}:
            continue
        a, b = scene.span(m.start, m.end)
        if m.kind == "firm" and a <= i and j <= b:
            return m
        gap = i - b if b <= i else a - j
        if 0 <= gap <= 3:
            near.append((gap + (1.5 if b > i else 0), m))
    return min(near, key=lambda n: n[0])[1] if near else None


_CARRIED = frozenset({"restart", "licence", "reserve_report", "ignorance", "halt", "output_cut", "expansion"})


def commodity(scene: Scene, trigger: Trigger, limit: float = 60.0) -> list[Mention]:
    """Choose the commodities a trigger is about: the nearest, with the list it stands in.

    Args:
        scene: The sentence.
        trigger: The trigger in it.
        limit: Farthest cost to accept.

    Returns:
        Mentions in order; empty when the sentence names none.
    """
    found = [m for m in scene.mentions if m.kind == "commodity"]
    special = [m for m in found if m.name.key not in _VAGUE]
    use = special or ([] if trigger.type in _SUPPLY_TYPES else found)
    best: tuple[float, Mention] | None = None
    a, b = scene.span(*trigger.object)
    for m in use:
        i, j = scene.span(m.start, m.end)
        distance = min(gap(i, j, trigger.first, trigger.last), gap(i, j, a, b))
        cost = distance + 8.0 * abs(scene.clauses[i] - scene.clauses[trigger.first])
        if m.name.key in _GOODS:
            cost += 4.0
        if best is None or cost < best[0]:
            best = (cost, m)
    if best is None or best[0] > limit:
        return []
    chosen = [best[1]]
    while True:
        grown = False
        for m in use:
            if m in chosen:
                continue
            i, j = scene.span(m.start, m.end)
            for c in list(chosen):
                k, n = scene.span(c.start, c.end)
                between = scene.lower[j:k] if j <= k else scene.lower[n:i]
                if (
                    len(between) <= 3
                    and set(between) & {",", "and", "or", "&", "/"}
                    and set(between) <= _LISTERS
                ):
                    chosen.append(m)
                    grown = True
                    break
        if not grown:
            break
    return sorted(chosen, key=lambda m: m.start)


_LISTERS = frozenset([",", "and", "or", "&", "/", "refined", "raw"])
_SUPPLY_TYPES = frozenset(
    {"halt", "restart", "output_cut", "licence", "reserve_report", "disruption", "ignorance", "expansion"}
)
_VAGUE = frozenset({"battery", "ev_battery", "stationary_battery", "critical_minerals"})
_GOODS = frozenset({"battery", "ev_battery", "stationary_battery", "cathode", "anode"})


def gap(i: int, j: int, a: int, b: int) -> float:
    """Tokens between two stretches, 0 where they touch."""
    return float(max(a - j, i - b, 0))


def country(scene: Scene, trigger: Trigger, chosen: Mention | None) -> str | None:
    """Choose the country: of the subject, else the place named nearest."""
    if chosen is not None and chosen.kind in {"region", "plant"} and chosen.name.country:
        codes = {n.country for n in chosen.names}
        return codes.pop() if len(codes) == 1 else None
    best: tuple[float, str] | None = None
    for m in scene.mentions:
        if m.kind != "region":
            continue
        i, j = scene.span(m.start, m.end)
        if scene.lower[i - 1 : i] == ["to"] and trigger.type not in _POLICIES:
            continue
        if any(w in _ELSEWHERE for w in scene.lower[j : j + 2]):
            continue
        cost = gap(i, j, trigger.first, trigger.last) + 12.0 * abs(
            scene.clauses[i] - scene.clauses[trigger.first]
        )
        if best is None or cost < best[0]:
            best = (cost, m.name.country)
    if best is not None and best[0] < (24 if trigger.type in _POLICIES else 13):
        return best[1]
    if chosen is not None and chosen.kind == "programme":
        return chosen.name.country or None
    return None


_ELSEWHERE = word_list("arguments.elsewhere")


def amounts(scene: Scene, triggers: list[Trigger]) -> dict[int, list[Quantity]]:
    """Give each quantity of a sentence to the trigger it belongs to.

    Args:
        scene: The sentence.
        triggers: Its triggers.

    Returns:
        Index of the trigger to its quantities, the best first.
    """
    out: dict[int, list[tuple[float, Quantity]]] = {}
    for q in scene.stated():
        best: tuple[float, int] | None = None
        i, j = scene.span(q.start, q.end)
        for k, t in enumerate(triggers):
            kinds = types()[t.type].quantities
            inside = (
                t.head.start <= q.start
                and q.end <= t.head.end
                and t.head.end - t.head.start > q.end - q.start
            )
            overlaps = q.start < t.head.end and t.head.start < q.end
            # "no less than $" and "$110 a kilo", "13 million tonnes" and "tonnes grading": they share a word.
            partly = (
                t.head.start < q.start < t.head.end < q.end or q.start < t.head.start < q.end < t.head.end
            )
            if q.kind not in kinds or (overlaps and not inside and not partly and q.kind != "multiple"):
                continue
            if scene.clauses[i] in scene.asides and scene.clauses[t.first] != scene.clauses[i]:
                continue  # ", which is estimated at 26 million tons,": about what stands before it
            if q.kind == "share" and t.type == "concentration" and set(scene.lower[j : j + 1]) & _COMPARED:
                continue
            if q.kind == "share" and t.type == "agreement" and not _is_stake(scene, j):
                continue
            if q.unit == "workers" and t.type in {"halt", "disruption", "output_cut"}:
                continue
            if q.kind == "time" and not _is_duration(scene, i, t):
                continue
            if q.kind == "money" and t.type != "investment" and _names_fund(scene, q):
                continue
            a, b = scene.span(*t.object)
            near = min(gap(i, j, t.first, t.last), gap(i, j, a, b) + 0.5)
            commas = sum(1 for w in scene.lower[min(j, t.last) : max(i, t.first)] if w in {",", ";"})
            cost = (
                near
                + 7.0 * abs(scene.clauses[i] - scene.clauses[t.first])
                + 1.5 * commas
                + 1.0 * kinds.index(q.kind)
            )
            if t.type == "capacity_fact" and t.head.name == "OUTPUT":
                cost += 2.0  # the weakest trigger: any other that is as near has the amount
            if t.head.name == "EXPECT" and any(o is not t and o.object == t.object for o in triggers):
                cost += 2.0  # what is expected to happen has the amount
            bare = (
                t.object == (t.head.start, t.head.end) and t.head.form == "noun" and t.head.name != "AMOUNT"
            )
            if bare and t.type in {"halt", "restart"} and near > 4 and q.kind != "time":
                continue  # "before the interruption": too little to own an amount
            if t.type == "halt" and q.kind == "mass" and not q.per:
                cost += 8.0  # what a stop costs has a period; a bare tonnage is more often something else
            if best is None or cost < best[0]:
                best = (cost, k)
        if best is not None and best[0] <= 22:
            out.setdefault(best[1], []).append((best[0], q))
    return {
        k: [
            q
            for _, q in sorted(
                found, key=lambda c: (types()[triggers[k].type].quantities.index(c[1].kind), c[0])
            )
        ]
        for k, found in out.items()
    }


_COMPARED = frozenset({"more", "less", "fewer", "lower", "higher", "below", "above", "short"})


def _is_stake(scene: Scene, j: int) -> bool:
    """Whether a percentage is one of ownership: "a 20% stake", "51% of the venture"."""
    near = set(scene.lower[j : j + 4])
    return bool(
        near & {"stake", "stakes", "interest", "holding", "shareholding", "share", "ownership", "equity"}
    ) or ("of" in scene.lower[j : j + 1])


def _names_fund(scene: Scene, q: Quantity) -> bool:
    """Whether an amount of money is the size of what is named right behind it: "the $1.8 billion Orion fund"."""
    return any(_named_by(q, m) for m in scene.mentions)


def _named_by(q: Quantity, m: Mention) -> bool:
    return m.kind == "programme" and 0 <= m.start - q.end <= 2


def _is_duration(scene: Scene, i: int, t: Trigger) -> bool:
    before = set(scene.lower[max(0, i - 4) : i])
    if {"no", "less", "than"} <= before:
        return True
    attributive = i + 2 < len(scene.lower) and scene.lower[i + 1] == "-"
    return (
        bool(
            before & {"for", "lasting", "last", "least", "period", "over", "another", "extended", "to", "up"}
        )
        or (attributive and t.type in {"agreement", "price_floor", "subsidy", "licence", "quota"})
        or (t.type == "price_floor")
    )


def amount(q: Quantity | None) -> Amount | None:
    """A quantity as a claim holds it."""
    if q is None:
        return None
    return Amount(_round(q.value), _round(q.low), _round(q.high), q.unit, q.per or None, _round(q.was))


def _round(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.10g}")


def distinct(keys: Iterable[str]) -> list[str]:
    """Keys without repetition, in order."""
    return list(dict.fromkeys(k for k in keys if k))
