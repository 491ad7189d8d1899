"""Mentions that do not overlap, found by place."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator

from oreflow.news.mentions import Mention


def _start(m: Mention) -> int:
    return m.start


class Spans:
    """Mentions in order, none over another; looking one up takes the logarithm of their number.

    Args:
        mentions: Mentions to put in, the first of those that overlap.
    """

    def __init__(self, mentions: Iterable[Mention] = ()) -> None:
        self._kept: list[Mention] = []
        for m in mentions:
            if not self.over(m.start, m.end):
                self.add(m)

    def __iter__(self) -> Iterator[Mention]:
        return iter(self._kept)

    def over(self, start: int, end: int) -> list[Mention]:
        """Mentions that share a character with a stretch.

        Args:
            start: Offset of the stretch.
            end: Offset after it.
        """
        i = bisect_left(self._kept, start, key=_start)
        if i and self._kept[i - 1].end > start:
            i -= 1
        j = i
        while j < len(self._kept) and self._kept[j].start < end:
            j += 1
        return self._kept[i:j]

    def add(self, mention: Mention, *, over: Iterable[Mention] = ()) -> None:
        """Put a mention in.

        Args:
            mention: It must not overlap what stays.
            over: Mentions that it takes the place of.
        """
        for old in over:
            del self._kept[bisect_left(self._kept, old.start, key=_start)]
        insort(self._kept, mention, key=_start)
