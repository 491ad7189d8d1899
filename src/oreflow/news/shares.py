"""Shares and multiples in words: "a third", "one in five", "three of its five mines", "doubled", "3x"."""

from __future__ import annotations

from dataclasses import dataclass

from oreflow.news.figures import Numeral, number_at
from oreflow.news.lexing import Tokens
from oreflow.news.measures import Unit, noun_at, unit_at
from oreflow.news.numerals import PARTS, SMALL, figure


@dataclass(frozen=True, slots=True)
class Part:
    """A share, a multiple, or some of a number of things.

    Attributes:
        first: Its first token.
        last: The token after it.
        value: The number.
        unit: ``%``, ``x``, or the thing counted.
        kind: ``share``, ``multiple`` or ``count``.
        sign: -1 or 1 where the word says which way, else 0.
    """

    first: int
    last: int
    value: float
    unit: str
    kind: str
    sign: int = 0


def _forms(stem: str, base: str) -> dict[str, str]:
    return dict.fromkeys((base, f"{base}s", f"{stem}ed", f"{stem}ing"), base)


_VERBS = {
    **_forms("doubl", "double"),
    **_forms("tripl", "triple"),
    **_forms("trebl", "treble"),
    **_forms("quadrupl", "quadruple"),
    **_forms("quintupl", "quintuple"),
    **_forms("halv", "halve"),
}
_TIMES = {"double": 2.0, "triple": 3.0, "treble": 3.0, "quadruple": 4.0, "quintuple": 5.0, "halve": 0.5}
_FOLD = {f"{word}fold": float(n) for word, n in SMALL.items() if n > 1}
_NOT_DOUBLE = frozenset(
    {
        "digit",
        "digits",
        "check",
        "checked",
        "counting",
        "taxation",
        "standard",
        "standards",
        "edged",
        "whammy",
    }
)
STARTS = frozenset({*_VERBS, *_FOLD, "twice", "factor", "half"})
"""Words that a share or multiple may begin with, beside those of a number."""

_FOLLOW = frozenset({"of", "its", "their", "the", "from", "in", "less", "more", ".", ",", ";", ")", ""})
_AFTER_BY = frozenset(
    {
        "to", "this", "last", "since", "within", "over", "on", "at", "compared", "year", "and", "or", "as",
        "for", "after", "while", "when", "because", "amid", "during", "between", "against", "next",
    }
)  # fmt: skip
_HALF_OF_TIME = frozenset({"first", "second", "latter", "last", "this", "next", "previous", "1st", "2nd"})
_RARELY = frozenset(
    {"of", "a", "an", "per", "each", "every", "in", "since", "this", "last", "before", "already", "on"}
)
_TWICE = frozenset({"as", "the", "its", "their", "what", "that", "current", "today", "last"})
_OWNERS = frozenset({"its", "their", "the", "his", "our", "those", "these", "all"})


def share_at(t: Tokens, i: int, n: Numeral | None) -> Part | None:
    """Read a share or multiple.

    Args:
        t: Tokens.
        i: First token.
        n: Number that was read there, if any.

    Returns:
        What was read, or None.
    """
    w = t.low[i]
    if w in _VERBS:
        if t.low[t.hop(i + 1)] in _NOT_DOUBLE:
            return None
        return Part(i, i + 1, _TIMES[_VERBS[w]], "x", "multiple", -1 if _VERBS[w] == "halve" else 1)
    if w in _FOLD:
        return Part(i, i + 1, _FOLD[w], "x", "multiple")
    if w == "twice":
        return Part(i, i + 1, 2.0, "x", "multiple") if t.low[i + 1] in _TWICE else None
    if w == "factor":
        times = number_at(t, i + 2, i + 2) if t.low[i - 1] == "a" and t.low[i + 1] == "of" else None
        return Part(i, times.last, times.value, "x", "multiple") if times else None
    return _fraction(t, i) or (_of_several(t, n) if n and not n.currency and n.high is None else None)


