"""Policies in force, past, announced or proposed."""

from __future__ import annotations

from pathlib import Path

from oreflow.atlas.build.common import Common, Tables, facts


def tables(src: Path, common: Common) -> Tables:
    """Return the rows of ``policies``.

    Args:
        src: Folder of the public files.
        common: Shared names.
    """
    return {"policies": facts("policies")}
