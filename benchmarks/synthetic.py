"""Worlds of any size with the shape of the real ones, drawn from a seed.

Minerals go from mine to product in four or five stages. Each stage stands in some of the regions, what a region lacks
comes from afar and takes up to two months, importers hold working stocks and some regions proper ones, and mines of
every other mineral yield a little of the next. Quantities balance as drawn, so that calibration has nothing to mend.
How coarsely curves are cut, and with it the number of columns, follows from the table of parameters as in any world.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from tests.market.worlds import parameters

from oreflow.atlas import World
from oreflow.market.network import Floats

STAGES = ("mine", "concentrate", "refined", "component", "use")
"""Stages of the schema that a chain goes through; a chain of four leaves the last out."""
PRICES = (1.0, 1.9, 5.0, 8.0, 13.0)
"""Price at each stage over that at the first."""
YIELD = (0.8, 0.98)
BY_PRODUCT = 0.02
"""What a mine of every other mineral yields of the next one, as a share of that one's output."""
LONGEST = 2.0
"""Months to the other end of the map."""
TINY = 1e-9
"""Share of a commodity's trade below which a shipment is left out."""
REFINED = 2
USERS = 0.85
"""Share of the regions where a product is used."""
ABROAD = 0.06
"""Share of all regions that make something only for others."""
COARSE = {
    "price_ratio_low": 0.5,
    "price_ratio_high": 2.5,
    "voll_multiple": 3.0,
    "new_route_share": 0.3,
}
"""Parameters with which curves have about five steps each, as is usual in models of this kind."""


@dataclass(frozen=True)
class Shape:
    """Size of a synthetic world.

    Attributes:
        minerals: Chains.
        stages: Stages of each.
        regions: Regions.
        step: Largest step of a curve, in log price; the smallest is half of it.
        makers: Share of the regions using something that also make it.
        local: Share of those that make just what they use.
        stored: Share of the regions that hold a stock of a product.
        seed: Seed of all that is drawn.
        target: Tonnage of a step as a share of world flow.
        widen: Growth of each further step beyond the fine ones.
    """

    minerals: int
    stages: int
    regions: int
    step: float = 0.4
    makers: float = 0.65
    local: float = 0.5
    stored: float = 0.15
    seed: int = 2025
    target: float = 0.02
    widen: float = 6.0


def world(shape: Shape) -> World:
    """Return the world of a shape; the same for the same shape.

    Args:
        shape: How large.
    """
    return _Drawn(shape).world()


