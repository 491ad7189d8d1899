"""Whether a project covers its hurdle, with and without a floor, and what that buys.

    margin_t = (p_t + g_t − c)·q_t where that is above −i·c·q_t, and −i·c·q_t (standing still) elsewhere
    NPV = −Σ capital_t·d_t + Σ_years (margin − tax)·d,    d = (1 + WACC)^(−time)

| symbol | meaning | unit |
|---|---|---|
| p, c | price and cash cost of the product | USD/unit |
| g | what the floor pays a unit made, less what is paid back | USD/unit |
| q | what can be made | unit/month |
| i | cost of standing still as a share of c | 1 |

The same draws of price, capital, cost and cost of capital serve both cases, so that their difference is the floor's.
The cost of capital is the same in both, but for the relief that a project may state.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oreflow.errors import DataError
from oreflow.respond.floor.payout import Payout, floor_value, reference, unit_payment
from oreflow.respond.floor.project import Project, check_quantity
from oreflow.respond.floor.terms import SETTLEMENT, Terms
from oreflow.respond.prices.paths import Paths
from oreflow.respond.prices.process import Seed

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Financing:
    """A project with and without a floor.

    Attributes:
        project: The project.
        terms: The floor.
        npv_without: Net present value in each draw without the floor, USD.
        npv_with: The same with it.
        months_without: Months in which it runs without the floor, shape (draws,).
        months_with: The same with it.
        payout: What the floor pays for what the project makes.
    """

    project: Project
    terms: Terms
    npv_without: Floats
    npv_with: Floats
    months_without: Floats
    months_with: Floats
    payout: Payout

    @property
    def prob_without(self) -> float:
        """Chance that the project covers its hurdle without the floor."""
        return float((self.npv_without >= 0).mean())

    @property
    def prob_with(self) -> float:
        """The same with it."""
        return float((self.npv_with >= 0).mean())

    @property
    def expected_capacity(self) -> float:
        """Capacity that the floor finances on average: capacity times the chance that it adds, unit/yr."""
        return self.project.capacity * (self.prob_with - self.prob_without)

    @property
    def expected_payout(self) -> float:
        """Expected present cost of the floor, USD."""
        return self.payout.mean

    @property
    def cost_per_capacity(self) -> float | None:
        """Expected present cost a unit of yearly capacity financed, USD/(unit/yr); none where none is."""
        more = self.expected_capacity
        return self.expected_payout / more if more > 1e-9 * self.project.capacity else None

    @property
    def error(self) -> float:
        """Standard error of the chance that the floor adds, from the draws in which the verdict changes."""
        change = (self.npv_with >= 0).astype(float) - (self.npv_without >= 0).astype(float)
        return float(change.std(ddof=1) / np.sqrt(len(change))) if len(change) > 1 else 0.0


def financed(project: Project, terms: Terms, paths: Paths, *, rate: float = 0.0, seed: Seed = 1) -> Financing:
    """Judge a project with and without a floor on the same futures.

    Args:
        project: The project.
        terms: The floor.
        paths: Futures of the price of the product, which is the reference price, from now to the end of its life.
        rate: Discount rate of the payments, 1/yr.
        seed: Seed of the draws of cost and capital.

    Returns:
        Both cases, draw by draw.

    Raises:
        UsageError: The floor covers more than the project can make, or is on another price.
        DataError: The paths end before the project.
    """
    check_quantity(project, terms.quantity)
    monthly = paths.monthly()
    if monthly.periods < project.months:
        raise DataError(
            f"project {project.name!r} lasts {project.months} months; the price paths hold {monthly.periods}. Give "
            "longer paths, or carry them on by a process (oreflow.respond.prices.extended)."
        )
    price = monthly.values[:, : project.months]
    capital, cost, wacc = project.draw(len(price), seed=seed)
    can = project.schedule()
    floor = _Floor.of(project, terms, paths)
    without, ran_without = _judged(project, price, capital, cost, wacc, can, None)
    with_, ran_with = _judged(project, price, capital, cost, wacc, can, floor)
    made = np.zeros((len(price), terms.months))
    made[:, : floor.end - floor.begin] = (can * ran_with)[:, floor.begin : floor.end]
    payout = floor_value(terms, paths, output=made, rate=rate)
    return Financing(
        project, terms, without, with_, ran_without[:, can > 0].sum(axis=1).astype(float),
        ran_with[:, can > 0].sum(axis=1).astype(float), payout,
    )  # fmt: skip


@dataclass(frozen=True)
class _Floor:
    """What the floor pays a unit, laid over the months of a project."""

    terms: Terms
    begin: int
    end: int
    each: Floats  # net payment a unit covered, shape (draws, months of the contract)

    @classmethod
    def of(cls, project: Project, terms: Terms, paths: Paths) -> _Floor:
        price, begin = reference(terms, paths)
        paid, back = unit_payment(terms, price)
        each = np.repeat(paid - back, SETTLEMENT[terms.settlement], axis=1)
        return cls(terms, begin, max(min(begin + terms.months, project.months), begin), each)

    def gain(self, made: Floats) -> Floats:
        """Net payment a unit made, shape (draws, months of the project): what lies above the quantity gets none."""
        out = np.zeros((len(self.each), made.shape[-1]))
        if self.end == self.begin:
            return out
        covered = np.ones((1, self.end - self.begin))
        if self.terms.quantity is not None:
            step = SETTLEMENT[self.terms.settlement]
            window = np.zeros((len(made), self.terms.months))
            window[:, : self.end - self.begin] = made[:, self.begin : self.end]
            total = np.repeat(window.reshape(len(made), -1, step).sum(axis=2), step, axis=1)
            limit = self.terms.quantity * step / 12.0
            covered = np.minimum(limit / np.maximum(total, 1e-12), 1.0)[:, : self.end - self.begin]
        out[:, self.begin : self.end] = self.each[:, : self.end - self.begin] * covered
        return out


def _judged(
    project: Project,
    price: Floats,
    capital: Floats,
    cost: Floats,
    wacc: Floats,
    can: Floats,
    floor: _Floor | None,
) -> tuple[Floats, NDArray[np.bool_]]:
    """Net present value and the months in which it runs, shapes (draws,) and (draws, months)."""
    if floor is not None:
        wacc = wacc - project.relief
    still = -project.idle * cost[:, None]
    unit = price - cost[:, None]
    if floor is not None:
        # It runs where it would if all it can make were made; what is paid follows from what is made.
        runs = unit + floor.gain(can[None, :]) >= still
        unit = unit + floor.gain(can * runs)
    else:
        runs = unit >= still
    margin = np.where(runs, unit, still) * can
    after = margin[:, project.build :].reshape(len(price), project.life, 12)
    years = (project.build + 12.0 * np.arange(project.life)[:, None] + np.arange(12) + 1.0) / 12.0
    d = (1.0 + wacc)[:, None, None] ** -years
    profit = after.sum(axis=2)
    tax = project.tax * np.maximum(profit - capital[:, None] / project.life, 0.0)
    value = (after * d).sum(axis=(1, 2)) - (tax * d[:, :, -1]).sum(axis=1)
    spend = (1.0 + wacc)[:, None] ** -(np.arange(max(project.build, 1)) / 12.0)
    value -= capital * spend.mean(axis=1)
    return value, runs & (can > 0)
