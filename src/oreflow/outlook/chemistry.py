"""Which chemistries the batteries are made of, and the metal that a GWh of them holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oreflow.atlas.world import World
from oreflow.errors import DataError, UnknownNameError
from oreflow.once import once
from oreflow.outlook.activity import BASE, LAST, NOW, OTHER, PRODUCTS, STORAGE, YEARS, Book, book
from oreflow.outlook.drivers import Values
from oreflow.outlook.place import Place

Floats = NDArray[np.float64]

FAMILIES = ("lfp_cell", "nmc_cell", "sodium_cell")
"""Families of chemistries, by the cell commodity of the atlas."""
FAMILY_TITLES = {"lfp_cell": "LFP", "nmc_cell": "nickel-based", "sodium_cell": "sodium-ion"}
_USES = {STORAGE: "stationary_battery", OTHER: "other_battery"}
_EDGE = 0.005
_MOST_SODIUM = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Chemistry:
    """Chemistries of a place and the metal in them.

    Attributes:
        base: Shape (products, families), shares in 2025.
        lfp: Shape (years,), log-odds of LFP against nickel in the scenario, less those of 2025.
        content: Shape (families, years), metal in a GWh of good cells, before thrift.
    """

    base: Floats
    lfp: Floats
    content: Floats

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
            lfp, nickel, sodium = self.base[i]
            if lfp + nickel + sodium <= 0:
                out[:, i, 0] = 1.0
                continue
            end = of["sodium_stationary"] if product == STORAGE else of["sodium_ev"]
            end = np.maximum(np.minimum(end, _MOST_SODIUM), sodium)
            grown = sodium + part * (end - sodium) if product != OTHER else np.full((n, len(YEARS)), sodium)
            grown = np.where(YEARS < BASE, 0.0, grown)
            share = np.clip(lfp / (lfp + nickel) if lfp + nickel > 0 else 1.0, _EDGE, 1.0 - _EDGE)
            odds = np.log(share / (1.0 - share)) + (0.0 if product == OTHER else moved)
            of_rest = 1.0 / (1.0 + np.exp(-odds))
            out[:, i, 0] = (1.0 - grown) * of_rest
            out[:, i, 1] = (1.0 - grown) * (1.0 - of_rest)
            out[:, i, 2] = grown
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

    def base(self, where: Place, used: Book) -> Floats:
        """Return the shares of the families in 2025, a place's regions weighted by what they use.

        Args:
            where: Place.
            used: Uses of the base year.

        Returns:
            Shape (products, families); zeros for what the place does not use.
        """
        out = np.zeros((len(PRODUCTS), len(FAMILIES)))
        for use in ("ev_battery", *_USES.values()):
            got = np.zeros(len(FAMILIES))
            for region in where.regions:
                got = got + self._mixes.get((use, region), 0.0) * used.region(use, region)
            if got.sum() > 0:
                for i, product in enumerate(PRODUCTS):
                    if _USES.get(product, "ev_battery") == use:
                        out[i] = got / got.sum()
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


def chemistry(world: World, where: Place, commodity: str, scenario: str) -> Chemistry:
    """Return the chemistries of a place and the content of one metal.

    Args:
        world: World with ``mixes``, ``demands``, ``intensities`` and ``chemistry_shares``.
        where: Place.
        commodity: Commodity of ``intensities``; empty for a metal that no cell holds.
        scenario: Scenario of ``chemistry_shares``.

    Raises:
        UnknownNameError: There is no such scenario of chemistry.
        DataError: The tables do not hold what is needed.
    """
    held = recipes(world)
    name = held.scenario(scenario)
    return Chemistry(held.base(where, book(world)), held.moved(name), held.content(name, commodity))
