"""Where a sentence says that something happens: rules over word classes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from oreflow.news.lexicon import read_table
from oreflow.news.linking import Hit, Mention
from oreflow.news.quantities import Quantity
from oreflow.news.sentences import Sentence


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


_BARRIERS = frozenset(
    "which who whose while but although though because whereas when where unless whether if".split()
)
_NOUN_CLASSES = frozenset(
    {"OUTPUT", "FACILITY", "CAPACITY", "SUPPLY", "EXPORT", "IMPORT", "PRICE", "SHARE", "DEMAND", "INVENTORY"}
)
_COMPOUND_HEADS = frozenset(
    "chain chains cost costs company companies sector industry industries equipment giant town manager managers worker "
    "workers firm firms group minister ministry operator operators owner owners union executives executive rights "
    "right licence license permit tax policy policies stock stocks share shares price prices futures demand risk risks "
    "partner partners agreement deal contract contracts team division technology technologies hub city province "
    "margin margins profit profits stage stages capacity investments investment engineering gap shortage shortages "
    "constraint constraints concentration expert experts conference magnate disruption disruptions data code "
    "employment jobs challenges boom hedge strategy market markets".split()
)
_PREPOSITIONS = frozenset("of for in at from on to with by near across over into outside behind".split())


_PROGRAMMES = {
    row["key"]: {"reserve": "STOCKPILE", "credit": "SUBSIDY"}.get(row["kind"], "")
    for row in read_table("programmes")
}


class Scene:
    """A sentence with all that was found in it, by token.

    Args:
        sentence: The sentence.
        hits: Word classes in it.
        mentions: Names in it.
        quantities: Amounts in it.
    """

    def __init__(
        self, sentence: Sentence, hits: list[Hit], mentions: list[Mention], quantities: list[Quantity]
    ) -> None:
        self.sentence = sentence
        self._opened = -1
        self.asides: set[int] = set()
        self.mentions = mentions
        self.quantities = quantities
        self.lower = [t.lower for t in sentence.tokens]
        self._index = {}
        for i, t in enumerate(sentence.tokens):
            for offset in range(t.start, t.end):
                self._index[offset] = i
        # A word inside a name says nothing ("Standard Lithium", "Minerals Reserve"), except a programme's.
        named = [
            (m.start, m.end)
            for m in mentions
            if m.kind in {"plant", "firm"} and m.via not in {"pronoun", "description"}
        ]
        self.hits = [h for h in hits if not any(a <= h.start and h.end <= b for a, b in named)]
        for m in mentions:
            name = _PROGRAMMES.get(m.name.key, "") if m.kind == "programme" else ""
            if name and not any(h.name == name and h.start < m.end and m.start < h.end for h in self.hits):
                self.hits.append(Hit(m.start, m.end, name, "fixed"))
        self.hits.sort(key=lambda h: (h.start, -h.end))
        self.clauses = self._clauses()

    def token(self, offset: int) -> int:
        """Index of the token at an offset of the article."""
        return self._index.get(offset, self.sentence.at(offset))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Token range of a stretch of the article."""
        return self.token(start), self.token(max(start, end - 1)) + 1

    def _clauses(self) -> list[int]:
        numbers = []
        clause = last = outer = 0
        tokens = self.lower
        for i, word in enumerate(tokens):
            if word == "," and clause != outer and last == clause and i > self._opened + 2:
                clause = outer  # the end of ", which ...,": back to the clause around it
                self._opened = -1
            if word in {"which", "who", "whose"} and i > 0 and tokens[i - 1] == ",":
                last += 1
                outer, clause, self._opened = clause, last, i
                self.asides.add(last)
            elif (
                word == ";"
                or (word == ":" and not self._bracketed(i))
                or (word in _BARRIERS and i > 0)
                or (word in {"-", "--"} and self._spaced(i))
                or (
                    word in {"after", "before", "as", "since", "following"}
                    and i > 0
                    and tokens[i - 1] == ","
                    and tokens[i + 1 : i + 2] != ["well"]
                )
                or (word == "after" and i > 2)
                or (
                    word == "as"
                    and i > 2
                    and i + 2 < len(tokens)
                    and tokens[i + 1]
                    not in {"a", "an", "well", "much", "many", "of", "low", "high", "it", "part"}
                    and tokens[i - 1] not in {"such", "as", "well", "known", "much", "far", "soon"}
                    and self._verb_follows(i)
                )
                or (word in {"and", "with"} and i > 0 and tokens[i - 1] == "," and self._verb_follows(i))
            ):
                last += 1
                clause = outer = last
            numbers.append(clause)
        return numbers

    def _bracketed(self, i: int) -> bool:
        """Whether a colon stands within brackets or a time, as in "(NYSE: ALB)"."""
        before = self.lower[max(0, i - 4) : i]
        return "(" in before and ")" not in before

    def _spaced(self, i: int) -> bool:
        t = self.sentence.tokens
        return i > 0 and i + 1 < len(t) and t[i - 1].end < t[i].start and t[i].end < t[i + 1].start

    def _verb_follows(self, i: int) -> bool:
        """Whether a word that may be a finite verb stands within the next words."""
        window = self.lower[i + 1 : i + 8]
        return any(
            w in {"is", "are", "was", "were", "has", "have", "had", "will", "would", "said", "may", "could"}
            or (len(w) > 4 and w.endswith("ed"))
            for w in window
        )

    def objects(self, name: str) -> list[tuple[int, int]]:
        """Spans of an object class, compounds such as "mine workers" left out."""
        if name.startswith("@"):
            return self._special(name[1:])
        out = []
        for h in self.hits:
            if h.name != name:
                continue
            _, j = self.span(h.start, h.end)
            after = self.lower[j] if j < len(self.lower) else ""
            if (
                name in _NOUN_CLASSES
                and after in _COMPOUND_HEADS
                and not (name == "OUTPUT" and after == "capacity")
            ):
                continue
            out.append((h.start, h.end))
        return out

    def _special(self, name: str) -> list[tuple[int, int]]:
        if name in {"plant", "firm", "commodity", "programme"}:
            return [(m.start, m.end) for m in self.mentions if m.kind == name and m.via != "pronoun"]
        if name == "output":
            return [(q.start, q.end) for q in self.quantities if q.kind in {"mass", "energy", "volume"}]
        if name == "facilities":
            return [
                (q.start, q.end) for q in self.quantities if q.kind == "count" and q.unit in _FACILITY_UNITS
            ]
        if name == "source":
            return [(m.start, m.end) for m in self.mentions if m.kind in {"region", "firm", "commodity"}] + [
                (h.start, h.end) for h in self.hits if h.name in {"IMPORT", "SUPPLY", "OUTPUT", "ORE"}
            ]
        return [(q.start, q.end) for q in self.quantities if q.kind == name]


