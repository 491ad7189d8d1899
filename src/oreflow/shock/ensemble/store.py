"""Draws on disk: a folder with a manifest and Parquet parts, each written whole or not at all.

```
manifest.json                  what was drawn, from which world, with which code; columns and units
draws/part-000000.parquet      a row for each draw and policy: inputs, totals, status
paths/part-000000.parquet      a row for each draw, policy and period: prices, shortages
occurrences/part-000000.parquet  a row for each thing that happens in a draw
```

The file in ``draws`` is written last: a part without it is unfinished and counts for nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from oreflow.errors import DataError, OreflowError, UsageError
from oreflow.files import atomic, write_text
from oreflow.shock.ensemble.measure import Column
from oreflow.shock.ensemble.result import Result

if TYPE_CHECKING:
    import pyarrow as pa

FORMAT = "oreflow-ensemble"
VERSION = 1
MANIFEST, LOCK = "manifest.json", ".lock"
TABLES = ("occurrences", "paths", "draws")
"""In the order in which the files of a part are written."""
PART = 256
"""Draws in a part, at most."""

DRAW = (
    Column("draw", "1", "number of the draw; the same number is the same future in every policy"),
    Column("policy", "", "name of the policy compared; empty for what happens without one"),
)
STATE = (
    Column("status", "", "solved, or failed"),
    Column("reason", "", "why it failed"),
    Column("solves", "1", "linear programmes solved"),
    Column("seconds", "s", "time it took"),
)
HAPPENS = (
    Column("draw", "1", "number of the draw"),
    Column("law", "", "row of the table of hazards, or event of the scenario"),
    Column("target", "", "what it hits"),
    Column("start", "month", "begin, in months from the start of the horizon"),
    Column("months", "month", "length; infinite where it never ends within its law"),
    Column("size", "1", "share lost, or place in the disputed range"),
)
TEXT = frozenset({"policy", "status", "reason", "law", "target", "period"})
WHOLE = frozenset({"draw", "solves"})


@dataclass(frozen=True)
class Manifest:
    """What an ensemble is made of.

    Attributes:
        spec: The specification as it is written in a file.
        spec_hash: Hash of all of it that decides results.
        world: Hash of the world.
        oreflow: Version.
        code: Digest of the code.
        draws: Number of draws asked for last.
        policies: Policies compared; one empty name where none is.
        periods: First month of each period, ``YYYY-MM``.
        months: Months in a period.
        headline: Node shown first.
        scope: Minerals solved.
        design: How the draws are laid out: random, latin or sobol.
        created: When the folder was made, ISO 8601.
        inputs: Dense inputs of a draw.
        paths: Columns with a value in every period.
        totals: Columns with one value over the horizon.
        demand: Commodity to what buyers take over the horizon in the base, and its unit.
    """

    spec: Mapping[str, Any]
    spec_hash: str
    world: str
    oreflow: str
    code: str
    draws: int
    policies: tuple[str, ...]
    periods: tuple[str, ...]
    months: int
    headline: str
    scope: tuple[str, ...]
    design: str
    created: str
    inputs: tuple[Column, ...]
    paths: tuple[Column, ...]
    totals: tuple[Column, ...]
    demand: Mapping[str, tuple[float, str]]

    def to_json(self) -> str:
        """Return the text of ``manifest.json``."""
        return json.dumps(
            {"format": FORMAT, "version": VERSION, **asdict(self)}, indent=1, ensure_ascii=False
        )

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read the manifest of a folder.

        Args:
            folder: The folder.

        Returns:
            The manifest.

        Raises:
            DataError: There is none, it is broken, or of a newer format.
        """
        path = folder / MANIFEST
        if not path.is_file():
            raise DataError(
                f"{folder} holds no ensemble: there is no {MANIFEST}. Name the folder given to --out."
            )
        try:
            data = json.loads(path.read_text("utf-8"))
            if not isinstance(data, dict) or data.get("format") != FORMAT:
                raise DataError(f"{path} is not the manifest of an ensemble. Name the folder given to --out.")
            version = int(data["version"])
            if version > VERSION:
                raise DataError(
                    f"{path}: format {version} is newer than this oreflow reads ({VERSION}). "
                    "Read it with the version that wrote it, or update oreflow."
                )
            names = {f: data[f] for f in cls.__dataclass_fields__}
            for f in ("inputs", "paths", "totals"):
                names[f] = tuple(
                    Column(c["name"], c["unit"], c["text"], tuple(float(b) for b in c["base"]))
                    for c in data[f]
                )
            for f in ("policies", "periods", "scope"):
                names[f] = tuple(str(x) for x in data[f])
            names["demand"] = {str(k): (float(q), str(u)) for k, (q, u) in data["demand"].items()}
            return cls(**names)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DataError(
                f"{path} is broken ({error!r}). Its draws can be read with any Parquet reader; to go on, name a new "
                "folder."
            ) from error

    def columns(self, table: str) -> tuple[Column, ...]:
        """Columns of one of `TABLES`."""
        if table == "draws":
            return (*DRAW, *STATE, *self.inputs, *self.totals)
        if table == "paths":
            return (*DRAW, Column("period", "", "first month of the period"), *self.paths)
        return HAPPENS


