"""Frauds planted into an honest chain, each with what an audit must say of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from oreflow.errors import UsageError
from oreflow.trace.generate.chain import START, YEAR, Chain
from oreflow.trace.generate.site import Batch, Site, sites
from oreflow.trace.knowledge import DAY
from oreflow.trace.model import (
    Assay,
    Certificate,
    Claim,
    Custody,
    Entry,
    Event,
    Facility,
    Kind,
    Line,
    Lot,
    Signed,
)
from oreflow.trace.model.amounts import PPB


@dataclass(frozen=True, slots=True)
class Planted:
    """A planted fraud.

    Attributes:
        kind: Which of `KINDS`.
        rule: Rule of the audit that must find it.
        events: Events that it touches; a finding that names one of them, or one of `lots`, is about it.
        lots: Lots that it touches.
    """

    kind: str
    rule: str
    events: frozenset[str]
    lots: frozenset[str] = frozenset()


@dataclass
class Tampered:
    """A chain with frauds in it.

    Attributes:
        chain: The chain.
        planted: What was planted.
        again: Events that are handed in a second time, with other contents.
    """

    chain: Chain
    planted: list[Planted]
    again: list[Event]


def plant(chain: Chain, *, count: int, seed: int) -> Tampered:
    """Plant frauds into a chain, every kind in turn.

    Args:
        chain: Honest chain; it is left as it is.
        count: How many frauds.
        seed: Seed of what is chosen.

    Returns:
        A chain with the frauds, and what they are.

    Raises:
        UsageError: The chain is too small to hold them without one touching another.
    """
    planter = _Planter(chain, np.random.default_rng(seed))
    planted = []
    names = list(KINDS)
    for i in range(count):
        name = names[i % len(names)]
        rule, act = KINDS[name]
        events, lots = act(planter)
        planted.append(Planted(name, rule, frozenset(events), frozenset(lots)))
    out = sorted(planter.events.values(), key=lambda e: (e.time, e.event))
    made = replace(chain, events=out, facilities=[*chain.facilities, *planter.facilities])
    return Tampered(made, planted, planter.again)


Touched = tuple[list[str], list[str]]


class _Planter:
    def __init__(self, chain: Chain, rng: np.random.Generator) -> None:
        self.events = {e.event: e for e in chain.events}
        self.rng = rng
        self.sites = sites()
        self.facilities: list[Facility] = []
        self.again: list[Event] = []
        self.number = 0
        corrected = {e.corrects for e in chain.events}
        sent: dict[str, list[Event]] = {}
        for e in chain.events:
            if e.kind is Kind.MOVE:
                sent.setdefault(e.consignment, []).append(e)
        self.pairs = {
            ends[0].inputs[0].lot: ends
            for ends in sent.values()
            if len(ends) == 2 and ends[0].issuer.startswith("did:web:cell")
        }
        # Cells are at the end of the chain: what is false about them makes nothing else false.
        self.cells = self.shuffled(
            [e for e in chain.events if e.process == "nmc_cell_making" and not e.corrects and e.event not in corrected
             and e.outputs[0].lot in self.pairs]
        )  # fmt: skip
        self.cathodes = self.shuffled([e for e in chain.events if e.process == "nmc_cathode_making"])
        self.spare = self.shuffled([b for n in ("cathode_kr", "cathode_jp", "cathode_cn") for b in chain.spare[n]
                                    if b.lot.commodity == "nmc_cathode"])  # fmt: skip
        self.retired = self.shuffled(
            [e for e in chain.events if any(c.action == "retire" for c in e.certificates)]
        )

    def shuffled(self, values: list) -> list:  # type: ignore[type-arg]
        return [values[i] for i in self.rng.permutation(len(values))]

    def next(self, values: list) -> object:  # type: ignore[type-arg]
        if not values:
            raise UsageError("the chain is too small for so many frauds. Generate more events.")
        return values.pop()

    def cell(self) -> Event:
        out = self.next(self.cells)
        assert isinstance(out, Event)
        return out

    def batch(self) -> Batch:
        out = self.next(self.spare)
        assert isinstance(out, Batch)
        return out

    def name(self, kind: str) -> str:
        self.number += 1
        return f"https://planted.example/{kind}/{self.number:05d}"

    def put(self, *events: Event) -> list[str]:
        for e in events:
            self.events[e.event] = e
        return [e.event for e in events]

    def mine(self, time: int, *, site: str = "nickel_mine", tonnes: float = 50.0) -> tuple[Event, Lot]:
        """Mint an honest lot of nickel hydroxide at a mine."""
        s = self.sites[site]
        lot = Lot(
            self.name("lot"),
            "Mixed hydroxide precipitate",
            int(tonnes * 1e9),
            (Assay("Ni", 380_000_000, 3_000_000),),
            commodity="nickel_intermediate",
            custody=Custody.IDENTITY,
            owner=s.id,
            country=s.country,
        )
        event = Event(
            self.name("event"), Kind.MAKE, time, s.id, s.place, process="nickel_mining", outputs=(lot,)
        )
        self.put(event)
        return event, lot

    def refined(
        self, lot: Lot, mass: int, time: int, *, at: str = "nickel_mine", yielding: float = 0.95
    ) -> Event:
        """Refine a part of a lot where it is."""
        s = self.sites[at]
        metal = mass * (1 - lot.moisture / PPB) * 0.38 * yielding
        out = Lot(self.name("lot"), "Nickel sulfate hexahydrate", int(metal / 0.2232),
                  (Assay("Ni", 223_200_000, 1_000_000),), commodity="nickel_refined", owner=s.id)  # fmt: skip
        return Event(self.name("event"), Kind.MAKE, time, s.id, s.place, process="nickel_refining",
                     inputs=(Line(lot.lot, mass),), outputs=(out,))  # fmt: skip

    def middle(self) -> int:
        return START + int(self.rng.uniform(0.3, 0.7) * YEAR)


def _spent_twice(p: _Planter) -> Touched:
    """Another firm uses a lot again, in another log."""
    e = next(e for e in iter(p.cathodes.pop, None) if e.outputs[0].lot in _used_lots(p))
    lot = e.outputs[0]
    other = p.sites["cell_us"]
    cells = Lot(
        p.name("lot"), "Nickel-based cells", lot.mass, (), commodity="nmc_cell", owner=other.id, energy=1000
    )
    again = Event(
        p.name("event"),
        Kind.MAKE,
        e.time + 60 * DAY,
        "did:web:planted.example",
        other.place,
        process="nmc_cell_making",
        inputs=(Line(lot.lot, lot.mass),),
        outputs=(cells,),
        log="log.planted.example",
    )
    return p.put(again), [lot.lot]


def _used_lots(p: _Planter) -> set[str]:
    return {line.lot for e in p.events.values() if e.process == "nmc_cell_making" for line in e.inputs}


def _minted_twice(p: _Planter) -> Touched:
    first, lot = p.mine(p.middle())
    other = p.sites["nickel_ph"]
    second = Event(p.name("event"), Kind.MAKE, first.time + DAY, other.id, other.place, process="nickel_mining",
                   outputs=(lot,), log="log.planted.example")  # fmt: skip
    return [first.event, *p.put(second)], [lot.lot]


def _sold_twice(p: _Planter) -> Touched:
    event, lot = p.mine(p.middle())
    sales = [
        Event(p.name("event"), Kind.TRANSFER, event.time + d * DAY, event.issuer, event.facility, p.sites[buyer].id,
              inputs=(Line(lot.lot, lot.mass),))
        for d, buyer in ((2, "nickel_works"), (3, "nickel_jp"))
    ]  # fmt: skip
    return [event.event, *p.put(*sales)], [lot.lot]


def _changed_cell(p: _Planter, factor: float) -> Touched:
    e = p.cell()
    lot = e.outputs[0]
    assays = tuple(Assay(a.element, int(a.share * factor), a.tolerance) for a in lot.assays)
    return p.put(replace(e, outputs=(replace(lot, assays=assays),))), [lot.lot]


def _gain(p: _Planter) -> Touched:
    return _changed_cell(p, 1.12 / 0.93)


def _loss(p: _Planter) -> Touched:
    return _changed_cell(p, 0.6)


def _recovered(p: _Planter, e: Event, recovery: float) -> Event:
    """Return a making with a recovery of exactly what is wished."""
    lots = {o.lot: o for x in p.events.values() for o in x.outputs} if not hasattr(p, "_lots") else p._lots
    p._lots = lots  # type: ignore[attr-defined]
    out = e.outputs[0]
    assays = []
    for a in out.assays:
        into = sum(
            i.mass
            * (1 - lots[i.lot].moisture / PPB)
            * next((x.share for x in lots[i.lot].assays if x.element == a.element), 0)
            for i in e.inputs
        )
        assays.append(Assay(a.element, round(into * recovery / out.mass), a.tolerance))
    return replace(e, outputs=(replace(out, assays=tuple(assays)),))


def _perfect(p: _Planter) -> Touched:
    e = p.cell()
    return p.put(_recovered(p, e, 0.9999)), [e.outputs[0].lot]


def _written(p: _Planter) -> Touched:
    """A new refinery that writes down the same recovery every time."""
    s = p.sites["nickel_mine"]
    p.number += 1
    place = Facility(f"https://planted.example/site/{p.number}", "Planted refinery", s.country, operator=s.id)
    p.facilities.append(place)
    events, lots = [], []
    when = p.middle()
    for i in range(14):
        lot = Lot(p.name("lot"), "Mixed hydroxide precipitate", int(p.rng.uniform(20, 60) * 1e9),
                  (Assay("Ni", int(p.rng.uniform(0.37, 0.39) * PPB), 3_000_000),), commodity="nickel_intermediate",
                  owner=s.id, country=s.country)  # fmt: skip
        made = Event(
            p.name("event"),
            Kind.MAKE,
            when + i * DAY,
            s.id,
            place.facility,
            process="nickel_mining",
            outputs=(lot,),
        )
        p.put(made)
        metal = lot.mass * lot.assays[0].share / PPB * 0.9512
        out = Lot(
            p.name("lot"),
            "Nickel sulfate hexahydrate",
            int(metal / 0.2232),
            (Assay("Ni", 223_200_000, 1_000_000),),
            commodity="nickel_refined",
            owner=s.id,
        )
        events += p.put(
            Event(
                p.name("event"),
                Kind.MAKE,
                when + i * DAY + 3600,
                s.id,
                place.facility,
                process="nickel_refining",
                inputs=(Line(lot.lot, lot.mass),),
                outputs=(out,),
            )
        )
        lots += [lot.lot, out.lot]
    return events, lots


def _negative(p: _Planter) -> Touched:
    """A lot leaves the mine twice, and is used once."""
    event, lot = p.mine(p.middle())
    s, t = p.sites["nickel_mine"], p.sites["nickel_works"]
    moves = [
        Event(p.name("event"), Kind.MOVE, event.time + d * DAY, signer.id, s.place, t.place,
              inputs=(Line(lot.lot, int(lot.mass * 0.8)),), signed=signed, consignment=f"{lot.lot}-{trip}")
        for trip in (0, 1)
        for d, signer, signed in _ends(trip, s, t)
    ]  # fmt: skip
    return [event.event, *p.put(*moves)], [lot.lot]


def _ends(trip: int, s: Site, t: Site) -> tuple[tuple[int, Site, Signed], tuple[int, Site, Signed]]:
    return (1 + trip, s, "out"), (20 + trip, t, "in")


def _over(p: _Planter) -> Touched:
    """A small mine makes as much in a month as all of its country in two years."""
    p.number += 1
    place = Facility(
        f"https://planted.example/site/{p.number}", "Planted mine", "VNM", operator="did:web:planted.example"
    )
    p.facilities.append(place)
    events, lots = [], []
    when = p.middle()
    for i in range(16):
        lot = Lot(p.name("lot"), "Mixed hydroxide precipitate", int(1500 * 1e9), (Assay("Ni", 380_000_000, 3_000_000),),
                  commodity="nickel_intermediate", country="VNM")  # fmt: skip
        events += p.put(Event(p.name("event"), Kind.MAKE, when + i * DAY, "did:web:planted.example", place.facility,
                              process="nickel_mining", outputs=(lot,)))  # fmt: skip
        lots.append(lot.lot)
    return events, lots


def _early(p: _Planter) -> Touched:
    """Cells are signed in on the other side of the sea two days after they left."""
    e = p.cell()
    while p.sites["cell_us"].id != e.issuer and p.sites["cell_kr"].id != e.issuer:
        e = p.cell()
    out, into = p.pairs[e.outputs[0].lot]
    return p.put(replace(into, time=out.time + 2 * DAY)), [e.outputs[0].lot]


def _used_early(p: _Planter) -> Touched:
    """Material is used across the sea five days after it left, and its arrival is never signed."""
    b = p.batch()
    s, t = p.sites["cathode_cn"], p.sites["cell_us"]
    s = next(x for x in p.sites.values() if x.id == b.lot.owner) if b.lot.owner else s
    moved = Event(p.name("event"), Kind.MOVE, b.ready + DAY, s.id, s.place, t.place, inputs=(Line(b.lot.lot, b.left),),
                  signed="out", consignment=p.name("consignment"))  # fmt: skip
    cells = Lot(
        p.name("lot"), "Nickel-based cells", b.left, (), commodity="nmc_cell", owner=t.id, energy=1000
    )
    used = Event(p.name("event"), Kind.MAKE, b.ready + 6 * DAY, t.id, t.place, process="nmc_cell_making",
                 inputs=(Line(b.lot.lot, b.left),), outputs=(cells,))  # fmt: skip
    return p.put(moved, used), [b.lot.lot]


def _lost(p: _Planter) -> Touched:
    e = p.cell()
    while e.time > START + 0.6 * YEAR:
        e = p.cell()
    out, into = p.pairs[e.outputs[0].lot]
    del p.events[into.event]
    return [out.event], [e.outputs[0].lot]


def _differs(p: _Planter) -> Touched:
    e = p.cell()
    out, into = p.pairs[e.outputs[0].lot]
    line = into.inputs[0]
    return [out.event, *p.put(replace(into, inputs=(Line(line.lot, int(line.mass * 0.9)),)))], [line.lot]


def _account(p: _Planter, entries: list[tuple[int, int, int | None]]) -> Touched:
    s = p.sites["converter_b"]
    account = p.name("account")
    when = START + 30 * DAY
    events = [
        Event(p.name("event"), Kind.BOOK, when + day * DAY, s.id, s.place,
              entries=(Entry(account, "Li", mass * 10**9, "AUS", None if life is None else when + life * DAY),))
        for day, mass, life in entries
    ]  # fmt: skip
    return p.put(*events), []


def _overdrawn(p: _Planter) -> Touched:
    return _account(p, [(0, 10, None), (20, -6, None), (40, -7, None)])


def _expired(p: _Planter) -> Touched:
    return _account(p, [(0, 10, 90), (20, -2, None), (200, -5, None)])


def _unbacked(p: _Planter) -> Touched:
    event, lot = p.mine(p.middle())
    credit = Event(p.name("event"), Kind.MODIFY, event.time + DAY, event.issuer, event.facility,
                   inputs=(Line(lot.lot, lot.mass),),
                   entries=(Entry(p.name("account"), "Ni", int(lot.mass * 0.38 * 1.3), "IDN"),))  # fmt: skip
    return p.put(credit), [lot.lot]


def _retired(p: _Planter) -> Touched:
    e = p.next(p.retired)
    assert isinstance(e, Event)
    c = e.certificates[0]
    other = p.sites["cell_hu"]
    again = Event(p.name("event"), Kind.BOOK, e.time + 10 * DAY, other.id, other.place,
                  certificates=(Certificate(c.certificate, c.element, c.mass, "retire"),))  # fmt: skip
    return [e.event, *p.put(again)], []


def _origin(p: _Planter) -> Touched:
    """A cathode claims more from Australia than its inputs hold."""
    e = next(e for e in iter(p.cathodes.pop, None) if e.outputs[0].claims and not any(
        c.country == "CAN" for c in e.outputs[0].claims))  # fmt: skip
    lot = e.outputs[0]
    false = replace(lot, claims=(Claim("CAN", PPB, "Li"),))
    return p.put(replace(e, outputs=(false,))), [lot.lot]


def _custody(p: _Planter) -> Touched:
    e = next(e for e in iter(p.cathodes.pop, None) if e.outputs[0].custody is Custody.BLENDED)
    lot = replace(e.outputs[0], custody=Custody.IDENTITY)
    return p.put(replace(e, outputs=(lot,))), [lot.lot]


def _circle(p: _Planter) -> Touched:
    s = p.sites["nickel_mine"]
    when = p.middle()
    a, b = p.name("lot"), p.name("lot")
    lots = [
        Lot(n, "Mixed hydroxide precipitate", 10**10, (Assay("Ni", 380_000_000, 3_000_000),)) for n in (a, b)
    ]
    events = [
        Event(p.name("event"), Kind.MAKE, when + i * DAY, s.id, s.place, process="repack",
              inputs=(Line(lots[1 - i].lot, 10**10),), outputs=(lots[i],))
        for i in (0, 1)
    ]  # fmt: skip
    return p.put(*events), [a, b]


def _rewritten(p: _Planter) -> Touched:
    e = p.cell()
    lot = e.outputs[0]
    p.again.append(replace(e, outputs=(replace(lot, mass=lot.mass * 2),)))
    return [e.event], [lot.lot]


def _foreign(p: _Planter) -> Touched:
    e = p.cell()
    wrong = Event(
        p.name("event"), Kind.CORRECT, e.time + 5 * DAY, "did:web:planted.example", corrects=e.event
    )
    return p.put(wrong), [e.outputs[0].lot]


KINDS: dict[str, tuple[str, Callable[[_Planter], Touched]]] = {
    "spent twice across logs": ("double-spend", _spent_twice),
    "made twice by two issuers": ("double-spend", _minted_twice),
    "sold to two buyers": ("double-spend", _sold_twice),
    "more metal out than in": ("metal-gain", _gain),
    "metal gone missing": ("metal-loss", _loss),
    "a perfect batch": ("too-perfect", _perfect),
    "recoveries written, not measured": ("too-perfect", _written),
    "shipped twice from one place": ("negative-stock", _negative),
    "over nameplate": ("over-nameplate", _over),
    "signed in before it could arrive": ("too-early", _early),
    "used before it could arrive": ("too-early", _used_early),
    "never signed in": ("not-received", _lost),
    "less signed in than out": ("received-differs", _differs),
    "account overdrawn": ("credit-overdrawn", _overdrawn),
    "credit past its end": ("credit-expired", _expired),
    "credit without metal": ("credit-unbacked", _unbacked),
    "certificate retired twice": ("retired-twice", _retired),
    "origin beyond inputs": ("origin-beyond", _origin),
    "custody raised": ("custody-raised", _custody),
    "made of itself": ("circular", _circle),
    "handed in again, changed": ("rewritten", _rewritten),
    "somebody else's record corrected": ("foreign-correction", _foreign),
}
"""Kinds of fraud: what it is, the rule that must find it, and how it is planted."""
