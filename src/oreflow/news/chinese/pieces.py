"""A Chinese line to pieces: the longest term, amount or date at each place, each with its English."""

from __future__ import annotations

import re
from dataclasses import dataclass

from oreflow.news.chinese.amounts import AMOUNT, FRACTION, amount, fraction
from oreflow.news.chinese.days import DATE, date
from oreflow.news.chinese.table import Terms

_STARTS = frozenset(
    "0123456789零〇一二两三四五六七八九十百千约大近将接逾超多高不至最少低每自从截直到去今明当本前上下来第Q年岁周星昨过半+-$€£¥UHAC"
)
_MARKS = {
    "，": ("comma", ","), ",": ("comma", ","), "、": ("list", ","), "。": ("stop", "."), "！": ("stop", "."),
    "!": ("stop", "."),
    "？": ("stop", "?"), "?": ("stop", "?"), "；": ("stop", "."), ";": ("stop", "."), "：": ("colon", ":"),
    ":": ("colon", ":"),
    "“": ("quote", '"'), "”": ("quote", '"'), "「": ("quote", '"'), "」": ("quote", '"'), '"': ("quote", '"'),
    "（": ("open", "("), "(": ("open", "("), "）": ("close", ")"), ")": ("close", ")"), "—": ("comma", ","),
    "…": ("comma", ","),
    "|": ("comma", ","), "｜": ("comma", ","), "/": ("list", ","),
}  # fmt: skip
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9&.'-]{0,40}(?:\s[A-Z][A-Za-z0-9&.'-]{0,40}){0,4}")
_ISO = re.compile(
    r"(?P<y>20\d\d)[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?!\d)(?:\s{0,4}\d{1,2}:\d\d(?::\d\d)?)?"
)
_TITLE = re.compile(r"《[^《》\n]{0,80}》")
STOPS = frozenset("。！？；!?;\n")
"""Signs that end a sentence."""


@dataclass(slots=True)
class Piece:
    """A stretch of the original and its English.

    Attributes:
        start: Offset in the original.
        end: Offset after it.
        text: English; for a verb its past.
        base: Base form of a verb, else as `text`.
        alone: Past and base of a verb without an object, where they differ.
        kind: Kind of the term, or ``amount``, ``time``, ``number``, ``date``, ``comma``, ``stop``, ``unknown``, ...
    """

    start: int
    end: int
    text: str
    base: str
    kind: str
    alone: tuple[str, str] | None = None


def pieces(text: str, start: int, end: int, terms: Terms) -> list[Piece]:
    """Cut a line into pieces.

    Args:
        text: The original.
        start: Offset where the line begins.
        end: Offset after it.
        terms: Terms to look for.

    Returns:
        Pieces in order; what no term covers is a piece of kind ``unknown``.
    """
    out: list[Piece] = []
    i = start
    while i < end:
        c = text[i]
        if c.isspace() or c in "\u200b\ufeff\u3000":
            if not out or out[-1].kind != "space":
                out.append(Piece(i, i + 1, "", "", "space"))
            i += 1
            continue
        title = _TITLE.match(text, i, end) if c == "《" else None
        if title is not None:  # the name of a rule or paper says nothing itself
            out.append(Piece(i, title.end(), "", "", "drop"))
            i = title.end()
            continue
        found = _longest(text, i, end, terms)
        if found is not None:
            out.append(found)
        elif c in _MARKS:
            kind, sign = _MARKS[c]
            out.append(Piece(i, i + 1, sign, sign, kind))
        elif (latin := _LATIN.match(text, i, end)) is not None:
            out.append(Piece(i, latin.end(), latin[0], latin[0], "latin"))
        elif out and out[-1].kind == "unknown" and out[-1].end == i:
            out[-1].end = i + 1
        else:
            out.append(Piece(i, i + 1, "", "", "unknown"))
        i = out[-1].end
    return out


def _longest(text: str, i: int, end: int, terms: Terms) -> Piece | None:
    """The longest of term, date and amount at a place."""
    best: Piece | None = None
    term = terms.at(text, i, end)
    if term is not None:
        best = Piece(i, term[1], term[0].gloss, term[0].base, term[0].kind, term[0].alone)
    if text[i] not in _STARTS:
        return best
    for piece in (_date(text, i, end), _amount(text, i, end), _part(text, i, end)):
        if piece is not None and (best is None or piece.end > best.end):
            best = piece
    return best


def _date(text: str, i: int, end: int) -> Piece | None:
    plain = _ISO.match(text, i, end)
    if plain is not None and (i == 0 or not text[i - 1].isdigit()):
        day = f"{plain['y']}-{int(plain['m']):02d}-{int(plain['d']):02d}"
        return Piece(i, plain.end(), day, day, "date")
    m = DATE.match(text, i, end)
    said = date(m) if m else None
    return Piece(i, m.end(), said, said, "date") if m and said else None


def _amount(text: str, i: int, end: int) -> Piece | None:
    m = AMOUNT.match(text, i, end)
    said = amount(m) if m else None
    if m is None or said is None:
        return None
    last = said[2]
    while last > i + 1 and text[last - 1].isspace():
        last -= 1
    return Piece(i, last, said[0], said[0], said[1])


def _part(text: str, i: int, end: int) -> Piece | None:
    m = FRACTION.match(text, i, end)
    said = fraction(m) if m else None
    return Piece(i, m.end(), said, said, "amount") if m and said else None
