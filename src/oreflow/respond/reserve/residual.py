r"""What a region can buy at which price: the residual supply of the world model, and the demand that it meets.

At a price p held at one node ``commodity@REGION``, everybody else clears: mines, plants, routes, demands elsewhere.
What then stays at the node for final use is the residual supply

    S(p) = arrivals(p) + output(p) − use by plants(p) − departures(p),

the slope of a convex function of p and hence rising. It is sampled from the compiled market itself: the steps of the
node's own demand are replaced by one buyer without limit at p, the market is solved without stocks (one static
period), and the flows are read. The samples at the edges e₀ < e₁ < … of a grid of prices p₀ < p₁ < … make a step
curve: S(e_j) − S(e_{j−1}) can be had at p_j. The node's own demand D(p) is cut at the same edges, so that the two
meet at a grid price exactly where the full model clears; base and regime prices are put on the grid.

Each step is split by where it comes from (`SOURCES`): imports from eligible origins, other imports, domestic supply
(plants, less what they use and what is shipped out) and recycling.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from oreflow.errors import UnknownNameError, UsageError
from oreflow.market import Base, Change, Draw
from oreflow.market.layout import Arrays, Layout
from oreflow.market.network import Floats, Ints
from oreflow.market.problem import compile_problem
from oreflow.market.solve import Solution, Solver
from oreflow.market.tariff import settled
from oreflow.market.view import Beliefs, State, View

SOURCES = ("eligible", "other", "domestic", "recycling")
"""Where a step of supply comes from, in the order of `Curve.supply`."""
FOREIGN = np.array([True, True, False, False])
RECYCLING = "recycling"
"""Ending of the processes that turn scrap into the commodity."""
TIE = 1e-9
CAP = 0.99
"""Share of the largest worth of demand from which on it is firm."""


@dataclass(frozen=True)
class Curve:
    """Supply and demand of one commodity in one region, per year, cut into steps at shared prices.

    Attributes:
        commodity: Commodity.
        region: Region.
        price: Price of each step, rising, shape (n,), USD/unit.
        supply: What each source adds at each step, shape (4, n), unit/yr; rows as `SOURCES`.
        outflow: What is used by plants and shipped out at any price of the grid, unit/yr.
        demand: Final demand given up at each step, shape (n,), unit/yr.
        firm: Final demand that is given up at no price of the grid, unit/yr.
        voll: Worth of firm demand, USD/unit.
        base_price: Price at which the full model clears, USD/unit.
        base_use: Final demand that it serves there, unit/yr.
        split: Largest share of base use by which the split between sources had to be moved to let every source rise
            with the price.
    """

    commodity: str
    region: str
    price: Floats
    supply: Floats
    outflow: float
    demand: Floats
    firm: float
    voll: float
    base_price: float
    base_use: float
    split: float

    def clear(
        self, taken: Floats | float = 0.0, *, supply: float = 1.0, demand: float = 1.0, level: float = 1.0
    ) -> tuple[Floats, Floats]:
        """Clear the market by merit order, for amounts bought out of it.

        Args:
            taken: What a reserve buys (negative: releases), any shape, unit/yr.
            supply: Multiple of what imports bring.
            demand: Multiple of final demand.
            level: Multiple of the prices at which supply is to be had.

        Returns:
            Price, USD/unit, and final demand that is not served, unit/yr, in the shape of `taken`. The price is the
            worth of firm demand where that is cut.
        """
        width = self.supply * np.where(FOREIGN, supply, 1.0)[:, None]
        cost = np.broadcast_to(level * self.price, width.shape)
        order = np.argsort(cost, axis=None, kind="stable")
        steps, costs = width.ravel()[order], cost.ravel()[order]
        # Giving up demand frees as much as a step of supply at its worth.
        steps = np.concatenate([steps, demand * self.demand, [demand * self.firm]])
        costs = np.concatenate([costs, self.price, [self.voll]])
        order = np.argsort(costs, kind="stable")
        steps, costs = steps[order], costs[order]
        need = np.asarray(taken, dtype=float) + self.outflow + demand * (self.demand.sum() + self.firm)
        reach = np.cumsum(steps)
        at = np.minimum(np.searchsorted(reach, need - TIE * max(self.base_use, TIE)), len(steps) - 1)
        price: Floats = costs[at]
        lost = np.where(price >= self.voll, np.clip(need - (reach[-1] - demand * self.firm), 0.0, None), 0.0)
        return price, lost


class Residual:
    """A market without stocks that is cleared with the price of one node held.

    Args:
        base: Calibrated market.
        commodity: Commodity of the node.
        region: Its region.
        eligible: Origins whose goods the reserve may buy.
        months: Months since the news at which elasticities are taken.

    Raises:
        UnknownNameError: The node is not in the market, or has no final demand.
    """

    def __init__(
        self, base: Base, commodity: str, region: str, *, eligible: frozenset[str], months: float = 12.0
    ) -> None:
        net = base.net
        name = f"{commodity}@{region}"
        if name not in net.nodes:
            raise UnknownNameError("market", name, net.nodes)
        self.base, self.commodity, self.region = base, commodity, region
        self.node = net.nodes.index(name)
        self.demands = np.flatnonzero(net.demand_node == self.node)
        if not len(self.demands):
            raise UsageError(
                f"{name} has no final demand, so a reserve of it serves nobody. Hold another form of it."
            )
        self._solver = Solver(compile_problem(Layout(base, (12,), True, ())))
        self._layout = self._solver.problem.layout
        # A static year is priced at its middle: six months of the wanted age are in it.
        self._month = -round(months - 6)
        here = np.flatnonzero((net.route_to == self.node) & (net.route_from != self.node))
        origin = [net.node_region[i] for i in net.route_from[here]]
        allowed = np.array([o in eligible for o in origin], dtype=bool)
        self._in = {"eligible": here[allowed], "other": here[~allowed]}
        self._out = np.flatnonzero((net.route_from == self.node) & (net.route_to != self.node))
        self._entries = np.flatnonzero(net.entry_node == self.node)
        self._recycled = np.array(
            [net.plant_process[net.entry_plant[e]].endswith(RECYCLING) for e in self._entries], dtype=bool
        )

    def clear(self, changes: tuple[Change, ...] = (), *, taken: float = 0.0) -> tuple[float, float]:
        """Clear the full model.

        Args:
            changes: What holds for good.
            taken: What is bought out of the node, unit/yr.

        Returns:
            Price at the node, USD/unit, and final demand served there, unit/yr.

        Raises:
            InfeasibleError: More is taken than there is.
        """
        view = self._view(changes)

        def more(arrays: Arrays) -> None:
            arrays.row_lower[0, self.node] += taken

        view, solution = self._solve(view, more)
        served = self._steps("demands", solution)[self.demands].sum()
        return float(view.prices(solution.price)[0, self.node]), float(served)

    def curve(
        self, changes: tuple[Change, ...] = (), *, steps: int = 14, low: float = 0.6, high: float = 4.0
    ) -> Curve:
        """Sample supply and demand at the node.

        Args:
            changes: What holds for good.
            steps: Steps on each side of the price at which the full model clears.
            low: Lowest price of the grid, as a multiple of the base price.
            high: Highest, as a multiple of the larger of the base price and the clearing price.

        Returns:
            The curve. It clears at the price of the full model.
        """
        view = self._view(changes)
        price, served = self.clear(changes)
        base = float(self.base.price[self.node])
        voll = self.base.net.parameter("voll_multiple") * base
        grid = _grid(price, base, steps, low * base, min(high * max(base, price), 0.98 * voll))
        edges = np.sqrt(grid[:-1] * grid[1:])
        edges = np.append(edges, grid[-1] * np.sqrt(grid[-1] / grid[-2]))
        flows = np.array([self._at(view, e) for e in edges])  # (n, 5): sources, outflow
        demand = self._demand(view, edges)
        supply, outflow, moved = _split(flows)
        before = self._demand(view, np.array([0.0]))[0]
        return Curve(
            commodity=self.commodity,
            region=self.region,
            price=grid,
            supply=supply,
            outflow=outflow,
            demand=-np.diff(demand, prepend=before),
            firm=float(demand[-1]),
            voll=voll,
            base_price=price,
            base_use=served,
            split=moved / max(served, TIE),
        )

    def _view(self, changes: tuple[Change, ...]) -> View:
        beliefs = Beliefs(self.base, changes, 1)
        state, price = State.of(self.base), self.base.price
        return View(self._layout, beliefs, 0, self._month, state, Draw(), price)

    def _solve(self, view: View, edit) -> tuple[View, Solution]:  # type: ignore[no-untyped-def]
        def solve(view: View, start) -> Solution:  # type: ignore[no-untyped-def]
            arrays = self._solver.problem.numbers(view)
            edit(arrays)
            return self._solver.solve(arrays, start=start)

        view, solution, _ = settled(view, solve, self._solver.basis, None)
        return view, solution

    def _steps(self, family: str, solution: Solution) -> Floats:
        layout = self._layout
        total: Floats = self.base.steps[family].total(solution.x[:, layout.slice(family)])[0]
        return total

    def _at(self, view: View, price: float) -> Floats:
        """Flows at the node when its price is held: each of `SOURCES`, then use by plants and departures."""
        owner = self.base.steps["demands"].owner
        mine = np.flatnonzero(np.isin(owner, self.demands)) + self._layout.start["demands"]

        def one_buyer(arrays: Arrays) -> None:
            arrays.upper[0, mine] = 0.0
            arrays.upper[0, mine[0]] = np.inf
            arrays.cost[0, mine[0]] = -price

        _, solution = self._solve(view, one_buyer)
        route, plant = self._steps("routes", solution), self._steps("plants", solution)
        net = self.base.net
        made = net.entry_coef[self._entries] * plant[net.entry_plant[self._entries]]
        recycled = made[self._recycled].sum()
        return np.array(
            [
                route[self._in["eligible"]].sum(),
                route[self._in["other"]].sum(),
                made[(made > 0) & ~self._recycled].sum(),
                recycled,
                -made[made < 0].sum() + route[self._out].sum(),
            ]
        )

    def _demand(self, view: View, price: Floats) -> Floats:
        """Final demand that is worth more than some prices, unit/yr: the steps of the model."""
        arrays = self._solver.problem.numbers(view)
        mine = np.flatnonzero(np.isin(self.base.steps["demands"].owner, self.demands))
        mine = mine + self._layout.start["demands"]
        width, worth = arrays.upper[0, mine], -arrays.cost[0, mine] / view.beta[0]
        worth = np.where(worth > CAP * worth.max(), np.inf, worth)
        total: Floats = np.array([width[worth > p * (1 + TIE)].sum() for p in price])
        return total


def _grid(price: float, base: float, steps: int, low: float, high: float) -> Floats:
    """Prices on both sides of the one at which the model clears, finer near it, with the base price among them."""
    near = np.linspace(0.0, 1.0, steps + 1)[1:] ** 2.0
    up = price * (high / price) ** near if high > price else np.zeros(0)
    down = price * (low / price) ** near[::-1] if low < price else np.zeros(0)
    grid = np.concatenate([down, [price], up])
    if np.abs(np.log(grid / base)).min() > 1e-4:
        grid = np.sort(np.append(grid, base))
    return grid


def _split(flows: Floats) -> tuple[Floats, float, float]:
    """Turn flows at edges into steps that add up to their total and none of which is negative.

    Returns:
        Steps (4, n), the fixed outflow, and the largest amount that was moved between sources.
    """
    level = flows[:, :4].copy()
    outflow = flows[:, 4]
    # What is shipped out or used by plants less as the price rises counts as domestic supply.
    level[:, 2] += outflow[0] - outflow
    total = np.maximum.accumulate(level.sum(axis=1))
    step = np.diff(level, axis=0, prepend=np.zeros((1, 4)))
    want = np.diff(total, prepend=0.0)
    step = np.maximum(step, 0.0)
    size = step.sum(axis=1)
    share = np.divide(step, size[:, None], out=np.full_like(step, 0.25), where=size[:, None] > 0)
    out = share * want[:, None]
    moved = float(np.abs(np.cumsum(out, axis=0) - level).max())
    return out.T.copy(), float(outflow[0]), moved


def blocs(base_regions: dict[str, str], names: tuple[str, ...]) -> frozenset[str]:
    """Return the regions that belong to any of some blocs, or are named themselves.

    Args:
        base_regions: Region to its blocs, joined by ``;``.
        names: Blocs or regions; a name with ``not-`` before it stands for all regions outside that bloc.

    Returns:
        Regions.

    Raises:
        UnknownNameError: A name is neither a bloc nor a region.
    """
    members: dict[str, set[str]] = {}
    for region, text in base_regions.items():
        for bloc in filter(None, text.split(";")):
            members.setdefault(bloc, set()).add(region)
    known = [*members, *base_regions]
    found: set[str] = set()
    for name in names:
        plain = name.removeprefix("not-")
        if plain not in members and plain not in base_regions:
            raise UnknownNameError("bloc or region", plain, known)
        group = members.get(plain, {plain})
        found |= set(base_regions) - group if name != plain else group
    return frozenset(found)


def exports(
    base: Base, commodity: str, origin: str, limit: float, *, destination: str | None = None
) -> Change:
    """Return the change that limits what an origin ships.

    Args:
        base: Calibrated market.
        commodity: Commodity.
        origin: Region that limits its exports.
        limit: Multiple of the base flow that may still leave.
        destination: Region they are kept from; None for all.

    Returns:
        The change, over routes that are not used yet as well.
    """
    rows = tuple(
        r
        for r in base.net.routes
        if r.startswith(f"{commodity}:{origin}>")
        and not r.endswith(f">{origin}")
        and (destination is None or r.endswith(f">{destination}"))
    )
    return Change("trade", rows, "limit", np.array([limit]))


__all__ = ["FOREIGN", "SOURCES", "Curve", "Ints", "Residual", "blocs", "exports"]
