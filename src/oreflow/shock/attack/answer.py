"""`attack`: which losses hurt most, the proof, the single losses beside it, and what greed would have chosen."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import comb, inf
from typing import Any

import numpy as np

from oreflow.atlas import World
from oreflow.errors import ModelError, UsageError
from oreflow.market import Base, Settings, calibrate
from oreflow.shock.attack.measure import Measure
from oreflow.shock.attack.search import (
    Certificate,
    Found,
    Lost,
    Progress,
    branch_and_bound,
    enumerate_sets,
    greedy,
)
from oreflow.shock.attack.targets import Candidate, candidates, left_out, reduced
from oreflow.shock.attack.value import Harm, Losses, periods

FORMAT = "oreflow-attack/1"
METHODS = ("auto", "enumerate", "bounds")
FEW = 64
"""Up to so many sets are simply all looked at."""


@dataclass(frozen=True, slots=True)
class Single:
    """One loss alone.

    Attributes:
        key: Key of what is lost.
        name: Its name.
        plants: Number of plants that stop.
        value: Harm in the measure asked for.
        welfare: Welfare lost, USD.
    """

    key: str
    name: str
    plants: int
    value: float
    welfare: float


@dataclass(frozen=True, slots=True)
class Choice:
    """A set of losses and what it does.

    Attributes:
        keys: What is lost.
        names: Their names.
        value: Harm in the measure asked for.
        welfare: Welfare lost, USD.
    """

    keys: tuple[str, ...]
    names: tuple[str, ...]
    value: float
    welfare: float


@dataclass(frozen=True)
class Attack:
    """Which losses hurt most, with the proof.

    Attributes:
        targets: Kind of what can be lost.
        budget: Number of losses.
        months: Months that they last.
        start: First month of the loss.
        measure: What counts as harm.
        scope: Minerals solved.
        worst: The worst set found.
        certificate: How sure that is.
        greedy: What taking the worst next, one after another, chooses.
        singles: Every single loss by falling harm: the N-1 table.
        finer: Harm of the worst set when the loss is looked at quarter by quarter, in the measure asked for: how
            much the coarse periods of the search matter; NaN where it was not asked for or could not be solved.
        notes: What a reader should know.
        world: Hash of the world.
        solves: Markets solved in all.
        seconds: Wall time.
    """

    targets: str
    budget: int
    months: int
    start: str
    measure: Measure
    scope: tuple[str, ...]
    worst: Choice
    certificate: Certificate
    greedy: Choice
    singles: tuple[Single, ...]
    finer: float
    notes: tuple[str, ...]
    world: str
    solves: int
    seconds: float

    @property
    def short(self) -> float:
        """How far greed falls short of the worst set, as a share of its value."""
        return 1.0 - self.greedy.value / self.worst.value if self.worst.value else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values, for JSON."""
        c = self.certificate

        def choice(of: Choice) -> dict[str, Any]:
            return {
                "lost": [{"key": k, "name": n} for k, n in zip(of.keys, of.names, strict=True)],
                "value": of.value,
                "welfare_usd": of.welfare,
            }

        return {
            "format": FORMAT,
            "targets": self.targets,
            "budget": self.budget,
            "months": self.months,
            "start": self.start,
            "objective": self.measure.objective,
            "unit": self.measure.unit,
            "commodity": self.measure.commodity or None,
            "region": self.measure.region or None,
            "scope": list(self.scope),
            "worst": {**choice(self.worst), "value_by_quarter": self.finer},
            "certificate": {
                "proven": c.proven,
                "incumbent": c.incumbent,
                "bound": c.bound,
                "gap": c.gap,
                "precision": c.precision,
                "method": c.method,
                "sets": c.total,
                "solved": c.solved,
                "stopped_by_time_limit": c.stopped,
                "seconds": round(c.seconds, 3),
            },
            "greedy": {**choice(self.greedy), "short": self.short},
            "singles": [
                {"key": s.key, "name": s.name, "plants": s.plants, "value": s.value, "welfare_usd": s.welfare}
                for s in self.singles
            ],
            "notes": list(self.notes),
            "world": self.world,
            "solves": self.solves,
            "seconds": round(self.seconds, 3),
        }


