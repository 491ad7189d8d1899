"""How a region depends on others: three ratios with one meaning each, never mixed."""

from __future__ import annotations

from oreflow.errors import DataError


def net_import_reliance(consumption: float, *domestic: float) -> float:
    """Return net import reliance from consumption and domestic supply.

    Args:
        consumption: Apparent consumption, in one unit a year.
        *domestic: Domestic supply that USGS counts (primary production, old scrap), in the same unit.

    Returns:
        Percent of consumption, at most 100; negative for a net exporter.

    Raises:
        DataError: Consumption is not positive, or a supply is negative.
    """
    if not consumption > 0 or any(d < 0 for d in domestic):
        raise DataError(
            f"net import reliance: consumption must be above zero and supply not negative "
            f"(consumption {consumption}, supply {domestic})."
        )
    return 100.0 * ((consumption - sum(domestic)) / consumption)


def gap_to_supply(demand: float, supply: float) -> float:
    """Return the gap between demand and domestic supply, in percent of the supply.

    Args:
        demand: Demand, in one unit.
        supply: Domestic supply, same unit.

    Returns:
        100 (demand - supply) / supply; can exceed 100.

    Raises:
        DataError: Supply is not positive or demand is negative.
    """
    if not supply > 0 or demand < 0:
        raise DataError(f"gap to supply: supply must be above zero (demand {demand}, supply {supply}).")
    return 100.0 * (demand - supply) / supply


def gap_to_demand(demand: float, supply: float) -> float:
    """Return the gap between demand and domestic supply, in percent of the demand.

    Args:
        demand: Demand, in one unit.
        supply: Domestic supply, same unit.

    Returns:
        100 (demand - supply) / demand; at most 100.

    Raises:
        DataError: Demand is not positive or supply is negative.
    """
    if not demand > 0 or supply < 0:
        raise DataError(f"gap to demand: demand must be above zero (demand {demand}, supply {supply}).")
    return 100.0 * ((demand - supply) / demand)
