"""One amount: a number, its unit, what it is of and per, and its bounds."""

from __future__ import annotations

import re
from dataclasses import dataclass

from oreflow.news import shares
from oreflow.news.bounds import bounds_after, bounds_before
from oreflow.news.figures import Numeral, is_label, number_at
from oreflow.news.lexing import Tokens
from oreflow.news.measures import Unit, content_at, later_per, measures, noun_at, per_at, unit_at


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount as the text states it, in base units.

    Attributes:
        start: Offset of its first character.
        end: Offset after its last character.
        value: The number; None for a range.
        low: Smallest value that is meant, where the text says so.
        high: Largest value that is meant, where the text says so.
        unit: ``t``, ``t LCE``, ``GWh``, ``USD``, ``%``, ``pp``, ``x`` (a multiple), a thing counted, or a time.
        per: What it is per (``year``, ``month``, ``day``, ``quarter``, ``t``, ``kWh``, ``mtu``), or ``""``.
        kind: ``mass``, ``energy``, ``volume``, ``money``, ``share``, ``points``, ``count``, ``time``,
            ``multiple``; and what no claim is about: ``grade`` of an ore, ``power``, ``emissions``.
        sign: -1 or 1 where a sign or a word such as "halved" gives the direction, else 0.
        was: Value before a change, for "from X to Y".
    """

    start: int
    end: int
    value: float | None
    low: float | None
    high: float | None
    unit: str
    per: str
    kind: str
    sign: int = 0
    was: float | None = None

    @property
    def typical(self) -> float:
        """One number to compute with: the value, or the middle of the range."""
        if self.value is not None:
            return self.value
        ends = [v for v in (self.low, self.high) if v is not None]
        return sum(ends) / len(ends) if ends else 0.0


@dataclass(frozen=True, slots=True)
class Term:
    """A number with its unit, or without one (`q` is None) as long as none is found behind the next number.

    Attributes:
        last: The token after it.
        q: The amount.
        n: Its number; None for a share in words.
        factor: Size of its unit in base units.
        stated: Whether a unit stands behind the number, not only a currency in front.
    """

    last: int
    q: Quantity | None
    n: Numeral | None
    factor: float = 1.0
    stated: bool = False


def term_at(t: Tokens, i: int, floor: int) -> Term | None:
    """Read the amount at a token.

    Args:
        t: Tokens.
        i: Figure, or first of the words.
        floor: First token that a currency or sign in front may be.

    Returns:
        The amount, a bare number, or None where there is neither.
    """
    n = number_at(t, i, floor)
    term = measured(t, n) if n else None
    if term is not None:
        return term
    part = shares.share_at(t, i, n)
    if part is None:
        return Term(n.last, None, n) if n else None
    start = t.start[part.first]
    low, high = bounds_before(t.text, start, part.value, part.kind)
    q = Quantity(start, t.end[part.last - 1], part.value, low, high, part.unit, "", part.kind, part.sign)
    return Term(part.last, q, None if n is None or part.kind != "multiple" else n, stated=True)


_GRADED = re.compile(
    r"\b(?:grad(?:e|es|ing|ed)|purity|assay\w*)(?:\s+(?:of|at|averaging|is|was|about|around|up to))*\s*$"
    r"|\b[Mk]?t\s+(?:at|@)\s*$|@\s*$",
    re.IGNORECASE,
)
_MOVED = re.compile(
    r"(?:^|[,;:(-]\s*|\b(?:is|are|was|were|be|been|and|or|trading|closed|ended|finished)\s+)(?P<way>up|down)\s+(?:by\s+)?"
    r"(?:about\s+|around\s+|roughly\s+|nearly\s+|almost\s+|some\s+|more than\s+|over\s+|another\s+|a further\s+)?$",
    re.IGNORECASE,
)
_ANNUAL = re.compile(
    r"\b(annual|yearly|monthly|daily|weekly|quarterly)\b"
    r"(?!\s+(?:report|results|meeting|general|conference|letter|review|outlook|survey|filing|statement))"
    r"(?:\s+[\w-]+){0,6}\s*$",
    re.IGNORECASE,
)
_EVERY = {
    "annual": "year", "yearly": "year", "monthly": "month", "daily": "day", "weekly": "week", "quarterly": "quarter",
}  # fmt: skip
_HAN_EVERY = re.compile(
    r"(?:年|每(?P<each>[年月日天]))产?[能量]?为?[约逾超近]?过?\s?$|(?P<per>[月日])产[量]?[约逾超近]?过?\s?$"
)
_HAN = {"年": "year", "月": "month", "日": "day", "天": "day"}
_THOUSANDS = re.compile(r"[0-9]{1,3}\.[0-9]{2}0")
_AMOUNTS = frozenset({"mass", "energy", "volume"})


def measured(t: Tokens, n: Numeral) -> Term | None:
    """Read what stands behind a number: its unit, what it is of, and what it is per.

    Args:
        t: Tokens.
        n: The number.

    Returns:
        The amount, or None where the number has no unit.
    """
    unit, j = _unit_of(t, n)
    if unit is None:
        return None
    name, kind, per, factor = unit.unit, unit.kind, unit.per, unit.factor
    stated = j > n.last
    value = n.value
    if kind in {"time", "mass"} and t.low[t.hop(j)] == "and" and t.low[j - 1] not in {"t", "g"}:
        value, j = _and_a_half(t, value, j)
    if kind == "money" and not n.currency and n.scale == 1e6 and _THOUSANDS.fullmatch(t.raw[n.first]):
        value *= 1e3  # "1.030 million dollars", where a language says a thousand millions
    value = float(f"{value * factor:.12g}")
    if abs(value) > 1e18:
        return None
    start = t.start[n.first]
    if kind == "share":
        name, kind, j = _graded(t, start, j)
    if kind in _AMOUNTS:
        name, per, kind, j = _of_and_per(t, name, per, kind, start, j)
    elif per == "":
        found = per_at(t, j, kind)
        if found is not None:
            per, j = found
    sign = n.sign or way_before(t, start, kind)
    shown: float | None = value
    low, high = n.low, n.high
    if low is not None and high is not None:
        low, high, shown = low * factor, high * factor, None
    else:
        low, high, j = _bounded(t, n, start, value, kind, j)
    q = Quantity(start, t.end[j - 1], shown, low, high, name, per, kind, sign)
    return Term(j, q, n, factor, stated)


def _bounded(
    t: Tokens, n: Numeral, start: int, value: float, kind: str, j: int
) -> tuple[float | None, float | None, int]:
    low, high = bounds_before(t.text, start, value, kind)
    if low is None and high is None:
        low, high, j = bounds_after(t, j, value)
    if n.open and low is None and high is None:
        low = value
    return low, high, j


_STERLING = Unit("pounds", "GBP", 1.0, "money")


def _unit_of(t: Tokens, n: Numeral) -> tuple[Unit | None, int]:
    """The unit of a number and the token after it; None for a bare number or a name."""
    found = unit_at(t, n.last)
    if n.currency:
        if n.currency == "?":
            return None, n.last
        code, j = n.currency, n.last
        if found and found[0].kind == "money" and not found[2]:
            j = found[1]
            code = found[0].unit if t.low[n.first] in {"$", "¥"} else code  # "$5 million Canadian dollars"
        return Unit("", code, 1.0, "money"), j
    if found is not None:
        unit, j, hyphen = found
        if unit.form in {"pound", "pounds"} and t.low[j] == "(" and "$" in t.low[j + 1 : j + 3]:
            unit = _STERLING  # "15 million pounds ($19 million)"
        return (unit, j) if _fits(t, n, unit, j, hyphen) else (None, n.last)
    if n.scale == 1.0 and not n.letter and not t.hyphen(n.last) and not n.year:
        noun = noun_at(t, n.last)
        if noun and (n.value == 1 or _plural(t, noun[1])):
            return noun
    elif n.scale > 1.0 and not n.letter:
        noun = noun_at(t, n.last, gap=2)
        if noun and noun[0].unit == "vehicles":
            return noun
    return None, n.last


def _plural(t: Tokens, j: int) -> bool:
    return t.low[j - 1].endswith("s") or not t.low[j - 1].isascii()


def _fits(t: Tokens, n: Numeral, unit: Unit, j: int, hyphen: bool) -> bool:
    if n.letter == "b" and unit.kind != "money":
        return False
    if unit.kind == "count":
        named = t.is_figure(n.first) or is_label(t, n.first)  # "Line 3 plant" counts nothing
        return not n.year and (hyphen or n.value == 1 or _plural(t, j) or not named)
    if unit.kind == "time":
        old = t.low[t.hop(j)] == "old"
        return not old and not n.year and not (unit.form in {"年", "周"} and n.value > 100)
    if unit.form == "won":
        return n.value >= 1000
    if unit.form == "Mt" and t.raw[j].istitle() and len(t.raw[j]) > 2 and n.value in range(10):
        return False  # "two Mt Keith mines"
    return not (unit.form == "g" and (n.letter or n.scale != 1 or t.low[j] == "-"))


def _and_a_half(t: Tokens, value: float, j: int) -> tuple[float, int]:
    """Read "a year and a half"."""
    k = t.hop(j)
    a = t.hop(k + 1)
    part = t.hop(a + 1)
    if t.low[a] == "a" and t.low[part] in {"half", "quarter"} and t.low[part + 1] not in {"of", "-"}:
        return value + (0.5 if t.low[part] == "half" else 0.25), part + 1
    return value, j


def _graded(t: Tokens, start: int, j: int) -> tuple[str, str, int]:
    """Tell the grade of an ore from a share: "1.2% Li2O", "at a grade of 1.1%"."""
    k = j + (t.low[j] == "of" and t.raw[j + 1] in {"Li", "TREO"})
    k = t.hop(k)
    found = measures().assays.at(t, k) if t.near[k] else None
    if found is not None:
        short = len(found[0].form) <= 2 and t.raw[found[1]][:1].isupper() and not t.glued[found[1]]
        if not short:
            return found[0].unit, "grade", found[1]
    if _GRADED.search(t.text, max(0, start - 40), start):
        return "%", "grade", j
    return "%", "share", j


def _of_and_per(t: Tokens, name: str, per: str, kind: str, start: int, j: int) -> tuple[str, str, str, int]:
    """Read what tonnes are of and the period, in either order."""
    content = content_at(t, j) if name == "t" else None
    if content is not None:
        name, j = content
    found = per_at(t, j, kind) or (later_per(t, j) if not per else None)
    if found is not None:
        per, j = found
    if name == "t":
        # "tonnes a year of LCE", "tonnes per annum (tpa) of LCE"
        bracket = t.low[j] == "(" and t.low[j + 2] == ")" and unit_at(t, j + 1) is not None
        name, j = content_at(t, j + 3 if bracket else j) or (name, j)
    if not per:
        per = period_before(t, start)
    return name, per, "emissions" if name == "t CO2" else kind, j


def way_before(t: Tokens, start: int, kind: str) -> int:
    """Read the direction that "up" or "down" in front of a share gives.

    Args:
        t: Tokens.
        start: Where the amount begins.
        kind: Its kind.

    Returns:
        -1, 1, or 0 where there is none: "makes up 60%" is no rise.
    """
    if kind not in {"share", "points"}:
        return 0
    moved = _MOVED.search(t.text, max(0, start - 48), start)
    return 0 if moved is None else 1 if moved["way"].lower() == "up" else -1


def period_before(t: Tokens, start: int) -> str:
    """Read the period that words in front give: "an annual capacity of", "年产".

    Args:
        t: Tokens.
        start: Where the amount begins.

    Returns:
        The period, or ``""``.
    """
    near = _ANNUAL.search(t.text, max(0, start - 60), start)
    if near is not None:
        return _EVERY[near[1].lower()]
    if start and t.text[start - 1] > "\u3000":
        han = _HAN_EVERY.search(t.text, max(0, start - 8), start)
        if han is not None:
            return _HAN[han["each"] or han["per"] or "年"]
    return ""
