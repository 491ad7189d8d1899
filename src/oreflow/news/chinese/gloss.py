"""A Chinese text glossed into English, with a map back to the characters of the original."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from oreflow.news.chinese.grammar import arrange
from oreflow.news.chinese.pieces import STOPS, Piece, pieces
from oreflow.news.chinese.table import Terms, simplify

_FURNITURE = re.compile(
    r"\s*[(（\[【]?(?:责任编辑|责编|编辑[:：]|免责声明|风险提示|版权|原标题|图片来源|扫码|扫描|点击|更多|声明[:：])"
)
_BARE = frozenset({",", ".", ":", ")", "?", ";"})


@dataclass(frozen=True, slots=True)
class Span:
    """A piece in the gloss and in the original."""

    start: int
    end: int
    piece: Piece


@dataclass(frozen=True, slots=True)
class Gloss:
    """The English of a text.

    Attributes:
        original: The text.
        text: Its gloss, line by line.
        spans: What each stretch of the gloss stands for, in order.
        sentences: Start and end of each sentence of the original.
    """

    original: str
    text: str
    spans: tuple[Span, ...]
    sentences: tuple[tuple[int, int], ...]

    def place(self, offset: int) -> int:
        """Offset in the original of what stands at an offset of the gloss."""
        at = bisect_right(self.spans, offset, key=lambda s: s.start) - 1
        return self.spans[max(at, 0)].piece.start if self.spans else 0

    def sentence(self, place: int) -> tuple[int, int]:
        """Sentence of the original that an offset of it lies in."""
        at = bisect_right(self.sentences, place, key=lambda s: s[0]) - 1
        return self.sentences[max(at, 0)]

    def words(self, english: str, start: int, end: int) -> str | None:
        """The original of a stretch of English that stands between two offsets of the gloss, if it does."""
        at = self.text.find(english, start, end)
        if at < 0 or not english:
            return None
        first = bisect_right(self.spans, at, key=lambda s: s.start) - 1
        last = bisect_right(self.spans, at + len(english) - 1, key=lambda s: s.start) - 1
        found = [s.piece for s in self.spans[max(first, 0) : last + 1] if s.piece.text not in _BARE]
        return "".join(self.original[p.start : p.end] for p in found) or None


def gloss(text: str, terms: Terms) -> Gloss:
    """Gloss a text.

    Args:
        text: The original, line ends as newlines.
        terms: Terms to look for.

    Returns:
        The gloss, with as many lines as the original.
    """
    out: list[str] = []
    spans: list[Span] = []
    cuts: list[tuple[int, int]] = []
    at = line = 0
    original, text = text, simplify(text)
    for raw in text.split("\n"):
        end = line + len(raw)
        if not _FURNITURE.match(raw):
            for first, last in _sentences(text, line, end):
                cuts.append((first, last))
                for part in _portions(pieces(text, first, last, terms)):
                    said, found = _written(arrange(part), at)
                    out.append(said)
                    spans += found
                    at += len(said)
        out.append("\n")
        at += 1
        line = end + 1
    return Gloss(original, "".join(out), tuple(spans), tuple(cuts))


def _sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Sentences of a line without the blanks around them; a closing quotation mark belongs to what it closes."""
    out: list[tuple[int, int]] = []
    first = i = start
    while i < end:
        if text[i] in STOPS:
            while i + 1 < end and text[i + 1] in "。！？；!?;”」』）)":
                i += 1
            out.append((first, i + 1))
            first = i + 1
        i += 1
    out.append((first, end))
    trimmed = []
    for a, b in out:
        while a < b and text[a].isspace():
            a += 1
        while b > a and text[b - 1].isspace():
            b -= 1
        if a < b:
            trimmed.append((a, b))
    return trimmed


_MOST = 100
"""Pieces of a sentence that are looked at together, so that a text without full stops takes no longer than one with."""


def _portions(found: list[Piece]) -> Iterator[list[Piece]]:
    """Cut what is longer than any sentence, at a comma where there is one."""
    first = 0
    while len(found) - first > _MOST:
        last = next(
            (k for k in range(first + _MOST, first + _MOST // 2, -1) if found[k - 1].kind == "comma"),
            first + _MOST,
        )
        end = found[last - 1].end
        yield [*found[first:last], Piece(end, end, ".", ".", "stop")]
        first = last
    yield found[first:]


def _written(found: list[Piece], at: int) -> tuple[str, list[Span]]:
    """Join pieces to a sentence that begins at an offset of the gloss."""
    out: list[str] = []
    spans: list[Span] = []
    size = 0
    for p in found:
        if not p.text:
            continue
        glued = p.text[0] in ",.:)?;" or (bool(out) and out[-1] == "(")
        if size and not glued:
            out.append(" ")
            size += 1
        said = p.text if size and (out[-2:] != [".", " "] or glued) else p.text[:1].upper() + p.text[1:]
        out.append(said)
        spans.append(Span(at + size, at + size + len(said), p))
        size += len(said)
    if size:
        out.append(" ")
    return "".join(out), spans
