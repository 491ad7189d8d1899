"""`Problem`: the compiled linear programme. Its matrix is built once; views change only its numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from oreflow.market.blocks import (
    balance,
    capacity,
    contract,
    conversion,
    demand,
    floor,
    mix,
    quota,
    reserve,
    stock,
    trade,
)
from oreflow.market.curves import Steps
from oreflow.market.highs import BASIC, LOWER, UPPER, Basis
from oreflow.market.layout import Arrays, Layout
from oreflow.market.network import Ints
from oreflow.market.view import View

STRUCTURE = (conversion, mix, trade, demand, stock, reserve, quota)
"""Blocks with matrix entries."""
NUMBERS = (conversion, capacity, mix, trade, demand, stock, reserve, quota, contract, floor, balance)
"""Blocks that write costs, bounds and right-hand sides, in this order."""


@dataclass(frozen=True)
class Problem:
    """min c·x,  row_lower ≤ A·x ≤ row_upper,  lower ≤ x ≤ upper.

    Attributes:
        layout: Where columns and rows stand.
        matrix: A in compressed columns, shape (T·rows, T·columns).
    """

    layout: Layout
    matrix: sparse.csc_matrix

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.matrix.shape

    def numbers(self, view: View) -> Arrays:
        """Return costs, bounds and right-hand sides as agents see them in a view.

        Args:
            view: A view of the same layout.

        Returns:
            Arrays by period.
        """
        arrays = Arrays.zeros(self.layout)
        for block in NUMBERS:
            block.fill(view, arrays)
        return arrays


def compile_problem(layout: Layout) -> Problem:
    """Assemble the matrix of a layout.

    Args:
        layout: Base, lengths of periods, quotas.

    Returns:
        The problem. Entries that would fall after the last period are left out.
    """
    rows, cols, vals = [], [], []
    for block in STRUCTURE:
        for part in block.entries(layout):
            when = np.arange(layout.periods - part.shift, dtype=np.int32)[:, None]
            if not len(when) or not len(part.row):
                continue
            shape = (len(when), len(part.row))
            val = part.val[: len(when)] if part.val.ndim > 1 else np.broadcast_to(part.val, shape)
            row = (when + part.shift) * layout.rows + part.row.astype(np.int32)
            col = when * layout.columns + part.col.astype(np.int32)
            if part.val.ndim > 1 and not val.all():
                some = val != 0.0
                row, col, val = row[some], col[some], val[some]
            rows.append(row.ravel())
            cols.append(col.ravel())
            vals.append(val.ravel())
    matrix = sparse.coo_matrix(
        (np.concatenate(vals), (np.concatenate(rows), np.concatenate(cols))),
        shape=(layout.periods * layout.rows, layout.periods * layout.columns),
    ).tocsc()
    matrix.sum_duplicates()
    return Problem(layout, matrix)


def starting_basis(problem: Problem) -> Basis:
    """Return column and row statuses of the base solution, known without solving.

    Each pinned node has the middle step of one curve in the basis; every other step is full or empty. Statuses
    are those of `oreflow.market.highs`.

    Args:
        problem: Compiled problem.

    Returns:
        Column status, shape (T·columns,); row status, shape (T·rows,).
    """
    layout = problem.layout
    base = layout.base
    col = np.full(layout.columns, LOWER, np.int32)
    row = np.full(layout.rows, BASIC, np.int32)
    for family in ("plants", "mixes", "routes", "stores"):
        steps = base.steps[family]
        col[layout.slice(family)] = np.where(steps.mid < 1.0, UPPER, LOWER)
    new = (base.balanced.route_q <= 0)[base.steps["routes"].owner]
    col[layout.slice("routes")][new] = LOWER
    col[layout.slice("demands")] = np.where(base.steps["demands"].mid > 1.0, UPPER, LOWER)
    if layout.static:
        col[layout.slice("stores")] = LOWER
    middle = {family: _middles(steps) for family, steps in base.steps.items()}
    for node, pin in enumerate(base.centred):
        if pin is None:
            continue
        family, index = pin
        if layout.static and family == "stores":
            family, index = "routes", base.imported[node]
        step = middle[family][index]
        if step >= 0:
            col[layout.start[family] + step] = BASIC
            row[node] = LOWER
    if not layout.static and len(layout.reserve):
        r = len(layout.reserve)
        col[layout.start["reserves"] : layout.start["reserves"] + r] = BASIC
        row[layout.reserve_row : layout.reserve_row + r] = LOWER
    return np.tile(col, layout.periods), np.tile(row, layout.periods)


def _middles(steps: Steps) -> Ints:
    """Return the step of each curve that holds the observed price; −1 where none does."""
    out = np.full(len(steps.first), -1)
    here = np.flatnonzero((steps.lo < 1.0) & (steps.hi >= 1.0))[::-1]  # the first of a curve is written last
    out[steps.owner[here]] = here
    return out
