"""Claims of origin and custody against what the inputs show."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from oreflow.trace.audit.case import Case
from oreflow.trace.audit.finding import Finding, found
from oreflow.trace.model import ELEMENTS, Custody, Kind
from oreflow.trace.model.amounts import PPB
from oreflow.trace.origin.mixing import MASS
from oreflow.trace.store.rows import CUSTODIES


def claims(case: Case) -> Iterator[Finding]:
    """Yield lots that claim an origin or a custody which their inputs do not carry, and lots made of themselves."""
    yield from _origins(case)
    yield from _custody(case)
    f = case.flows
    for e in case.mixes.circular:
        if f.live[e]:
            yield found(
                "circular",
                f"what {case.place(f.events['facility'][e])} makes on {case.day(int(e))} is among its own ancestors.",
                f.names(e),
                f.lot_names(np.flatnonzero(f.lots["event"] == e)),
            )


def _origins(case: Case) -> Iterator[Finding]:
    f = case.flows
    x = f.claims
    rows = np.flatnonzero(f.live[f.lots["event"][x["lot"]]])
    if not len(rows):
        return
    mixes = case.mixes
    countries = np.array([s.country for s in mixes.sources])
    slack = case.bounds["origin_tolerance"]
    drawn = _draws(case)
    makes = f.kind(Kind.MAKE)
    fed = np.zeros(len(f.live), dtype=bool)
    fed[f.lines["event"]] = True
    for r in rows:
        lot = int(x["lot"][r])
        e = int(f.lots["event"][lot])
        custody = CUSTODIES[f.lots["custody"][lot]]
        country, claimed = f.terms[x["country"][r]], x["share"][r] / PPB
        if custody is Custody.BOOK or not makes[e] or not fed[e]:
            continue
        asked = ELEMENTS[x["element"][r]] if x["element"][r] >= 0 else ""
        names = [asked] if asked else [
            n for i, n in enumerate(f.elements) if np.nan_to_num(f.share[lot, i]) > 0
        ] or [MASS]  # fmt: skip
        for name in names:
            if name not in mixes.elements:
                continue
            if custody is Custody.BALANCE:
                metal = float(f.lots["mass"][lot]) * float(np.nan_to_num(f.share[lot, f.elements.index(name)])) \
                    if name in f.elements else 0.0  # fmt: skip
                shown = drawn.get((e, name, country), 0.0) / metal if metal > 0 else 0.0
                how = "its draws on the account cover"
            else:
                matrix = mixes.shares[mixes.elements.index(name)]
                a, b = matrix.indptr[e], matrix.indptr[e + 1]
                shown = float(matrix.data[a:b][countries[matrix.indices[a:b]] == country].sum())
                how = "its inputs show"
            if claimed > shown + slack:
                what = "mass" if name == MASS else name
                yield found(
                    "origin-beyond",
                    f"{f.products[lot]} claims {100 * claimed:.1f} % of its {what} from {country}; {how} "
                    f"{100 * shown:.1f} %.",
                    case.by_time([e, *_makers(case, e)]),
                    f.lot_names(lot),
                )
                break


def _makers(case: Case, e: int) -> list[int]:
    f = case.flows
    lots = f.first[f.lines["lot"][f.lines["event"] == e]]
    return [int(x) for x in f.lots["event"][lots[lots >= 0]]][:20]


def _draws(case: Case) -> dict[tuple[int, str, str], float]:
    f = case.flows
    out: dict[tuple[int, str, str], float] = {}
    for r in np.flatnonzero(f.live[f.entries["event"]] & (f.entries["mass"] < 0)):
        key = (
            int(f.entries["event"][r]),
            ELEMENTS[f.entries["element"][r]],
            f.terms[f.entries["country"][r]],
        )
        out[key] = out.get(key, 0.0) - float(f.entries["mass"][r])
    return out


def _custody(case: Case) -> Iterator[Finding]:
    """A physical claim (the three stricter models) can rest only on inputs of a model at least as strict.

    Identity preserved further rests on one input lot's identity: it cannot follow a blend of several origins.
    """
    f = case.flows
    used = np.flatnonzero(f.kind(Kind.MAKE)[f.lines["event"]])
    event, lot = f.lines["event"][used], f.first[f.lines["lot"][used]]
    n = len(f.live)
    loosest = np.full(n, -1, dtype=np.int64)
    known = lot >= 0
    np.maximum.at(loosest, event[known], f.lots["custody"][lot[known]])
    for row in np.flatnonzero(f.live[f.lots["event"]]):
        e = int(f.lots["event"][row])
        custody = CUSTODIES[f.lots["custody"][row]]
        if loosest[e] <= custody.rank or not custody.physical:
            continue
        yield found(
            "custody-raised",
            f"{f.products[row]} is told to be {custody.value}, and an input is only "
            f"{CUSTODIES[int(loosest[e])].value}, at {case.place(f.events['facility'][e])} on {case.day(e)}.",
            case.by_time([e, *_makers(case, e)]),
            f.lot_names(row),
        )
