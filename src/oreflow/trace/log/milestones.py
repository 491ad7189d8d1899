"""When which part of a log had been cosigned: what counts after a key was stolen."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable


class Milestones:
    """Sizes of a log, each with when enough witnesses had cosigned it.

    Args:
        found: Size and time, s since 1970, of each.
    """

    def __init__(self, found: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(found)
        self.sizes = [size for size, _ in ordered]
        # A larger tree holds the smaller one, so what it was cosigned with holds for all before it.
        times: list[int] = []
        for _, at in reversed(ordered):
            times.append(min(at, times[-1]) if times else at)
        self.times = times[::-1]

    def when(self, index: int) -> int | None:
        """Return when a record had first been cosigned, s since 1970; ``None`` where it has not been.

        Args:
            index: Which record of the log, from 0.
        """
        at = bisect_right(self.sizes, index)
        return self.times[at] if at < len(self.times) else None