def attack(
    world: World,
    *,
    budget: int,
    targets: str = "countries",
    months: int = 12,
    objective: str = "welfare",
    commodity: str | None = None,
    region: str | None = None,
    scope: Sequence[str] | None = None,
    stages: Sequence[str] = (),
    trade: bool = False,
    start: str = "2025-01",
    fine: bool = False,
    method: str = "auto",
    time_limit: float = inf,
    workers: int = 2,
    base: Base | None = None,
    progress: Progress | None = None,
) -> Attack:
    """Find which losses hurt most, and prove it.

    The market learns of all losses when they begin and knows how long they last; it stood in its base before.

    Args:
        world: World.
        budget: Number of losses.
        targets: ``plants``, ``countries``, ``firms`` or ``passages`` (see `candidates`).
        months: Months that every loss lasts.
        objective: ``welfare``, ``shortage`` or ``price`` (see `Measure`).
        commodity: Commodity of the measure; its mineral is the scope unless one is given.
        region: Region or bloc of the measure.
        scope: Minerals that are solved and whose plants can be lost; all by default. Where they go into cells the
            battery chain is solved with them, and its plants can be lost if ``battery`` is in the scope.
        stages: Stages whose plants can be lost; all by default.
        trade: A country is lost with its trade.
        start: First month of the loss, ``YYYY-MM``; the base is stationary, so that it is a label.
        fine: Search the market quarter by quarter, several times as slow, instead of in three periods.
        method: ``auto``; ``enumerate`` looks at every set; ``bounds`` rules out groups of them by one solve each,
            which is possible for welfare only.
        time_limit: Seconds after which the search stops with what it has: incumbent, bound and gap. The single
            losses are solved in any case.
        workers: Threads, each with a market of its own.
        base: Calibrated market, where there is one already.
        progress: Called with markets solved, sets in question, incumbent and bound.

    Returns:
        The worst set with its certificate, the N-1 table, and the greedy choice.

    Raises:
        UsageError: Budget, months or method make no sense, or a commodity is needed.
        UnknownNameError: A name that is not in the world; carries the nearest.
        ModelError: The market could not be cleared without losses or under a single one.
    """
    began = time.monotonic()
    Settings(start=start)  # says what is wrong with a month
    if budget < 1:
        raise UsageError(f"an attack needs a budget of at least 1 loss, not {budget}.")
    if not time_limit > 0:
        raise UsageError(f"a time limit is a positive number of seconds, not {time_limit:g}.")
    periods(months)
    minerals = tuple(scope) if scope else _mineral(world, commodity)
    market = base if base is not None else calibrate(world, scope=minerals)
    measure = Measure.of(world, market, objective, commodity=commodity, region=region)
    found = candidates(world, market, targets, minerals=minerals, stages=stages, trade=trade)
    _affordable(budget, len(found), targets)
    spans = periods(months, fine=fine)
    losses = Losses(market, found, measure, months=months, spans=spans, workers=workers)
    answer = worst(
        losses, budget=budget, method=method, time_limit=time_limit, finer=not fine, progress=progress
    )
    more = left_out(world, market, targets)
    return replace(
        answer,
        targets=targets,
        start=start,
        notes=(*answer.notes, *([more] if more else [])),
        seconds=time.monotonic() - began,
    )


