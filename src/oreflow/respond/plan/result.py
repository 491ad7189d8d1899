"""What a plan answers: the chosen plan, the frontier, every measure, every case."""

from __future__ import annotations

from dataclasses import dataclass

from oreflow.respond.plan.happenings import Happening
from oreflow.respond.plan.measures import Measure
from oreflow.respond.plan.programme import Floats
from oreflow.respond.plan.regret import Regret
from oreflow.respond.plan.spec import PlanSpec

FORMAT = "oreflow-plan/1"


@dataclass(frozen=True, slots=True)
class Shortage:
    """What users go without of a commodity, over the window of a case.

    Attributes:
        commodity: Commodity.
        unit: Its unit.
        wanted: What they would take at base prices.
        mean: Mean over all cases.
        tail: Mean in the worst cases.
    """

    commodity: str
    unit: str
    wanted: float
    mean: float
    tail: float


@dataclass(frozen=True, slots=True)
class Point:
    """A plan on the frontier.

    Attributes:
        weight: λ.
        cost: Cost over the horizon, USD of today.
        risk: Mean loss in the worst cases, USD of today.
        expected: Mean loss over all cases.
        gap: How far the plan may be from the best, as a share of the largest amount in question.
        sizes: Size of each measure that is bought.
        shortages: What users still go without.
    """

    weight: float
    cost: float
    risk: float
    expected: float
    gap: float
    sizes: dict[str, float]
    shortages: tuple[Shortage, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """A measure judged alone and in the plan.

    Attributes:
        measure: The measure.
        size: Size in the plan; 0 where it is not bought.
        tried: Size that it is judged at alone: that in the plan, or the largest.
        cost: What the tried size costs over the horizon, USD of today.
        cost_low: With the low ends of its costs.
        cost_high: With the high ends.
        alone: Mean amount of its commodity that users no longer go without, when it is the only measure, units.
        alone_tail: The same in the worst cases.
        risk_alone: Loss at risk that it takes away alone, USD.
        within: Mean amount that the plan would lose without it, units; 0 where it is not bought.
        within_tail: The same in the worst cases.
        risk_within: Loss at risk that the plan would gain without it, USD.
        verdict: In words.
    """

    measure: Measure
    size: float
    tried: float
    cost: float
    cost_low: float
    cost_high: float
    alone: float
    alone_tail: float
    risk_alone: float
    within: float
    within_tail: float
    risk_within: float
    verdict: str

    @property
    def unit_cost(self) -> float:
        """Cost of each unit that users no longer go without, on average over all cases, alone, USD/unit."""
        return self.cost / self.alone if self.alone > 0 else float("inf")

    @property
    def unit_cost_tail(self) -> float:
        """Cost of each unit that users no longer go without if the worst comes, alone, USD/unit."""
        return self.cost / self.alone_tail if self.alone_tail > 0 else float("inf")

    @property
    def breakeven(self) -> float:
        """Weight of risk from which it is worth its cost alone."""
        return self.cost / self.risk_alone if self.risk_alone > 0 else float("inf")


@dataclass(frozen=True)
class Plan:
    """The answer.

    Attributes:
        spec: What was asked.
        cases: What may happen.
        commodities: What shortages are counted of.
        nothing: The frontier's end where nothing is bought.
        chosen: The plan for the weight asked.
        frontier: Plans for all weights, by rising weight.
        judged: Every measure.
        regrets: Every case.
        losses: Loss of each case without and with the plan, USD, shape (S, 2).
        rate: Discount rate a year.
        world: Hash of the world.
        solves: Second stages solved.
        seconds: Wall time.
        notes: What a reader should know.
    """

    spec: PlanSpec
    cases: tuple[Happening, ...]
    commodities: tuple[str, ...]
    nothing: Point
    chosen: Point
    frontier: tuple[Point, ...]
    judged: tuple[Judged, ...]
    regrets: tuple[Regret, ...]
    losses: Floats
    rate: float
    world: str
    solves: int
    seconds: float
    notes: tuple[str, ...]
