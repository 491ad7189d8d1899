"""Origin of one lot, answered in milliseconds from shares that are kept beside the ledger."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import Connection, delete, func, insert, select

from oreflow.atlas import World
from oreflow.errors import UnknownNameError
from oreflow.trace.knowledge import Knowledge
from oreflow.trace.model import ELEMENTS, Lot
from oreflow.trace.origin.mixing import MASS, Mixes, Source, mix
from oreflow.trace.store import Ledger, connect, tables
from oreflow.trace.store.flows import Flows
from oreflow.trace.store.ledger import like, term_of
from oreflow.trace.store.rows import event_of

_NAMES = (*ELEMENTS, MASS)
_RECORD = np.dtype([("source", "<u4"), ("share", "<f8")])
_FEWEST = 1e-12


@dataclass(frozen=True, slots=True)
class Share:
    """A share of a metal that comes from one source.

    Attributes:
        source: The source.
        share: Share, 0 to 1.
    """

    source: Source
    share: float


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the metal of a lot comes from.

    Attributes:
        lot: The lot.
        event: Event that made it.
        metals: Metal to its sources, the largest share first; `mass` where no metal is assayed.
        by_country: Metal to country to share; the country is empty where it is not stated.
        by_firm: Metal to party to share.
        by_bloc: Metal to bloc of the atlas to share; a country may be in several or none.
        recycled: Metal to the share that comes from waste.
        unknown: Metal to the share whose making is not on record.
        firms: Party to its name, as far as known.
    """

    lot: Lot
    event: str
    metals: dict[str, tuple[Share, ...]]
    by_country: dict[str, dict[str, float]] = field(default_factory=dict)
    by_firm: dict[str, dict[str, float]] = field(default_factory=dict)
    by_bloc: dict[str, dict[str, float]] = field(default_factory=dict)
    recycled: dict[str, float] = field(default_factory=dict)
    unknown: dict[str, float] = field(default_factory=dict)
    firms: dict[str, str] = field(default_factory=dict)


def origin(ledger: Ledger, lot: str, *, world: World) -> Origin:
    """Return where the metal of a lot comes from, as the records of its inputs show it.

    The shares are computed for all lots when the ledger has grown, and read afterwards.

    Args:
        ledger: Ledger.
        lot: Identifier of the lot.
        world: World with the blocs of countries.

    Returns:
        Shares by source, country, firm and bloc, for each metal.

    Raises:
        UnknownNameError: There is no such lot.
    """
    compile_origins(ledger)
    with connect.reading(ledger.engine) as connection:
        n = term_of(connection, lot)
        events = tables.events
        query = (
            select(events).join(tables.lots, tables.lots.c.event == events.c.n).where(tables.lots.c.lot == n)
        )
        found = connection.execute(query.order_by(events.c.n)).all()
        if not found:
            raise UnknownNameError("lot", lot, like(connection, lot, tables.lots.c.lot))
        kept = {int(r.event): bytes(r.body) for r in connection.execute(
            select(tables.origins).where(tables.origins.c.event.in_([r.n for r in found])))}  # fmt: skip
        row = next((r for r in found if r.n in kept), found[0])
        event = event_of(connection, row)
        sources = _sources(connection)
        metals = _unpack(kept.get(row.n, b""), sources)
        parties = sorted({s.source.party for shares in metals.values() for s in shares} - {""})
        firms = _firms(connection, parties)
    born = next(o for o in event.outputs if o.lot == lot)
    return _told(Origin(born, event.event, metals, firms=firms), Knowledge.of(world))


def compile_origins(ledger: Ledger) -> bool:
    """Compute the shares of all lots and keep them, where the ledger has grown since.

    Args:
        ledger: Ledger.

    Returns:
        Whether anything had to be computed.
    """
    with connect.reading(ledger.engine) as connection:
        if _kept(connection) == _state(connection):
            return False
    with connect.writing(ledger.engine) as connection:
        state = _state(connection)
        if _kept(connection) == state:  # somebody else was quicker
            return False
        flows = Flows.read(connection)
        _keep(connection, flows, mix(flows), state)
    return True


def _state(connection: Connection) -> bytes:
    counts = [
        int(connection.execute(select(func.max(t.c.n))).scalar() or 0)
        for t in (tables.events, tables.facilities, tables.parties)
    ]
    return json.dumps(counts).encode("ascii")


def _kept(connection: Connection) -> bytes | None:
    value = connection.execute(select(tables.derived.c.value).where(tables.derived.c.key == "state")).scalar()
    return None if value is None else bytes(value)


