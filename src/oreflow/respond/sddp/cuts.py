"""Cuts of a node and which of them are worth holding in its programme.

A cut is a plane below the cost-to-go, θ ≥ intercept + slope·x. Level-one dominance (Philpott, de Matos and Finardi
2013) keeps those that are highest at one at least of the states visited so far; the others stay in the pool and come
back when they are highest at a new one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from oreflow.market.network import Floats, Ints

TIE = 1e-12
"""Share by which a cut must be higher than another one to take its place."""
IDLE = 10
"""Rows that may idle in a programme before they are taken out."""


@dataclass
class _Buffer:
    """Rows that are added one at a time."""

    width: int
    size: int = 0
    data: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.data = np.empty((16, self.width))

    def add(self, values: Floats) -> None:
        if self.size == len(self.data):
            self.data = np.concatenate([self.data, np.empty_like(self.data)])
        self.data[self.size] = values
        self.size += 1

    @property
    def rows(self) -> Floats:
        return self.data[: self.size]


class Pool:
    """All cuts of one function, in the order in which they were found.

    Args:
        states: Number of states, k.
    """

    def __init__(self, states: int) -> None:
        self._planes = _Buffer(states + 1)
        self._points = _Buffer(states)
        self._visited = _Buffer(states)
        self._highest = _Buffer(1)
        self._which: list[int] = []
        self._seen: set[bytes] = set()
        self._known: set[bytes] = set()
        self.iterations: list[int] = []

    def __len__(self) -> int:
        return self._planes.size

    @property
    def intercepts(self) -> Floats:
        """Shape (C,)."""
        return self._planes.rows[:, 0]

    @property
    def slopes(self) -> Floats:
        """Shape (C, k)."""
        return self._planes.rows[:, 1:]

    @property
    def points(self) -> Floats:
        """States that the cuts were found at, shape (C, k)."""
        return self._points.rows

    def add(self, intercept: float, slope: Floats, point: Floats, iteration: int) -> None:
        """Take a cut; one that was found at the same state before is no news.

        Args:
            intercept: Its value at the state of noughts.
            slope: Shape (k,).
            point: State that it was found at.
            iteration: When.
        """
        plane = np.concatenate([[intercept], slope])
        key = plane.tobytes() + point.tobytes()
        if key in self._known:
            return
        self._known.add(key)
        number = len(self)
        self._planes.add(plane)
        self._points.add(point)
        self.iterations.append(iteration)
        if self._visited.size:
            highest = self._highest.rows[:, 0]
            here = intercept + self._visited.rows @ slope
            for i in np.flatnonzero(here > highest + TIE * (1.0 + np.abs(highest))):
                highest[i], self._which[i] = here[i], number
        key = point.tobytes()
        if key not in self._seen:
            self._seen.add(key)
            values = self.intercepts + self.slopes @ point
            # The oldest of equals: it is in the programme already.
            best = int(np.argmax(values >= values.max() - TIE * (1.0 + abs(values.max()))))
            self._visited.add(point)
            self._highest.add(values[best : best + 1])
            self._which.append(best)

    def first(self, size: int) -> Pool:
        """Return a pool of the first so many cuts, taken in again one by one."""
        pool = Pool(self._points.width)
        for i in range(size):
            pool.add(float(self.intercepts[i]), self.slopes[i], self.points[i], self.iterations[i])
        return pool

    def needed(self) -> Ints:
        """Return the numbers of the cuts that are highest at a visited state, rising."""
        return np.unique(np.array(self._which, dtype=np.int64))

    def value(self, state: Floats) -> float:
        """Return the height of the highest cut at a state; minus infinity where there is none."""
        return float((self.intercepts + self.slopes @ state).max()) if len(self) else -np.inf
