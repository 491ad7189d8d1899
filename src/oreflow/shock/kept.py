"""Draws kept in the user's cache, so that the same briefing asked for again is there at once.

A file is named by all that decides its numbers: world, scenario, settings, seed, number of draws, and the code that
computes them. Losing the cache loses nothing but time.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from contextlib import suppress
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from oreflow.errors import OreflowError
from oreflow.files import atomic

FILES = 6
"""Samples kept; the oldest go."""
PACKAGES = ("atlas", "market", "shock")
"""Code whose change makes kept draws worthless."""

Arrays = dict[str, NDArray[np.float64]]


def folder() -> Path:
    """Return the folder of kept draws; it need not be there."""
    from platformdirs import user_cache_path

    return user_cache_path("oreflow") / "draws"


@cache
def code() -> str:
    """Return a digest of the code that draws are computed with."""
    digest = hashlib.sha256()
    for package in PACKAGES:
        root = Path(str(resources.files("oreflow") / package))
        for path in sorted(root.rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def recall(run: str, where: Path) -> tuple[Arrays, pd.DataFrame, tuple[str, ...]] | None:
    """Return kept draws.

    Args:
        run: Run id.
        where: Folder.

    Returns:
        Arrays, inputs and reasons of failed draws; None where nothing whole is kept.
    """
    path = where / f"{run}-{code()}.npz"
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {k.partition("/")[2]: stored[k] for k in stored.files if k.startswith("array/")}
            inputs = {k.partition("/")[2]: stored[k] for k in stored.files if k.startswith("input/")}
            failed = tuple(json.loads(str(stored["failed"])))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    path.touch()
    return arrays, pd.DataFrame(inputs), failed


def keep(run: str, where: Path, arrays: Arrays, inputs: pd.DataFrame, failed: tuple[str, ...]) -> None:
    """Keep draws; a cache that cannot be written is no error.

    Args:
        run: Run id.
        where: Folder.
        arrays: Variables, shape (draws, n, periods).
        inputs: One row a draw.
        failed: Reasons of failed draws.
    """
    content: dict[str, np.ndarray] = {f"array/{k}": v for k, v in arrays.items()}
    content |= {f"input/{k}": inputs[k].to_numpy() for k in inputs.columns}
    content["failed"] = np.array(json.dumps(list(failed)))
    with suppress(OreflowError, OSError):
        with atomic(where / f"{run}-{code()}.npz") as new, new.open("wb") as stream:
            np.savez(stream, **content)  # type: ignore[arg-type]
        old = sorted(where.glob("*.npz"), key=lambda p: p.stat().st_mtime, reverse=True)[FILES:]
        for path in old:
            path.unlink(missing_ok=True)