def _keep(connection: Connection, flows: Flows, mixes: Mixes, state: bytes) -> None:
    for table in tables.DERIVED:
        connection.execute(delete(table))
    bodies = _pack(flows, mixes)
    numbers = flows.events["n"]
    rows = [{"event": int(numbers[e]), "body": body} for e, body in bodies.items()]
    for i in range(0, len(rows), 5000):
        part = rows[i : i + 5000]
        if connection.dialect.name == "sqlite":
            connection.execute(insert(tables.origins), part)
        else:
            connection.execute(insert(tables.origins).values(part))
    plain = [[s.facility, s.country, s.party, s.recycled, s.recorded] for s in mixes.sources]
    connection.execute(
        insert(tables.derived),
        [{"key": "sources", "value": json.dumps(plain).encode("utf-8")}, {"key": "state", "value": state}],
    )


def _pack(flows: Flows, mixes: Mixes) -> dict[int, bytes]:
    """Return what is kept of each event: for each metal in its lots, the code, the count and the shares."""
    lots = flows.lots["event"][flows.live[flows.lots["event"]]]
    assayed = np.zeros((len(flows.live), len(flows.elements)), dtype=bool)
    np.logical_or.at(assayed, flows.lots["event"], np.nan_to_num(flows.share) > 0)
    # What was never assayed is told by the metals of what it was made of.
    fed = flows.first[flows.lines["lot"]]
    told = np.asarray(np.any(assayed, axis=1))
    blind = ~told[flows.lines["event"]] & (fed >= 0)
    used = np.zeros_like(assayed)
    np.logical_or.at(used, flows.lines["event"][blind], np.nan_to_num(flows.share[fed[blind]]) > 0)
    assayed |= used
    out: dict[int, list[bytes]] = {int(e): [] for e in np.unique(lots)}
    for column, name in enumerate(mixes.elements):
        matrix, code = mixes.shares[column], _NAMES.index(name)
        wanted = np.flatnonzero(assayed[:, column]) if column < len(flows.elements) else np.array(list(out))
        for e in wanted:
            a, b = matrix.indptr[e], matrix.indptr[e + 1]
            record = np.zeros(b - a, dtype=_RECORD)
            record["source"], record["share"] = matrix.indices[a:b], matrix.data[a:b]
            record = record[record["share"] > _FEWEST]
            if int(e) in out and len(record):
                out[int(e)].append(
                    code.to_bytes(2, "little") + len(record).to_bytes(4, "little") + record.tobytes()
                )
    return {e: b"".join(parts) for e, parts in out.items()}


def _unpack(body: bytes, sources: list[Source]) -> dict[str, tuple[Share, ...]]:
    out, i = {}, 0
    while i < len(body):
        name, count = (
            _NAMES[int.from_bytes(body[i : i + 2], "little")],
            int.from_bytes(body[i + 2 : i + 6], "little"),
        )
        record = np.frombuffer(body, dtype=_RECORD, count=count, offset=i + 6)
        shares = [Share(sources[r["source"]], float(r["share"])) for r in record]
        out[name] = tuple(sorted(shares, key=lambda s: (-s.share, s.source.facility, s.source.country)))
        i += 6 + count * _RECORD.itemsize
    if len(out) > 1:
        out.pop(MASS, None)
    return out


def _sources(connection: Connection) -> list[Source]:
    value = connection.execute(
        select(tables.derived.c.value).where(tables.derived.c.key == "sources")
    ).scalar()
    return [Source(*row) for row in json.loads(bytes(value or b"[]"))]


def _firms(connection: Connection, parties: list[str]) -> dict[str, str]:
    query = (
        select(tables.terms.c.term, tables.parties.c.name)
        .join(tables.parties, tables.parties.c.party == tables.terms.c.n)
        .where(tables.terms.c.term.in_(parties))
        .order_by(tables.parties.c.n)
    )
    return {str(t): str(name) for t, name in connection.execute(query)}


def _told(found: Origin, knows: Knowledge) -> Origin:
    def grouped(of: Any) -> dict[str, dict[str, float]]:
        out: dict[str, dict[str, float]] = {}
        for metal, shares in found.metals.items():
            group: dict[str, float] = {}
            for s in shares:
                for key in of(s.source):
                    group[key] = group.get(key, 0.0) + s.share
            out[metal] = dict(sorted(group.items(), key=lambda p: (-p[1], p[0])))
        return out

    return Origin(
        found.lot,
        found.event,
        found.metals,
        by_country=grouped(lambda s: (s.country,)),
        by_firm=grouped(lambda s: (s.party,)),
        by_bloc=grouped(lambda s: knows.bloc(s.country)),
        recycled={m: sum(s.share for s in x if s.source.recycled) for m, x in found.metals.items()},
        unknown={m: sum(s.share for s in x if not s.source.recorded) for m, x in found.metals.items()},
        firms=found.firms,
    )
