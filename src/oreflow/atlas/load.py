"""The bundled world, and a user's tables laid over it."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

import pandas as pd

from oreflow.atlas.schema import tables
from oreflow.atlas.world import World


@cache
def bundled() -> World:
    """Return the world that comes with the package.

    Returns:
        The world as of 2025.
    """
    folder = Path(str(resources.files("oreflow.atlas") / "data"))
    return World({name: read_csv(folder / f"{name}.csv") for name in tables() if (folder / f"{name}.csv").exists()})


def read_csv(path: Path) -> pd.DataFrame:
    """Read a CSV as text, so that types are judged by the schema alone.

    Args:
        path: File in UTF-8.

    Returns:
        All columns as text, missing as ``""``.
    """
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
