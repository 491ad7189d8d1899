"""From a scenario to the few numbers that it changes in a compiled problem, or why it must be compiled anew."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from oreflow.market.blocks import quota
from oreflow.market.layout import CURVES, Arrays
from oreflow.market.network import Floats, Ints
from oreflow.market.part import part
from oreflow.market.problem import NUMBERS, Problem
from oreflow.market.view import Draw, View


@dataclass(frozen=True)
class Patch:
    """Numbers that differ from those of a reference.

    Attributes:
        cols: Columns of the problem, rising; None for all of them.
        cost: Their costs.
        lower: Their lower bounds.
        upper: Their upper bounds.
        rows: Rows of the problem, rising; None for all of them.
        row_lower: Their lower sides.
        row_upper: Their upper sides.
    """

    cols: Ints | None
    cost: Floats
    lower: Floats
    upper: Floats
    rows: Ints | None
    row_lower: Floats
    row_upper: Floats

    @property
    def size(self) -> int:
        """Columns and rows that are touched."""
        return len(self.cost) + len(self.row_lower)


@dataclass(frozen=True)
class Rebuild:
    """Why a view cannot be reached by changing numbers.

    Attributes:
        reason: In words.
    """

    reason: str


def whole(arrays: Arrays) -> Patch:
    """Return a patch that sets every number."""
    return Patch(
        None,
        arrays.cost.ravel(),
        arrays.lower.ravel(),
        arrays.upper.ravel(),
        None,
        arrays.row_lower.ravel(),
        arrays.row_upper.ravel(),
    )


class Reference:
    """A problem with the numbers of one view, from which other views are patched.

    Args:
        problem: Compiled problem.
        view: What agents see in the reference, as a rule the base without any event.
    """

    def __init__(self, problem: Problem, view: View) -> None:
        self.problem = problem
        self.view = view
        self.numbers = whole(problem.numbers(view))

    def patch(self, view: View) -> Patch | Rebuild:
        """Return what another view changes.

        Beliefs, tariffs and prices after the window that differ touch their own curves. Another month, state or draw
        touches all of them.

        Args:
            view: A view of the same base.

        Returns:
            The patch, or why the matrix does not fit.
        """
        reason = self._unfit(view)
        if reason:
            return Rebuild(reason)
        ours = self.view
        same = (
            view.month == ours.month
            and view.news == ours.news
            and _alike(view.draw, ours.draw)
            and view.state is ours.state
        )
        if not same:
            return whole(self.problem.numbers(view))
        layout = view.layout
        small = part(layout, self._touched(view))
        arrays = Arrays.zeros(small.layout)
        seen = small.view(view)
        for block in NUMBERS:
            if block is not quota:
                block.fill(seen, arrays)
        cols = (np.arange(layout.periods)[:, None] * layout.columns + small.columns).ravel()
        sides = Arrays.zeros(layout, columns=False)
        quota.fill(view, sides)
        rows = np.arange(layout.quota_row, layout.rows)
        rows = (np.arange(layout.periods)[:, None] * layout.rows + rows).ravel()
        return Patch(
            cols,
            arrays.cost.ravel(),
            arrays.lower.ravel(),
            arrays.upper.ravel(),
            rows,
            sides.row_lower.ravel()[rows],
            sides.row_upper.ravel()[rows],
        )

    def _unfit(self, view: View) -> str:
        layout, ours = view.layout, self.problem.layout
        if layout.base is not ours.base:
            return "it is a view of another base."
        if (layout.spans, layout.static) != (ours.spans, ours.static):
            return f"its periods of {layout.spans} months are not those compiled, {ours.spans}."
        held = [tuple(q.routes.tolist()) for q in ours.quotas]
        for q in layout.quotas:
            if tuple(q.routes.tolist()) not in held:
                return f"the limit on {q.name} and others together needs a row of its own."
        if len(layout.quotas) != len(held):
            return "it has fewer limits on several routes together than rows were compiled for."
        if [tuple(q.routes.tolist()) for q in layout.quotas] != held:
            return "its limits on several routes together stand in another order than their rows."
        return ""

    def _touched(self, view: View) -> dict[str, Ints]:
        layout, net = view.layout, view.layout.base.net
        found: dict[str, list[Ints]] = {family: [] for family in CURVES}
        for beliefs in (view.beliefs, self.view.beliefs):
            for family, rows in beliefs.touched.items():
                found[family].append(rows)
        for tariff in (view.tariff, self.view.tariff):
            if tariff is not None:
                found["routes"].append(np.flatnonzero(tariff.any(axis=0)))
        moved = view.far != self.view.far
        if moved.any() and not layout.static:
            found["stores"].append(np.flatnonzero(moved[net.store_node]))
            after = layout.discounted[1].any(axis=0)
            found["routes"].append(np.flatnonzero(moved[net.route_to] & after))
        return {family: np.concatenate(rows) for family, rows in found.items() if rows}


def _alike(a: Draw, b: Draw) -> bool:
    """Whether two draws are known to be the same."""
    if a is b:
        return True
    return not any(isinstance(v, np.ndarray) for v in (a.es, a.ed, b.es, b.ed)) and a == b