def _fraction(t: Tokens, i: int) -> Part | None:
    w = t.low[i]
    if t.glued[i] and t.low[i - 1] == "-":
        return None
    if w == "half":
        fits = t.low[i - 1] not in _HALF_OF_TIME and _follows(t, i, i + 1)
        return Part(i, i + 1, 50.0, "%", "share") if fits else None
    if t.is_figure(i):
        return _slashed(t, i)
    above = 1 if w == "a" else SMALL.get(w, 0)
    j = t.hop(i + 1)
    below = PARTS.get(t.low[j], 0)
    if not 0 < above < max(below, 1) or (below == 2 and t.low[i - 1] == "and"):
        return None
    plural = above > 1 and below != 4
    if t.hyphen(j + 1) or (not plural and not _follows(t, i, j + 1)):
        return None
    return Part(i, j + 1, round(100 * above / below, 2), "%", "share")


def _follows(t: Tokens, i: int, j: int) -> bool:
    """Whether what follows makes it a part of something, not a "third mine" or a "half year"."""
    if t.low[j] in _FOLLOW:
        return True
    return t.low[i - 1] in {"by", "in"} and t.low[j] in _AFTER_BY


def _slashed(t: Tokens, i: int) -> Part | None:
    """Read "1/3 of"."""
    if t.low[i + 1] != "/" or not t.glued[i + 1] or not t.glued[i + 2] or t.low[i + 3] != "of" or t.glued[i]:
        return None
    above, below = figure(t.low[i]), figure(t.low[i + 2]) if t.is_figure(i + 2) else None
    if not above or not below or not above < below <= 20:
        return None
    return Part(i, i + 3, round(100 * above / below, 2), "%", "share")


def _of_several(t: Tokens, n: Numeral) -> Part | None:
    """Read "one in five", "three out of four smelters", "three of its five mines", "threefold", "three times", "3x"."""
    j = t.hop(n.last)
    w = t.low[j]
    if w == "fold" and t.near[j]:
        return Part(n.first, j + 1, n.value, "x", "multiple")
    if w == "times" and t.near[j] and (t.low[j + 1] not in _RARELY or t.low[j + 3] == "'"):
        return Part(n.first, j + 1, n.value, "x", "multiple")
    if w == "x" and t.raw[j] == "x" and t.near[j] and not t.joined(j + 1) and not t.is_figure(j + 1):
        return Part(n.first, j + 1, n.value, "x", "multiple")
    if n.scale != 1 or n.year or n.value % 1 or not 0 < n.value <= 100:
        return None
    if w == "in":
        k = t.hop(j + 1)
        return _chance(t, n, k + (t.low[k] == "every"))
    out = w == "out" and t.low[j + 1] == "of"
    if not out and w != "of":
        return None
    k = n.last + 1 + out
    some = _counted_of(t, n, k)
    return some or (_chance(t, n, k) if out else None)


def _chance(t: Tokens, n: Numeral, k: int) -> Part | None:
    whole = number_at(t, k, k)
    if whole is None or whole.scale != 1 or not n.value < whole.value <= 1000 or whole.value % 1:
        return None
    unit = unit_at(t, whole.last)
    if whole.currency or (unit is not None and (unit[0].kind != "count" or unit[2])):
        return None
    return Part(n.first, whole.last, round(100 * n.value / whole.value, 2), "%", "share")


def _counted_of(t: Tokens, n: Numeral, k: int) -> Part | None:
    owner = t.low[k] in _OWNERS
    k += owner
    whole = number_at(t, k, k) if t.near[k] else None
    m = k
    while owner and whole is None and m < k + 5 and (t.is_word(m) or t.low[m] == "'") and t.near[m]:
        m += 1  # "3 of the country's 7 smelters"
        whole = number_at(t, m, m) if t.is_figure(m) else None
    if whole is not None and (whole.value < n.value or whole.currency):
        return None
    if whole is None and (not owner or n.value < 2):
        return None
    found: tuple[Unit, int] | None = noun_at(t, whole.last if whole else k)
    return Part(n.first, found[1], n.value, found[0].unit, "count") if found else None
