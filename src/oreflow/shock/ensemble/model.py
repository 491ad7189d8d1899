"""One warm market that solves draw after draw; each worker holds one of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from oreflow.atlas import World
from oreflow.errors import ModelError, OreflowError
from oreflow.market import Base, Engine, News, calibrate
from oreflow.shock.ensemble.futures import Futures
from oreflow.shock.ensemble.measure import NAMES, Measure
from oreflow.shock.ensemble.result import Result, Row
from oreflow.shock.ensemble.spec import Spec
from oreflow.shock.stage import stage
from oreflow.shock.timeline import expected


@dataclass(frozen=True)
class Work:
    """All that a worker needs to know, small enough to be sent to it.

    Attributes:
        world: World.
        spec: Specification.
        make: Makes the futures.
    """

    world: World
    spec: Spec
    make: Callable[[World, Spec, Base], Futures] = Futures


class Model:
    """A compiled market with its futures.

    The bases of what is expected are learned once, before the first draw: a draw's numbers depend on them (where a
    price is not unique), and every model of the same work learns the same.

    Args:
        work: World and specification.

    Raises:
        OreflowError: The specification does not fit the world.
    """

    def __init__(self, work: Work) -> None:
        self.spec = work.spec
        self.base = calibrate(work.world, scope=work.spec.scope or None)
        self.futures = work.make(work.world, work.spec, self.base)
        self.measure = Measure(
            work.world, self.base, work.spec.settings, work.spec.watch, scope=work.spec.scope
        )
        self._work = work
        self._engine: Engine | None = None

    @property
    def engine(self) -> Engine:
        """The engine, warm from what is expected."""
        if self._engine is None:
            settings = self.spec.settings
            self._engine = Engine(self.base, settings)
            months = settings.periods * settings.months
            staged = stage(self.spec.scenario, self._work.world, start=settings.start, months=months)
            with suppress(
                ModelError
            ):  # then draws start from the base, and each says for itself what is wrong
                self._engine.learn(expected(staged) or [News(0, ())])
        return self._engine

    def draw(self, i: int) -> Result:
        """Solve one draw under every policy.

        Args:
            i: Number of the draw.

        Returns:
            What is kept of it; a policy under which it could not be solved has its reason.
        """
        future = self.futures.future(i)
        rows = []
        for policy, news in future.news.items():
            began, before = time.perf_counter(), self.engine.solves
            try:
                paths, totals = self.measure(self.engine.draw(news, future.draw, NAMES), news)
            except OreflowError as error:
                seconds = time.perf_counter() - began
                rows.append(Row(policy, "failed", str(error), self.engine.solves - before, seconds))
                continue
            seconds = time.perf_counter() - began
            rows.append(Row(policy, "solved", "", self.engine.solves - before, seconds, paths, totals))
        return Result(i, dict(future.inputs), future.occurrences, tuple(rows))
