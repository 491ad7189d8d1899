"""Models by size, patterns by what changes, and every linear programme that a pattern makes of a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import numpy as np
from tests.market.worlds import two_regions

from benchmarks import scenarios, synthetic
from benchmarks.raw import passed
from oreflow.atlas import World, bundled
from oreflow.market import Base, Change, Engine, News, Settings, calibrate
from oreflow.market.layout import Arrays, Layout
from oreflow.market.patch import Rebuild, Reference
from oreflow.market.problem import Problem, compile_problem
from oreflow.market.solve import Solution, Solver
from oreflow.market.view import Beliefs, Draw, State, View
from oreflow.report.assemble.horizon import horizon
from oreflow.shock import Stage, expected, from_library, stage


@dataclass(frozen=True)
class Model:
    """A market of some size.

    Attributes:
        name: Its name in the names of cases.
        told: What it is.
        world: Makes the world.
        scope: Minerals solved; all where empty.
        months: Months that are solved at once, one by one; 0 for the look ahead of a briefing.
    """

    name: str
    told: str
    world: Callable[[], World]
    scope: tuple[str, ...] = ()
    months: int = 0

    def base(self) -> Base:
        """Return the calibrated market, computed once."""
        return _base(self.world, self.scope)

    @property
    def spans(self) -> tuple[int, ...]:
        """Lengths of the periods of a look ahead."""
        return (1,) * self.months or LOOK.spans


SMALL = Model("small", "two regions, one metal", two_regions)
LITHIUM = Model("lithium", "the lithium chain of the bundled world", bundled, ("lithium",))
ALL = Model("all", "all minerals and batteries of the bundled world", bundled)
MODELS = {m.name: m for m in (SMALL, LITHIUM, ALL)}

_SIX = synthetic.Shape(minerals=6, stages=4, regions=15, step=0.6, local=0.85, stored=0.02)
_TEN = synthetic.Shape(minerals=10, stages=5, regions=40)
S, M, L = (
    Model(name, f"{shape.minerals} minerals in {shape.stages} stages and {shape.regions} regions, "
          f"{months} months at once", partial(synthetic.world, shape), months=months)
    for name, shape, months in (("S", _SIX, 12), ("M", _TEN, 36), ("L", _TEN, 120))
)  # fmt: skip
SYNTHETIC = {m.name: m for m in (S, M, L)}
TEN = Model(
    "S",
    f"{S.told}, ten steps a curve",
    partial(synthetic.world, replace(_SIX, step=0.15, target=0.002, widen=1.5)),
    months=S.months,
)
"""The small system with about ten steps in each curve of supply, demand and trade."""

SCENARIOS = {"halt": "jianxiawo_halt_2025", "tariff": "us_copper_tariff"}
"""Pattern to the scenario of the library that stands for it; ``base`` changes nothing."""
LOOK = Settings()
"""The look ahead of `oreflow run`: three months one by one, nine by quarters."""


@cache
def _base(make: Callable[[], World], scope: tuple[str, ...]) -> Base:
    world = make()
    return calibrate(world, scope=scope or tuple(dict.fromkeys(world.commodities["mineral"])))


@cache
def staged(pattern: str) -> tuple[Stage, Settings]:
    """Return a scenario on the bundled world as a briefing stages it, and the briefing's settings."""
    scenario = from_library(SCENARIOS[pattern])
    settings = horizon(scenario)
    return stage(scenario, bundled(), start=settings.start, months=settings.periods), settings


def news(model: Model, pattern: str) -> list[News]:
    """Return what the market hears in a pattern."""
    if pattern == "base":
        return [News(0, ())]
    if model is SMALL:
        return [News(0, (Change("plants", ("mine_small",), "availability", np.array([0.0] * 6 + [1.0])),))]
    return expected(staged(pattern)[0])


@dataclass(frozen=True)
class Look:
    """One linear programme that a run solves.

    Attributes:
        solver: Holds the matrix, and knows the basis of the base.
        view: What agents see.
        start: Basis learned for it; None where nothing was learned.
        reference: Numbers of the base, of which a scenario is a patch; None where all numbers are written.
    """

    solver: Solver
    view: View
    start: Any = None
    reference: Reference | None = None

    @property
    def problem(self) -> Problem:
        """The compiled problem."""
        return self.solver.problem

    def arrays(self) -> Arrays:
        """Return its numbers."""
        return self.problem.numbers(self.view)

    def fields(self) -> dict[str, Any]:
        """Return all of it as flat arrays, as `benchmarks.raw` takes them."""
        a, matrix = self.arrays(), self.problem.matrix
        return {
            "cost": a.cost.ravel(),
            "lower": a.lower.ravel(),
            "upper": a.upper.ravel(),
            "row_lower": a.row_lower.ravel(),
            "row_upper": a.row_upper.ravel(),
            "start": matrix.indptr.astype(np.int32),
            "index": matrix.indices.astype(np.int32),
            "value": matrix.data,
        }

    def solve(self, *, learned: bool = False, cold: bool = False) -> Solution:
        """Patch the numbers and solve, from the basis of the base, the learned one, or from nothing."""
        start = self.start if learned else None
        if self.reference is None:
            return self.solver.solve(self.arrays(), start=start, cold=cold)
        patch = self.reference.patch(self.view)
        if isinstance(patch, Rebuild):
            raise AssertionError(f"the base cannot be patched: {patch.reason}")
        return self.solver.patched(self.reference, patch, start=start, cold=cold)

    @property
    def size(self) -> str:
        """Rows × columns."""
        rows, columns = self.problem.shape
        return f"{rows:,} × {columns:,}"


