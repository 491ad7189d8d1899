"""`Futures`: one draw after another of what may happen, ready for the market.

A future holds the events of the scenario with their fates, hazards that come by themselves, levels of demand and
elasticities. Draw i depends on the spec (but for its number of draws), the world and i alone. Under each policy that is
compared the future is the same: the same hazards strike, the same coordinates decide, only the policy's events come on
top.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from oreflow.atlas import World
from oreflow.errors import UnknownNameError, UsageError
from oreflow.market import Base, Draw, News
from oreflow.market.change import Change
from oreflow.shock.belief import believe
from oreflow.shock.ensemble.design import Design
from oreflow.shock.ensemble.halts import Arrivals, Clock, Halts
from oreflow.shock.ensemble.hazards import Peril, perils
from oreflow.shock.ensemble.spec import KINDS, RATES, Spec
from oreflow.shock.ensemble.streams import Streams
from oreflow.shock.ensemble.streams import name as stream_name
from oreflow.shock.impact import NEUTRAL, Impact
from oreflow.shock.ranges import RANGED, Range, ranges
from oreflow.shock.sentences import subject
from oreflow.shock.stage import BEYOND, Stage, Staged, stage
from oreflow.shock.target import expand
from oreflow.shock.timeline import NUMBERS, Fate, fates, hears, knowledge

Floats = NDArray[np.float64]

MOST = 8.0
"""Most events of one law at one target that are expected within a horizon; more is no hazard but the usual state."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One thing that happens in a future.

    Attributes:
        law: Row of the table ``hazards``, or id of an event of the scenario.
        target: What it hits.
        start: Months from the start of the horizon.
        months: Length; infinite where it never ends within its law.
        size: Share of output or exports lost; for an event of the scenario its place in the disputed range, 0 to 1.
    """

    law: str
    target: str
    start: float
    months: float
    size: float


@dataclass(frozen=True, slots=True)
class Future:
    """One draw of what may happen.

    Attributes:
        index: Number of the draw.
        news: Name of a policy to what is heard when, ready for `oreflow.market.Engine.draw`; under ``""`` without one.
        draw: Elasticities.
        inputs: What the coordinates decided, the same keys in every draw (`Futures.names`).
        occurrences: What happens, in order of time.
    """

    index: int
    news: dict[str, tuple[News, ...]]
    draw: Draw
    inputs: dict[str, float]
    occurrences: tuple[Occurrence, ...]


class Futures:
    """The futures of a spec.

    Args:
        world: The world.
        spec: What is asked for.
        base: Calibrated market of the spec's scope.

    Raises:
        UnknownNameError: A node to watch is not in the base, or a name is not in the world; carries the nearest.
        ScenarioError: Events outside the horizon, or that contradict each other.
        UsageError: A scale makes a hazard come all the time.
        DataError: A row of the table of hazards cannot be read.
    """

    def __init__(self, world: World, spec: Spec, base: Base) -> None:
        for node in spec.watch:
            if node not in base.net.nodes:
                raise UnknownNameError("node", node, base.net.nodes, where="watch")
        s = spec.settings
        self.spec = spec
        self.months = s.periods * s.months
        scenarios = {"": spec.scenario, **{k: spec.scenario + extra for k, extra in spec.compare.items()}}
        stages = {k: stage(sc, world, start=s.start, months=self.months) for k, sc in scenarios.items()}
        found = perils(
            world, base, spec.hazards, start=s.start, months=self.months, spared=_permits(stages[""])
        )
        self.perils = found
        self._dated = tuple(p for p in found if p.dated)
        self._stages = {k: _with(st, [(p, p.start) for p in self._dated]) for k, st in stages.items()}
        self._own = {name: len(st.events) for name, st in stages.items()}
        self._halts_at = tuple(p for p in found if not p.dated and p.reach != "exports")
        self._exports_at = tuple(p for p in found if not p.dated and p.reach == "exports")
        rated = (*self._halts_at, *self._exports_at)
        self._refuse_usual(rated)
        self._streams = Streams(spec.seed)
        self._clock = Clock(rated, self._streams, self.months)
        self._halts = Halts(self._halts_at, self.months, self.months + BEYOND, s.stride)
        self._rates = _Rates.of(rated) if RATES in spec.ranges else None
        self._ranges = ranges(world, [r for r in spec.ranges if r in RANGED])
        self._demand = [(law, expand(law.target, world)) for law in spec.demand]
        kinds = self._rates.kinds if self._rates else ()
        events = [e.id for e in spec.scenario.events]
        # A coordinate for every kind, there or not, so that a kind more or less leaves the others as they are.
        rates = len(KINDS) if self._rates else 0
        self._dims = len(self._ranges) + rates + len(self._demand) + NUMBERS * len(events)
        self._design = Design(spec.design, self._dims, spec.draws, spec.seed)
        self._words = {e.id: subject(e.target, world) for sc in scenarios.values() for e in sc.events}
        self.names: tuple[str, ...] = (
            *self._ranges,
            *(f"rate_{k}" for k in kinds),
            *(f"demand_{law.name}" for law, _ in self._demand),
            *(name for key, _ in self._event_keys() for name in _inputs(key)),
        )
        if len(set(self.names)) < len(self.names):
            twice = sorted({n for n in self.names if self.names.count(n) > 1})
            raise UsageError(f"two inputs are called {twice[0]!r}; rename the event or the law of demand.")

    def future(self, i: int) -> Future:
        """Return a draw.

        Args:
            i: Number of the draw, from 0.

        Returns:
            The future.

        Raises:
            UsageError: The draw does not exist.
        """
        point = iter(self._design.point(i).tolist())
        inputs: dict[str, float] = {name: law.at(next(point)) for name, law in self._ranges.items()}
        elasticities = Draw(**inputs)
        factor: Floats | float = 1.0
        if self._rates is not None:
            factor, told = self._rates.factors([next(point) for _ in KINDS])
            inputs |= told
        always: list[Change] = []
        for law, rows in self._demand:
            level = inputs[f"demand_{law.name}"] = law.at(next(point))
            always.append(Change("demands", rows, "quantity", np.full(self.months, level)))
        scenario = np.fromiter(point, dtype=np.float64, count=NUMBERS * len(self.spec.scenario.events))
        struck = self._clock.strike(i, factor)
        halts, exports = _split(struck, len(self._halts_at))
        cases = {name: self._case(i, name, scenario, exports) for name in self._stages}
        heard = {name: case.months | self._halts.hears(halts) for name, case in cases.items()}
        if always:
            heard = {name: months | {0} for name, months in heard.items()}
        told_in = {name: self._last_of_periods(months) for name, months in heard.items()}
        believed = self._halts.believed(halts, sorted({m for months in told_in.values() for m in months}))
        news = {
            name: tuple(self._news(cases[name], months, always, believed)) for name, months in told_in.items()
        }
        for key, (name, index) in self._event_keys():
            fate = cases[name].fates[index]
            inputs |= zip(_inputs(key), (fate.length, fate.size, float(fate.real)), strict=True)
        return Future(i, news, elasticities, inputs, tuple(self._occurrences(cases[""], halts, exports)))

    def _event_keys(self) -> Iterator[tuple[str, tuple[str, int]]]:
        """Events whose fates are inputs: name of the input, and which policy's stage has it at which place."""
        for index, event in enumerate(self.spec.scenario.events):
            yield event.id, ("", index)
        first = len(self.spec.scenario.events)
        for policy in self.spec.compare:
            for index in range(first, self._own[policy]):
                yield f"{policy}.{self._stages[policy].events[index].event.id}", (policy, index)

    def _case(self, i: int, policy: str, scenario: Floats, exports: Arrivals) -> _Case:
        """The stage of a policy with what strikes exports in this draw, and the fates of its events."""
        staged, own = self._stages[policy], self._own[policy]
        shared = len(scenario) // NUMBERS
        parts = [scenario.reshape(-1, NUMBERS)]
        alone = [s.event.id for s in staged.events[shared:]]
        if alone:
            # Events that not every policy shares, and ends of permits, have streams of their own.
            names = np.array([stream_name("event", key) for key in alone], dtype=np.uint64)
            two = [self._streams.uniforms(i, names, block) for block in (0, 1)]
            parts.append(np.hstack(two)[:, :NUMBERS])
        if len(exports.peril):
            # Like all numbers of an event: size, whether it is so, followers, endless, length.
            u = exports.numbers
            parts.append(np.column_stack([1 - u[:, 2], u[:, 3], u[:, 3], u[:, 0], u[:, 1]]))
            struck = [self._exports_at[k] for k in exports.peril]
            staged = _with(staged, list(zip(struck, exports.start.tolist(), strict=True)))
        found = fates(staged, np.concatenate(parts))
        return _Case(staged, own, found, set(hears(staged, found, every=self.spec.settings.stride)))

    def _last_of_periods(self, months: set[int]) -> list[int]:
        """The last month of each period in which something is heard: the market hears all of a period at once."""
        step = self.spec.settings.months
        return sorted({m // step: m for m in sorted(months)}.values())

    def _news(
        self, case: _Case, months: list[int], always: list[Change], believed: dict[int, list[Change]]
    ) -> Iterator[News]:
        staged: tuple[Change, ...] = ()
        own = sorted(case.months)
        told = -1
        for month in months:
            latest = max((m for m in own if m <= month), default=-1)
            if latest > told:
                staged = believe(case.staged, knowledge(case.staged, case.fates, latest))
                told = latest
            yield News(month, (*always, *staged, *believed[month]))

    def _occurrences(self, case: _Case, halts: Arrivals, exports: Arrivals) -> list[Occurrence]:
        out = []
        for a, at in ((halts, self._halts_at), (exports, self._exports_at)):
            for k, start, length, loss in zip(
                a.peril.tolist(), a.start.tolist(), a.length.tolist(), a.loss.tolist(), strict=True
            ):
                out.append(Occurrence(at[k].law, at[k].target, start, length, loss))
        for index, (s, fate) in enumerate(zip(case.staged.events, case.fates, strict=True)):
            if not fate.real:
                continue
            if index < case.own:
                out.append(Occurrence(s.event.id, self._words[s.event.id], s.start, fate.length, fate.size))
            elif index < case.own + len(self._dated):
                p = self._dated[index - case.own]
                loss = p.loss[1] - fate.size * (p.loss[1] - p.loss[0])
                out.append(Occurrence(p.law, p.target, s.start, fate.length, loss))
        return sorted(out, key=lambda o: (o.start, o.law, o.target))

    def _refuse_usual(self, rated: tuple[Peril, ...]) -> None:
        for p in rated:
            expected = p.rate * p.high * self.months / 12
            if expected > MOST:
                raise UsageError(
                    f"hazards: {p.law} would come {expected:.0f} times at {p.target} within the horizon; that is no "
                    f"hazard but the usual state. Lower the scale of {p.kind}."
                )


@dataclass(frozen=True)
class _Case:
    """A future under one policy, before it is told: `own` events of scenario and policy come first."""

    staged: Stage
    own: int
    fates: list[Fate]
    months: set[int]


@dataclass(frozen=True)
class _Rates:
    """How rates are drawn: one coordinate a kind, for what makes one mine's accidents rare is the same for all.

    Triangular between the ends of the table, over its own mean, so that over all draws the mean is the table's rate.
    """

    kinds: tuple[str, ...]
    laws: tuple[tuple[str, Range], ...]
    index: NDArray[np.int64]

    @classmethod
    def of(cls, rated: tuple[Peril, ...]) -> _Rates:
        keys = [(p.kind, round(p.low, 6), round(p.high, 6)) for p in rated]
        unique = list(dict.fromkeys(keys))
        laws = tuple((kind, Range(min(low, 1.0), 1.0, max(high, 1.0))) for kind, low, high in unique)
        there = {kind for kind, _ in laws}
        index = np.array([unique.index(k) for k in keys], dtype=np.int64)
        return cls(tuple(k for k in KINDS if k in there), laws, index)

    def factors(self, u: list[float]) -> tuple[Floats, dict[str, float]]:
        """Multiple of each rate, and the mean over the laws of each kind as inputs; `u` in the order of `KINDS`."""
        place = dict(zip(KINDS, u, strict=True))
        values = np.array([3 * law.at(place[k]) / (law.low + law.value + law.high) for k, law in self.laws])
        mean = {
            f"rate_{kind}": float(
                np.mean([v for v, (k, _) in zip(values, self.laws, strict=True) if k == kind])
            )
            for kind in self.kinds
        }
        return values[self.index] if len(self.index) else np.ones(0), mean


def _with(staged: Stage, struck: list[tuple[Peril, float]]) -> Stage:
    """A stage with events of hazards after its own.

    They are not held against each other: two stops of one plant both hold, and of two limits the smaller one.
    """
    if not struck:
        return staged
    events, moved = list(staged.events), list(staged.impacts)
    for p, start in struck:
        assert p.event is not None
        index = len(events)
        events.append(Staged(p.event, start, 0.0 if p.event.expected else start, p.duration, index, -1))
        exports = p.reach == "exports"
        one = Impact(
            index,
            "trade" if exports else "plants",
            p.event.effect.attribute,
            p.rows,
            p.event.effect.low,
            p.event.effect.high,
            neutral=NEUTRAL[p.event.effect.attribute],
        )
        moved.append(one)
        if p.followers:
            moved.append(replace(one, rows=p.followers, spread=True))
    return replace(staged, events=tuple(events), impacts=tuple(moved))


def _split(a: Arrivals, first: int) -> tuple[Arrivals, Arrivals]:
    """Arrivals of the first so many perils, and those of the others."""
    early = a.peril < first
    halves = (
        Arrivals(a.peril[k] - shift, a.start[k], a.length[k], a.loss[k], a.followed[k], a.numbers[k])
        for k, shift in ((early, 0), (~early, first))
    )
    return next(halves), next(halves)


def _inputs(event: str) -> tuple[str, str, str]:
    return f"duration_{event}", f"size_{event}", f"happened_{event}"


def _permits(staged: Stage) -> set[str]:
    """Plants whose permit the scenario speaks of."""
    return {
        row
        for m in staged.impacts
        if m.table == "plants" and not m.spread and staged.events[m.event].event.type == "permit_halt"
        for row in m.rows
    }
