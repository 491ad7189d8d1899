"""How large a gap is, and how much hangs on one supplier.

Three shares that are often taken for one another keep their own names here:

- **gap to supply**, (demand - supply) / supply: by how much supply would have to grow
- **gap to demand**, (demand - supply) / demand: which part of demand is not met at home
- **net import reliance**, as the USGS counts it: what of refined use does not come from refining of new metal and old
  scrap at home; it is about the refined stage alone and is below zero for a net exporter
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from oreflow import ratios
from oreflow.errors import DataError

OTHERS = ("OTH", "ROW", "EUR")
"""Groups of countries: they supply, but none of them is the largest supplier."""


def gap_to_supply(demand: float, supply: float) -> float | None:
    """Return 100 (demand - supply) / supply, in percent; none where there is no supply.

    Args:
        demand: Demand, in one unit.
        supply: Supply, same unit.

    Raises:
        DataError: A quantity is below zero.
    """
    _check(demand, supply)
    return ratios.gap_to_supply(demand, supply) if supply > 0 else None


def gap_to_demand(demand: float, supply: float) -> float | None:
    """Return 100 (demand - supply) / demand, in percent; none where there is no demand.

    Args:
        demand: Demand, in one unit.
        supply: Supply, same unit.

    Raises:
        DataError: A quantity is below zero.
    """
    _check(demand, supply)
    return ratios.gap_to_demand(demand, supply) if demand > 0 else None


def net_import_reliance(consumption: float, refined: float, old_scrap: float) -> float | None:
    """Return 100 (consumption - refined - old scrap) / consumption, in percent; none without consumption.

    Args:
        consumption: Use of the refined mineral, in one unit.
        refined: Refining of newly mined metal at home, same unit.
        old_scrap: Old scrap that comes back at home, same unit.

    Raises:
        DataError: A quantity is below zero.
    """
    _check(consumption, refined + old_scrap)
    return ratios.net_import_reliance(consumption, refined + old_scrap) if consumption > 0 else None


@dataclass(frozen=True, slots=True)
class Concentration:
    """How much hangs on the largest supplier.

    Attributes:
        largest: The country that supplies most; empty where none is named.
        share: Its part of all supply, 0 to 1.
        cover: Supply without it over demand (the IEA's N-1), 0 or more; none without demand.
    """

    largest: str
    share: float
    cover: float | None


def concentration(supply: Mapping[str, float], demand: float, *, more: float = 0.0) -> Concentration:
    """Return the largest supplier and what is left without it.

    Args:
        supply: Country to its supply, in one unit. Groups of countries count, but are never the largest.
        demand: Demand, same unit.
        more: Supply of no country in particular, such as old scrap, same unit.

    Raises:
        DataError: A quantity is below zero.
    """
    _check(demand, min([*supply.values(), more]))
    named = {k: v for k, v in supply.items() if k not in OTHERS and v > 0}
    whole = sum(supply.values()) + more
    largest = max(named, key=lambda k: named[k], default="")
    lost = named.get(largest, 0.0)
    return Concentration(
        largest, lost / whole if whole > 0 else 0.0, (whole - lost) / demand if demand > 0 else None
    )


def _check(demand: float, supply: float) -> None:
    if not demand >= 0 or not supply >= 0:
        raise DataError(
            f"outlook: demand and supply must not be below zero (demand {demand}, supply {supply})."
        )
