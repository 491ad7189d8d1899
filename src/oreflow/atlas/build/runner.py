"""Run the build modules, check their rows against the schema, and write tables that are the same every time."""

from __future__ import annotations

import importlib
import pkgutil
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType

import pandas as pd

import oreflow.atlas.build as modules_here
from oreflow.atlas.build.common import Tables, common, merge
from oreflow.atlas.build.package import descriptor
from oreflow.atlas.schema import tables as schema_tables
from oreflow.atlas.world import World
from oreflow.errors import ReadError


def build(src: Path, *, progress: Callable[[str], None] | None = None) -> dict[str, pd.DataFrame]:
    """Compile all tables of the world from the public files.

    Args:
        src: Folder with one sub-folder a source (``usgs_mcs``, ``baci``, ...).
        progress: Called with the name of each module as it starts.

    Returns:
        Table name to its rows, sorted by key, columns and types as the schema says. The same files give the
        same tables.

    Raises:
        ReadError: A public file is missing or unreadable.
        DataError: A row does not follow the schema.
    """
    if not src.is_dir():
        raise ReadError(f"{src} is not a folder. Point --from at the folder that holds the public files.")
    shared, modules = common(src), _modules()
    parts: list[Tables] = []
    for module in modules:
        if hasattr(module, "tables"):
            _tell(progress, module)
            parts.append(module.tables(src, shared))
    rows = merge(parts)
    closing = [m for m in modules if hasattr(m, "complete")]
    for module in sorted(closing, key=lambda m: (getattr(m, "ORDER", 50), m.__name__)):
        _tell(progress, module)
        for table, more in module.complete(src, shared, rows).items():
            rows.setdefault(table, []).extend(more)
    world = World({name: pd.DataFrame(records) for name, records in rows.items()})
    return {name: _sorted(world[name], name) for name in world}


def write(tables: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write tables as CSV with a Frictionless data package descriptor, all or nothing.

    Args:
        tables: Table name to rows, as `build` returns them.
        folder: Target; replaced as a whole once everything is written.

    Returns:
        Paths of the written files.
    """
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, table in tables.items():
            (temporary / f"{name}.csv").write_bytes(csv_bytes(table))
        (temporary / "datapackage.json").write_text(descriptor(tables), encoding="utf-8", newline="\n")
        temporary.chmod(0o755)
        if folder.exists():
            old = folder.with_name(f".{folder.name}-old")
            folder.rename(old)
            temporary.rename(folder)
            shutil.rmtree(old)
        else:
            temporary.rename(folder)
    finally:
        if temporary.exists():
            shutil.rmtree(temporary)
    return sorted(folder.iterdir())


def csv_bytes(table: pd.DataFrame) -> bytes:
    """Return a table as CSV: UTF-8, LF line ends, numbers with up to six significant digits, booleans 0 or 1.

    Args:
        table: Rows with typed columns.
    """
    text = {c: [_text(v) for v in table[c].tolist()] for c in table.columns}
    out = pd.DataFrame(text, columns=table.columns, dtype=object)
    return out.to_csv(index=False, lineterminator="\n").encode("utf-8")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return "" if value != value else _digits(value)
    return str(value)


def _digits(value: float) -> str:
    """Six significant digits, without exponent, whole numbers without a point."""
    rounded = float(f"{value:.6g}")
    if rounded == int(rounded):
        return str(int(rounded))
    return f"{rounded:.12f}".rstrip("0")


def _sorted(table: pd.DataFrame, name: str) -> pd.DataFrame:
    keys = schema_tables()[name].key
    return table.sort_values(keys, kind="stable").reset_index(drop=True) if len(table) else table


def _modules() -> list[ModuleType]:
    names = sorted(m.name for m in pkgutil.iter_modules(modules_here.__path__))
    skip = {"common", "runner", "package"}
    return [importlib.import_module(f"{modules_here.__name__}.{n}") for n in names if n not in skip]


def _tell(progress: Callable[[str], None] | None, module: ModuleType) -> None:
    if progress is not None:
        progress(module.__name__.rpartition(".")[2])
