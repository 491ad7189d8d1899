"""A number in a text: sign, currency, digits or words, and scale."""

from __future__ import annotations

from dataclasses import dataclass, replace

from oreflow.news.lexing import Tokens
from oreflow.news.measures import measures, unit_at
from oreflow.news.numerals import HAN_SCALES, LETTERS, PARTS, SCALES, SIGNS, SMALL, VAGUE, figure


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number, without its unit.

    Attributes:
        first: Its first token, currency and sign included.
        last: The token after it.
        value: The number; the middle of what is meant by a vague one.
        scale: What its scale word multiplied it by.
        currency: Currency in front, or ``""``.
        sign: -1, 0 or 1.
        letter: Scale of one letter, or ``""``.
        low: Smallest number meant by a vague one.
        high: Largest number meant by a vague one, or None.
        figure: Whether it is plain digits, such as a year may be.
        open: Whether a plus follows: "500+", "500-plus".
    """

    first: int
    last: int
    value: float
    scale: float = 1.0
    currency: str = ""
    sign: int = 0
    letter: str = ""
    low: float | None = None
    high: float | None = None
    figure: bool = False
    open: bool = False

    @property
    def year(self) -> bool:
        """Whether it may be a year."""
        return self.figure and self.scale == 1.0 and 1900 <= self.value <= 2100 and self.value % 1 == 0


_VAGUE_PLURALS = frozenset(VAGUE) - {"several", "few"}
_LABELS = frozenset({"phase", "stage", "section", "tier", "scope", "no", "article", "chapter", "#"})
_NAMES = frozenset(
    {
        "Model", "Annex", "Schedule", "Title", "Series", "Version", "Type", "Train", "Unit", "Line", "Block", "Level",
        "Category", "Class", "Euro", "Group", "Rule", "Route", "Highway", "Boeing", "Airbus", "Figure", "Table", "Page",
        "Day", "Part", "Mine", "Plant", "Pit", "Shaft", "Number", "Bill", "Order", "Resolution", "Lot", "Gen",
        "FTSE", "ASX", "CSI", "STOXX", "Stoxx", "Russell", "Fortune", "Nikkei", "TSX", "Nasdaq", "DAX", "NMC", "NCM",
        "ISO",
    }
)  # fmt: skip
_SCALE_WORDS = frozenset(SCALES) - LETTERS
_JUNK = frozenset({".", ",", "_", "#", ":", "/", "\\", "&", "\x00"})

STARTS = frozenset({*SMALL, *_VAGUE_PLURALS, *SIGNS, "a", "an", "several", "hundred", "dozen", "half"})
"""Words that a number may begin with."""


def number_at(t: Tokens, i: int, floor: int = 0) -> Numeral | None:
    """Read the number at a token.

    Args:
        t: Tokens.
        i: Figure, or first of the words.
        floor: First token that a currency or sign in front may be.

    Returns:
        The number, or None for a year of a name, a date, a version and the like.
    """
    if t.is_figure(i):
        found = _digits(t, i, floor)
    elif t.glued[i] and t.is_figure(i - 1):
        return None
    else:
        found = _in_words(t, i, floor)
    if found is None:
        return None
    found = _scaled(t, _and_a_half(t, found))
    j, k = found.last, found.first - 1
    if k >= floor and t.low[k] == "minus" and t.near[k + 1]:
        found = replace(found, first=k, sign=-1)
    if t.low[j] == "+" and t.glued[j]:
        found = replace(found, last=j + 1, open=True)
    elif t.hyphen(j) and t.low[j + 1] == "plus":
        found = replace(found, last=j + 2, open=True)
    return found


def _digits(t: Tokens, i: int, floor: int) -> Numeral | None:
    value = figure(t.low[i])
    if value is None or value > 1e15:
        return None
    last = i + 1
    if t.low[last] in SIGNS and t.near[last]:
        value, last = value + SIGNS[t.low[last]], last + 1
    elif t.is_figure(last) and t.low[last + 1] == "/" and t.glued[last + 2] and t.is_figure(last + 2):
        above, below = figure(t.low[last]), figure(t.low[last + 2])  # "2 1/2"
        if not above or not below or not above < below <= 20 or value >= 1000:
            return None
        value, last = value + above / below, last + 3
    elif t.low[last] in {"/", ":"} and t.glued[last] and t.glued[last + 1] and t.is_figure(last + 1):
        return None
    first, currency = _currency(t, i, floor)
    sign = 0
    k = first - 1
    if k >= 0 and t.glued[first]:
        before = k - 3 if t.low[k - 2] == "-" else k - 2
        beside = t.low[k] == "/" and t.is_word(k - 1) and t.is_figure(before)  # "175 MW/700 MWh"
        if t.is_word(k) or t.is_figure(k) or (t.low[k] in _JUNK and not beside):
            return None
        if t.low[k] in {"-", "+"} and k >= floor:
            if _is_code(t, k):
                return None
            if not t.glued[k] or t.low[k - 1] in {"(", '"', "'"}:
                sign, first = (-1 if t.low[k] == "-" else 1), k
    if not currency and k >= 0 and t.near[i] and is_label(t, i):
        return None
    return Numeral(first, last, value, currency=currency, sign=sign, figure=t.low[i].isdigit())


def _currency(t: Tokens, i: int, floor: int) -> tuple[int, str]:
    """Currency in front of a figure: its first token (the figure itself without one) and its code."""
    known = measures().currencies
    k = i - 1
    if k < floor or not t.near[i]:
        return i, ""
    if k - 1 >= floor and t.glued[k]:
        code = known.get((t.raw[k - 1], t.raw[k]))
        if code and not (t.glued[k - 1] and t.is_figure(k - 2)):
            return k - 1, code
        if t.low[k] == "$" and t.is_word(k - 1) and t.raw[k - 1].isupper():
            return k - 1, "?"  # dollars or pesos of a country that is not in the table
    code = known.get((t.raw[k],))
    if code is None or (t.is_word(k) and t.glued[k] and t.is_figure(k - 1)):
        return i, ""
    return k, code


def _is_code(t: Tokens, k: int) -> bool:
    """Whether a hyphen joins digits to a name, as in "F-150" and "COVID-19"; dashes are hyphens here too."""
    if not (t.glued[k] and t.is_word(k - 1)) or len(t.low[k + 1]) > 4 or "," in t.low[k + 1]:
        return False
    name = t.raw[k - 1]
    return name != name.lower() and len(name) <= 5 and not t.is_figure(k - 2)


def is_label(t: Tokens, i: int) -> bool:
    """Say whether the word in front makes a number a name: "Phase 2", "Section 232", "No. 2".

    Args:
        t: Tokens.
        i: The number.

    Returns:
        True for a name.
    """
    k = i - 1
    if t.low[k] == "." and t.low[k - 1] in {"no", "nos"}:
        return True
    return (t.low[k] in _LABELS or t.raw[k] in _NAMES) and "," not in t.low[i]


def _in_words(t: Tokens, i: int, floor: int) -> Numeral | None:
    w = t.low[i]
    j = t.hop(i + 1)
    if w in SIGNS:
        return Numeral(i, i + 1, SIGNS[w])
    if w in {"a", "an"}:
        return _after_article(t, i, j, floor) if t.near[j] else None
    if w == "half":
        if t.low[j] in {"a", "an"} and t.low[t.hop(j + 1)] == "dozen":
            return Numeral(i, t.hop(j + 1) + 1, 6.0)
        return _part(t, 0.5, i, j)
    if w in _VAGUE_PLURALS:
        return _plural(t, i)
    if w == "several":
        return _some(t, i, j, w)
    if w == "dozen":
        return Numeral(i, i + 1, 12.0)
    if w not in SMALL and w != "hundred":
        return None
    value, j = _below_thousand(t, i)
    k = t.hop(j)
    if value < 10 and t.low[k] in PARTS and t.near[k]:
        return _part(t, value / PARTS[t.low[k]], i, k + 1)
    if t.low[j] == "dozen" and t.near[j]:
        return Numeral(i, j + 1, 12 * value)
    return Numeral(i, j, value)


def _after_article(t: Tokens, i: int, j: int, floor: int) -> Numeral | None:
    """Read "a million", "a dozen", "a couple of", "a few hundred", "a quarter of a million", "a year and a half"."""
    w = t.low[j]
    if w == "dozen":
        return Numeral(i, j + 1, 12.0)
    if w == "couple":
        return Numeral(i, j + 1 + (t.low[j + 1] == "of"), 2.0)
    if w == "few":
        return _some(t, i, t.hop(j + 1), w)
    if w == "hundred":
        value, j = _below_thousand(t, j)
        return Numeral(i, j, value)
    if w in _SCALE_WORDS:
        return Numeral(i, j, 1.0)
    if w in PARTS:
        return _part(t, 1 / PARTS[w], i, j + 1)
    half = t.low[t.hop(j + 1)] == "and" and _half_after(t, j + 1) is not None
    if half or (w == "fortnight" and (i > floor or not i)):
        return Numeral(i, i + 1, 1.0)
    return None


def _below_thousand(t: Tokens, i: int) -> tuple[float, int]:
    """The number of up to three places in words at token i, and the token after it."""
    if t.low[i] == "hundred":
        value, j = 100, i + 1
    else:
        value, j = _below_hundred(t, i)
        k = t.hop(j)
        if t.low[k] != "hundred" or not t.near[k] or not 0 < value < 100:
            return value, j
        value, j = 100 * value, k + 1
    k = j + (t.low[j] == "and" and t.low[i - 1] != "between")
    if t.low[k] in SMALL and t.near[k]:
        rest, end = _below_hundred(t, k)
        if t.low[t.hop(end)] not in {"hundred", *PARTS}:
            return value + rest, end
    return value, j


def _below_hundred(t: Tokens, i: int) -> tuple[int, int]:
    value = SMALL[t.low[i]]
    k = t.hop(i + 1)
    if value >= 20 and t.near[k] and 0 < SMALL.get(t.low[k], 0) < 10:
        return value + SMALL[t.low[k]], k + 1
    return value, i + 1


def _part(t: Tokens, value: float, i: int, j: int) -> Numeral | None:
    """A part of a scale or unit, as in "half a million" and "a quarter of a percentage point"; else none."""
    k = j + (t.low[j] == "of")
    if t.low[t.hop(k)] in {"a", "an", "one"}:
        k = t.hop(k) + 1
    elif k > j:
        return None
    if not t.near[k]:
        return None
    if t.low[t.hop(k)] in _SCALE_WORDS:
        return Numeral(i, k, value)
    unit = unit_at(t, k) if k > j else None
    return Numeral(i, k, value) if unit and unit[0].kind != "count" else None


def _plural(t: Tokens, i: int) -> Numeral:
    """Read "tens of thousands (of)"."""
    low, high = VAGUE[t.low[i]]
    j = i + 1
    while t.low[j] == "of" and t.low[j + 1] in VAGUE and t.low[j + 1][:-1] in SCALES:
        factor = SCALES[t.low[j + 1][:-1]]
        low, high, j = low * factor, high * factor, j + 2
    j += t.low[j] == "of"
    return Numeral(i, j, (low + high) / 2, low=low, high=high)


def _some(t: Tokens, i: int, j: int, word: str) -> Numeral | None:
    """Read "several hundred", "a few thousand"; without a scale it is no number."""
    if t.low[j] not in _SCALE_WORDS or not t.near[j]:
        return None
    low, high = VAGUE[word]
    return Numeral(i, j, (low + high) / 2, low=low, high=high)


def _half_after(t: Tokens, j: int) -> tuple[float, int] | None:
    """Part that "and a half" adds at token j, and the token after it."""
    k = t.hop(j)
    a = t.hop(k + 1)
    part = t.hop(a + 1)
    if t.low[k] != "and" or t.low[a] not in {"a", "one"} or not t.near[k]:
        return None
    if t.low[part] not in {"half", "quarter", "third"} or t.low[part + 1] == "of":
        return None
    return 1 / PARTS[t.low[part]], part + 1


def _and_a_half(t: Tokens, n: Numeral) -> Numeral:
    found = _half_after(t, n.last)
    if found is None or n.high is not None or n.value % 1 or n.value >= 1000:
        return n
    return replace(n, value=n.value + found[0], last=found[1], figure=False)


def _scaled(t: Tokens, n: Numeral) -> Numeral:
    """Multiply by the scale words behind: "million", "hundred thousand", "lakh crore", "m", "万"."""
    j, scale, letter = n.last, 1.0, ""
    for _ in range(3):
        k = t.hop(j)
        w = t.low[k]
        if not t.near[k]:
            break
        if w in HAN_SCALES and not (w == "千" and t.low[k + 1] in {"克", "瓦"}):
            scale, j = scale * HAN_SCALES[w], k + 1
        elif w == "ten" and t.low[k + 1] == "thousand" and t.is_figure(k - 1):
            scale, j = scale * 1e4, k + 2  # 万 in a translation: "1.2 ten thousand tons"
        elif w in _SCALE_WORDS and not t.joined(k + 1):
            scale, j = scale * SCALES[w], k + 1
        elif scale == 1.0 and k == j and _is_letter(t, k, n):
            scale, letter, j = SCALES[w], w, k + 1
            break
        else:
            break
    value, low, high = n.value * scale, n.low, n.high
    if scale >= 1000 and t.low[t.hop(j)] in SMALL and t.near[t.hop(j)] and not n.figure and not n.currency:
        rest, end = _below_thousand(t, t.hop(j))  # "three thousand five hundred"
        if 100 <= rest < scale:
            value, j = value + rest, end
    if low is not None and high is not None:
        low, high = low * scale, high * scale
    return replace(n, last=j, value=value, scale=n.scale * scale, letter=letter, low=low, high=high)


_TONNES = frozenset({"t", "tonnes", "tonne", "tons", "ton", "mt"})


def _is_letter(t: Tokens, k: int, n: Numeral) -> bool:
    """Whether "k", "m" or "b" behind digits is a scale: glued to them, or beside a currency or tonnes."""
    w = t.low[k]
    if w not in LETTERS or not t.is_figure(k - 1) or t.joined(k + 1):
        return False
    if w in {"mm", "cr"}:
        return bool(n.currency)
    return t.glued[k] or bool(n.currency) or (w in {"k", "m"} and t.low[k + 1] in _TONNES)
