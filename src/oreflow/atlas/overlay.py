"""A user's tables laid over a world: rows with a known key change the given columns, others are added."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from oreflow.atlas.check import invariants
from oreflow.atlas.coerce import coerce
from oreflow.atlas.quantities import units_of
from oreflow.atlas.schema import Table, tables
from oreflow.atlas.userfile import DELETE, UserTable, read_folder
from oreflow.atlas.world import World
from oreflow.errors import DataError, UnitError, nearest
from oreflow.units import factor

EMPTY = "(empty)"
"""Cell that clears a value; a cell left empty keeps what is there."""

_SHOWN_FINDINGS = 5
Places = dict[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class _Laid:
    """One merged table and where its rows came from."""

    frame: pd.DataFrame
    places: Places


def lay(world: World, place: Path) -> World:
    """Lay a user's tables over a world.

    A file is named after its table and has its key columns and any others. A row whose key exists changes only
    the columns given, and only where the cell is not empty (``(empty)`` clears it); a new key adds a row; a
    column ``delete`` with 1 removes one. A header may state a unit, ``capacity [kt LCE/yr]``, which is
    converted. Rows carry the source ``user:<file>`` and, unless they say otherwise, the quality ``assumed``.

    Args:
        world: World to start from; it is unchanged.
        place: Folder of CSV files, or one file.

    Returns:
        The new world.

    Raises:
        ReadError: A file cannot be read.
        SchemaError: A file or column is not in the schema.
        UnitError: A unit is unknown or does not fit the column.
        DataError: A value does not fit, or the tables no longer fit each other.
    """
    files = read_folder(place)
    merged: dict[str, pd.DataFrame] = dict(world)
    places: Places = {}
    for user in files:
        laid = _merge(merged, user)
        merged[user.name] = laid.frame
        places |= laid.places
    names = [u.name for u in files]
    used = [u for u in files if u.name != "sources"]
    if used:
        merged["sources"] = _with_sources(merged["sources"], used)
        names.append("sources")
    out = world.with_(**{name: merged[name] for name in names})
    _require_fit(world, out, places, place)
    return out


def _merge(merged: Mapping[str, pd.DataFrame], user: UserTable) -> _Laid:
    table = tables()[user.name]
    base = merged[user.name]
    keys = _keys(user, table)
    position = {k: i for i, k in enumerate(zip(*(base[c].tolist() for c in table.key), strict=True))}
    at = np.array([position.get(k, -1) for k in keys], dtype=np.int64)
    removed = _removed(user, keys, at, position)
    kept = np.flatnonzero(~removed)
    at_kept, lines = at[kept], [user.lines[i] for i in kept]
    text = _filled(user, table, base, kept, at_kept)
    rows = coerce(pd.DataFrame(text, columns=table.columns, dtype=object), table, where=user.path, rows=lines)
    rows = _converted(rows, merged, user, table, kept, lines)
    frame = _combined(base, rows, at_kept, at[removed])
    places = {
        (user.name, _joined(keys[i])): f"{user.path}, row {user.lines[i]}"
        for i in range(len(keys))
        if not removed[i]
    }
    return _Laid(frame, places)


def _keys(user: UserTable, table: Table) -> list[tuple[Any, ...]]:
    """Typed keys; a missing or repeated one raises here with its row."""
    only = Table(table.name, tuple(a for a in table.attributes if a.key))
    frame = pd.DataFrame({k: user.cells[k] for k in table.key}, dtype=object)
    typed = coerce(frame, only, where=user.path, rows=user.lines)
    return list(zip(*(typed[k].tolist() for k in table.key), strict=True))


def _joined(key: tuple[Any, ...]) -> str:
    return ".".join(str(k) for k in key)


def _removed(
    user: UserTable,
    keys: list[tuple[Any, ...]],
    at: NDArray[np.int64],
    position: Mapping[tuple[Any, ...], int],
) -> NDArray[np.bool_]:
    out = np.zeros(len(keys), dtype=bool)
    for i, cell in enumerate(user.cells.get(DELETE, [])):
        if cell.lower() not in ("", "0", "no", "false", "1", "yes", "true"):
            raise DataError(
                f"{user.path}, row {user.lines[i]}, column {DELETE!r}: {cell!r} is neither 0 nor 1."
            )
        out[i] = cell.lower() in ("1", "yes", "true")
        if out[i] and at[i] < 0:
            near = nearest(_joined(keys[i]), (_joined(k) for k in position), count=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise DataError(
                f"{user.path}, row {user.lines[i]}: {_joined(keys[i])!r} is not in {user.name}, so it cannot be "
                f"deleted.{hint}"
            )
    return out


def _filled(
    user: UserTable, table: Table, base: pd.DataFrame, kept: NDArray[np.int64], at: NDArray[np.int64]
) -> dict[str, list[Any]]:
    """Whole rows as text: given cells over those of the row that is there."""
    known = at >= 0
    out: dict[str, list[Any]] = {}
    for name in table.columns:
        old = np.full(len(kept), "", dtype=object)
        old[known] = base[name].to_numpy(dtype=object)[at[known]]
        given = user.cells.get(name)
        if given is None:
            out[name] = old.tolist()
        else:
            cells = [given[i] for i in kept]
            out[name] = ["" if c == EMPTY else (c or o) for c, o in zip(cells, old, strict=True)]
    if user.name != "sources" and "source" in out:
        _mark(out, user, table, kept, known)
    return out


def _mark(
    out: dict[str, list[Any]],
    user: UserTable,
    table: Table,
    kept: NDArray[np.int64],
    known: NDArray[np.bool_],
) -> None:
    """Set the provenance of each row: the user's file first, then what it stands on."""
    own = _source_key(user.path)
    provenance = {"source", "vintage", "quality", "method", "note", DELETE}
    columns = [c for c in user.cells if c not in provenance and c not in table.key]
    for j, i in enumerate(kept):
        given = {c: user.cells[c][i] for c in provenance - {DELETE} if c in user.cells and user.cells[c][i]}
        before = str(out["source"][j])
        others = [s for s in before.split(";") if s and s != own]
        out["source"][j] = ";".join([own, *others])
        out["quality"][j] = given.get("quality", "assumed")
        for name in ("vintage", "method"):
            if name not in given:
                out[name][j] = ""
        if known[j] and "note" not in given:
            changed = [c for c in columns if user.cells[c][i]]
            rest = f"; other columns as in {';'.join(others)}" if others and "source" not in given else ""
            told = f"{', '.join(changed)} from {own}{rest}." if changed else ""
            out["note"][j] = " ".join(t for t in (str(out["note"][j]), told) if t)


