"""Supply of a mineral: plants of today, projects, and old scrap, at the mine and refined."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oreflow.atlas.world import World
from oreflow.outlook import stock
from oreflow.outlook.activity import BASE, NOW, YEARS
from oreflow.outlook.demand import Demand
from oreflow.outlook.drivers import Driver, Values
from oreflow.outlook.levers import Moves
from oreflow.outlook.minerals import STAGES, Mineral
from oreflow.outlook.pipeline import DEVELOPMENTS, Pipeline, pipeline
from oreflow.outlook.place import Place

Floats = NDArray[np.float64]

TODAY, SCRAP = "today", "scrap"
_MEMORY = 60
"""Years of use before 2025 that old scrap is drawn from."""


@dataclass(frozen=True, slots=True, eq=False)
class Supply:
    """Supply of a place, in the mineral's unit a year.

    Attributes:
        mined: Source to its output, shape (draws, years): ``today``, each development of projects, ``scrap``.
        refined: The same, refined.
    """

    mined: dict[str, Floats]
    refined: dict[str, Floats]

    def parts(self, stage: str) -> dict[str, Floats]:
        """Return the sources at a stage."""
        return self.mined if stage == "mined" else self.refined

    def total(self, stage: str) -> Floats:
        """Return all supply at a stage, shape (draws, years)."""
        return np.asarray(sum(self.parts(stage).values()))


class SupplyModel:
    """Supply of one mineral, compiled once for all regions.

    Args:
        world: World.
        spec: Mineral.
        central: Drivers by name.
    """

    def __init__(self, world: World, spec: Mineral, *, central: dict[str, Driver]) -> None:
        self.world, self.spec, self.central = world, spec, central
        self.regions = [str(r) for r in world.regions["region"]]
        self.factors = {s: self._factors(s) for s in STAGES}
        processes = set(self.factors["mined"]) | set(self.factors["refined"])
        self.projects: Pipeline = pipeline(world, processes)
        self.base = {s: self._base(s) for s in STAGES}
        self.fall = {s: self._fall(s) for s in STAGES}
        self.scrap_base = self._scrap_base()
        self.elasticity = self._elasticity()

    def evaluate(
        self,
        of: Values,
        moves: Moves,
        where: Place,
        demand: Demand,
        *,
        rng: np.random.Generator | None = None,
    ) -> Supply:
        """Return the supply of a place.

        Args:
            of: Drivers.
            moves: What policies move.
            where: Place.
            demand: Its demand: old scrap follows from what was used.
            rng: Generator for the success and delay of projects; without it the mean.
        """
        index = [self.regions.index(r) for r in where.regions]
        projects = self.projects.output(of, moves, rng=rng)
        scrap = self.scrap(of, moves, where, demand)
        inside = np.isin(self.projects.region, where.regions)
        dearer = moves.price(YEARS) ** self.elasticity
        found: dict[str, dict[str, Floats]] = {}
        for stage in STAGES:
            today = self.today(stage, of)[:, index].sum(axis=1) * dearer
            weighed = self.weighed(stage, projects)
            parts = {TODAY: today}
            for d in DEVELOPMENTS:
                here = inside & (self.projects.development == d)
                if here.any():
                    parts[d] = weighed[:, here].sum(axis=1)
            parts[SCRAP] = scrap
            found[stage] = parts
        return Supply(found["mined"], found["refined"])

    def by_region(self, stage: str, of: Values, moves: Moves) -> Floats:
        """Return primary supply by region, shape (draws, regions, years)."""
        out = self.today(stage, of)
        weighed = self.weighed(stage, self.projects.output(of, moves))
        for i, r in enumerate(self.regions):
            out[:, i] += weighed[:, self.projects.region == r].sum(axis=1)
        return out

    def today(self, stage: str, of: Values) -> Floats:
        """Return what plants of 2025 make in later years, shape (draws, regions, years)."""
        ahead = np.maximum(YEARS - BASE, 0)
        out = self.base[stage][None, :, None] * self.fall[stage][None]
        if stage == "mined" and self.spec.falls:
            # Where an agency gives a path, the driver moves around it; elsewhere it is the path.
            usual = self.central["mine_decline"].value
            known = np.array([bool(self.spec.iea_mined)])
            rate = of["mine_decline"] - usual * known
            out = out * ((1.0 - rate) ** ahead)[:, None, :]
        return np.asarray(np.broadcast_to(out, (of["mine_decline"].shape[0], *out.shape[1:])).copy())

    def scrap(self, of: Values, moves: Moves, where: Place, demand: Demand) -> Floats:
        """Return old scrap that comes back refined, shape (draws, years)."""
        base = float(self.scrap_base[[self.regions.index(r) for r in where.regions]].sum())
        rates = self._rates(where)
        if rates is None:
            return np.zeros_like(demand.total)
        collection, recovery, lifetime, shape = rates
        more = (
            np.minimum(of["collection"] * np.ones(len(YEARS)), 1.0 / collection)
            if collection > 0
            else of["collection"]
        )
        part = np.clip((YEARS - BASE) / self.world.parameter("outlook_level_years"), 0.0, 1.0)
        more = 1.0 + (more - 1.0) * part
        target = moves.collected(collection, YEARS)
        more = np.where(target > 1.0, np.maximum(more, target), more)
        old = base * self._old_use(of, demand, lifetime, shape) * more
        batteries = demand.scrapped * collection * recovery * more
        # Batteries that came back in the base year are in its statistics already.
        return np.asarray(np.maximum(0.0, old + batteries - batteries[:, NOW : NOW + 1]) * (YEARS >= BASE))

    def _old_use(self, of: Values, demand: Demand, lifetime: float, shape: float) -> Floats:
        """Scrapped products over those of 2025, from a past at constant growth and the demand ahead."""
        total = demand.total
        ahead = total[:, NOW:] / np.maximum(total[:, NOW : NOW + 1], 1e-12)
        past = (1.0 + of["past_growth"]) ** np.arange(-_MEMORY, 0)
        sales = np.concatenate([np.broadcast_to(past, (total.shape[0], _MEMORY)), ahead], axis=1)
        out = stock.sales_driven(sales, stock.survival(sales.shape[1], lifetime, shape)).outflow[:, _MEMORY:]
        ratio = out / out[:, :1]
        return np.concatenate([np.ones((total.shape[0], NOW)), ratio], axis=1)

    def _rates(self, where: Place) -> tuple[float, float, float, float] | None:
        t = self.world.recycling
        t = t[t["commodity"] == self.spec.scrap]
        here = t[t["region"].isin(where.regions)]
        rows = here if len(here) else t
        if rows.empty:
            return None
        c, r, life, k = (float(rows[x].mean()) for x in ("collection", "recovery", "lifetime", "shape"))
        return c, r, life, k

    def weighed(self, stage: str, output: Floats) -> Floats:
        """Return the output of projects in the mineral's unit.

        Those that an agency's path by country holds decline with their country as that path does.

        Args:
            stage: Stage.
            output: Shape (draws, projects, years), as `Pipeline.output` gives it.

        Returns:
            Shape (draws, projects, years).
        """
        factor = np.array([self.factors[stage].get(str(p), 0.0) for p in self.projects.process])
        out = output * factor[:, None]
        for i, r in enumerate(self.regions):
            here = (self.projects.region == r) & self.projects.foreseen
            if here.any():
                out[:, here] = out[:, here] * self.fall[stage][i]
        return np.asarray(out)

    def _factors(self, stage: str) -> dict[str, float]:
        """Process to what a unit of its output is of this mineral, refined-equivalent."""
        flows, spec = self.world.flows, self.spec
        mineral = dict(
            zip(self.world.commodities["commodity"], self.world.commodities["mineral"], strict=True)
        )
        outputs = flows[flows["role"] == "output"]
        inputs = flows[flows["role"] == "input"]
        conversion = inputs[inputs["process"] == spec.conversion].set_index("commodity")["coefficient"]
        found: dict[str, float] = {}
        if stage == "mined":
            for process in spec.mined:
                rows = outputs[outputs["process"] == process]
                factor = 0.0
                for c, q in zip(rows["commodity"], rows["coefficient"], strict=True):
                    if mineral.get(c) == spec.mineral:
                        factor += float(q) / float(conversion.get(c, 1.0))
                if factor > 0:
                    found[process] = factor
            return found
        for name, rows in outputs.groupby("process"):
            process = str(name)
            if process in spec.recycled:
                continue
            made = float(rows.loc[rows["commodity"].isin(spec.refined), "coefficient"].sum())
            used = inputs[(inputs["process"] == process) & inputs["commodity"].isin(spec.refined)]
            if made > 0:
                # Carbonate turned into hydroxide is refined once, before it is turned.
                found[process] = max(0.0, made - float(used["coefficient"].sum()))
        return found

    def _base(self, stage: str) -> Floats:
        """Output of the plants of 2025 by region."""
        plants = self.world.plants
        factor = plants["process"].map(self.factors[stage]).fillna(0.0).astype(float)
        q = (plants["output"].astype(float) * factor).groupby(plants["region"]).sum()
        return np.asarray(q.reindex(self.regions).fillna(0.0), dtype=np.float64)

    def _scrap_base(self) -> Floats:
        plants = self.world.plants
        here = plants[plants["process"].isin(self.spec.recycled)]
        q = here["output"].astype(float).groupby(here["region"]).sum()
        return np.asarray(q.reindex(self.regions).fillna(0.0), dtype=np.float64)

    def _fall(self, stage: str) -> Floats:
        """Output by country over its highest so far in the agency's base case, 1 up to 2025."""
        out = np.ones((len(self.regions), len(YEARS)))
        commodity = self.spec.iea_mined if stage == "mined" else self.spec.iea_refined
        if not commodity:
            return out
        t = self.world.outlook
        t = t[
            (t["commodity"] == commodity) & (t["measure"] == "supply")
            & (t["stage"] == ("mining" if stage == "mined" else "refining"))
        ]  # fmt: skip
        named = set(t["country"])
        for i, r in enumerate(self.regions):
            rows = t[t["country"] == (r if r in named else "OTH")].sort_values("year")
            if len(rows) < 2:
                continue
            q = np.interp(YEARS, rows["year"].to_numpy(dtype=float), rows["quantity"].to_numpy(dtype=float))
            later = q[NOW:]
            highest = np.maximum.accumulate(later)
            out[i, NOW:] = np.where(highest > 0, later / np.maximum(highest, 1e-12), 1.0)
        return out

    def _elasticity(self) -> float:
        """Long-run price elasticity of the mines, weighted by output."""
        plants = self.world.plants
        here = plants[plants["process"].isin(self.spec.mined)]
        es = here["process"].map(self.world.processes.set_index("process")["es_lr"]).astype(float)
        weight = here["output"].astype(float)[es.notna()]
        whole = float(weight.sum())
        return float((weight * es[es.notna()]).sum() / whole) if whole > 0 else 0.0


def capacity_of(world: World, process: str, where: Place) -> tuple[float, float, float]:
    """Return capacity that runs, capacity that stands still, and output of a process in a place in 2025.

    Args:
        world: World.
        process: Process.
        where: Place.
    """
    t = world.plants
    t = t[(t["process"] == process) & t["region"].isin(where.regions)]
    running = t["status"] == "operating"
    return (
        float(t.loc[running, "capacity"].sum()),
        float(t.loc[t["status"] == "idle", "capacity"].sum()),
        float(t["output"].sum()),
    )
