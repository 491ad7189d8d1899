"""Dates are in order and agree with the states they explain."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from oreflow.atlas.check.chain import BASE, Chain
from oreflow.atlas.check.finding import Finding, each
from oreflow.atlas.schema import tables

_FIRST, _LAST = 1900, 2060
_PERIOD = r"[0-9]{4}(?:-(?:0[1-9]|1[0-2]))?"


def run(chain: Chain) -> Iterator[Finding]:
    """Check the order of dates, permits, periods of prices and years.

    Args:
        chain: World to check.

    Yields:
        Findings.
    """
    world = chain.world
    for name, table in tables().items():
        frame = world[name]
        if {"start", "end"} <= set(table.columns):
            yield from _order(name, frame)
        if "year" in table.columns:
            yield from each(
                "error",
                "dates.year",
                name,
                frame,
                (frame["year"] < _FIRST) | (frame["year"] > _LAST),
                "year",
                lambda r: f"{r['year']} is not a year between {_FIRST} and {_LAST}.",
                "Give a calendar year.",
            )
    yield from _permits(world["plants"])
    prices = world["prices"]
    yield from each(
        "error",
        "dates.period",
        "prices",
        prices,
        ~prices["period"].str.fullmatch(_PERIOD),
        "period",
        lambda r: f"{r['period']!r} is not a period.",
        "Write YYYY or YYYY-MM.",
    )


def _order(name: str, frame: pd.DataFrame) -> Iterator[Finding]:
    both = (frame["start"] != "") & (frame["end"] != "")
    # ISO text sorts by time; a coarser end (2025) covers all that it begins (2025-08)
    late = both & (frame["start"] > frame["end"] + "~")
    yield from each(
        "error",
        "dates.order",
        name,
        frame,
        late,
        "start",
        lambda r: f"it starts on {r['start']}, after its end on {r['end']}.",
        "Swap or correct the two dates.",
    )


def _permits(plants: pd.DataFrame) -> Iterator[Finding]:
    expiry, state = plants["permit_expiry"], plants["permit_state"]
    given = expiry != ""
    yield from each(
        "warning",
        "dates.permit",
        "plants",
        plants,
        given & (state == "valid") & (expiry + "~" < f"{BASE}-01-01"),
        "permit_state",
        lambda r: f"the permit of {r['plant']} ended on {r['permit_expiry']} and is called valid.",
        "Correct the date or the state.",
    )
    yield from each(
        "warning",
        "dates.permit",
        "plants",
        plants,
        given & (state == "expired") & (expiry >= f"{BASE + 1}"),
        "permit_state",
        lambda r: f"the permit of {r['plant']} runs to {r['permit_expiry']} and is called expired.",
        "Correct the date or the state.",
    )
    yield from each(
        "warning",
        "dates.permit",
        "plants",
        plants,
        ~given & (state == "expired"),
        "permit_expiry",
        lambda r: f"the permit of {r['plant']} is expired, but since when is not said.",
        "Give the date the permit ended.",
    )
    yield from each(
        "info",
        "dates.permit",
        "plants",
        plants,
        given & (state == ""),
        "permit_state",
        lambda r: f"the permit of {r['plant']} ends on {r['permit_expiry']}, but its state is not said.",
        "Give the state: valid, expired, renewal or none.",
    )