def _converted(
    rows: pd.DataFrame,
    merged: Mapping[str, pd.DataFrame],
    user: UserTable,
    table: Table,
    kept: NDArray[np.int64],
    lines: list[int],
) -> pd.DataFrame:
    out = rows
    for column, stated in user.units.items():
        targets = units_of(merged, user.name, rows, table[column])
        given = np.array([user.cells[column][i] not in ("", EMPTY) for i in kept], dtype=bool)
        scale = np.ones(len(rows))
        for j in np.flatnonzero(given):
            scale[j] = _scale(stated, targets[j], f"{user.path}, row {lines[j]}, column {column!r}")
        with np.errstate(over="ignore"):
            values = rows[column].to_numpy() * scale
        if np.isinf(values).any():
            first = int(np.flatnonzero(np.isinf(values))[0])
            raise DataError(f"{user.path}, row {lines[first]}, column {column!r}: the figure is too large.")
        out = out.assign(**{column: values})
    return out


def _scale(stated: str, target: str, spot: str) -> float:
    if target == "unit" or "unit" in target.split("/"):
        raise UnitError(f"{spot}: the row's commodity is unknown, so [{stated}] cannot be converted.")
    if not target:
        raise UnitError(f"{spot}: it is a plain number, so no unit belongs there. Remove [{stated}].")
    try:
        return factor(stated, target)
    except UnitError as error:
        raise UnitError(f"{spot}: {error} The column is in [{target}] for this row.") from None


def _combined(
    base: pd.DataFrame, rows: pd.DataFrame, at: NDArray[np.int64], removed: NDArray[np.int64]
) -> pd.DataFrame:
    known = at >= 0
    stay = np.ones(len(base), dtype=bool)
    stay[removed] = False
    columns: dict[str, Any] = {}
    for name in base.columns:
        values = base[name].to_numpy(copy=True)
        new = rows[name].to_numpy()
        values[at[known]] = new[known]
        columns[name] = np.concatenate([values[stay], new[~known]])
    return pd.DataFrame(columns, columns=base.columns)


def _source_key(path: str) -> str:
    return f"user:{Path(path).name}"


def _with_sources(sources: pd.DataFrame, used: list[UserTable]) -> pd.DataFrame:
    table = tables()["sources"]
    present = set(sources["source"])
    rows = [
        {
            "source": _source_key(u.path),
            "title": f"The user's table {Path(u.path).name}",
            "publisher": "user",
            "edition": _edition(u),
            "licence": "not stated",
            "note": f"{len(u.lines)} rows laid over the world",
        }
        for u in used
        if _source_key(u.path) not in present
    ]
    extra = coerce(pd.DataFrame(rows, columns=table.columns, dtype=object), table)
    return pd.concat([sources, extra], ignore_index=True) if rows else sources


def _edition(user: UserTable) -> str:
    """Fingerprint of the cells, so that two versions of a file can be told apart without a date."""
    text = repr([user.cells, user.units])
    return "sha256 " + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _require_fit(before: World, after: World, places: Places, place: Path) -> None:
    """Raise for what no longer fits since the user's tables lie over the world."""
    old = {f.identity for f in invariants(before)}
    new = [f for f in invariants(after) if f.identity not in old]
    if not new:
        return
    told = [
        f"{places.get((f.table, f.key), f'{place}: {f.table} {f.key}')}: {f.message} {f.mend}" for f in new
    ]
    more = len(told) - _SHOWN_FINDINGS
    rest = [f"… and {more} more."] if more > 0 else []
    raise DataError("\n".join([*told[:_SHOWN_FINDINGS], *rest]))