class Store:
    """A folder that draws are written into, by one writer at a time; see `writing`.

    Args:
        folder: The folder.
        manifest: What it holds.
        parts: Draws of each finished part, by its number.
    """

    def __init__(self, folder: Path, manifest: Manifest, parts: Mapping[int, NDArray[np.int64]]) -> None:
        self.folder, self.manifest = folder, manifest
        self.done = {int(d) for draws in parts.values() for d in draws}
        """Draws that are finished."""
        self._next = max(parts, default=-1) + 1
        self._held: list[Result] = []

    def missing(self, draws: int) -> list[int]:
        """Return the draws below a number that are not there yet."""
        return [i for i in range(draws) if i not in self.done]

    def add(self, result: Result) -> None:
        """Take a draw; it is on disk after `flush`, or when a part is full. One that is there already is dropped.

        Args:
            result: The draw.

        Raises:
            OreflowError: The part cannot be written.
        """
        if result.draw in self.done:
            return
        self.done.add(result.draw)
        self._held.append(result)
        if len(self._held) >= PART:
            self.flush()

    def flush(self) -> None:
        """Write what was added since the last part.

        Raises:
            OreflowError: It cannot be written, e.g. because the disk is full; what was written before stays.
        """
        if not self._held:
            return
        held, self._held = sorted(self._held, key=lambda r: r.draw), []
        written: list[Path] = []
        try:
            for table in TABLES:
                path = self.folder / table / _name(self._next)
                written.append(path)
                with atomic(path) as new:
                    _write(_table(self.manifest, table, held), new)
        except (OSError, OreflowError) as error:
            self.done -= {r.draw for r in held}
            for path in written:
                with suppress(OSError):
                    path.unlink()
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error).rstrip(".")
            raise OreflowError(
                f"cannot write {self.folder}: {why}. {len(self.done)} finished draws are kept there; make room and "
                "run the same command again to go on."
            ) from error
        self._next += 1


