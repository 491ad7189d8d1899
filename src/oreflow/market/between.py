"""Where curves stand between their steps: the equilibrium of the smooth curves that the steps are cut from.

A step is priced at a point of its curve. Between two such points the curve is followed: the ratio that it is cut in
runs along a straight line with the price (or a power of it does: that of the convenience yield for stocks), and the
quantity is a power of the ratio. So each curve's quantity is known as a function of what it earns, q_g(a_gᵀπ) for its
column a_g of the matrix and duals π, and balance is Σ_g a_g·q_g(a_gᵀπ) = b: the gradient of a concave function of π,
which Newton's method climbs from the duals of the steps (the dual of a separable programme: Rockafellar 1984, Network
Flows and Monotropic Optimization, chapter 11). Nothing rests on it: the programme is solved again afterwards, with
steps laid around the point, and that solution is proven.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu

from oreflow.market.layout import CURVES, Arrays
from oreflow.market.network import Floats, Ints
from oreflow.market.problem import Problem
from oreflow.market.view import View

Flags = NDArray[np.bool_]

ROUNDS = 20
"""Most steps of Newton's method."""
CLOSE = 1e-9
"""Imbalance, as a share of what passes, at which it stops."""
HALVINGS = 8
FURTHEST = 0.3
"""Most that a price moves in one step, as a share of itself."""
SMALLEST = 1e-6
"""Ratio at which a curve counts as having come to its end."""


@dataclass(frozen=True)
class Unit:
    """From the ratio that a family is cut in to its quantities and prices. Shapes (T, curves), or what broadcasts.

    Attributes:
        carries: Quantity at a ratio of one, units a period.
        exponent: Quantity is this power of the ratio.
        bend: Price is a straight line in this power of the ratio.
    """

    carries: Floats
    exponent: Floats
    bend: Floats


@dataclass(frozen=True)
class Curves:
    """Curves of all periods, one after another.

    Attributes:
        first: First of each curve's points, and the end, shape (curves + 1,).
        price: Price of each point, rising within a curve; one more at the end, so that a curve of one point has a next.
        ratio: Ratio of each point.
        unit: What a ratio of one carries, shape (curves,).
        exponent: From ratio to quantity, shape (curves,).
        least: Smallest quantity, shape (curves,).
        most: Largest quantity, shape (curves,).
    """

    first: Ints
    price: Floats
    ratio: Floats
    unit: Floats
    exponent: Floats
    least: Floats
    most: Floats

    def at(self, margin: Floats) -> tuple[Floats, Floats]:
        """Return what each curve carries at a margin, and how fast that grows with it."""
        count = np.diff(self.first)
        owner = np.repeat(np.arange(len(count)), count)
        passed = np.bincount(owner, weights=self.price[:-1] <= margin[owner], minlength=len(count)).astype(
            np.int64
        )
        # The two points around the margin, or the two next to it where it lies outside.
        left = self.first[:-1] + np.clip(passed - 1, 0, np.maximum(count - 2, 0))
        run = self.price[left + 1] - self.price[left]
        slope = np.divide(self.ratio[left + 1] - self.ratio[left], run, out=np.zeros_like(run), where=run > 0)
        ratio = self.ratio[left] + slope * (margin - self.price[left])
        gone = ratio <= SMALLEST
        ratio = np.maximum(ratio, SMALLEST)
        q = np.where(gone & (self.exponent > 0.0), 0.0, self.unit * ratio**self.exponent)
        grown = np.where(gone, 0.0, self.exponent * q / ratio * slope)
        free = (q > self.least) & (q < self.most)
        return np.clip(q, self.least, self.most), np.where(free, grown, 0.0)


_STILL = Unit(np.zeros(1), np.ones(1), np.ones(1))
"""Unit of curves that stay where they are."""


@dataclass(frozen=True)
class Point:
    """Where the smooth curves balance.

    Attributes:
        quantity: Family to what each curve carries, shape (T, curves), units a period.
        free: Family to whether the curve would carry more at a higher price, shape (T, curves).
        price: Duals of the rows, shape (T, rows).
    """

    quantity: dict[str, Floats]
    free: dict[str, Flags]
    price: Floats


