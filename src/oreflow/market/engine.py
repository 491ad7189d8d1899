"""Rolling foresight: agents look ahead, act, learn, and look again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from oreflow.market.calibrate import Base
from oreflow.market.change import News
from oreflow.market.highs import Basis
from oreflow.market.layout import Layout, Quota
from oreflow.market.network import Floats
from oreflow.market.outcome import Outcome, Recorder
from oreflow.market.problem import compile_problem
from oreflow.market.refine import refined
from oreflow.market.settings import Settings
from oreflow.market.solve import Solution, Solver
from oreflow.market.tariff import settled
from oreflow.market.view import BEYOND, Beliefs, Draw, State, View

TRIED = 3
"""Nodes at which the price test asks for one more unit."""

_Key = tuple[bool, tuple[tuple[int, ...], ...]]


@dataclass(frozen=True)
class Step:
    """One look ahead: the view, its solution, and for how many months it is acted on."""

    view: View
    solution: Solution
    months: int

    @property
    def covered(self) -> Floats:
        """Share of each period that is acted on, for the periods that are: the last may be cut short."""
        layout = self.view.layout
        share = np.clip((self.months - layout.begin[:-1]) / np.diff(layout.begin), 0.0, 1.0)
        return share[share > 0]

    def stocks(self) -> Floats:
        """Stock at the end of each covered period, a period cut short counting in part; shape (k, stores)."""
        view = self.view
        layout = view.layout
        share = self.covered
        k = len(share)
        x = self.solution.x[:k]
        stock = np.where(
            layout.base.net.store_reserve,
            view.state.stock,
            layout.base.steps["stores"].total(x[:, layout.slice("stores")]),
        )
        if len(layout.reserve):
            level = layout.start["reserves"]
            stock[:, layout.reserve] = x[:, level : level + len(layout.reserve)]
        before = stock[-2] if k > 1 else view.state.stock
        stock[-1] = before + share[-1] * (stock[-1] - before)
        return stock


class Engine:
    """A compiled market that clears one scenario after another.

    Compiled once for a base and settings; news and draws change numbers only. A quota over several routes needs rows
    of its own: the first scenario with a new group of routes compiles again, and is remembered.

    Args:
        base: Calibrated market.
        settings: Horizon and foresight.
    """

    def __init__(self, base: Base, settings: Settings | None = None) -> None:
        self.base = base
        self.settings = settings or Settings()
        self._solvers: dict[_Key, Solver] = {}
        self._learned: dict[tuple[_Key, int], Basis] = {}
        self._learning = False
        self._last: dict[_Key, Basis] = {}
        self.solves = 0

    def learn(self, news: Sequence[News], *, draw: Draw | None = None) -> Outcome:
        """Clear a scenario and remember its bases, so that draws around it start close to their solutions.

        Args:
            news: As for `clear`.
            draw: As for `clear`.

        Returns:
            As `clear`. Later results do not depend on what was learned, beyond prices that are not unique.
        """
        self._learning = True
        try:
            return self.clear(news, draw=draw, test=True)
        finally:
            self._learning = False

    def twin(self) -> Engine:
        """Return an engine of its own for another thread, which knows what this one has learned."""
        twin = Engine(self.base, self.settings)
        twin._learned = dict(self._learned)
        return twin

    def clear(
        self,
        news: Sequence[News] = (),
        *,
        draw: Draw | None = None,
        test: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> Outcome:
        """Clear the market over the horizon as news comes in.

        Before the first news the market stands in its base. At each news, and every `stride` months after it, agents
        look `foresight` months ahead with what they then believe and act until they look again.

        Args:
            news: What becomes known when, in order of month. What is known from the start has month 0.
            draw: Elasticities; the middle of every range by default.
            test: Ask for one more unit at the nodes whose prices moved most, and compare what it costs with the price.
            progress: Called with months done and months in all.

        Returns:
            Prices, flows and stocks in every period, with the proof of every solve.

        Raises:
            InfeasibleError: A minimum asks for more than there is.
            NumericalError: A solution could not be proven.
            UnknownNameError: News names something that is not in the market.
        """
        return self._record(news, draw or Draw(), test, progress).outcome()

    def draw(self, news: Sequence[News], draw: Draw, names: Iterable[str]) -> dict[str, Floats]:
        """Clear the market for one draw of many and return numbers only.

        Args:
            news: As for `clear`.
            draw: Elasticities.
            names: Variables of `oreflow.market.outcome.VARIABLES`.

        Returns:
            Variable to its values, shape (n, periods).

        Raises:
            InfeasibleError: A minimum asks for more than there is.
            NumericalError: A solution could not be proven.
        """
        return self._record(news, draw, False, None).arrays(names)

    def _record(
        self,
        news: Sequence[News],
        draw: Draw,
        test: bool,
        progress: Callable[[int, int], None] | None,
    ) -> Recorder:
        s = self.settings
        self._last = {}  # a draw depends on nothing that was solved before it
        horizon = s.periods * s.months
        ordered = sorted(news, key=lambda n: n.month)
        recorder = Recorder(self.base, s)
        state: State | None = None
        month = min((max(n.month, 0) for n in ordered), default=horizon)
        month = min(month - month % s.months, horizon)
        first = month
        recorder.stationary(month // s.months)
        beliefs: Beliefs | None = None
        current: News | None = None
        while month < horizon:
            known = [n for n in ordered if n.month < month + s.months]
            if known and known[-1] is not current:
                current = known[-1]
                beliefs = Beliefs(self.base, current.changes, horizon + s.foresight + BEYOND)
                recorder.outside(beliefs.outside)
            assert beliefs is not None and current is not None
            upcoming = [n.month for n in ordered if n.month >= month + s.months]
            until = min([month + max(s.stride, s.months), horizon, *(u - u % s.months for u in upcoming)])
            step = self._look(beliefs, month, current.month, state, draw, until)
            state = advance(step)
            recorder.record(step)
            if test and month == first:
                recorder.price_gap = self._price_gap(step)
            month = until
            if progress:
                progress(month, horizon)
        return recorder

    def _look(
        self, beliefs: Beliefs, month: int, news: int, state: State | None, draw: Draw, until: int
    ) -> Step:
        quotas = tuple(beliefs.quotas)
        key, solver = self._solver(quotas, static=False)
        layout = replace(solver.problem.layout, quotas=quotas)
        start = state or State.of(self.base)
        far = self._far(beliefs, month, news, draw)
        view = View(layout, beliefs, month, max(news, 0), start, draw, far)
        view, solution = self._settle(key, solver, view, month)
        return Step(view, solution, until - month)

    def _far(self, beliefs: Beliefs, month: int, news: int, draw: Draw) -> Floats:
        """Price after the window: one static solve at the mean beliefs over the two years after it."""
        end = month + sum(self.settings.spans)
        key, solver = self._solver((), static=True)
        layout = solver.problem.layout
        view = View(
            layout,
            beliefs.after(end, self.base),
            0,
            -end + max(news, 0),
            State.of(self.base),
            draw,
            self.base.price,
        )
        _, solution = self._settle(key, solver, view, month)
        price: Floats = np.maximum(solution.price[0, : len(self.base.net.nodes)], 0.0)
        return price

    def _settle(self, key: _Key, solver: Solver, view: View, month: int) -> tuple[View, Solution]:
        """Solve, with tariffs settled; remember the basis of the first solve where the engine is learning."""

        def solve(view: View, start: Basis | None) -> Solution:
            solution = solver.solve(solver.problem.numbers(view), start=start)
            if self._learning and view.tariff is None:
                self._learned[key, month] = solver.basis()
            return solution

        start = self._last.get(key) or self._nearest(key, month)
        view, solution, solves = settled(
            view, solve, solver.basis, start, tolerance=self.settings.tariff_tolerance
        )
        self._last[key] = solver.basis()
        self.solves += solves
        if self.settings.refine:
            view, solution = refined(solver, view, solution, self.settings.refine)
            self.solves += self.settings.refine
        return view, solution

    def _price_gap(self, step: Step) -> float:
        """Ask for one more unit, once, at each of the nodes whose prices moved most in the first period."""
        view, solution = step.view, step.solution
        _, solver = self._solver(view.layout.quotas, static=False)
        price = solution.price[0, : len(self.base.net.nodes)]
        moved = np.argsort(-np.abs(price / self.base.price - 1.0))[:TRIED]
        arrays = solver.problem.numbers(view)
        basis = solver.basis()
        worst = 0.0
        for node in moved:
            # A thousandth of what passes in a month, so that the objective's digits suffice and no step ends.
            unit = 1e-3 * max(self.base.throughput[node] / 12.0, 1e-9)
            arrays.row_lower[0, node] += unit
            more = solver.solve(arrays, start=basis)
            arrays.row_lower[0, node] -= unit
            self.solves += 1
            slope = (more.objective - solution.objective) / unit
            low, high = sorted((price[node], more.price[0, node]))
            worst = max(worst, max(low - slope, slope - high, 0.0) / max(high, 1e-9))
        return float(worst)

    def _nearest(self, key: _Key, month: int) -> Basis | None:
        """Basis learned for the last month up to this one; None where nothing was learned."""
        known = [m for k, m in self._learned if k == key and m <= month]
        return self._learned[key, max(known)] if known else None

    def _solver(self, quotas: tuple[Quota, ...], *, static: bool) -> tuple[_Key, Solver]:
        key = (static, tuple(tuple(q.routes.tolist()) for q in quotas))
        if key not in self._solvers:
            layout = Layout(self.base, (1,) if static else self.settings.spans, static, quotas)
            self._solvers[key] = Solver(compile_problem(layout))
        return key, self._solvers[key]


def advance(step: Step) -> State:
    """Return the state after the months of a look ahead that were acted on."""
    view, share = step.view, step.covered
    layout = view.layout
    base = layout.base
    k = len(share)
    flows = {
        name: base.steps[name].total(step.solution.x[:k, layout.slice(name)])
        for name in ("plants", "mixes", "routes")
    }
    transit = _under_way(step, flows["routes"])
    year = layout.per[k - 1, 0]
    return State(
        stock=step.stocks()[-1],
        transit=transit,
        plant=flows["plants"][-1] / year,
        route=flows["routes"][-1] / year,
        mix=flows["mixes"][-1] / year,
    )


def _under_way(step: Step, flow: Floats) -> Floats:
    """Return what is under way after the months acted on, by month of arrival, shape (months, routes).

    In a period cut short the programme has counted its arrivals in proportion; what it has not counted is still to
    come. Its months follow from when it left and its transit.
    """
    view, share = step.view, step.covered
    layout = view.layout
    net = layout.base.net
    now, k = step.months, len(share)
    ahead = len(view.state.transit)
    months = now + np.arange(ahead)[:, None]
    begin, end = int(layout.begin[k - 1]), int(layout.begin[k])
    old = view.state.transit
    due = np.zeros_like(old)
    due[: max(ahead - now, 0)] = old[now:]
    left = old.sum(axis=0) - old[:begin].sum(axis=0) - share[-1] * old[begin:end].sum(axis=0)
    transit = _rescaled(due, left)
    for t in range(k):
        # What left evenly over the covered part of a period arrives evenly over as long a time, its transit later.
        first = layout.begin[t] + net.route_lag
        last = first + share[t] * layout.spans[t]
        due = np.clip(np.minimum(last, months + 1) - np.maximum(first, months), 0.0, None)
        counted = (
            share if t < k - 1 else np.ones(k)
        )  # of a cut period's own departures the same part is counted
        arrived = np.zeros_like(net.route_lag)
        for later, arriving in enumerate(layout.arrivals[: k - t]):
            arrived += counted[t + later] * arriving[t]
        left = share[t] * flow[t] * (1.0 - arrived)
        transit += _rescaled(due, left)
    return transit


def _rescaled(profile: Floats, total: Floats) -> Floats:
    """Scale each column to its total; where a column is empty the total comes in the first month."""
    size = profile.sum(axis=0)
    out: Floats = np.divide(profile * total, size, out=np.zeros_like(profile), where=size > 0)
    if len(out):
        out[0] += np.where((size <= 0) & (total > 0), total, 0.0)
    return out
