"""Mass-balance accounts and book-and-claim certificates."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from oreflow.trace.audit.case import Case, kg
from oreflow.trace.audit.finding import Finding, found
from oreflow.trace.knowledge import DAY
from oreflow.trace.model import ELEMENTS
from oreflow.trace.model.times import day
from oreflow.trace.store.flows import NONE

_SLACK_MG = 1000
"""A gram: rounding of the entries of an account."""


def books(case: Case) -> Iterator[Finding]:
    """Yield accounts drawn below zero, credits past their end or without metal, and certificates used twice."""
    yield from _accounts(case)
    yield from _unbacked(case)
    yield from _certificates(case)


def _accounts(case: Case) -> Iterator[Finding]:
    """Draw on the credits that end first; no other order could serve more draws."""
    f = case.flows
    x = f.entries
    rows = np.flatnonzero(f.live[x["event"]])
    time = f.events["time"][x["event"]]
    # At one moment credits come before draws.
    rows = rows[np.lexsort((x["event"][rows], -np.sign(x["mass"][rows]), time[rows]))]
    life = int(case.bounds["credit_months"] * 365 / 12 * DAY)
    accounts: dict[tuple[int, int, int], list[int]] = {}
    for r in rows:
        accounts.setdefault((int(x["account"][r]), int(x["element"][r]), int(x["country"][r])), []).append(
            int(r)
        )
    for (account, element, country), members in accounts.items():
        credits: list[list[int]] = []  # end, mass left, event
        gone: list[list[int]] = []
        for row in members:
            now, mass, e = int(time[row]), int(x["mass"][row]), int(x["event"][row])
            if mass >= 0:
                end = now + life if x["expires"][row] == NONE else int(x["expires"][row])
                credits.append([end, mass, e])
                credits.sort()
                continue
            gone += [c for c in credits if c[0] < now]
            credits = [c for c in credits if c[0] >= now]
            wanted = _take(credits, -mass)
            credits = [c for c in credits if c[1]]
            if wanted <= _SLACK_MG:
                continue
            expired = sum(c[1] for c in gone)
            what = f"{kg(wanted)} of {ELEMENTS[element]}" + (f" from {f.terms[country]}" if country else "")
            last = max((c for c in gone if c[1]), default=None)
            if last is not None and expired >= wanted - _SLACK_MG:
                yield found(
                    "credit-expired",
                    f"the account {f.terms[account]} draws {what} on {case.day(e)} on credits that ended by "
                    f"{day(last[0])}.",
                    case.by_time([e, *(c[2] for c in gone if c[1])]),
                )
                _take(gone, wanted)
            else:
                yield found(
                    "credit-overdrawn",
                    f"the account {f.terms[account]} draws {what} on {case.day(e)} that it does not have.",
                    case.by_time([e, *_recent(f.entries["event"], members, row)]),
                )


def _take(credits: list[list[int]], mass: int) -> int:
    """Take a mass from credits in their order; return what is missing."""
    for credit in credits:
        part = min(mass, credit[1])
        credit[1] -= part
        mass -= part
    return mass


def _recent(events: np.ndarray, members: list[int], upto: int) -> list[int]:
    at = members.index(upto)
    return [int(events[m]) for m in members[max(0, at - 3) : at]]


def _unbacked(case: Case) -> Iterator[Finding]:
    """A credit stands for metal that came in with the event that books it: what it takes or brings."""
    f = case.flows
    x = f.entries
    rows = np.flatnonzero(f.live[x["event"]] & (x["mass"] > 0))
    if not len(rows):
        return
    rows = rows[np.argsort(x["event"][rows], kind="stable")]
    events, begin = np.unique(x["event"][rows], return_index=True)
    inside = np.flatnonzero(np.isin(f.lines["event"], events))
    inside = inside[np.argsort(f.lines["event"][inside], kind="stable")]
    edges = np.searchsorted(f.lines["event"][inside], [events, events + 1])
    lot = f.first[f.lines["lot"][inside]]
    known = lot >= 0
    for i, e in enumerate(events):
        here = rows[begin[i] : begin[i + 1] if i + 1 < len(events) else None]
        taken = np.arange(edges[0, i], edges[1, i])
        if not len(taken) or not known[taken].all():
            continue
        for element in np.unique(x["element"][here]):
            name = ELEMENTS[element]
            booked = int(x["mass"][here][x["element"][here] == element].sum())
            share = (
                f.share[lot[taken], f.elements.index(name)] if name in f.elements else np.zeros(len(taken))
            )
            metal = float((f.lines["mass"][inside][taken] * np.nan_to_num(share)).sum())
            allowed = metal * (1 + case.bounds["assay_tolerance"]) + _SLACK_MG
            if booked > allowed:
                yield found(
                    "credit-unbacked",
                    f"{kg(booked)} of {name} are credited on {case.day(int(e))} for lots that hold "
                    f"{kg(round(metal))}.",
                    f.names(e),
                    f.lot_names(lot[taken]),
                )


def _certificates(case: Case) -> Iterator[Finding]:
    f = case.flows
    x = f.certificates
    rows = np.flatnonzero(f.live[x["event"]])
    used = np.zeros(len(f.terms), dtype=np.int64)
    issued = np.zeros(len(f.terms), dtype=np.int64)
    retired = x["retired"][rows] == 1
    np.add.at(used, x["certificate"][rows][retired], x["mass"][rows][retired])
    np.add.at(issued, x["certificate"][rows][~retired], x["mass"][rows][~retired])
    for n in np.flatnonzero(used > issued + _SLACK_MG):
        events = x["event"][rows][x["certificate"][rows] == n]
        times = int(retired[x["certificate"][rows] == n].sum())
        what = f"was issued for {kg(int(issued[n]))}" if issued[n] else "was never issued"
        yield found(
            "retired-twice",
            f"the certificate {f.terms[n]} is used for {kg(int(used[n]))} in {times} "
            f"retirement{'s' if times != 1 else ''} and {what}.",
            case.by_time(events),
        )
