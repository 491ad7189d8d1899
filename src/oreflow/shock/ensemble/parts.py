"""Parts of an ensemble: the Parquet files of a run of draws, laid out with units, written, listed, checked and read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from oreflow.errors import DataError
from oreflow.shock.ensemble.manifest import MANIFEST, TABLES, Manifest
from oreflow.shock.ensemble.result import Result

TEXT = frozenset({"policy", "status", "reason", "law", "target", "period"})
WHOLE = frozenset({"draw", "solves"})


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
    for number, path in listed(folder, "draws"):
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


def read(folder: Path, table: str, columns: Sequence[str], *, files: Sequence[str] = ()) -> Any:
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
    for name in files or [path.name for _, path in listed(folder, "draws")]:
        file = folder / table / name
        with _readable(file, folder):
            found.append(_parquet(file, columns))
    if not found:
        raise DataError(
            f"{folder} holds no finished draw yet. Run the same `oreflow ensemble` again to go on."
        )
    return pa.concat_tables(found)


def listed(folder: Path, table: str) -> list[tuple[int, Path]]:
    """Return number and path of every part of a table, in order.

    Args:
        folder: The folder.
        table: One of `TABLES`.

    Returns:
        The parts.

    Raises:
        DataError: Something else lies among them.
    """
    found = []
    for path in sorted((folder / table).glob("*")):
        if path.name.startswith("."):
            continue
        number = path.name.removeprefix("part-").removesuffix(".parquet")
        if not number.isdigit() or path.name != file_name(int(number)):
            raise DataError(f"{path} is no part of an ensemble. Move it out of the folder.")
        found.append((int(number), path))
    return found


def file_name(number: int) -> str:
    """Return the name that the files of a part have."""
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


def lay_out(manifest: Manifest, table: str, results: Sequence[Result]) -> Any:
    """Lay results out as a table with units on every column.

    Args:
        manifest: What the ensemble holds.
        table: One of `TABLES`.
        results: Draws.

    Returns:
        A table of pyarrow; units and descriptions stand in the metadata of its fields and, as JSON under ``oreflow``,
        in that of the file.
    """
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


def _parquet(file: Path, columns: Sequence[str]) -> Any:
    import pyarrow.parquet as pq

    # No partitioning: a folder named like year=2026 would be taken for a column.
    return pq.read_table(file, columns=list(columns), partitioning=None, page_checksum_verification=True)


def write(table: Any, path: Path) -> None:
    """Write a table with a checksum on every page, so that a broken file is told from a whole one."""
    import pyarrow.parquet as pq

    # A dictionary of numbers that are nearly all different only adds to them.
    words = [name for name in table.column_names if name in TEXT]
    pq.write_table(table, path, compression="zstd", use_dictionary=words, write_page_checksum=True)
