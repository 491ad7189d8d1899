"""A sentence with all that was found in it, by token and clause."""

from __future__ import annotations

from oreflow.news.lexicon import read_table, word_list
from oreflow.news.mentions import Hit, Mention
from oreflow.news.quantities import Quantity
from oreflow.news.sentences import Sentence

_BARRIERS = word_list("triggers.barriers")


_NOUN_CLASSES = frozenset(
    {"OUTPUT", "FACILITY", "CAPACITY", "SUPPLY", "EXPORT", "IMPORT", "PRICE", "SHARE", "DEMAND", "INVENTORY"}
)


_LONGER = frozenset({"PRICE", "INVENTORY", "PERMIT", "INVEST_N", "DEAL", "RESERVE_DATA"})
_RULES_OF_TRADE = frozenset({"EXPORT_CONTROL", "TARIFF", "SANCTION", "QUOTA", "SUBSIDY", "FLOOR"})


_COMPOUND_HEADS = word_list("triggers.compound_heads")


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
        self.asides: dict[int, int] = {}
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
        self.hits = [h for h in self.hits if not self._elsewhere(h)]
        self.hits.sort(key=lambda h: (h.start, -h.end))
        self.clauses = self._clauses()

    def _elsewhere(self, h: Hit) -> bool:
        """Whether a word is part of something else: an amount ("9 trillion won"), a name ("Thompson Falls")."""
        if any(q.start <= h.start and h.end <= q.end and q.kind == "money" for q in self.quantities):
            return True
        if h.name == "STOCKPILE" and self._part_of_longer(h):
            return True  # "stockpiles at the mine" are no reserve of a state
        i, j = self.span(h.start, h.end)
        alone = h.form == "fixed" and j - i == 1  # "the Grants pit" is no grant
        verbal = h.form in {"base", "s"} or h.name.endswith("_N") or alone
        if not verbal or self.sentence.heading:
            return False
        word = self.sentence.tokens[i].text
        return (
            i > 0 and word[:1].isupper() and not word.isupper() and self.lower[i - 1] not in {'"', "'", ":"}
        )

    def token(self, offset: int) -> int:
        """Index of the token at an offset of the article."""
        found = self._index.get(offset)
        return self.sentence.at(offset) if found is None else found

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
                self.asides[last] = i
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

    def stated(self) -> list[Quantity]:
        """Amounts of the sentence without those that only turn another into a second currency."""
        out = []
        previous: Quantity | None = None
        for q in self.quantities:
            converted = (
                previous is not None
                and previous.kind == q.kind == "money"
                and previous.unit != q.unit
                and q.start - previous.end <= 12
            )
            previous = q
            if not converted:
                out.append(q)
        return out

    def objects(self, name: str) -> list[tuple[int, int]]:
        """Spans of an object class, compounds such as "mine workers" left out."""
        if name.startswith("@"):
            return self._special(name[1:])
        out = []
        for h in self.hits:
            if h.name != name or self._part_of_longer(h):
                continue
            _, j = self.span(h.start, h.end)
            after = self.lower[j] if j < len(self.lower) else ""
            if (
                name in _NOUN_CLASSES
                and after in _COMPOUND_HEADS
                and not (name == "OUTPUT" and after == "capacity")
            ):
                continue
            if after == "-" and not self._spaced(j) and self.lower[j + 1 : j + 2] == ["to"]:
                continue  # "mine-to-magnet"
            if any(
                o.name in _RULES_OF_TRADE
                and o.name != name
                and o.start <= h.start
                and h.end < o.end + (o.start < h.start)
                for o in self.hits
            ):
                continue  # "export duty"
            out.append((h.start, h.end))
        return out

    def _part_of_longer(self, h: Hit) -> bool:
        """Whether a noun is part of another: "processing" in "processing fee", "stocks" in "LME stocks"."""
        return any(
            o.name in _LONGER
            and o.name != h.name
            and o.start <= h.start
            and h.end <= o.end
            and o.end - o.start > h.end - h.start
            for o in self.hits
        )

    def _special(self, name: str) -> list[tuple[int, int]]:
        if name in {"plant", "firm", "commodity", "programme"}:
            return [(m.start, m.end) for m in self.mentions if m.kind == name and m.via != "pronoun"]
        if name == "it":
            return [(m.start, m.end) for m in self.mentions if m.kind == "plant" and m.via == "pronoun"]
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
