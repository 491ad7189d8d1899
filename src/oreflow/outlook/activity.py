"""What is sold each year: electric vehicles by kind, stationary storage, other batteries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from oreflow.atlas.world import World
from oreflow.errors import DataError, UnknownNameError
from oreflow.once import once
from oreflow.outlook.place import Place

Floats = NDArray[np.float64]

FIRST, BASE, LAST = 2012, 2025, 2040
"""First year of sales, the base year, and the last year of an outlook."""
YEARS = np.arange(FIRST, LAST + 1)
NOW = BASE - FIRST
"""Index of the base year."""

VEHICLES = ("ev_car", "ev_van", "ev_bus", "ev_truck", "ev_two_wheeler")
STORAGE, OTHER = "stationary", "other_battery"
PRODUCTS = (*VEHICLES, STORAGE, OTHER)
TITLES = {
    "ev_car": "Electric cars",
    "ev_van": "Electric vans",
    "ev_bus": "Electric buses",
    "ev_truck": "Electric trucks",
    "ev_two_wheeler": "Electric two- and three-wheelers",
    STORAGE: "Stationary storage",
    OTHER: "Electronics and tools",
    "drive": "Electric motors and drives",
    "networks": "Grids",
    "solar": "Solar",
    "wind": "Wind",
    "hydrogen": "Hydrogen",
    "other_power": "Other low-emission power",
    "other_uses": "Other uses",
    "mined_uses": "Used as mined",
}
"""Product or use to its name in plain words."""

STOCKS = "stock building"
"""Use of a demand that is no use: it goes into stocks."""
_USES = {STORAGE: "stationary_battery", OTHER: "other_battery"}
_INDEX = "copper_refined"
"""Copper stands for the number of vehicles and batteries in the agency's scenarios: it does not hang on chemistry."""


@dataclass(frozen=True, slots=True, eq=False)
class Activity:
    """Sales of a place.

    Attributes:
        by_region: Shape (regions, products, years), GWh of batteries sold a year in each region of the place.
        vehicles: Shape (products, years), vehicles sold a year; 0 for what is none.
    """

    by_region: Floats
    vehicles: Floats

    @property
    def energy(self) -> Floats:
        """GWh of batteries sold a year, shape (products, years)."""
        return np.asarray(self.by_region.sum(axis=0))


def scenarios(world: World) -> list[str]:
    """Return the scenarios of demand that the ``outlook`` holds in full."""
    t = world.outlook
    rows = t[(t["commodity"] == _INDEX) & (t["measure"] == "demand") & (t["stage"] == "electric_vehicles")]
    return sorted(set(rows["scenario"]) - {"base"})


def check_scenario(world: World, scenario: str) -> str:
    """Return a scenario's name as the tables write it.

    Args:
        world: World.
        scenario: Name; capitals do not matter.

    Raises:
        UnknownNameError: There is none of that name.
    """
    known = {s.lower(): s for s in scenarios(world)}
    if scenario.strip().lower() not in known:
        raise UnknownNameError("scenario of demand", scenario, known.values())
    return known[scenario.strip().lower()]


