"""A text as the small pieces that amounts are made of: words, figures, signs."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"(?P<figure>(?<![A-Za-z])[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]{1,2})?(?![0-9]|[.,][0-9])|[0-9]+(?:[.,][0-9]+)*"
    r"|(?<![\w.,)])\.[0-9]+)|[A-Za-z\u00c0-\u024f]+|\x00+|\n\s*\n|\S"
)
_SPACE = 2
_END = 1 << 60
DIGITS = frozenset("0123456789")


class Tokens:
    """Tokens of a text in parallel lists; beyond the last there are only empty ones.

    A word is a run of Latin letters, a figure is digits with their commas, points and grouping spaces, and any
    other character stands alone, a Chinese one too. An empty line is a token, so that nothing reaches across.

    Attributes:
        text: The text they are of.
        raw: Tokens as they stand.
        low: The same in lower case.
        start: Offset of each.
        end: Offset after each.
        glued: Whether it stands right behind the one before.
        near: Whether at most two spaces stand between it and the one before.
        count: How many there are.
    """

    __slots__ = ("count", "end", "glued", "low", "near", "raw", "start", "text")

    def __init__(self, text: str, taken: list[tuple[int, int]] | None = None) -> None:
        self.text = text
        hidden = _masked(text, taken) if taken else text
        found = list(_TOKEN.finditer(hidden))
        self.raw = [m[0] for m in found]
        self.start = [m.start() for m in found]
        self.end = [m.end() for m in found]
        self.low = [w.lower() for w in self.raw]
        gaps = [b - a for a, b in zip(self.end, self.start[1:], strict=False)]
        self.glued = [False, *(g == 0 for g in gaps)]
        self.near = [False, *(g <= _SPACE for g in gaps)]
        self.count = len(found)
        beyond = 8
        self.raw += [""] * beyond
        self.low += [""] * beyond
        self.start += [_END] * beyond
        self.end += [_END] * beyond
        self.glued += [False] * (beyond + (not found))
        self.near += [False] * (beyond + (not found))

    def is_figure(self, i: int) -> bool:
        """Whether a token is a number in digits."""
        return i >= 0 and self.low[i][-1:] in DIGITS

    def is_word(self, i: int) -> bool:
        """Whether a token is made of Latin letters."""
        return i >= 0 and self.low[i][:1].isalpha() and self.low[i][:1] < "\u0250"

    def joined(self, i: int) -> bool:
        """Whether a letter or digit follows right behind the token before i, as the X in "45X"."""
        return self.glued[i] and (self.is_word(i) or self.is_figure(i))

    def hyphen(self, i: int) -> bool:
        """Whether token i is a hyphen inside a compound, as in "5,000-tonne"."""
        return self.low[i] == "-" and self.glued[i] and self.glued[i + 1]

    def hop(self, j: int) -> int:
        """Token j, or the one behind it where j is a hyphen inside a compound."""
        return j + 1 if self.hyphen(j) else j


def _masked(text: str, taken: list[tuple[int, int]]) -> str:
    """Blank out what is something else, in one pass."""
    parts = []
    place = 0
    for a, b in sorted(taken):
        if b > max(a, place) and a < len(text):
            a = max(a, place)
            parts += [text[place:a], "\x00" * (min(b, len(text)) - a)]
            place = min(b, len(text))
    return "".join([*parts, text[place:]])
