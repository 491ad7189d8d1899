"""What is where: stocks below zero, uses before arrival, shipments that nobody signs in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from oreflow.trace.audit.case import Case, kg
from oreflow.trace.audit.finding import Finding, found
from oreflow.trace.knowledge import DAY
from oreflow.trace.model import Kind
from oreflow.trace.store.flows import Bools, Floats, Ints

BOTH, OUT, IN = range(3)


@dataclass(frozen=True)
class Moves:
    """Live moves, one row a lot moved.

    Attributes:
        event: Event, place.
        lot: Number of the lot's name.
        mass: Mass, mg.
        signed: 0 both ends, 1 the sender's, 2 the receiver's.
        partner: Row of the receiver's record of a sender's, and the other way round; -1 for none.
        earliest: Days that it takes at least; NaN if nobody can say.
        usual: Days that it takes usually.
    """

    event: Ints
    lot: Ints
    mass: Ints
    signed: Ints
    partner: Ints
    earliest: Floats
    usual: Floats


def moves(case: Case) -> Moves:
    """Return the moves of a ledger with both ends tied together by consignment and lot."""
    f = case.flows
    rows = np.flatnonzero(f.kind(Kind.MOVE)[f.lines["event"]])
    event, lot, mass = f.lines["event"][rows], f.lines["lot"][rows], f.lines["mass"][rows]
    signed = f.events["signed"][event]
    partner = np.full(len(rows), -1, dtype=np.int64)
    waiting: dict[tuple[int, int], list[int]] = {}
    for i in np.flatnonzero(signed == OUT):
        waiting.setdefault((int(f.events["consignment"][event[i]]), int(lot[i])), []).append(int(i))
    for i in np.flatnonzero(signed == IN):
        ends = waiting.get((int(f.events["consignment"][event[i]]), int(lot[i])))
        if ends:
            partner[i] = ends.pop(0)
            partner[partner[i]] = i
    trips = np.stack([f.events[c][event] for c in ("facility", "target", "mode")], axis=1)
    different, where = np.unique(trips, axis=0, return_inverse=True)
    found_ = [case.passage(int(a), int(b), int(m)) for a, b, m in different]
    nan = float("nan")
    earliest = np.array([p.earliest if p else nan for p in found_] or [nan])[where.ravel()]
    usual = np.array([p.usual if p else nan for p in found_] or [nan])[where.ravel()]
    return Moves(event, lot, mass, signed, partner, earliest[: len(rows)], usual[: len(rows)])


def stock(case: Case, spent: set[str]) -> Iterator[Finding]:
    """Yield what places give out without having it, and voyages that are too quick.

    Args:
        case: The ledger.
        spent: Lots already told to be spent twice; they are short everywhere, which says nothing new.
    """
    if not len(case.flows.lots["n"]):
        return
    m = moves(case)
    early = _voyages(case, m)
    yield from early.findings
    yield from _below(case, m, spent, early.lots)
    yield from _receipts(case, m)
    f = case.flows
    for row in np.flatnonzero(f.kind(Kind.MOVE)[f.lots["event"]]):
        if f.first[f.lots["lot"][row]] == row:
            yield _unmade(case, int(row), "enter the ledger by a shipment; no record says how they were made")
    fed = np.zeros(len(f.live), dtype=bool)
    fed[f.lines["event"]] = True
    for e, process in case.processes.items():
        if not fed[e] and case.knows.converts(process):
            for row in np.flatnonzero(f.lots["event"] == e):
                yield _unmade(case, int(row), f"are made by {process} of nothing that is on record")


def _unmade(case: Case, row: int, what: str) -> Finding:
    f = case.flows
    text = f"{kg(int(f.lots['mass'][row]))} of {f.products[row]} {what}."
    return found("no-origin", text, f.names(f.lots["event"][row]), f.lot_names(row))


@dataclass(frozen=True)
class _Early:
    findings: list[Finding]
    lots: set[int]


def _voyages(case: Case, m: Moves) -> _Early:
    """Compare each arrival with the earliest one: the receipt where signed, else the first use at the far end."""
    f = case.flows
    time = f.events["time"]
    used_at: dict[tuple[int, int], list[tuple[int, int]]] = {}
    outs: list[Finding] = []
    lots: set[int] = set()
    open_ends = np.flatnonzero((m.signed != IN) & (m.partner < 0) & ~np.isnan(m.earliest))
    wanted = {(int(m.lot[i]), int(f.events["target"][m.event[i]])) for i in open_ends}
    if wanted:
        users = f.kind(Kind.MAKE) | (f.kind(Kind.MOVE) & (f.events["signed"] != IN))
        for r in np.flatnonzero(users[f.lines["event"]]):
            e = int(f.lines["event"][r])
            key = (int(f.lines["lot"][r]), int(f.events["facility"][e]))
            if key in wanted:
                used_at.setdefault(key, []).append((int(time[e]), e))
    ends: list[tuple[int, int]] = [(int(i), int(m.event[m.partner[i]])) for i in np.flatnonzero(m.signed == OUT)
                                   if m.partner[i] >= 0]  # fmt: skip
    first: dict[tuple[int, int], int] = {}
    for waits in map(int, open_ends):
        key = (int(m.lot[waits]), int(f.events["target"][m.event[waits]]))
        if key not in first or time[m.event[waits]] < time[m.event[first[key]]]:
            first[key] = waits
    makes = f.kind(Kind.MAKE)
    for key, opened in first.items():
        born = f.lots["event"][f.first[key[0]]] if f.first[key[0]] >= 0 else -1
        made_here = born >= 0 and makes[born] and f.events["facility"][born] == key[1]
        uses = [u for u in used_at.get(key, []) if u[0] >= time[m.event[opened]]]
        if uses and not made_here:
            ends.append((opened, min(uses)[1]))
    for i, end in ends:
        if np.isnan(m.earliest[i]):
            continue
        start, lot = int(m.event[i]), int(m.lot[i])
        days = (int(time[end]) - int(time[start])) / DAY
        limit = m.earliest[i] + case.bounds["tight_share"] * max(0.0, m.usual[i] - m.earliest[i])
        if days >= limit:
            continue
        passage = case.passage(*(int(f.events[c][start]) for c in ("facility", "target", "mode")))
        rule = "too-early" if days < m.earliest[i] else "tight"
        done = "signed in" if f.events["kind"][end] == f.events["kind"][start] else "used"
        tail = "" if rule == "too-early" else ": possible only with a fast ship and no delay"
        outs.append(
            found(
                rule,
                f"{f.terms[lot]} leaves {case.place(f.events['facility'][start])} on {case.day(start)} and is {done} "
                f"at {case.place(f.events['target'][start])} {days:.1f} days later; {m.earliest[i]:.1f} days is "
                f"the least ({passage.how if passage else ''}), {m.usual[i]:.0f} usual{tail}.",
                case.by_time([start, end]),
                (f.terms[lot],),
            )
        )
        if rule == "too-early":
            lots.add(lot)
    return _Early(outs, lots)


def _below(case: Case, m: Moves, spent: set[str], early: set[int]) -> Iterator[Finding]:
    f = case.flows
    time, place = f.events["time"], f.events["facility"]
    made = np.flatnonzero(f.live[f.lots["event"]] & (f.first[f.lots["lot"]] == np.arange(len(f.lots["lot"]))))
    used = np.flatnonzero(f.kind(Kind.MAKE)[f.lines["event"]])
    leaves = m.signed != IN
    # What is not signed in counts as arrived at once: that it came too early is another finding.
    comes = (m.signed != OUT) | (m.partner < 0)
    lot = np.concatenate([f.lots["lot"][made], f.lines["lot"][used], m.lot[leaves], m.lot[comes]])
    event = np.concatenate([f.lots["event"][made], f.lines["event"][used], m.event[leaves], m.event[comes]])
    delta = np.concatenate([f.lots["mass"][made], -f.lines["mass"][used], -m.mass[leaves], m.mass[comes]])
    where = np.concatenate(
        [place[f.lots["event"][made]], place[f.lines["event"][used]], place[m.event[leaves]],
         f.events["target"][m.event[comes]]]
    )  # fmt: skip
    known: Bools = f.first[lot] >= 0
    lot, event, delta, where = lot[known], event[known], delta[known], where[known]
    order = np.lexsort((-delta, time[event], where, lot))
    lot, event, delta, where = lot[order], event[order], delta[order], where[order]
    fresh = np.ones(len(lot), dtype=bool)
    fresh[1:] = (lot[1:] != lot[:-1]) | (where[1:] != where[:-1])
    start = np.flatnonzero(fresh)
    # Exact: sums of 64-bit integers may wrap around over all lots, differences within one cannot.
    running = np.cumsum(delta)
    before = np.concatenate([[0], running])[start]
    group = np.cumsum(fresh) - 1
    level = running - before[group]
    slack = (f.lots["mass"][f.first[lot]] * case.bounds["weighing_tolerance"]).astype(np.int64)
    short = np.flatnonzero(level < -slack)
    told: set[tuple[int, int]] = set()
    for i in short:
        key = (int(lot[i]), int(where[i]))
        if key in told or f.terms[key[0]] in spent or key[0] in early:
            continue
        told.add(key)
        member = np.flatnonzero(group == group[i])
        yield found(
            "negative-stock",
            f"{case.place(key[1])} gives out {kg(-int(delta[i]))} of {f.terms[key[0]]} on {case.day(int(event[i]))}, "
            f"and has {kg(int(level[i] - delta[i]))}.",
            case.by_time(event[member[member <= i]]),
            (f.terms[key[0]],),
        )


def _receipts(case: Case, m: Moves) -> Iterator[Finding]:
    f = case.flows
    time = f.events["time"][m.event]
    days = np.where(np.isnan(m.usual), 0.0, m.usual) + case.bounds["grace_days"]
    late = (m.signed == OUT) & (m.partner < 0) & (time + days * DAY < case.as_of)
    for i in np.flatnonzero(late):
        e = int(m.event[i])
        yield found(
            "not-received",
            f"{kg(int(m.mass[i]))} of {f.terms[m.lot[i]]} leave {case.place(f.events['facility'][e])} on {case.day(e)} "
            f"for {case.place(f.events['target'][e])}; nobody has signed them in after {days[i]:.0f} days.",
            f.names(e),
            (f.terms[m.lot[i]],),
        )
    for i in np.flatnonzero((m.signed == OUT) & (m.partner >= 0)):
        got = int(m.mass[m.partner[i]])
        if abs(got - int(m.mass[i])) > 2 * case.bounds["weighing_tolerance"] * int(m.mass[i]):
            yield found(
                "received-differs",
                f"{kg(int(m.mass[i]))} of {f.terms[m.lot[i]]} are signed out and {kg(got)} signed in.",
                case.by_time([m.event[i], m.event[m.partner[i]]]),
                (f.terms[m.lot[i]],),
            )
    for i in np.flatnonzero((m.signed == IN) & (m.partner < 0)):
        yield found(
            "received-differs",
            f"{kg(int(m.mass[i]))} of {f.terms[m.lot[i]]} are signed in at "
            f"{case.place(f.events['target'][m.event[i]])}; nobody has signed them out.",
            f.names(m.event[i]),
            (f.terms[m.lot[i]],),
        )
