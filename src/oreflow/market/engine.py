"""Rolling foresight: agents look ahead, act, learn, and look again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from oreflow.market.calibrate import Base
from oreflow.market.change import News
from oreflow.market.layout import Layout, Quota
from oreflow.market.network import Floats
from oreflow.market.outcome import Outcome, Recorder
from oreflow.market.problem import compile_problem
from oreflow.market.settings import Settings
from oreflow.market.solve import Solution, Solver
from oreflow.market.view import Beliefs, Draw, State, View

BEYOND = 24
"""Months after the window whose mean beliefs set the price that stocks are worth at its end."""


@dataclass(frozen=True)
class Step:
    """One look ahead: the view, its solution, and how many of its periods are acted on."""

    view: View
    solution: Solution
    accepted: int


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
        self._solvers: dict[tuple[bool, tuple[tuple[int, ...], ...]], Solver] = {}
        self.solves = 0

    def clear(
        self,
        news: Sequence[News] = (),
        *,
        draw: Draw | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Outcome:
        """Clear the market over the horizon as news comes in.

        Before the first news the market stands in its base. At each news, and every `stride` months after it, agents
        look `foresight` months ahead with what they then believe and act until they look again.

        Args:
            news: What becomes known when, in order of month. What is known from the start has month 0.
            draw: Elasticities; the middle of every range by default.
            progress: Called with months done and months in all.

        Returns:
            Prices, flows and stocks in every period, with the proof of every solve.

        Raises:
            InfeasibleError: A minimum asks for more than there is.
            NumericalError: A solution could not be proven.
            UnknownNameError: News names something that is not in the market.
        """
        s = self.settings
        horizon = s.periods * s.months
        ordered = sorted(news, key=lambda n: n.month)
        draw = draw or Draw()
        recorder = Recorder(self.base, s)
        state: State | None = None
        month = min((max(n.month, 0) for n in ordered), default=horizon)
        month = min(month - month % s.months, horizon)
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
            month = until
            if progress:
                progress(month, horizon)
        return recorder.outcome(draw)

    def _look(
        self, beliefs: Beliefs, month: int, news: int, state: State | None, draw: Draw, until: int
    ) -> Step:
        quotas = tuple(beliefs.quotas)
        solver = self._solver(quotas, static=False)
        layout = replace(solver.problem.layout, quotas=quotas)
        start = state or State.of(self.base)
        far = self._far(beliefs, month, news, draw)
        view = View(layout, beliefs, month, max(news, 0), start, draw, far)
        view, solution = self._settle(solver, view)
        return Step(view, solution, (until - month) // self.settings.months)

    def _far(self, beliefs: Beliefs, month: int, news: int, draw: Draw) -> Floats:
        """Price after the window: one static solve at the mean beliefs over the two years after it."""
        end = month + sum(self.settings.spans)
        solver = self._solver((), static=True)
        layout = solver.problem.layout
        later = _averaged(beliefs, end, self.base)
        view = View(layout, later, 0, -end + max(news, 0), State.of(self.base), draw, self.base.price)
        _, solution = self._settle(solver, view)
        price: Floats = np.maximum(solution.price[0, : len(self.base.net.nodes)], 0.0)
        return price

    def _settle(self, solver: Solver, view: View) -> tuple[View, Solution]:
        """Solve; with ad-valorem tariffs, until their specific equivalent fits the prices."""
        solution = solver.solve(solver.problem.numbers(view))
        self.solves += 1
        rate = view.mean(view.beliefs.tariff)
        if not rate.any():
            return view, solution
        n = len(self.base.net.nodes)
        into = self.base.net.route_to
        price = solution.price[:, :n] / view.beta[:-1, None]
        for _ in range(8):
            view = replace(view, tariff=rate * price[:, into])
            solution = solver.solve(solver.problem.numbers(view))
            self.solves += 1
            new = solution.price[:, :n] / view.beta[:-1, None]
            moved = np.max(np.abs(new - price) / np.maximum(price, 1e-9), initial=0.0)
            price = new
            if moved < self.settings.tariff_tolerance:
                break
        return view, solution

    def _solver(self, quotas: tuple[Quota, ...], *, static: bool) -> Solver:
        key = (static, tuple(tuple(q.routes.tolist()) for q in quotas))
        if key not in self._solvers:
            layout = Layout(self.base, (1,) if static else self.settings.spans, static, quotas)
            self._solvers[key] = Solver(compile_problem(layout))
        return self._solvers[key]


def _averaged(beliefs: Beliefs, end: int, base: Base) -> Beliefs:
    """Beliefs that hold the mean over the `BEYOND` months from `end` for ever.

    A quota over several routes has no row in the static problem: it is shared out by their base flows.
    """
    mean = object.__new__(Beliefs)
    mean.months = 1
    for name, value in vars(beliefs).items():
        if isinstance(value, np.ndarray):
            first = min(end, len(value) - 1)
            setattr(mean, name, value[first : first + BEYOND].mean(axis=0, keepdims=True))
    mean.quotas, mean.outside = [], []
    for quota in beliefs.quotas:
        first = min(end, len(quota.profile) - 1)
        allowed = quota.profile[first : first + BEYOND].mean()
        share = allowed / max(base.balanced.route_q[quota.routes].sum(), 1e-12)
        mean.limit[0, quota.routes] = np.minimum(mean.limit[0, quota.routes], share)
    return mean


def advance(step: Step) -> State:
    """Return the state after the accepted periods of a look ahead."""
    view, k = step.view, step.accepted
    layout = view.layout
    base, net = layout.base, layout.base.net
    flows = {
        name: base.steps[name].total(step.solution.x[:k, layout.slice(name)])
        for name in ("plants", "mixes", "routes", "stores")
    }
    stock = np.where(net.store_reserve, view.state.stock, flows["stores"][-1] if len(net.stores) else 0.0)
    if len(layout.reserve):
        level = layout.start["reserves"]
        stock[layout.reserve] = step.solution.x[k - 1, level : level + len(layout.reserve)]
    now = int(layout.begin[k])
    ahead = len(view.state.transit)
    transit = np.zeros_like(view.state.transit)
    transit[: max(ahead - now, 0)] = view.state.transit[now:]
    months = now + np.arange(ahead)[:, None]
    for t in range(k):
        first = layout.begin[t] + net.route_lag
        due = np.clip(np.minimum(first + layout.spans[t], months + 1) - np.maximum(first, months), 0.0, None)
        transit += due / layout.spans[t] * flows["routes"][t]
    last = layout.per[k - 1, 0]
    return State(
        stock=stock,
        transit=transit,
        plant=flows["plants"][-1] / last,
        route=flows["routes"][-1] / last,
        mix=flows["mixes"][-1] / last,
    )