_FACILITY_UNITS = frozenset({"mines", "smelters", "refineries", "plants", "facilities", "lines", "furnaces"})


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
                and t.clause == o.clause
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
        return any(
            q.kind in {"share", "money", "points"}
            and (0 <= q.start - hit.end <= 24 or 0 <= hit.start - q.end <= 1)
            for q in scene.quantities
        )
    before = scene.lower[first - 1] if first else ""
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
        _, last = scene.span(hit.start, hit.end)
        word = scene.lower[first]
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
            or follows is False
            and before not in {"to", "will", "can"}
            and hit.name == "CONTROL"
            and not any(
                0 <= hit.start - m.end <= 1 and m.kind in {"firm", "region", "plant"} for m in scene.mentions
            )
        ):
            return False
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


_DETERMINERS = frozenset("the a an its their his this that 's new recent planned possible".split())
_STOCK_OUT = frozenset({"RELEASE"})


def _direction(scene: Scene, rule: str, hit: Hit, first: int, clause: int) -> str:
    if rule in {"up", "down", ""}:
        return rule

    def nearest(names: frozenset[str]) -> float:
        best = 99.0
        for h in scene.hits:
            if h.name not in names or (h.start < hit.end and hit.start < h.end):
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
        nearest(frozenset({"EASE", "CUT", "FALL"})),
        nearest(frozenset({"IMPOSE", "RAISE", "RISE", "BAN"})),
    )
    tight = hit.name in {"EXPORT_CONTROL", "SANCTION", "BAN_N"}
    if ease < 99 and ease <= impose:
        return "up" if tight else "down"
    if impose < 99:
        return "down" if tight else "up"
    return "down" if tight else ""