def balanced(
    problem: Problem, view: View, arrays: Arrays, x: Floats, price: Floats, units: dict[str, Unit]
) -> Point:
    """Return the point at which the smooth curves balance.

    Args:
        problem: Compiled problem.
        view: What agents see; its base holds the steps in force.
        arrays: Numbers of the programme.
        x: Columns to start from, shape (T, columns). Reserves, and curves of one point, stay there.
        price: Duals of the rows to start from, shape (T, rows); rows without a price stay out.
        units: Family to its unit; curves of a family without one stay where they are.
    """
    layout = view.layout
    curves, cols = _curves(view, arrays, x, units)
    held = x.copy()
    held[:, : layout.start["reserves"]] = 0.0
    right = np.where(price >= 0, arrays.row_lower, arrays.row_upper).ravel()
    right = right - problem.matrix @ held.ravel()
    q, slope, dual = _newton(problem.matrix[:, cols], curves, right, price.ravel())
    cuts = np.cumsum([len(layout.base.steps[f].first) for f in CURVES])[:-1]
    quantity = np.split(q.reshape(layout.periods, -1), cuts, axis=1)
    free = np.split(slope.reshape(layout.periods, -1) > 0.0, cuts, axis=1)
    return Point(
        dict(zip(CURVES, quantity, strict=True)),
        dict(zip(CURVES, free, strict=True)),
        dual.reshape(price.shape),
    )


def _curves(view: View, arrays: Arrays, all_x: Floats, units: dict[str, Unit]) -> tuple[Curves, Ints]:
    """Return the curves of all periods, families one after another in each, and the first column of each."""
    layout = view.layout
    periods = layout.periods
    count, cols, points = [], [], []
    parts: list[tuple[Floats, ...]] = []
    for family in CURVES:
        steps, part = layout.base.steps[family], layout.slice(family)
        n = len(steps.first)
        x, lower, upper = all_x[:, part], arrays.lower[:, part], arrays.upper[:, part]
        least, most, here = steps.total(lower), steps.total(upper), steps.total(x)
        u = units.get(family, _STILL)
        unit, exponent, bend = (np.broadcast_to(v, (periods, n)) for v in (u.carries, u.exponent, u.bend))
        ratio = np.broadcast_to(steps.mid, x.shape) ** bend[:, steps.owner]
        exponent = exponent / bend
        size = np.diff(np.append(steps.first, len(steps)))
        fixed = (size < 2) | (unit <= 0) | (most <= least)
        least, most = np.where(fixed, here, least), np.where(fixed, here, most)
        parts.append((unit, exponent, least, most))
        count.append(size)
        cols.append(layout.start[family] + steps.first)
        points.append((arrays.cost[:, part], ratio))
    price = np.concatenate([p for p, _ in points], axis=1)
    ratio = np.concatenate([r for _, r in points], axis=1)
    size = np.tile(np.concatenate(count), periods)
    unit, exponent, least, most = (np.concatenate(v, axis=1).ravel() for v in zip(*parts, strict=True))
    first = np.concatenate([[0], np.cumsum(size)])
    where = (np.arange(periods)[:, None] * layout.columns + np.concatenate(cols)).ravel()
    # A point after the last, so that curves of one point have a second.
    spare = np.zeros(1)
    return (
        Curves(
            first,
            np.concatenate([price.ravel(), spare]),
            np.concatenate([ratio.ravel(), spare]),
            unit,
            exponent,
            least,
            most,
        ),
        where,
    )


def _newton(
    a: sparse.csc_matrix, curves: Curves, right: Floats, dual: Floats
) -> tuple[Floats, Floats, Floats]:
    """Balance the rows that have a price, by Newton's method in shares of that price."""
    rows = np.flatnonzero(dual != 0.0)
    scale = np.abs(dual[rows])
    across = (a[rows].T @ sparse.diags(scale)).tocsr()  # what a curve earns, in shares of prices
    held = across.T.tocsr()  # in money: a row's imbalance at its price
    right = right[rows] * scale
    y = np.sign(dual[rows])
    q, slope = curves.at(across @ y)
    size = abs(held) @ np.abs(q) + np.abs(right) + 1e-9 * (1.0 + np.abs(right).max(initial=0.0))
    off = right - held @ q
    for _ in range(ROUNDS):
        if float(np.abs(off / size).max(initial=0.0)) < CLOSE:
            break
        matrix = held @ sparse.diags(slope) @ across
        matrix = matrix + sparse.diags(1e-12 * size)  # where nothing answers, nothing moves
        factors = splu(
            matrix.tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True}
        )
        move = np.clip(factors.solve(off), -FURTHEST, FURTHEST)
        before = float(np.square(off / size).sum())
        share = 1.0
        for _ in range(HALVINGS):
            found, grown = curves.at(across @ (y + share * move))
            left = right - held @ found
            if float(np.square(left / size).sum()) < before:
                break
            share *= 0.5
        else:
            break
        y, q, slope, off = y + share * move, found, grown, left
    new = dual.copy()
    new[rows] = y * scale
    return q, slope, new