class Book:
    """What outlooks read over and over from one world.

    Args:
        world: World with ``sales``, ``demands`` and ``outlook``.
    """

    def __init__(self, world: World) -> None:
        self._paths: dict[tuple[str, str, str], Floats] = {}
        t = world.outlook
        self._outlook = t[(t["measure"] == "demand") & (t["country"] == "WLD") & t["quantity"].notna()]
        self.stages = set(zip(self._outlook["commodity"], self._outlook["stage"], strict=True))
        """Commodity and sector of every path of demand."""
        self._sales: dict[tuple[str, str], tuple[Floats, Floats]] = {}
        for key, rows in world.sales.groupby(["product", "region"]):
            product, region = tuple(key)
            yearly = rows.groupby("year")[["energy", "units"]].sum()
            self._sales[str(product), str(region)] = (_bridged(yearly["energy"]), _bridged(yearly["units"]))
        d = world.demands
        self._used: dict[tuple[str, str], float] = {}
        used = d[d["use"] != STOCKS].groupby(["commodity", "region"])["quantity"].sum()
        for commodity, region in used.index:
            self._used[str(commodity), str(region)] = float(used[commodity, region])

    def sold(self, product: str, region: str) -> tuple[Floats, Floats]:
        """Return GWh and vehicles of one kind sold in a region; shape (years,) each, flat after 2030."""
        nothing = np.zeros(len(YEARS))
        return self._sales.get((product, region), (nothing, nothing))

    def used(self, commodity: str, where: Place | None = None) -> float:
        """Return demand of the base year in a place (everywhere without one), without what goes into stocks."""
        return sum(
            q for (c, r), q in self._used.items() if c == commodity and (where is None or r in where.regions)
        )

    def region(self, commodity: str, region: str) -> float:
        """Return demand of the base year in one region, without what goes into stocks."""
        return self._used.get((commodity, region), 0.0)

    def path(self, commodity: str, stage: str, scenario: str) -> Floats:
        """Return demand of a sector in the agency's scenario, every year from 2012.

        Args:
            commodity: Commodity.
            stage: Sector.
            scenario: Scenario.

        Returns:
            Shape (years,): straight lines between the agency's years, at constant growth before the first.

        Raises:
            DataError: The outlook does not hold it.
        """
        key = (commodity, stage, scenario)
        if key not in self._paths:
            t = self._outlook
            rows = t[(t["commodity"] == commodity) & (t["stage"] == stage)]
            rows = rows[rows["scenario"].isin(["base", scenario])].sort_values("year")
            if len(rows) < 2:
                raise DataError(f"outlook: no path of {stage} for {commodity} in scenario {scenario}.")
            known, q = rows["year"].to_numpy(dtype=float), rows["quantity"].to_numpy(dtype=float)
            out = np.interp(YEARS, known, q)
            before = known[0] > YEARS
            if q[0] > 0 and q[1] > 0:
                rate = (q[1] / q[0]) ** (1.0 / (known[1] - known[0]))
                out[before] = q[0] * rate ** (YEARS[before] - known[0])
            self._paths[key] = np.asarray(out)
        return self._paths[key]


book = once(Book)
"""The book of a world, made once while it is in use."""


def activity(world: World, where: Place, scenario: str, *, other_growth: float) -> Activity:
    """Return what is sold in a place.

    Vehicles: the history to 2024, the IEA's STEPS in 2030 with constant growth between, region by region, and after
    2030 the growth of the world's vehicles in the IEA's outlook for minerals. Another scenario moves away from STEPS
    as its vehicles do. Storage: the cells made in 2025, and the growth of the scenario from there. Other batteries:
    constant growth.

    Args:
        world: World with ``sales``, ``demands`` and ``outlook``.
        where: Place.
        scenario: Scenario of demand.
        other_growth: Growth of other batteries a year.

    Raises:
        DataError: The tables do not hold what is needed.
    """
    held = book(world)
    cars = held.path(_INDEX, "electric_vehicles", scenario)
    steps = held.path(_INDEX, "electric_vehicles", "STEPS")
    after = _ahead(cars, steps)
    index = held.path(_INDEX, "stationary_storage", scenario)
    growth = {STORAGE: index / index[NOW], OTHER: (1.0 + other_growth) ** (YEARS - BASE)}
    energy = np.zeros((len(where.regions), len(PRODUCTS), len(YEARS)))
    vehicles = np.zeros((len(PRODUCTS), len(YEARS)))
    for r, region in enumerate(where.regions):
        for i, product in enumerate(PRODUCTS):
            if product in VEHICLES:
                sold, units = held.sold(product, region)
                energy[r, i] = sold * after
                vehicles[i] += units * after
            else:
                energy[r, i] = held.region(_USES[product], region) * growth[product]
    return Activity(energy, vehicles)


def _bridged(known: pd.Series) -> Floats:
    """History, and the year ahead, with constant growth between; flat beyond."""
    held = {int(str(y)): float(v) for y, v in known.items()}
    out = np.array([held.get(int(y), 0.0) for y in YEARS])
    ahead = [y for y in held if y > BASE]
    past = [y for y in held if y <= BASE]
    if not held:
        return out
    last = max(past, default=BASE - 1)
    held.setdefault(last, 0.0)
    for year in (y for y in YEARS if y > last):
        if not ahead:
            out[year - FIRST] = held[last]
            continue
        target = min(ahead)
        a, b = held[last], held[target]
        part = min(1.0, (year - last) / (target - last))
        out[year - FIRST] = a * (b / a) ** part if a > 0 and b > 0 else a + part * (b - a)
    return out


def _ahead(scenario: Floats, steps: Floats) -> Floats:
    """Factor on STEPS: growth after 2030, and the distance of the scenario from STEPS, reached from 2024 on."""
    turn = 2030 - FIRST
    growth = np.where(YEARS > 2030, steps / steps[turn], 1.0)
    distance = scenario / steps
    part = np.clip((YEARS - 2024) / 6.0, 0.0, 1.0)
    return np.asarray(growth * np.where(YEARS > 2030, distance, distance[turn] ** part))