def worst(
    losses: Losses,
    *,
    budget: int,
    method: str = "auto",
    time_limit: float = inf,
    finer: bool = True,
    progress: Progress | None = None,
) -> Attack:
    """Find the worst set of losses of a market that is compiled already.

    Args:
        losses: The market; what it solved before is not solved again.
        budget: Number of losses.
        method: As for `attack`.
        time_limit: Seconds.
        finer: Look at the worst set quarter by quarter too.
        progress: As for `attack`.

    Returns:
        The answer.

    Raises:
        UsageError: Budget or method make no sense.
        ModelError: The market could not be cleared under a single loss.
    """
    began = time.monotonic()
    if method not in METHODS:
        raise UsageError(f"method {method!r} is not one of {', '.join(METHODS)}.")
    if method == "bounds" and not losses.monotone:
        raise UsageError(_why_no_bounds(losses))
    _affordable(budget, len(losses.candidates), "targets")
    before, deadline = losses.solves, began + time_limit
    harms = losses.many([frozenset([i]) for i in range(len(losses.candidates))], keep=True)
    if missing := [c.key for c, h in zip(losses.candidates, harms, strict=True) if h is None]:
        raise ModelError(f"the market without {', '.join(missing[:3])} could not be solved to tolerance.")
    single = [h.value for h in harms if h is not None]
    pool = reduced(losses.candidates, dominated=losses.monotone)

    def values(sets: Sequence[Lost], *, keep: bool = False) -> list[float | None]:
        return [h.value if h is not None else None for h in losses.many(sets, keep=keep)]

    precision = losses.precision if losses.measure.objective == "welfare" else 0.0
    quick = greedy(
        values, single, pool, budget, monotone=losses.monotone, precision=precision, deadline=deadline
    )
    size = min(budget, len(pool))
    bounds = losses.monotone and (method == "bounds" or (method == "auto" and comb(len(pool), size) > FEW))
    beat = (quick.lost, quick.value)
    if bounds:
        result = branch_and_bound(
            values, single, pool, size, precision=precision, best=beat, deadline=deadline, progress=progress
        )
    else:
        ranked = sorted(pool, key=lambda i: (-single[i], i))
        result = enumerate_sets(
            values, ranked, size, exactly=losses.monotone, precision=precision, best=beat, deadline=deadline,
            progress=progress,
        )  # fmt: skip
    chosen = _choice(losses, result)
    order = sorted(range(len(single)), key=lambda i: (-single[i], i))
    return Attack(
        targets="targets",
        budget=budget,
        months=losses.months,
        start="",
        measure=losses.measure,
        scope=losses.base.net.scope,
        worst=chosen,
        certificate=result.certificate,
        greedy=_choice(losses, quick),
        singles=tuple(_single(losses.candidates[i], harms[i]) for i in order),
        finer=_finer(losses, result) if finer else float("nan"),
        notes=_notes(losses, pool, result, bounds),
        world=losses.base.world_hash,
        solves=losses.solves - before,
        seconds=time.monotonic() - began,
    )


def _mineral(world: World, commodity: str | None) -> tuple[str, ...] | None:
    """Mineral of a commodity; an unknown one is left to the measure, which knows how to say so."""
    table = world.commodities
    mine = table.loc[table["commodity"] == commodity, "mineral"]
    return tuple(mine) or None


def _affordable(budget: int, there: int, what: str) -> None:
    if budget < 1:
        raise UsageError(f"an attack needs a budget of at least 1 loss, not {budget}.")
    if budget > there:
        raise UsageError(
            f"a budget of {budget} is more than there is to lose: {there} {what}. Give {there} or less."
        )


def _choice(losses: Losses, found: Found) -> Choice:
    lost = [losses.candidates[i] for i in found.lost]
    harm = losses.harm(found.lost)
    return Choice(tuple(c.key for c in lost), tuple(c.name for c in lost), harm.value, harm.welfare)


def _single(candidate: Candidate, harm: Harm | None) -> Single:
    assert harm is not None
    return Single(candidate.key, candidate.name, len(candidate.plants), harm.value, harm.welfare)


def _finer(losses: Losses, found: Found) -> float:
    """Harm of a set when the look ahead is cut into quarters."""
    lost = [losses.candidates[i] for i in found.lost]
    try:
        fine = losses.again(lost, spans=periods(losses.months, fine=True))
        return fine.harm(range(len(lost))).value
    except ModelError:
        return float("nan")


def _why_no_bounds(losses: Losses) -> str:
    if losses.measure.objective != "welfare":
        return (
            f"a {losses.measure.objective} may ease when more is lost, so that groups rule nothing out. "
            "Use --method enumerate, or the objective welfare."
        )
    return (
        f"losing {', '.join(losses.released[:3])} lifts a minimum run or a binding offtake, so that losing more may "
        "help and groups rule nothing out. Use --method enumerate."
    )


def _notes(losses: Losses, pool: list[int], found: Found, bounds: bool) -> tuple[str, ...]:
    notes = []
    dropped = len(losses.candidates) - len(pool)
    if dropped:
        part = " or part of them" if losses.monotone else ""
        notes.append(
            f"{dropped} of the targets {'take' if dropped > 1 else 'takes'} the same rows as another{part}: in the "
            "table of single losses, but left out of the search, which loses nothing."
        )
    lengths = ", ".join(str(n) for n in losses.spans)
    notes.append(f"The search, and what it proves, is of the market in periods of {lengths} months.")
    multiple = losses.base.net.parameter("voll_multiple")
    notes.append(
        f"Demand that nothing can meet is lost at {multiple:g} times its base price (parameter voll_multiple)."
    )
    if not bounds and losses.measure.objective == "welfare" and not losses.monotone:
        notes.append(_why_no_bounds(losses))
    if np.isfinite(found.value) and found.value <= 0:
        notes.append("No loss does harm in this measure.")
    return tuple(notes)
