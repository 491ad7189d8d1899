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
SAME = 1e-10
"""Difference, as a share of one more than a number, up to which numbers of two cuts are the same."""
PLACES = 9
"""Decimals of states that are told apart."""
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

    def copy(self) -> _Buffer:
        made = _Buffer(self.width, self.size)
        made.data = self.data.copy()
        return made


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
        self._which = _Buffer(1)
        self._seen: set[bytes] = set()
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

    def add(self, intercept: float, slope: Floats, point: Floats, iteration: int) -> tuple[int, ...]:
        """Take a cut; the same one again at a state that was visited before is no news.

        Args:
            intercept: Its value at the state of noughts.
            slope: Shape (k,).
            point: State that it was found at.
            iteration: When.

        Returns:
            Numbers of cuts that have become the highest somewhere.
        """
        plane = np.concatenate([[intercept], slope])
        key = (np.round(point, PLACES) + 0.0).tobytes()
        if (
            key in self._seen
            and (np.abs(self._planes.rows - plane) <= SAME * (1.0 + np.abs(plane))).all(1).any()
        ):
            return ()
        number, came = len(self), set()
        self._planes.add(plane)
        self._points.add(point)
        self.iterations.append(iteration)
        if self._visited.size:
            highest = self._highest.rows[:, 0]
            here = intercept + self._visited.rows @ slope
            better = np.flatnonzero(here > highest + TIE * (1.0 + np.abs(highest)))
            if len(better):
                highest[better] = here[better]
                self._which.rows[better] = number
                came.add(number)
        if key not in self._seen:
            self._seen.add(key)
            values = self.intercepts + self.slopes @ point
            # The oldest of equals: it is in the programme already.
            best = int(np.argmax(values >= values.max() - TIE * (1.0 + abs(values.max()))))
            self._visited.add(point)
            self._highest.add(values[best : best + 1])
            self._which.add(np.array([best]))
            came.add(best)
        return tuple(sorted(came))

    def copy(self) -> Pool:
        """Return a copy that can grow by itself."""
        pool = Pool(self._points.width)
        for name in ("_planes", "_points", "_visited", "_highest", "_which"):
            setattr(pool, name, getattr(self, name).copy())
        pool._seen, pool.iterations = set(self._seen), list(self.iterations)
        return pool

    def first(self, size: int) -> Pool:
        """Return a pool of the first so many cuts; fewer than all are taken in again one by one."""
        if size == len(self):
            return self.copy()
        pool = Pool(self._points.width)
        for i in range(size):
            pool.add(float(self.intercepts[i]), self.slopes[i], self.points[i], self.iterations[i])
        return pool

    def needed(self) -> Ints:
        """Return the numbers of the cuts that are highest at a visited state, rising."""
        return np.unique(self._which.rows.astype(np.int64))

    def value(self, state: Floats) -> float:
        """Return the height of the highest cut at a state; minus infinity where there is none."""
        return float((self.intercepts + self.slopes @ state).max()) if len(self) else -np.inf
