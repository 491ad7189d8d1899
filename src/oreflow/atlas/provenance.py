"""Where a number comes from: value, unit, source, method and what contradicts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from oreflow.atlas.check.chain import Chain
from oreflow.atlas.check.claims import statements
from oreflow.atlas.check.finding import keys
from oreflow.atlas.methods import Method, find
from oreflow.atlas.quantities import plain, units_of
from oreflow.atlas.records import records
from oreflow.atlas.schema import PROVENANCE, tables
from oreflow.atlas.world import World
from oreflow.errors import UnknownNameError, UsageError

_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Figure:
    """One cell.

    Attributes:
        column: Its column.
        value: Number, text, truth value or list; ``None`` where missing.
        unit: Unit of a number; empty for the rest.
        description: What the column holds.
    """

    column: str
    value: Any
    unit: str
    description: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim about the row.

    Attributes:
        claim: Its key.
        attribute: Column it speaks of.
        said: What it says, with its own unit.
        speaker: Who says so.
        date: When; empty if unknown.
        source: Sources, with their titles.
        used: True if the world uses it.
        distance: How far the figure in use lies outside what it says, as a share; ``None`` if it cannot be
            compared.
    """

    claim: str
    attribute: str
    said: str
    speaker: str
    date: str
    source: tuple[str, ...]
    used: bool
    distance: float | None


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a row, or one figure of it, comes from.

    Attributes:
        table: Table.
        key: Key of the row, its parts joined by ``.``.
        column: Column asked for; empty when the whole row was.
        figures: The figure asked for, or all figures of the row.
        quality: ``reported``, ``derived``, ``imputed`` or ``assumed``.
        vintage: Edition or date of the figure.
        note: What a reader must know.
        method: Function that derived or imputed it; ``None`` when none did.
        method_name: Name of that function as the table has it.
        sources: Rows of the table of sources, in the order they are named.
        claims: Statements about it, those that agree and those that do not.
    """

    table: str
    key: str
    column: str
    figures: tuple[Figure, ...]
    quality: str
    vintage: str
    note: str
    method: Method | None
    method_name: str
    sources: tuple[dict[str, Any], ...]
    claims: tuple[Statement, ...]


def trace(world: World, key: str) -> Trace:
    """Say where a number comes from.

    Args:
        world: World it stands in.
        key: ``table.key.column`` or ``table.key``, with the parts of a key joined by ``.``, e.g.
            ``plants.jianxiawo.capacity`` or ``prices.lithium_carbonate.CHN.2025``. The table may be left out
            where the key stands in one table only; a name or alias (``Jianxiawo``) does as well. Trade is also
            found as ``commodity:ORIGIN>DESTINATION`` and mixes as ``use@REGION:cell``.

    Returns:
        The row or figure with its provenance.

    Raises:
        UnknownNameError: Nothing is called so; the nearest are named.
        UsageError: It fits several rows; they are named.
    """
    table, row, column = _locate(world, key.strip())
    schema = tables()[table]
    frame = world[table].iloc[[row]]
    record = records(frame, schema)[0]
    shown = [column] if column else [c for c in schema.columns if c not in PROVENANCE]
    figures = tuple(
        Figure(
            c,
            record[c],
            units_of(world, table, frame, schema[c])[0] if schema[c].unit and record[c] is not None else "",
            schema[c].description,
        )
        for c in shown
    )
    method = str(record.get("method") or "")
    named = record.get("source") or ""
    joined = keys(table, frame)[0]
    return Trace(
        table=table,
        key=joined,
        column=column,
        figures=figures,
        quality=str(record.get("quality") or ""),
        vintage=str(record.get("vintage") or ""),
        note=str(record.get("note") or ""),
        method=find(method) if method else None,
        method_name=method,
        sources=() if table == "sources" else _sources(world, str(named)),
        claims=_claims(world, table, joined, column),
    )


def _locate(world: World, key: str) -> tuple[str, int, str]:
    schema = tables()
    head, _, rest = key.partition(".")
    if head in schema and rest:
        return _in_table(world, head, rest, key)
    if head in schema:
        raise UsageError(f"{head!r} is a table. Add a row of it, e.g. {_example(world, head)!r}.")
    found = _special(world, key) or _anywhere(world, key)
    if len(found) == 1:
        return found[0]
    if found:
        places = [".".join(p for p in (t, keys(t, world[t].iloc[[i]])[0], c) if p) for t, i, c in found]
        more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
        raise UsageError(f"{key!r} fits {', '.join(places[:_SHOWN])}{more}. Say which.")
    raise UnknownNameError("key", key, _known(world))


def _in_table(world: World, table: str, rest: str, key: str) -> tuple[str, int, str]:
    frame, columns = world[table], tables()[table].columns
    joined = {k: i for i, k in enumerate(keys(table, frame))}
    if rest in joined:
        return table, joined[rest], ""
    stem, _, column = rest.rpartition(".")
    if stem in joined:
        if column not in columns:
            raise UnknownNameError("column", column, columns, where=key)
        return table, joined[stem], column
    named = _by_name(world, table, rest) or _by_name(world, table, stem)
    if len(named) == 1:
        return table, named[0], column if not _by_name(world, table, rest) and column in columns else ""
    begun = [k for k in joined if k.startswith(f"{rest}.")]
    if begun:
        parts = " and ".join(tables()[table].key[rest.count(".") + 1 :])
        some = ", ".join(f"{table}.{k}" for k in begun[:3])
        raise UsageError(f"{key!r} fits {len(begun)} rows. Add {parts}, e.g. {some}.")
    raise UnknownNameError(f"row of {table}", rest, joined)


def _special(world: World, key: str) -> list[tuple[str, int, str]]:
    """Trade as ``commodity:ORIGIN>DESTINATION`` (newest year) and mixes as ``use@REGION:cell``."""
    if ":" not in key:
        return []
    left, _, right = key.partition(":")
    if ">" in right:
        origin, _, destination = right.partition(">")
        t = world["trade"]
        hit = t[(t["commodity"] == left) & (t["origin"] == origin) & (t["destination"] == destination)]
        newest = hit.index[hit["year"] == hit["year"].max()]
        return [("trade", int(i), "") for i in newest]
    use, _, region = left.partition("@")
    m = world["mixes"]
    hit = m[(m["use"] == use) & (m["region"] == region) & (m["cell"] == right)]
    return [("mixes", int(i), "") for i in hit.index]


def _anywhere(world: World, key: str) -> list[tuple[str, int, str]]:
    """Rows of tables with a single key, by key, then by name or alias; a column may follow."""
    stem, _, last = key.rpartition(".")
    for text, column in ((key, ""), (stem, last)):
        if not text:
            continue
        found: list[tuple[str, int, str]] = []
        for name, table in tables().items():
            if len(table.key) == 1 and (not column or column in table.columns):
                rows = world[name].index[world[name][table.key[0]] == text]
                found += [(name, int(i), column) for i in rows]
        if not found:
            for name, table in tables().items():
                if not column or column in table.columns:
                    found += [(name, i, column) for i in _by_name(world, name, text)]
        if found:
            return found
    return []


def _by_name(world: World, table: str, text: str) -> list[int]:
    frame = world[table]
    if "name" not in frame.columns or not text:
        return []
    wanted = text.casefold()
    hit = frame["name"].str.casefold() == wanted
    if "aliases" in frame.columns:
        hit |= (";" + frame["aliases"].str.casefold() + ";").str.contains(f";{wanted};", regex=False)
    return [int(i) for i in frame.index[hit]]


def _known(world: World) -> list[str]:
    out: list[str] = []
    for name, table in tables().items():
        out.append(name)
        if len(table.key) == 1:
            joined = keys(name, world[name])
            out += joined
            out += [f"{name}.{k}" for k in joined]
    return out


def _example(world: World, table: str) -> str:
    frame = world[table]
    return f"{table}.{keys(table, frame.head(1))[0]}" if len(frame) else f"{table}.KEY"


def _sources(world: World, named: str) -> tuple[dict[str, Any], ...]:
    rows = {r["source"]: r for r in records(world["sources"], tables()["sources"])}
    unknown = {"title": "not in the table of sources", "publisher": "", "licence": ""}
    return tuple(rows.get(s, {"source": s, **unknown}) for s in named.split(";") if s)


def _claims(world: World, table: str, key: str, column: str) -> tuple[Statement, ...]:
    claims = world["claims"]
    about = (claims["table"] == table) & (claims["subject"] == key)
    if column:
        about &= claims["attribute"] == column
    rows = claims[about]
    if rows.empty:
        return ()
    compared, _ = statements(Chain(world.with_(claims=rows)))
    distance = {s.claim: s.distance for s in compared if s.held == s.held}
    titles = dict(zip(world["sources"]["source"], world["sources"]["title"], strict=True))
    return tuple(
        Statement(
            claim=str(r["claim"]),
            attribute=str(r["attribute"]),
            said=_said(r),
            speaker=str(r["speaker"]),
            date=str(r["said"]),
            source=tuple(titles.get(s, s) for s in str(r["source"]).split(";")),
            used=bool(r["used"]),
            distance=distance.get(str(r["claim"])),
        )
        for r in rows.to_dict("records")
    )


def _said(row: dict[Any, Any]) -> str:
    low, high, value = row["low"], row["high"], row["value"]
    if pd.notna(low) and pd.notna(high) and low != high:
        number = f"{plain(low)}–{plain(high)}"
    else:
        known = [v for v in (value, low, high) if pd.notna(v)]
        number = plain(known[0]) if known else ""
    unit = "" if row["unit"] == "1" else str(row["unit"])
    figure = f"{number} {unit}".strip() if number else ""
    return "; ".join(t for t in (figure, str(row["text"])) if t)
