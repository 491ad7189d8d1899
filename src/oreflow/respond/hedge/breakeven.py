"""The lithium price above which sodium-ion cells are the cheaper ones.

    P* = P + (C_Na − C_LFP)/i

| symbol | meaning | unit |
|---|---|---|
| P | lithium price at which both packs were priced | USD/t LCE |
| C_Na − C_LFP | premium of a sodium-ion pack over an LFP pack | USD/kWh |
| i | lithium in a good LFP cell | kg LCE/kWh |

The intensity is not written down here: it is the cathode a cell takes times the carbonate a cathode takes, from the
atlas's recipes, less what is lost in making both.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from oreflow.atlas import World
from oreflow.errors import DataError, UsageError
from oreflow.respond.prices.table import Assumption, assumptions, price_now, price_row, record
from oreflow.shock.ranges import Range

LITHIUM, CELL, CATHODE = "lithium_carbonate", "lfp_cell_making", "lfp_cathode_making"


@dataclass(frozen=True, slots=True)
class Intensity:
    """Lithium in LFP cells.

    Attributes:
        cell: In a good cell, kg LCE/kWh.
        bought: Bought for a good cell, losses of cathode and cell making included, kg LCE/kWh.
        cathode: Cathode bought for a good cell, kg/kWh.
        carbonate: Carbonate bought for the cathode, kg LCE/kg.
        cell_yield: Share of the cathode that ends in good cells.
        cathode_yield: Share of the lithium that ends in the cathode.
        source: Keys of the sources joined by ";".
    """

    cell: float
    bought: float
    cathode: float
    carbonate: float
    cell_yield: float
    cathode_yield: float
    source: str


def intensity(world: World) -> Intensity:
    """Return the lithium in LFP cells from the recipes of the atlas.

    Args:
        world: World.

    Returns:
        In the cell, and bought.

    Raises:
        DataError: A recipe is missing.
    """
    flows = world["flows"]

    def taken(process: str, commodity: str) -> tuple[float, str]:
        hit = flows[
            (flows["process"] == process) & (flows["commodity"] == commodity) & (flows["role"] == "input")
        ]
        if not len(hit):
            raise DataError(
                f"flows: {process!r} takes no {commodity!r}; lithium in a cell cannot be told. Add the row."
            )
        return float(hit["coefficient"].iloc[0]), str(hit["source"].iloc[0])

    per_cell, one = taken(CELL, "lfp_cathode")
    per_cathode, two = taken(CATHODE, LITHIUM)
    cell_yield, cathode_yield = world.parameter("cell_yield"), world.parameter("cathode_yield")
    bought = per_cell * per_cathode / 1000.0  # t/GWh to kg/kWh
    source = ";".join(dict.fromkeys([*one.split(";"), *two.split(";")]))
    return Intensity(
        cell=bought * cell_yield * cathode_yield,
        bought=bought,
        cathode=per_cell / 1000.0,
        carbonate=per_cathode,
        cell_yield=cell_yield,
        cathode_yield=cathode_yield,
        source=source,
    )


@dataclass(frozen=True, slots=True)
class Breakeven:
    """The break-even lithium price.

    Attributes:
        price: Lithium price of the base year, USD/t LCE.
        premium: Sodium-ion pack over LFP pack, USD/kWh.
        intensity: Lithium in LFP cells.
        threshold: P*, USD/t LCE.
        low: P* with the lowest premium and the most lithium, USD/t LCE.
        high: P* with the highest premium and the least lithium, USD/t LCE.
        threshold_bought: P* counting the lithium that is bought rather than what ends in the cell, USD/t LCE.
        swings: Input to P* at its low and its high end, the others at their middle.
        price_source: Keys of the sources of the price; empty where it was given.
        premium_source: Keys of the sources of the premium; empty where it was given.
        source: Keys of all sources joined by ";".
    """

    price: float
    premium: Range
    intensity: Intensity
    threshold: float
    low: float
    high: float
    threshold_bought: float
    swings: dict[str, tuple[float, float]]
    price_source: str
    premium_source: str
    source: str

    @property
    def multiple(self) -> float:
        """P* over the price of the base year."""
        return self.threshold / self.price


def threshold(price: float, premium: float, lithium: float) -> float:
    """Return the lithium price at which two packs cost the same.

    Args:
        price: Lithium price at which the premium holds, USD/t LCE.
        premium: Premium of the pack without lithium, USD/kWh.
        lithium: Lithium in the other, kg LCE/kWh.

    Returns:
        USD/t LCE.

    Raises:
        UsageError: A number is out of range.
    """
    if not (price >= 0 and lithium > 0):
        raise UsageError(
            f"a break-even needs a price of 0 or more and lithium above 0, not {price} and {lithium}."
        )
    return price + 1000.0 * premium / lithium


def breakeven(world: World, *, premium: float | None = None, price: float | None = None) -> Breakeven:
    """Return the break-even lithium price with its range.

    Args:
        world: World.
        premium: Premium of a sodium-ion pack in place of the atlas's, USD/kWh.
        price: Lithium price at which it holds; that of the base year by default, USD/t LCE.

    Returns:
        The break-even. Its range is exact: P* rises with the premium and falls with the intensity.

    Raises:
        DataError: A recipe or price is missing.
        UsageError: A number is out of range.
    """
    row = record(world["parameters"], "parameter", "pack_sodium_premium")
    told = Range(*(float(row[k]) for k in ("low", "value", "high")))
    if premium is not None:
        told = Range(premium, premium, premium)
    now = price_now(world, LITHIUM) if price is None else price
    lithium = intensity(world)
    paid = "" if price is not None else str(price_row(world, LITHIUM)["source"])
    asked = "" if premium is not None else str(row["source"])
    ends = {
        "premium of the sodium-ion pack": (
            threshold(now, told.low, lithium.cell),
            threshold(now, told.high, lithium.cell),
        ),
        "lithium counted: bought, or in the cell": (
            threshold(now, told.value, lithium.bought),
            threshold(now, told.value, lithium.cell),
        ),
    }
    corners = [threshold(now, c, i) for c in (told.low, told.high) for i in (lithium.cell, lithium.bought)]
    return Breakeven(
        price=now,
        premium=told,
        intensity=lithium,
        threshold=threshold(now, told.value, lithium.cell),
        low=min(corners),
        high=max(corners),
        threshold_bought=threshold(now, told.value, lithium.bought),
        swings=ends,
        price_source=paid,
        premium_source=asked,
        source=";".join(dict.fromkeys(k for s in (asked, lithium.source, paid) for k in s.split(";") if k)),
    )


@cache
def _table() -> dict[tuple[str, ...], Assumption]:
    return assumptions("oreflow.respond.hedge", "assumptions.csv", ("parameter",))


def terms_of_conversion() -> dict[str, Assumption]:
    """Return the assumptions on converting lines: parameter to assumption."""
    return {k[0]: v for k, v in _table().items()}
