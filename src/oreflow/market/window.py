"""`Window`: a horizon seen at once, compiled once, patched by each scenario and solved again from the base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from oreflow.market.calibrate import Base
from oreflow.market.change import Change
from oreflow.market.highs import Basis
from oreflow.market.interval import price_interval
from oreflow.market.layout import Layout, Quota
from oreflow.market.network import Floats
from oreflow.market.patch import Patch, Rebuild, Reference
from oreflow.market.problem import compile_problem
from oreflow.market.refine import refined
from oreflow.market.solve import Solution, Solver
from oreflow.market.tariff import settled
from oreflow.market.view import BEYOND, Beliefs, Draw, State, View


@dataclass(frozen=True)
class Cleared:
    """A window with its solution.

    Attributes:
        view: What agents saw.
        solution: Quantities, duals and their proof.
    """

    view: View
    solution: Solution

    @property
    def price(self) -> Floats:
        """Price at each node, shape (T, nodes), USD/unit."""
        return self.view.prices(self.solution.price)

    def total(self, family: str) -> Floats:
        """What each curve of a family carries, shape (T, curves), units a period (stores: units)."""
        layout = self.view.layout
        return layout.base.steps[family].total(self.solution.x[:, layout.slice(family)])


class Window:
    """One look ahead from the base, with what is known at its start.

    The market of a scenario of which everything is known at once (a plant lost for a year, a ban until December): one
    programme and, where something lasts beyond the window, one more for the price after it. Compiled once; a scenario
    is a patch of a few numbers. A limit on several routes together needs rows: the first scenario with a new group of
    routes is compiled, and remembered.

    Args:
        base: Calibrated market.
        spans: Lengths of the periods in months.
        static: One period without stocks and transit: the market in the long run.
        draw: Elasticities; the middle of every range by default.
    """

    def __init__(
        self, base: Base, spans: Sequence[int], *, static: bool = False, draw: Draw | None = None
    ) -> None:
        self.base = base
        self.spans = tuple(spans)
        self.static = static
        self.draw = draw or Draw()
        self.state = State.of(base)
        self.months = sum(self.spans)
        self._compiled: dict[tuple[tuple[int, ...], ...], tuple[Reference, Solver]] = {}
        self._after: Window | None = None

    def clear(
        self, changes: Sequence[Change] = (), *, start: Basis | None = None, refine: int = 0
    ) -> Cleared:
        """Clear the market under changes that everybody knows from the start.

        Args:
            changes: Changes, profiles by month from the start of the window.
            start: Basis to start from; that of the base when left out.
            refine: Rounds of laying the steps anew around the solution (`oreflow.market.refine`): prices of the
                smooth curves instead of prices within the width of a step.

        Returns:
            The window and its solution.

        Raises:
            InfeasibleError: A minimum asks for more than there is.
            NumericalError: A solution could not be proven.
            UnknownNameError: A change names a table or attribute that does not exist.
        """
        beliefs = Beliefs(self.base, tuple(changes), self.months + BEYOND)
        cleared = self._clear(beliefs, self._far(beliefs), start)
        if not refine:
            return cleared
        _, solver = self._ready(tuple(beliefs.quotas))
        return Cleared(*refined(solver, cleared.view, cleared.solution, refine))

    def patch(self, changes: Sequence[Change], *, far: Floats | None = None) -> Patch | Rebuild:
        """Return what changes in the numbers of the base, without tariffs, which depend on the price.

        Args:
            changes: As for `clear`.
            far: Price after the window by node, USD/unit; the base's own by default.

        Returns:
            The patch, or why a scenario needs another matrix than the base's.
        """
        beliefs = Beliefs(self.base, tuple(changes), self.months + BEYOND)
        reference, _ = self._ready(())
        return reference.patch(self._view(beliefs, self.base.price if far is None else far))

    def interval(self, cleared: Cleared, node: int, period: int) -> tuple[float, float]:
        """Return the lowest and the highest price that clears a node; they differ where the price is not unique.

        Args:
            cleared: A cleared window.
            node: Index of the node.
            period: Index of the period.

        Returns:
            Low and high, USD/unit.

        Raises:
            NumericalError: A solution could not be proven.
        """
        _, solver = self._ready(cleared.view.layout.quotas)
        arrays = solver.problem.numbers(cleared.view)
        solver.solve(arrays)
        return price_interval(
            solver, arrays, cleared.solution, node=node, period=period, start=solver.basis()
        )

    def _clear(self, beliefs: Beliefs, far: Floats, start: Basis | None = None) -> Cleared:
        view = self._view(beliefs, far)
        reference, solver = self._ready(view.layout.quotas)

        def solve(view: View, start: Basis | None) -> Solution:
            patch = reference.patch(view)
            assert isinstance(patch, Patch)
            return solver.patched(reference, patch, start=start)

        view, solution, _ = settled(view, solve, solver.basis, start)
        return Cleared(view, solution)

    def _view(self, beliefs: Beliefs, far: Floats) -> View:
        layout = replace(self._ready(tuple(beliefs.quotas))[0].problem.layout, quotas=tuple(beliefs.quotas))
        return View(layout, beliefs, 0, 0, self.state, self.draw, far)

    def _ready(self, quotas: tuple[Quota, ...]) -> tuple[Reference, Solver]:
        """The compiled problem for some limits on several routes, compiled when first asked for."""
        key = tuple(tuple(q.routes.tolist()) for q in quotas)
        if key not in self._compiled:
            problem = compile_problem(Layout(self.base, self.spans, self.static, quotas))
            none = Beliefs(self.base, (), self.months + BEYOND)
            view = View(problem.layout, none, 0, 0, self.state, self.draw, self.base.price)
            self._compiled[key] = (Reference(problem, view), Solver(problem))
        return self._compiled[key]

    def _far(self, beliefs: Beliefs) -> Floats:
        """Price after the window: the base's, unless something lasts beyond it."""
        if self.static:
            return self.base.price
        mean = beliefs.after(self.months, self.base)
        lasting = any((b.months != b.usual[b.index]).any() for b in mean.by_name.values() if len(b.index))
        if not lasting:
            return self.base.price
        if self._after is None:
            self._after = Window(self.base, (1,), static=True, draw=self.draw)
        price: Floats = np.maximum(self._after._clear(mean, self.base.price).price[0], 0.0)
        return price
