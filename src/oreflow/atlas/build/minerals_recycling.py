"""Recycling: end-of-life rates by region, and aggregate plants that return old scrap as refined commodity."""

from __future__ import annotations

from pathlib import Path

from oreflow.atlas.build.common import Common, Row, Tables, facts
from oreflow.atlas.build.minerals_chain import aggregate

ORDER = 40


def complete(src: Path, common: Common, rows: Tables) -> Tables:
    """Return the rows of ``recycling`` and the recycling plants of all minerals here but copper.

    Old scrap returns where the commodity is used. Of the end-of-life recycling input rate only a share comes back
    as the refined commodity; the rest is remelted as alloy or stainless steel and never meets this market. Copper's
    recycled output follows from refinery statistics (see `minerals_base.copper`), and zinc's of the United States is
    inside their reported smelter output.

    Args:
        src: Folder of the public files.
        common: Shared names.
        rows: Rows of the other modules; their plants give primary output.
    """
    recycling: list[Row] = []
    plants: list[Row] = []
    use = _weights()
    for fact in facts("recycling"):
        shares = use[fact["consumption"]]
        for region in shares:
            recycling.append(_row(fact, region))
        if "process" in fact:
            rate = float(fact["input_rate"]) * float(fact["refined_share"])
            old = _primary(rows, fact["primary"]) * rate / (1 - rate)
            output = {
                r: old * share for r, share in shares.items() if share > 0.004 and r != fact.get("without")
            }
            plants += aggregate(
                common,
                fact["process"],
                output,
                source="oreflow",
                vintage="2025",
                quality="derived",
                method="minerals_recycling.complete",
                note=fact.get("note", ""),
            )
    return {"recycling": recycling, "plants": plants}


def _row(fact: Row, region: str) -> Row:
    keep = ("commodity", "input_rate", "lifetime", "shape", "collection", "recovery")
    plain = {"source": "oreflow", "vintage": "2025", "quality": "assumed", "note": fact.get("note", "")}
    return {**plain, "region": region, **{k: fact[k] for k in keep}}


def _weights() -> dict[str, dict[str, float]]:
    out: dict[str, dict[str, float]] = {}
    for r in facts("consumption"):
        out.setdefault(r["commodity"], {})[r["region"]] = float(r["weight"])
    return {c: {r: w / sum(shares.values()) for r, w in shares.items()} for c, shares in out.items()}


def _primary(rows: Tables, process: str) -> float:
    return sum(float(p["output"]) for p in rows["plants"] if p["process"] == process)
