"""The bundled world, and a user's tables laid over it."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

import pandas as pd

from oreflow.atlas.schema import tables
from oreflow.atlas.world import World
from oreflow.errors import ReadError


@cache
def bundled() -> World:
    """Return the world that comes with the package.

    Returns:
        The world as of 2025.

    Raises:
        ReadError: The tables are missing from the package.
    """
    folder = Path(str(resources.files("oreflow.atlas") / "data"))
    paths = {name: folder / f"{name}.csv" for name in tables()}
    present = {name: path for name, path in paths.items() if path.is_file()}
    if not present:
        raise ReadError(
            f"{folder} holds no tables. Reinstall oreflow, or run 'oreflow world build --from DIR'."
        )
    return World({name: read_csv(path) for name, path in present.items()})


def load(with_: Path | str | None = None) -> World:
    """Return the bundled world, with a user's tables over it where given.

    Args:
        with_: Folder of CSV files named after the tables, or one such file; see
            `oreflow.atlas.overlay.lay` for what they may hold.

    Returns:
        The world.

    Raises:
        ReadError: A file cannot be read.
        SchemaError: A file or column is not in the schema.
        UnitError: A unit is unknown or does not fit the column.
        DataError: A value does not fit, or the tables no longer fit each other.
    """
    world = bundled()
    if with_ is None:
        return world
    from oreflow.atlas.overlay import lay

    return lay(world, Path(with_))


def read_csv(path: Path) -> pd.DataFrame:
    """Read a table of our own making as text, so that types are judged by the schema alone.

    Args:
        path: File in UTF-8.

    Returns:
        All columns as text, missing as ``""``.
    """
    return pd.read_csv(path, dtype=object, keep_default_na=False, encoding="utf-8")
