"""What counts as harm: welfare, a shortage or a price, and how it is read off a solution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from oreflow.atlas import World
from oreflow.errors import UnknownNameError, UsageError
from oreflow.market import Base
from oreflow.market.layout import Layout
from oreflow.market.network import Floats
from oreflow.market.solve import Solution
from oreflow.market.view import View
from oreflow.shock.target import blocs

Objective = Literal["shortage", "price", "welfare"]
OBJECTIVES: tuple[str, ...] = get_args(Objective)


@dataclass(frozen=True)
class Measure:
    """What counts as harm.

    * ``welfare``: rise of the objective of the market's linear programme, in USD over the horizon: surplus lost
      by all who make, ship, hold and use, those who are lost included.
    * ``shortage``: base use of the commodity less its use in the months of the loss, in units, over all users that
      are not lost themselves. Users are final demands, plants and mixes.
    * ``price``: mean price of the commodity in the months of the loss at its hub, % above the base price.

    Attributes:
        objective: One of `OBJECTIVES`.
        unit: Of the value.
        commodity: Commodity measured; empty for welfare.
        region: Region or bloc it is measured in; empty for all, and for price at the hub.
        nodes: Nodes it is measured at.
    """

    objective: str
    unit: str
    commodity: str = ""
    region: str = ""
    nodes: tuple[int, ...] = ()

    @classmethod
    def of(
        cls,
        world: World,
        base: Base,
        objective: str,
        *,
        commodity: str | None = None,
        region: str | None = None,
    ) -> Measure:
        """Return a measure of a market.

        Args:
            world: The world.
            base: Its calibrated market.
            objective: One of `OBJECTIVES`.
            commodity: Commodity; needed for shortage and price.
            region: Region or bloc; everywhere, or for price at the hub, by default.

        Returns:
            The measure.

        Raises:
            UnknownNameError: No such objective, commodity or region, or the commodity is not in that region.
            UsageError: A commodity is needed, or not solved here, or has no use for a region.
        """
        if objective not in OBJECTIVES:
            raise UnknownNameError("objective", objective, OBJECTIVES)
        if objective == "welfare":
            if region:
                raise UsageError("welfare is that of the whole market; a region goes with shortage or price.")
            return cls(objective, "USD")
        if not commodity:
            raise UsageError(f"the objective {objective} is of one commodity. Say which with --commodity.")
        units = dict(zip(world.commodities["commodity"], world.commodities["unit"], strict=True))
        if commodity not in units:
            raise UnknownNameError("commodity", commodity, units)
        net = base.net
        here = [n for n, c in enumerate(net.node_commodity) if c == commodity]
        if not here:
            raise UsageError(
                f"{commodity} is not solved in this scope ({', '.join(net.scope)}). Widen --scope."
            )
        if region:
            groups = blocs(world)
            inside = set(groups.get(region, [region]))
            regions = [net.node_region[n] for n in here]
            here = [n for n in here if net.node_region[n] in inside]
            if not here:
                raise UnknownNameError(
                    "region", region, [*regions, *groups], where=f"{commodity} is not there"
                )
        elif objective == "price":
            here = [n for n in here if net.is_hub[n]] or [max(here, key=lambda n: base.throughput[n])]
        unit = "%" if objective == "price" else units[commodity]
        return cls(objective, unit, commodity, region or "", tuple(here))


class Meter:
    """Reads a measure off solutions of one layout, against the first that it is given.

    Args:
        base: Calibrated market.
        measure: What counts as harm.
        layout: Layout of the solutions.
        during: Number of periods of the loss, the first ones.
    """

    def __init__(self, base: Base, measure: Measure, layout: Layout, during: int) -> None:
        self._measure, self._layout, self._steps = measure, layout, base.steps
        self._during = during
        self._months = np.array(layout.spans[:during], dtype=np.float64)
        net, self._nodes = base.net, list(measure.nodes)
        self._weight = base.throughput[self._nodes]
        entry = np.flatnonzero((net.entry_coef < 0) & np.isin(net.entry_node, self._nodes))
        self._plants, self._needs = net.entry_plant[entry], -net.entry_coef[entry]
        self._mixes = np.flatnonzero(np.isin(net.mix_from, self._nodes))
        self._demands = np.flatnonzero(np.isin(net.demand_node, self._nodes))
        others = np.full(len(self._mixes) + len(self._demands), -1)
        self._user = np.concatenate([self._plants, others])
        self._whole: Floats | None = None

    def read(self, view: View, solution: Solution) -> Floats:
        """Return what the measure is about.

        Args:
            view: The view that was solved.
            solution: Its solution.

        Returns:
            The objective, USD; prices by period of the loss and node, USD/unit; or use by user over the months of
            the loss, units.
        """
        k = self._during
        if self._measure.objective == "welfare":
            return np.array([solution.objective])
        if self._measure.objective == "price":
            price: Floats = solution.price[:k][:, self._nodes] / view.beta[:k, None]
            return price
        x = solution.x[:k].sum(axis=0)
        plants, mixes, demands = (
            self._steps[f].total(x[self._layout.slice(f)]) for f in ("plants", "mixes", "demands")
        )
        return np.concatenate(
            [self._needs * plants[self._plants], mixes[self._mixes], demands[self._demands]]
        )

    def harm(self, whole: Floats, hit: Floats, plants: set[int]) -> float:
        """Return the harm between two readings.

        Args:
            whole: Reading without losses.
            hit: Reading with them.
            plants: Plants that are lost.

        Returns:
            The harm in the measure's unit.
        """
        if self._measure.objective == "welfare":
            return float(hit[0] - whole[0])
        if self._measure.objective == "price":
            change = (hit / whole - 1.0) @ self._weight / self._weight.sum()
            return float(100.0 * (change * self._months).sum() / self._months.sum())
        standing = ~np.isin(self._user, list(plants))
        return float((whole - hit)[standing].sum())
