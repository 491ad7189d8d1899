"""Halts of plants that come by themselves, all of a draw at once.

What the market believes of a halt is what `oreflow.shock.belief` makes of one event alone: the law of its length, from
its age on once it has lasted, its length once it has ended, all as means over months. Halts of the same plant are
independent of each other and multiply, as changes of availability do in the market. Because each stands alone, its
means have a closed form (`Duration.lost`) and thousands of them take a few milliseconds, where a stage of events with
its points and kinks takes one for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oreflow.market.change import Change
from oreflow.shock.duration import Duration
from oreflow.shock.ensemble.hazards import Peril
from oreflow.shock.ensemble.streams import Streams

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

WAITING = 8
"""Blocks of a stream, of four numbers each, that are kept for waiting times: at most 32 events of one law a target."""


@dataclass(frozen=True)
class Arrivals:
    """Events of laws with a rate in one draw, in order of peril and time.

    Attributes:
        peril: Index of the law at its target, shape (n,).
        start: Months from the start of the horizon, shape (n,).
        length: Months; infinite where it never ends within its law, shape (n,).
        loss: Share lost, shape (n,).
        followed: Whether like plants follow, shape (n,).
        numbers: The four numbers that decided each: endless, length, size, followers; shape (n, 4).
    """

    peril: Ints
    start: Floats
    length: Floats
    loss: Floats
    followed: Bools
    numbers: Floats


class Clock:
    """When laws with a rate strike: Poisson processes, by exponential waiting times from streams by name.

    Args:
        perils: Laws at their targets, each with a rate.
        streams: Random numbers by name.
        months: Months of the horizon.
    """

    def __init__(self, perils: Sequence[Peril], streams: Streams, months: int) -> None:
        self._streams, self._months = streams, months
        self._rate = np.array([p.rate / 12 for p in perils])
        self._name = np.array([p.stream for p in perils], dtype=np.uint64)
        self._low, self._high = (np.array([p.loss[k] for p in perils]) for k in (0, 1))
        self._laws = tuple(dict.fromkeys(p.duration for p in perils))
        self._law = np.array([self._laws.index(p.duration) for p in perils], dtype=np.int64)
        self._contagion = np.array([p.duration.p_contagion for p in perils])

    def strike(self, draw: int, factor: Floats | float = 1.0) -> Arrivals:
        """Return what happens in a draw.

        Args:
            draw: Number of the draw.
            factor: Multiple of each rate, shape (perils,) or one number.

        Returns:
            The events that begin within the horizon.
        """
        peril, start, count = self._arrive(draw, self._rate * factor)
        u = self._streams.uniforms(draw, self._name[peril], WAITING + count.astype(np.uint64))
        length = np.empty(len(peril))
        for k, law in enumerate(self._laws):
            mine = self._law[peril] == k
            if mine.any():
                length[mine] = law.lengths(u[mine, :2])
        loss = self._low[peril] + u[:, 2] * (self._high[peril] - self._low[peril])
        return Arrivals(peril, start, length, loss, u[:, 3] < self._contagion[peril], u)

    def _arrive(self, draw: int, rate: Floats) -> tuple[Ints, Floats, Ints]:
        """Peril, time and running number of each arrival."""
        found: list[tuple[Ints, Floats, Ints]] = []
        left = np.flatnonzero(rate > 0)
        now = np.zeros(len(left))
        for block in range(WAITING):
            if not len(left):
                break
            waits = -np.log(self._streams.uniforms(draw, self._name[left], block)) / rate[left, None]
            times = now[:, None] + np.cumsum(waits, axis=1)
            row, column = np.nonzero(times < self._months)
            found.append((left[row], times[row, column], 4 * block + column))
            more = times[:, -1] < self._months
            left, now = left[more], times[more, -1]
        if not found:
            return np.empty(0, dtype=np.int64), np.empty(0), np.empty(0, dtype=np.int64)
        peril, start, count = (np.concatenate(part) for part in zip(*found, strict=True))
        order = np.lexsort((start, peril))
        return peril[order], start[order], count[order]


class Halts:
    """What the market hears of halts, and what it believes then.

    Args:
        perils: Laws at their targets, plants or regions, each with a rate.
        months: Months of the horizon.
        shown: Months of the profiles: the horizon and what lies beyond.
        every: Months between news that a halt still lasts; 0 for none before its end.
    """

    def __init__(self, perils: Sequence[Peril], months: int, shown: int, every: int) -> None:
        self._perils, self._months, self._shown, self._every = perils, months, shown, every
        pairs = [(p.duration, p.recovery) for p in perils]
        self._pairs = tuple(dict.fromkeys(pairs))
        self._pair = np.array([self._pairs.index(pair) for pair in pairs], dtype=np.int64)
        self._known = np.array([p.duration.known for p in perils], dtype=bool)
        self._contagion = np.array([p.duration.p_contagion for p in perils])
        self._spreads = np.array([bool(p.followers) for p in perils], dtype=bool)

    def hears(self, a: Arrivals) -> set[int]:
        """Return the months in which something is heard: a start, an end, whether others follow, that it lasts."""
        if not len(a.peril):
            return set()
        begin = np.floor(a.start).astype(np.int64)
        end = np.minimum(a.start + a.length, self._months)
        open_ = ~self._known[a.peril]
        heard = [begin, np.floor(end[open_ & (end < self._months)]).astype(np.int64)]
        spread = self._spreads[a.peril] & (self._contagion[a.peril] < 1)
        heard.append(begin[spread] + 1)
        if self._every > 0:
            last = np.ceil(end).astype(np.int64)
            for step in range(self._every, self._months, self._every):
                heard.append((begin + step)[open_ & (begin + step < last)])
        months = np.unique(np.concatenate(heard))
        return {int(m) for m in months if m < self._months}

    def believed(self, a: Arrivals, months: Sequence[int]) -> dict[int, list[Change]]:
        """Return the changes that follow from what is known in each of some months.

        Args:
            a: Halts of a draw.
            months: Months, in any order.

        Returns:
            Month to changes of availability, one for each halt that has begun.
        """
        out: dict[int, list[Change]] = {m: [] for m in months}
        if not len(a.peril) or not months:
            return out
        month = np.array(months, dtype=np.int64)
        which, at = np.nonzero(np.floor(a.start)[:, None] <= month)
        over = ~self._known[a.peril[which]] & ((a.start + a.length)[which] < month[at] + 1)
        lost = np.empty((len(which), self._shown))
        self._lasting(a, which[~over], month[at[~over]], lost, np.flatnonzero(~over))
        self._ended(a, which[over], lost, np.flatnonzero(over))
        for row, (i, k) in enumerate(zip(which.tolist(), at.tolist(), strict=True)):
            m, peril = months[k], self._perils[int(a.peril[i])]
            fall = a.loss[i] * lost[row]
            out[m].append(Change("plants", peril.rows, "availability", 1.0 - fall))
            if peril.followers:
                settled = m > int(a.start[i])
                spread = float(a.followed[i]) if settled else peril.duration.p_contagion
                if spread > 0:
                    out[m].append(Change("plants", peril.followers, "availability", 1.0 - spread * fall))
        return out

    def _lasting(self, a: Arrivals, which: Ints, month: Ints, out: Floats, rows: Ints) -> None:
        """Those that still last, each by its law from its age on, once it has shown that it lasts."""
        start = a.start[which]
        age = np.where(month > np.floor(start), month - start, 0.0)
        pair = self._pair[a.peril[which]]
        for k, (law, ramp) in enumerate(self._pairs):
            mine = pair == k
            if mine.any():
                out[rows[mine]] = law.lost(start[mine], self._shown, ramp=ramp, given=age[mine])

    def _ended(self, a: Arrivals, which: Ints, out: Floats, rows: Ints) -> None:
        """Those that have ended, by their length, which is then known."""
        ramps = [ramp for _, ramp in self._pairs]
        pair = self._pair[a.peril[which]]
        for ramp in dict.fromkeys(ramps):
            mine = np.array([ramps[k] == ramp for k in pair], dtype=bool)
            if mine.any():
                out[rows[mine]] = _until(a.start[which][mine], a.length[which][mine], self._shown, ramp)


def _until(start: Floats, length: Floats, months: int, ramp: float | None) -> Floats:
    """Means over months of what is lost from a start, for a known length, and while it comes back.

    That is a fixed length (`Duration.fixed`) of 0 from the end on, and all before it.
    """
    edge = np.arange(months + 1)
    whole = np.diff(np.clip(edge - start[:, None], 0.0, length[:, None]))
    return np.asarray(whole + Duration.fixed(0.0).lost(start + length, months, ramp=ramp))
