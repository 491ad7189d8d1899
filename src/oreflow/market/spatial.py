"""Spatial price equilibrium of one good with smooth curves, by steps that close in on the solution.

The textbook problem of Samuelson (1952) and Takayama and Judge (1971):

    max Σ_l ∫ demand_l − Σ_l ∫ supply_l − Σ_a ∫ transport_a     subject to balance at every node

Each marginal curve is cut into steps around its last solution, the LP is solved, and the steps are laid finer around
the new point until they are as fine as the solver can tell. The market of the world uses the same steps; here they
stand alone, so that published cases can be held against them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from oreflow.errors import NumericalError
from oreflow.market.network import Floats

FINEST = 1e-6
"""Steps are laid until they span this share of their curve: below it the solver's tolerance shows."""

Marginal = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Curve:
    """A marginal curve attached to one or two nodes.

    Attributes:
        marginal: Cost (or worth, falling) of the next unit at a quantity; vectorised.
        total: Its integral from zero.
        takes: Node it takes a unit from; None for supply.
        gives: Node it gives a unit to; None for demand.
        most: Largest quantity.
    """

    marginal: Marginal
    total: Marginal
    takes: int | None
    gives: int | None
    most: float


@dataclass(frozen=True)
class Equilibrium:
    """Solution: quantity of each curve, price at each node, objective at the smooth curves, rounds taken.

    The price of a node that nothing passes is one of an interval.
    """

    quantity: Floats
    price: Floats
    objective: float
    rounds: int


def equilibrium(curves: list[Curve], nodes: int, *, steps: int = 40, rounds: int = 60) -> Equilibrium:
    """Clear one good over a network.

    Args:
        curves: Supply, demand and transport.
        nodes: Number of nodes.
        steps: Steps a curve.
        rounds: Most rounds of closing in; 1 for plain equal steps, whose error is of order 1/steps.

    Returns:
        The equilibrium.

    Raises:
        NumericalError: An LP could not be solved, or the steps did not close in.
    """
    most = np.array([c.most for c in curves])
    centre, width = most / 2.0, most / 2.0
    for turn in range(1, rounds + 1):
        low, high = np.maximum(centre - width, 0.0), np.minimum(centre + width, most)
        quantity, price = _cleared(curves, nodes, low, high, most, steps)
        # Close in where the solution stands inside the fine steps; follow it where it stands at their edge.
        margin = 0.1 * (high - low)
        inside = ((quantity > low + margin) | (low <= 0)) & ((quantity < high - margin) | (high >= most))
        shrunk = np.maximum(0.5 * width, 2.0 * np.abs(quantity - centre))
        width = np.maximum(np.where(inside, shrunk, np.minimum(1.5 * width, most)), 0.5 * FINEST * most)
        centre = quantity
        if rounds == 1 or bool((width <= FINEST * most).all()):
            return Equilibrium(quantity, price, _objective(curves, quantity), turn)
    raise NumericalError(f"spatial equilibrium: steps did not close in within {rounds} rounds.")


def _cleared(
    curves: list[Curve], nodes: int, low: Floats, high: Floats, most: Floats, steps: int
) -> tuple[Floats, Floats]:
    """Solve the LP of equal steps between `low` and `high`, one step below and one above."""
    grid = low[:, None] + (high - low)[:, None] * np.linspace(0.0, 1.0, steps + 1)[None, :]
    edges = np.concatenate([np.zeros((len(curves), 1)), grid, most[:, None]], axis=1)
    size = np.diff(edges, axis=1)
    middle = 0.5 * (edges[:, 1:] + edges[:, :-1])
    balance: Any = _incidence(curves, nodes, size.shape[1])  # sparse is accepted, the stubs do not know
    found = linprog(
        np.stack([_signed(c, m) for c, m in zip(curves, middle, strict=True)]).ravel(),
        A_eq=balance,
        b_eq=np.zeros(nodes),
        bounds=np.c_[np.zeros(size.size), size.ravel()],
        method="highs",
    )
    if found.status != 0 or found.x is None:
        raise NumericalError(f"spatial equilibrium: {found.message}")
    return found.x.reshape(size.shape).sum(axis=1), np.asarray(found.eqlin.marginals)


def _signed(curve: Curve, at: Floats) -> Floats:
    return -curve.marginal(at) if curve.gives is None else curve.marginal(at)


def _objective(curves: list[Curve], quantity: Floats) -> float:
    return float(
        sum(
            (1.0 if c.gives is None else -1.0) * float(c.total(np.array([q]))[0])
            for c, q in zip(curves, quantity, strict=True)
        )
    )


def _incidence(curves: list[Curve], nodes: int, width: int) -> sparse.csr_matrix:
    rows, cols, vals = [], [], []
    for i, curve in enumerate(curves):
        here = np.arange(i * width, (i + 1) * width)
        for node, sign in ((curve.gives, 1.0), (curve.takes, -1.0)):
            if node is not None:
                rows.append(np.full(width, node))
                cols.append(here)
                vals.append(np.full(width, sign))
    return sparse.csr_matrix(
        (np.concatenate(vals), (np.concatenate(rows), np.concatenate(cols))),
        shape=(nodes, len(curves) * width),
    )
