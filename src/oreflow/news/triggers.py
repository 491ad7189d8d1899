"""Where a sentence says that something happens: rules over word classes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from oreflow.news.lexicon import read_table, word_list
from oreflow.news.mentions import Hit
from oreflow.news.scene import Scene


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table of rules: a head word near an object makes a type.

    Attributes:
        type: Type of claim.
        head: Class of the head word.
        objects: Classes of the object; ``@plant``, ``@firm``, ``@commodity``, ``@money``, ``@output``, ``@share``
            stand for mentions and amounts; empty: the head alone is enough.
        where: Object ``before``, ``after`` or at ``any`` side of the head.
        within: Most tokens between them.
        direction: ``up``, ``down``, ``""``, or ``verb``/``stock``/``gap`` when a word nearby says it.
        priority: The higher wins where several rules fit one head.
        need: What else must stand in the clause.
        block: Classes that must not stand nearer than the object.
    """

    type: str
    head: str
    objects: tuple[str, ...]
    where: str
    within: int
    direction: str
    priority: int
    need: str
    block: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trigger:
    """A rule that fits.

    Attributes:
        type: Type of claim.
        head: The head word.
        object: The object's span, or the head's.
        direction: ``up``, ``down`` or ``""``.
        first: Index of the head's first token in the sentence.
        last: Index after its last token.
        clause: Number of its clause.
        score: Strength, for choosing among triggers that overlap.
    """

    type: str
    head: Hit
    object: tuple[int, int]
    direction: str
    first: int
    last: int
    clause: int
    score: float


@cache
def rules() -> dict[str, list[Rule]]:
    """Return the rules by class of their head."""
    out: dict[str, list[Rule]] = {}
    for r in read_table("rules"):
        rule = Rule(
            r["type"],
            r["head"],
            tuple(o for o in r["objects"].split("|") if o),
            r["where"],
            int(r["within"]),
            r["direction"],
            int(r["priority"]),
            r["need"],
            tuple(b for b in r["block"].split("|") if b),
        )
        out.setdefault(rule.head, []).append(rule)
    return out


_PREPOSITIONS = word_list("triggers.prepositions")


def find_triggers(scene: Scene) -> list[Trigger]:
    """Find what a sentence says, by the table of rules.

    Args:
        scene: Sentence with its word classes, names and amounts.

    Returns:
        Triggers in order; at most one a head word.
    """
    best: dict[tuple[int, int], Trigger] = {}
    table = rules()
    for hit in scene.hits:
        for rule in table.get(hit.name, ()):
            trigger = _match(scene, hit, rule)
            if trigger is None:
                continue
            key = (hit.start, hit.end)
            if key not in best or trigger.score > best[key].score:
                best[key] = trigger
    chosen: list[Trigger] = []
    for trigger in sorted(best.values(), key=lambda t: (-(t.head.end - t.head.start), -t.score)):
        if all(trigger.head.end <= c.head.start or c.head.end <= trigger.head.start for c in chosen):
            chosen.append(trigger)
    return _merged(sorted(chosen, key=lambda t: t.head.start))


def _merged(triggers: list[Trigger]) -> list[Trigger]:
    """Drop what repeats: two heads of one type on one object, or a head that is the other's object."""
    out: list[Trigger] = []
    for t in sorted(triggers, key=lambda t: -t.score):
        clash = False
        for o in out:
            same_object = t.object == o.object and t.type == o.type and t.type != "price_move"
            near = (
                abs(t.first - o.first) <= 8
                and (t.clause == o.clause or t.type == "disruption")
                and t.type == o.type
                and t.direction == o.direction
            )
            inside = (
                o.object[0] <= t.head.start
                and t.head.end <= o.object[1]
                and o.object != (o.head.start, o.head.end)
                and o.type != "dependency"
            )
            shadow = t.object != (t.head.start, t.head.end) and t.object == (o.head.start, o.head.end)
            priced = t.type == o.type == "price_move"
            weaker = t.object == o.object and t.clause == o.clause and t.score < o.score - 3 and not priced
            if same_object or (near and t.type not in _REPEATABLE) or inside or shadow or weaker:
                clash = True
                break
        if not clash:
            out.append(t)
    return sorted(out, key=lambda t: t.head.start)


