"""Everything in a ledger as arrays: what the audit and the origins compute with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Table, select

from oreflow.trace.model import ELEMENTS, Facility, Kind, Party
from oreflow.trace.model.amounts import PPB
from oreflow.trace.store import tables
from oreflow.trace.store.rows import KINDS

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]

NONE = np.iinfo(np.int64).min
"""Stands for what is not stated in an array of whole numbers."""


@dataclass(frozen=True)
class Flows:
    """A ledger as arrays. An event or lot is meant by its place in them, a name by its number in `terms`.

    Attributes:
        terms: Names; the empty one is number 0.
        events: Column of the table of events to its values, shape (events,), in the order added.
        live: Whether an event still counts: it was not corrected by its own issuer, shape (events,).
        wrongly: Events that correct somebody else's record, or one that is not there, places.
        lots: Column of the table of lots to its values, shape (lots,); `event` is a place.
        products: What each lot is.
        first: Number of a name to the first live lot of that name, -1 for none, shape (terms,).
        elements: Elements that are assayed anywhere.
        share: Share of each element in the mass as weighed, shape (lots, elements); NaN where not assayed.
        tolerance: Relative tolerance of the share, shape (lots, elements); NaN where none is stated.
        lines: Parts of lots that events take: `event` (place), `lot` (number of the name), `mass` (mg).
        entries: Lines of mass-balance accounts.
        certificates: Certificates issued and retired.
        claims: Claimed origins: `lot` (place), `country` (number), `share` (billionths), `element` (code, -1 for all).
        facilities: Number of the name to the place.
        parties: Number of the name to the party.
        conflicts: Numbers of the names of events that were handed in again with other contents.
    """

    terms: list[str]
    events: dict[str, Ints]
    live: Bools
    wrongly: Ints
    lots: dict[str, Ints]
    products: list[str]
    first: Ints
    elements: tuple[str, ...]
    share: Floats
    tolerance: Floats
    lines: dict[str, Ints]
    entries: dict[str, Ints]
    certificates: dict[str, Ints]
    claims: dict[str, Ints]
    facilities: dict[int, Facility]
    parties: dict[int, Party]
    conflicts: Ints

    @classmethod
    def read(cls, connection: Connection) -> Self:
        """Read everything from a database."""
        terms = [""]
        rows = _rows(connection, tables.terms, ("n", "term"))
        terms += [""] * (max((n for n, _ in rows), default=0))
        for n, term in rows:
            terms[n] = term
        events = _columns(connection, tables.events, order="n", leave=("hash",))
        place = _places(events["n"])
        lots = _columns(connection, tables.lots, order="n", leave=("product",))
        lots["event"] = place[lots["event"]]
        products = [p for (p,) in _rows(connection, tables.lots, ("product",), "n")]
        live, wrongly = _alive(events, len(terms))
        first = _first(lots, live, len(terms))
        elements, share, tolerance = _assays(connection, lots)
        claims = _columns(connection, tables.claims)
        claims["lot"] = _places(lots["n"])[claims["lot"]]
        out = {}
        for table in (tables.lines, tables.entries, tables.certificates):
            out[table.name] = _columns(connection, table)
            out[table.name]["event"] = place[out[table.name]["event"]]
        return cls(
            terms=terms,
            events=events,
            live=live,
            wrongly=wrongly,
            lots=lots,
            products=products,
            first=first,
            elements=elements,
            share=share,
            tolerance=tolerance,
            lines=out["lines"],
            entries=out["entries"],
            certificates=out["certificates"],
            claims=claims,
            facilities={
                r[0]: Facility(terms[r[0]], *r[1:])
                for r in _rows(connection, tables.facilities,
                               ("facility", "name", "country", "lat", "lon", "plant", "operator", "province"), "n")
            },
            parties={
                r[0]: Party(terms[r[0]], *r[1:])
                for r in _rows(connection, tables.parties, ("party", "name", "country", "firm"), "n")
            },
            conflicts=np.array(
                [r[0] for r in _rows(connection, tables.conflicts, ("event",), "n")], dtype=np.int64
            ),
        )  # fmt: skip

    def names(self, places: Any) -> tuple[str, ...]:
        """Return the identifiers of events."""
        return tuple(self.terms[self.events["event"][i]] for i in np.atleast_1d(places))

    def lot_names(self, places: Any) -> tuple[str, ...]:
        """Return the identifiers of lots."""
        return tuple(self.terms[self.lots["lot"][i]] for i in np.atleast_1d(places))

    def kind(self, *kinds: Kind) -> Bools:
        """Return which live events are of some kinds."""
        wanted = np.isin(self.events["kind"], [KINDS.index(k) for k in kinds])
        return np.asarray(wanted & self.live)


def _alive(events: dict[str, Ints], terms: int) -> tuple[Bools, Ints]:
    """Return which events count, and which correct what they may not.

    The last word goes first. What was corrected does not count; a correction that was withdrawn by a ``correct``
    record is as if it had never been, while one that was replaced by a better one still stands against the first.
    """
    place = np.full(terms, -1, dtype=np.int64)
    place[events["event"]] = np.arange(len(events["event"]))
    live = np.ones(len(events["event"]), dtype=bool)
    withdrawn = np.zeros(len(live), dtype=bool)
    withdraws = events["kind"] == KINDS.index(Kind.CORRECT)
    wrongly = []
    for i in np.flatnonzero(events["corrects"])[::-1]:
        target = place[events["corrects"][i]]
        if target < 0 or target >= i or events["issuer"][target] != events["issuer"][i]:
            wrongly.append(int(i))
        elif not withdrawn[i]:
            live[target] = False
            withdrawn[target] = withdraws[i]
    return live, np.array(sorted(wrongly), dtype=np.int64)


def _first(lots: dict[str, Ints], live: Bools, terms: int) -> Ints:
    out = np.full(terms, -1, dtype=np.int64)
    counted = np.flatnonzero(live[lots["event"]])[::-1]
    out[lots["lot"][counted]] = counted
    return out


def _assays(connection: Connection, lots: dict[str, Ints]) -> tuple[tuple[str, ...], Floats, Floats]:
    got = _columns(connection, tables.assays)
    codes, column = np.unique(got["element"], return_inverse=True)
    share = np.full((len(lots["n"]), len(codes)), np.nan)
    tolerance = np.full_like(share, np.nan)
    at = _places(lots["n"])[got["lot"]]
    dry = 1.0 - lots["moisture"][at] / PPB
    share[at, column] = got["share"] / PPB * dry
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.where(got["share"] > 0, got["tolerance"] / got["share"], 0.0)
    tolerance[at, column] = np.where(got["tolerance"] == NONE, np.nan, relative)
    return tuple(ELEMENTS[c] for c in codes), share, tolerance


def _places(numbers: Ints) -> Ints:
    """Return the place of each number, as an array to look them up in."""
    out = np.full(int(numbers.max(initial=0)) + 1, -1, dtype=np.int64)
    out[numbers] = np.arange(len(numbers))
    return out


def _rows(connection: Connection, table: Table, columns: tuple[str, ...], order: str = "") -> list[Any]:
    return list(_cursor(connection, table, columns, order).fetchall())


def _cursor(connection: Connection, table: Table, columns: tuple[str, ...], order: str) -> Any:
    """Return the driver's own cursor: rows in bulk need no wrapping each."""
    query = select(*(table.c[c] for c in columns))
    query = query.order_by(table.c[order]) if order else query
    return connection.exec_driver_sql(str(query.compile(connection.engine))).cursor


def _columns(
    connection: Connection, table: Table, order: str = "", leave: tuple[str, ...] = ()
) -> dict[str, Ints]:
    names = tuple(c.name for c in table.columns if c.name not in leave)
    out: dict[str, list[Ints]] = {name: [] for name in names}
    found = _cursor(connection, table, names, order)
    # In parts: a list of a million tuples takes more memory than the arrays made of it.
    while part := found.fetchmany(50_000):
        for name, values in zip(names, zip(*part, strict=True), strict=True):
            if None in values:
                values = tuple(NONE if v is None else v for v in values)
            out[name].append(np.array(values, dtype=np.int64))
    return {n: np.concatenate(v) if v else np.zeros(0, dtype=np.int64) for n, v in out.items()}
