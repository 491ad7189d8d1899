"""Measures have a cost, lead times in order, and stand on rows that can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from oreflow.atlas.check.chain import Chain
from oreflow.atlas.check.finding import Finding, each
from oreflow.atlas.quantities import plain

FITS = {
    "stores": "opening",
    "plants": "capacity",
    "trade": "limit",
    "mixes": "ceiling",
    "demands": "quantity",
}
"""Table to the attribute of it that a measure moves."""
SHAPES = {
    "stores": (r"[^@]+@[^@]+", "commodity@REGION"),
    "demands": (r"[^@]+@[^@]+", "commodity@REGION"),
    "plants": (r"[^@]+(@[^@]+)?", "a plant or process@REGION"),
    "trade": (r"[^:>]+:[^:>]+>[^:>]+", "commodity:ORIGIN>DESTINATION"),
    "mixes": (r"[^@:]+@[^@:]+:[^@:]+", "use@REGION:cell"),
}
"""Table to how its rows are written."""


def run(chain: Chain) -> Iterator[Finding]:
    """Check costs, sizes, lead times and rows of measures.

    Args:
        chain: World to check.

    Yields:
        Findings.
    """
    world = chain.world
    table = world["measures"]
    if table.empty:
        return
    stock = table["table"] == "stores"
    free = table["capital"].isna() & table["running"].isna()
    yield from each(
        "error", "measures.cost", "measures", table, free, "capital",
        lambda r: f"{r['measure']} has no cost: neither capital nor running.",
        "Give what a unit costs, with a source; write 0 where it costs nothing.",
    )  # fmt: skip
    yield from each(
        "error", "measures.use", "measures", table, ~stock & table["use_cost"].isna(), "use_cost",
        lambda r: f"{r['measure']} does not say what each unit that it gives costs.",
        "Give use_cost in USD/unit.",
    )  # fmt: skip
    for column in ("capital", "running"):
        low, high = table[f"{column}_low"], table[f"{column}_high"]
        off = (table[column] < low) | (table[column] > high) | (low.isna() != high.isna())
        yield from each(
            "error", "measures.range", "measures", table, off, column,
            lambda r, c=column: f"{plain(r[c])} lies outside {plain(r[c + '_low'])}…{plain(r[c + '_high'])}.",  # type: ignore[misc]
            f"Correct {column}, {column}_low or {column}_high.",
        )  # fmt: skip
    late = (table["lead"] < table["lead_low"]) | (table["lead"] > table["lead_high"])
    yield from each(
        "error", "measures.lead", "measures", table, late, "lead",
        lambda r: f"{plain(r['lead'])} months lie outside {plain(r['lead_low'])}…{plain(r['lead_high'])}.",
        "Correct lead, lead_low or lead_high.",
    )  # fmt: skip
    for column in ("most", "lot", "life", "drawdown", "effect"):
        yield from each(
            "error", "measures.size", "measures", table, table[column] <= 0, column,
            lambda r, c=column: f"{r['measure']} has a {c} of {plain(r[c])}.",  # type: ignore[misc]
            "Give a number above nought, or leave it empty.",
        )  # fmt: skip
    yield from each(
        "error", "measures.size", "measures", table, table["lot"] > table["most"], "lot",
        lambda r: f"one lot of {plain(r['lot'])} is more than the most that can be had, {plain(r['most'])}.",
        "Lower lot, or raise most.",
    )  # fmt: skip
    for column in ("capital", "running", "use_cost", "lead"):
        yield from each(
            "error", "measures.negative", "measures", table, table[column] < 0, column,
            lambda r, c=column: f"{r['measure']} has a {c} below nought.",  # type: ignore[misc]
            "Give a number of 0 or more.",
        )  # fmt: skip
    yield from each(
        "error", "measures.drawdown", "measures", table, stock != table["drawdown"].notna(), "drawdown",
        lambda r: f"{r['measure']}: a stock, and nothing else, says in how many months it can be emptied.",
        "Give drawdown for table stores, and leave it empty for others.",
    )  # fmt: skip
    yield from each(
        "error", "measures.attribute", "measures", table, table["attribute"] != table["table"].map(FITS), "attribute",
        lambda r: f"{r['measure']} moves {r['attribute']} of {r['table']}, which has {FITS[r['table']]}.",
        "Name the attribute that goes with the table.",
    )  # fmt: skip
    wrong = [
        re.fullmatch(SHAPES[name][0], row) is None
        for name, row in zip(table["table"], table["row"], strict=True)
    ]
    yield from each(
        "error", "measures.row", "measures", table, wrong, "row",  # type: ignore[arg-type]
        lambda r: f"{r['row']!r} is no row of {r['table']}.",
        "Write rows as the reference says: " + "; ".join(f"{t}: {s}" for t, (_, s) in SHAPES.items()) + ".",
    )  # fmt: skip
    plants = world["plants"]
    known = set(plants["plant"]) | set(world["processes"]["process"])
    named = table["row"].str.partition("@")[0]
    yield from each(
        "error", "measures.plant", "measures", table, (table["table"] == "plants") & ~named.isin(known), "row",
        lambda r: f"{r['row']!r} names no plant or process.",
        "Name a plant of the world, or process@REGION.",
    )  # fmt: skip
