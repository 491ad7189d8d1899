"""The market in each case without any plan: solved once a case, warm; prices and use are read off it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from oreflow.errors import InfeasibleError, NumericalError
from oreflow.market import Base, Draw
from oreflow.market.layout import Arrays, Layout
from oreflow.market.network import Floats
from oreflow.market.problem import Problem, compile_problem
from oreflow.market.window import Cleared, Window
from oreflow.respond.plan.happenings import Happening

SPANS = (3, 3, 3, 3, 12)
"""Periods of a window, months: a year by quarters and one more."""


@dataclass(frozen=True)
class Solved:
    """A case with its market.

    Attributes:
        case: The case.
        cleared: The market, without any plan.
        problem: Its compiled programme.
        arrays: Its numbers.
    """

    case: Happening
    cleared: Cleared
    problem: Problem
    arrays: Arrays

    @property
    def price(self) -> Floats:
        """Price at each node, shape (T, nodes), USD/unit."""
        return self.cleared.price

    def use(self) -> Floats:
        """Return what users take at each node in each period (`use_of`)."""
        return use_of(self.cleared)


def use_of(cleared: Cleared) -> Floats:
    """Return what users take at each node in each period: plants, mixes and final demand.

    Args:
        cleared: A market.

    Returns:
        Shape (T, nodes), units.
    """
    net = cleared.view.layout.base.net
    plants, mixes, demands = (cleared.total(f) for f in ("plants", "mixes", "demands"))
    out = np.zeros((len(plants), len(net.nodes)))
    takes = net.entry_coef < 0
    np.add.at(out.T, net.entry_node[takes], (plants[:, net.entry_plant[takes]] * -net.entry_coef[takes]).T)
    np.add.at(out.T, net.mix_from, mixes.T)
    np.add.at(out.T, net.demand_node, demands.T)
    return out


def solve(
    base: Base,
    cases: Sequence[Happening],
    *,
    spans: Sequence[int] = SPANS,
    draw: Draw | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Solved]:
    """Clear the market in every case.

    Compiled once; each case patches bounds and costs and starts from the basis of the base (`oreflow.market.Window`).

    Args:
        base: Calibrated market.
        cases: What may happen.
        spans: Lengths of the periods of a window in months.
        draw: Elasticities; the middle of every range by default.
        progress: Called with cases solved and cases in all.

    Returns:
        One market a case.

    Raises:
        InfeasibleError: A case asks for more than there is; names the case and the rows.
        NumericalError: A solution could not be proven; names the case.
        UnknownNameError: A change names something that is not in the market.
    """
    window = Window(base, spans, draw=draw)
    problems: dict[tuple[tuple[int, ...], ...], Problem] = {}
    out = []
    for i, case in enumerate(cases):
        try:
            cleared = window.clear(case.changes)
        except (InfeasibleError, NumericalError) as error:
            raise type(error)(f"{case.name}: {error}") from None
        quotas = cleared.view.layout.quotas
        key = tuple(tuple(q.routes.tolist()) for q in quotas)
        if key not in problems:
            problems[key] = compile_problem(Layout(base, tuple(spans), False, quotas))
        out.append(Solved(case, cleared, problems[key], problems[key].numbers(cleared.view)))
        if progress is not None:
            progress(i + 1, len(cases))
    return out