_REPEATABLE = frozenset({"share_price_move", "capacity_fact", "price_move", "concentration"})


def _match(scene: Scene, hit: Hit, rule: Rule) -> Trigger | None:
    first, last = scene.span(hit.start, hit.end)
    clause = scene.clauses[first]
    if rule.head in {"RISE", "FALL"} and hit.form == "noun":
        return None
    if not _verb_like(scene, hit, first):
        return None
    target, distance = (hit.start, hit.end), 0.0
    if rule.objects:
        found = _nearest(scene, hit, rule, first, last, clause)
        if found is None:
            return None
        target, distance = found
    if rule.need and not _needs(scene, rule.need, hit, first, clause):
        return None
    direction = _direction(scene, rule.direction, hit, first, clause)
    return Trigger(rule.type, hit, target, direction, first, last, clause, rule.priority - 0.6 * distance)


def _verb_like(scene: Scene, hit: Hit, first: int) -> bool:
    """Whether a word that may be a noun or a verb is used as the class means it."""
    if hit.name in {"UP", "DOWN"}:
        before = scene.lower[first - 1] if first else ""
        ahead = scene.lower[first + 1] if first + 1 < len(scene.lower) else ""
        if ahead == "to" or before in _PARTICLES or (before == "-" and not scene.sentence.heading):
            return False  # "up to", "make up", "held-up"
        return any(
            q.kind in {"share", "money", "points"}
            and (0 <= q.start - hit.end <= 24 or 0 <= hit.start - q.end <= 1)
            for q in scene.quantities
        )
    before = scene.lower[first - 1] if first else ""
    if hit.name in {"STOP", "RESUME"} and hit.form == "past" and before in _ATTRIBUTIVE:
        return False  # "the reopened mine", "its idled lines"
    after = scene.lower[first + 1] if first + 1 < len(scene.lower) else ""
    if hit.name == "STOP" and scene.lower[first] == "close" and after in {"to", "ally", "allies", "ties"}:
        return False
    if first == 0 and hit.form == "base" and not scene.sentence.heading and hit.name != "EXPECT":
        return False  # "Scrap covers a fifth": a noun opens the sentence
    if (
        hit.form in {"base", "s"}
        and before in _DETERMINERS
        and any(h.start == hit.start and h.form == "noun" for h in scene.hits)
    ):
        return False
    if (
        hit.name == "CUT"
        and scene.lower[first] == "lower"
        and before not in {"to", "will", "would", "may", "could", "and", "can", "must"}
    ):
        return False  # the adjective
    if hit.name in {"CONTROL", "PRODUCE"}:
        if any(m.kind == "commodity" and m.start <= hit.start and hit.end <= m.end for m in scene.mentions):
            return False
        word = scene.lower[first]
        if (
            word in {"mine", "mines"}
            and before not in {"to", "will", "can", "companies", "who", "which", "that"}
            and not any(0 <= hit.start - m.end <= 1 and m.kind in {"firm", "region"} for m in scene.mentions)
        ):
            return False
        follows = any(m.kind == "commodity" and 0 <= m.start - hit.end <= 1 for m in scene.mentions)
        if (
            hit.form == "past"
            and follows
            and before not in {"has", "have", "had", "and", "it", "which", "also"}
            and not any(
                0 <= hit.start - m.end <= 1 and m.kind in {"firm", "region", "plant"} for m in scene.mentions
            )
        ):
            return False  # "refined copper", "mined lithium"
        if word == "supply" and (
            before in {"world", "global", "domestic", "total", "'s", "of", "in"}
            or (
                follows is False
                and before not in {"to", "will", "can"}
                and hit.name == "CONTROL"
                and not any(
                    0 <= hit.start - m.end <= 1 and m.kind in {"firm", "region", "plant"}
                    for m in scene.mentions
                )
            )
        ):
            return False
    _, last = scene.span(hit.start, hit.end)
    if scene.lower[first] == "trading" and set(scene.lower[last : last + 1]) & _TRADERS:
        return False
    ahead = scene.lower[last] if last < len(scene.lower) else ""
    if scene.lower[first] in {"has", "have", "had", "having"} and (ahead == "been" or ahead.endswith("ed")):
        return False  # the auxiliary
    if hit.name == "EXPECT" and before in {"an", "a"}:
        return False  # "an estimated 10,000 tonnes"
    if hit.name == "RELY" and hit.form in {"base", "s"}:
        word = scene.lower[first]
        before = scene.lower[first - 1] if first else ""
        named = any(0 <= hit.start - m.end <= 1 and m.kind in {"region", "firm"} for m in scene.mentions)
        verb = named or before in {"to", "will", "would", "must", "should", "still", "also", "but", "and"}
        if word.startswith(("source", "import", "procure")) and not verb:
            return False
    if hit.form in {"base", "s"} and hit.name in {
        "PRODUCE",
        "CONTROL",
        "SWITCH",
        "BUILD",
        "BUY",
        "RAISE",
        "GRANT",
    }:
        before = scene.lower[first - 1] if first else ""
        if before in {"the", "a", "an", "of", "its", "this", "that", "their", "first"}:
            return False
    return True


