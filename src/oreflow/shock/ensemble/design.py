"""Where in its ranges each draw lies: coordinates of a unit cube, one point a draw.

The first coordinates are named: parameters, rates, levels of demand, and of each event of the scenario its size,
whether it is so, whether it spreads and how long it lasts. They are few and each of them matters, so that a design
that fills the cube evenly pays. What may happen by itself is the opposite, thousands of rare events of which few
come: those are drawn from streams of their own (`oreflow.shock.ensemble.streams`), not from the cube.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from oreflow.errors import UnknownNameError, UsageError

if TYPE_CHECKING:
    from scipy.stats.qmc import Sobol

Floats = NDArray[np.float64]

DESIGNS = {
    "random": "independent points",
    "latin": "Latin hypercube: each coordinate hits each of n equal slices once in n draws",
    "sobol": "scrambled Sobol points: even in many coordinates together, at any number of draws",
}
"""Designs and what they are."""
_PAD = 32
"""Sobol points are made for a multiple of so many coordinates, so that one more leaves the others as they are."""
_BLOCK = 1024
_LEAST = 2.0**-53


class Design:
    """Points of a unit cube, each found alone.

    Args:
        kind: Key of `DESIGNS`.
        dims: Number of coordinates.
        draws: Number of draws; only ``latin`` depends on it, for its slices do.
        seed: Seed.

    Raises:
        UnknownNameError: There is no such design.
        UsageError: No draws, a negative number of coordinates, or more coordinates than Sobol numbers exist for.
    """

    def __init__(self, kind: str, dims: int, draws: int, seed: int) -> None:
        if kind not in DESIGNS:
            raise UnknownNameError("design", kind, DESIGNS)
        if draws < 1:
            raise UsageError(f"a design needs at least 1 draw, not {draws}.")
        if dims < 0:
            raise UsageError(f"a design cannot have {dims} coordinates.")
        self.kind, self.dims, self.draws, self.seed = kind, dims, draws, seed
        self._columns: list[NDArray[np.int64]] = []
        self._sobol: Sobol | None = None
        self._block: tuple[int, Floats] = (-1, np.empty((0, 0)))

    def point(self, i: int) -> Floats:
        """Return the point of a draw.

        Args:
            i: Number of the draw, from 0.

        Returns:
            Shape (dims,), each inside (0, 1). It depends on seed, kind and i, for ``latin`` on the number of draws
            too, and on no other draw.

        Raises:
            UsageError: The draw does not exist.
        """
        if i < 0 or (self.kind == "latin" and i >= self.draws):
            raise UsageError(f"there is no draw {i}; draws run from 0 to {self.draws - 1}.")
        if self.dims == 0:
            return np.empty(0)
        if self.kind == "random":
            point = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(i,))).random(self.dims)
        elif self.kind == "latin":
            point = self._latin(i)
        else:
            point = self._sobol_point(i)
        return np.clip(point, _LEAST, 1 - _LEAST)

    def _latin(self, i: int) -> Floats:
        """A permutation of the slices for each coordinate, and a place within the slice."""
        for j in range(len(self._columns), self.dims):
            rng = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(j,)))
            self._columns.append(rng.permutation(self.draws))
        slices = np.array([column[i] for column in self._columns])
        within = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(0, i))).random(self.dims)
        return np.asarray((slices + within) / self.draws)

    def _sobol_point(self, i: int) -> Floats:
        number, row = divmod(i, _BLOCK)
        if self._block[0] != number:
            self._block = number, self._sobol_block(number)
        return self._block[1][row, : self.dims]

    def _sobol_block(self, number: int) -> Floats:
        """Points of a block (Joe & Kuo's directions, linear matrix scrambling and a digital shift, from SciPy)."""
        from scipy.stats.qmc import Sobol

        if self._sobol is None:
            padded = -(-self.dims // _PAD) * _PAD
            if padded > Sobol.MAXDIM:
                raise UsageError(
                    f"a Sobol design has at most {Sobol.MAXDIM} coordinates, not {self.dims}; use design: latin."
                )
            rng = np.random.default_rng(np.random.SeedSequence(self.seed))
            self._sobol = Sobol(padded, scramble=True, seed=rng)
        else:
            self._sobol.reset()
        if number:
            self._sobol.fast_forward(number * _BLOCK)
        return np.asarray(self._sobol.random(_BLOCK))
