"""Small ledgers for tests: who, where, and short ways to write what happened."""

import itertools

from oreflow.trace.model import Assay, Event, Facility, Kind, Line, Lot, Party, mass_mg
from oreflow.trace.model.times import seconds
from oreflow.trace.store import Ledger

T = 10**9
"""Milligrams in a tonne."""
DAY = 86_400
START = seconds("2025-01-01")
PLACES = [
    Facility("mine", "Mine", "ZMB", operator="miner"),
    Facility("smelter", "Smelter", "JPN", operator="refiner"),
    Facility("works", "Works", "DEU", operator="maker"),
    Facility("yard", "Yard", "ZMB", operator="miner"),
]
PARTIES = [
    Party("miner", "Miner", "ZMB"),
    Party("refiner", "Refiner", "JPN"),
    Party("maker", "Maker", "DEU"),
    Party("rival", "Rival", "CHN"),
]
_count = itertools.count()


def day(n: float) -> int:
    return START + int(n * DAY)


def cu(share: float, tolerance: float = 0.001) -> tuple[Assay, ...]:
    return (Assay("Cu", round(share * 10**9), round(tolerance * share * 10**9)),)


def lot(name: str, tonnes: float, share: float | None = 0.3, **more) -> Lot:
    return Lot(
        name, more.pop("product", "Copper"), mass_mg(str(tonnes), "t"), cu(share) if share else (), **more
    )


def take(name: str, tonnes: float) -> Line:
    return Line(name, mass_mg(str(tonnes), "t"))


def make(when: float, outputs, inputs=(), *, at="mine", by="miner", process="", **more) -> Event:
    name = more.pop("name", f"event-{next(_count)}")
    return Event(
        name,
        Kind.MAKE,
        day(when),
        by,
        at,
        process=process,
        inputs=tuple(inputs),
        outputs=tuple(outputs),
        **more,
    )


def move(
    when: float,
    name: str,
    tonnes: float,
    a: str,
    b: str,
    *,
    by="miner",
    signed="both",
    consignment="c",
    **more,
):
    return Event(
        f"event-{next(_count)}", Kind.MOVE, day(when), by, a, b, inputs=(take(name, tonnes),), signed=signed,
        consignment=consignment, **more,
    )  # fmt: skip


def event(kind: Kind, when: float, *, by="miner", **more) -> Event:
    return Event(more.pop("name", f"event-{next(_count)}"), kind, day(when), by, **more)


def ledger(tmp_path, events, *, again=(), places=(), parties=PARTIES) -> Ledger:
    made = Ledger.create(tmp_path / f"ledger-{next(_count)}.sqlite")
    made.add(events, facilities=[*PLACES, *places], parties=parties)
    if again:
        made.add(again, keep_conflicts=True)
    return made


def findings(tmp_path, events, **more):
    # Here, so that a process that only writes starts quickly.
    from oreflow.atlas import bundled
    from oreflow.trace.audit import audit

    as_of = more.pop("as_of", None)
    with ledger(tmp_path, events, **more) as kept:
        return audit(kept, world=bundled(), as_of=as_of).findings


def rules(tmp_path, events, **more) -> set[str]:
    return {f.rule for f in findings(tmp_path, events, **more)}


def event_batch(n: int, size: int = 5) -> list[Event]:
    """Return a batch of events that nobody else has, by its number."""
    return [make(i, [lot(f"batch-{n}-{i}", 1)], name=f"batch-{n}-event-{i}") for i in range(size)]
