"""Amounts in text: value or range, unit, and what they are per."""

from __future__ import annotations

import re
from dataclasses import replace

from oreflow.news import shares
from oreflow.news.figures import STARTS, number_at
from oreflow.news.lexing import DIGITS, Tokens
from oreflow.news.measures import measures, per_at
from oreflow.news.terms import Quantity, Term, measured, period_before, term_at, way_before

__all__ = ["Quantity", "find_quantities"]

_STARTS = STARTS | shares.STARTS


def find_quantities(text: str, taken: list[tuple[int, int]] | None = None) -> list[Quantity]:
    """Find all amounts with a unit in a text.

    Args:
        text: Folded text (see `oreflow.news.text.fold`).
        taken: Spans that are something else (dates), which no number may overlap.

    Returns:
        Amounts in order, without overlaps, in base units (t, GWh, currency units, %).
    """
    t = Tokens(text, taken)
    out: list[Quantity] = []
    latest: Term | None = None
    i = floor = 0
    while i < t.count:
        w = t.low[i]
        term = term_at(t, i, floor) if w[-1] in DIGITS or w in _STARTS else None
        if term is None:
            i += 1
            continue
        before = _before(t, out[-1], latest, term) if latest else None
        if before is not None:
            out[-1], latest = before, None
            floor = i = term.last
            continue
        q, i, latest = _linked(t, term, latest)
        if q is not None:
            out.append(q)
            floor = i
            if q.kind == "money" and t.low[i] == ")":
                _convert(t, out, i)
    return out


def _convert(t: Tokens, out: list[Quantity], i: int) -> None:
    """Give the two of "58,460 yuan ($8,140) a ton" what both are per."""
    if len(out) < 2 or t.text[out[-2].end : out[-1].start].strip(" \n") != "(":
        return
    one, other = out[-2:]
    if one.kind != "money" or one.unit == other.unit:
        return
    found = per_at(t, i + 1, "money")
    per = one.per or other.per or (found[0] if found else "")
    out[-2:] = replace(one, per=per), replace(other, per=other.per or per)


_DOWN_FROM = re.compile(
    r"[^.;\d]{0,60}?,?\s(?P<way>down|up)\sfrom\s(?:about\s|around\s|some\s|a record\s|a revised\s|nearly\s|over\s)?$",
    re.IGNORECASE,
)
_FAR = 90


def _before(t: Tokens, q: Quantity, latest: Term, term: Term) -> Quantity | None:
    """Join "12 million tons, down from 42 million": one amount with what it was before."""
    start = term.q.start if term.q else t.start[term.n.first] if term.n else 0
    if q.value is None or start - q.end > _FAR:
        return None
    between = _DOWN_FROM.fullmatch(t.text, q.end, start)
    if between is None:
        return None
    sign = -1 if between["way"].lower() == "down" else 1
    if term.q is not None:
        same = term.q.unit == q.unit and term.q.value is not None
        return replace(q, was=term.q.value, sign=sign) if same else None
    if latest.n is None or term.n is None or term.n.high is not None or term.n.year:
        return None
    return replace(q, was=_lent(term, latest), sign=sign)


def _lent(bare: Term, other: Term) -> float:
    """Value of a number without a unit, in that of another; a scale word may stand for both."""
    assert bare.n is not None
    value = bare.n.value
    if bare.n.scale == 1 and other.n is not None and other.n.scale > 1:
        raw = other.n.value / other.n.scale
        if raw and value <= 100 * raw:
            value *= other.n.scale
    return value * other.factor


_FILLERS = frozenset(
    {
        "about", "around", "roughly", "approximately", "some", "nearly", "almost", "over", "up", "to", "at",
        "least", "as", "much", "many", "low", "high", "more", "than", "just", "record", "revised", "a", "an", "the",
        "estimated", "close", "above", "below", "under", "well", "further", "another",
    }
)  # fmt: skip
_JOINTS = {"to": "to", "and": "and", "or": "or", "from": "from", "至": "to", "到": "to", "~": "-", "-": "-"}


