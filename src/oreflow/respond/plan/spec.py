"""`PlanSpec`: what a plan is asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from oreflow.errors import UsageError
from oreflow.respond.plan.markets import SPANS
from oreflow.respond.plan.risk import check_tail
from oreflow.shock import Scenario

WEIGHTS = (0.1, 0.3, 1.0, 3.0, 10.0)
"""Weights of risk along the frontier, where none are asked for."""
COUNTS = ("region", "world")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioCase:
    """A scenario that may come.

    Attributes:
        scenario: The scenario.
        chance: Chance that it comes within the horizon.
        draws: Draws of how large it is and how long it lasts.
        onset: Months from the decision between which it begins; over the horizon by default.
        source: Why this chance.
    """

    scenario: Scenario
    chance: float
    draws: int = 3
    onset: tuple[float, float] | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LossCase:
    """Something that may be lost, as the attacker loses it.

    Attributes:
        targets: Kind of target: plants, countries, firms or passages.
        names: What is lost, all together.
        chance: Chance that it comes within the horizon.
        months: Months that it lasts.
        trade: A country is lost with its trade.
        draws: Cases that its beginning is spread over.
        onset: As for `ScenarioCase`.
        source: Why this chance.
    """

    targets: str
    names: tuple[str, ...]
    chance: float
    months: int = 12
    trade: bool = True
    draws: int = 2
    onset: tuple[float, float] | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardCase:
    """What comes by itself: futures drawn from the table of hazards.

    Attributes:
        draws: Number of futures.
        chance: Chance of all of them together; what the others leave by default.
    """

    draws: int = 8
    chance: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackCase:
    """The attacker that a plan is held against.

    Attributes:
        targets: Kind of target.
        budget: Number of losses.
        months: Months that they last.
        trade: A country is lost with its trade.
        onset: Months from the decision until they come.
        among: Only these targets, by key; all but the countries of the plan's own region by default.
    """

    targets: str = "countries"
    budget: int = 1
    months: int = 12
    trade: bool = True
    onset: float = 48.0
    among: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PlanSpec:
    """What a plan is asked for.

    Attributes:
        name: Identifier.
        title: One line.
        region: Region or bloc whose losses count, or in which a firm buys.
        firm: Firm whose losses count, instead of a region's.
        minerals: Minerals in question.
        counts: ``region``, or ``world`` for the losses of all.
        years: Horizon of costs.
        spans: Periods of the window that each case is looked at, months.
        weight: λ of the plan that is told in full.
        weights: λ along the frontier.
        tail: Share of the worst cases that count.
        budget: Most that a plan may cost, USD of today.
        measures: Only these; all that fit by default.
        cases: What may come.
        hazards: What comes by itself; None for nothing.
        attack: The attacker; None for none.
        seed: Seed of draws and lead times.

    Raises:
        UsageError: A number makes no sense, or neither region nor firm is given.
    """

    name: str
    title: str = ""
    region: str = ""
    firm: str = ""
    minerals: tuple[str, ...]
    counts: str = "region"
    years: float = 10.0
    spans: tuple[int, ...] = SPANS
    weight: float = 1.0
    weights: tuple[float, ...] = WEIGHTS
    tail: float = 0.1
    budget: float = np.inf
    measures: tuple[str, ...] = ()
    cases: tuple[ScenarioCase | LossCase, ...] = ()
    hazards: HazardCase | None = None
    attack: AttackCase | None = None
    seed: int = 1

    def __post_init__(self) -> None:
        if bool(self.region) == bool(self.firm):
            raise UsageError("a plan is for a region or for a firm. Give one of them.")
        if not self.minerals:
            raise UsageError("a plan needs at least one mineral.")
        if self.counts not in COUNTS:
            raise UsageError(f"counts is {' or '.join(COUNTS)}, not {self.counts!r}.")
        if not 0 < self.years <= 60:
            raise UsageError(f"a horizon is above 0 and at most 60 years, not {self.years:g}.")
        if not self.spans or any(n < 1 for n in self.spans) or sum(self.spans) > 12 * self.years:
            raise UsageError("periods are of at least 1 month, and all of them lie within the horizon.")
        if self.budget < 0 or np.isnan(self.budget):
            raise UsageError(f"a budget is 0 or more USD, not {self.budget:g}.")
        for w in (self.weight, *self.weights):
            if not w >= 0 or not np.isfinite(w):
                raise UsageError(f"the weight of risk is a number of 0 or more, not {w:g}.")
        check_tail(self.tail)
        if not self.cases and self.hazards is None:
            raise UsageError("a plan needs something that may happen: scenarios, losses or hazards.")
        for case in self.cases:
            label = case.scenario.name if isinstance(case, ScenarioCase) else " and ".join(case.names)
            if not 0 < case.chance <= 1:
                raise UsageError(f"the chance of {label} is {case.chance:g}, not above 0 and at most 1.")
            if not 1 <= case.draws <= 200:
                raise UsageError(f"{label}: draws are 1 to 200, not {case.draws}.")

    @property
    def latest(self) -> float:
        """Latest month at which a window can begin and end within the horizon."""
        return max(12.0 * self.years - sum(self.spans), 0.0)
