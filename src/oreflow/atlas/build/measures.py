"""What can be done: reserves, plants, contracts and permits, with what they cost and when they work."""

from __future__ import annotations

from pathlib import Path

from oreflow.atlas.build.common import Common, Tables, facts


def tables(src: Path, common: Common) -> Tables:
    """Return the rows of ``measures``.

    Args:
        src: Folder of the public files.
        common: Shared names.
    """
    return {"measures": facts("measures")}
