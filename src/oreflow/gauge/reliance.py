"""Net import reliance as USGS defines it, and the two gaps that are often taken for it.

**Net import reliance** is the part of apparent consumption that does not come from domestic primary production and
old scrap: imports - exports ± stock changes, over apparent consumption, in percent. What counts as domestic differs
by commodity (old scrap for copper, purchased scrap for nickel, refined stages only for zinc); ``reliance.csv`` states
it series by series, and `recompute` checks every printed figure.

**Gap to supply** and **gap to demand** are other numbers: what is missing against a target, over domestic supply or
over demand. A demand of 2.92 Mt with 1.80 Mt of domestic supply is a gap of 62 % of supply and 38.4 % of demand. They
have their own names here and never stand in for net import reliance.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import isnan, nan

import pandas as pd

from oreflow.atlas.world import World
from oreflow.errors import DataError, UnknownNameError
from oreflow.gauge.concentration import joined
from oreflow.ratios import net_import_reliance

NET_EXPORTER = "E"
"""What USGS prints where exports exceed imports."""


def net_import_reliance_from_trade(
    consumption: float, imports: float, exports: float, *, stock_draw: float = 0.0
) -> float:
    """Return net import reliance from trade and stocks.

    Args:
        consumption: Apparent consumption, in one unit a year.
        imports: Imports for consumption, same unit.
        exports: Exports, same unit.
        stock_draw: Stocks at the start less stocks at the end of the year, same unit.

    Returns:
        Percent of consumption; negative for a net exporter.

    Raises:
        DataError: Consumption is not positive, or a flow is negative.
    """
    if not consumption > 0 or imports < 0 or exports < 0:
        raise DataError(
            f"net import reliance: consumption must be above zero and trade not negative "
            f"(consumption {consumption}, imports {imports}, exports {exports})."
        )
    return 100.0 * (imports - exports + stock_draw) / consumption


@dataclass(frozen=True, slots=True)
class Series:
    """How USGS defines net import reliance of one series; texts are the source's own names of its rows.

    Attributes:
        series: Name used here.
        mineral: Mineral.
        printed: Row that prints the figure.
        form: ``domestic`` (consumption less supply), ``trade`` (imports less exports plus stock draw) or
            ``withheld`` (cannot be recomputed).
        consumption: Row of the denominator; empty: production + imports - exports.
        domestic: Rows of domestic supply.
        imports: Rows of imports.
        exports: Rows of exports.
        stocks: Rows of year-end stocks.
        source: Key of the source of the definition.
        definition: The definition in words.
        note: What else to know.
    """

    series: str
    mineral: str
    printed: str
    form: str
    consumption: str
    domestic: tuple[str, ...]
    imports: tuple[str, ...]
    exports: tuple[str, ...]
    stocks: tuple[str, ...]
    source: str
    definition: str
    note: str


@cache
def definitions() -> dict[str, Series]:
    """Return the definition of every series, by name."""
    text = resources.files("oreflow.gauge").joinpath("reliance.csv").read_text("utf-8")
    found = {}
    for row in csv.DictReader(text.splitlines()):
        many = {
            k: tuple(p for p in row[k].split("|") if p) for k in ("domestic", "imports", "exports", "stocks")
        }
        found[row["series"]] = Series(**{**row, **many})  # type: ignore[arg-type]
    return found


@dataclass(frozen=True, slots=True)
class Reliance:
    """Net import reliance of one series in one year.

    Attributes:
        series: Series.
        mineral: Mineral.
        year: Calendar year.
        printed: As USGS prints it: a number, a bound such as ``>95``, or ``E`` for a net exporter.
        value: Recomputed, percent; NaN where it cannot be.
        form: How it was recomputed: ``domestic``, ``trade``, or ``""``.
        difference: Recomputed less printed, in points; 0 where a printed bound or ``E`` holds; NaN if unknown.
        reason: Why it cannot be recomputed; empty if it was.
        vintage: Edition.
        source: Source keys.
    """

    series: str
    mineral: str
    year: int
    printed: str
    value: float
    form: str
    difference: float
    reason: str
    vintage: str
    source: str


def recompute(world: World, *, country: str = "USA", mineral: str | None = None) -> list[Reliance]:
    """Recompute every printed net import reliance of a country from the other rows of the same edition.

    Args:
        world: World with a ``salient`` table.
        country: ISO-3 code.
        mineral: Only this mineral; all by default.

    Returns:
        One entry a printed figure, in the order of ``reliance.csv`` and by year.

    Raises:
        UnknownNameError: No salient statistics of the country.
    """
    table = world.salient[world.salient["country"] == country]
    if table.empty:
        raise UnknownNameError(
            "country with salient statistics", country, sorted(set(world.salient["country"]))
        )
    minerals = dict(zip(world.commodities["commodity"], world.commodities["mineral"], strict=True))
    table = table.assign(mineral=table["commodity"].map(minerals), detail=table["detail"].str.strip())
    found = []
    for s in definitions().values():
        if mineral is not None and s.mineral != mineral:
            continue
        rows = table[table["mineral"] == s.mineral]
        for _, cell in rows[rows["detail"] == s.printed].sort_values("year").iterrows():
            found.append(_recompute(s, rows, cell))
    return found


def reliance(world: World, mineral: str, *, country: str = "USA", year: int | None = None) -> list[Reliance]:
    """Return the net import reliance of a mineral's series in one year.

    Args:
        world: World with a ``salient`` table.
        mineral: Mineral.
        country: ISO-3 code.
        year: Calendar year; by default each series' latest.

    Returns:
        One entry a series; empty where USGS prints none for the mineral.
    """
    every = recompute(world, country=country, mineral=mineral)
    latest = {r.series: r.year for r in sorted(every, key=lambda r: r.year)}
    return [r for r in every if r.year == (latest[r.series] if year is None else year)]


def _recompute(s: Series, rows: pd.DataFrame, cell: pd.Series) -> Reliance:
    year = int(cell["year"])
    printed = printed_text(float(cell["value"]), str(cell["bound"]))
    form, value, reason = _value(s, rows, year)
    used = rows[
        rows["detail"].isin([s.consumption, *s.domestic, *s.imports, *s.exports, *s.stocks, s.printed])
    ]
    return Reliance(
        series=s.series,
        mineral=s.mineral,
        year=year,
        printed=printed,
        value=value,
        form=form,
        difference=_difference(value, printed),
        reason=reason,
        vintage=str(cell["vintage"]),
        source=joined(used["source"]),
    )


def _value(s: Series, rows: pd.DataFrame, year: int) -> tuple[str, float, str]:
    """Return form, value and reason of one cell."""
    if s.form == "withheld":
        return "", nan, s.note
    domestic = _sum(rows, s.domestic, year)
    imports, exports = _sum(rows, s.imports, year), _sum(rows, s.exports, year)
    consumption = _sum(rows, (s.consumption,), year) if s.consumption else domestic + imports - exports
    if isnan(consumption) or consumption <= 0:
        return "", nan, f"{s.consumption or 'apparent consumption'} is not printed for {year}"
    if s.form == "trade":
        draw = _sum(rows, s.stocks, year - 1) - _sum(rows, s.stocks, year)
        if not isnan(imports + exports + draw):
            return "trade", net_import_reliance_from_trade(consumption, imports, exports, stock_draw=draw), ""
    if isnan(domestic):
        return "", nan, f"{' or '.join(s.domestic)} is not printed for {year}"
    return "domestic", net_import_reliance(consumption, domestic), ""


def _sum(rows: pd.DataFrame, details: tuple[str, ...], year: int) -> float:
    """Return the sum of rows in one year in tonnes; 0 for no rows asked for, NaN where one is not printed."""
    total = 0.0
    for detail in details:
        hit = rows[(rows["detail"] == detail) & (rows["year"] == year) & (rows["bound"] == "")]
        total += float(hit["value"].iloc[0]) if len(hit) else nan
    return total


def printed_text(value: float, bound: str) -> str:
    """Return a salient figure as the source prints it.

    Args:
        value: Value; a negative one, or 0 with bound ``<``, stands for a net exporter.
        bound: Empty, ``>`` or ``<``.
    """
    if value < 0 or (value == 0 and bound == "<"):
        return NET_EXPORTER
    return f"{bound}{value:g}"


def _difference(value: float, printed: str) -> float:
    """Return recomputed less printed in points; 0 where a bound holds."""
    if isnan(value):
        return nan
    if printed == NET_EXPORTER:
        return max(0.0, value)
    if printed[:1] in "><":
        limit = float(printed[1:])
        return min(0.0, value - limit) if printed[0] == ">" else max(0.0, value - limit)
    return value - float(printed)
