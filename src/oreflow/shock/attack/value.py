"""The market under any set of losses: compiled once, solved warm for one set after another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue

import numpy as np

from oreflow.errors import NumericalError, UsageError
from oreflow.market import Base, Change, Draw
from oreflow.market.highs import Basis
from oreflow.market.layout import Arrays, Layout
from oreflow.market.network import Floats
from oreflow.market.patch import Patch, Reference
from oreflow.market.problem import Problem, compile_problem
from oreflow.market.solve import Solution, Solver
from oreflow.market.view import BEYOND, Beliefs, State, View
from oreflow.shock.attack.measure import Measure, Meter
from oreflow.shock.attack.targets import Candidate

KEPT = 256
"""Bases kept to start later solves from."""

Lost = frozenset[int]


@dataclass(frozen=True, slots=True)
class Harm:
    """What a set of losses does.

    Attributes:
        value: In the measure asked for: USD of welfare, units short, or % of the base price.
        welfare: Welfare lost over the horizon, discounted to its first month, USD.
    """

    value: float
    welfare: float


def periods(months: int, *, fine: bool = False) -> tuple[int, ...]:
    """Return the lengths of the periods of a look ahead in which losses last so many months.

    The loss ends with a period. After it the world is whole again but for what takes time: a year follows in which
    plants ramp up, routes qualify and stocks are filled.

    Args:
        months: Months of the loss, at least 1.
        fine: In quarters, instead of a first quarter and the rest.

    Returns:
        Months of each period.

    Raises:
        UsageError: No months.
    """
    if months < 1:
        raise UsageError(f"a loss lasts at least 1 month, not {months}.")
    if fine:
        return (*[3] * (months // 3), *([months % 3] if months % 3 else []), 3, 3, 6)
    return (3, months - 3, 12) if months > 3 else (months, 3, 9)


class Losses:
    """A market in which any of some candidates can be lost from the first month on.

    Compiled once; a set of losses changes bounds and costs, and each solve starts from the basis of the most alike
    set solved before. Agents learn of the loss when it begins and know how long it lasts. Whoever asks again and
    again (a search, a plan that is judged by its worst case) keeps one object.

    **Losing more never helps** (`monotone`). Let f(S) be the least cost of the linear programme with the candidates
    S lost, and S ⊂ T. The programmes differ only in bounds and costs of columns x ≥ 0. A lost plant's upper bounds
    are zero while it is lost and, after it, no larger than before (the ramp starts from zero). A stopped route's are
    alike (new suppliers qualify from zero). A closed passage raises costs; of several on one route the longest detour
    counts, which only grows with the set. So every x that is feasible for T is feasible for S at no more cost, and
    f(S) ≤ f(T). Neither the worth of stocks at the end nor the rows depend on the losses. The argument fails where a
    *lower* bound falls with the loss: a plant with a minimum run, or a plant or route with a binding offtake that it
    is released from. Where a candidate takes one of these the market is not called monotone. A loss always ends with
    a period. (Were one to end inside, the curve with availability α would cost α·C(Q/α), which for convex C with
    C(0) = 0 falls as α grows, so that the argument would still hold.)

    Args:
        base: Calibrated market.
        candidates: What can be lost.
        measure: What counts as harm.
        months: Months that a loss lasts.
        spans: Periods of the look ahead in months, one of which ends with the loss; `periods` by default.
        changes: What holds whatever is lost: a plan, a policy. Duties keep the worth they have at base prices.
        draw: Elasticities.
        workers: Threads, each with a solver of its own.

    Raises:
        UsageError: No months, or no period ends with the loss.
        UnknownNameError: A change names something that is not in the market.
        ModelError: The market could not be cleared without any loss.
    """

    def __init__(
        self,
        base: Base,
        candidates: Sequence[Candidate],
        measure: Measure,
        *,
        months: int,
        spans: tuple[int, ...] | None = None,
        changes: tuple[Change, ...] = (),
        draw: Draw | None = None,
        workers: int = 2,
    ) -> None:
        self.base, self.candidates, self.measure, self.months = base, tuple(candidates), measure, months
        self._changes = changes
        self.spans = spans = periods(months) if spans is None else spans
        total = sum(spans)
        self._beliefs = Beliefs(base, changes, total + BEYOND)
        self._draw = draw or Draw()
        layout = Layout(base, spans, quotas=tuple(self._beliefs.quotas))
        self._during = int(np.searchsorted(layout.begin, months))
        if layout.begin[min(self._during, len(spans))] != months:
            raise UsageError(f"no period of {spans} months ends with a loss of {months} months.")
        self._problem = compile_problem(layout)
        self._far = self._price_after(total) if changes else base.price
        self._state = State.of(base)
        self._reference = Reference(self._problem, self._seen(layout, self._beliefs, 0, self._far))
        self._solvers: SimpleQueue[Solver] = SimpleQueue()
        self._workers = max(1, workers)
        for _ in range(self._workers):
            self._solvers.put(Solver(self._problem))
        self._known: dict[Lost, Harm | None] = {}
        self._bases: dict[Lost, Basis] = {}
        self.solves = 0
        self._meter = Meter(base, measure, layout, self._during)
        view, solution, basis = self._solve(frozenset(), None)
        self._cost, self._whole = solution.objective, self._meter.read(view, solution)
        self._bases[frozenset()] = basis
        self._known[frozenset()] = Harm(0.0, 0.0)
        self.precision = 1e-9 * abs(solution.objective)
        self.solves = 0

    @property
    def monotone(self) -> bool:
        """Whether losing more never lowers the harm (see the class)."""
        return self.measure.objective == "welfare" and not self.released

    @property
    def released(self) -> list[str]:
        """Plants and routes of candidates that a minimum (run or offtake) is lifted from when they are lost."""
        net = self.base.net
        plants: set[int] = set().union(*(c.plants for c in self.candidates))
        routes: set[int] = set().union(*(c.stopped for c in self.candidates))
        plants &= set(np.flatnonzero(np.nan_to_num(net.plant_min) > 0).tolist()) | set(
            net.contract_plant.tolist()
        )
        routes &= set(net.contract_route.tolist())
        return [net.plants[j] for j in sorted(plants)] + [net.routes[a] for a in sorted(routes)]

    def again(self, candidates: Sequence[Candidate], *, spans: tuple[int, ...]) -> Losses:
        """Return the same market with other candidates and other periods.

        Args:
            candidates: What can be lost.
            spans: Periods of the look ahead in months.

        Returns:
            A market of its own, with one solver.
        """
        return Losses(
            self.base, candidates, self.measure, months=self.months, spans=spans, changes=self._changes,
            draw=self._draw, workers=1,
        )  # fmt: skip

    def under(self, changes: tuple[Change, ...]) -> Losses:
        """Return the same market and candidates with something else that holds whatever is lost.

        Args:
            changes: What holds, instead of what did: another plan.

        Returns:
            A market of its own. It starts from the bases that this one knows.

        Raises:
            UnknownNameError: A change names something that is not in the market.
            ModelError: The market could not be cleared without any loss.
        """
        other = Losses(
            self.base, self.candidates, self.measure, months=self.months, spans=self.spans, changes=changes,
            draw=self._draw, workers=self._workers,
        )  # fmt: skip
        if other._problem.layout.rows == self._problem.layout.rows:  # a quota would add rows
            other._bases = {**self._bases, **other._bases}
        return other

    def harm(self, lost: Iterable[int]) -> Harm:
        """Return what a set of losses does.

        Args:
            lost: Indices of candidates.

        Returns:
            The harm.

        Raises:
            ModelError: The market could not be cleared.
        """
        return self._one(frozenset(lost))

    def many(self, sets: Sequence[Lost], *, keep: bool = False) -> list[Harm | None]:
        """Return what each of many sets of losses does, solved side by side.

        Args:
            sets: Sets of indices of candidates.
            keep: Keep the bases, for later sets that are alike.

        Returns:
            The harm of each; None where the market could not be solved to tolerance.

        Raises:
            InfeasibleError: A minimum asks for more than there is.
        """
        new = [s for s in dict.fromkeys(sets) if s not in self._known]
        starts = [self._nearest(s) for s in new]

        def one(i: int) -> tuple[Harm, Basis] | None:
            try:
                return self._measured(new[i], starts[i])
            except NumericalError:
                return None

        if self._workers == 1 or len(new) < 2:
            solved = [one(i) for i in range(len(new))]
        else:
            with ThreadPoolExecutor(self._workers) as pool:
                solved = list(pool.map(one, range(len(new))))
        for s, found in zip(new, solved, strict=True):
            self._known[s] = found[0] if found else None
            if found and keep and len(self._bases) < KEPT:
                self._bases[s] = found[1]
        self.solves += len(new)
        return [self._known[s] for s in sets]

    def programme(self, lost: Iterable[int] = ()) -> tuple[Problem, Arrays]:
        """Return the linear programme of a set of losses.

        Args:
            lost: Indices of candidates.

        Returns:
            The compiled problem and its numbers.
        """
        return self._problem, self._problem.numbers(self._view(frozenset(lost)))

    def _one(self, lost: Lost) -> Harm:
        if self._known.get(lost) is None:
            self._known[lost] = self._measured(lost, self._nearest(lost))[0]
            self.solves += 1
        found = self._known[lost]
        assert found is not None
        return found

    def _nearest(self, lost: Lost) -> Basis:
        """Basis of the known set that differs least, by the harm of what differs."""

        def distance(other: Lost) -> float:
            return sum(self._weight(i) for i in lost ^ other)

        return self._bases[min(self._bases, key=distance)]

    def _weight(self, i: int) -> float:
        single = self._known.get(frozenset([i]))
        return abs(single.welfare) if single else 1.0

    def _measured(self, lost: Lost, start: Basis | None) -> tuple[Harm, Basis]:
        view, solution, basis = self._solve(lost, start)
        value = self._meter.harm(self._whole, self._meter.read(view, solution), self._taken(lost)[0])
        return Harm(value, solution.objective - self._cost), basis

    def _solve(self, lost: Lost, start: Basis | None) -> tuple[View, Solution, Basis]:
        view = self._view(lost)
        solver = self._solvers.get()
        try:
            patch = self._reference.patch(view)
            assert isinstance(patch, Patch)
            solution = solver.patched(self._reference, patch, start=start)
            return view, solution, solver.basis()
        finally:
            self._solvers.put(solver)

    def _taken(self, lost: Lost) -> tuple[set[int], set[int], dict[int, float]]:
        """Plants and routes that stop, and what the rest costs more, for a set of losses."""
        plants: set[int] = set()
        stopped: set[int] = set()
        dearer: dict[int, float] = {}
        for i in lost:
            c = self.candidates[i]
            plants |= c.plants
            stopped |= c.stopped
            for route, cost in c.dearer.items():
                dearer[route] = max(dearer.get(route, 0.0), cost)
        return plants, stopped, dearer

    def _view(self, lost: Lost) -> View:
        plants, stopped, dearer = self._taken(lost)
        net = self.base.net
        during = np.arange(self.months + 1) < self.months
        losses = [
            Change(
                "plants",
                tuple(net.plants[j] for j in sorted(plants)),
                "availability",
                np.where(during, 0.0, 1.0),
            ),
            Change(
                "trade", tuple(net.routes[a] for a in sorted(stopped)), "limit", np.where(during, 0.0, np.inf)
            ),
            *(
                Change("trade", (net.routes[a],), "cost", np.where(during, dearer[a], 0.0))
                for a in sorted(dearer)
            ),
        ]
        told = (*self._changes, *(change for change in losses if change.rows))
        beliefs = Beliefs(self.base, told, self._beliefs.months)
        return self._seen(self._problem.layout, beliefs, 0, self._far)

    def _seen(self, layout: Layout, beliefs: Beliefs, month: int, far: Floats) -> View:
        state = State.of(self.base) if layout.static else self._state
        view = View(layout, beliefs, month, 0, state, self._draw, far)
        rate = view.mean(beliefs.tariff)
        if not rate.any():
            return view
        into = self.base.net.route_to
        return View(
            layout, beliefs, month, 0, state, self._draw, far, rate / (1.0 + rate) * self.base.price[into]
        )

    def _price_after(self, end: int) -> Floats:
        """Price after the horizon, which what holds whatever is lost may move: one static solve."""
        layout = Layout(self.base, (BEYOND,), True, tuple(self._beliefs.quotas))
        problem = compile_problem(layout)
        view = self._seen(layout, self._beliefs, end, self.base.price)
        price = Solver(problem).solve(problem.numbers(view)).price[0, : len(self.base.net.nodes)]
        return np.maximum(price, 0.0)
