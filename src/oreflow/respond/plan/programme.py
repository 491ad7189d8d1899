"""`Programme`: the second stage, one linear programme a scenario over one matrix, whose bounds grow with the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from oreflow.errors import UnknownNameError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Programme:
    """What each scenario costs under a plan x ≥ 0 (one size a measure).

    Q_s(x) = constant_s + slope_s·x + min c_s·y,  rows_s ≤ A·y ≤ rows_s,  lower_s ≤ y ≤ upper_s(x)

    A plan moves upper bounds of its own columns and upper sides of its own rows, in proportion to its sizes. So Q_s
    is convex and piecewise linear in x, and duals of these bounds and sides are a subgradient: the cuts are exact. It
    never rises with x but for the slope, since nothing else moves.

    Attributes:
        measures: Names of the measures, length K.
        scenarios: Names of the scenarios, length S.
        weight: Probability of each scenario, shape (S,), adding up to 1.
        matrix: A in compressed columns, shape (m, n).
        cost: Shape (S, n), USD/unit.
        lower: Lower bounds, shape (S, n), units.
        upper: Upper bounds without any plan, shape (S, n), units.
        row_lower: Shape (S, m).
        row_upper: Shape (S, m).
        cols: Columns that a plan opens, shape (k,).
        col_owner: Measure of each, shape (k,).
        col_room: Upper bound a unit of the measure, shape (S, k).
        rows: Rows that a plan opens, shape (r,).
        row_owner: Measure of each, shape (r,).
        row_room: Upper side a unit of the measure, shape (S, r).
        constant: Shape (S,), USD.
        slope: Shape (S, K), USD a unit of the measure.
    """

    measures: tuple[str, ...]
    scenarios: tuple[str, ...]
    weight: Floats
    matrix: sparse.csc_matrix
    cost: Floats
    lower: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats
    cols: Ints
    col_owner: Ints
    col_room: Floats
    rows: Ints
    row_owner: Ints
    row_room: Floats
    constant: Floats
    slope: Floats

    @property
    def size(self) -> int:
        """Number of measures."""
        return len(self.measures)

    def sizes(self, named: Mapping[str, float]) -> Floats:
        """Return sizes by name as an array, shape (K,); nought for those not named.

        Args:
            named: Measure to size.

        Raises:
            UnknownNameError: A measure is not there.
        """
        for name in named:
            if name not in self.measures:
                raise UnknownNameError("measure", name, self.measures)
        return np.array([float(named.get(m, 0.0)) for m in self.measures])

    def opened(self, s: int, x: Floats) -> tuple[Floats, Floats]:
        """Return upper bounds of columns and upper sides of rows of a scenario under a plan.

        Args:
            s: Scenario.
            x: Sizes, shape (K,).
        """
        upper, sides = self.upper[s].copy(), self.row_upper[s].copy()
        upper[self.cols] += self.col_room[s] * x[self.col_owner]
        sides[self.rows] += self.row_room[s] * x[self.row_owner]
        return upper, sides

    def within(self, chosen: Ints, weight: Floats | None = None) -> Programme:
        """Return the programme of some scenarios only.

        Args:
            chosen: Indices of scenarios.
            weight: Their probabilities; as they are, scaled to add up to 1, by default.
        """
        w = self.weight[chosen] if weight is None else weight
        per = {
            name: getattr(self, name)[chosen]
            for name in (
                "cost",
                "lower",
                "upper",
                "row_lower",
                "row_upper",
                "col_room",
                "row_room",
                "constant",
                "slope",
            )
        }
        return Programme(
            measures=self.measures,
            scenarios=tuple(self.scenarios[int(i)] for i in chosen),
            weight=w / w.sum(),
            matrix=self.matrix,
            cols=self.cols,
            col_owner=self.col_owner,
            rows=self.rows,
            row_owner=self.row_owner,
            **per,
        )
