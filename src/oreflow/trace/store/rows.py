"""Events to rows and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Self

from sqlalchemy import Connection, Row, Table, func, insert, select

from oreflow.trace.model import (
    ELEMENTS,
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
    Party,
)
from oreflow.trace.store import tables

KINDS = tuple(Kind)
CUSTODIES = tuple(Custody)
SIGNED = ("both", "out", "in")
MODES = ("", "sea", "land", "air")
_CODE = {e: i for i, e in enumerate(ELEMENTS)}
_PENDING = ("facilities", "parties", "events", "lots", "assays", "claims", "lines", "entries", "certificates",
            "documents", "seals", "conflicts")  # fmt: skip


class Rows:
    """Rows to be written in one transaction, numbered on from what stands there."""

    def __init__(self, last: dict[str, int]) -> None:
        self.last = last
        self.terms: dict[str, int] = {"": 0}
        self._rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _PENDING}

    @classmethod
    def after(cls, connection: Connection) -> Self:
        """Return an empty set of rows, numbered on from the tables."""
        numbered = ("terms", "facilities", "parties", "events", "lots", "documents", "conflicts")
        return cls(
            {
                name: int(connection.execute(select(func.max(tables.schema.tables[name].c.n))).scalar() or 0)
                for name in numbered
            }
        )

    @staticmethod
    def words(e: Event) -> Iterator[str]:
        """Return every name in an event."""
        yield from (e.event, e.issuer, e.facility, e.target, e.process, e.consignment, e.log, e.corrects)
        for line in e.inputs:
            yield line.lot
        for lot in e.outputs:
            yield from (lot.lot, lot.commodity, lot.owner, lot.country)
            for claim in lot.claims:
                yield claim.country
        for entry in e.entries:
            yield from (entry.account, entry.country)
        for certificate in e.certificates:
            yield certificate.certificate

    def learn(self, connection: Connection, words: Iterable[str]) -> None:
        """Give each name its number: the one it has, or a new one that is written at once."""
        unknown = [w for w in dict.fromkeys(words) if w not in self.terms]
        for i in range(0, len(unknown), 500):
            part = unknown[i : i + 500]
            query = select(tables.terms.c.term, tables.terms.c.n).where(tables.terms.c.term.in_(part))
            self.terms.update({str(t): int(n) for t, n in connection.execute(query)})
        new = [w for w in unknown if w not in self.terms]
        for i in range(0, len(new), 5000):
            values = [{"n": self._number("terms"), "term": w} for w in new[i : i + 5000]]
            self.terms.update((str(v["term"]), int(str(v["n"]))) for v in values)
            if connection.dialect.name == "sqlite":
                connection.execute(insert(tables.terms), values)
            else:
                connection.execute(insert(tables.terms).values(values))

    def facility(self, f: Facility) -> None:
        """Take a place."""
        self._rows["facilities"].append(
            {"n": self._number("facilities"), "facility": self.terms[f.facility], "name": f.name, "country": f.country,
             "lat": f.lat, "lon": f.lon, "plant": f.plant, "operator": f.operator, "province": f.province}
        )  # fmt: skip

    def party(self, p: Party) -> None:
        """Take a party."""
        self._rows["parties"].append(
            {"n": self._number("parties"), "party": self.terms[p.party], "name": p.name, "country": p.country,
             "firm": p.firm}
        )  # fmt: skip

    def event(self, e: Event, digest: bytes) -> None:
        """Take an event with its lots and lines; its names must have been learnt."""
        t, n = self.terms, self._number("events")
        self._rows["events"].append(
            {"n": n, "event": t[e.event], "kind": KINDS.index(e.kind), "time": e.time, "issuer": t[e.issuer],
             "facility": t[e.facility], "target": t[e.target], "process": t[e.process],
             "signed": SIGNED.index(e.signed), "consignment": t[e.consignment], "mode": MODES.index(e.mode),
             "log": t[e.log], "corrects": t[e.corrects], "hash": digest}
        )  # fmt: skip
        self._rows["lines"] += [
            {"i": i, "event": n, "lot": t[x.lot], "mass": x.mass} for i, x in enumerate(e.inputs)
        ]
        for lot in e.outputs:
            self._lot(lot, n)
        self._rows["entries"] += [
            {"i": i, "event": n, "account": t[x.account], "element": _CODE[x.element], "mass": x.mass,
             "country": t[x.country], "expires": x.expires}
            for i, x in enumerate(e.entries)
        ]  # fmt: skip
        self._rows["certificates"] += [
            {"i": i, "event": n, "certificate": t[c.certificate], "element": _CODE[c.element], "mass": c.mass,
             "retired": int(c.action == "retire")}
            for i, c in enumerate(e.certificates)
        ]  # fmt: skip

    def document(
        self,
        connection: Connection,
        name: str,
        form: str,
        body: bytes,
        seal: tuple[bytes, bytes] | None = None,
    ) -> None:
        """Take the document that an event was read from, with its salt and salted hash where it goes into a log."""
        self.learn(connection, [name])
        n = self._number("documents")
        self._rows["documents"].append({"n": n, "event": self.terms[name], "form": form, "body": body})
        if seal is not None:
            self._rows["seals"].append({"n": n, "salt": seal[0], "entry": seal[1]})

    def conflict(self, name: str, digest: bytes, body: bytes) -> None:
        """Take what was handed in under the name of an event that stands there with other contents."""
        self._rows["conflicts"].append(
            {"n": self._number("conflicts"), "event": self.terms[name], "hash": digest, "body": body}
        )

    def take(self) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
        """Return what is to be written, and forget it."""
        for name in _PENDING:
            if self._rows[name]:
                yield tables.schema.tables[name], self._rows[name]
                self._rows[name] = []

    def _lot(self, lot: Lot, event: int) -> None:
        t, n = self.terms, self._number("lots")
        self._rows["lots"].append(
            {"n": n, "lot": t[lot.lot], "event": event, "product": lot.product, "mass": lot.mass,
             "moisture": lot.moisture, "commodity": t[lot.commodity], "custody": CUSTODIES.index(lot.custody),
             "owner": t[lot.owner], "energy": lot.energy, "country": t[lot.country], "recycled": int(lot.recycled)}
        )  # fmt: skip
        self._rows["assays"] += [
            {"i": i, "lot": n, "element": _CODE[a.element], "share": a.share, "tolerance": a.tolerance}
            for i, a in enumerate(lot.assays)
        ]
        self._rows["claims"] += [
            {"i": i, "lot": n, "country": t[c.country], "share": c.share, "element": _CODE.get(c.element, -1)}
            for i, c in enumerate(lot.claims)
        ]

    def _number(self, table: str) -> int:
        self.last[table] += 1
        return self.last[table]


def events_of(connection: Connection, rows: Sequence[Row[Any]]) -> list[Event]:
    """Return the events of rows of the table of events, in their order."""
    numbers = [int(r.n) for r in rows]
    lines = _of(connection, tables.lines, "event", numbers)
    entries = _of(connection, tables.entries, "event", numbers)
    certificates = _of(connection, tables.certificates, "event", numbers)
    born = _of(connection, tables.lots, "event", numbers)
    lots = [int(b.n) for found in born.values() for b in found]
    assays = _of(connection, tables.assays, "lot", lots)
    claims = _of(connection, tables.claims, "lot", lots)
    words = {
        n
        for r in rows
        for n in (r.event, r.issuer, r.facility, r.target, r.process, r.consignment, r.log, r.corrects)
    }
    words |= {x.lot for found in lines.values() for x in found}
    words |= {x.certificate for found in certificates.values() for x in found}
    words |= {n for found in entries.values() for x in found for n in (x.account, x.country)}
    words |= {n for found in born.values() for b in found for n in (b.lot, b.commodity, b.owner, b.country)}
    words |= {c.country for found in claims.values() for c in found}
    t = words_of(connection, words)

    def lot(b: Row[Any]) -> Lot:
        return Lot(
            lot=t[b.lot],
            product=b.product,
            mass=int(b.mass),
            assays=tuple(Assay(ELEMENTS[a.element], a.share, a.tolerance) for a in assays.get(b.n, ())),
            moisture=b.moisture,
            commodity=t[b.commodity],
            custody=CUSTODIES[b.custody],
            owner=t[b.owner],
            claims=tuple(
                Claim(t[c.country], c.share, ELEMENTS[c.element] if c.element >= 0 else "")
                for c in claims.get(b.n, ())
            ),
            energy=None if b.energy is None else int(b.energy),
            country=t[b.country],
            recycled=bool(b.recycled),
        )

    return [
        Event(
            event=t[r.event],
            kind=KINDS[r.kind],
            time=int(r.time),
            issuer=t[r.issuer],
            facility=t[r.facility],
            target=t[r.target],
            process=t[r.process],
            inputs=tuple(Line(t[x.lot], int(x.mass)) for x in lines.get(r.n, ())),
            outputs=tuple(lot(b) for b in born.get(r.n, ())),
            entries=tuple(
                Entry(t[x.account], ELEMENTS[x.element], int(x.mass), t[x.country], x.expires)
                for x in entries.get(r.n, ())
            ),
            certificates=tuple(
                Certificate(
                    t[c.certificate], ELEMENTS[c.element], int(c.mass), "retire" if c.retired else "issue"
                )
                for c in certificates.get(r.n, ())
            ),
            signed=SIGNED[r.signed],  # type: ignore[arg-type]
            consignment=t[r.consignment],
            mode=MODES[r.mode],
            log=t[r.log],
            corrects=t[r.corrects],
        )
        for r in rows
    ]


def event_of(connection: Connection, row: Row[Any]) -> Event:
    """Return the event of a row of the table of events."""
    return events_of(connection, [row])[0]


def words_of(connection: Connection, numbers: Iterable[int]) -> dict[int, str]:
    """Return the names of numbers; 0 is the empty one."""
    wanted = sorted(set(numbers) - {0})
    out = {0: ""}
    for i in range(0, len(wanted), 500):
        query = select(tables.terms).where(tables.terms.c.n.in_(wanted[i : i + 500]))
        out.update({int(n): str(term) for n, term in connection.execute(query)})
    return out


def _of(connection: Connection, table: Table, column: str, numbers: Sequence[int]) -> dict[int, list[Any]]:
    """Return the rows of a table that belong to some numbers, each in its order."""
    order = table.c.i if "i" in table.c else table.c.n
    out: dict[int, list[Any]] = {}
    for i in range(0, len(numbers), 500):
        query = select(table).where(table.c[column].in_(numbers[i : i + 500])).order_by(order)
        for row in connection.execute(query):
            out.setdefault(int(getattr(row, column)), []).append(row)
    return out