class _Drawn:
    """Rows of a world in the making."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.rng = np.random.default_rng(shape.seed)
        self.regions = [f"R{i:02d}" for i in range(shape.regions)]
        self.place = self.rng.uniform(size=(shape.regions, 2))
        self.rows: dict[str, list[dict[str, Any]]] = {
            name: []
            for name in (
                "commodities",
                "processes",
                "flows",
                "plants",
                "trade",
                "demands",
                "stores",
                "prices",
            )
        }

    def world(self) -> World:
        mined: Floats | None = None
        for mineral in range(self.shape.minerals):
            mined = self._chain(mineral, mined if mineral % 2 else None)
        regions = [
            {"region": r, "name": r, "members": r, "lat": 120.0 * y - 60.0, "lon": 360.0 * x - 180.0}
            for r, (x, y) in zip(self.regions, self.place.tolist(), strict=True)
        ]
        shape = self.shape
        steps = {
            "step_max": shape.step,
            "step_min": shape.step / 2.0,
            "step_target": shape.target,
            "step_widen": shape.widen,
        }
        return World.from_rows(
            regions=regions, routes=self._routes(), parameters=parameters(**COARSE, **steps), **self.rows
        )

    def _chain(self, mineral: int, joint: Floats | None) -> Floats:
        """Draw one mineral from its use back to its mines.

        Args:
            mineral: Its number.
            joint: Output by region of the mines that yield some of it; None where none do.

        Returns:
            Output of its mines by region, shape (regions,).
        """
        rng, n = self.rng, self.shape.regions
        price0 = float(np.exp(rng.uniform(np.log(500.0), np.log(20_000.0))))
        used = rng.lognormal(0.0, 1.0, n) * (rng.permutation(n) < USERS * n)
        used *= np.exp(rng.uniform(np.log(2e4), np.log(5e6))) / used.sum()
        made = used
        for stage in reversed(range(self.shape.stages)):
            commodity = _name(mineral, stage)
            last = stage == self.shape.stages - 1
            if last:
                self._demands(commodity, used, "product")
            elif stage == REFINED:  # some of the metal goes into other things
                other = np.where(rng.uniform(size=n) < 0.3, used.sum() / n * rng.uniform(0.1, 0.5, n), 0.0)
                self._demands(commodity, other, "other")
                used = used + other
            given = np.zeros(n)
            if stage == 0 and joint is not None:
                yielded = BY_PRODUCT * used.sum() / joint.sum()
                given = yielded * joint
                self._flow(_making(mineral - 1, 0), commodity, "output", yielded)
            made = self._made(used, given)
            self._commodity(mineral, stage, price0, int(np.argmax(made)))
            self._trade(commodity, made + given - used)
            if last or stage == REFINED:
                self._stores(commodity, used, PRICES[stage] * price0)
            used = self._plants(mineral, stage, made, price0)
        return made

    def _made(self, used: Floats, given: Floats) -> Floats:
        """Output by region: most users make it, most of those what they need, the others for all the rest."""
        rng, n = self.rng, len(used)
        users, others = np.flatnonzero(used > 0), np.flatnonzero(used <= 0)
        there = rng.permutation(users)[: max(2, round(self.shape.makers * len(users)))]
        k = round(self.shape.local * len(there))
        local, large = there[:k], there[k:]
        large = np.append(large, rng.permutation(others)[: max(1, round(ABROAD * n))])
        made = np.zeros(n)
        made[local] = used[local]
        share = rng.lognormal(0.0, 0.8, len(large))
        made[large] = (used.sum() - given.sum() - made.sum()) * share / share.sum()
        return made

    def _commodity(self, mineral: int, stage: int, price0: float, hub: int) -> None:
        commodity = _name(mineral, stage)
        self.rows["commodities"].append(
            {
                "commodity": commodity,
                "name": commodity.replace("_", " "),
                "mineral": f"m{mineral:02d}",
                "stage": STAGES[stage],
                "unit": "t product",
                "freight_mass": 1.0,
                "price_hub": self.regions[hub],
            }
        )
        self.rows["prices"].append(
            {
                "commodity": commodity,
                "region": self.regions[hub],
                "period": "2025",
                "value": PRICES[stage] * price0,
                "basis": "drawn",
            }
        )

    def _flow(self, process: str, commodity: str, role: str, coefficient: float) -> None:
        self.rows["flows"].append(
            {"process": process, "commodity": commodity, "role": role, "coefficient": coefficient}
        )

    def _plants(self, mineral: int, stage: int, made: Floats, price0: float) -> Floats:
        """Draw the plants of a stage and return what they use of the one before, by region."""
        rng, mining = self.rng, stage == 0
        commodity, process = _name(mineral, stage), _making(mineral, stage)
        es = rng.uniform(0.1, 0.3) if mining else rng.uniform(1.0, 4.0)
        self.rows["processes"].append(
            {
                "process": process,
                "name": process.replace("_", " "),
                "kind": "extraction" if mining else "conversion",
                "output": commodity,
                "es_low": es,
                "es_high": 2.0 * es,
                "ramp": 0.15 if mining else None,
            }
        )
        self._flow(process, commodity, "output", 1.0)
        worth, taken = PRICES[stage] * price0, 0.0
        if not mining:
            taken = 1.0 / rng.uniform(*YIELD)
            worth -= taken * PRICES[stage - 1] * price0
            self._flow(process, _name(mineral, stage - 1), "input", taken)
        for r in np.flatnonzero(made):
            sites = 1 + int(mining and rng.uniform() < 0.4)
            for k, output in enumerate(rng.dirichlet(np.full(sites, 2.0)) * made[r]):
                self.rows["plants"].append(
                    {
                        "plant": f"{commodity}_{self.regions[r]}_{k}",
                        "name": f"{commodity} {self.regions[r]} {k}",
                        "process": process,
                        "region": self.regions[r],
                        "output": output,
                        "capacity": output / rng.uniform(0.65, 0.97),
                        "cost": worth * rng.uniform(0.6, 1.0),
                        "status": "operating",
                        "quality": "reported",
                    }
                )
        return taken * made

    def _demands(self, commodity: str, used: Floats, use: str) -> None:
        for r in np.flatnonzero(used):
            low = self.rng.uniform(0.05, 0.3)
            self.rows["demands"].append(
                {
                    "demand": f"{commodity}_{self.regions[r]}",
                    "commodity": commodity,
                    "region": self.regions[r],
                    "use": use,
                    "quantity": used[r],
                    "ed_low": low,
                    "ed_high": 2.0 * low,
                    "quality": "reported",
                }
            )

    def _trade(self, commodity: str, spare: Floats) -> None:
        """Send what regions have to spare to those that lack it, from west to east: each has few partners."""
        order = np.argsort(self.place[:, 0])
        give = [int(r) for r in order if spare[r] > 0]
        take = [int(r) for r in order if spare[r] < 0]
        out, into = (np.concatenate([[0.0], np.cumsum(np.abs(spare[side]))]) for side in (give, take))
        out *= into[-1] / out[-1]
        edges = np.unique(np.concatenate([out, into]))
        middle = 0.5 * (edges[1:] + edges[:-1])
        origin = np.minimum(np.searchsorted(out, middle) - 1, len(give) - 1)
        destination = np.minimum(np.searchsorted(into, middle) - 1, len(take) - 1)
        for o, d, quantity in zip(origin, destination, np.diff(edges), strict=True):
            if quantity > TINY * into[-1]:
                self.rows["trade"].append(
                    {
                        "commodity": commodity,
                        "origin": self.regions[give[o]],
                        "destination": self.regions[take[d]],
                        "year": 2025,
                        "quantity": quantity,
                        "quality": "reported",
                    }
                )

    def _stores(self, commodity: str, used: Floats, price: float) -> None:
        for r in np.flatnonzero((self.rng.uniform(size=len(used)) < self.shape.stored) & (used > 0)):
            self.rows["stores"].append(
                {
                    "store": f"{commodity}_{self.regions[r]}",
                    "commodity": commodity,
                    "region": self.regions[r],
                    "kind": "commercial",
                    "opening": used[r] * self.rng.uniform(20.0, 60.0) / 365.0,
                    "holding_cost": 0.002 * price,
                }
            )

    def _routes(self) -> list[dict[str, Any]]:
        apart = np.linalg.norm(self.place[:, None] - self.place[None, :], axis=2) / np.sqrt(2.0)
        return [
            {
                "origin": self.regions[o],
                "destination": self.regions[d],
                "mode": "sea",
                "distance": 20_000.0 * apart[o, d],
                "freight": 8.0 + 40.0 * apart[o, d],
                "lag": round(LONGEST * apart[o, d], 1),
            }
            for o, d in np.argwhere(~np.eye(len(self.regions), dtype=bool)).tolist()
        ]


def _name(mineral: int, stage: int) -> str:
    return f"m{mineral:02d}_{STAGES[stage]}"


def _making(mineral: int, stage: int) -> str:
    return f"{_name(mineral, stage)}_making"
