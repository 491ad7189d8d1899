"""What the atlas knows that the ledger is judged by: routes, plants and recoveries."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from oreflow.atlas import World
from oreflow.atlas.build.derive import great_circle
from oreflow.errors import UnitError
from oreflow.once import once
from oreflow.trace.model import ELEMENTS, Facility, Lot
from oreflow.trace.model.amounts import PPB
from oreflow.trace.tables import limits
from oreflow.units import factor

DAY = 86_400
_MONTH_DAYS = 365 / 12
_AGGREGATE = 6
"""Countries in a region of the atlas beyond which its distances are nobody's in particular."""
_YIELDS = {"nmc_cathode_making": "cathode_yield", "lfp_cathode_making": "cathode_yield",
           "sodium_cathode_making": "cathode_yield", "nmc_cell_making": "cell_yield",
           "lfp_cell_making": "cell_yield", "sodium_cell_making": "cell_yield"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Passage:
    """How long it takes from one place to another.

    Attributes:
        earliest: Days that nobody can beat.
        usual: Days that it usually takes.
        km: Distance.
        how: Words on how that was found.
    """

    earliest: float
    usual: float
    km: float
    how: str


@dataclass(frozen=True, slots=True)
class Nameplate:
    """What a plant can make.

    Attributes:
        name: Plant, or the region whose plants are meant together.
        capacity: Capacity a year, in `unit`.
        unit: Unit of its output.
        element: Element that is counted; empty where mass or energy is.
        per_mg: Capacity units a milligram of the element or of the mass; a watt hour for cells.
        energy: Whether energy is counted.
    """

    name: str
    capacity: float
    unit: str
    element: str
    per_mg: float
    energy: bool


class Knowledge:
    """The tables of a world in the shape that the audit asks them.

    Args:
        world: The world.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self._region: dict[str, str] = {}
        self._spot: dict[str, tuple[float, float]] = {}
        self._wide: set[str] = set()
        self.blocs: dict[str, tuple[str, ...]] = {}
        for r in world.regions.to_dict("records"):
            members = str(r["members"]).split(";")
            for member in members:
                self._region[member] = r["region"]
            self.blocs[r["region"]] = tuple(b for b in str(r["blocs"] or "").split(";") if b and b != "nan")
            self._spot[r["region"]] = (float(r["lat"]), float(r["lon"]))
            if len(members) > _AGGREGATE:
                self._wide.add(r["region"])
        self._routes: dict[tuple[str, str], list[Any]] = {}
        for route in world.routes.itertuples(index=False):
            self._routes.setdefault((str(route.origin), str(route.destination)), []).append(route)
        self._plants: dict[str, Any] = {str(p.plant): p for p in world.plants.itertuples(index=False)}
        self._processes: dict[str, Any] = {str(p.process): p for p in world.processes.itertuples(index=False)}
        self._units = dict(zip(world.commodities["commodity"], world.commodities["unit"], strict=True))
        self._recovery = self._recoveries()

    @classmethod
    def of(cls, world: World) -> Self:
        """Return what a world knows, made once a world."""
        return _known(world)  # type: ignore[return-value]

    def region(self, country: str) -> str:
        """Return the region of the atlas that holds a country; empty for none."""
        return self._region.get(country, "")

    def bloc(self, country: str) -> tuple[str, ...]:
        """Return the blocs that a country belongs to in the atlas."""
        return self.blocs.get(self.region(country), ())

    def recovery(self, process: str) -> float | None:
        """Return the usual share of the metal that a process recovers; none where the atlas holds none."""
        return self._recovery.get(process)

    def process_of(self, facility: Facility | None, said: str) -> str:
        """Return the process of an event: the one it states, or that of the plant it happened at."""
        if said or facility is None:
            return said
        plant = self._plants.get(facility.plant)
        return str(plant.process) if plant is not None else ""

    def output_of(self, process: str) -> str:
        """Return the main output of a process; empty if the process is not in the atlas."""
        row = self._processes.get(process)
        return str(row.output) if row is not None else ""

    def converts(self, process: str) -> bool:
        """Return whether a process makes its output of another commodity, and so cannot do without inputs."""
        row = self._processes.get(process)
        return row is not None and str(row.kind) == "conversion"

    def nameplate(self, facility: Facility | None, process: str) -> Nameplate | None:
        """Return what a place can make by a process: its plant, or all plants of the region together.

        A place that is no plant of the atlas cannot make more than all the plants of its region do.
        """
        if facility is None or process not in self._processes:
            return None
        plant = self._plants.get(facility.plant)
        if plant is not None and plant.process == process:
            return self._plate(str(plant.name), float(plant.capacity), process)
        region = self.region(facility.country)
        if not region:
            return None
        table = self.world.plants
        here = table[(table["region"] == region) & (table["process"] == process)]
        total = float(here["capacity"].sum())
        return self._plate(f"all plants of {process} in {region}", total, process) if total > 0 else None

    def amount(self, lot: Lot, mass: int) -> tuple[float | None, str]:
        """Return a part of a lot in the unit of its commodity, and the unit; none where that cannot be told.

        Args:
            lot: The lot.
            mass: Mass of the part, mg.
        """
        unit = self._units.get(lot.commodity, "")
        if not unit:
            return None, ""
        if unit == "GWh":
            return (None if lot.energy is None or not lot.mass else lot.energy * 1e-9 * mass / lot.mass), unit
        for assay in lot.assays:
            try:
                scale = factor(f"g {assay.element}", unit) * 1e-3
            except UnitError:
                continue
            return mass * (1 - lot.moisture / PPB) * assay.share / PPB * scale, unit
        return (mass * 1e-9 if unit == "t product" else None), unit

    def price(self, commodity: str) -> tuple[float | None, str]:
        """Return the latest price of a commodity that the atlas holds, in USD a unit, and whence it is."""
        table = self.world.prices
        rows = table[(table["commodity"] == commodity) & table["value"].notna()]
        if rows.empty:
            return None, ""
        row = rows.sort_values("period", kind="stable").iloc[-1]
        return float(row["value"]), f"{row['region']} {row['period']} ({row['source']})"

    def passage(self, a: Facility | None, b: Facility | None, mode: str) -> Passage | None:
        """Return how long material takes between two places at the least and usually; none if nobody can say.

        Time is distance over speed plus days in ports. Distances come from the routes of the atlas, or along the
        great circle where both places are known within one region.
        """
        if a is None or b is None or a.facility == b.facility:
            return None
        bound, km = limits(), self._great_circle(a, b)
        if mode == "air":
            if km is None:
                return None
            hours = km / bound["air_fastest"].value
            return Passage(
                hours / 24, hours / 24 + 3, km, f"{km:,.0f} km by air at {bound['air_fastest'].value:g} km/h"
            )
        here, there = self.region(a.country), self.region(b.country)
        if not here or not there:
            return None
        if here == there:
            if km is None:
                return None
            days = km / bound["land_fastest"].value / 24
            return Passage(days, km / self._speed("speed_road") / 24 + 1, km, f"{km:,.0f} km by land")
        if here in self._wide or there in self._wide:
            return None
        found = [self._leg(r) for r in self._routes.get((here, there), ()) if _fits(r.mode, mode)]
        return min(found, key=lambda p: p.earliest) if found else None

    def _leg(self, route: Any) -> Passage:
        bound = limits()
        sea = "sea" in route.mode
        speed = bound["sea_fastest" if sea else "land_fastest"].value
        km = float(route.distance) * bound["route_slack"].value
        ports = bound["port_days_least"].value if sea else 0.0
        way = f"{km:,.0f} km by {str(route.mode).replace('+', ' and ')} at {speed:g} km/h"
        return Passage(
            km / speed / 24 + ports,
            float(route.lag) * _MONTH_DAYS,
            km,
            f"{way}, {ports:g} day{'s' if ports != 1 else ''} in ports ({re.split(';', str(route.note))[0]})",
        )

    def _great_circle(self, a: Facility, b: Facility) -> float | None:
        if None in (a.lat, a.lon, b.lat, b.lon):
            return None
        places = np.array([(a.lat, a.lon), (b.lat, b.lon)], dtype=np.float64)
        return float(great_circle(places[:, 0], places[:, 1])[0, 1])

    def _speed(self, name: str) -> float:
        table = self.world.parameters
        return float(table.loc[table["parameter"] == name, "value"].iloc[0])

    def _plate(self, name: str, capacity: float, process: str) -> Nameplate:
        unit = self._units[self.output_of(process)]
        if unit == "GWh":
            return Nameplate(name, capacity, unit, "", 1e-9, True)
        for element in ELEMENTS:
            try:
                return Nameplate(name, capacity, unit, element, factor(f"g {element}", unit) * 1e-3, False)
            except UnitError:
                continue
        return Nameplate(name, capacity, unit, "", 1e-9, False)

    def _recoveries(self) -> dict[str, float]:
        flows = self.world.flows
        parameters = dict(
            zip(self.world.parameters["parameter"], self.world.parameters["value"], strict=True)
        )
        out = {p: float(parameters[y]) for p, y in _YIELDS.items() if y in parameters}
        for process, row in self._processes.items():
            unit = self._units[row.output]
            same = flows[(flows["process"] == process) & (flows["role"] == "input")]
            same = same[[self._units[c] == unit and unit != "t product" for c in same["commodity"]]]
            if len(same) == 1 and process not in out:
                out[process] = 1.0 / float(same["coefficient"].iloc[0])
        return {p: r for p, r in out.items() if 0 < r <= 1}


def _fits(route: str, mode: str) -> bool:
    return mode in ("", route) or (mode == "sea" and "sea" in route)


@once
def _known(world: World) -> Knowledge:
    return Knowledge(world)
