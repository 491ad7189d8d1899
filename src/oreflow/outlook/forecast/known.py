"""The series that a world holds, and `forecast` of one of them."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pandas as pd

from oreflow.atlas.world import World
from oreflow.errors import DataError, UnknownNameError
from oreflow.outlook.forecast.backtest import Progress
from oreflow.outlook.forecast.make import LEVELS, forecast_series
from oreflow.outlook.forecast.periods import label, parse
from oreflow.outlook.forecast.result import Forecast
from oreflow.outlook.forecast.series import LEAST, Series, coarser

WHAT = ("price", "consumption", "reliance", "production", "batteries")
"""Kinds of series: price by market; apparent consumption and net import reliance of the United States; production, and
batteries in electric vehicles sold, by country or of the world."""
BATTERY = "ev_battery"
"""Commodity that the batteries in electric vehicles are."""
WORLD = "WLD"
"""Region of a sum over all countries."""
_STATISTIC = {"consumption": "apparent_consumption", "reliance": "net_import_reliance"}
_UNITS = {
    "metric tons": ("t/yr", 1.0),
    "thousand metric tons": ("t/yr", 1e3),
    "kilograms": ("kg/yr", 1.0),
    "percent": ("%", 1.0),
}
"""How the statistics write a unit, to how it is written here and the factor to it."""
_TEXT = {
    "price": "Price",
    "consumption": "Apparent consumption",
    "reliance": "Net import reliance",
    "batteries": "Use",
}


def forecast(
    world: World,
    commodity: str,
    *,
    what: str = "price",
    region: str | None = None,
    step: str | None = None,
    horizon: int | None = None,
    level: Sequence[float] = LEVELS,
    models: Sequence[str] | None = None,
    widen: bool = False,
    seed: int = 1,
    progress: Progress | None = None,
) -> Forecast:
    """Forecast a price or a need by the model that is shown to beat naive, or naively.

    Args:
        world: The world.
        commodity: Commodity, or a mineral: then that of its commodities with the longest series.
        what: one of `WHAT`.
        region: Market or country; where left out the market of reference, the country of the statistics, or the world.
        step: ``quarter`` or ``year`` to forecast the means of a shorter series; its own step where left out.
        horizon: Periods ahead; 12 months, 4 quarters or 3 years where left out.
        level: Levels of the intervals, 0.8 for 80 %.
        models: Candidates; all that fit the series where left out.
        widen: Whether an interval may not be narrower than one nearer in time.
        seed: Seed of the bootstrap.
        progress: Called with the name of each candidate before it starts.

    Returns:
        The forecast.

    Raises:
        UnknownNameError: A commodity, region, model or kind of series is not known.
        DataError: The world has no such series that is long enough.
        UsageError: The horizon or a level is out of range, or statsforecast is not installed.
    """
    found = series_of(world, commodity, what=what, region=region)
    return forecast_series(
        found if step is None else coarser(found, step),
        horizon=horizon,
        level=level,
        models=models,
        widen=widen,
        seed=seed,
        progress=progress,
    )


def series_of(world: World, commodity: str, *, what: str = "price", region: str | None = None) -> Series:
    """Return one series of a world.

    Args:
        world: The world.
        commodity: Commodity or mineral.
        what: Kind of series.
        region: Market or country; the usual one where left out.

    Returns:
        Monthly rather than yearly, then one that is up to date, then that of the market of reference, then the longest,
        then the largest: the whole rather than a part.

    Raises:
        UnknownNameError: A commodity, region or kind of series is not known.
        DataError: There is none.
    """
    table = world.commodities
    names = {*table["commodity"], *table["mineral"]}
    if commodity not in names:
        raise UnknownNameError("commodity", commodity, names)
    regions = {*world.regions["region"], *world.production["country"], WORLD}
    if region is not None and region not in regions:
        raise UnknownNameError("region", region, regions)
    mine = table[(table["commodity"] == commodity) | (table["mineral"] == commodity)]
    hub = dict(zip(mine["commodity"], mine["price_hub"], strict=True))
    found = [s for s in known(world, what) if s.commodity in hub]
    fits = [s for s in found if region is None or s.region == region]
    if not fits:
        places = sorted({s.region for s in found})
        other = f"There is one for {', '.join(places)}." if places else _hint(world, what, table, set(hub))
        raise DataError(
            f"no series of {what} of {commodity}{f' in {region}' if region else ''} with at least {LEAST} consecutive "
            f"periods. {other}"
        )
    home = {"price": None, "production": WORLD, "batteries": WORLD}.get(what, "USA")
    exact = [s for s in fits if s.commodity == commodity] or fits

    newest = {step: max(s.last for s in exact if s.step == step) for step in {s.step for s in exact}}

    def rank(s: Series) -> tuple[bool, bool, bool, int, float]:
        at_home = s.region == (home or hub[s.commodity])
        return (s.step == "month", s.last == newest[s.step], at_home, len(s.values), s.values[-1])

    return max(exact, key=rank)


def _hint(world: World, what: str, table: pd.DataFrame, mine: set[str]) -> str:
    minerals = dict(zip(table["commodity"], table["mineral"], strict=True))
    have = sorted({s.commodity for s in known(world, what)})
    near = [c for c in have if minerals[c] in {minerals[m] for m in mine}]
    return f"Commodities with one: {', '.join(near or have) or 'none'}."


def known(world: World, what: str = "price") -> tuple[Series, ...]:
    """Return every series of a kind that a world holds.

    Args:
        world: The world.
        what: one of `WHAT`.

    Returns:
        The series with at least four consecutive periods, by commodity and region, longer steps last.

    Raises:
        UnknownNameError: The kind is not known.
    """
    if what not in WHAT:
        raise UnknownNameError("kind of series", what, WHAT)
    if what == "price":
        made = _prices(world)
    elif what == "production":
        made = _production(world)
    elif what == "batteries":
        made = _batteries(world)
    else:
        made = _salient(world, what)
    found = sorted(made, key=lambda s: (s.commodity, s.region, s.step, -len(s.values)))
    alike = Counter((s.name, s.step) for s in found)
    return tuple(replace(s, name=f"{s.name} ({s.basis})") if alike[s.name, s.step] > 1 else s for s in found)


def _prices(world: World) -> Iterable[Series]:
    rows = world.prices
    unit = dict(zip(world.commodities["commodity"], world.commodities["unit"], strict=True))
    rows = rows.assign(step=rows["period"].str.len())
    for (commodity, region, _, basis), group in rows.groupby(["commodity", "region", "step", "basis"]):
        made = _made(
            world, "price", str(commodity), str(region), group, f"USD/{unit[commodity].removesuffix(' product')}",
            str(basis), "period", "value",
        )  # fmt: skip
        if made is not None:
            yield made


def _salient(world: World, what: str) -> Iterable[Series]:
    rows = world.salient
    rows = rows[(rows["statistic"] == _STATISTIC[what]) & (rows["bound"] == "")]
    for (commodity, country, detail, unit), group in rows.groupby(["commodity", "country", "detail", "unit"]):
        share = what == "reliance"
        name, factor = _UNITS.get(str(unit), (str(unit), 1.0))
        made = _made(
            world, what, str(commodity), str(country), group.assign(value=group["value"] * factor), name, str(detail),
            "year", "value", low=0.0 if share else None, high=100.0 if share else None,
        )  # fmt: skip
        if made is not None:
            yield made


def _production(world: World) -> Iterable[Series]:
    """Yield production by country and of the world, each from one edition, so that none is counted twice."""
    rows = world.production
    rows = rows[rows["quantity"].notna()]
    unit = dict(zip(world.commodities["commodity"], world.commodities["unit"], strict=True))
    for (commodity, stage), group in rows.groupby(["commodity", "stage"]):
        years = group.groupby("edition")["year"].nunique()
        group = group[group["edition"] == years.idxmax()]
        basis = f"{stage} production, {group['edition'].iloc[0]}"
        total = group.groupby("year", as_index=False).agg(
            {"quantity": "sum", "source": "first", "quality": "first"}
        )
        whole = (WORLD, total.assign(note="Sum of the countries listed"))
        for country, part in [whole, *((str(c), p) for c, p in group.groupby("country"))]:
            made = _made(
                world, "production", str(commodity), country, part, f"{unit[commodity]}/yr", basis, "year", "quantity"
            )  # fmt: skip
            if made is not None and any(made.values):
                yield made


def _batteries(world: World) -> Iterable[Series]:
    """Yield batteries in the electric vehicles sold, by region and of the world."""
    rows = world.sales
    rows = rows[rows["scenario"] == "history"].drop(columns="note")
    regions = [(str(r), g) for r, g in rows.groupby("region")]
    for region, group in [(WORLD, rows), *regions] if len(rows) else []:
        total = group.groupby("year", as_index=False).agg({"energy": "sum", "source": "first"})
        total["quality"] = _worst(group["quality"])
        made = _made(
            world,
            "batteries",
            BATTERY,
            region,
            total,
            "GWh/yr",
            "batteries in electric vehicles sold",
            "year",
            "energy",
        )
        if made is not None:
            yield made


def _made(
    world: World,
    what: str,
    commodity: str,
    region: str,
    rows: pd.DataFrame,
    unit: str,
    basis: str,
    period: str,
    value: str,
    *,
    low: float | None = None,
    high: float | None = None,
) -> Series | None:
    """Return the latest run of a series; a single period missing inside is filled between its neighbours."""
    at = {parse(str(p))[1]: float(v) for p, v in zip(rows[period], rows[value], strict=True)}
    step = parse(str(rows[period].iloc[0]))[0]
    last = max(at)
    run, filled = [last], []
    while True:
        before = run[-1] - 1
        if before in at:
            run.append(before)
        elif before - 1 in at and at[before - 1] > 0 and at[before + 1] > 0:
            at[before] = math.sqrt(at[before - 1] * at[before + 1])
            filled.append(label(step, before))
            run.append(before)
        else:
            break
    run.reverse()
    if len(run) - len(filled) < LEAST:
        return None
    notes = [str(n) for n in dict.fromkeys(rows.get("note", ())) if isinstance(n, str) and n]
    if filled:
        notes.append(f"{', '.join(sorted(filled))} missing, filled with the geometric mean of its neighbours")
    table = world.commodities
    column = table["mineral" if what == "production" else "name"]
    named = str(dict(zip(table["commodity"], column, strict=True))[commodity]).replace("_", " ")
    places = {**dict(zip(world.regions["region"], world.regions["name"], strict=True)), WORLD: "the world"}
    return Series(
        name=_name(what, named, places.get(region, region), basis),
        periods=tuple(label(step, p) for p in run),
        values=tuple(at[p] for p in run),
        unit=unit,
        source=";".join(dict.fromkeys(k for s in rows["source"] for k in str(s).split(";"))),
        quality=_worst(rows["quality"]),
        basis=basis,
        note=". ".join(notes[:3]),
        what=what,
        commodity=commodity,
        region=region,
        low=low,
        high=high,
    )


def _worst(qualities: Iterable[str]) -> str:
    order = ("reported", "derived", "imputed", "assumed")
    return max(map(str, qualities), key=order.index)


def _name(what: str, commodity: str, place: str, basis: str) -> str:
    """Return a heading: a price is told by its quotation, anything else by its place."""
    thing = commodity.partition(" (")[0]
    thing = thing if thing[:2].isupper() else thing[:1].lower() + thing[1:]
    kind = basis.partition(",")[0].capitalize() if what == "production" else _TEXT[what]
    return f"{kind} of {thing}, {re.split('[,;]', basis)[0] if what == 'price' else place}"