def _nearest(
    scene: Scene, hit: Hit, rule: Rule, first: int, last: int, clause: int
) -> tuple[tuple[int, int], float] | None:
    best: tuple[tuple[int, int], float] | None = None
    for name in rule.objects:
        for start, end in scene.objects(name):
            if start < hit.end and hit.start < end:
                continue
            i, j = scene.span(start, end)
            if scene.clauses[min(i, len(scene.clauses) - 1)] != clause:
                # "The mine, which was halted": what stands before "which" is meant.
                opened = scene.asides.get(clause)
                if opened is None or not 0 <= opened - j <= 2 or rule.where == "after":
                    continue
                best = best or ((start, end), 1.0)
                continue
            if start >= hit.end:
                if rule.where == "before":
                    continue
                distance = float(sum(1 for k in range(last, i) if scene.clauses[k] == clause))
                if hit.form == "noun" and distance > 0 and scene.lower[last] not in _PREPOSITIONS | {"to"}:
                    distance += 2
            else:
                if rule.where == "after":
                    continue
                distance = float(sum(1 for k in range(j, first) if scene.clauses[k] == clause))
                if rule.where == "before" and any(
                    w in {"of", "for", "from"} for w in scene.lower[max(0, i - 2) : i]
                ):
                    distance += 3
                if hit.form in {"base", "ing", "noun"} and distance > 3 and rule.where == "any":
                    distance += 2
            if distance > rule.within or _blocked(scene, rule, hit, start, end):
                continue
            if best is None or distance < best[1]:
                best = ((start, end), distance)
    return best


def _blocked(scene: Scene, rule: Rule, hit: Hit, start: int, end: int) -> bool:
    """Whether a blocking class stands between head and object, or right after the object."""
    a, b = min(hit.end, end), max(hit.start, start)
    for h in scene.hits:
        if h.name in rule.block and (
            a <= h.start < b or (start > hit.start and 0 <= h.start - end <= 1) or h.start == start
        ):
            return True
    return False


def _needs(scene: Scene, need: str, hit: Hit, first: int, clause: int) -> bool:
    near = [
        q
        for q in scene.quantities
        if scene.clauses[scene.token(q.start)] == clause or abs(scene.token(q.start) - first) <= 12
    ]
    kinds = {q.kind for q in near}
    if need in {"share", "money", "share|money", "number", "output", "count", "price"}:
        if need == "output":
            return any(q.kind in {"mass", "energy", "volume"} for q in near)
        if need == "count":
            return any(q.kind == "count" for q in near)
        if need == "price":
            return any(q.kind == "money" and q.per for q in near)
        if need == "number":
            return bool(kinds - {"time"})
        return bool(kinds & {*need.split("|"), "points"} if "share" in need else kinds & {need})
    if need == "fixed":
        return hit.form == "fixed"
    if need == "firms":
        return len({m.label for m in scene.mentions if m.kind == "firm"}) >= 2
    if need == "mining":
        return any(h.name in {"STAGE", "OUTPUT", "FACILITY"} for h in scene.hits)
    if need == "region":
        return any(
            m.kind in {"region", "firm"}
            and m.end <= hit.start
            and scene.clauses[scene.token(m.start)] == clause
            for m in scene.mentions
        )
    if need == "stage":
        return any(h.name == "STAGE" for h in scene.hits) or any(
            m.kind == "commodity" for m in scene.mentions
        )
    return True