def _second(t: Tokens, j: int) -> tuple[str, Term] | None:
    """The word that joins an amount to another, and the other."""
    j += t.low[j] == "," and t.low[j + 1] == "from"  # "to 25%, from 7.5%"
    word = _JOINTS.get(t.low[j], "")
    if not word or not t.near[j]:
        return None
    k = j + 1
    if word == "-" and t.low[k] in {"to", "or"}:  # "10- to 15-year", "3-to-5"
        word = t.low[k]
        k = t.hop(k + 1)
    currencies = measures().currencies
    for i in range(k, k + 7):
        if not t.near[i] or i >= t.count:
            return None
        if t.low[i][-1] in DIGITS or t.low[i] in _STARTS:
            if number_at(t, i, k) is not None or t.low[i] == "half":
                term = term_at(t, i, k)
                return (word, term) if term else None
            if t.low[i][-1] in DIGITS:
                return None
            if t.low[i] in {"a", "one", "two", "three"}:
                term = term_at(t, i, k)
                if term is not None:
                    return word, term
        sign = (
            (t.raw[i],) in currencies or (t.raw[i], t.raw[i + 1]) in currencies or t.low[i] in {"minus", "-"}
        )
        if not sign and (word == "-" or t.low[i] not in _FILLERS):
            return None
    return None


def _linked(t: Tokens, a: Term, latest: Term | None) -> tuple[Quantity | None, int, Term | None]:
    """Join a term with the one behind it where both are ends of a range or of a change.

    Returns the amount, the token to go on from, and the term that gives the unit.
    """
    found = _second(t, a.last)
    if found is None:
        return a.q, a.last, a if a.q else latest
    word, b = found
    start = a.q.start if a.q else t.start[a.n.first] if a.n else 0
    before = t.text[max(0, start - _FAR) : start]
    b = _completed(t, a, b, word, before)
    if b.q is None or not _alike(a, b):
        if word == "from" and a.q is not None and a.n is not None and b.n is not None and b.q is None:
            plain = a.q.value is not None and b.n.high is None and not b.n.currency and not b.n.year
            if plain and _REACHED.search(before):
                return replace(a.q, was=_lent(b, a)), b.last, a
        return a.q, a.last, a if a.q else latest
    q = _pair(a, b, word, before, start)
    if q is None:
        if a.q is None and word == "to" and a.n is not None and not a.n.year:  # "by 1,500 to 14,000 tonnes"
            lent = replace(b.q, start=start, end=t.end[a.n.last - 1], value=_lent(a, b), low=None, high=None)
            return replace(lent, sign=a.n.sign), a.last, b
        return a.q, a.last, a if a.q else latest
    if not q.per and q.kind in {"mass", "energy", "volume"}:
        q = replace(q, per=period_before(t, start))
    if not q.sign:
        q = replace(q, sign=way_before(t, start, q.kind))
    third = _second(t, b.last) if q.value is None and _REACHED.search(before) else None
    if third is not None and third[0] == "from" and _alike(b, third[1]) and third[1].q is not None:
        q = replace(q, was=third[1].q.value)  # "to 250-260 million tonnes from 379 million tonnes"
        return q, third[1].last, b
    return q, b.last, b


def _completed(t: Tokens, a: Term, b: Term, word: str, before: str) -> Term:
    """Give the second of "$950-1,050/t" the currency of the first."""
    if b.q is not None or b.n is None or a.q is None or a.n is None:
        return b
    if not a.n.currency or a.stated or a.q.per:
        return b
    if b.n.year and b.n.value > 10 * a.n.value:
        return b
    dollars = measured(t, replace(b.n, currency=a.n.currency))
    if dollars is None or dollars.q is None:
        return b
    sure = word == "-" or bool(dollars.q.per) or (b.n.scale > 1 and a.n.scale == 1)
    if sure or _FROM.search(before) or _BETWEEN.search(before):
        return replace(dollars, q=replace(dollars.q, unit=a.q.unit))
    return b


def _alike(a: Term, b: Term) -> bool:
    """Whether two terms may be ends of one thing."""
    if b.q is None or b.q.value is None:
        return False
    if a.q is None:
        if a.n is None or b.n is None or a.n.high is not None or a.n.currency:
            return False
        return not a.n.letter or b.n.scale > 1  # "1.1m to 1.2m tonnes", not "5m to 6 tonnes"
    if a.q.value is None or a.q.kind != b.q.kind:
        return False
    units = {a.q.unit, b.q.unit}
    tonnes = len(units) == 2 and "t" in units and a.q.kind == "mass"
    return (len(units) == 1 or tonnes) and (a.q.per == b.q.per or not a.q.per or not b.q.per)


