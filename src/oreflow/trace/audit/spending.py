"""Lots that are spent, made or sold twice, across issuers and logs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from oreflow.trace.audit.case import Case, kg
from oreflow.trace.audit.finding import Finding, found
from oreflow.trace.model import Kind


def spending(case: Case) -> Iterator[Finding]:
    """Yield lots of which more is used than there is, that were made twice, or sold twice.

    Sums are exact: whole milligrams. A lot may be used up to the tolerance of the scales beyond its mass.
    """
    if not len(case.flows.lots["n"]):
        return
    yield from _used(case)
    yield from _minted(case)
    yield from _sold(case)


def _whose(case: Case, events: object) -> str:
    f = case.flows
    rows = np.unique(np.asarray(events, dtype=np.int64))
    signers = dict.fromkeys(f.terms[n] for n in f.events["issuer"][rows])
    logs = dict.fromkeys(f.terms[n] for n in f.events["log"][rows] if n)
    told = f"signed by {' and '.join(signers)}"
    return told + (f" in the logs {' and '.join(logs)}" if len(logs) > 1 else "")


def _used(case: Case) -> Iterator[Finding]:
    f = case.flows
    used = np.flatnonzero(f.kind(Kind.MAKE)[f.lines["event"]])
    lot, mass = f.lines["lot"][used], f.lines["mass"][used]
    total = np.zeros(len(f.terms), dtype=np.int64)
    np.add.at(total, lot, mass)
    first = f.first
    have = np.where(first >= 0, f.lots["mass"][first], np.iinfo(np.int64).max // 2)
    most = have + (have * case.bounds["weighing_tolerance"]).astype(np.int64)
    for n in np.flatnonzero((total > most) & (first >= 0)):
        users = f.lines["event"][used][lot == n]
        yield found(
            "double-spend",
            f"{kg(int(total[n]))} are used of a lot of {kg(int(have[n]))}, in {len(users)} makings "
            f"{_whose(case, users)}.",
            case.by_time([*users, f.lots["event"][first[n]]]),
            (f.terms[n],),
        )


def _minted(case: Case) -> Iterator[Finding]:
    f = case.flows
    made = np.flatnonzero(f.kind(Kind.MAKE)[f.lots["event"]])
    names, counts = np.unique(f.lots["lot"][made], return_counts=True)
    for n in names[counts > 1]:
        makers = f.lots["event"][made][f.lots["lot"][made] == n]
        yield found(
            "double-spend",
            f"one lot is made {len(makers)} times, {_whose(case, makers)}.",
            case.by_time(makers),
            (f.terms[n],),
        )


def _sold(case: Case) -> Iterator[Finding]:
    f = case.flows
    sale = f.kind(Kind.TRANSFER)[f.lines["event"]]
    rows = np.flatnonzero(sale)
    order = rows[np.lexsort((f.lines["event"][rows], f.events["time"][f.lines["event"][rows]]))]
    held: dict[tuple[int, int], int] = {}
    sales: dict[tuple[int, int], list[int]] = {}
    told: set[int] = set()
    for r in order:
        e, n, mass = int(f.lines["event"][r]), int(f.lines["lot"][r]), int(f.lines["mass"][r])
        born = int(f.first[n])
        if born < 0 or n in told:
            continue
        seller, buyer = int(f.events["issuer"][e]), int(f.events["target"][e])
        owner = int(f.lots["owner"][born])
        if owner and (n, owner) not in held:
            held[n, owner] = int(f.lots["mass"][born])
        if not owner:
            continue
        sales.setdefault((n, seller), []).append(e)
        left = held.get((n, seller), 0) - mass
        if left < -int(f.lots["mass"][born] * case.bounds["weighing_tolerance"]):
            told.add(n)
            events = sales[n, seller]
            yield found(
                "double-spend",
                f"{f.terms[seller]} sells {kg(mass)} of a lot of which it owns {kg(left + mass)}, on {case.day(e)}.",
                case.by_time(events),
                (f.terms[n],),
            )
        held[n, seller] = left
        held[n, buyer] = held.get((n, buyer), 0) + mass
