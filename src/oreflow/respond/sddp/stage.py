"""One stage: a small linear programme, and what chance may make of its numbers.

    min c·x    subject to    r ≤ A·x ≤ R,    l ≤ x ≤ u,    x[state_in] = incoming state

The columns `state_out` of the solution are the incoming state of the next stage. A noise edits some costs, bounds and
sides; the matrix stays, so that a solver can hold it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from oreflow.errors import ModelError
from oreflow.market.network import Floats, Ints

FIELDS = ("cost", "lower", "upper", "row_lower", "row_upper")
"""What a noise may edit."""
SUM = 1e-9
"""Largest difference of a sum of probabilities from one."""

Edit = tuple[Ints, Floats]
"""Which columns or rows, and their new numbers."""


@dataclass(frozen=True, eq=False)
class Noise:
    """One realisation at a stage: sparse edits of its numbers, as pairs of (indices, values).

    Attributes:
        probability: Of this realisation; those of a stage sum to one.
        cost: Columns and their costs.
        lower: Columns and their lower bounds; `upper` likewise.
        row_lower: Rows and their lower sides; `row_upper` likewise.
        name: For messages.
    """

    probability: float
    cost: Edit | None = None
    lower: Edit | None = None
    upper: Edit | None = None
    row_lower: Edit | None = None
    row_upper: Edit | None = None
    name: str = ""

    def __post_init__(self) -> None:
        for field in FIELDS:
            given = getattr(self, field)
            if given is not None:
                which = np.asarray(given[0], dtype=np.int64).ravel()
                values = np.array(np.broadcast_to(np.asarray(given[1], dtype=np.float64), which.shape))
                object.__setattr__(self, field, (which, values))


@dataclass(frozen=True, eq=False)
class Stage:
    """One stage of a problem.

    Attributes:
        name: Unique within a graph.
        matrix: A, shape (m, n), sparse or dense.
        cost: c, shape (n,).
        lower: l, shape (n,); `upper` is u.
        row_lower: r, shape (m,); `row_upper` is R.
        state_in: Columns that are fixed at the incoming state. Their bounds here tell the range of states that may
            come in and serve only to find `floor`.
        state_out: Columns that hold the outgoing state, in the same order.
        noises: What may happen, known before the stage decides; nothing uncertain where empty.
        columns: Names, for messages; `state_out`'s are the names of the states.
        rows: Names, for messages.
        floor: A number that the cost after this stage, times the chance that anything follows and discounted to its
            end, is never below. Found from the programmes themselves where None; the larger of both counts.

    Raises:
        ModelError: Shapes, numbers or probabilities do not fit.
    """

    name: str
    matrix: sparse.csc_matrix
    cost: Floats
    lower: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats
    state_in: Ints
    state_out: Ints
    noises: tuple[Noise, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    floor: float | None = None

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "matrix", sparse.csc_matrix(self.matrix, dtype=np.float64))
        m, n = self.matrix.shape
        for field, size in zip(FIELDS, (n, n, n, m, m), strict=True):
            put(self, field, self._vector(field, getattr(self, field), size))
        for field in ("state_in", "state_out"):
            put(self, field, np.asarray(getattr(self, field), dtype=np.int64).ravel())
        put(self, "columns", tuple(self.columns) or tuple(f"column {j}" for j in range(n)))
        put(self, "rows", tuple(self.rows) or tuple(f"row {i}" for i in range(m)))
        put(self, "noises", tuple(self.noises) or (Noise(1.0),))
        self._check(m, n)

    def _vector(self, field: str, given: ArrayLike, size: int) -> Floats:
        values = np.asarray(given, dtype=np.float64)
        if values.shape not in ((), (size,)):
            raise self._wrong(f"{field} has shape {values.shape}; the matrix asks for ({size},)")
        return np.array(np.broadcast_to(values, (size,)))

    def _wrong(self, what: str) -> ModelError:
        return ModelError(f"stage {self.name!r}: {what}.")

    def _check(self, m: int, n: int) -> None:
        if len(self.columns) != n or len(self.rows) != m:
            raise self._wrong(
                f"{len(self.columns)} names of columns and {len(self.rows)} of rows for a matrix of {m} rows "
                f"and {n} columns"
            )
        for field in ("state_in", "state_out"):
            which = getattr(self, field)
            if len(which) and (which.min() < 0 or which.max() >= n):
                raise self._wrong(f"{field} names column {which.max()} of {n}")
            if len(np.unique(which)) != len(which):
                raise self._wrong(f"{field} names a column twice")
        if len(self.state_in) != len(self.state_out):
            raise self._wrong(
                f"{len(self.state_in)} states come in and {len(self.state_out)} go out; list the same states twice"
            )
        if np.intersect1d(self.state_in, self.state_out).size:
            raise self._wrong("a column is both incoming and outgoing state; give each its own column")
        if not np.isfinite(self.matrix.data).all():
            at = self.matrix.tocoo()
            i = int(np.flatnonzero(~np.isfinite(at.data))[0])
            raise self._wrong(
                f"the matrix is not a number in row {self.rows[at.row[i]]!r}, column {self.columns[at.col[i]]!r}"
            )
        if self.floor is not None and not np.isfinite(self.floor):
            raise self._wrong(
                f"floor is {self.floor}; give a finite lower bound of later cost, or leave it out"
            )
        total = sum(noise.probability for noise in self.noises)
        if not all(noise.probability >= 0 for noise in self.noises) or not abs(total - 1.0) <= SUM:
            told = ", ".join(f"{noise.probability:g}" for noise in self.noises)
            raise self._wrong(
                f"probabilities of the noises must be at least 0 and sum to 1, not {total:g} ({told})"
            )
        for k, noise in enumerate(self.noises):
            self._check_noise(k, noise, m, n)

    def _check_noise(self, k: int, noise: Noise, m: int, n: int) -> None:
        where = f"noise {self.noise_name(k)}"
        for field in FIELDS:
            edit = getattr(noise, field)
            if edit is None:
                continue
            size = m if field.startswith("row") else n
            if len(edit[0]) and (edit[0].min() < 0 or edit[0].max() >= size):
                raise self._wrong(f"{where} edits {field} number {edit[0].max()} of {size}")
            if len(np.unique(edit[0])) != len(edit[0]):
                raise self._wrong(f"{where} edits a {field} twice")
            if field in ("lower", "upper") and np.intersect1d(edit[0], self.state_in).size:
                raise self._wrong(f"{where} edits a bound of an incoming state, which is fixed at its value")
        numbers = self.numbers(k)
        for field, values in zip(FIELDS, numbers, strict=True):
            names = self.rows if field.startswith("row") else self.columns
            bad = ~np.isfinite(values) if field == "cost" else np.isnan(values)
            if bad.any():
                at = int(np.flatnonzero(bad)[0])
                raise self._wrong(f"{where}: {field} of {names[at]!r} is {values[at]}")
        for low, high, names in ((*numbers[1:3], self.columns), (*numbers[3:5], self.rows)):
            crossed = np.flatnonzero((low > high) | (low == np.inf) | (high == -np.inf))
            if len(crossed):
                at = int(crossed[0])
                raise self._wrong(
                    f"{where}: {names[at]!r} lies between {low[at]:g} and {high[at]:g}, which is nothing"
                )

    @property
    def states(self) -> tuple[str, ...]:
        """Names of the states: those of the outgoing columns."""
        return tuple(self.columns[j] for j in self.state_out)

    @property
    def probabilities(self) -> Floats:
        """Of the noises, shape (K,)."""
        return np.array([noise.probability for noise in self.noises])

    def noise_name(self, k: int) -> str:
        """Return the name of a noise, or its number."""
        return repr(self.noises[k].name) if self.noises[k].name else str(k)

    def numbers(self, k: int) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Return cost, bounds of columns and sides of rows under noise `k`."""
        found = []
        for field in FIELDS:
            values, edit = getattr(self, field), getattr(self.noises[k], field)
            if edit is not None:
                values = values.copy()
                values[edit[0]] = edit[1]
            found.append(values)
        return found[0], found[1], found[2], found[3], found[4]

    def digests(self) -> dict[str, str]:
        """Return a hash of each part of the stage, so that a difference can be named."""
        a = self.matrix.sorted_indices()
        parts: dict[str, Sequence[Any]] = {
            "matrix": (np.array(a.shape), a.indptr.astype(np.int64), a.indices.astype(np.int64), a.data),
            "cost": (self.cost,),
            "bounds": (self.lower, self.upper),
            "sides": (self.row_lower, self.row_upper),
            "states": (self.state_in, self.state_out),
            "noises": tuple(_flat(self.noises)),
            "floor": (np.array([np.nan if self.floor is None else self.floor]),),
            "columns": ("\n".join(self.columns).encode(),),
            "rows": ("\n".join(self.rows).encode(),),
        }
        return {name: _hash(part) for name, part in parts.items()}


def _flat(noises: Sequence[Noise]) -> Iterator[Any]:
    for noise in noises:
        yield np.array([noise.probability])
        for field in FIELDS:
            edit = getattr(noise, field)
            yield field.encode()
            yield from () if edit is None else edit


def _hash(parts: Sequence[Any]) -> str:
    total = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else np.ascontiguousarray(part).tobytes()
        total.update(len(data).to_bytes(8, "little"))
        total.update(data)
    return total.hexdigest()[:16]
