"""The ledger: events go in and stay as they are."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, Table, func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from oreflow.errors import DataError, OreflowError, ReadError, UnknownNameError
from oreflow.trace.model import Event, Facility, Party, content
from oreflow.trace.store import connect, tables
from oreflow.trace.store.flows import Flows
from oreflow.trace.store.rows import KINDS, MODES, SIGNED, Rows, event_of, events_of

_BATCH = 5000
_PARAMETERS = 20_000


@dataclass(frozen=True, slots=True)
class Added:
    """What became of events that were handed in.

    Attributes:
        added: Events that are new.
        known: Events that stood there already with the same contents.
        conflicts: Events that stood there with other contents; kept aside as evidence, never put in place.
    """

    added: tuple[str, ...]
    known: tuple[str, ...]
    conflicts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A document that belongs into a log.

    Attributes:
        n: Its number.
        event: Event or credential that it says.
        form: Its form.
        body: Its bytes.
        salt: Salt of its hash.
        entry: Salted hash that enters the log.
        place: Place in the log; none until it is there.
    """

    n: int
    event: str
    form: str
    body: bytes
    salt: bytes
    entry: bytes
    place: int | None


class Ledger:
    """A ledger of events, append-only.

    Args:
        engine: Engine of its database; `create` and `open` make one.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def create(cls, place: str | Path) -> Self:
        """Make an empty ledger.

        Args:
            place: Path of a SQLite file that does not exist yet, or a URL of an empty database.

        Returns:
            The ledger.

        Raises:
            OreflowError: There is one already, or the database cannot be reached.
        """
        engine = connect.engine_of(place)
        file = connect.file_of(engine)
        if file is not None and file.exists():
            raise OreflowError(
                f"{file} is there already. A ledger is never written over; choose another name."
            )
        if file is not None and not file.parent.is_dir():
            raise OreflowError(f"{file.parent} is no folder. Make it first.")
        try:
            with connect.writing(engine) as connection:
                if connection.dialect.has_table(connection, "meta"):
                    raise OreflowError("this database holds a ledger already. Choose an empty one.")
                tables.create(connection)
                connection.execute(insert(tables.meta), [{"key": "schema", "value": str(tables.VERSION)}])
        except OreflowError:
            engine.dispose()
            raise
        return cls(engine)

    @classmethod
    def open(cls, place: str | Path) -> Self:
        """Open a ledger that is there.

        Args:
            place: Path of its SQLite file, or its URL.

        Returns:
            The ledger.

        Raises:
            ReadError: There is no ledger, or it is of a later version.
            OreflowError: The database cannot be reached.
        """
        engine = connect.engine_of(place)
        file = connect.file_of(engine)
        if file is not None and not file.is_file():
            raise ReadError(f"{file} does not exist. Make a ledger with: oreflow trace init {file}")
        name = file or "this database"
        try:
            with engine.connect() as connection:
                version = connection.execute(
                    select(tables.meta.c.value).where(tables.meta.c.key == "schema")
                ).scalar()
        except SQLAlchemyError as e:
            engine.dispose()
            raise ReadError(
                f"{name} holds no ledger: {str(getattr(e, 'orig', e)).splitlines()[0][:200]}."
            ) from e
        if version != str(tables.VERSION):
            engine.dispose()
            raise ReadError(f"{name} is a ledger of version {version}; this oreflow knows {tables.VERSION}.")
        return cls(engine)

    def close(self) -> None:
        """Give the database back."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(
        self,
        events: Iterable[Event] = (),
        *,
        facilities: Iterable[Facility] = (),
        parties: Iterable[Party] = (),
        documents: Iterable[tuple[str, str, bytes]] = (),
        seal: Callable[[bytes], tuple[bytes, bytes]] | None = None,
        keep_conflicts: bool = False,
    ) -> Added:
        """Append events, all of them or none.

        Args:
            events: Events; one that stands there with the same contents is passed over.
            facilities: Places; the last word on one counts.
            parties: Parties; the last word on one counts.
            documents: Event, form (``untp``, ``epcis``) and bytes that it was read from; those of events that are not
                new are passed over.
            seal: Makes the salt and the salted hash of a document that is to go into a log.
            keep_conflicts: Keep an event that stands there with other contents aside as evidence instead of refusing
                everything.

        Returns:
            What became of them. When this returns, they are on disk.

        Raises:
            DataError: An event stands there with other contents.
            OreflowError: The database refuses.
        """
        added: list[str] = []
        known: list[str] = []
        clashes: list[str] = []
        stream = iter(events)
        with connect.writing(self.engine) as connection:
            rows = Rows.after(connection)
            places, people = list(facilities), list(parties)
            rows.learn(connection, [p.facility for p in places] + [p.party for p in people])
            for place in places:
                rows.facility(place)
            for party in people:
                rows.party(party)
            for batch in _batches(stream):
                plain = [(e, body := content(e), hashlib.sha256(body).digest()) for e in batch]
                rows.learn(connection, (t for e in batch for t in Rows.words(e)))
                before = self._hashes(connection, rows, batch)
                for e, body, digest in plain:
                    stands = before.get(e.event)
                    if stands is None:
                        rows.event(e, digest)
                        before[e.event] = digest
                        added.append(e.event)
                    elif stands == digest:
                        known.append(e.event)
                    elif keep_conflicts:
                        rows.conflict(e.event, digest, body)
                        clashes.append(e.event)
                    else:
                        raise DataError(
                            f"event {e.event} stands in the ledger with other contents. Nothing is rewritten: hand in "
                            "a new event that names it under 'corrects'."
                        )
                self._write(connection, rows)
            old = {*known, *clashes}
            for name, form, body in documents:
                if name not in old and not self._kept(connection, name, body):
                    rows.document(connection, name, form, body, seal(body) if seal else None)
            self._write(connection, rows)
        return Added(tuple(added), tuple(known), tuple(clashes))

    def __len__(self) -> int:
        with connect.reading(self.engine) as connection:
            return int(connection.execute(select(func.count()).select_from(tables.events)).scalar_one())

    def event(self, name: str) -> Event:
        """Return an event.

        Args:
            name: Its identifier.

        Returns:
            The event as it was added.

        Raises:
            UnknownNameError: There is none of that name.
        """
        with connect.reading(self.engine) as connection:
            n = term_of(connection, name)
            row = connection.execute(select(tables.events).where(tables.events.c.event == n)).first()
            if row is None:
                raise UnknownNameError("event", name, like(connection, name, tables.events.c.event))
            return event_of(connection, row)

    def events(self) -> Iterator[Event]:
        """Return all events in the order in which they were added."""
        with connect.reading(self.engine) as connection:
            rows = connection.execute(select(tables.events).order_by(tables.events.c.n)).all()
            for i in range(0, len(rows), _BATCH):
                yield from events_of(connection, rows[i : i + _BATCH])

    def documents(self, name: str = "") -> list[tuple[str, str, bytes]]:
        """Return the documents that events were read from: event, form and bytes, in the order added.

        Args:
            name: Event; all of them when empty.
        """
        query = (
            select(tables.terms.c.term, tables.documents.c.form, tables.documents.c.body)
            .join(tables.terms, tables.terms.c.n == tables.documents.c.event)
            .order_by(tables.documents.c.n)
        )
        with connect.reading(self.engine) as connection:
            if name:
                query = query.where(tables.terms.c.term == name)
            return [(str(t), str(f), bytes(b)) for t, f, b in connection.execute(query)]

    def sealed(self) -> list[Sealed]:
        """Return the documents that belong into a log, in the order added."""
        d, s, g = tables.documents, tables.seals, tables.logged
        query = (
            select(d.c.n, tables.terms.c.term, d.c.form, d.c.body, s.c.salt, s.c.entry, g.c.place)
            .join(s, s.c.n == d.c.n)
            .join(g, g.c.n == d.c.n, isouter=True)
            .join(tables.terms, tables.terms.c.n == d.c.event)
            .order_by(d.c.n)
        )
        with connect.reading(self.engine) as connection:
            return [
                Sealed(int(n), str(t), str(f), bytes(b), bytes(x), bytes(e), None if p is None else int(p))
                for n, t, f, b, x, e, p in connection.execute(query)
            ]

    def mark(self, places: Iterable[tuple[int, int]]) -> None:
        """Write down where in the log documents stand: number of the document and place."""
        rows = [{"n": n, "place": place} for n, place in places]
        if rows:
            with connect.writing(self.engine) as connection:
                _insert(connection, tables.logged, rows)

    def flows(self) -> Flows:
        """Return everything as arrays, as the audit and the origins read it."""
        with connect.reading(self.engine) as connection:
            return Flows.read(connection)

    @staticmethod
    def _hashes(connection: Connection, rows: Rows, batch: Sequence[Event]) -> dict[str, bytes]:
        numbers = [rows.terms[e.event] for e in batch]
        back = {rows.terms[e.event]: e.event for e in batch}
        out: dict[str, bytes] = {}
        for i in range(0, len(numbers), 500):
            query = select(tables.events.c.event, tables.events.c.hash).where(
                tables.events.c.event.in_(numbers[i : i + 500])
            )
            out.update({back[n]: bytes(h) for n, h in connection.execute(query)})
        return out

    @staticmethod
    def _kept(connection: Connection, name: str, body: bytes) -> bool:
        d = tables.documents
        query = select(d.c.n).join(tables.terms, tables.terms.c.n == d.c.event)
        return (
            connection.execute(query.where(tables.terms.c.term == name, d.c.body == body)).first() is not None
        )

    @staticmethod
    def _write(connection: Connection, rows: Rows) -> None:
        for table, values in rows.take():
            _insert(connection, table, values)


