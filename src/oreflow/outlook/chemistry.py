"""Which chemistries the batteries are made of, and the metal that a GWh of them holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oreflow.atlas.world import World
from oreflow.errors import DataError, UnknownNameError
from oreflow.once import once
from oreflow.outlook.activity import BASE, LAST, NOW, OTHER, PRODUCTS, STORAGE, YEARS
from oreflow.outlook.drivers import Values
from oreflow.outlook.place import Place

Floats = NDArray[np.float64]

FAMILIES = ("lfp_cell", "nmc_cell", "sodium_cell")
"""Families of chemistries, by the cell commodity of the atlas."""
FAMILY_TITLES = {"lfp_cell": "LFP", "nmc_cell": "nickel-based", "sodium_cell": "sodium-ion"}
_USES = {STORAGE: "stationary_battery", OTHER: "other_battery"}
_EDGE = 0.005


@dataclass(frozen=True, slots=True, eq=False)
class Chemistry:
    """Chemistries of a place and the metal in them.

    Attributes:
        base: Shape (regions, products, families), shares in 2025 of each region of the place.
        weight: Shape (regions, products, years), part of each region in what the place buys.
        lfp: Shape (years,), log-odds of LFP against nickel in the scenario, less those of 2025.
        content: Shape (families, years), metal in a GWh of good cells, before thrift.
        most_sodium: Largest share of sodium-ion.
    """

    base: Floats
    weight: Floats
    lfp: Floats
    content: Floats
    most_sodium: float

    def shares(self, of: Values) -> Floats:
        """Return the share of each family in what is sold.

        Sodium-ion grows on a straight line from its share of 2025 to that of 2040; the rest is shared by LFP and
        nickel, whose log-odds move as in the scenario, times the driver.

        Args:
            of: Drivers ``lfp_shift``, ``sodium_ev`` and ``sodium_stationary``.

        Returns:
            Shape (draws, products, families, years); the families add up to 1.
        """
        n = of["lfp_shift"].shape[0]
        out = np.zeros((n, len(PRODUCTS), len(FAMILIES), len(YEARS)))
        part = np.clip((YEARS - BASE) / (LAST - BASE), 0.0, 1.0)
        moved = np.where(YEARS > BASE, of["lfp_shift"], 1.0) * self.lfp
        for i, product in enumerate(PRODUCTS):
            end = np.minimum(of["sodium_stationary" if product == STORAGE else "sodium_ev"], self.most_sodium)
            for (lfp, nickel, sodium), weight in zip(self.base[:, i], self.weight[:, i], strict=True):
                if not weight.any() or lfp + nickel + sodium <= 0:
                    # Nothing is known of what is sold there: it is LFP, as most of the world's new markets.
                    out[:, i, 0] += weight
                    continue
                share = np.clip(lfp / (lfp + nickel) if lfp + nickel > 0 else 1.0, _EDGE, 1.0 - _EDGE)
                odds = np.log(share / (1.0 - share)) + (0.0 if product == OTHER else moved)
                grown = sodium + (0.0 if product == OTHER else part * (np.maximum(end, sodium) - sodium))
                grown = np.where(YEARS < BASE, 0.0, grown)
                of_rest = 1.0 / (1.0 + np.exp(-odds))
                out[:, i, 0] += weight * (1.0 - grown) * of_rest
                out[:, i, 1] += weight * (1.0 - grown) * (1.0 - of_rest)
                out[:, i, 2] += weight * grown
        return out

    def metal(self, of: Values) -> Floats:
        """Return the metal in a GWh of each family of good cells.

        Args:
            of: Driver ``thrift``.

        Returns:
            Shape (draws, families, years).
        """
        years = np.maximum(YEARS - BASE, 0)
        return np.asarray(self.content * ((1.0 - of["thrift"]) ** years)[:, None, :])


class Recipes:
    """What the chemistries of one world hold and how they share the market, for every metal and scenario.

    Args:
        world: World with ``mixes``, ``demands``, ``intensities`` and ``chemistry_shares``.
    """

    def __init__(self, world: World) -> None:
        t = world.intensities
        self.family = dict(zip(t["chemistry"], t["family"], strict=True))
        self._per: dict[str, dict[str, float]] = {}
        for chemistry_, commodity, q in zip(t["chemistry"], t["commodity"], t["quantity"], strict=True):
            self._per.setdefault(str(commodity), {})[str(chemistry_)] = float(q)
        shares = world.chemistry_shares
        self.scenarios = sorted(set(shares["scenario"]))
        years = sorted(set(shares["year"]))
        self._shares: dict[str, dict[str, Floats]] = {s: {} for s in self.scenarios}
        for (scenario, name), rows in shares.groupby(["scenario", "chemistry"]):
            # A year without a row is a share of nothing, not a line between its neighbours.
            every = rows.set_index("year")["share"].reindex(years, fill_value=0.0)
            self._shares[str(scenario)][str(name)] = np.interp(
                YEARS, np.array(years, dtype=float), every.to_numpy(dtype=float)
            )
        self._mixes: dict[tuple[str, str], Floats] = {}
        for (use, region), rows in world.mixes.groupby(["use", "region"]):
            held = dict(zip(rows["cell"], rows["share"].astype(float), strict=True))
            self._mixes[str(use), str(region)] = np.array([held.get(f, 0.0) for f in FAMILIES])

    def scenario(self, name: str) -> str:
        """Return a scenario of chemistry as the tables write it.

        Args:
            name: Name; capitals do not matter.

        Raises:
            UnknownNameError: There is none of that name.
        """
        known = {str(s).lower(): str(s) for s in self.scenarios}
        if name.strip().lower() not in known:
            raise UnknownNameError("scenario of chemistry", name, known.values())
        return known[name.strip().lower()]

    def moved(self, scenario: str) -> Floats:
        """Return the log-odds of LFP against nickel in a scenario less those of 2025, shape (years,)."""
        total = self._totals(scenario)
        lfp = np.clip(total["lfp_cell"] / (total["lfp_cell"] + total["nmc_cell"]), _EDGE, 1.0 - _EDGE)
        odds = np.log(lfp / (1.0 - lfp))
        return np.asarray(odds - odds[NOW])

    def content(self, scenario: str, commodity: str) -> Floats:
        """Return the metal in a GWh of each family, its chemistries weighted as in a scenario; (families, years)."""
        per = self._per.get(commodity, {})
        shares, totals = self._shares[scenario], self._totals(scenario)
        out = np.zeros((len(FAMILIES), len(YEARS)))
        for i, f in enumerate(FAMILIES):
            chems = [k for k in self.family if self.family[k] == f]
            if len(chems) == 1:
                out[i] = per.get(chems[0], 0.0)
                continue
            nothing = np.zeros(len(YEARS))
            top = sum((shares.get(k, nothing) * per.get(k, 0.0) for k in chems), nothing)
            out[i] = top / np.maximum(totals[f], 1e-12)
        return out

    def base(self, where: Place) -> Floats:
        """Return the shares of the families in 2025 in each region of a place.

        Args:
            where: Place.

        Returns:
            Shape (regions, products, families); zeros where the tables give no mix.
        """
        out = np.zeros((len(where.regions), len(PRODUCTS), len(FAMILIES)))
        for r, region in enumerate(where.regions):
            for i, product in enumerate(PRODUCTS):
                held = self._mixes.get((_USES.get(product, "ev_battery"), region))
                if held is not None and held.sum() > 0:
                    out[r, i] = held / held.sum()
        return out

    def _totals(self, scenario: str) -> dict[str, Floats]:
        shares = self._shares[scenario]
        missing = sorted(set(shares) - set(self.family))
        if missing:
            raise DataError(f"chemistry_shares: no row of intensities for {', '.join(missing)}.")
        nothing = np.zeros(len(YEARS))
        return {f: sum((v for k, v in shares.items() if self.family[k] == f), nothing) for f in FAMILIES}


recipes = once(Recipes)
"""The recipes of a world, read once while it is in use."""


def chemistry(world: World, where: Place, commodity: str, scenario: str, *, by_region: Floats) -> Chemistry:
    """Return the chemistries of a place and the content of one metal.

    Args:
        world: World with ``mixes``, ``demands``, ``intensities`` and ``chemistry_shares``.
        where: Place.
        commodity: Commodity of ``intensities``; empty for a metal that no cell holds.
        scenario: Scenario of ``chemistry_shares``.
        by_region: Shape (regions, products, years), GWh sold in each region of the place.

    Raises:
        UnknownNameError: There is no such scenario of chemistry.
        DataError: The tables do not hold what is needed.
    """
    held = recipes(world)
    name = held.scenario(scenario)
    whole = by_region.sum(axis=0)
    even = np.full_like(by_region, 1.0 / max(len(where.regions), 1))
    weight = np.where(whole > 0, by_region / np.where(whole > 0, whole, 1.0), even)
    return Chemistry(
        held.base(where),
        weight,
        held.moved(name),
        held.content(name, commodity),
        world.parameter("outlook_sodium_most"),
    )