class Watched(Engine):
    """An engine that notes what it solves, and how long it was inside the solver (s)."""

    def __init__(self, base: Base, settings: Settings | None = None) -> None:
        super().__init__(base, settings)
        self.seen: list[Look] = []
        self.inside = 0.0

    def _settle(self, key: Any, solver: Solver, view: View, month: int) -> tuple[View, Solution]:
        start = self._nearest(key, month)
        view, solution = super()._settle(key, solver, view, month)
        self.inside += solution.seconds
        self.seen.append(Look(solver, view, start))  # a tariff has found its specific equivalent by now
        return view, solution


@cache
def looks(model: Model, pattern: str) -> tuple[Look, ...]:
    """Return the programmes of the look ahead at the first news: the price after the window, then the window."""
    heard = news(model, pattern)
    month = min(n.month for n in heard)
    settings = Settings(periods=month + LOOK.stride)
    engine = Watched(model.base(), settings)
    engine.clear([n for n in heard if n.month == month])
    return tuple(engine.seen)


def compiled(model: Model) -> Solver:
    """Return a new solver of a look ahead that holds its matrix and knows the basis of the base."""
    return Solver(compile_problem(Layout(model.base(), model.spans)))


@cache
def solver(model: Model) -> Solver:
    """Return the persistent solver of a whole horizon, compiled once."""
    return compiled(model)


@cache
def reference(model: Model) -> Reference:
    """Return the numbers of the base over a whole horizon."""
    held = solver(model).problem
    base = held.layout.base
    nothing = Beliefs(base, (), int(held.layout.begin[-1]))
    return Reference(held, View(held.layout, nothing, 0, 0, State.of(base), Draw(), base.price))


def scene(model: Model, changes: tuple[Change, ...] = ()) -> Look:
    """Return the programme of a whole horizon under changes that are known from the start.

    What is left at the end is worth the base's prices, and a duty is levied on them; an engine would solve for both
    first.
    """
    usual = reference(model)
    base = model.base()
    beliefs = Beliefs(base, changes, usual.view.beliefs.months)
    view = replace(usual.view, beliefs=beliefs)
    rate = view.mean(beliefs.tariff)
    if rate.any():
        view = replace(view, tariff=rate / (1.0 + rate) * base.price[base.net.route_to])
    return Look(solver(model), view, reference=usual)


def scenes(model: Model, each: int) -> list[Look]:
    """Return programmes of every kind of scenario in turn, so many of each."""
    drawn = [(kind, i) for i in range(each) for kind in scenarios.KINDS]
    return [scene(model, scenarios.drawn(model.base(), kind, model.months, i)) for kind, i in drawn]


def engine(model: Model) -> Engine:
    """Return an engine that looks over the whole horizon at once and acts on all of it."""
    months = model.months
    return Engine(model.base(), Settings(periods=months, foresight=months, stride=months, ahead=model.spans))


class Cold:
    """HiGHS as it comes, on the same programme: its own presolve and start, nothing known.

    Args:
        look: The programme.
    """

    def __init__(self, look: Look) -> None:
        self.highs = passed(look.fields())

    def solve(self) -> None:
        """Solve from nothing; building and passing the programme has been done before and is not counted."""
        self.highs.clearSolver()
        self.highs.solve()

    @property
    def objective(self) -> float:
        """Objective of the last solve."""
        return float(self.highs.getInfo().objective_function_value)

    @property
    def iterations(self) -> int:
        """Simplex iterations of the last solve."""
        return int(self.highs.getInfo().simplex_iteration_count)


def check_equal(ours: float, theirs: float, who: str) -> None:
    """Hold two optima of one programme against each other.

    Raises:
        AssertionError: They differ by more than 1e-7 of their size.
    """
    if abs(ours - theirs) > 1e-7 * max(abs(ours), abs(theirs), 1.0):
        raise AssertionError(f"the optimum is {ours:.12g}, {who} finds {theirs:.12g}.")
