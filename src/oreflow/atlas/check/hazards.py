"""Laws of what may happen by itself can be read as such."""

from __future__ import annotations

from collections.abc import Iterator

from oreflow.atlas.check.chain import Chain
from oreflow.atlas.check.finding import Finding, each
from oreflow.atlas.quantities import plain

_ROUNDING = 1e-4


def run(chain: Chain) -> Iterator[Finding]:
    """Check that each hazard has a rate or a chance, in its range, and names regions and minerals that exist.

    Args:
        chain: World to check.

    Yields:
        Findings.
    """
    world = chain.world
    table = world["hazards"]
    if table.empty:
        return
    rated, dated = table["rate"].notna(), table["chance"].notna()
    yield from each(
        "error",
        "hazards.rate",
        "hazards",
        table,
        rated == dated,
        "rate",
        lambda r: f"{r['hazard']} has {'both a rate and a chance' if r['rate'] == r['rate'] else 'no rate'}.",
        "Give a rate in events a year, or for what is tied to the end of a permit a chance.",
    )
    yield from each(
        "error",
        "hazards.chance",
        "hazards",
        table,
        dated & ((table["kind"] != "permit") | (table["reach"] != "plant")),
        "chance",
        lambda r: f"{r['hazard']} has a chance, but only permits of plants end at a date.",
        "Give a rate instead.",
    )
    slack = _ROUNDING * table["rate"].abs()
    off = (table["rate"] < table["rate_low"] - slack) | (table["rate"] > table["rate_high"] + slack)
    yield from each(
        "error",
        "hazards.range",
        "hazards",
        table,
        off,
        "rate",
        lambda r: f"{plain(r['rate'])} lies outside {plain(r['rate_low'])}…{plain(r['rate_high'])}.",
        "Correct rate, rate_low or rate_high.",
    )
    regions = world["regions"]
    places = set(regions["region"]) | {b for text in regions["blocs"] for b in text.split(";")}
    for column, known in (("region", places), ("mineral", set(world["commodities"]["mineral"]))):
        yield from each(
            "error",
            "hazards.place",
            "hazards",
            table,
            (table[column] != "") & ~table[column].isin(known),
            column,
            lambda r, c=column: f"{r['hazard']} names the {c} {r[c]!r}, which does not exist.",  # type: ignore[misc]
            f"Name a {column} of the world, or leave it empty for all.",
        )
