"""A measure in the market: what it gives and takes at which nodes, what a unit costs to use, and when it is there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from oreflow.atlas import World
from oreflow.errors import DataError, UnknownNameError
from oreflow.market import Base
from oreflow.market.network import Floats, Ints
from oreflow.respond.plan.measures import Measure


@dataclass(frozen=True)
class Supply:
    """What one unit of the commodity that a measure gives does.

    Attributes:
        measure: The measure.
        node: Index of the node it arrives at.
        takes: Node to units taken from there for a unit given.
        cost: USD for a unit, without what it takes and without the price where it is bought.
        origin: Node that it is bought at; −1 where it is not.
        route: Route that limits it; −1 where none does.
        price: Base price where it arrives, USD/unit.
        margin: What a unit earns at base prices, USD; for those that `earns`.
    """

    measure: Measure
    node: int
    takes: dict[int, float]
    cost: float
    origin: int
    route: int
    price: float
    margin: float

    def room(self, onset: float, lead: float, begin: Floats | Ints) -> Floats:
        """Return how much a unit of the measure can give in each period of a window, in units of the commodity.

        Args:
            onset: Months from the decision to the beginning of the window.
            lead: Months from the decision until it works.
            begin: Edges of the periods in months, shape (T + 1,).
        """
        there = np.clip(begin[1:] - np.maximum(begin[:-1], lead - onset), 0.0, None)
        per = self.measure.effect / (self.measure.drawdown if self.measure.stock else 12.0)
        return np.asarray(there * per, dtype=np.float64)

    def usual(self) -> float:
        """What a unit of the commodity earns in normal times, USD.

        It is no relief from a shock: it pays the planner (`earns`: it is taken off the cost) or the owner, whose outlay
        is not in the plan. So it is taken off what a plan saves.
        """
        return 0.0 if self.measure.stock else max(self.margin, 0.0)


def supply(world: World, base: Base, measure: Measure) -> Supply:
    """Lay a measure on a market.

    Args:
        world: World.
        base: Its calibrated market.
        measure: The measure.

    Returns:
        What it does there.

    Raises:
        UnknownNameError: What it supplies is not in the market where it should arrive.
        DataError: A process of it makes something else.
    """
    net = base.net
    at = {name: i for i, name in enumerate(net.nodes)}
    where = f"measures.{measure.measure}"
    if measure.node not in at:
        raise UnknownNameError("node", measure.node, net.nodes, where=f"{where}.commodity")
    node = at[measure.node]
    price = float(base.price[node])
    takes: dict[int, float] = {}
    cost = 0.0 if np.isnan(measure.use_cost) else measure.use_cost
    origin = route = -1
    spent = cost
    if measure.table == "plants":
        name = measure.row.partition("@")[0]
        process = dict(zip(world.plants["plant"], world.plants["process"], strict=True)).get(name, name)
        flows = world["flows"]
        flows = flows[flows["process"] == process]
        if flows.empty:
            raise UnknownNameError("plant or process", name, world.processes["process"], where=f"{where}.row")
        made = flows[(flows["role"] == "output") & (flows["commodity"] == measure.commodity)]
        direct = made.empty
        # A plant further up the chain whose material the firm has turned into the commodity counts in its content.
        if direct and _mineral(world, process) != _mineral(world, measure.commodity):
            raise DataError(f"{where}.row: {process} does not make {measure.commodity}.")
        if not direct:
            scale = float(made["coefficient"].iloc[0])
            for c, q in flows[flows["role"] == "input"][["commodity", "coefficient"]].itertuples(index=False):
                there = at.get(f"{c}@{measure.region}")
                if there is not None:
                    takes[there] = takes.get(there, 0.0) + float(q) / scale
                    spent += float(q) / scale * float(base.price[there])
    elif measure.table == "trade" and measure.row in net.rows["trade"]:
        route = net.rows["trade"][measure.row]
        origin = int(net.route_from[route])
        cost += float(net.route_freight[route])
        spent = cost + float(base.price[origin])
    return Supply(measure, node, takes, cost, origin, route, price, price - spent)


def _mineral(world: World, name: str) -> str:
    """Mineral of a commodity, or of what a process makes first."""
    mineral = dict(zip(world.commodities["commodity"], world.commodities["mineral"], strict=True))
    if name in mineral:
        return str(mineral[name])
    flows = world["flows"]
    made = flows[(flows["process"] == name) & (flows["role"] == "output")]["commodity"]
    return str(mineral.get(made.iloc[0], "")) if len(made) else ""
