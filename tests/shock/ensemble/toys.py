"""A specification and futures of the shape that the real ones have, over one scenario of the library."""

from __future__ import annotations

import hashlib
import json
import os
import signal
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from oreflow.market import Draw, News, Settings
from oreflow.market.change import Change
from oreflow.shock import Scenario, from_library, stage
from oreflow.shock.timeline import draw as fate

QUICK = Settings(start="2025-07", periods=2, step="quarter", stride=6, ahead=(3, 3))


@dataclass(frozen=True)
class Occurrence:
    law: str
    target: str
    start: float
    months: float
    size: float


@dataclass(frozen=True)
class Future:
    index: int
    news: dict
    draw: Draw
    inputs: dict
    occurrences: tuple


@dataclass(frozen=True)
class Spec:
    name: str = "toy"
    title: str = "A toy"
    scope: tuple = ("lithium",)
    settings: Settings = QUICK
    draws: int = 6
    seed: int = 1
    design: str = "random"
    scenario: Scenario = field(default_factory=lambda: from_library("jianxiawo_halt_2025"))
    watch: tuple = ("lithium_carbonate@CHN",)
    compare: dict = field(default_factory=dict)
    killers: tuple = ()
    """Draws over which a worker kills itself."""
    once: str = ""
    """Folder in which a worker leaves a mark, so that it kills itself once only."""

    @property
    def hash(self) -> str:
        parts = [self.name, self.scope, repr(self.settings), self.seed, self.watch, self.scenario.hash]
        return hashlib.sha256(json.dumps([*parts, sorted(self.compare)]).encode()).hexdigest()

    def to_dict(self) -> dict:
        return {"ensemble": self.name, "title": self.title, "draws": self.draws, "seed": self.seed}

    def with_(self, **changes) -> Spec:
        return replace(self, **changes)


class Futures:
    """A halt that lasts as long as it lasts, elasticities and demand that are not known."""

    names = ("es", "ed", "demand_ev")

    def __init__(self, world, spec, base) -> None:
        self.spec = spec
        s = spec.settings
        self.staged = stage(spec.scenario, world, start=s.start, months=s.periods * s.months)
        self.demands = tuple(d for d in base.net.demands if "ev" in d)

    def future(self, i: int) -> Future:
        if i in self.spec.killers:
            mark = Path(self.spec.once) / f"killed-{i}"
            if not self.spec.once or not mark.exists():
                if self.spec.once:
                    mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        rng = np.random.default_rng(np.random.SeedSequence(self.spec.seed, spawn_key=(i,)))
        es, ed = rng.uniform(0.7, 1.3, 2)
        ev = float(np.exp(rng.normal(0.0, 0.05)))
        happened = fate(self.staged, rng, every=self.spec.settings.stride)
        more = Change("demands", self.demands, "quantity", np.array([ev]))
        heard = (
            [News(0, ()), *happened.news] if not any(n.month <= 0 for n in happened.news) else happened.news
        )
        news = {"": tuple(News(n.month, (*n.changes, more)) for n in heard)}
        for k, policy in enumerate(self.spec.compare):
            less = Change("demands", self.demands, "quantity", np.array([0.95 - 0.05 * k]))
            news[policy] = tuple(News(n.month, (*n.changes, less)) for n in news[""])
        event = next(iter(happened.durations))
        occurrences = (Occurrence("halt", event, 1.0, happened.durations[event], happened.sizes[event]),)
        inputs = {"es": float(es), "ed": float(ed), "demand_ev": ev}
        return Future(i, news, Draw(es=float(es), ed=float(ed)), inputs, occurrences if i % 2 else ())