_TRADERS = word_list("triggers.traders")
_ATTRIBUTIVE = frozenset({"the", "a", "an", "its", "their", "this", "that", "'s", "of"})
_PARTICLES = word_list("triggers.particles")
_DETERMINERS = word_list("triggers.determiners")
_STOCK_OUT = frozenset({"RELEASE"})


_WAYS = {"export_control": "verb", "quota": "verb", "tariff": "verb", "sanction": "verb", "subsidy": "verb",
         "stockpile": "stock"}  # fmt: skip
_RISING = frozenset({"RISE", "RISE_N", "UP", "RAISE", "RISE2", "RAISE_N", "GUIDANCE_UP", "HIGH"})
_FALLING = frozenset({"FALL", "FALL_N", "DOWN", "CUT", "CUT_N", "LOSE", "GUIDANCE_DOWN", "LOW"})


def direction_near(kind: str, scene: Scene, head: Hit, at: int, *, reach: int = 10) -> str:
    """Direction of a type of claim from the words around its head.

    Args:
        kind: Type of claim.
        scene: The sentence.
        head: The head.
        at: Index of its token.
        reach: Most tokens to a word of rising or falling.

    Returns:
        ``up``, ``down`` or ``""``.
    """
    if kind in _WAYS:
        return _direction(scene, _WAYS[kind], head, at, scene.clauses[at])
    best: tuple[int, str] | None = None
    for h in scene.hits:
        way = "up" if h.name in _RISING else "down" if h.name in _FALLING else ""
        gap = abs(scene.token(h.start) - at)
        if way and gap <= reach and (best is None or gap < best[0]):
            best = (gap, way)
    return best[1] if best else ""


def _direction(scene: Scene, rule: str, hit: Hit, first: int, clause: int) -> str:
    if rule in {"up", "down", ""}:
        return rule

    def nearest(names: frozenset[str]) -> float:
        best = 99.0
        for h in scene.hits:
            within = hit.start <= h.start and h.end <= hit.end and h.end - h.start < hit.end - hit.start
            if h.name not in names or (h.start < hit.end and hit.start < h.end and not within):
                continue
            i = scene.token(h.start)
            if scene.clauses[i] == clause:
                # A verb in front of its object counts more than one after.
                best = min(best, abs(i - first) + (0 if i < first or h.form == "past" else 4))
        return best if best <= 12 else 99.0

    if rule == "stock":
        out, into = nearest(_STOCK_OUT), nearest(frozenset({"BUY", "IMPOSE", "BUILD", "RAISE"}))
        return "down" if out < into else "up" if into < 99 else ""
    if rule == "gap":
        word = scene.sentence.text[hit.start - scene.sentence.start : hit.end - scene.sentence.start].lower()
        return (
            "up"
            if word.startswith(("surplus", "glut", "over"))
            else "down"
            if not word.startswith(("imbal", "market", "supply-dem"))
            else ""
        )
    ease, impose = (
        nearest(frozenset({"EASE", "CUT", "FALL", "CUT_N", "FALL_N"})),
        nearest(frozenset({"IMPOSE", "RAISE", "RISE", "BAN"})),
    )
    tight = hit.name in {"EXPORT_CONTROL", "SANCTION", "BAN_N", "FORCE_MAJEURE"}
    if ease < 99 and ease <= impose:
        return "up" if tight else "down"
    if impose < 99:
        return "down" if tight else "up"
    return "down" if hit.name == "FORCE_MAJEURE" else ""
