"""`Measure`: one thing that can be done, read from the world, with what it costs over a horizon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from oreflow.atlas import World
from oreflow.errors import DataError, UnknownNameError, UsageError
from oreflow.shock.target import blocs


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that can be done. Fields are the columns of the table ``measures``, numbers that are absent NaN.

    Attributes:
        measure: Identifier.
        name: What is done.
        kind: Kind of thing, e.g. ``reserve``.
        who: Who can do it.
        region: Region that it serves.
        firm: Firm that it serves; empty for the region.
        commodity: What it supplies or saves.
        table: Table of the market it stands on.
        row: Row of that table.
        attribute: What it moves there.
        unit: What it is bought in.
        effect: Units of the commodity that a unit holds, or gives in a year.
        most: Largest size.
        lot: Size of a lot; NaN for any size.
        capital: Outlay, USD/unit.
        capital_low: Low end.
        capital_high: High end.
        life: Years it is written off over; NaN where it keeps its worth.
        running: Cost a year, used or not, USD/unit.
        running_low: Low end.
        running_high: High end.
        use_cost: Cost of each unit of the commodity, USD.
        earns: Whether its earnings at base prices pay for part of it.
        lead: Months until it works.
        lead_low: Least months.
        lead_high: Most months.
        drawdown: Months in which a stock can be emptied.
        hangs_on: What it hangs on.
        source: Sources.
        quality: How the figures are known.
        note: What a reader must know.
    """

    measure: str
    name: str
    kind: str
    who: str
    region: str
    firm: str
    commodity: str
    table: str
    row: str
    attribute: str
    unit: str
    effect: float
    most: float
    lot: float
    capital: float
    capital_low: float
    capital_high: float
    life: float
    running: float
    running_low: float
    running_high: float
    use_cost: float
    earns: bool
    lead: float
    lead_low: float
    lead_high: float
    drawdown: float
    hangs_on: str
    source: str
    quality: str
    note: str = ""

    @property
    def stock(self) -> bool:
        """Whether it is held rather than given year by year."""
        return self.table == "stores"

    @property
    def node(self) -> str:
        """Where what it gives arrives, ``commodity@REGION``."""
        return f"{self.commodity}@{self.region}"

    def outlay(self, price: float, *, end: str = "") -> float:
        """Return the outlay a unit, USD.

        Args:
            price: Base price of the commodity where it arrives, USD/unit: what a stock is bought at.
            end: ``low``, ``high``, or empty for the middle.
        """
        given = float(getattr(self, f"capital_{end}")) if end else self.capital
        given = self.capital if np.isnan(given) else given
        if np.isnan(given):
            return price * self.effect if self.stock else 0.0
        return given

    def yearly(self, *, end: str = "") -> float:
        """Return what a unit costs a year whether used or not, USD.

        Args:
            end: ``low``, ``high``, or empty for the middle.
        """
        given = float(getattr(self, f"running_{end}")) if end else self.running
        given = self.running if np.isnan(given) else given
        return 0.0 if np.isnan(given) else given

    def cost(self, price: float, margin: float, *, years: float, rate: float, end: str = "") -> float:
        """Return what a unit costs over a horizon, USD of today.

        The outlay is paid at once and charged to the years of service in equal parts of present worth: the horizon
        bears its share. A stock keeps its worth, so that only the interest is borne. To this come the yearly costs
        from when it works, and what it earns at base prices is taken off, down to nought.

        Args:
            price: Base price of the commodity where it arrives, USD/unit.
            margin: What a unit of the commodity earns at base prices, USD.
            years: Horizon.
            rate: Discount rate a year.
            end: Which end of the costs: ``low``, ``high``, or empty for the middle.
        """
        begin = self.lead / 12.0
        if begin >= years:
            return 0.0
        served = annuity(begin, years if np.isnan(self.life) else min(years, begin + self.life), rate)
        whole = annuity(begin, np.inf if np.isnan(self.life) else begin + self.life, rate)
        earned = self.effect * max(margin, 0.0) * served if self.earns and not self.stock else 0.0
        paid = self.outlay(price, end=end) * served / whole + self.yearly(end=end) * annuity(
            begin, years, rate
        )
        return max(paid - earned, 0.0)


def annuity(begin: float, end: float, rate: float) -> float:
    """Return the worth today of a dollar a year, paid steadily between two times.

    Args:
        begin: Years from today.
        end: Years from today; may be infinite.
        rate: Discount rate a year, above 0.
    """
    force = float(np.log1p(rate))
    return float((np.exp(-force * begin) - (0.0 if np.isinf(end) else np.exp(-force * end))) / force)


def measures(
    world: World,
    *,
    region: str | None = None,
    firm: str | None = None,
    minerals: Sequence[str] = (),
    names: Sequence[str] = (),
) -> tuple[Measure, ...]:
    """Return the measures of a world that fit.

    Args:
        world: World; users lay their own rows over its table ``measures``.
        region: Region or bloc that they serve; all by default.
        firm: Firm that they serve. With a region and without a firm those of firms are left out.
        minerals: Minerals of what they supply (batteries always fit where a battery mineral is named); all by default.
        names: Only these.

    Returns:
        Measures in the order of the table.

    Raises:
        UnknownNameError: A measure, region, firm or mineral is not in the world; carries the nearest.
        UsageError: None fits.
        DataError: A measure has no cost; names its row.
    """
    table = world["measures"]
    known = table["measure"].tolist()
    for name in names:
        if name not in known:
            raise UnknownNameError("measure", name, known)
    mineral = dict(zip(world.commodities["commodity"], world.commodities["mineral"], strict=True))
    for name in minerals:
        if name not in set(mineral.values()):
            raise UnknownNameError("mineral", name, sorted(set(mineral.values())))
    if firm is not None and firm not in set(world.firms["firm"]):
        raise UnknownNameError("firm", firm, world.firms["firm"])
    places = places_of(world, region) if region is not None else None
    found = []
    for row in table.to_dict("records"):
        one = _measure({str(k): v for k, v in row.items()})
        if names and one.measure not in names:
            continue
        if firm is not None and one.firm != firm:
            continue
        if firm is None and region is not None and one.firm and not names:
            continue
        if places is not None and one.region not in places:
            continue
        if minerals and mineral[one.commodity] not in (*minerals, "battery"):
            continue
        if np.isnan(one.capital) and np.isnan(one.running):
            raise DataError(
                f"measures.{one.measure}.capital: {one.name!r} has no cost: neither capital nor running. "
                "Give what a unit costs, with a source; write 0 where it costs nothing."
            )
        found.append(one)
    if not found:
        what = " for ".join(x for x in (", ".join(minerals), firm or region or "") if x)
        raise UsageError(
            f"the table measures holds nothing{' on ' + what if what else ''}. Lay your own rows over it with --with."
        )
    return tuple(found)


def places_of(world: World, region: str) -> set[str]:
    """Return the regions that a region or bloc stands for.

    Args:
        world: World.
        region: Region or bloc.

    Raises:
        UnknownNameError: It is neither.
    """
    groups = blocs(world)
    if region in set(world.regions["region"]):
        return {region}
    if region in groups:
        return set(groups[region])
    raise UnknownNameError("region", region, [*world.regions["region"], *groups])


def _measure(row: dict[str, Any]) -> Measure:
    values = {}
    for f in fields(Measure):
        value = row[f.name]
        if f.type == "float":
            value = float("nan") if value is None or value is pd.NA else float(value)
        elif f.type == "bool":
            value = bool(value)
        values[f.name] = value
    return Measure(**values)
