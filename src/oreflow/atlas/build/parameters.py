"""Commodities, assumptions and default durations: tables that are ours as they stand."""

from __future__ import annotations

from pathlib import Path

from oreflow.atlas.build.common import Common, Tables, facts


def tables(src: Path, common: Common) -> Tables:
    """Return the rows of ``commodities``, ``parameters`` and ``laws``.

    Args:
        src: Folder of the public files.
        common: Shared names.
    """
    commodities = [{"source": "oreflow", "quality": "assumed", **r} for r in facts("commodities")]
    return {"commodities": commodities, "parameters": facts("parameters"), "laws": facts("laws")}


def parameters() -> dict[str, float]:
    """Return the default value of every parameter, for use by the build itself."""
    return {r["parameter"]: float(r["value"]) for r in facts("parameters")}
