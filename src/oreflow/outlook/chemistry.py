"""Which chemistries the batteries are made of, and the metal that a GWh of them holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oreflow.atlas.world import World
from oreflow.errors import DataError, UnknownNameError
from oreflow.outlook.activity import BASE, LAST, NOW, OTHER, PRODUCTS, STORAGE, YEARS
from oreflow.outlook.drivers import Values
from oreflow.outlook.place import Place

Floats = NDArray[np.float64]

FAMILIES = ("lfp_cell", "nmc_cell", "sodium_cell")
"""Families of chemistries, by the cell commodity of the atlas."""
FAMILY_TITLES = {"lfp_cell": "LFP", "nmc_cell": "nickel-based", "sodium_cell": "sodium-ion"}
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


def paths(world: World) -> list[str]:
    """Return the scenarios of chemistry that the world holds."""
    return sorted(set(world.chemistry_shares["scenario"]))


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
    known = {s.lower(): s for s in paths(world)}
    if scenario.strip().lower() not in known:
        raise UnknownNameError("scenario of chemistry", scenario, known.values())
    shares = world.chemistry_shares
    shares = shares[shares["scenario"] == known[scenario.strip().lower()]]
    intensity = world.intensities
    family = dict(zip(intensity["chemistry"], intensity["family"], strict=True))
    held = intensity[intensity["commodity"] == commodity]
    per = dict(zip(held["chemistry"], held["quantity"].astype(float), strict=True))
    by_year: dict[str, Floats] = {}
    for name, rows in shares.sort_values("year").groupby("chemistry"):
        # A year without a row is a share of nothing, not a line between its neighbours.
        every = rows.set_index("year")["share"].reindex(sorted(set(shares["year"])), fill_value=0.0)
        by_year[str(name)] = np.interp(YEARS, every.index.to_numpy(dtype=float), every.to_numpy(dtype=float))
    missing = sorted(set(by_year) - set(family))
    if missing:
        raise DataError(f"chemistry_shares: no row of intensities for {', '.join(missing)}.")
    total = {
        f: sum((v for k, v in by_year.items() if family[k] == f), np.zeros(len(YEARS))) for f in FAMILIES
    }
    content = np.zeros((len(FAMILIES), len(YEARS)))
    for i, f in enumerate(FAMILIES):
        chems = [k for k in family if family[k] == f]
        weight = {k: by_year.get(k, np.zeros(len(YEARS))) for k in chems}
        whole = total[f]
        if len(chems) == 1:
            content[i] = per.get(chems[0], 0.0)
        else:
            top = sum((weight[k] * per.get(k, 0.0) for k in chems), np.zeros(len(YEARS)))
            content[i] = top / np.maximum(whole, 1e-12)
    lfp = np.clip(total["lfp_cell"] / (total["lfp_cell"] + total["nmc_cell"]), _EDGE, 1.0 - _EDGE)
    odds = np.log(lfp / (1.0 - lfp))
    return Chemistry(_base(world, where), odds - odds[NOW], content)


def _base(world: World, where: Place) -> Floats:
    """Shares of the families in 2025, the place's regions weighted by what they use."""
    mixes, demands = world.mixes, world.demands
    out = np.zeros((len(PRODUCTS), len(FAMILIES)))
    uses = {STORAGE: "stationary_battery", OTHER: "other_battery"}
    for use in ("ev_battery", *uses.values()):
        size = demands[(demands["commodity"] == use) & demands["region"].isin(where.regions)]
        by_region = size.groupby("region")["quantity"].sum()
        here = mixes[(mixes["use"] == use) & mixes["region"].isin(by_region.index)]
        weight = here["region"].map(by_region).astype(float) * here["share"].astype(float)
        got = weight.groupby(here["cell"]).sum()
        whole = float(got.reindex(FAMILIES).fillna(0.0).sum())
        if whole <= 0:
            continue
        row = np.array([float(got.get(f, 0.0)) / whole for f in FAMILIES])
        for i, product in enumerate(PRODUCTS):
            if uses.get(product, "ev_battery") == use:
                out[i] = row
    return out