_FILL = r"(?:about\s+|around\s+|some\s+|roughly\s+|nearly\s+|over\s+|as much as\s+|up to\s+|an estimated\s+|a\s+)?"
_BETWEEN = re.compile(rf"\bbetween\s+{_FILL}$|\brange of\s+$", re.IGNORECASE)
_FROM = re.compile(rf"\bfrom\s+{_FILL}$", re.IGNORECASE)
_BY = re.compile(rf"\bby\s+{_FILL}$", re.IGNORECASE)
_REACHED = re.compile(rf"\bto\s+(?:a record\s+|as (?:low|high|little) as\s+|just\s+)?{_FILL}$", re.IGNORECASE)
_STEPS = (
    r"rais\w+|lift\w*|increas\w+|boost\w*|expand\w*|cut\w*|lower\w*|reduc\w+|slash\w*|trim\w*|rise[ns]?|rose|rising|fall\w*"
    r"|fell|drop\w*|climb\w*|jump\w*|grow\w*|grew|up|down|revis\w+|upgrad\w+|downgrad\w+|declin\w+|hik(?:e[ds]?|ing)"
    r"|doubl\w+|tripl\w+|halv\w+|mov\w+|went|shr[aiu]nk\w*|soar\w*|surg\w+|plung\w+|slump\w*|slid\w*|sank|sinks?"
    r"|tumbl\w+|ramp\w*|scal(?:e[ds]?|ing)|chang\w+|adjust\w*|tighten\w*|widen\w*|narrow\w*|eas(?:e[ds]?|ing)"
    r"|dip(?:s|ped|ping)?|edg(?:e[ds]?|ing)|advanc\w+|gain\w*|shav\w+|push\w*|swell\w*|swollen|rebound\w*|recover\w*"
    r"|add(?:s|ed|ing)?|los(?:t|es?|ing)|shed(?:s|ding)?|slip\w*|firm(?:s|ed)|retreat\w*|rall(?:y|ied|ies)|leap\w*|leapt"
    r"|weaken\w*|strengthen\w*"
)
_CHANGE = re.compile(rf"\b(?:{_STEPS})\b[^.;]{{0,60}}\bfrom\s+{_FILL}$", re.IGNORECASE)
_STEP = re.compile(rf"\b(?:{_STEPS})\s+(?:by\s+|another\s+|a further\s+)?{_FILL}$", re.IGNORECASE)
_FACTOR = 3.0
_LEAP = 20.0


def _pair(a: Term, b: Term, word: str, before: str, start: int) -> Quantity | None:
    """Make one amount of two terms that are alike, or None where they are two amounts."""
    assert b.q is not None and b.q.value is not None
    high, unstated = b.q.value, not a.stated
    if a.q is None:
        low = _lent(a, b)
    else:
        low = a.q.value if a.q.value is not None else 0.0
        if unstated and a.n is not None and a.n.currency:  # "$5-6 million"
            low = _lent(a, replace(b, factor=a.factor))
    base = replace(
        b.q,
        start=start,
        unit=a.q.unit if a.q is not None and b.q.unit == "t" else b.q.unit,
        per=b.q.per or (a.q.per if a.q else ""),
        sign=b.q.sign or (a.q.sign if a.q else a.n.sign if a.n else 0),
    )
    both = replace(base, value=None, low=min(low, high), high=max(low, high))
    if word == "and":
        return both if _BETWEEN.search(before) else None
    if word == "from":
        return replace(base, value=low, low=None, high=None, was=high) if _REACHED.search(before) else None
    if word != "to":
        return None if a.q is None and a.n is not None and a.n.year and high < low else both
    came = _FROM.search(before)
    if came and (low > high or _CHANGE.search(before)):
        return replace(base, was=low)
    if not came and not _BETWEEN.search(before) and _two_amounts(a, before, low, high, base.kind):
        return None
    return both


def _two_amounts(a: Term, before: str, low: float, high: float, kind: str) -> bool:
    """Whether "by 1,500 tonnes to 14,000 tonnes" is a step and where it leads, not a range."""
    if kind == "money" and a.q is not None and not a.q.per and high > _LEAP * low > 0:
        return True  # "up $42 to $9,917"
    by = bool(_BY.search(before))
    if not by and not _STEP.search(before):
        return False
    if low > high or (a.q is None and high > _FACTOR * low):
        return True
    return a.q is not None and kind not in {"share", "points", "multiple", "time"}