def term_of(connection: Connection, text: str) -> int:
    """Return the number of a term, -1 where it is not known."""
    n = connection.execute(select(tables.terms.c.n).where(tables.terms.c.term == text)).scalar()
    return -1 if n is None else int(n)


def like(connection: Connection, name: str, column: Any) -> list[str]:
    """Return names that may have been meant: those that share the end or the beginning of a mistyped one."""
    part = name[-8:] if len(name) > 8 else name
    safe = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    query = (
        select(tables.terms.c.term)
        .join(column.table, tables.terms.c.n == column)
        .where(tables.terms.c.term.like(f"%{safe[:6]}%", escape="\\"))
        .limit(200)
    )
    return [str(t) for (t,) in connection.execute(query)]


def _batches(stream: Iterator[Event]) -> Iterator[list[Event]]:
    while batch := list(islice(stream, _BATCH)):
        yield batch


def _insert(connection: Connection, table: Table, values: list[dict[str, Any]]) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(insert(table), values)
        return
    # The driver for PostgreSQL sends one row a round trip; many rows a statement are far quicker.
    size = max(1, _PARAMETERS // len(table.columns))
    for i in range(0, len(values), size):
        connection.execute(insert(table).values(values[i : i + size]))


__all__ = ["KINDS", "MODES", "SIGNED", "Added", "Ledger", "Sealed", "like", "term_of"]
