"""What is uncertain in an outlook: each assumption with its low and high end, and draws from between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oreflow.atlas.world import World
from oreflow.errors import DataError

Floats = NDArray[np.float64]
Values = Mapping[str, Floats]
"""Driver to its values, shape (draws, 1)."""

PARAMETERS = {
    "ev_level": ("outlook_ev_level", "Electric vehicles sold"),
    "storage_level": ("outlook_storage_level", "Stationary storage built"),
    "other_battery_growth": ("outlook_other_battery_growth", "Growth of other batteries"),
    "lfp_shift": ("outlook_lfp_shift", "Shift to LFP"),
    "sodium_ev": ("outlook_sodium_ev_2040", "Sodium-ion in vehicles by 2040"),
    "sodium_stationary": ("outlook_sodium_stationary_2040", "Sodium-ion in storage by 2040"),
    "thrift": ("outlook_thrift", "Less metal in a cell each year"),
    "cell_yield": ("cell_yield", "Yield of cell making"),
    "vehicle_life": ("outlook_vehicle_life", "Life of vehicles"),
    "storage_life": ("outlook_storage_life", "Life of storage"),
    "electronics_life": ("outlook_electronics_life", "Life of electronics"),
    "life_shape": ("outlook_life_shape", "Spread of lives"),
    "other_growth": ("outlook_other_growth", "Growth of other uses"),
    "collection": ("outlook_collection", "Collection of old scrap"),
    "past_growth": ("outlook_past_growth", "Growth of use in the past"),
    "mine_decline": ("outlook_mine_decline", "Decline of today's mines"),
    "project_delay": ("project_delay", "Delay of projects"),
    "project_use": ("project_use", "Use of new plants"),
    "permit_share": ("project_permit_share", "Part of lead time that goes to permits"),
}
"""Driver to its parameter and its name in plain words."""

OF_MINERAL = {
    "growth": "Growth of other uses, this mineral",
    "drive": "Metal in an electric drive",
}
"""Drivers whose parameter is named by the mineral."""

TILTS = {
    "project_odds": "Odds of projects",
    "project_years": "Years until projects start",
    "project_capacity": "Size of projects",
    "lead_time": "Lead times by country",
}
"""Drivers that move many figures together, from -1 (all at their low end) over 0 to 1 (all at their high end)."""


@dataclass(frozen=True, slots=True)
class Driver:
    """An assumption that moves.

    Attributes:
        driver: Name.
        title: Name in plain words.
        value: Central value.
        low: Low end.
        high: High end.
        unit: Unit.
        source: Source keys.
        quality: How it is known.
    """

    driver: str
    title: str
    value: float
    low: float
    high: float
    unit: str
    source: str
    quality: str


def drivers(world: World, *, growth: str = "", drive: str = "") -> dict[str, Driver]:
    """Return every driver.

    Args:
        world: World with ``parameters``.
        growth: Parameter with the growth of a mineral's other uses; empty for none.
        drive: Parameter with its kg in an electric drive; empty for none.

    Returns:
        Driver to what is known of it.

    Raises:
        DataError: A parameter is missing, or its value is not between its ends.
    """
    table = world.parameters.set_index("parameter")
    names = dict(PARAMETERS)
    if growth:
        names["growth"] = (growth, OF_MINERAL["growth"])
    if drive:
        names["drive"] = (drive, OF_MINERAL["drive"])
    found = {}
    for driver, (parameter, title) in names.items():
        if parameter not in table.index:
            raise DataError(
                f"parameters: no row {parameter!r}, which the outlook needs. Lay it over the world."
            )
        row = table.loc[parameter]
        value, low, high = (float(str(row[k])) for k in ("value", "low", "high"))
        low, high = (value if low != low else low), (value if high != high else high)
        if not low <= value <= high:
            raise DataError(
                f"parameters.{parameter}: the value {value:g} is not between {low:g} and {high:g}."
            )
        found[driver] = Driver(
            driver, title, value, low, high, str(row["unit"]), str(row["source"]), str(row["quality"])
        )
    for driver, title in TILTS.items():
        found[driver] = Driver(driver, title, 0.0, -1.0, 1.0, "1", "oreflow", "assumed")
    return found


def central(of: Mapping[str, Driver]) -> dict[str, Floats]:
    """Return every driver at its central value, one draw."""
    return {k: np.array([[d.value]]) for k, d in of.items()}


def one_at_a_time(of: Mapping[str, Driver]) -> dict[str, Floats]:
    """Return the central draw, then each driver at its low and at its high end with the others central.

    Args:
        of: Drivers.

    Returns:
        Shape (1 + 2·drivers, 1) each, in the order of the drivers.
    """
    n = 1 + 2 * len(of)
    out = {k: np.full((n, 1), d.value) for k, d in of.items()}
    for i, (k, d) in enumerate(of.items()):
        out[k][1 + 2 * i], out[k][2 + 2 * i] = d.low, d.high
    return out


def draws(of: Mapping[str, Driver], count: int, *, seed: int) -> dict[str, Floats]:
    """Return independent triangular draws between low and high with the mode at the central value.

    Args:
        of: Drivers.
        count: Number of draws.
        seed: Seed; each driver has a stream of its own, so that one driver more leaves the others' draws alone.

    Returns:
        Shape (count, 1) each.

    Raises:
        DataError: There is no draw.
    """
    if count < 1:
        raise DataError(f"outlook: {count} draws. Ask for at least one.")
    out = {}
    for k, d in of.items():
        stream = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=tuple(k.encode())))
        if d.low == d.high:
            out[k] = np.full((count, 1), d.value)
        else:
            out[k] = stream.triangular(d.low, d.value, d.high, size=(count, 1))
    return out


def tilt(ends: Floats, by: Floats) -> Floats:
    """Return figures moved towards one of their ends.

    Args:
        ends: Shape (3, n): value, low end, high end.
        by: Shape (draws, 1): -1 for the low end, 0 for the value, 1 for the high end.

    Returns:
        Shape (draws, n).
    """
    value, low, high = ends
    return np.asarray(value + np.maximum(by, 0.0) * (high - value) + np.minimum(by, 0.0) * (value - low))
