"""Numbers lie where numbers of their kind can lie."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from oreflow.atlas.check.chain import Chain
from oreflow.atlas.check.finding import Finding, each
from oreflow.atlas.quantities import plain
from oreflow.atlas.schema import tables

_SIGNED = {"lat", "lon", "governance", "cost", "switch_cost"}
_SHARES = {
    "share",
    "ceiling",
    "ramp",
    "min_run",
    "input_rate",
    "collection",
    "recovery",
    "loss",
    "p_permanent",
    "p_contagion",
    "chance",
    "loss_low",
    "loss_high",
}
_NOT_BOUNDED = {("processes", "ramp")}
_FREE_TABLES = {"parameters", "policies", "claims", "salient"}
_LIMITS = {"lat": 90.0, "lon": 180.0, "governance": 3.5}
_ROUNDING = 1e-4


def run(chain: Chain) -> Iterator[Finding]:
    """Check signs, shares, positions and that low ends lie below high ends.

    Args:
        chain: World to check.

    Yields:
        Findings.
    """
    for name, table in tables().items():
        frame = chain.world[name]
        if frame.empty:
            continue
        for a in table.attributes:
            if a.type != "number":
                continue
            values = frame[a.name].to_numpy()
            if name not in _FREE_TABLES and a.name not in _SIGNED:
                yield from _negative(name, frame, a.name, a.unit, values)
            if a.name in _SHARES and (name, a.name) not in _NOT_BOUNDED:
                yield from _above_one(name, frame, a.name, values)
            if a.name in _LIMITS:
                yield from _beyond(name, frame, a.name, values)
        yield from _pairs(name, frame, table.columns)
    yield from _parameters(chain.world["parameters"])
    yield from _zero_demand(chain.world["demands"])


def _negative(
    name: str,
    frame: pd.DataFrame,
    column: str,
    unit: str,
    values: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> Iterator[Finding]:
    with np.errstate(invalid="ignore"):
        bad = values < 0
    if bad.any():
        yield from each(
            "error",
            "ranges.negative",
            name,
            frame,
            bad,
            column,
            lambda r: f"{column} is {plain(r[column])}, below zero.",
            f"Give a figure of zero or more [{unit}].",
        )


def _above_one(
    name: str, frame: pd.DataFrame, column: str, values: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> Iterator[Finding]:
    with np.errstate(invalid="ignore"):
        bad = values > 1 + _ROUNDING
    if bad.any():
        yield from each(
            "error",
            "ranges.share",
            name,
            frame,
            bad,
            column,
            lambda r: f"{column} is {plain(r[column])}, above 1.",
            "Give a share between 0 and 1, not a percentage.",
        )


def _beyond(
    name: str, frame: pd.DataFrame, column: str, values: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> Iterator[Finding]:
    limit = _LIMITS[column]
    with np.errstate(invalid="ignore"):
        bad = np.abs(values) > limit
    if bad.any():
        yield from each(
            "error",
            "ranges.position" if column in ("lat", "lon") else "ranges.index",
            name,
            frame,
            bad,
            column,
            lambda r: f"{column} is {plain(r[column])}.",
            f"It lies between -{plain(limit)} and {plain(limit)}.",
        )


def _pairs(name: str, frame: pd.DataFrame, columns: list[str]) -> Iterator[Finding]:
    for low in columns:
        high = low.replace("low", "high")
        if high == low or high not in columns or not low.endswith("low") or name == "parameters":
            continue
        bad = frame[low] > frame[high]
        if bad.any():
            yield from each(
                "error",
                "ranges.low_high",
                name,
                frame,
                bad,
                low,
                lambda r, a=low, b=high: f"{a} {plain(r[a])} is above {b} {plain(r[b])}.",  # type: ignore[misc]
                "Swap or correct the two ends.",
            )


def _parameters(frame: pd.DataFrame) -> Iterator[Finding]:
    slack = _ROUNDING * frame["value"].abs()
    for bad, text in (
        (frame["low"] > frame["high"], "its low end lies above its high end"),
        (frame["value"] < frame["low"] - slack, "its value lies below its low end"),
        (frame["value"] > frame["high"] + slack, "its value lies above its high end"),
    ):
        yield from each(
            "error",
            "ranges.low_high",
            "parameters",
            frame,
            bad,
            "value",
            lambda r, t=text: (
                f"{r['parameter']} is {plain(r['value'])} in {plain(r['low'])}…{plain(r['high'])}: {t}."
            ),  # type: ignore[misc]
            "Correct value, low or high.",
        )


def _zero_demand(frame: pd.DataFrame) -> Iterator[Finding]:
    yield from each(
        "info",
        "ranges.zero",
        "demands",
        frame,
        frame["quantity"] == 0,
        "quantity",
        lambda r: f"{r['demand']} asks for nothing.",
        "Leave the row out or give its quantity.",
    )
