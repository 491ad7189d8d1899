"""The metal ledger: adding, a whole audit with its memory, and where a lot comes from, on a long chain with frauds."""

from __future__ import annotations

import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.clock import process, repeated, timed
from benchmarks.registry import Measure, NotInstalledError, Plan, case

if TYPE_CHECKING:
    from oreflow.trace.store import Ledger

EVENTS = 100_000
FRAUDS = 44
MINUTE = 60.0
GIGABYTE = 1000.0
_FOLDER = tempfile.TemporaryDirectory(prefix="oreflow-ledger-")


@cache
def _chain(events: int):  # type: ignore[no-untyped-def]
    from oreflow.atlas import bundled
    from oreflow.trace.generate import chain, plant

    return plant(chain(events=events, seed=7, world=bundled()), count=FRAUDS, seed=8)


@cache
def _filled(events: int) -> tuple[Path, float]:
    """Return a ledger that holds the chain, and the time that adding took, s."""
    try:
        from oreflow.trace.store import Ledger
    except ImportError as e:
        raise NotInstalledError("sqlalchemy") from e
    made = _chain(events)
    place = Path(_FOLDER.name) / f"{events}.sqlite"

    def add() -> None:
        with Ledger.create(place) as kept:
            kept.add(made.chain.events, facilities=made.chain.facilities, parties=made.chain.parties)
            kept.add(made.again, keep_conflicts=True)

    return place, timed(add)


def _open(events: int) -> Ledger:
    from oreflow.trace.store import Ledger

    return Ledger.open(_filled(events)[0])


@case("ledger/100k/add", "a chain of 100,000 events added to a ledger", quick=False)
def add(plan: Plan) -> Measure:
    place, seconds = _filled(EVENTS)
    count = len(_chain(EVENTS).chain.events)
    note = f"{count / seconds:,.0f} events a second, {place.stat().st_size / 1e6:.0f} MB on disk"
    return Measure((seconds,), size=f"{count:,} events", note=note)


@case("ledger/100k/audit", "a whole audit of it, read from disk, in a process of its own", quick=False)
def audit(plan: Plan) -> Measure:
    place, _ = _filled(EVENTS)
    runs = [
        process([sys.executable, "-m", "benchmarks.alone", "audit", str(place)])
        for _ in range(plan.at_most(3))
    ]
    measure = Measure(tuple(r.seconds for r in runs), size=f"{len(_chain(EVENTS).chain.events):,} events")
    peak = max(r.megabytes for r in runs)
    measure = measure.within(MINUTE, "s", measure.median)
    return measure.within(GIGABYTE, "MB of memory", peak)


@case("ledger/100k/origin", "where the metal of one lot comes from", quick=False)
def origin(plan: Plan) -> Measure:
    from oreflow.atlas import bundled
    from oreflow.trace.origin import compile_origins
    from oreflow.trace.origin import origin as find

    world = bundled()
    lots = [e.outputs[0].lot for e in _chain(EVENTS).chain.events if e.process == "nmc_cell_making"][
        :: max(1, 300)
    ]
    with _open(EVENTS) as kept:
        first = timed(lambda: compile_origins(kept))
        times = [
            t for lot in lots for t in repeated(lambda lot=lot: find(kept, lot, world=world), plan.at_most(3))
        ]
    measure = Measure(
        tuple(times), size=f"{len(lots)} lots of cells", note=f"{first:.1f} s once for all lots, before"
    )
    return measure.within(0.1, "s", measure.median)


@case("ledger/2k/audit", "an audit of a small chain, read from disk", quick=True)
def small(plan: Plan) -> Measure:
    from oreflow.atlas import bundled
    from oreflow.trace.audit import audit as look

    world = bundled()
    with _open(2000) as kept:
        times = repeated(lambda: look(kept, world=world), plan.at_most(5))
    return Measure(times, size=f"{len(_chain(2000).chain.events):,} events, {FRAUDS} frauds")
