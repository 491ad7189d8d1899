"""Throughput against what a plant can make."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from oreflow.trace.audit.case import Case
from oreflow.trace.audit.finding import Finding, found
from oreflow.trace.knowledge import DAY, Nameplate
from oreflow.trace.store.flows import NONE

WINDOWS = ((365, "nameplate_year", 1), (30, "nameplate_month", 4))
"""Days of a window, the limit that holds in it, and the fewest batches from which it is judged."""


def nameplate(case: Case) -> Iterator[Finding]:
    """Yield plants that make more than they can, in any 365 or any 30 days.

    A place that is a plant of the atlas is held to its capacity; any other to that of all plants of its process in its
    region, together with the others like it.
    """
    f = case.flows
    born = np.flatnonzero(f.live[f.lots["event"]])
    groups: dict[str, tuple[Nameplate, list[int]]] = {}
    known: dict[tuple[int, str], Nameplate | None] = {}
    for row in born:
        e = int(f.lots["event"][row])
        process = case.processes.get(e)
        commodity = f.terms[f.lots["commodity"][row]]
        if process is None or (commodity and commodity != case.knows.output_of(process)):
            continue
        place = int(f.events["facility"][e])
        if (place, process) not in known:
            known[place, process] = case.knows.nameplate(f.facilities.get(place), process)
        plate = known[place, process]
        if plate is not None:
            groups.setdefault(f"{plate.name} {process}", (plate, []))[1].append(int(row))
    for plate, rows in groups.values():
        yield from _judge(case, plate, np.array(rows))


def _judge(case: Case, plate: Nameplate, rows: np.ndarray) -> Iterator[Finding]:
    f = case.flows
    event = f.lots["event"][rows]
    if plate.energy:
        energy = f.lots["energy"][rows]
        amount = np.where(energy == NONE, 0, energy) * plate.per_mg
    elif plate.element:
        if plate.element not in f.elements:
            return
        share = np.nan_to_num(f.share[rows, f.elements.index(plate.element)])
        amount = f.lots["mass"][rows] * share * plate.per_mg
    else:
        amount = f.lots["mass"][rows] * plate.per_mg
    order = np.argsort(f.events["time"][event], kind="stable")
    time, amount, event = f.events["time"][event][order], amount[order], event[order]
    total = np.concatenate([[0.0], np.cumsum(amount)])
    for days, limit, fewest in WINDOWS:
        begin = np.searchsorted(time, time - days * DAY, side="right")
        made = total[1:] - total[begin]
        count = np.arange(1, len(time) + 1) - begin
        most = plate.capacity * days / 365 * case.bounds[limit]
        over = np.flatnonzero((made > most) & (count >= fewest))
        if not len(over):
            continue
        i = int(over[np.argmax(made[over])])
        inside = np.arange(begin[i], i + 1)
        largest = inside[np.argsort(-amount[inside], kind="stable")[:20]]
        yield found(
            "over-nameplate",
            f"{plate.name} makes {made[i]:,.4g} {plate.unit} in the {days} days to {case.day(int(event[i]))}; its "
            f"capacity is {plate.capacity * days / 365:,.4g} {plate.unit} in that time ({len(inside)} batches).",
            case.by_time(event[largest]),
        )
        return
