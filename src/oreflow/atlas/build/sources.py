"""The list of sources, one row for each public file family."""

from __future__ import annotations

from pathlib import Path

from oreflow.atlas.build.common import Common, Tables, facts


def tables(src: Path, common: Common) -> Tables:
    """Return the rows of ``sources``.

    Args:
        src: Folder of the public files.
        common: Shared names.
    """
    return {"sources": facts("sources")}
