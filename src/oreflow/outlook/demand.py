"""Demand for a mineral: products sold times what they hold, plus the sectors and other uses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oreflow.atlas.world import World
from oreflow.outlook import stock
from oreflow.outlook.activity import (
    BASE,
    NOW,
    OTHER,
    PRODUCTS,
    STORAGE,
    VEHICLES,
    YEARS,
    Activity,
    activity,
    book,
)
from oreflow.outlook.chemistry import FAMILIES, Chemistry, chemistry
from oreflow.outlook.drivers import Driver, Values
from oreflow.outlook.levers import Moves
from oreflow.outlook.minerals import Mineral
from oreflow.outlook.place import Place

Floats = NDArray[np.float64]

_SECTORS = ("networks", "solar", "wind", "hydrogen", "other_power")
_HEAVY, _LIGHT = ("ev_bus", "ev_truck"), ("ev_two_wheeler",)
_LIFE = {STORAGE: "storage_life", OTHER: "electronics_life"}


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """Demand of a place, in the mineral's unit a year.

    Attributes:
        parts: Product or use to its demand, shape (draws, years).
        families: Family of chemistries to the demand of its cells, shape (draws, years).
        mined_parts: The same at the mine, where it differs; else the same object.
        energy: Shape (draws, products, years), GWh sold after lives and policies.
        scrapped: Shape (draws, years), metal in batteries at the end of their life.
    """

    parts: dict[str, Floats]
    families: dict[str, Floats]
    mined_parts: dict[str, Floats]
    energy: Floats
    scrapped: Floats

    @property
    def total(self) -> Floats:
        """Demand for the refined mineral, shape (draws, years)."""
        return np.asarray(sum(self.parts.values()))

    @property
    def mined(self) -> Floats:
        """What is to be mined or recycled for it, shape (draws, years)."""
        return np.asarray(sum(self.mined_parts.values()))


class DemandModel:
    """Demand for one mineral in one place, compiled once for many draws.

    Args:
        world: World.
        spec: Mineral.
        where: Place.
        scenario: Scenario of demand.
        chemistry_path: Scenario of chemistry.
        central: Drivers by name, for the fleet that people want at central lives.
    """

    def __init__(
        self,
        world: World,
        spec: Mineral,
        where: Place,
        *,
        scenario: str,
        chemistry_path: str,
        central: dict[str, Driver],
    ) -> None:
        self.world, self.spec, self.where = world, spec, where
        growth = central["other_battery_growth"].value
        self.activity: Activity = activity(world, where, scenario, other_growth=growth)
        self.energy = self.activity.energy
        self.chemistry: Chemistry = chemistry(
            world, where, spec.battery, chemistry_path, by_region=self.activity.by_region
        )
        self.central = central
        shape = central["life_shape"].value
        means = np.array([central[_LIFE.get(p, "vehicle_life")].value for p in PRODUCTS])
        self.kept = stock.survival(len(YEARS), means, np.full(len(PRODUCTS), shape))
        self.cathode = world.parameter("cathode_yield")
        self.level_years = world.parameter("outlook_level_years")
        self.sectors = self._sectors(scenario)
        self.other_base, self.other_index = self._other(scenario)
        self.mined_base = self._uses(spec.mined_uses)
        self.elasticity = self._elasticity()

    def evaluate(self, of: Values, moves: Moves) -> Demand:
        """Return demand for given drivers.

        Args:
            of: Drivers, shape (draws, 1) each.
            moves: What policies move.

        Returns:
            Demand; every path has the shape (draws, years).
        """
        energy = self._energy(of, moves)
        shares = self.chemistry.shares(moves.sodium(of))
        metal = self.chemistry.metal(of)
        made = energy / (of["cell_yield"] * self.cathode)[:, None, :]
        by_family = np.einsum("npt,npft,nft->npft", made, shares, metal)
        parts: dict[str, Floats] = {}
        if self.spec.battery:
            parts.update({p: by_family[:, i].sum(axis=1) for i, p in enumerate(PRODUCTS)})
        if self.spec.drive:
            parts["drive"] = self._drive(of, energy)
        rate = of["other_growth"] + (of["growth"] - self.central["growth"].value if self.spec.growth else 0.0)
        ahead = np.maximum(YEARS - BASE, 0)
        dearer = moves.price(YEARS) ** -self.elasticity
        n = energy.shape[0]
        for name, q in self.sectors.items():
            parts[name] = np.broadcast_to(q, (n, len(YEARS))).copy()
        parts["other_uses"] = self.other_base * self.other_index * (1.0 + rate) ** ahead * dearer
        if not self.spec.uses:
            del parts["other_uses"]
        families: dict[str, Floats] = {}
        if self.spec.battery:
            families = {f: by_family[:, :, i].sum(axis=1) for i, f in enumerate(FAMILIES)}
        return Demand(
            parts,
            families,
            self._mined(parts, rate, ahead),
            energy,
            self._scrapped(of, energy, shares, metal),
        )

    def _energy(self, of: Values, moves: Moves) -> Floats:
        """GWh sold: the fleet that people want at central lives, kept at other lives by other sales."""
        level = np.ones((of["ev_level"].shape[0], len(PRODUCTS), len(YEARS)))
        later = np.clip((YEARS - BASE) / self.level_years, 0.0, 1.0)
        ahead = np.maximum(YEARS - BASE, 0)
        sold = moves.vehicles(YEARS)
        for i, p in enumerate(PRODUCTS):
            if p in VEHICLES:
                level[:, i] = (1.0 + (of["ev_level"] - 1.0) * later) * sold
            elif p == STORAGE:
                level[:, i] = 1.0 + (of["storage_level"] - 1.0) * later
            else:
                base = 1.0 + self.central["other_battery_growth"].value
                level[:, i] = ((1.0 + of["other_battery_growth"]) / base) ** ahead
        wanted = self.energy * level
        lives = np.stack([of[_LIFE.get(p, "vehicle_life")][:, 0] for p in PRODUCTS], axis=1)
        if np.allclose(
            lives, [self.central[_LIFE.get(p, "vehicle_life")].value for p in PRODUCTS]
        ) and np.allclose(of["life_shape"], self.central["life_shape"].value):
            return np.asarray(wanted)
        fleet = stock.sales_driven(wanted, self.kept).stock
        kept = stock.survival(len(YEARS), lives, np.broadcast_to(of["life_shape"], lives.shape))
        # The fleet of the base year differs with the life; what people want is its growth from there.
        known = wanted[..., : NOW + 1]
        own = stock.sales_driven(wanted, kept).stock
        target = own[..., NOW : NOW + 1] + fleet - fleet[..., NOW : NOW + 1]
        return stock.stock_driven(target, kept, known=known).inflow

    def _scrapped(self, of: Values, energy: Floats, shares: Floats, metal: Floats) -> Floats:
        """Metal in batteries at the end of their life, as they were made."""
        if not self.spec.battery:
            return np.zeros((energy.shape[0], len(YEARS)))
        lives = np.stack([of[_LIFE.get(p, "vehicle_life")][:, 0] for p in PRODUCTS], axis=1)
        kept = stock.survival(len(YEARS), lives, np.broadcast_to(of["life_shape"], lives.shape))
        held = np.einsum("npft,nft->npt", shares, metal) * energy
        return np.asarray(stock.sales_driven(held, kept).outflow.sum(axis=1))

    def _drive(self, of: Values, energy: Floats) -> Floats:
        """Metal in motors and cables beyond the battery, tonnes: vehicles follow the batteries sold."""
        heavy, light = (self.world.parameter(f"outlook_{k}_motor") for k in ("heavy", "light"))
        base = np.maximum(self.energy, 1e-12)
        total = np.zeros((energy.shape[0], len(YEARS)))
        for i, p in enumerate(PRODUCTS):
            if p in VEHICLES:
                each = heavy if p in _HEAVY else light if p in _LIGHT else 1.0
                total += self.activity.vehicles[i] * energy[:, i] / base[i] * each
        return np.asarray(total * of["drive"] / 1000.0)

    def _mined(self, parts: dict[str, Floats], rate: Floats, ahead: Floats) -> dict[str, Floats]:
        out = dict(parts)
        if self.spec.mined_battery:
            top, below = (self.world.parameter(p) for p in self.spec.mined_battery)
            out = {k: v * (top / below) for k, v in parts.items()}
        if self.spec.mined_uses:
            out["mined_uses"] = self.mined_base * self.other_index * (1.0 + rate) ** ahead
        return out

    def _uses(self, commodities: tuple[str, ...]) -> float:
        """Demand of the base year in the refined mineral's unit, without what goes into stocks."""
        flows = self.world.flows
        total = 0.0
        for c in commodities:
            q = book(self.world).used(c, self.where)
            if c == "magnet":
                held = flows[
                    (flows["commodity"].isin(self.spec.refined)) & (flows["process"] == "magnet_making")
                ]
                q *= float(held["coefficient"].sum())
            total += q
        return total

    def _share(self) -> float:
        """The place's part of the world's other uses, by which the world's sectors are shared."""
        held = book(self.world)
        whole = sum(held.used(c) for c in self.spec.uses)
        return sum(held.used(c, self.where) for c in self.spec.uses) / whole if whole > 0 else 0.0

    def _sectors(self, scenario: str) -> dict[str, Floats]:
        """Sectors other than batteries that the agency follows, by the place's part of all uses."""
        if not self.spec.sector or not self.spec.uses:
            return {}
        held, of = book(self.world), self.spec.sector
        share = self._share()
        return {s: share * held.path(of, s, scenario) for s in _SECTORS if (of, s) in held.stages}

    def _other(self, scenario: str) -> tuple[float, Floats]:
        """What is left of the base year's uses, and how it grows (1 in the base year)."""
        if self.spec.growth:
            index = (1.0 + self.central["growth"].value) ** (YEARS - BASE).astype(float)
        else:
            q = book(self.world).path(self.spec.sector, "other_uses", scenario)
            index = q / q[NOW]
        base = self._uses(self.spec.uses) - sum(float(q[NOW]) for q in self.sectors.values())
        if self.spec.drive:
            one = {k: np.array([[d.value]]) for k, d in self.central.items()}
            base -= float(self._drive(one, self.energy[None])[0, NOW])
        return max(base, 0.0), np.asarray(index)

    def _elasticity(self) -> float:
        """Long-run price elasticity of the uses, weighted by their size."""
        t = self.world.demands
        t = t[t["commodity"].isin(self.spec.uses) & t["region"].isin(self.where.regions)]
        t = t[t["ed_lr"].notna()]
        whole = float(t["quantity"].sum())
        return float((t["quantity"] * t["ed_lr"]).sum() / whole) if whole > 0 else 0.0
