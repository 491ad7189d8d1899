"""Units in text, and what amounts are per: the table ``lexicon/units.csv`` as phrases of tokens."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from oreflow.news.lexicon import read_table
from oreflow.news.lexing import Tokens


@dataclass(frozen=True, slots=True)
class Unit:
    """One row of the table.

    Attributes:
        form: As it is written.
        unit: Base unit, or what an amount is per, or what it is tonnes of.
        factor: Size in base units.
        kind: Kind of quantity.
        per: Period that is in the unit itself ("tpa"), or ``""``.
    """

    form: str
    unit: str
    factor: float
    kind: str
    per: str = ""


@dataclass(slots=True)
class _Node:
    """A place in the tree of phrases: what may follow, and what ends here."""

    then: dict[str, _Node] = field(default_factory=dict)
    exact: dict[str, Unit] = field(default_factory=dict)
    any: Unit | None = None


@dataclass(slots=True)
class Phrases:
    """Phrases of tokens; the longest that stands at a place is found."""

    root: _Node = field(default_factory=_Node)

    def add(self, row: Unit, *, exact: bool) -> None:
        """Learn a phrase, `exact` in this spelling only."""
        words = Tokens(row.form)
        node = self.root
        for word in words.low[: words.count]:
            node = node.then.setdefault(word, _Node())
        if exact:
            node.exact["".join(words.raw[: words.count])] = row
        else:
            node.any = row

    def at(self, t: Tokens, i: int) -> tuple[Unit, int] | None:
        """Find the longest phrase that begins at token i.

        Words may be joined by hyphens, and no letter or figure may stand right behind.

        Args:
            t: Tokens.
            i: First token.

        Returns:
            The row and the token after it, or None.
        """
        node = self.root.then.get(t.low[i])
        if node is None:
            return None
        best: tuple[Unit, int] | None = None
        j = i + 1
        while True:
            row = node.any
            if node.exact:
                row = node.exact.get("".join(t.raw[i:j]).replace("-", ""), row)
            if row is not None and not t.joined(j):
                best = row, j
            if t.hyphen(j) and "-" not in node.then:
                j += 1
            found = node.then.get(t.low[j]) if t.near[j] else None
            if found is None:
                return best
            node, j = found, j + 1


@dataclass(slots=True)
class Measures:
    """The table, sorted by what its rows are for.

    Attributes:
        units: Units of amounts.
        pers: What an amount may be per.
        contents: What tonnes may be of.
        assays: What per cent may be of in an ore.
        currencies: Signs and codes in front of a figure, as one or two tokens.
        nouns: Counted things that other words may stand in front of ("three production lines").
    """

    units: Phrases = field(default_factory=Phrases)
    pers: Phrases = field(default_factory=Phrases)
    contents: Phrases = field(default_factory=Phrases)
    assays: Phrases = field(default_factory=Phrases)
    currencies: dict[tuple[str, ...], str] = field(default_factory=dict)
    nouns: Phrases = field(default_factory=Phrases)


@cache
def measures() -> Measures:
    """Return the table of units.

    Returns:
        Its rows as phrases.
    """
    out = Measures()
    for row in read_table("units"):
        kind, _, per = row["kind"].partition("_")
        gaps = per != "only"
        unit = Unit(row["form"], row["unit"], float(row["factor"] or 1), kind, per if gaps else "")
        exact = bool(row["case"])
        if kind == "currency":
            words = Tokens(row["form"])
            out.currencies[tuple(words.raw[: words.count])] = row["unit"]
            continue
        group = {"per": out.pers, "content": out.contents, "assay": out.assays}.get(kind, out.units)
        group.add(unit, exact=exact)
        if kind == "count" and gaps:
            out.nouns.add(unit, exact=exact)
    return out


def unit_at(t: Tokens, j: int) -> tuple[Unit, int, bool] | None:
    """Find the unit right behind a number.

    Args:
        t: Tokens.
        j: Token after the number.

    Returns:
        The unit, the token after it, and whether a hyphen joins it to the number; None where there is none.
    """
    hyphen = t.hyphen(j)
    if hyphen:
        j += 1
    elif not t.near[j]:
        return None
    found = measures().units.at(t, j)
    if found is None:
        return None
    unit, end = found
    if unit.form == "t" and t.hyphen(end) and t.low[end + 1] not in {"per", "a"}:
        return None  # "t-shirts"
    return unit, end, hyphen


_PERIODS = frozenset({"year", "quarter", "month", "week", "day", "hour"})
_GROWTH = frozenset({"year", "quarter", "month"})
_PERLESS = frozenset({"time", "points", "grade", "power"})
_ADVERBS = {
    "annually": "year", "yearly": "year", "monthly": "month", "daily": "day", "weekly": "week", "quarterly": "quarter",
    "pa": "year",
}  # fmt: skip
_PAST = frozenset({"ago", "earlier", "later", "before", "prior"})


def per_at(t: Tokens, j: int, kind: str) -> tuple[str, int] | None:
    """Find what an amount is per, as in "a month", "/t", "per dry metric tonne", "-per-year" or "annually".

    Args:
        t: Tokens.
        j: Token after the unit.
        kind: Kind of the amount; only money is per things.

    Returns:
        What it is per and the token after it, or None.
    """
    if kind in _PERLESS or not t.near[j]:
        return None
    if t.low[j] in _ADVERBS:
        return _ADVERBS[t.low[j]], j + 1
    if t.low[j] == "p" and t.low[j + 1 : j + 3] == [".", "a"]:
        return "year", j + 3 + (t.low[j + 3] == "." and t.glued[j + 3])
    k = j + t.hyphen(j)
    joint = t.low[k]
    if joint not in {"/", "per", "a", "an", "each", "every", "by", "每", "一"}:
        return None
    k += 1
    k += t.hyphen(k)
    if not t.near[k]:
        return None
    found = measures().pers.at(t, k)
    if found is None:
        return None
    name = found[0].unit
    if joint == "by" and t.low[found[1]] != "of":
        return None  # "14 thousand tons by year of": a translation; "by year-end" is a date
    if name in _PERIODS:
        if t.low[found[1]] in _PAST:
            return None
        if len(found[0].form) == 1 and found[0].form.isascii() and joint != "/":
            return None
        return None if kind == "share" and name not in _GROWTH else (name, found[1])
    return (name, found[1]) if kind == "money" and joint != "一" else None


_STOPS = frozenset({"a", "an", "per", "each", "every"})


def later_per(t: Tokens, j: int) -> tuple[str, int] | None:
    """Find a period some words behind a unit, as in "tonnes of spodumene concentrate a year".

    Args:
        t: Tokens.
        j: Token after the unit.

    Returns:
        The period and the token after it, or None.
    """
    k = j + (t.low[j] == "of")
    for _ in range(6):
        found = per_at(t, k, "mass") if k > j else None
        if found is not None:
            return found
        if t.low[k] == "(" and t.is_word(k + 1) and t.low[k + 2] == ")":
            k += 3
            continue
        if not t.is_word(k) or not t.near[k] or t.glued[k] or t.low[k] in _STOPS:
            return None
        k += 1
        while t.hyphen(k):
            k += 2
    return None


def content_at(t: Tokens, j: int) -> tuple[str, int] | None:
    """Find what tonnes are of, where that makes another unit of them: "LCE", "of contained lithium".

    Args:
        t: Tokens.
        j: Token after the unit.

    Returns:
        Unit and the token after it, or None.
    """
    k = j + (t.low[j] == "of")
    bracket = t.low[k] == "("
    k += bracket
    if not t.near[k]:
        return None
    found = measures().contents.at(t, k)
    if found is None:
        return None
    unit, end = found
    if unit.form == "Li" and t.raw[end][:1].isupper() and not t.glued[end]:
        return None  # a name: "Li Auto"
    if bracket:
        return (unit.unit, end + 1) if t.low[end] == ")" else None
    if t.low[end] == "(" and t.low[end + 2] == ")" and measures().contents.at(t, end + 1) is not None:
        end += 3  # "lithium carbonate equivalent (LCE)"
    return unit.unit, end


_GAP_STOPS = frozenset(
    {
        "of", "in", "at", "to", "and", "or", "from", "by", "the", "per", "for", "on", "with", "its", "their",
        "a", "an", "has", "have", "is", "are", "was", "were", "as", "but", "that", "which", "who", "than",
        "this", "last", "said", "says", "say", "will", "would", "may", "can", "could", "not", "companies",
        "firms", "countries", "nations", "states", "provinces", "people", "men", "women", "analysts",
        "executives", "officials", "sources", "miners", "producers", "buyers", "suppliers", "banks", "ships",
        "trucks", "days", "weeks", "months", "years", "times", "km", "miles", "hectares", "tests",
    }
)  # fmt: skip


def noun_at(t: Tokens, j: int, *, gap: int = 4) -> tuple[Unit, int] | None:
    """Find a counted thing some words behind a number, as in "three lithium carbonate production lines".

    Args:
        t: Tokens.
        j: Token after the number.
        gap: How many words may stand between.

    Returns:
        The row and the token after it, or None.
    """
    nouns = measures().nouns
    for _ in range(gap + 1):
        if not t.is_word(j) or t.glued[j] or not t.near[j]:
            return None
        found = nouns.at(t, j)
        if found is not None:
            return found
        if t.low[j] in _GAP_STOPS:
            return None
        j += 1
        while t.hyphen(j):
            j += 2
        if t.low[j] == "'" and t.low[j + 1] == "s":
            j += 2
    return None
