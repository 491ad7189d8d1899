r"""Sources of every lot at once: shares flow from what is made to what is made of it.

A make event mixes its inputs, so its lots hold each source by share

\[ x_{e,m} = \sum_j w_{ej,m} x_{j,m}, \qquad w_{ej,m} = \frac{q_{ej}\,a_{j,m}}{\sum_k q_{ek}\,a_{k,m}} \]

| symbol | meaning | unit |
|---|---|---|
| `x` | share of each source in metal m of what event e makes | 1 |
| `q` | mass that event e takes of the lot made by event j | t |
| `a` | share of metal m in that lot | 1 |

Events are ordered by how many makings lie behind them, and each order is one sparse product: the exact solution of
``(I − W) x = s``, without a solver. A metal that no input is known to hold came in with the inputs that were never
assayed, by their masses; where all were assayed, nobody knows whence it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from oreflow.trace.model import Kind
from oreflow.trace.store.flows import Bools, Floats, Flows, Ints

MASS = "mass"
"""Stands for the whole mass, where no metal is assayed."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where material enters the ledger.

    Attributes:
        facility: Identifier of the place; empty if unknown.
        country: ISO-3 code; empty if not stated.
        party: Party that runs the place or signs the record; empty if unknown.
        recycled: Whether it comes from waste.
        recorded: Whether its making is on record; a lot that only ever moved was not recorded.
    """

    facility: str
    country: str
    party: str
    recycled: bool
    recorded: bool


@dataclass(frozen=True)
class Mixes:
    """Sources of all that was made.

    Attributes:
        sources: The sources.
        elements: Metals that shares are known for, and `MASS` last.
        made: Whether an event makes lots, shape (events,).
        shares: Share of each source in each metal of what an event makes, one CSR matrix (events, sources) a metal.
        circular: Events that are among their own ancestors; their shares are unknown.
        depth: How many makings lie behind an event, shape (events,).
    """

    sources: tuple[Source, ...]
    elements: tuple[str, ...]
    made: Bools
    shares: tuple[sparse.csr_array, ...]
    circular: Ints
    depth: Ints


def mix(flows: Flows) -> Mixes:
    """Compute the sources of every lot of a ledger.

    Args:
        flows: The ledger as arrays.

    Returns:
        The sources. Rows add up to 1 for each metal, or are empty where nothing is made.
    """
    n = len(flows.live)
    made = np.zeros(n, dtype=bool)
    counted = flows.live[flows.lots["event"]]
    made[flows.lots["event"][counted]] = True
    event, parent, mass, lot = _edges(flows, made)
    depth, circular = _depths(event, parent, n)
    sources, start = _sources(flows, made, event, circular)
    keep = ~np.isin(event, circular) & (parent >= 0)
    lost = ~np.isin(event, circular) & (parent < 0)
    unknown = len(sources) - 1
    assayed = np.append(~np.all(np.isnan(flows.share), axis=1), False)
    blind = ~assayed[lot]
    fed = np.bincount(event[keep | lost], minlength=n) > 0
    shares = []
    for column in range(len(flows.elements) + 1):
        metal = mass.copy()
        if column < len(flows.elements):
            known = np.nan_to_num(np.where(lot >= 0, flows.share[lot, column], 0.0))
            metal = mass * known
        total = np.bincount(event, metal, n)
        if column < len(flows.elements):
            # No input is known to hold it: it came in with what was never assayed, by mass, or nobody knows how.
            metal = np.where((total[event] <= 0) & blind, mass, metal)
            total = np.bincount(event, metal, n)
        with np.errstate(divide="ignore", invalid="ignore"):
            weight = np.where(total[event] > 0, metal / total[event], 0.0)
        matrix = sparse.csr_array((weight[keep], (event[keep], parent[keep])), shape=(n, n))
        x = _start(start, n, len(sources))
        x[:, unknown] += np.bincount(event[lost], weight[lost], n)
        x[fed & (total <= 0), unknown] = 1.0
        for level in range(1, int(depth.max(initial=0)) + 1):
            rows = np.flatnonzero(depth == level)
            x[rows] += matrix[rows] @ x
        shares.append(sparse.csr_array(x))
    return Mixes(sources, (*flows.elements, MASS), made, tuple(shares), circular, depth)


def _edges(flows: Flows, made: Bools) -> tuple[Ints, Ints, Floats, Ints]:
    """Return what live make events take: event, event that made it (-1 unknown), mass and lot (-1 unknown)."""
    makes = flows.kind(Kind.MAKE) & made
    used = makes[flows.lines["event"]] & (flows.lines["mass"] > 0)
    event = flows.lines["event"][used]
    lot = flows.first[flows.lines["lot"][used]]
    parent = np.full(len(lot), -1, dtype=np.int64)
    parent[lot >= 0] = flows.lots["event"][lot[lot >= 0]]
    return event, parent, flows.lines["mass"][used].astype(np.float64), lot


def _depths(event: Ints, parent: Ints, n: int) -> tuple[Ints, Ints]:
    """Return how many makings lie behind each event, and the events that lie behind themselves."""
    known = parent >= 0
    pairs = np.unique(np.stack([parent[known], event[known]], axis=1), axis=0)
    down = sparse.csr_array((np.ones(len(pairs), dtype=np.int32), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    waiting = np.bincount(pairs[:, 1], minlength=n)
    depth = np.zeros(n, dtype=np.int64)
    ready, level, seen = np.flatnonzero(waiting == 0), 0, 0
    while len(ready):
        seen += len(ready)
        depth[ready] = level
        lower = down[ready]
        waiting = waiting - np.bincount(lower.indices, minlength=n)
        touched = np.unique(lower.indices)
        ready, level = touched[waiting[touched] == 0], level + 1
    # An event with an input that is not in the ledger still mixes it.
    depth[event] = np.maximum(depth[event], 1)
    return depth, np.flatnonzero(waiting > 0)


def _sources(
    flows: Flows, made: Bools, event: Ints, circular: Ints
) -> tuple[tuple[Source, ...], tuple[Ints, Ints, Floats]]:
    """Return the sources and what each first event holds of them; the last source is what is not in the ledger."""
    begins = made.copy()
    begins[event] = False
    begins[circular] = True
    rows = np.flatnonzero(begins[flows.lots["event"]] & flows.live[flows.lots["event"]])
    table: dict[Source, int] = {}
    events, numbers = [], []
    kind = flows.events["kind"]
    for row in rows:
        e = flows.lots["event"][row]
        place = flows.facilities.get(int(flows.events["facility"][e]))
        country = flows.terms[flows.lots["country"][row]] or (place.country if place else "")
        source = Source(
            flows.terms[flows.events["facility"][e]],
            country,
            (place.operator if place else "") or flows.terms[flows.events["issuer"][e]],
            bool(flows.lots["recycled"][row]),
            bool(kind[e] == 0),
        )
        events.append(e)
        numbers.append(table.setdefault(source, len(table)))
    last = Source("", "", "", False, False)
    table.setdefault(last, len(table))
    if list(table)[-1] != last:  # an unknown place of an unknown country: one and the same
        order = [s for s in table if s != last] + [last]
        back = {s: i for i, s in enumerate(order)}
        numbers = [back[list(table)[i]] for i in numbers]
        table = back
    e, s = np.array(events, dtype=np.int64), np.array(numbers, dtype=np.int64)
    mass = flows.lots["mass"][rows].astype(np.float64)
    total = np.bincount(e, mass, len(made))[e] if len(e) else mass
    count = np.bincount(e, minlength=len(made))[e] if len(e) else mass
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = np.where(total > 0, mass / total, 1.0 / np.maximum(count, 1))
    return tuple(table), (e, s, weight)


def _start(start: tuple[Ints, Ints, Floats], n: int, sources: int) -> Floats:
    x = np.zeros((n, sources))
    np.add.at(x, (start[0], start[1]), start[2])
    return x
