"""One mineral in one place: demand, supply and gap for any drivers and policies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oreflow.atlas.world import World
from oreflow.outlook.activity import BASE, YEARS
from oreflow.outlook.demand import Demand, DemandModel
from oreflow.outlook.drivers import Driver, Values, central, drivers
from oreflow.outlook.levers import Moves
from oreflow.outlook.measures import Concentration, concentration
from oreflow.outlook.minerals import Mineral
from oreflow.outlook.place import WORLD, Place, place
from oreflow.outlook.supply import Supply, SupplyModel

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Balance:
    """Demand, supply and what allies send.

    Attributes:
        demand: Demand.
        supply: Supply.
        allied: Stage to what allies send, shape (draws, years).
    """

    demand: Demand
    supply: Supply
    allied: dict[str, Floats]

    def wanted(self, stage: str) -> Floats:
        """Return demand at a stage, shape (draws, years)."""
        return self.demand.mined if stage == "mined" else self.demand.total

    def gap(self, stage: str) -> Floats:
        """Return demand less supply less what allies send, shape (draws, years)."""
        return np.asarray(self.wanted(stage) - self.supply.total(stage) - self.allied[stage])


class Model:
    """One mineral in one place, compiled once for many draws and policies.

    Args:
        world: World.
        spec: Mineral.
        where: Place.
        scenario: Scenario of demand.
        chemistry: Scenario of chemistry.
        supply: Supply of the mineral in the same world, where it is compiled already.
    """

    def __init__(
        self,
        world: World,
        spec: Mineral,
        where: Place,
        *,
        scenario: str,
        chemistry: str,
        supply: SupplyModel | None = None,
    ) -> None:
        self.world, self.spec, self.where = world, spec, where
        self.scenario, self.chemistry = scenario, chemistry
        self.drivers: dict[str, Driver] = drivers(world, growth=spec.growth, drive=spec.drive)
        self.demand = self.demand_of(where)
        self.supply = supply or SupplyModel(world, spec, central=self.drivers)
        self._surplus: dict[str, Floats] | None = None
        self._world_demand: DemandModel | None = None

    def demand_of(self, where: Place) -> DemandModel:
        """Return the demand of another place under the same scenarios."""
        return DemandModel(
            self.world, self.spec, where, scenario=self.scenario, chemistry_path=self.chemistry, central=self.drivers
        )  # fmt: skip

    def balance(self, of: Values, moves: Moves, *, rng: np.random.Generator | None = None) -> Balance:
        """Return demand, supply and what allies send.

        Args:
            of: Drivers, shape (draws, 1) each.
            moves: What policies move.
            rng: Generator for the success and delay of projects; without it the mean over both.
        """
        demand = self.demand.evaluate(of, moves)
        supply = self.supply.evaluate(of, moves, self.where, demand, rng=rng)
        share = moves.allied_share(YEARS)
        allied = {s: np.zeros_like(demand.total) for s in ("mined", "refined")}
        if share.any() and self.where.allies:
            for s, spare in self.surplus().items():
                needed = np.maximum(0.0, (demand.mined if s == "mined" else demand.total) - supply.total(s))
                allied[s] = np.minimum(needed, share * spare)
        return Balance(demand, supply, allied)

    def surplus(self) -> dict[str, Floats]:
        """Return what allies have to spare at the central assumptions, by stage, shape (years,)."""
        if self._surplus is None:
            self._surplus = {s: np.zeros(len(YEARS)) for s in ("mined", "refined")}
            of, none = central(self.drivers), Moves()
            for region in self.where.allies:
                ally = place(self.world, region)
                demand = self.demand_of(ally).evaluate(of, none)
                supply = self.supply.evaluate(of, none, ally, demand)
                for s in self._surplus:
                    wanted = demand.mined if s == "mined" else demand.total
                    self._surplus[s] += np.maximum(0.0, (supply.total(s) - wanted)[0])
        return self._surplus

    def concentration(self, stage: str, year: int) -> Concentration:
        """Return the world's largest supplier and the N-1 of a stage and year, at the central assumptions.

        Args:
            stage: Stage.
            year: Calendar year.
        """
        of, none = central(self.drivers), Moves()
        if self._world_demand is None:
            self._world_demand = self.demand_of(place(self.world, WORLD))
        demand = self._world_demand.evaluate(of, none)
        everywhere = place(self.world, WORLD)
        t = int(year - YEARS[0])
        scrap = float(self.supply.scrap(of, none, everywhere, demand)[0, t])
        q = self.supply.by_region(stage, of, none)[0, :, t]
        wanted = float((demand.mined if stage == "mined" else demand.total)[0, t])
        return concentration(dict(zip(self.supply.regions, q.tolist(), strict=True)), wanted, more=scrap)

    def outside(self, stage: str, year: int) -> float | None:
        """Return supply over demand of all but the world's largest supplier: its supply and its own demand taken off.

        Args:
            stage: Stage.
            year: Calendar year.

        Returns:
            The ratio; none where no country is named or nothing is left.
        """
        c = self.concentration(stage, year)
        if not c.largest or c.cover is None or self._world_demand is None:
            return None
        of, none = central(self.drivers), Moves()
        t = int(year - YEARS[0])
        everywhere = self._world_demand.evaluate(of, none)
        own = self.demand_of(place(self.world, c.largest)).evaluate(of, none)
        whole = float((everywhere.mined if stage == "mined" else everywhere.total)[0, t])
        left = whole - float((own.mined if stage == "mined" else own.total)[0, t])
        return c.cover * whole / left if left > 0 else None


def milestones(to: int) -> tuple[int, ...]:
    """Return the years an outlook is read at: the base year, every fifth year, and the last."""
    return tuple(sorted({BASE, *(y for y in (2030, 2035, 2040) if y <= to), to}))


SHOWN_FROM = 2015
"""First year that demand is shown for."""


def after(values: Floats, to: int, *, start: int = BASE) -> tuple[float, ...]:
    """Return the values from the base year (or another) to the last, as plain numbers."""
    first = int(start - YEARS[0])
    last = int(to - YEARS[0]) + 1
    return tuple(float(v) for v in values[..., first:last])


def at(values: Floats, year: int) -> Floats:
    """Return the values of one year, shape (draws,)."""
    return np.asarray(values[..., int(year - YEARS[0])])


def pick(policies: Sequence[str], kept: Moves, end: str) -> Moves:
    """Return policies at one end of their size.

    Args:
        policies: Names to take.
        kept: All policies that hold.
        end: ``value``, ``low`` or ``high``.
    """
    from dataclasses import replace

    chosen = [x for x in kept.levers if x.lever in policies]
    return Moves(tuple(replace(x, value=getattr(x, end)) for x in chosen))
