"""The makings and voyages behind a lot, as a graph."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from oreflow.errors import UnknownNameError
from oreflow.trace.origin import compile_origins
from oreflow.trace.store import Ledger, connect, tables
from oreflow.trace.store.ledger import like, term_of
from oreflow.trace.store.rows import KINDS, words_of

_MAKE = 0


@dataclass(frozen=True, slots=True)
class Node:
    """A making behind a lot.

    Attributes:
        event: Its event; empty for a lot whose making is not on record.
        process: Its process; empty if unknown.
        facility: Identifier of the place.
        place: Name of the place.
        country: Country of the place (ISO-3).
        province: Province of the place.
        issuer: Party that signed it.
        party: Name of that party.
        operator: Party that runs the place.
        time: When (Unix time).
        lots: Lots that it made.
        products: What they are.
        depth: How many makings it lies behind the lot that was asked for.
    """

    event: str
    process: str
    facility: str
    place: str
    country: str
    province: str
    issuer: str
    party: str
    operator: str
    time: int
    lots: tuple[str, ...]
    products: tuple[str, ...]
    depth: int


@dataclass(frozen=True, slots=True)
class Edge:
    """A part of a lot that one making takes of another.

    Attributes:
        lot: The lot.
        source: Event that made it; empty where that is not on record.
        target: Event that takes it.
        mass: How much, mg.
    """

    lot: str
    source: str
    target: str
    mass: int


@dataclass(frozen=True, slots=True)
class Graph:
    """Everything that a lot was made of.

    Attributes:
        lot: The lot.
        nodes: Makings, the nearest first.
        edges: Parts of lots taken.
        whole: Whether nothing was left out for being too much.
    """

    lot: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    whole: bool


def upstream(ledger: Ledger, lot: str, *, most: int = 20_000) -> Graph:
    """Return the makings behind a lot.

    Args:
        ledger: Ledger.
        lot: Identifier of the lot.
        most: Makings at which to stop.

    Returns:
        Its graph.

    Raises:
        UnknownNameError: There is no such lot.
    """
    compile_origins(ledger)  # knows which makings count
    with connect.reading(ledger.engine) as connection:
        start = term_of(connection, lot)
        born = _makers(connection, [start])
        if start not in born:
            raise UnknownNameError("lot", lot, like(connection, lot, tables.lots.c.lot))
        depth = {born[start]: 0}
        taken: list[tuple[int, int, int]] = []
        layer, whole = [born[start]], True
        while layer:
            lines = _lines(connection, layer)
            taken += lines
            makers = _makers(connection, {n for _, n, _ in lines})
            born |= makers
            level = max(depth.values()) + 1
            layer = sorted({e for e in makers.values() if e not in depth})
            if len(depth) + len(layer) > most:
                layer, whole = layer[: max(0, most - len(depth))], False
            depth |= dict.fromkeys(layer, level)
            if not whole:
                break
        nodes, names = _nodes(connection, depth, {n for _, n, _ in taken})
        known = {e: n.event for e, n in nodes.items()}
        edges = tuple(
            Edge(names[n], known.get(born.get(n, -1), ""), known[e], mass)
            for e, n, mass in taken
            if e in known
        )
    ordered = tuple(nodes[e] for e in sorted(nodes, key=lambda e: (depth[e], e)))
    return Graph(lot, ordered, edges, whole)


def _makers(connection: Connection, lots: Iterable[int]) -> dict[int, int]:
    """Return the first making that counts of each lot, or the shipment that first tells of it."""
    wanted = sorted(set(lots))
    out: dict[int, int] = {}
    for i in range(0, len(wanted), 500):
        query = (
            select(tables.lots.c.lot, tables.lots.c.event)
            .join(tables.origins, tables.origins.c.event == tables.lots.c.event)
            .where(tables.lots.c.lot.in_(wanted[i : i + 500]))
            .order_by(tables.lots.c.n)
        )
        for lot, event in connection.execute(query):
            out.setdefault(int(lot), int(event))
    return out


def _lines(connection: Connection, events: list[int]) -> list[tuple[int, int, int]]:
    out: list[tuple[int, int, int]] = []
    for i in range(0, len(events), 500):
        query = (
            select(tables.lines.c.event, tables.lines.c.lot, tables.lines.c.mass)
            .join(tables.events, tables.events.c.n == tables.lines.c.event)
            .where(tables.lines.c.event.in_(events[i : i + 500]), tables.events.c.kind == _MAKE)
            .order_by(tables.lines.c.event, tables.lines.c.i)
        )
        out += [(int(e), int(n), int(m)) for e, n, m in connection.execute(query)]
    return out


def _nodes(
    connection: Connection, depth: dict[int, int], lots: set[int]
) -> tuple[dict[int, Node], dict[int, str]]:
    events: dict[int, Any] = {}
    made: dict[int, list[tuple[int, str]]] = {}
    wanted = sorted(depth)
    for i in range(0, len(wanted), 500):
        part = wanted[i : i + 500]
        events |= {
            int(r.n): r for r in connection.execute(select(tables.events).where(tables.events.c.n.in_(part)))
        }
        query = select(tables.lots.c.event, tables.lots.c.lot, tables.lots.c.product).where(
            tables.lots.c.event.in_(part)
        )
        for e, n, product in connection.execute(query.order_by(tables.lots.c.n)):
            made.setdefault(int(e), []).append((int(n), str(product)))
    numbers = {n for r in events.values() for n in (r.event, r.process, r.facility, r.issuer)} | lots
    t = words_of(connection, numbers | {n for born in made.values() for n, _ in born})
    places = {
        int(r.facility): r
        for r in connection.execute(select(tables.facilities).order_by(tables.facilities.c.n))
    }
    people = {
        int(r.party): r for r in connection.execute(select(tables.parties).order_by(tables.parties.c.n))
    }
    out = {}
    for e, r in events.items():
        place, party = places.get(r.facility), people.get(r.issuer)
        out[e] = Node(
            event=t[r.event],
            process=t[r.process] if KINDS[r.kind] == "make" else "",
            facility=t[r.facility],
            place=place.name if place else t[r.facility],
            country=place.country if place else "",
            province=place.province if place else "",
            issuer=t[r.issuer],
            party=party.name if party else t[r.issuer],
            operator=place.operator if place else "",
            time=int(r.time),
            lots=tuple(t[n] for n, _ in made.get(e, [])),
            products=tuple(p for _, p in made.get(e, [])),
            depth=depth[e],
        )
    return out, t
