"""Which process a commodity's price follows: our table first, then a fit to the atlas's monthly prices."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

from oreflow.atlas import World
from oreflow.errors import DataError, UnknownNameError
from oreflow.respond.prices.process import Process, fit
from oreflow.shock.ranges import Range

PARAMETERS = ("level", "half_life", "volatility")
MONTHS = 60
"""Months of prices that a fit to the atlas needs."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """A number of a table of assumptions.

    Attributes:
        value: The number.
        range: Low, middle and high.
        unit: Its unit.
        source: Keys of its sources joined by ";".
        quality: How it is known.
        note: What a reader must know.
    """

    value: float
    range: Range
    unit: str
    source: str
    quality: str
    note: str


def assumptions(package: str, name: str, keys: tuple[str, ...]) -> dict[tuple[str, ...], Assumption]:
    """Read a table of assumptions that is part of the package.

    Args:
        package: Package that holds it.
        name: Name of the CSV file.
        keys: Columns that name a row.

    Returns:
        Key to the assumption.

    Raises:
        DataError: A row's range does not hold its value.
    """
    with files(package).joinpath(name).open(encoding="utf-8") as stream:
        frame = pd.read_csv(stream, keep_default_na=False)
    out: dict[tuple[str, ...], Assumption] = {}
    for i, row in enumerate(frame.to_dict("records")):
        low, value, high = (float(row[k]) for k in ("low", "value", "high"))
        if not low <= value <= high:
            raise DataError(f"{name}, row {i + 2}: {value} is not between {low} and {high}.")
        out[tuple(str(row[k]) for k in keys)] = Assumption(
            value,
            Range(low, value, high),
            str(row["unit"]),
            str(row["source"]),
            str(row["quality"]),
            str(row["note"]),
        )
    return out


@cache
def _table() -> dict[tuple[str, ...], Assumption]:
    return assumptions("oreflow.respond.prices", "processes.csv", ("commodity", "parameter"))


def table() -> dict[tuple[str, str], Assumption]:
    """Return the assumptions on price processes: (commodity, parameter) to the assumption."""
    return {(k[0], k[1]): v for k, v in _table().items()}


def lookup(frame: pd.DataFrame, key: str, column: str) -> dict[str, Any]:
    """Return a column of a table by its key."""
    return dict(zip(frame[key].tolist(), frame[column].tolist(), strict=True))


def record(frame: pd.DataFrame, key: str, value: str) -> dict[str, Any]:
    """Return the first row of a table with a key.

    Raises:
        UnknownNameError: There is none; carries the nearest.
    """
    hit = frame[frame[key] == value]
    if not len(hit):
        raise UnknownNameError(key, value, frame[key])
    return {str(k): v for k, v in hit.iloc[0].items()}


def unit_of(world: World, commodity: str) -> str:
    """Return the unit of a commodity.

    Raises:
        UnknownNameError: There is no such commodity.
    """
    units = lookup(world["commodities"], "commodity", "unit")
    if commodity not in units:
        raise UnknownNameError("commodity", commodity, units)
    return str(units[commodity])


def hub_node(world: World, commodity: str) -> str:
    """Return the market in which a commodity is priced.

    Args:
        world: World.
        commodity: Commodity.

    Returns:
        ``commodity@REGION``.

    Raises:
        UnknownNameError: There is no such commodity.
        DataError: It has no hub.
    """
    hubs = lookup(world["commodities"], "commodity", "price_hub")
    if commodity not in hubs:
        raise UnknownNameError("commodity", commodity, hubs)
    hub = str(hubs[commodity])
    if not hub or hub == "nan":
        raise DataError(f"commodities: {commodity!r} has no price_hub, so its price has no market.")
    return f"{commodity}@{hub}"


def price_row(world: World, commodity: str) -> dict[str, Any]:
    """Return the row of the price of the base year at the hub.

    Raises:
        UnknownNameError: There is no such commodity.
        DataError: It has no price of 2025.
    """
    hub = hub_node(world, commodity).partition("@")[2]
    rows = world["prices"]
    rows = rows[(rows["commodity"] == commodity) & (rows["region"] == hub) & (rows["period"] == "2025")]
    if not len(rows):
        raise DataError(
            f"prices: no 2025 price for {commodity!r} at its hub {hub!r}. Add a row with period 2025."
        )
    return {str(k): v for k, v in rows.iloc[0].items()}


def price_now(world: World, commodity: str) -> float:
    """Return the price of the base year at the hub, USD/unit.

    Raises:
        UnknownNameError: There is no such commodity.
        DataError: It has no price of 2025.
    """
    return float(price_row(world, commodity)["value"])


def process_of(world: World, commodity: str) -> Process:
    """Return how the price of a commodity is taken to move.

    The table of this package comes first; then a fit to at least five years of monthly prices in the atlas.

    Args:
        world: World.
        commodity: Commodity.

    Returns:
        The process, starting from the price of the base year.

    Raises:
        UnknownNameError: There is no such commodity.
        DataError: Nothing is known of how its price moves.
    """
    now, known = price_now(world, commodity), table()
    unit = f"USD/{unit_of(world, commodity)}"
    if (commodity, "level") in known:
        level, half, sigma = (known[commodity, p] for p in PARAMETERS)
        source = ";".join(dict.fromkeys(k for a in (level, half, sigma) for k in a.source.split(";")))
        worst = "assumed" if "assumed" in {level.quality, half.quality, sigma.quality} else level.quality
        return Process(
            now, level.value, float(np.log(2.0)) / half.value, sigma.value, unit, source, worst, level.note
        )
    rows = world["prices"]
    hub = hub_node(world, commodity).partition("@")[2]
    rows = rows[(rows["commodity"] == commodity) & (rows["region"] == hub) & (rows["period"].str.len() == 7)]
    rows = rows.sort_values("period")
    if len(rows) < MONTHS:
        have = sorted({k[0] for k in known})
        raise DataError(
            f"no price process for {commodity!r}: the table respond/prices/processes.csv has none (it has "
            f"{', '.join(have)}), and the atlas has {len(rows)} of the {MONTHS} monthly prices that a fit needs. "
            "Give paths of your own from an ensemble (--price-draws)."
        )
    source = ";".join(dict.fromkeys(rows["source"]))
    return fit(rows["value"].to_numpy(), unit=unit, source=source).process.with_(start=now)
