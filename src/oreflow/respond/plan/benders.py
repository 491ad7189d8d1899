"""Benders' decomposition: a small programme in the sizes, and cuts that each scenario sends it.

    min  c·x + λ·(η + Σ_s p_s z_s / tail)
    z_s ≥ θ_s − η,   θ_s ≥ Q_s(x^k) + g_s^k·(x − x^k)  for every plan x^k tried,   θ_s ≥ least_s
    0 ≤ x ≤ most,  x a multiple of its lot where it comes in lots,  c·x ≤ budget

One cut a scenario and plan (multi-cut: Birge & Louveaux, EJOR 34, 1988), the loss at risk in the form of Rockafellar
& Uryasev (2000). Cuts hold for every λ, tail and budget, so that a sweep over them goes on from the cuts it has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import highspy
import numpy as np

from oreflow.errors import NumericalError, UsageError
from oreflow.respond.plan.programme import Floats, Ints, Programme
from oreflow.respond.plan.recourse import Point, Recourse
from oreflow.respond.plan.risk import at_risk, check_tail

TOLERANCE = 1e-7
"""Gap between bound and best plan at which the search ends, as a share of the largest amount in question."""
MOST_ROUNDS = 400


@dataclass(frozen=True)
class Menu:
    """What can be bought.

    Attributes:
        cost: USD a unit over the horizon, shape (K,).
        most: Largest size, shape (K,).
        lot: Size of a lot; 0 where any size can be had, shape (K,).
    """

    cost: Floats
    most: Floats
    lot: Floats


@dataclass(frozen=True)
class Best:
    """The best plan for one weight of risk.

    Attributes:
        x: Sizes, shape (K,).
        cost: Cost, USD.
        risk: Loss at risk, USD.
        value: cost + λ·risk, USD.
        bound: No plan has less, USD.
        loss: Loss of each scenario, shape (S,), USD.
        rounds: Plans tried.
        scale: The largest amount in question: what the gap is measured by, USD.
    """

    x: Floats
    cost: float
    risk: float
    value: float
    bound: float
    loss: Floats
    rounds: int
    scale: float

    @property
    def gap(self) -> float:
        """Distance of value and bound, as a share of the largest amount in question."""
        return max(self.value - self.bound, 0.0) / self.scale


@dataclass
class Planner:
    """Finds best plans, one weight of risk after another, with the cuts of all plans tried before.

    Attributes:
        recourse: The second stage.
        menu: What can be bought.
        points: Plans tried.
    """

    recourse: Recourse
    menu: Menu
    points: list[Point] = field(default_factory=list)

    def __post_init__(self) -> None:
        # With everything bought a scenario costs least, but for the slope, which is taken at its lowest.
        p = self.programme
        all_in = self.recourse.at(self.menu.most)
        rest = all_in.loss - p.slope @ self.menu.most
        self.least: Floats = rest + np.minimum(p.slope * self.menu.most, 0.0).sum(axis=1)
        self.points += [all_in, self.recourse.at(np.zeros(p.size))]

    @property
    def programme(self) -> Programme:
        """The second stage."""
        return self.recourse.programme

    def best(
        self,
        weight: float,
        *,
        tail: float = 0.1,
        budget: float = np.inf,
        probabilities: Floats | None = None,
        progress: Callable[[int, float, float], None] | None = None,
    ) -> Best:
        """Return the plan of least cost + λ·loss at risk.

        Args:
            weight: λ, USD of cost that a USD of loss at risk is worth, 0 or more.
            tail: Share of the worst cases that count.
            budget: Most that the plan may cost, USD.
            probabilities: Instead of those of the programme, shape (S,); scenarios of none are not solved.
            progress: Called with rounds, value and bound.

        Returns:
            The plan with its bound.

        Raises:
            UsageError: Weight, tail or budget make no sense.
            InfeasibleError: A scenario has no solution.
            NumericalError: The solver gave up, or the gap would not close.
        """
        if not weight >= 0.0 or not np.isfinite(weight):
            raise UsageError(f"the weight of risk is a number of 0 or more, not {weight:g}.")
        if budget < 0.0 or np.isnan(budget):
            raise UsageError(f"a budget is 0 or more USD, not {budget:g}.")
        check_tail(tail)
        p, menu = self.programme, self.menu
        given = p.weight if probabilities is None else probabilities / probabilities.sum()
        there = np.flatnonzero(given > 0).astype(np.int64)
        w = given[there]
        master = _Master(menu, self.least[there], w, weight, tail, budget)
        for point in self.points:
            master.cut(point, there)
        found: Best | None = None
        bound = -np.inf
        for rounds in range(1, MOST_ROUNDS + 1):
            x, below = master.solve()
            bound = max(bound, below)
            point = self.recourse.at(x, None if len(there) == len(given) else there.tolist())
            cost, risk = float(menu.cost @ x), at_risk(point.loss[there], w, tail)
            value = cost + weight * risk
            scale = max(float(menu.cost @ menu.most), weight * float(np.abs(point.loss[there]).max()), 1.0)
            if found is None or value < found.value:
                found = Best(x, cost, risk, value, bound, point.loss, rounds, scale)
            if progress is not None:
                progress(rounds, found.value, bound)
            if found.value - bound <= TOLERANCE * scale:
                return Best(
                    found.x,
                    found.cost,
                    found.risk,
                    found.value,
                    min(bound, found.value),
                    found.loss,
                    rounds,
                    scale,
                )
            self.points.append(point)
            master.cut(point, there)
        assert found is not None
        raise NumericalError(
            f"the plan did not settle within {MOST_ROUNDS} rounds: best {found.value:.6g} USD, bound {bound:.6g} USD."
        )


class _Master:
    """The programme in the sizes: x in lots, then θ_s, z_s and η. Money is in units of `scale`."""

    def __init__(
        self, menu: Menu, least: Floats, w: Floats, weight: float, tail: float, budget: float
    ) -> None:
        k, s = len(menu.cost), len(w)
        self._k, self._s = k, s
        self._step = np.where(menu.lot > 0, menu.lot, np.maximum(menu.most, 1e-300))
        self._whole = menu.lot > 0
        self._most = np.where(self._whole, np.floor(menu.most / self._step + 1e-9), 1.0)
        self._most[menu.most <= 0] = 0.0
        self._scale = max(
            float(np.abs(least).max(initial=0.0)), float((menu.cost * menu.most).max(initial=0.0)), 1.0
        )
        self._cost = menu.cost * self._step / self._scale
        self._h = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in {
            "output_flag": False, "threads": 1, "mip_rel_gap": 1e-10, "mip_abs_gap": 1e-10,
            "primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9, "mip_feasibility_tolerance": 1e-9,
        }.items():  # fmt: skip
            self._h.setOptionValue(name, value)
        inf = highspy.kHighsInf
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = k + 2 * s + 1, 0
        floor = least / self._scale
        lp.col_cost_ = np.concatenate([self._cost, np.zeros(s), weight * w / tail, [weight]])
        lp.col_lower_ = np.concatenate([np.zeros(k), floor, np.zeros(s), [floor.min(initial=0.0)]])
        lp.col_upper_ = np.concatenate([self._most, np.full(2 * s + 1, inf)])
        self._h.passModel(lp)
        if self._whole.any():
            which = np.flatnonzero(self._whole).astype(np.int32)
            kinds = np.full(len(which), highspy.HighsVarType.kInteger)
            self._h.changeColsIntegrality(len(which), which, kinds)
        for i in range(s):  # z_s − θ_s + η ≥ 0
            self._row(0.0, inf, [k + i, k + s + i, k + 2 * s], [-1.0, 1.0, 1.0])
        if np.isfinite(budget):
            self._row(-inf, budget / self._scale, list(range(k)), self._cost.tolist())

    def cut(self, point: Point, there: Ints) -> None:
        """Add what a plan that was tried says of every scenario."""
        for i, s in enumerate(there.tolist()):
            if np.isnan(point.loss[s]):
                continue
            slope = point.gradient[s] * self._step / self._scale
            least = (point.loss[s] - point.gradient[s] @ point.x) / self._scale
            used = np.flatnonzero(slope)
            self._row(
                least, highspy.kHighsInf, [*used.tolist(), self._k + i], [*(-slope[used]).tolist(), 1.0]
            )

    def solve(self) -> tuple[Floats, float]:
        """Return the sizes and a bound on the value, USD."""
        self._h.run()
        status = self._h.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise NumericalError(f"the programme in the sizes stopped with status {status.name}.")
        value = np.asarray(self._h.getSolution().col_value[: self._k], dtype=float)
        value = np.where(self._whole, np.rint(value), value)
        bound = (
            self._h.getInfo().mip_dual_bound
            if self._whole.any()
            else self._h.getInfo().objective_function_value
        )
        return np.clip(value, 0.0, self._most) * self._step, float(bound) * self._scale

    def _row(self, lower: float, upper: float, cols: list[int], values: list[float]) -> None:
        self._h.addRow(lower, upper, len(cols), np.array(cols, np.int32), np.array(values, float))