@contextmanager
def writing(folder: Path, manifest: Manifest) -> Iterator[Store]:
    """Open a folder for writing: a new one, or one with the same spec and world, which is taken up where it stopped.

    What was added and not yet written is written when the block is left, also by an error.

    Args:
        folder: The folder; made where it is not there.
        manifest: What is to be drawn.

    Yields:
        The store.

    Raises:
        UsageError: Another process is writing into it.
        DataError: It holds something else: other files, another world, spec or version, or a broken part.
        OreflowError: It cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file. Give the name of a folder.")
    strange = sorted(p.name for p in folder.iterdir() if p.name != LOCK) if folder.is_dir() else []
    if strange and MANIFEST not in strange:
        some = ", ".join(strange[:3]) + (" …" if len(strange) > 3 else "")
        raise DataError(
            f"{folder} holds files that are no ensemble's ({some}). Name a new or an empty folder."
        )
    try:
        for table in TABLES:
            (folder / table).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OreflowError(f"cannot make the folder {folder}: {error.strerror}.") from error
    with _locked(folder):
        if strange:
            old = Manifest.read(folder)
            _same(old, manifest, folder)
            manifest = replace(manifest, created=old.created, draws=max(old.draws, manifest.draws))
        _sweep(folder)
        parts = finished(folder, manifest)
        write_text(folder / MANIFEST, manifest.to_json())
        store = Store(folder, manifest, parts)
        try:
            yield store
        except BaseException:
            with suppress(OreflowError):  # the first error says more
                store.flush()
            raise
        store.flush()


def finished(folder: Path, manifest: Manifest) -> dict[int, NDArray[np.int64]]:
    """Return the draws of every finished part.

    Args:
        folder: The folder.
        manifest: What it holds.

    Returns:
        Number of the part to its draws.

    Raises:
        DataError: A part is broken, has other columns, or holds a draw of another part.
    """
    import pyarrow.parquet as pq

    parts: dict[int, NDArray[np.int64]] = {}
    seen: dict[int, Path] = {}
    for number, path in _listed(folder, "draws"):
        for table in TABLES:
            file = folder / table / path.name
            with _readable(file, folder):
                if not file.is_file():
                    raise OSError("the file is missing")
                names = pq.read_schema(file).names
            if names != [c.name for c in manifest.columns(table)]:
                raise DataError(
                    f"{file} has other columns than {MANIFEST} says. {_advice(folder, path.name)}"
                )
        with _readable(path, folder):
            column = _parquet(path, ["draw"])["draw"]
            draws = np.unique(column.to_numpy()).astype(np.int64)
        for d in draws.tolist():
            if d in seen:
                raise DataError(
                    f"draw {d} stands both in {seen[d]} and in {path}. {_advice(folder, path.name)}"
                )
            seen[d] = path
        parts[number] = draws
    return parts


def read(folder: Path, table: str, columns: Sequence[str], *, files: Sequence[str] = ()) -> pa.Table:
    """Read columns of all finished parts.

    Args:
        folder: The folder.
        table: One of `TABLES`.
        columns: Columns.
        files: Parts to read; all that are finished by default.

    Returns:
        The rows, those of a part together.

    Raises:
        DataError: A part is broken.
    """
    import pyarrow as pa

    found = []
    for name in files or [path.name for _, path in _listed(folder, "draws")]:
        file = folder / table / name
        with _readable(file, folder):
            found.append(_parquet(file, columns))
    if not found:
        raise DataError(
            f"{folder} holds no finished draw yet. Run the same `oreflow ensemble` again to go on."
        )
    return pa.concat_tables(found)


def _same(old: Manifest, new: Manifest, folder: Path) -> None:
    """Refuse to mix draws that do not belong together."""
    checks = (
        (old.world, new.world, "from another world", "Give the same tables (--with)"),
        (old.spec_hash, new.spec_hash, "from another spec", "Give the same spec"),
        (old.code, new.code, f"by other code (oreflow {old.oreflow})", "Install that version"),
    )
    for mine, yours, what, hint in checks:
        if mine != yours:
            raise DataError(
                f"{folder} holds draws made {what} (hash {mine[:12]}, now {yours[:12]}), and they would not fit "
                f"together. {hint}, or name a new folder."
            )


def _sweep(folder: Path) -> None:
    """Remove what a killed run left half written: temporary files, and parts without their last file."""
    whole = {path.name for _, path in _listed(folder, "draws")}
    for table in TABLES:
        for path in (folder / table).glob(".*.tmp"):
            path.unlink(missing_ok=True)
        if table != "draws":
            for _, path in _listed(folder, table):
                if path.name not in whole:
                    path.unlink(missing_ok=True)
    for path in folder.glob(".*.tmp"):
        path.unlink(missing_ok=True)


def _listed(folder: Path, table: str) -> list[tuple[int, Path]]:
    """Return number and path of every part of a table."""
    found = []
    for path in sorted((folder / table).glob("*")):
        if path.name.startswith("."):
            continue
        number = path.name.removeprefix("part-").removesuffix(".parquet")
        if not number.isdigit() or path.name != _name(int(number)):
            raise DataError(f"{path} is no part of an ensemble. Move it out of the folder.")
        found.append((int(number), path))
    return found


def _name(number: int) -> str:
    return f"part-{number:06d}.parquet"


def _advice(folder: Path, name: str) -> str:
    return f"Delete {folder / 'draws' / name} and run the same `oreflow ensemble` again: its draws are made anew."


@contextmanager
def _readable(file: Path, folder: Path) -> Iterator[None]:
    import pyarrow as pa

    try:
        yield
    except (OSError, pa.ArrowException) as error:
        first = str(error).split("\n")[0].rstrip(".")
        raise DataError(f"{file} is broken ({first}). {_advice(folder, file.name)}") from error


def _table(manifest: Manifest, table: str, results: Sequence[Result]) -> pa.Table:
    """Lay results out as a table with units on every column."""
    import pyarrow as pa

    specs = manifest.columns(table)
    data: dict[str, Any] = {}
    rows = [row for r in results for row in r.rows]
    if table == "draws":
        of = [r for r in results for _ in r.rows]
        data["draw"] = [r.draw for r in of]
        for name in ("policy", "status", "reason", "solves", "seconds"):
            data[name] = [getattr(row, name) for row in rows]
        inputs = np.array([[r.inputs[c.name] for c in manifest.inputs] for r in of], dtype=np.float64)
        totals = np.array(
            [row.totals if row.totals is not None else np.full(len(manifest.totals), np.nan) for row in rows]
        )
        data |= {c.name: inputs[:, k] for k, c in enumerate(manifest.inputs)}
        data |= {c.name: totals[:, k] for k, c in enumerate(manifest.totals)}
    elif table == "paths":
        solved = [(r.draw, row) for r in results for row in r.rows if row.paths is not None]
        t = len(manifest.periods)
        data["draw"] = np.repeat([d for d, _ in solved], t)
        data["policy"] = [row.policy for _, row in solved for _ in range(t)]
        data["period"] = list(manifest.periods) * len(solved)
        values = [row.paths for _, row in solved if row.paths is not None]
        stacked = np.concatenate(values) if values else np.zeros((0, len(manifest.paths)))
        data |= {c.name: stacked[:, k] for k, c in enumerate(manifest.paths)}
    else:
        happened = [(r.draw, o) for r in results for o in r.occurrences]
        data["draw"] = [d for d, _ in happened]
        for name in ("law", "target", "start", "months", "size"):
            data[name] = [getattr(o, name) for _, o in happened]
    fields = [
        pa.field(c.name, _type(pa, table, c.name), metadata={"unit": c.unit, "description": c.text})
        for c in specs
    ]
    arrays = [pa.array(data[f.name], type=f.type) for f in fields]
    told = {c.name: {"unit": c.unit, "description": c.text} for c in specs}
    kept = {"oreflow": json.dumps({"world": manifest.world, "spec": manifest.spec_hash, "columns": told})}
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=kept))


def _type(pa: Any, table: str, name: str) -> Any:
    if name in TEXT:
        return pa.string()
    if name in WHOLE:
        return pa.int32()
    # Seven digits are more than prices are unique to, and halve the size of what is largest.
    return pa.float32() if table == "paths" else pa.float64()


def _parquet(file: Path, columns: Sequence[str]) -> pa.Table:
    import pyarrow.parquet as pq

    # No partitioning: a folder named like year=2026 would be taken for a column.
    return pq.read_table(file, columns=list(columns), partitioning=None, page_checksum_verification=True)


def _write(table: pa.Table, path: Path) -> None:
    import pyarrow.parquet as pq

    pq.write_table(table, path, compression="zstd", write_page_checksum=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; the system lets go of it when the process ends, however it ends."""
    path = folder / LOCK
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise OreflowError(f"cannot write {path}: {error.strerror}.") from error
    try:
        if not _lock(handle):
            held = path.read_text("utf-8").strip() or "unknown"
            raise UsageError(
                f"{folder} is being written by another process ({held}). Wait for it to end, or name another folder."
            )
        os.ftruncate(handle, 0)
        os.write(handle, f"pid {os.getpid()}\n".encode())
        yield
    finally:
        os.close(handle)


def _lock(handle: int) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
